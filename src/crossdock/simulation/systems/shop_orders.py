"""Orders as a Shopify-shaped shop keeps them: REST-era JSON whose totals, statuses and quantities follow what
happens."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal

import msgspec

from crossdock.model.base import Value
from crossdock.model.parties import Address
from crossdock.simulation.systems.base import Failure, Json
from crossdock.simulation.systems.catalogue import CENT, Catalogue, CatalogueCustomer
from crossdock.simulation.systems.ledger import ZERO

ZONE = timezone(timedelta(hours=-5))
FULFILLMENT_ORDER = 80
"""What a fulfillment order's id is beyond its order's."""

_NOWHERE = Address(("1 Main Street",), "Springfield", "62701", "IL", "US")
_NET_30: Json = {"payment_terms_name": "Net 30", "payment_terms_type": "net", "due_in_days": 30}
_BLANK: Json = {
    "cancelled_at": None,
    "cancel_reason": None,
    "closed_at": None,
    "test": False,
    "confirmed": True,
    "source_name": "web",
    "taxes_included": False,
    "financial_status": "pending",
    "fulfillment_status": None,
    "note": "",
    "total_discounts": "0.00",
    "discount_applications": [],
    "discount_codes": [],
}
PaidBy = Literal["card", "prepaid", "pay_later", "account"]


class Basket(Value, frozen=True):
    """What a customer orders: (item, quantity) lines. `prices` are what the shop shows where it is not the ERP's;
    `paid_by`: an authorised card, money already paid, a promise to pay before shipment, or the customer's account."""

    lines: tuple[tuple[str, Decimal], ...]
    customer: str
    paid_by: PaidBy = "account"
    freight: Decimal = Decimal("10.00")
    service: str = ""
    tags: tuple[str, ...] = ()
    prices: dict[str, Decimal] = {}
    po_number: str = ""
    address: Address | None = None
    email: str = ""


class ShopOrder:
    """One order. `body` is what the Admin API and the webhooks show; `auth_expires` ends what the card allows."""

    def __init__(self, body: Json, fulfillment_order: int) -> None:
        self.body = body
        self.fulfillment_order = fulfillment_order
        self.transactions: list[Json] = []
        self.auth_expires: datetime | None = None
        self.changed_at = datetime.fromisoformat(body["updated_at"])

    @property
    def number(self) -> str:
        return str(self.body["name"])

    @property
    def id(self) -> int:
        return int(self.body["id"])

    def line(self, id: object) -> Json:
        for line in self.lines():
            if str(line["id"]) == str(id):
                return line
        raise Failure(422, f"there is no line {id} in order {self.number}")

    def lines(self) -> Iterator[Json]:
        lines: list[Json] = self.body["line_items"]
        return iter(lines)

    def moved(self, *kinds: str) -> Decimal:
        """What transactions of these kinds moved."""
        good = (one for one in self.transactions if one["kind"] in kinds and one["status"] == "success")
        return sum((Decimal(one["amount"]) for one in good), ZERO)

    def reckon(self, catalogue: Catalogue) -> None:
        """Taxes and totals of what is still wanted."""
        exempt = bool((self.body["customer"] or {}).get("tax_exempt"))
        net = tax = ZERO
        for line in self.lines():
            amount = Decimal(line["price"]) * line["current_quantity"]
            line_tax = ZERO if exempt else catalogue.tax(amount, "")
            line["tax_lines"] = [
                {"title": "State Tax", "price": cents(line_tax), "rate": msgspec.Raw(str(catalogue.tax_rate).encode())}
            ]
            net, tax = net + amount, tax + line_tax
        freight = sum((Decimal(one["price"]) for one in self.body["shipping_lines"]), ZERO)
        total = net + tax + freight
        paid = self.moved("sale", "capture")
        self.body |= {
            "subtotal_price": cents(net),
            "total_line_items_price": cents(net),
            "total_tax": cents(tax),
            "total_price": cents(total),
            "current_total_price": cents(total),
            "total_outstanding": cents(max(total - paid, ZERO)),
        }

    def settle(self) -> None:
        """The financial and fulfilment status that follow from what moved."""
        authorised, paid, back = self.moved("authorization"), self.moved("sale", "capture"), self.moved("refund")
        total = Decimal(self.body["total_price"])
        if back > 0:
            status = "refunded" if back >= paid else "partially_refunded"
        elif paid > 0:
            status = "paid" if paid >= total else "partially_paid"
        else:
            status = "authorized" if authorised else "pending"
        self.body["financial_status"] = status
        lines = list(self.lines())
        done = [
            line for line in lines if line["fulfillable_quantity"] == 0 and line["fulfillment_status"] == "fulfilled"
        ]
        some = any(line["fulfillment_status"] for line in lines)
        self.body["fulfillment_status"] = "fulfilled" if done == lines else ("partial" if some else None)


