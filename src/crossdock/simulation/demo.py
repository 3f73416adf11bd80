"""The demo: a simulated distributor on real ports, Crossdock in between, and a mix of orders played through.

Its ERP is simulated too, or a real Tryton.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from crossdock.api.application import make_application
from crossdock.app.installation import installation
from crossdock.app.serve import listen, serving
from crossdock.console.pages import console_pages
from crossdock.governance.access import Access, Person, hash_password
from crossdock.journal.store import StoreRefused
from crossdock.model.base import Value
from crossdock.model.codec import encode
from crossdock.model.events import Event
from crossdock.runtime.intake import event_intake
from crossdock.runtime.work import micros
from crossdock.simulation.back_office import RealErp
from crossdock.simulation.customers import Customers
from crossdock.simulation.distributor import Distributor
from crossdock.simulation.http import Server
from crossdock.simulation.kinds import PHONE_KINDS, SHOP_KINDS
from crossdock.simulation.mix import make_mix
from crossdock.simulation.people import ORDER, Clerk
from crossdock.simulation.real_kinds import REAL_PHONE_KINDS, REAL_SHOP_KINDS
from crossdock.simulation.reconcile import Verdict, reconcile, write_expected, write_ledgers
from crossdock.simulation.recount import Called
from crossdock.simulation.story import Mix
from crossdock.simulation.systems.faults import LEVELS
from crossdock.simulation.tryton.erp import tryton_erp

GLANCE = 0.03
QUIET_SECONDS = 3.5
USER = "demo"
_CLOSED = ("closed", "cancelled", "rejected")


class Options(Value, frozen=True):
    """What the demo is asked to do. `rate` is orders a second. A real ERP's database is made on the journal's
    PostgreSQL server, where that is one."""

    database: str
    orders: int = 200
    rate: float = 20.0
    faults: str = "some"
    seed: int = 1
    port: int = 0
    ledgers: Path | None = None
    erp: Literal["simulated", "tryton"] = "simulated"

    @property
    def seconds_an_order(self) -> float:
        """The longest that it may take for each order."""
        return 2.0 if self.erp == "simulated" else 12.0


@dataclass(slots=True)
class Progress:
    """How far it is: for the screen."""

    address: str
    password: str
    placed: int
    orders: int
    phases: dict[str, int]
    exceptions: int
    under_way: int
    seconds: float


class Report(Value, frozen=True):
    """What came of it, recounted from all systems' own ledgers."""

    orders: int
    closed: int
    waiting_with_reason: int
    lost: int
    duplicated: int
    oversold: int
    wrong_outcomes: int
    outcomes: dict[str, dict[str, int]]
    units: str
    seconds: float
    orders_per_second: float
    faults: str
    seed: int
    erp: str
    findings: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.duplicated or self.oversold or self.wrong_outcomes)


