"""A real Tryton for these tests, the connector on it, and a driver that does what a lane does."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple, NoReturn

import msgspec
import pytest

from crossdock.connectors.tryton.connector import Tryton
from crossdock.connectors.tryton.settings import Settings
from crossdock.model.base import change
from crossdock.model.commands import Command, CreateSale
from crossdock.model.events import Event, SaleCreated
from crossdock.model.invoices import Invoice, InvoiceLine
from crossdock.model.orders import PaymentTerms, SalesOrder, SalesOrderLine
from crossdock.model.parties import Address, Parties, Party
from crossdock.model.prices import Charge, Price
from crossdock.model.quantities import Money, Quantity
from crossdock.model.shipments import FulfillmentLine, Package, PackedLine, Shipment
from crossdock.runtime.connector import Done, NotFound, Refused, Task, TryLater
from crossdock.runtime.ports import NoAnswer, Request, Response
from crossdock.simulation.tryton.environment import TrytonUnavailable
from crossdock.simulation.tryton.exchange import carry_out, send
from crossdock.simulation.tryton.office import Office
from crossdock.simulation.tryton.process import TrytonServer
from crossdock.simulation.tryton.provision import INTEGRATION, INTEGRATION_PASSWORD
from crossdock.simulation.tryton.server import running_tryton

Sender = Callable[[Request], Response]


def without(what_is_missing: Exception) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(str(what_is_missing), pytrace=False)
    pytest.skip(str(what_is_missing))


def settings_for(server: TrytonServer) -> Settings:
    return Settings(
        system="erp",
        url=server.url,
        database=server.database,
        user=INTEGRATION,
        password=INTEGRATION_PASSWORD,
        guest_customer="WEB-GUEST",
        nodes={"east": "EAST", "west": "WEST"},
        warehouse="EAST",
    )


def now() -> datetime:
    return datetime.now(UTC)


class Cutter:
    """Sends requests, and loses the answer to each kind of write once."""

    def __init__(self, sender: Sender = send) -> None:
        self.lost: list[str] = []
        self._sender = sender

    def __call__(self, request: Request) -> Response:
        response = self._sender(request)
        body = msgspec.json.decode(request.body)
        kind = self._kind(body["method"], body["params"])
        if kind and kind not in self.lost:
            self.lost.append(kind)
            raise NoAnswer("the line was cut")
        return response

    @staticmethod
    def _kind(method: str, params: list[object]) -> str:
        """The name of a write, empty for what only reads."""
        verb = method.rpartition(".")[2]
        if verb in ("login", "read", "search_read", "get_preferences"):
            return ""
        # A wizard's steps are told apart by the state they lead to.
        return f"{method} {params[2]}" if method.startswith("wizard.") and verb == "execute" else method


class Lane:
    """Carries commands out to the end, as a lane would: look-up after silence, again after `TryLater`."""

    def __init__(self, connector: Tryton, pause: Callable[[int], None] = lambda _attempt: time.sleep(0.05)) -> None:
        self.connector = connector
        self._pause = pause

    def run(self, command: Command, sender: Sender = send, most: int = 200) -> Done | Refused:
        unknown = False
        for attempt in range(1, most + 1):
            task = Task(command, "0" * 32, attempt, now())
            exchange = self.connector.look_up(task) if unknown else self.connector.perform(task)
            try:
                outcome = carry_out(exchange, sender)
            except NoAnswer:
                unknown = True
                continue
            match outcome:
                case Done() | Refused():
                    return outcome
                case TryLater():
                    self._pause(attempt)
                case NotFound():
                    unknown = False
        raise AssertionError(f"{command} never ends")

    def done(self, command: Command, sender: Sender = send) -> Event:
        """The one event of a command that is carried out."""
        outcome = self.run(command, sender)
        assert isinstance(outcome, Done), outcome
        (event,) = outcome.events
        return event

    def enter(self, order: SalesOrder, customer: str = "CUST-003", sender: Sender = send) -> str:
        """The number of the sale that the order becomes."""
        event = self.done(CreateSale(order, customer), sender)
        assert isinstance(event, SaleCreated)
        return event.sale_number


class Erp:
    """A person's view of the same Tryton: a clerk who reads everything and enters orders by hand."""

    def __init__(self, server: TrytonServer) -> None:
        self.office = Office(server)
        self.desk = self.office.desk

    def read(self, model: str, domain: list[object], *fields: str) -> list[dict[str, object]]:
        return carry_out(self.desk.client.search_read(model, domain, fields, None, [("id", "ASC")]))

    def sales(self, reference: str) -> list[dict[str, object]]:
        fields = ("number", "state", "shipment_state", "invoice_state", "lines", "untaxed_amount")
        return self.read("sale.sale", [("reference", "=", reference)], *fields)

    def shipped(self, sale_number: str) -> dict[tuple[str, str], Decimal]:
        """Units that went to the customer, by item and warehouse location."""
        (sale,) = self.read("sale.sale", [("number", "=", sale_number)], "moves")
        moves = carry_out(
            self.desk.client.read(
                "stock.move", sale["moves"], ("product.code", "quantity", "state", "from_location.name")
            )
        )
        total: dict[tuple[str, str], Decimal] = {}
        for move in moves:
            if move["state"] == "done":
                key = (move["product."]["code"], move["from_location."]["name"])
                total[key] = total.get(key, Decimal(0)) + move["quantity"]
        return total

    def phone_order(self, lines: dict[str, int], customer: str = "CUST-005", freight: str = "0") -> str:
        """The number of a sale that a clerk enters and confirms."""
        quantities = {item: Decimal(quantity) for item, quantity in lines.items()}
        return self.office.enter(customer, quantities, now().date(), freight=Decimal(freight), reference="PO-77")

    def invoices(self, reference: str) -> list[dict[str, object]]:
        fields = ("number", "state", "untaxed_amount", "total_amount", "amount_to_pay")
        return self.read("account.invoice", [("reference", "like", f"{reference}%")], *fields)

    def on_hand(self, item: str, warehouse: str) -> Decimal:
        desk = self.desk
        place = desk.id("stock.location", ("type", "=", "warehouse"), ("code", "=", warehouse))
        product = desk.id("product.product", ("code", "=", item))
        context = {"locations": [place], "stock_date_end": now().date(), "with_childs": True}
        (record,) = carry_out(desk.client.read("product.product", [product], ["quantity"], context))
        return Decimal(record["quantity"])


