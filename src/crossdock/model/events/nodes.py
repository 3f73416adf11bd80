"""What warehouses, stock owners and carriers report."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

from crossdock.model.events.base import Event
from crossdock.model.shipments import Package, PackedLine, Shipment, TrackingEvent


class NodeAccepted(Event, frozen=True, tag=True):
    """A warehouse took our order over as its own. `reference` is our fulfillment number."""

    node: str
    reference: str
    node_number: str = ""


class NodeRefused(Event, frozen=True, tag=True):
    """A warehouse refused our order."""

    node: str
    reference: str
    reason: str = ""


class GoodsPicked(Event, frozen=True, tag=True):
    """Picking ended with these quantities by line; what is missing of the request is short."""

    node: str
    reference: str
    lines: tuple[PackedLine, ...]
    short: dict[str, Decimal] = {}


class GoodsPacked(Event, frozen=True, tag=True):
    """The goods stand in packages, not yet gone."""

    node: str
    reference: str
    packages: tuple[Package, ...]


class GoodsShipped(Event, frozen=True, tag=True):
    """The warehouse says that a shipment is done. It may still stand on the dock. `final` ends the fulfillment."""

    node: str
    reference: str
    shipment: Shipment
    final: bool = True


class DockDeparted(Event, frozen=True, tag=True):
    """The truck with this shipment left the node's dock."""

    node: str
    shipment: str
    reference: str = ""


class NodeCancelled(Event, frozen=True, tag=True):
    """A warehouse stopped these quantities, as asked."""

    node: str
    reference: str
    lines: dict[str, Decimal] = {}


class NodeCancellationRefused(Event, frozen=True, tag=True):
    """A warehouse can't stop any more."""

    node: str
    reference: str
    reason: str = ""


class StockMoved(Event, frozen=True, tag=True):
    """The stock owner moved stock without an order of ours: a counter sale, a receipt. Counts once a reference."""

    node: str
    item: str
    quantity: Decimal
    reason: Literal["receipt", "adjustment", "sale", "return", "transfer"]
    reference: str


class StockCounted(Event, frozen=True, tag=True):
    """The stock owner's own balance at an instant."""

    node: str
    item: str
    on_hand: Decimal
    counted_at: datetime
    reference: str


class LabelBought(Event, frozen=True, tag=True):
    """A carrier gave a tracking number for a package."""

    fulfillment: str
    package: str
    tracking: str
    carrier: str


class TrackingReported(Event, frozen=True, tag=True):
    """A carrier said where a package is."""

    tracking: TrackingEvent
