"""The order that a program posts, and how it becomes a sales order: every fault is named by its JSON path."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from babel.numbers import is_currency

from crossdock.api.problems import FieldProblem
from crossdock.model.identifiers import Identifier
from crossdock.model.orders import Delivery, PaymentTerms, SalesOrder, SalesOrderLine
from crossdock.model.parties import Address, Parties, Party
from crossdock.model.prices import Charge, Price, TaxLine
from crossdock.model.quantities import Money, Quantity

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]

MOST_LINES = 1000
MOST_QUANTITY = Decimal(10) ** 9
MOST_PRICE = Decimal(10) ** 9


class CustomerIn(msgspec.Struct, forbid_unknown_fields=True):
    """The buyer: the ERP's customer number, or for a guest a name and e-mail."""

    number: str = ""
    name: str = ""
    email: str = ""


class AddressIn(msgspec.Struct, forbid_unknown_fields=True):
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    name: Text
    lines: list[Text]
    city: Text
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
    postal_code: str = ""
    region: str = ""
    phone: str = ""


class LineIn(msgspec.Struct, forbid_unknown_fields=True):
    """One line. `quantity` and `unit_price` may be numbers or strings; strings keep every digit."""

    item: Text
    quantity: Decimal
    unit_price: Decimal
    id: str = ""
    unit: str = "EA"
    description: str = ""
    tax: Decimal = Decimal(0)
    tax_rate: Decimal = Decimal(0)


class OrderIn(msgspec.Struct, forbid_unknown_fields=True):
    """An order. `number` is the buyer's own and names it in this channel for good."""

    number: Text
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
    customer_po: str = ""
    note: str = ""


class Refused(Exception):
    """The body is no order; what is wrong, field by field."""

    def __init__(self, errors: list[FieldProblem]) -> None:
        super().__init__(errors[0].detail)
        self.errors = errors


def read_order(body: bytes, channel: str, now: datetime, legal_entity: str) -> SalesOrder:
    """The sales order that a body means. Raises Refused with every fault that can be told at once."""
    try:
        order = msgspec.json.decode(body, type=OrderIn, strict=False)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `")
        raise Refused([FieldProblem(where.rstrip("`") or "$", what)]) from error
    except msgspec.DecodeError as error:
        raise Refused([FieldProblem("$", f"the body is no JSON: {error}")]) from error
    errors = _faults(order)
    if errors:
        raise Refused(errors)
    return _sales_order(order, channel, now, legal_entity)


def _faults(order: OrderIn) -> list[FieldProblem]:
    faults: list[FieldProblem] = []

    def check(holds: bool, path: str, detail: str) -> None:
        if not holds:
            faults.append(FieldProblem(path, detail))

    check(is_currency(order.currency), "$.currency", f"{order.currency!r} is no ISO 4217 currency code, such as USD")
    known = bool(order.customer.number or (order.customer.name and order.customer.email))
    check(known, "$.customer", "give the customer's number, or for a guest a name and an e-mail")
    check(0 < len(order.lines) <= MOST_LINES, "$.lines", f"an order has 1 to {MOST_LINES} lines")
    check(0 <= order.freight < MOST_PRICE, "$.freight", "freight can't be negative or absurd")
    window = order.not_before is None or order.not_after is None or order.not_before <= order.not_after
    check(window, "$.not_after", "the ship window ends before it begins")
    seen: set[str] = set()
    for index, line in enumerate(order.lines[:MOST_LINES]):
        at = f"$.lines[{index}]"
        in_range = line.quantity.is_finite() and 0 < line.quantity <= MOST_QUANTITY
        check(in_range, f"{at}.quantity", f"{line.quantity} is no quantity above 0 and up to {MOST_QUANTITY}")
        priced = line.unit_price.is_finite() and 0 <= line.unit_price <= MOST_PRICE
        check(priced, f"{at}.unit_price", f"{line.unit_price} is no price of 0 or more")
        check(line.tax.is_finite() and line.tax >= 0, f"{at}.tax", f"{line.tax} is no tax of 0 or more")
        id = line.id or str(index + 1)
        check(id not in seen, f"{at}.id", f"the line id {id} is used twice")
        seen.add(id)
    return faults


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
