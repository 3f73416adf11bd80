"""What people do in Tryton itself, as the snapshots that are journaled, and what those mean. Pure.

A snapshot holds only what means something here, never when the record was last written: the same snapshot is the
same bytes, however often it is read.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.connectors.tryton.records import ChargeKind
from crossdock.model.base import Value
from crossdock.model.events import CancellationRequested, Event, OrderChanged, OrderPlaced, StockCounted, StockMoved
from crossdock.model.identifiers import Identifier
from crossdock.model.items import Component
from crossdock.model.orders import Delivery, PaymentTerms, SalesOrder, SalesOrderLine
from crossdock.model.parties import Address, Parties, Party
from crossdock.model.prices import Charge, Price
from crossdock.model.quantities import ZERO, Money, Quantity
from crossdock.runtime.connector import Problem, Sighting, Translation

Reason = Literal["receipt", "adjustment", "sale", "return", "transfer"]
SALE, MOVEMENT, COUNT = "sale", "stock_move", "stock_count"


class SeenLine(Value, frozen=True):
    """A line of a sale; `kind` is the item's in Tryton, `charge` what a service is charged for."""

    id: str
    item: str
    kind: str
    quantity: Decimal
    unit_price: Decimal
    unit: str = "EA"
    description: str = ""
    components: tuple[Component, ...] = ()
    charge: ChargeKind = "other"
    shipping_on: date | None = None


class SeenSale(Value, frozen=True):
    """A sale as it stands. `ours` is the key of an order that we entered; `by_hand` says that people shipped of it."""

    number: str
    state: Literal["open", "cancelled"]
    entered_at: datetime
    revision: int
    currency: str
    customer: str
    customer_name: str
    lines: tuple[SeenLine, ...]
    ours: str = ""
    by_hand: bool = False
    reference: str = ""
    term: str = ""
    prepaid: bool = False
    ship_to: Address | None = None
    bill_to: Address | None = None
    total: Decimal | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody else than its people should ship it."""
        return self.state == "open" and not self.by_hand


class SeenMovement(Value, frozen=True):
    """Goods that crossed a warehouse's boundary; `quantity` is negative for what left."""

    id: int
    warehouse: str
    item: str
    quantity: Decimal
    reason: Reason
    at: datetime


class SeenCount(Value, frozen=True):
    """What a warehouse holds of an item."""

    warehouse: str
    item: str
    on_hand: Decimal
    at: datetime


def translate_sale(body: bytes, system: str, channel: str, received_at: datetime, service: str = "") -> Translation:
    """A sale that people entered is an order, to go by this service; one that they cancelled or shipped themselves is
    not to be done here."""
    seen = msgspec.json.decode(body, type=SeenSale)
    key = seen.ours or f"{channel}/{seen.number}"
    if seen.state == "cancelled" or (seen.by_hand and not seen.ours):
        what = "cancelled" if seen.state == "cancelled" else "shipped by hand"
        cancelled = CancellationRequested(key, f"{what} in {system}")
        return Translation((Sighting(cancelled, received_at),))
    if seen.ours:
        return Translation()
    problems = _problems(seen)
    if problems:
        return Translation(problems=problems)
    order = order_of(seen, system, channel, service)
    found: list[Event] = [OrderPlaced(order, system, seen.number)]
    if seen.revision > 1:
        # The first sight of a sale may already be a later revision: who knows it takes the change.
        found.append(OrderChanged(order))
    when = seen.entered_at if seen.revision == 1 else received_at
    return Translation(tuple(Sighting(event, when) for event in found))


def _problems(seen: SeenSale) -> tuple[Problem, ...]:
    lines = [line for line in seen.lines if line.kind != "service"]
    if not lines:
        return (Problem("lines", f"sale {seen.number} has no goods to ship"),)
    return tuple(
        Problem(f"lines[{line.id}].quantity", "a return, which no order is") for line in lines if line.quantity < 0
    )


def order_of(seen: SeenSale, system: str, channel: str, service: str = "") -> SalesOrder:
    """A sale that people entered, as an order of ours. Services on it are charges."""
    goods = [line for line in seen.lines if line.kind != "service" and line.quantity]
    services = [line for line in seen.lines if line.kind == "service" and line.quantity]
    customer = Identifier("customer", seen.customer, system)
    party = Party(seen.customer_name, seen.customer, identifiers=(customer,) if seen.customer else ())
    return SalesOrder(
        key=f"{channel}/{seen.number}",
        number=seen.number,
        channel=channel,
        placed_at=seen.entered_at,
        currency=seen.currency,
        parties=Parties(
            party,
            msgspec.structs.replace(party, address=seen.bill_to) if seen.bill_to else None,
            msgspec.structs.replace(party, address=seen.ship_to) if seen.ship_to else None,
        ),
        lines=tuple(_line(line, seen.currency) for line in goods),
        terms=PaymentTerms("prepaid" if seen.prepaid else "on_account", name=seen.term),
        delivery=Delivery(service=service),
        charges=tuple(_charge(line, seen.currency) for line in services),
        total=Money(seen.total, seen.currency) if seen.total is not None else None,
        revision=seen.revision,
        customer_po=seen.reference,
        identifiers=(Identifier("sale", seen.number, system),),
    )


def _line(line: SeenLine, currency: str) -> SalesOrderLine:
    return SalesOrderLine(
        id=line.id,
        item=line.item,
        quantity=Quantity(line.quantity, line.unit),
        price=Price(Money(line.unit_price, currency), line.unit, source="contract"),
        description=line.description,
        components=line.components,
        requested_on=line.shipping_on,
    )


def _charge(line: SeenLine, currency: str) -> Charge:
    return Charge(line.charge, Money(line.quantity * line.unit_price, currency), line.description or line.item)


def translate_movement(body: bytes, node: str) -> Translation:
    seen = msgspec.json.decode(body, type=SeenMovement)
    if not seen.quantity:
        return Translation()
    moved = StockMoved(node, seen.item, seen.quantity, seen.reason, f"move {seen.id}")
    return Translation((Sighting(moved, seen.at),))


def translate_count(body: bytes, node: str) -> Translation:
    seen = msgspec.json.decode(body, type=SeenCount)
    counted = StockCounted(
        node, seen.item, seen.on_hand, seen.at, f"{seen.warehouse} {seen.item} {seen.at.isoformat()}"
    )
    return Translation((Sighting(counted, seen.at),))


def warehouse_of(body: bytes) -> str:
    """The warehouse code of a movement or count."""
    return msgspec.json.decode(body, type=_Placed).warehouse


class _Placed(msgspec.Struct):
    warehouse: str


def crossing(
    move_id: int, item: str, quantity: Decimal, at: datetime, came: tuple[str, str], went: tuple[str, str]
) -> list[SeenMovement]:
    """The movements that a Tryton move is: ends are (warehouse code or "", type of location)."""
    (source, source_type), (target, target_type) = came, went
    if source == target or (not source and not target):
        return []
    found: list[SeenMovement] = []
    if source:
        found.append(SeenMovement(move_id, source, item, -quantity, _reason(target, target_type, leaving=True), at))
    if target:
        found.append(SeenMovement(move_id, target, item, quantity, _reason(source, source_type, leaving=False), at))
    return [one for one in found if one.quantity != ZERO]


def _reason(other: str, other_type: str, leaving: bool) -> Reason:
    """Why goods crossed, by where they went or came from."""
    if other or other_type == "storage":
        return "transfer"
    if other_type == "customer":
        return "sale" if leaving else "return"
    if other_type == "supplier":
        return "return" if leaving else "receipt"
    return "adjustment"
