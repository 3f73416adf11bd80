"""Fulfillments, packages, shipments and what carriers report of them."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from crossdock.model.base import Value
from crossdock.model.items import Component
from crossdock.model.parties import Party

Milestone = Literal[
    "PRE_TRANSIT",
    "PICKED_UP",
    "IN_TRANSIT",
    "CUSTOMS",
    "OUT_FOR_DELIVERY",
    "READY_FOR_PICKUP",
    "ATTEMPTED",
    "DELIVERED",
    "DELAYED",
    "EXCEPTION",
    "RETURNING",
    "RETURNED",
    "CANCELLED",
    "UNKNOWN",
]


class FulfillmentLine(Value, frozen=True):
    """What a node is asked to ship of one order line, in base units; a kit lists what to pick for each unit."""

    line: str
    item: str
    quantity: Decimal
    components: tuple[Component, ...] = ()


class FulfillmentOrder(Value, frozen=True):
    """One node's share of an order. `number` is ours: `<order number>-<n>`, and the node repeats it to us."""

    key: str
    number: str
    order: str
    order_number: str
    channel: str
    node: str
    ship_to: Party
    lines: tuple[FulfillmentLine, ...]
    service: str = ""
    over_tolerance: Decimal = Decimal(0)


class PackedLine(Value, frozen=True):
    """So much of an order line in a package; lots and serials live here."""

    line: str
    quantity: Decimal
    item: str = ""
    lot: str = ""
    serials: tuple[str, ...] = ()


class Package(Value, frozen=True):
    """A carton or pallet: what is in it, its SSCC-18 and the carrier's tracking number."""

    id: str
    lines: tuple[PackedLine, ...]
    sscc: str = ""
    tracking: str = ""
    weight_kg: Decimal | None = None


class Shipment(Value, frozen=True):
    """What left a node together. One shipment may serve many order lines, one line many shipments."""

    number: str
    node: str
    packages: tuple[Package, ...]
    carrier: str = ""
    shipped_at: datetime | None = None
    ext: dict[str, Any] = {}

    def quantities(self) -> dict[str, Decimal]:
        """Shipped base units by order line."""
        total: dict[str, Decimal] = {}
        for package in self.packages:
            for line in package.lines:
                total[line.line] = total.get(line.line, Decimal(0)) + line.quantity
        return total

    def tracking_numbers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(package.tracking for package in self.packages if package.tracking))


class TrackingEvent(Value, frozen=True):
    """What a carrier said of one tracking number. An estimate never moves a state."""

    tracking: str
    milestone: Milestone
    at: datetime
    carrier: str = ""
    carrier_code: str = ""
    reason: str = ""
    place: str = ""
    estimated: bool = False
