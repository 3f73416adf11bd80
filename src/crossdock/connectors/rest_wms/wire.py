"""The contract's JSON bodies, as values: what we ask of a warehouse and what it reports."""

from typing import Annotated, Literal

from msgspec import Meta

from crossdock.model.base import Value
from crossdock.model.parties import Address
from crossdock.transports.wire import Change, Count, Instant, Name

# --- asked of the warehouse -----------------------------------------------------------------------


class Component(Value, frozen=True):
    item: Name
    per_kit: Count


class RequestLine(Value, frozen=True):
    """`quantity` in base units of the item; a kit lists what to pick for each unit of it."""

    id: Name
    item: Name
    quantity: Count
    components: tuple[Component, ...] = ()


class Consignee(Value, frozen=True):
    name: str = ""
    email: str = ""
    phone: str = ""
    address: Address | None = None


class ReleaseRequest(Value, frozen=True):
    """`reference` is ours; the warehouse repeats it in all it reports. `over_tolerance` is in percent of a
    line."""

    reference: Name
    order_number: Name
    channel: Name
    warehouse: Name
    ship_to: Consignee
    lines: Annotated[tuple[RequestLine, ...], Meta(min_length=1)]
    service: str = ""
    over_tolerance: Count = "0"
    ship_by: Instant | None = None


class Fulfillment(Value, frozen=True):
    """`received` says that the decision follows by webhook."""

    reference: Name
    state: Literal["received", "accepted", "refused"]
    number: str = ""
    reason: str = ""


class LineQuantity(Value, frozen=True):
    id: Name
    quantity: Count


class CancellationRequest(Value, frozen=True):
    """No lines: all of it."""

    lines: tuple[LineQuantity, ...] = ()
    reason: str = ""


class CancellationResult(Value, frozen=True):
    """`pending` says that the decision follows by webhook. `lines` are the quantities that were stopped."""

    result: Literal["cancelled", "refused", "pending"]
    lines: tuple[LineQuantity, ...] = ()
    reason: str = ""


class AddressChange(Value, frozen=True):
    address: Address


# --- reported by the warehouse --------------------------------------------------------------------


class Accepted(Value, frozen=True):
    reference: Name
    number: str = ""
    warehouse: str = ""


class RefusedRelease(Value, frozen=True):
    reference: Name
    reason: str = ""
    warehouse: str = ""


class PackedLine(Value, frozen=True):
    """`item` where it is not the line's: a substitute."""

    id: Name
    quantity: Count
    item: str = ""
    lot: str = ""
    serials: tuple[str, ...] = ()


class Picked(Value, frozen=True):
    """Picking ended. `short` is what could not be found of the request."""

    reference: Name
    lines: tuple[PackedLine, ...]
    short: tuple[LineQuantity, ...] = ()
    warehouse: str = ""


class Package(Value, frozen=True):
    """`id` is unique at the warehouse."""

    id: Name
    lines: tuple[PackedLine, ...]
    sscc: str = ""
    tracking: str = ""
    weight_kg: Count | None = None


class Packed(Value, frozen=True):
    reference: Name
    packages: tuple[Package, ...]
    warehouse: str = ""


class Shipment(Value, frozen=True):
    """`number` is unique at the warehouse."""

    number: Name
    packages: tuple[Package, ...]
    carrier: str = ""
    shipped_at: Instant | None = None


class Shipped(Value, frozen=True):
    """`final` false: more of the fulfillment follows in another shipment."""

    reference: Name
    shipment: Shipment
    final: bool = True
    warehouse: str = ""


class Departed(Value, frozen=True):
    shipment: Name
    reference: str = ""
    warehouse: str = ""


class Cancelled(Value, frozen=True):
    """Quantities that were stopped; none listed: all that had not shipped."""

    reference: Name
    lines: tuple[LineQuantity, ...] = ()
    warehouse: str = ""


class CancellationRefused(Value, frozen=True):
    reference: Name
    reason: str = ""
    warehouse: str = ""


class StockMoved(Value, frozen=True):
    """A movement that no fulfillment made. `reference` is the warehouse's own number of it, and unique."""

    reference: Name
    warehouse: Name
    item: Name
    quantity: Change
    reason: Literal["receipt", "adjustment", "sale", "return", "transfer"]


class StockCounted(Value, frozen=True):
    """The warehouse's own balance at an instant, all that has left until then taken off."""

    reference: Name
    warehouse: Name
    item: Name
    on_hand: Count
    counted_at: Instant
