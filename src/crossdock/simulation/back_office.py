"""The people who work in the ERP itself: they take phone orders, change and cancel them, and book money."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from crossdock.estate.model import System
from crossdock.simulation.story import Phone
from crossdock.simulation.systems.base import Json
from crossdock.simulation.systems.catalogue import Catalogue
from crossdock.simulation.systems.erp import Erp
from crossdock.simulation.systems.faults import Faults
from crossdock.simulation.systems.ledger import Row
from crossdock.simulation.systems.shop_orders import cents

Errand = Callable[[], str | None]
"""Something that a clerk was asked to do: None while it is under way, then the number of its sale, or nothing."""


class BackOffice(Protocol):
    """What a run needs of the people at its ERP. In a real ERP their work takes time, hence errands."""

    def enter(self, call: Phone, now: datetime) -> Errand:
        """Enter a phone order; its number, once it has one."""
        ...

    def rewrite(self, number: str, quantities: Mapping[str, int], now: datetime) -> Errand:
        """Change the quantities of a phone order, by item."""
        ...

    def cancel(self, number: str, now: datetime) -> Errand:
        """Call a phone order off."""
        ...

    def receive(self, customer: str, amount: Decimal, now: datetime) -> Errand:
        """Book money that a customer brings for what it owed before."""
        ...

    def holds_sale(self, channel: str, number: str) -> bool:
        """Whether the ERP shows an order as a sale."""
        ...

    def has_billed(self, channel: str, number: str) -> bool:
        """Whether the ERP shows an invoice of an order."""
        ...


class RealErp(BackOffice, Protocol):
    """A real ERP in the simulated one's place, with its people."""

    def system(self) -> System:
        """What an estate declares of it."""
        ...

    def environment(self) -> dict[str, str]:
        """The secrets that the declaration refers to."""
        ...

    def disturb(self, faults: Faults) -> None:
        """From here on things go wrong between it and Crossdock."""
        ...

    def calm(self) -> None:
        """From here on nothing goes wrong."""
        ...

    def is_busy(self) -> bool:
        """Whether its people still have errands to do."""
        ...

    def rows(self) -> Sequence[Row]:
        """Its books, read by itself, as a ledger's rows. May take some seconds."""
        ...


def _at_once(number: str = "") -> Errand:
    return lambda: number


class SimulatedOffice:
    """The people at the simulated ERP, who do everything at once."""

    def __init__(self, erp: Erp) -> None:
        self._erp = erp
        self._billed: set[tuple[str, str]] = set()
        self._rows_read = 0

    def enter(self, call: Phone, now: datetime) -> Errand:
        return _at_once(self._erp.enter(sale_body(call, self._erp.catalogue, now), now))

    def rewrite(self, number: str, quantities: Mapping[str, int], now: datetime) -> Errand:
        sale = self._erp.books.sales[number]
        lines = []
        for line in sale.body["lines"]:
            wanted = Decimal(quantities.get(line["item"], Decimal(line["quantity"])))
            tax = self._erp.catalogue.tax(Decimal(line["unit_price"]) * wanted, sale.body["customer"]["number"])
            lines.append(line | {"quantity": f"{wanted:f}", "tax": cents(tax)})
        self._erp.amend(number, lines, now)
        return _at_once(number)

    def cancel(self, number: str, now: datetime) -> Errand:
        self._erp.cancel(number, "the customer called again", now)
        return _at_once(number)

    def receive(self, customer: str, amount: Decimal, now: datetime) -> Errand:
        self._erp.pay(customer, amount, now)
        return _at_once()

    def holds_sale(self, channel: str, number: str) -> bool:
        return any(sale.called == (channel, number) for sale in self._erp.books.sales.values())

    def has_billed(self, channel: str, number: str) -> bool:
        rows = self._erp.ledger.since(self._rows_read)
        self._billed.update((row.channel, row.order) for row in rows if row.kind == "invoice")
        self._rows_read += len(rows)
        return (channel, number) in self._billed


def sale_body(call: Phone, catalogue: Catalogue, now: datetime) -> Json:
    """A phone order as a clerk enters it, at the ERP's own prices and taxes."""
    known = catalogue.customers[call.customer]
    lines: list[Json] = []
    total = call.freight
    for n, (item, quantity) in enumerate(call.lines, 1):
        price, _ = catalogue.price(item, call.customer)
        tax = catalogue.tax(price * quantity, call.customer)
        lines.append(
            {"id": str(n), "item": item, "quantity": f"{quantity:f}", "unit_price": cents(price), "tax": cents(tax)}
        )
        total += price * quantity + tax
    delivery: Json = {"ship_complete": call.ship_complete, "service": "parcel/ground"}
    if call.not_before:
        delivery["not_before"] = call.not_before
    who = {"number": known.number, "name": known.name, "email": known.email, "address": known.address}
    body = {"customer": who, "currency": catalogue.currency, "placed_at": now, "lines": lines, "total": cents(total)}
    freight = [{"kind": "freight", "amount": cents(call.freight)}] if call.freight else []
    return body | {"delivery": delivery, "charges": freight, "terms": {"kind": "on_account", "net_days": 30}}
