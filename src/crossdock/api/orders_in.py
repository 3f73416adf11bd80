"""The order that a program posts, and how it becomes a sales order: every fault is named by its JSON path."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from babel.numbers import is_currency

from crossdock.api.problems import FieldProblem
from crossdock.api.requests import Unreadable, decode
from crossdock.model.identifiers import Identifier
from crossdock.model.orders import Delivery, PaymentTerms, SalesOrder, SalesOrderLine
from crossdock.model.parties import Address, Parties, Party
from crossdock.model.prices import Charge, Price, TaxLine
from crossdock.model.quantities import Money, Quantity

_LINE = "^[^\\x00-\\x1f\\x7f]*$"

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=_LINE)]
Maybe = Annotated[str, msgspec.Meta(max_length=200, pattern=_LINE)]
Note = Annotated[str, msgspec.Meta(max_length=2000, pattern="^[^\\x00]*$")]
# Behind an `@` stands a part of an order in keys; without spaces at its ends a number reads as it is searched.
Number = Annotated[
    str, msgspec.Meta(max_length=100, pattern="^[^\\x00-\\x20@\\x7f]([^\\x00-\\x1f@\\x7f]*[^\\x00-\\x20@\\x7f])?$")
]

MOST_LINES = 1000
MOST = Decimal(10) ** 9
MOST_DIGITS = 6


class CustomerIn(msgspec.Struct, forbid_unknown_fields=True):
    """The buyer: the ERP's customer number, or for a guest a name and e-mail."""

    number: Maybe = ""
    name: Maybe = ""
    email: Maybe = ""


class AddressIn(msgspec.Struct, forbid_unknown_fields=True):
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    name: Text
    lines: Annotated[list[Text], msgspec.Meta(max_length=10)]
    city: Text
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
    postal_code: Maybe = ""
    region: Maybe = ""
    phone: Maybe = ""


class LineIn(msgspec.Struct, forbid_unknown_fields=True):
    """One line. Amounts may be numbers or strings; at most six digits stand after the point. `tax` is the line's,
    on top of the price. `id` is yours, and the line's position where it is left out."""

    item: Text
    quantity: Decimal
    unit_price: Decimal
    id: Maybe = ""
    unit: Annotated[str, msgspec.Meta(min_length=1, max_length=10, pattern=_LINE)] = "EA"
    description: Maybe = ""
    tax: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal(0)


class OrderIn(msgspec.Struct, forbid_unknown_fields=True):
    """An order. `number` is the buyer's own and names it in this channel for good; `currency` is ISO 4217."""

    number: Number
    currency: str
    customer: CustomerIn
    ship_to: AddressIn
    lines: list[LineIn]
    bill_to: AddressIn | None = None
    terms: Literal["on_account", "prepaid", "card"] = "on_account"
    freight: Decimal = Decimal(0)
    ship_complete: bool = False
    backorder_allowed: bool = True
    substitution_allowed: bool = False
    not_before: date | None = None
    not_after: date | None = None
    customer_po: Maybe = ""
    note: Note = ""


class _Lines(msgspec.Struct):
    lines: list[msgspec.Raw] = []


def read_order(body: bytes, channel: str, now: datetime, legal_entity: str) -> SalesOrder:
    """The sales order that a body means. Raises Unreadable with every fault that can be told at once."""
    try:
        order = decode(body, OrderIn)
    except Unreadable as error:
        if error.errors[0].path.startswith("$.lines["):
            raise Unreadable(list(_bad_lines(body)) or error.errors) from error
        raise
    errors = list(_faults(order))
    if errors:
        raise Unreadable(errors)
    return _sales_order(order, channel, now, legal_entity)


def _bad_lines(body: bytes) -> Iterator[FieldProblem]:
    """All lines that do not fit: the decoder itself stops at the first."""
    for index, raw in enumerate(decode(body, _Lines).lines):
        try:
            decode(bytes(raw), LineIn)
        except Unreadable as error:
            for each in error.errors:
                yield FieldProblem(f"$.lines[{index}]{each.path.removeprefix('$')}", each.detail)


