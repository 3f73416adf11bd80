"""Twenty orders, four at a time, on PostgreSQL, where Tryton takes table locks for customers with a credit limit.

Every kind of write loses its answer once in every order. Each order ends in the ERP exactly once.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crossdock.connectors.tryton.connector import Tryton
from crossdock.model.base import change
from crossdock.model.commands import (
    CancelSale,
    ChangeSale,
    CreateSale,
    PostCreditNote,
    PostInvoice,
    PostShipment,
    RegisterPayment,
)
from crossdock.model.events import InvoicePosted
from crossdock.model.orders import Payment, SalesOrder
from crossdock.model.quantities import Money
from crossdock.runtime.connector import Refused
from crossdock.runtime.ports import Request, Response
from crossdock.simulation.tryton.environment import TrytonUnavailable
from crossdock.simulation.tryton.exchange import carry_out, send
from crossdock.simulation.tryton.server import running_tryton

pytestmark = [pytest.mark.tryton, pytest.mark.postgres]

LIMITED, OVER = "CUST-002", "CUST-001"
KINDS = ["plain", "split", "prepaid", "hold", "amended", "cancelled", "refunded", "phone", "split", "plain"] * 2


class Statuses:
    """Counts what Tryton answers."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        response = send(request)
        with self._lock:
            self.counts[response.status] += 1
        return response


@pytest.fixture(scope="module")
def busy_server(postgres_server, tools) -> Iterator[object]:
    try:
        with running_tryton(tools.now().date(), postgres=postgres_server.url(), workers=2) as server:
            yield server
    except TrytonUnavailable as missing:
        tools.without(missing)


class Work:
    """One order of one kind, from entry to its end."""

    def __init__(self, lane, clerk, make, cutter, kind: str, n: int) -> None:
        self.lane, self.clerk, self.make, self.cut, self.kind = lane, clerk, make, cutter, kind
        self.customer = OVER if kind == "hold" else LIMITED
        price = "9999" if kind == "hold" else "9.90"
        terms = "prepaid" if kind == "prepaid" else "on_account"
        self.order: SalesOrder = make.order(
            make.line("1", f"SKU-{n + 1:03d}", 10, price),
            make.line("2", "SKU-030", 4),
            kind=terms,
            freight="12",
            customer=self.customer,
            suffix=f"-{n}",
        )
        self.item = self.order.lines[0].item

    def run(self) -> str:
        if self.kind == "phone":
            self.phone()
            return "done"
        created = self.lane.run(CreateSale(self.order, self.customer), self.cut)
        if isinstance(created, Refused):
            return created.code
        self.number = created.events[0].sale_number
        getattr(self, self.kind)()
        return "done"

    def phone(self) -> None:
        """A clerk enters it; it is observed, and then ours to ship and bill."""
        first, second = self.order.lines
        self.number = self.clerk.phone_order({first.item: 10, second.item: 4}, LIMITED)
        sales = next(feed for feed in self.lane.connector.feeds if feed.name == "sales")
        page = carry_out(sales.read("", datetime.now(UTC)), self.cut)
        seen = [self.lane.connector.translate(delivery, datetime.now(UTC)) for delivery in page.deliveries]
        events = [sighting.event for translation in seen for sighting in translation.sightings]
        (self.order,) = [event.order for event in events if event.sale_number == self.number]
        first, second = self.order.lines
        self.ship(1, "east", (first.id, first.item, 10), (second.id, second.item, 4))
        self.bill(1, {first.id: 10, second.id: 4})

    def ship(self, n: int, node: str, *units: tuple[str, str, int]) -> None:
        lines = self.make.went(*units)
        shipment = self.make.shipment(f"S{n}", node, lines)
        self.lane.done(PostShipment(self.order.key, self.number, f"{self.order.key}@{n}", shipment, lines), self.cut)

    def bill(self, n: int, units: dict[str, int]) -> InvoicePosted:
        invoice = self.make.bill(self.order, units, freight=n == 1)
        billed = self.lane.done(PostInvoice(self.order.key, self.number, self.customer, n, invoice), self.cut)
        assert isinstance(billed, InvoicePosted)
        return billed

    def plain(self) -> None:
        self.ship(1, "east", ("1", self.item, 10), ("2", "SKU-030", 4))
        self.bill(1, {"1": 10, "2": 4})

    def split(self) -> None:
        self.ship(1, "east", ("1", self.item, 6))
        self.bill(1, {"1": 6})
        self.ship(2, "west", ("1", self.item, 4), ("2", "SKU-030", 4))
        self.bill(2, {"1": 4, "2": 4})

    def prepaid(self) -> None:
        billed = self.bill(1, {"1": 10, "2": 4})
        payment = Payment("P", "payment", billed.invoice.total, self.order.placed_at)
        number = billed.invoice.number
        self.lane.done(RegisterPayment(self.order.key, self.number, self.customer, payment, number), self.cut)
        self.ship(1, "west", ("1", self.item, 10), ("2", "SKU-030", 4))

    def amended(self) -> None:
        lines = (self.make.line("1", self.item, 7), self.order.lines[1])
        self.order = change(self.order, lines=lines, revision=2)
        self.lane.done(ChangeSale(self.order, self.number, self.customer), self.cut)
        self.ship(1, "east", ("1", self.item, 7), ("2", "SKU-030", 4))
        self.bill(1, {"1": 7, "2": 4})

    def cancelled(self) -> None:
        self.lane.done(CancelSale(self.order.key, self.number, "changed their mind"), self.cut)

    def refunded(self) -> None:
        self.plain()
        amount = Money(Decimal("20.00"), "USD")
        credit = PostCreditNote(self.order.key, self.number, self.customer, "R", amount, reason="damaged")
        self.lane.done(credit, self.cut)


