"""Simulated systems without sockets, and connectors driven against them, for tests."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from crossdock.model.commands import Command
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.parties import Address, Parties, Party
from crossdock.model.prices import Price
from crossdock.model.quantities import Money, Quantity
from crossdock.runtime.connector import Connector, Delivery, Feed, FeedPage, LookedUp, Outcome, Task
from crossdock.runtime.exchange import drive
from crossdock.runtime.ports import NoAnswer, NotSent, Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.network import Edge
from crossdock.simulation.systems.base import Outgoing, Simulated
from crossdock.simulation.systems.catalogue import Catalogue, CatalogueCustomer, CatalogueItem

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TOKEN = "token-of-the-test"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ADDRESS = Address(("1 Dock Road",), "Louisville", "40202", "KY", "US", "Ada Byron")

CATALOGUE = Catalogue(
    items={
        "BOLT": CatalogueItem("BOLT", "Bolt", Decimal("2.50")),
        "NUT": CatalogueItem("NUT", "Nut", Decimal("1.00"), substitutes=("BOLT",)),
        "SET": CatalogueItem(
            "SET", "Bolt and nuts", Decimal("4.00"), components=(("BOLT", Decimal(1)), ("NUT", Decimal(2)))
        ),
    },
    customers={
        "C-1": CatalogueCustomer("C-1", "Byron Ltd", "ada@byron.example", ADDRESS, Decimal(1000), Decimal(100)),
        "C-2": CatalogueCustomer(
            "C-2", "Hopper Inc", "grace@hopper.example", ADDRESS, prices=(("BOLT", Decimal("2.00")),)
        ),
    },
)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def order(
    number: str = "#1001", lines: Iterable[tuple[str, str]] = (("BOLT", "4"),), customer: str = "C-1"
) -> SalesOrder:
    """An order of a shop: lines as item and quantity, at list prices."""
    return SalesOrder(
        key=f"shop/{number.removeprefix('#')}77",
        number=number,
        channel="shop",
        placed_at=NOW,
        currency="USD",
        parties=Parties(Party("Ada Byron", customer, "ada@byron.example", address=ADDRESS)),
        lines=tuple(
            SalesOrderLine(f"L{n}", item, Quantity(Decimal(quantity)), Price(Money(_price(item), "USD")))
            for n, (item, quantity) in enumerate(lines, 1)
        ),
    )


def _price(item: str) -> Decimal:
    known = CATALOGUE.items.get(item)
    return known.price if known else Decimal(1)


class Bench:
    """One connector before one simulated system, at a time that the test moves."""

    def __init__(self, connector: Connector, system: Simulated) -> None:
        self.connector = connector
        self.system = system
        self.edge = Edge(system, Chance(7))
        self.now = NOW
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        fate = self.edge.reach(request, self.now)
        if not fate.sent:
            raise NotSent("refused")
        if fate.response is None:
            raise NoAnswer("none")
        return fate.response

    def losing(self, request: Request) -> Response:
        """The system does it, and its answer is lost."""
        self.system.handle(request, self.now)
        raise NoAnswer("lost")

    def perform(
        self, command: Command, key: str = "k1", send: Callable[[Request], Response] | None = None
    ) -> Outcome | NotSent | NoAnswer:
        return drive(self.connector.perform(Task(command, key, 1, self.now)), send or self.send)

    def look_up(self, command: Command, key: str = "k1") -> LookedUp | NotSent | NoAnswer:
        return drive(self.connector.look_up(Task(command, key, 2, self.now)), self.send)

    def read(self, feed: Feed, cursor: str = "") -> FeedPage | NotSent | NoAnswer:
        return drive(feed.read(cursor, self.now), self.send)

    def wait(self, **span: int) -> list[Outgoing]:
        """Let time pass; the callbacks that the system sent meanwhile, all of them taken."""
        end = self.now + timedelta(**span)
        sent: list[Outgoing] = []
        while (at := self.system.next_due()) is not None and at <= end:
            self.now = max(at, self.now)
            for outgoing in self.edge.due(self.now):
                self.system.told(outgoing.ticket, 200, self.now)
                sent.append(outgoing)
        self.now = end
        return sent

    def answering(self, response: Response) -> Callable[[Request], Response]:
        return lambda request: response


def delivery(outgoing: Outgoing, topic: str = "events") -> Delivery:
    """A callback as the intake hands it on."""
    return Delivery(topic, outgoing.request.body, {k.lower(): v for k, v in outgoing.request.headers.items()})