class Demo:
    """One run. `start` it in a running loop, `play` the mix to its end, `close` it."""

    def __init__(
        self, options: Options, show: Callable[[Progress], None], say: Callable[[str], None] = lambda _words: None
    ) -> None:
        """`show` is told how far it is; `say`, from any thread, what is prepared before it can begin."""
        self.options = options
        self.password = secrets.token_urlsafe(9)
        self.address = ""
        self._show = show
        self._announce = say
        self._stack = AsyncExitStack()
        self._said = 0
        self._done_at: int | None = None
        self._saying: set[asyncio.Task[list[str]]] = set()

    async def start(self) -> None:
        """Start the systems and Crossdock. Raises what keeps it from running, in one sentence."""
        options = self.options
        listener = self._stack.enter_context(listen("127.0.0.1", options.port))
        hub = f"http://127.0.0.1:{listener.getsockname()[1]}"
        today = datetime.now(UTC).date()
        kinds = (SHOP_KINDS, PHONE_KINDS) if options.erp == "simulated" else (REAL_SHOP_KINDS, REAL_PHONE_KINDS)
        mix = make_mix(options.seed, options.orders, options.rate, today, *kinds)
        real = await self._real_erp(mix, today)
        self._began = datetime.now(UTC)
        faults = LEVELS[options.faults]
        self._distributor = Distributor(mix, self._began, hub, options.seed, faults, real=real)
        urls = {}
        for name, edge in self._distributor.edges.items():
            urls[name] = await self._stack.enter_async_context(_running(Server(edge)))
        estate = self._distributor.estate(urls, hub, self._began)
        access = Access(people=(Person(USER, hash_password(self.password), ("admin",)),))
        self._crossdock = await self._stack.enter_async_context(
            installation(estate, access, options.database, self._distributor.environment())
        )
        if any("/" in name for name in self._crossdock.reader().counts()):
            raise StoreRefused("the database holds orders already; the demo needs an empty one, see --database")
        pages = console_pages(self._crossdock, secrets.token_bytes(32))
        application = make_application(self._crossdock, pages)
        self.address = await self._stack.enter_async_context(serving(application, listener))
        self._clerk = Clerk(self._crossdock.reader(), self._crossdock.processes[ORDER], self._say)
        self._customers = Customers(mix, self._distributor, self._began, self._clerk)

    async def _real_erp(self, mix: Mix, today: date) -> RealErp | None:
        options = self.options
        if options.erp == "simulated":
            return None
        server = options.database if options.database.startswith("postgresql://") else ""
        return await self._stack.enter_async_context(tryton_erp(mix, today, options.seed, server, self._announce))

    async def play(self) -> Report:
        """Let customers order and people act until nothing moves any more; then recount."""
        began = time.monotonic()
        most = began + 60 + self.options.orders * self.options.seconds_an_order
        still_since, before, shown = began, -1, 0.0
        while time.monotonic() < most:
            now = time.monotonic()
            self._customers.act(datetime.now(UTC))
            if self._customers.is_done and self._done_at is None:
                self._done_at = micros(datetime.now(UTC))
                self._distributor.calm()
            messages = self._crossdock.worker.writer.messages
            if messages != before or not self._is_still():
                before, still_since = messages, now
            if now - still_since > QUIET_SECONDS:
                break
            if now - shown > 0.5:
                self._show(self._progress(now - began))
                shown = now
            await asyncio.sleep(GLANCE)
        self._show(self._progress(still_since - began))
        return await self._report(max(still_since - began, 0.001))

    async def close(self) -> None:
        await self._stack.aclose()

    def _say(self, key: str, event: Event) -> None:
        """What our people say goes in as the API would take it."""
        self._said += 1
        crossdock = self._crossdock
        row = event_intake(
            event,
            key=key,
            source="people",
            message_id=str(self._said),
            body=encode(event),
            now=crossdock.now(),
            partitions=crossdock.partitions,
            retention=timedelta(days=1),
        )
        task = asyncio.ensure_future(crossdock.take([row]))
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    def _is_still(self) -> bool:
        """Nothing moves, and every feed was read since the last customer was done: what no webhook told is known."""
        if self._done_at is None:
            return False
        if any(health.last_read_at < self._done_at for health in self._crossdock.worker.feeds.values()):
            return False
        counts = self._crossdock.reader().counts()
        busy = counts["inbox"] or counts["commands"] or self._distributor.is_busy()
        return not busy

    def _progress(self, seconds: float) -> Progress:
        counts = self._crossdock.reader().counts()
        phases = {name.partition("/")[2]: n for name, n in counts.items() if name.startswith(f"{ORDER}/") and n}
        return Progress(
            self.address,
            self.password,
            len(self._customers.placed),
            self.options.orders,
            phases,
            counts["exceptions"],
            counts["commands"],
            seconds,
        )

    # --- the end ----------------------------------------------------------------------------------------------------

    async def _report(self, seconds: float) -> Report:
        rows = await asyncio.to_thread(self._distributor.rows)
        stories = self._customers.placed
        verdict = reconcile(rows, stories, self._reasons())
        if self.options.ledgers is not None:
            write_ledgers(rows, self.options.ledgers)
            write_expected(stories, self.options.ledgers / "expected.csv")
        return _report(self.options, verdict, self._closed(), seconds)

    def _closed(self) -> int:
        counts = self._crossdock.reader().counts()
        return sum(counts.get(f"{ORDER}/{phase}", 0) for phase in _CLOSED)

    def _reasons(self) -> dict[Called, str]:
        """Why Crossdock says that an order waits, for those that do."""
        reasons: dict[Called, str] = {}
        process = self._crossdock.processes[ORDER]
        for called in self._customers.placed:
            row = self._clerk.find(*called)
            if row is not None and not row.over:
                waits = process.waiting(self._clerk.state(row))
                if waits:
                    reasons[called] = "; ".join(each.what for each in waits)
        return reasons


def _report(options: Options, verdict: Verdict, closed: int, seconds: float) -> Report:
    found = [f"{finding.fault}: {finding.about}: {finding.reason}" for finding in verdict.findings]
    return Report(
        verdict.orders,
        closed,
        verdict.waiting,
        verdict.count("lost"),
        verdict.count("duplicated"),
        verdict.count("oversold"),
        len(verdict.wrong),
        verdict.outcomes,
        str(verdict.units),
        round(seconds, 2),
        round(verdict.orders / seconds, 1),
        options.faults,
        options.seed,
        options.erp,
        (*found, *(f"outcome: {wrong}" for wrong in verdict.wrong)),
    )


@asynccontextmanager
async def _running(server: Server) -> AsyncIterator[str]:
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()