EXPECTED: dict[str, tuple[int, int, str, str]] = {
    # kind: units of the first item shipped, bills, their untaxed amount, credit notes' total
    "plain": (10, 1, "150.60", "0"),
    "split": (10, 2, "150.60", "0"),
    "prepaid": (10, 1, "150.60", "0"),
    "amended": (7, 1, "120.90", "0"),
    "cancelled": (0, 0, "0", "0"),
    "phone": (10, 1, "", "0"),
    "refunded": (10, 1, "150.60", "-20.00"),
}


def check(erp, work: Work) -> None:
    """What the ERP holds of an order, counted there."""
    units, bills, billed, credited = EXPECTED[work.kind]
    # A phone order has Tryton's own prices, which the order was observed with.
    amount = Decimal(billed) if billed else work.order.net.amount
    assert len(erp.sales(work.order.key)) == (0 if work.kind == "phone" else 1)
    shipped = erp.shipped(work.number)
    assert sum(quantity for (item, _), quantity in shipped.items() if item == work.item) == units
    invoices = erp.invoices(f"{work.order.key} bill")
    assert {invoice["state"] for invoice in invoices} <= {"posted", "paid"}
    assert (len(invoices), sum(one["untaxed_amount"] for one in invoices)) == (bills, amount)
    assert sum(one["total_amount"] for one in erp.invoices(f"{work.order.key} credit")) == Decimal(credited)


def test_each_of_twenty_orders_ends_in_the_erp_exactly_once(busy_server, tools, make):
    statuses = Statuses()
    erp = tools.Erp(busy_server)
    connector = Tryton(tools.settings_for(busy_server))
    works = [
        Work(tools.Lane(connector, pause), erp, make, tools.Cutter(statuses), kind, n) for n, kind in enumerate(KINDS)
    ]
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(Work.run, works))
    for work, outcome in zip(works, outcomes, strict=True):
        if work.kind == "hold":
            assert outcome == "credit"
            assert {sale["state"] for sale in erp.sales(work.order.key)} == {"cancelled"}
        else:
            assert outcome == "done"
            check(erp, work)
    assert len(erp.read("sale.sale", [("state", "not in", ["draft", "cancelled"])], "number")) == 18
    assert statuses.counts[503] > 0, "Tryton's table locks were not met: this test would prove nothing"


def pause(attempt: int) -> None:
    """Backoff with jitter, as lanes do."""
    time.sleep(random.uniform(0.05, 0.2) * min(attempt, 8))
