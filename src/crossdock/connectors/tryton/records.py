"""Tryton's records as far as the connector needs them: names for what comes over the wire as dictionaries. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from crossdock.connectors.tryton.client import Record
from crossdock.model.base import Value
from crossdock.model.quantities import ZERO

ChargeKind: TypeAlias = Literal["freight", "handling", "deposit", "other"]


class Warehouse(Value, frozen=True):
    """A warehouse and the locations that goods leave it through."""

    id: int
    code: str
    storage: int
    output: int


class Tax(Value, frozen=True):
    """A tax; a percentage has a `rate` (0.08), a fixed one an `amount`."""

    id: int
    rate: Decimal = ZERO
    amount: Decimal = ZERO
    parent: int | None = None


class Part(Value, frozen=True):
    """One component of a kit: `quantity` goes into each, or into the whole line where `fixed`."""

    item: str
    quantity: Decimal
    fixed: bool = False


class Product(Value, frozen=True):
    """An item with its default unit and the taxes of its category."""

    id: int
    number: str
    name: str
    kind: Literal["goods", "kit", "service", "assets"]
    unit: int
    unit_symbol: str
    salable: bool
    taxes: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()


class Customer(Value, frozen=True):
    """A party that buys. `term` is its payment term's name, `tax_rule` the rule that replaces taxes for it."""

    id: int
    number: str
    name: str
    addresses: tuple[int, ...]
    term: int | None = None
    term_name: str = ""
    price_list: int | None = None
    tax_rule: int | None = None


class SaleLine(Value, frozen=True):
    """A line of a sale. `mark` is our name of it, after its own id for a line that a person entered."""

    id: int
    sale: int
    mark: str
    product: int | None
    item: str
    quantity: Decimal
    unit_price: Decimal
    unit: int | None = None
    kind: str = "goods"
    description: str | None = None


class Sale(Value, frozen=True):
    """A sale's head."""

    id: int
    number: str
    reference: str
    state: str
    party: int
    shipment_method: str
    invoice_method: str
    shipment_party: int | None = None
    shipment_address: int | None = None
    invoice_party: int | None = None
    invoice_address: int | None = None


class OpenShipment(Value, frozen=True):
    """A customer shipment that is under way in Tryton; `reference` is ours where we post one by it."""

    id: int
    number: str
    state: str
    reference: str
    warehouse: int


class Move(Value, frozen=True):
    """Goods that go out, or went. `origin` is the Tryton reference of the sale line or kit component they are for."""

    id: int
    item: str
    quantity: Decimal
    origin: str
    state: str
    shipment: str = ""


CHARGES: tuple[ChargeKind, ...] = ("freight", "handling", "deposit", "other")
# The first words of the notes by which we name lines of sales.
MARKS = ("line", "charge", "discount")
SALE_FIELDS = (
    "number",
    "reference",
    "state",
    "party",
    "shipment_method",
    "invoice_method",
    "shipment_party",
    "shipment_address",
    "invoice_party",
    "invoice_address",
)
LINE_FIELDS = (
    "sale",
    "note",
    "product",
    "product.code",
    "product.type",
    "quantity",
    "unit_price",
    "unit",
    "description",
)
SHIPMENT_FIELDS = ("number", "state", "reference", "warehouse")
MOVE_FIELDS = ("product.code", "quantity", "origin", "state", "shipment")


def sale(record: Record) -> Sale:
    return Sale(
        id=record["id"],
        number=record["number"] or "",
        reference=record["reference"] or "",
        state=record["state"],
        party=record["party"],
        shipment_method=record["shipment_method"],
        invoice_method=record["invoice_method"],
        shipment_party=record["shipment_party"],
        shipment_address=record["shipment_address"],
        invoice_party=record["invoice_party"],
        invoice_address=record["invoice_address"],
    )


def sale_line(record: Record, charge_items: Mapping[str, str]) -> SaleLine:
    """`charge_items` are the service items that charges are booked on, by kind."""
    return SaleLine(
        id=record["id"],
        sale=record["sale"],
        mark=_mark(record, charge_items),
        product=record["product"],
        item=linked(record, "product").get("code") or "",
        quantity=Decimal(record["quantity"] or 0),
        unit_price=record["unit_price"] or ZERO,
        unit=record["unit"],
        kind=linked(record, "product").get("type") or "service",
        description=record["description"],
    )


def shipment(record: Record) -> OpenShipment:
    return OpenShipment(
        id=record["id"],
        number=record["number"] or "",
        state=record["state"],
        reference=record["reference"] or "",
        warehouse=record["warehouse"],
    )


def _mark(record: Record, charge_items: Mapping[str, str]) -> str:
    """Our note, or where a person entered the line what our note of it would be."""
    note = (record["note"] or "").partition("\n")[0]
    if note.partition(" ")[0] in MARKS:
        return note
    product = linked(record, "product")
    if product.get("type") not in (None, "service"):
        return f"line {record['id']}"
    return f"charge {charge_kind(product.get('code') or '', charge_items)}"


def charge_kind(item: str, charge_items: Mapping[str, str]) -> ChargeKind:
    """What kind of charge a service item is."""
    kinds: dict[str, ChargeKind] = {charge_items[kind]: kind for kind in CHARGES if kind in charge_items}
    return kinds.get(item, "other")


def move(record: Record) -> Move:
    return Move(
        id=record["id"],
        item=linked(record, "product").get("code") or "",
        quantity=Decimal(record["quantity"] or 0),
        origin=record["origin"] or "",
        state=record["state"],
        shipment=record["shipment"] or "",
    )


def linked(record: Record, field: str) -> Record:
    """The fields read through a link (`party.code`), empty where the link is."""
    fields: Record = record.get(f"{field}.") or {}
    return fields


def changed_at(record: Record) -> datetime:
    """When a record was last written: Tryton leaves `write_date` empty until the first write after its creation."""
    at: datetime = record["write_date"] or record["create_date"]
    return at


def on(record: Record, field: str) -> date | None:
    """A date field, which is a local date there."""
    value: date | None = record[field]
    return value
