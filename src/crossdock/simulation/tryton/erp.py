"""A real Tryton as a demo's ERP: its people, its books, and the bad line to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg

from crossdock.estate.model import Limits, System
from crossdock.simulation.back_office import Errand
from crossdock.simulation.chance import Chance
from crossdock.simulation.distributor import WAREHOUSES
from crossdock.simulation.kinds import SERVICE
from crossdock.simulation.mix import GUEST_CUSTOMER
from crossdock.simulation.story import Mix, Phone
from crossdock.simulation.systems.faults import Faults
from crossdock.simulation.systems.ledger import Row
from crossdock.simulation.tryton.books import CHANNEL, Books
from crossdock.simulation.tryton.environment import Progress, TrytonUnavailable
from crossdock.simulation.tryton.master_data import tryton_data
from crossdock.simulation.tryton.office import Office
from crossdock.simulation.tryton.process import TrytonServer
from crossdock.simulation.tryton.provision import INTEGRATION, INTEGRATION_PASSWORD
from crossdock.simulation.tryton.proxy import Proxy
from crossdock.simulation.tryton.server import running_tryton

_PASSWORD = "CROSSDOCK_ERP_PASSWORD"
_LOOKS_EVERY = timedelta(seconds=1)
_SECOND = timedelta(seconds=1)


class TrytonErp:
    """A running Tryton, seen by its clerk (one thing after the other, in a thread of his own), by whoever reads its
    books, and by Crossdock through the proxy."""

    def __init__(self, server: TrytonServer, proxy: Proxy, concurrency: int) -> None:
        """Sign in; takes some moments. Raises TrytonError."""
        self.proxy = proxy
        self._server = server
        self._concurrency = concurrency
        self._office = Office(server)
        self._books = Books(server)
        self._clerk = ThreadPoolExecutor(1, "tryton-clerk")
        self._reader = ThreadPoolExecutor(1, "tryton-books")
        self._errands: list[Future[str]] = []
        self._sight: Future[tuple[set[tuple[str, str]], set[tuple[str, str]]]] | None = None
        self._seen: tuple[set[tuple[str, str]], set[tuple[str, str]]] = (set(), set())
        self._looked_at = datetime.min.replace(tzinfo=UTC)

    def close(self) -> None:
        """Let people go home."""
        self._clerk.shutdown(cancel_futures=True)
        self._reader.shutdown(cancel_futures=True)

    # --- what an estate declares -----------------------------------------------------------------------------------

    def system(self) -> System:
        """Polls are quick, as a demo is short. A request that was cut off has ended within its time-out."""
        settings: dict[str, object] = {
            "database": self._server.database,
            "user": INTEGRATION,
            "channel": CHANNEL,
            "guest_customer": GUEST_CUSTOMER,
            "nodes": dict(WAREHOUSES),
            "warehouse": WAREHOUSES["east"],
            "observe_stock": False,
            "service": SERVICE,
            "poll_every": "PT2S",
            "overlap": "PT15S",
            "look_up": {"visible_within": "PT0.2S", "may_still_run_for": "PT10S"},
        }
        limits = Limits(self._concurrency, 0.0, 30 * _SECOND, 60, 0.2 * _SECOND, 3 * _SECOND)
        return System("erp", "tryton", self.proxy.url, settings, {"password": f"env:{_PASSWORD}"}, limits)

    def environment(self) -> dict[str, str]:
        return {_PASSWORD: INTEGRATION_PASSWORD}

    # --- its people ------------------------------------------------------------------------------------------------

    def enter(self, call: Phone, now: datetime) -> Errand:
        office, today = self._office, now.date()
        return self._send(lambda: office.enter(call.customer, dict(call.lines), today, freight=call.freight))

    def rewrite(self, number: str, quantities: Mapping[str, int], now: datetime) -> Errand:
        wanted, today = {item: Decimal(units) for item, units in quantities.items()}, now.date()
        return self._send(lambda: self._office.amend(number, wanted, today), number)

    def cancel(self, number: str, now: datetime) -> Errand:
        return self._send(lambda: self._office.call_off(number), number)

    def receive(self, customer: str, amount: Decimal, now: datetime) -> Errand:
        return self._send(lambda: self._office.receive(customer, amount, now.date()))

    def _send(self, work: Callable[[], str | None], number: str = "") -> Errand:
        future = self._clerk.submit(lambda: work() or number)
        self._errands.append(future)
        return lambda: future.result() if future.done() else None

    def is_busy(self) -> bool:
        self._errands = [errand for errand in self._errands if not errand.done()]
        return bool(self._errands)

    # --- its books -------------------------------------------------------------------------------------------------

    def holds_sale(self, channel: str, number: str) -> bool:
        return (channel, number) in self._look()[0]

    def has_billed(self, channel: str, number: str) -> bool:
        return (channel, number) in self._look()[1]

    def rows(self) -> list[Row]:
        return self._books.rows()

    def _look(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """Orders sold and billed as of a moment ago, read beside everything else."""
        if self._sight is not None and self._sight.done():
            self._seen, self._sight = self._sight.result(), None
        now = datetime.now(UTC)
        if self._sight is None and now - self._looked_at > _LOOKS_EVERY:
            self._looked_at = now
            self._sight = self._reader.submit(lambda: (self._books.sold(), self._books.billed()))
        return self._seen

    # --- the line to it --------------------------------------------------------------------------------------------

    def disturb(self, faults: Faults) -> None:
        self.proxy.disturb(faults)

    def calm(self) -> None:
        self.proxy.calm()


@asynccontextmanager
async def tryton_erp(mix: Mix, today: date, seed: int, postgres: str, progress: Progress) -> AsyncIterator[TrytonErp]:
    """A started Tryton that knows the mix's items and customers, gone at the end.

    `postgres` is the URI of a server to make its database on; without it the database is SQLite. `progress` is told in
    words, from a thread of its own. Raises TrytonUnavailable.
    """
    data = tryton_data(mix, WAREHOUSES)
    running = running_tryton(today, data, postgres=postgres, workers=2 if postgres else 0, progress=progress)
    try:
        server = await asyncio.to_thread(running.__enter__)
    except psycopg.Error as error:
        reason = str(error).partition("\n")[0]
        raise TrytonUnavailable(
            f"a database for Tryton can't be made beside the journal's: {reason}; name a user who may create databases"
        ) from error
    proxy = Proxy(server.url, Chance(seed, "systems").stream("erp/network"))
    try:
        await proxy.start()
        erp = await asyncio.to_thread(TrytonErp, server, proxy, 4 if postgres else 2)
        try:
            yield erp
        finally:
            await asyncio.to_thread(erp.close)
    finally:
        await proxy.stop()
        await asyncio.to_thread(running.__exit__, None, None, None)