def _faults(order: OrderIn) -> Iterator[FieldProblem]:
    if not is_currency(order.currency):
        yield FieldProblem("$.currency", f"{order.currency!r} is no ISO 4217 currency code, such as USD")
    if not (order.customer.number or (order.customer.name and order.customer.email)):
        yield FieldProblem("$.customer", "give the customer's number, or for a guest a name and an e-mail")
    if order.customer.email and "@" not in order.customer.email:
        yield FieldProblem("$.customer.email", f"{order.customer.email!r} is no e-mail address")
    if not 0 < len(order.lines) <= MOST_LINES:
        yield FieldProblem("$.lines", f"an order has 1 to {MOST_LINES} lines, not {len(order.lines)}")
    if order.not_before and order.not_after and order.not_after < order.not_before:
        yield FieldProblem("$.not_after", "the ship window ends before it begins")
    yield from _amount("$.freight", order.freight, "freight")
    seen: set[str] = set()
    for index, line in enumerate(order.lines[:MOST_LINES]):
        at = f"$.lines[{index}]"
        if line.quantity == 0:
            yield FieldProblem(f"{at}.quantity", "the quantity is 0; leave the line out")
        yield from _amount(f"{at}.quantity", line.quantity, "quantity")
        yield from _amount(f"{at}.unit_price", line.unit_price, "price")
        yield from _amount(f"{at}.tax", line.tax, "tax")
        yield from _amount(f"{at}.tax_rate", line.tax_rate, "tax rate")
        id = line.id or str(index + 1)
        if id in seen:
            yield FieldProblem(f"{at}.id", f"the line id {id} is used twice")
        seen.add(id)


def _amount(path: str, value: Decimal, what: str) -> Iterator[FieldProblem]:
    if not value.is_finite():
        yield FieldProblem(path, f"{value} is no {what}")
    elif value < 0:
        yield FieldProblem(path, f"{_short(value)} is negative; a {what} can't be")
    elif value > MOST:
        yield FieldProblem(path, f"{_short(value)} is more than the most that is taken, {MOST:,}")
    elif _digits_behind_the_point(value) > MOST_DIGITS:
        yield FieldProblem(path, f"at most {MOST_DIGITS} digits may stand after the point")


def _digits_behind_the_point(value: Decimal) -> int:
    """Without idle zeros. By hand: reckoning with an exponent of minus a thousand million would round it away."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    significant = "".join(map(str, digits)).rstrip("0")
    return -(exponent + len(digits) - len(significant)) if significant else 0


def _short(value: Decimal) -> str:
    text = str(value)
    return text if len(text) <= 30 else f"{text[:30]}..."


def _sales_order(order: OrderIn, channel: str, now: datetime, legal_entity: str) -> SalesOrder:
    money = order.currency
    guest = not order.customer.number
    sold_to = Party(
        order.customer.name, order.customer.number, order.customer.email, guest=guest, address=_address(order.bill_to)
    )
    ship_to = Party(order.ship_to.name, phone=order.ship_to.phone, address=_address(order.ship_to))
    lines = tuple(
        SalesOrderLine(
            line.id or str(index),
            line.item,
            Quantity(line.quantity, line.unit),
            Price(Money(line.unit_price, money), line.unit, source="channel"),
            line.description,
            taxes=(TaxLine(Money(line.tax, money), line.tax_rate),) if line.tax else (),
        )
        for index, line in enumerate(order.lines, 1)
    )
    charges = (Charge("freight", Money(order.freight, money)),) if order.freight else ()
    identifiers = [Identifier("order", order.number, channel)]
    if order.customer_po:
        identifiers.append(Identifier("customer_po", order.customer_po, order.customer.number))
    return SalesOrder(
        f"{channel}/{order.number}",
        order.number,
        channel,
        now.astimezone(UTC),
        money,
        Parties(sold_to, ship_to=ship_to),
        lines,
        terms=PaymentTerms(order.terms),
        delivery=Delivery(
            order.ship_complete,
            order.backorder_allowed,
            order.substitution_allowed,
            order.not_before,
            order.not_after,
        ),
        charges=charges,
        legal_entity=legal_entity,
        customer_po=order.customer_po,
        customer_note=order.note,
        identifiers=tuple(identifiers),
    )


def _address(address: AddressIn | None) -> Address | None:
    if address is None:
        return None
    return Address(
        tuple(address.lines),
        address.city,
        address.postal_code,
        address.region,
        address.country,
        address.name,
        phone=address.phone,
    )