def cents(amount: Decimal) -> str:
    return f"{amount.quantize(CENT):f}"


def stamp(at: datetime) -> str:
    return at.astimezone(ZONE).isoformat(timespec="milliseconds")


def new_order(id: int, number: int, basket: Basket, catalogue: Catalogue, at: datetime, changed: datetime) -> ShopOrder:
    """An order placed at `at` and last changed at `changed`."""
    known = catalogue.customers.get(basket.customer)
    address = _address(basket.address or (known.address if known else _NOWHERE))
    email = basket.email or (known.email if known else "guest@example.com")
    lines = [_line(id, n, item, quantity, basket, catalogue) for n, (item, quantity) in enumerate(basket.lines, 1)]
    body: Json = _BLANK | {
        "id": id,
        "name": f"#{number}",
        "order_number": number,
        "number": number - 1000,
        "created_at": stamp(at),
        "updated_at": stamp(changed),
        "processed_at": stamp(at),
        "currency": catalogue.currency,
        "presentment_currency": catalogue.currency,
        "email": email,
        "payment_gateway_names": ["invoice" if basket.paid_by == "account" else "bogus"],
        "payment_terms": _NET_30 if basket.paid_by == "account" else None,
        "po_number": basket.po_number or None,
        "tags": ", ".join(basket.tags),
        "note_attributes": [],
        "line_items": lines,
        "shipping_lines": [_shipping(id, basket)],
        "billing_address": address,
        "shipping_address": address,
        "customer": _customer(id, basket, known, email),
        "fulfillments": [],
        "refunds": [],
    }
    order = ShopOrder(body, id + FULFILLMENT_ORDER)
    order.reckon(catalogue)
    return order


def order_behind(fulfillment_order: int) -> int:
    """The id of the order that a fulfillment order is of."""
    return fulfillment_order - FULFILLMENT_ORDER


def _customer(id: int, basket: Basket, known: CatalogueCustomer | None, email: str) -> Json | None:
    """Guests have none."""
    if not basket.customer:
        return None
    name = known.name if known else basket.customer
    tags = f"customer-number:{basket.customer}"
    who: Json = {"id": id // 10, "email": email, "first_name": "", "last_name": name, "tags": tags}
    return who | {"tax_exempt": bool(known and known.tax_exempt)}


def _shipping(id: int, basket: Basket) -> Json:
    price = cents(basket.freight)
    return {"id": id + 90, "code": basket.service, "title": "Shipping", "price": price, "tax_lines": []}


def _line(order: int, n: int, item: str, quantity: Decimal, basket: Basket, catalogue: Catalogue) -> dict[str, Any]:
    known = catalogue.items.get(item)
    price = basket.prices.get(item)
    if price is None:
        price = catalogue.price(item, basket.customer)[0] if known else Decimal("9.99")
    units = int(quantity)
    return {
        "id": order + n,
        "sku": item,
        "title": known.name if known else item,
        "name": known.name if known else item,
        "quantity": units,
        "current_quantity": units,
        "fulfillable_quantity": units,
        "fulfillment_status": None,
        "price": cents(price),
        "grams": int((known.weight_kg if known else Decimal(1)) * 1000),
        "requires_shipping": True,
        "taxable": True,
        "tax_lines": [],
        "discount_allocations": [],
        "properties": [],
    }


def _address(address: Address) -> Mapping[str, str]:
    lines = [*address.lines, "", ""]
    return {
        "name": address.name,
        "company": address.company,
        "address1": lines[0],
        "address2": lines[1],
        "city": address.city,
        "zip": address.postal_code,
        "province_code": address.region,
        "country_code": address.country,
        "phone": address.phone,
    }


def readdress(order: ShopOrder, address: Address) -> None:
    order.body["shipping_address"] = _address(address)
