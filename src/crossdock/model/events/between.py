"""What our processes say to each other."""

from datetime import datetime
from decimal import Decimal

from crossdock.model.events.base import Event
from crossdock.model.orders import PromiseLine
from crossdock.model.parties import Address
from crossdock.model.shipments import FulfillmentOrder, Shipment


class OrderPromised(Event, frozen=True, tag=True):
    """Dates and quantities were promised to the customer, line by line."""

    order: str
    promises: tuple[PromiseLine, ...]


class FulfillmentRequested(Event, frozen=True, tag=True):
    """An order releases a share of itself to a node."""

    fulfillment: FulfillmentOrder
    deadline: datetime | None = None


class FulfillmentCancellationRequested(Event, frozen=True, tag=True):
    """The order wants back what it released: all of it, or some quantity by line."""

    fulfillment: str
    order: str
    lines: dict[str, Decimal] = {}
    reason: str = ""


class FulfillmentAddressChanged(Event, frozen=True, tag=True):
    """The order's ship-to changed after release."""

    fulfillment: str
    order: str
    address: Address


class FulfillmentAccepted(Event, frozen=True, tag=True):
    """The node took the fulfillment on, under its own number."""

    fulfillment: str
    order: str
    node_number: str = ""


class FulfillmentRefused(Event, frozen=True, tag=True):
    """The node won't do it; nothing of it left."""

    fulfillment: str
    order: str
    node: str
    lines: dict[str, Decimal]
    reason: str = ""


class FulfillmentShipped(Event, frozen=True, tag=True):
    """Goods left the node for this order, and the posting rule of the node is met.

    `lines` are base units by order line, up to what was asked for (complete sets of a kit); `over` what is beyond it
    and within tolerance.
    """

    fulfillment: str
    order: str
    shipment: Shipment
    over: dict[str, Decimal] = {}
    lines: dict[str, Decimal] = {}


class FulfillmentShort(Event, frozen=True, tag=True):
    """The node could not pick these quantities; it keeps working on the rest."""

    fulfillment: str
    order: str
    node: str
    lines: dict[str, Decimal]


class FulfillmentCancelled(Event, frozen=True, tag=True):
    """The node gave these quantities back unshipped."""

    fulfillment: str
    order: str
    node: str
    lines: dict[str, Decimal]
    reason: str = ""


class FulfillmentCancellationRefused(Event, frozen=True, tag=True):
    """Too late: the node ships these quantities all the same."""

    fulfillment: str
    order: str
    lines: dict[str, Decimal] = {}
    reason: str = ""


class FulfillmentAddressRefused(Event, frozen=True, tag=True):
    """Too late: the node ships to the address that it was given first."""

    fulfillment: str
    order: str
    reason: str = ""


class FulfillmentDelivered(Event, frozen=True, tag=True):
    """Every package of the fulfillment reached the consignee."""

    fulfillment: str
    order: str


class OrderRejected(Event, frozen=True, tag=True):
    """The order can't be done, and the customer is told why."""

    order: str
    reason: str


class OrderCancelled(Event, frozen=True, tag=True):
    """All that was open is cancelled and nothing was shipped."""

    order: str
    reason: str = ""


class OrderClosed(Event, frozen=True, tag=True):
    """Everything shipped is billed and paid or owed; nothing is left to do."""

    order: str


class ChangeRefused(Event, frozen=True, tag=True):
    """A change or cancellation of the order came too late or can't be done; the customer is told."""

    order: str
    what: str
    reason: str