@pytest.fixture(scope="session")
def tryton_server() -> Iterator[TrytonServer]:
    try:
        with running_tryton(now().date()) as server:
            yield server
    except TrytonUnavailable as missing:
        without(missing)


@pytest.fixture(scope="session")
def connector(tryton_server: TrytonServer) -> Tryton:
    return Tryton(settings_for(tryton_server))


@pytest.fixture
def lane(connector: Tryton) -> Lane:
    return Lane(connector)


@pytest.fixture(scope="session")
def erp(tryton_server: TrytonServer) -> Erp:
    return Erp(tryton_server)


class Tools(NamedTuple):
    """What a test needs for another server than the shared one."""

    settings_for: Callable[[TrytonServer], Settings]
    without: Callable[[Exception], NoReturn]
    now: Callable[[], datetime]
    Lane: type[Lane]
    Cutter: type[Cutter]
    Erp: type[Erp]


@pytest.fixture(scope="session")
def tools() -> Tools:
    return Tools(settings_for, without, now, Lane, Cutter, Erp)


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return now


@pytest.fixture
def cutter() -> Cutter:
    return Cutter()


# --- what orders and their documents look like ---------------------------------------------------------------------


class Make:
    """Orders, shipments and bills of this test, named after it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def line(self, id: str, item: str, quantity: int | str, price: str = "9.90") -> SalesOrderLine:
        return SalesOrderLine(id, item, Quantity(Decimal(quantity)), Price(Money(Decimal(price), "USD")))

    def order(
        self,
        *lines: SalesOrderLine,
        kind: str = "on_account",
        freight: str = "",
        address: Address | None = None,
        customer: str = "CUST-003",
        suffix: str = "",
    ) -> SalesOrder:
        key = f"shop/{self.name}{suffix}"
        party = Party(number=customer)
        return SalesOrder(
            key=key,
            number=f"#{self.name}{suffix}",
            channel="shop",
            placed_at=now(),
            currency="USD",
            parties=Parties(party, ship_to=change(party, address=address) if address else None),
            lines=lines or (self.line("1", "SKU-001", 10), self.line("2", "SKU-002", 4)),
            terms=PaymentTerms(kind),  # type: ignore[arg-type]
            charges=(Charge("freight", Money(Decimal(freight), "USD")),) if freight else (),
        )

    def shipment(self, number: str, node: str, lines: tuple[FulfillmentLine, ...]) -> Shipment:
        packed = tuple(PackedLine(line.line, line.quantity, line.item) for line in lines)
        return Shipment(number, node, (Package("1", packed, tracking=f"1Z{number}"),), "UPS", now())

    def went(self, *lines: tuple[str, str, int]) -> tuple[FulfillmentLine, ...]:
        return tuple(FulfillmentLine(line, item, Decimal(quantity)) for line, item, quantity in lines)

    def bill(self, order: SalesOrder, units: dict[str, int], freight: bool = False) -> Invoice:
        lines = []
        for line in order.lines:
            if line.id in units:
                amount = line.price.amount * units[line.id]
                lines.append(InvoiceLine(line.id, line.item, Decimal(units[line.id]), line.price.amount, amount))
        charges = order.charges if freight else ()
        total = sum((line.amount.amount for line in lines), Decimal(0))
        total += sum((charge.amount.amount for charge in charges), Decimal(0))
        return Invoice("", order.key, tuple(lines), Money(total, order.currency), charges)


@pytest.fixture
def make(request: pytest.FixtureRequest) -> Make:
    return Make(f"{abs(hash(request.node.nodeid)) % 10**10}")
