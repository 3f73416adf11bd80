"""A whole estate in one thread under virtual time: production engine, lanes and connectors, simulated systems.

Nothing waits: the clock jumps to whatever is due next. One seed replays a run exactly. A World is one life of
Crossdock's process: after a crash another begins over the same store and the same systems.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crossdock.estate.model import Estate
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.records import CursorRow
from crossdock.journal.store import Store, StoreBusy, StoreUnavailable
from crossdock.processes.decision import Process
from crossdock.runtime.connector import Connector, Delivery, Feed, FeedPage, Rejected
from crossdock.runtime.engine import Engine
from crossdock.runtime.intake import conflict, intake
from crossdock.runtime.lanes import Attempt, Lanes
from crossdock.runtime.ports import Entropy, Exchange, NoAnswer, NotSent, Request, Response
from crossdock.runtime.work import MICROSECOND, instant, micros
from crossdock.simulation.network import Edge, Fate
from crossdock.simulation.systems.base import Outgoing

_SECOND = 1_000_000
_STORE_PAUSE = _SECOND // 2
"""How long Crossdock waits before it tries a store again that could not be reached, in microseconds."""


class HubClock:
    """What Crossdock's own machine says the time is: true time and an offset, held still where it would go backwards.
    All in microseconds."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset
        self._last = 0

    def read(self, now: int) -> int:
        self._last = max(self._last, now + self.offset)
        return self._last

    def reaches(self, due: int, now: int) -> int:
        """The true time at which this clock shows `due`."""
        return now if due <= self.read(now) else due - self.offset


class World:
    """Virtual time, and everything that happens in it. `run` goes on until nothing is due, or a time is reached."""

    def __init__(
        self,
        store: Store,
        estate: Estate,
        processes: Sequence[Process],
        connectors: Mapping[str, Connector],
        edges: Mapping[str, Edge],
        entropy: Entropy,
        start: datetime,
        latency: timedelta = timedelta(milliseconds=5),
        clock: HubClock | None = None,
    ) -> None:
        self.store = store
        self.estate = estate
        self.connectors = dict(connectors)
        self.edges = dict(edges)  # by host and port, as they stand in URLs
        self.now = micros(start)
        self.clock = clock or HubClock()
        self.engine = Engine(store, estate, processes, connectors)
        self.reader = store.reader()
        self.lanes = Lanes(estate, connectors, entropy, "world")
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._edges = [edge for _, edge in sorted(self.edges.items())]
        self._stirred = True  # something may wait in an inbox
        self._alarm: int | None = None  # when the next timer or recheck is due, by our clock
        self._store_back_at = 0
        self.read_at: dict[str, int] = {}  # when each feed was last read to its end, in true time
        self.latency = latency
        store.commit(self.lanes.recover(self.reader, self.time))
        for system, connector in sorted(self.connectors.items()):
            for feed in connector.feeds:
                self.read_at[f"feed {system}/{feed.name}"] = 0
                self._later(self.now, lambda s=system, f=feed: self._poll(s, f, _SECOND))  # type: ignore[misc]

    # --- time -----------------------------------------------------------------------------------------------------

    @property
    def time(self) -> int:
        """What our own clock says."""
        return self.clock.read(self.now)

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Do something at an instant: a customer orders, a person acts."""
        self._later(micros(when), action)

    def _later(self, at: int, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (max(at, self.now), self._count, action))

    def run(self, until: datetime) -> None:
        """Let time pass up to an instant."""
        end = micros(until)
        self._stirred = True
        while True:
            self._settle()
            due = self._next_due()
            if due is None or due > end:
                self.now = max(self.now, end)
                return
            self.now = max(self.now, due)

    def _settle(self) -> None:
        """Everything that is due now, until nothing is."""
        busy = True
        while busy:
            busy = False
            while self._agenda and self._agenda[0][0] <= self.now:
                heapq.heappop(self._agenda)[2]()
                busy = self._stirred = True
            busy = self._listen() or busy
            busy = self._step() or busy
            busy = self._dispatch() or busy

    def _next_due(self) -> int | None:
        now = instant(self.now)
        moments = [micros(due) for edge in self._edges if (due := edge.next_due(now)) is not None]
        ours = [self.clock.reaches(due, self.now) for due in (self._alarm, self.lanes.next_due()) if due is not None]
        if ours:
            moments.append(max(min(ours), self._store_back_at))
        if self._agenda:
            moments.append(self._agenda[0][0])
        return min(moments, default=None)

    # --- the store --------------------------------------------------------------------------------------------------

    def commit(self, batch: Batch) -> Receipt:
        """Write, and have the engine look at it. Raises what the store raises."""
        self._stirred = True
        return self.store.commit(batch)

    def _insist(self, batch: Batch, written: Callable[[bool], None], late: bool = False) -> None:
        """Keep an outcome until it could be written; then `written` hears whether it took more than one try. Its
        updates are conditional, so repeating is safe."""
        try:
            self.commit(batch)
        except (StoreUnavailable, StoreBusy):
            self._later(self.now + _STORE_PAUSE, lambda: self._insist(batch, written, True))
            return
        written(late)

    def _no_store(self) -> None:
        # What was being written may be there: what follows from it is read from the journal.
        self.lanes.look_again()
        self._store_back_at = self.now + _STORE_PAUSE
        self._later(self._store_back_at, lambda: None)

    # --- the engine and the lanes -----------------------------------------------------------------------------------

    def _step(self) -> bool:
        if self.now < self._store_back_at:
            return False
        if not self._stirred and (self._alarm is None or self._alarm > self.time):
            return False
        try:
            stepped = self.engine.step(self.time)
            if stepped is None:
                self._stirred = False
                self._alarm = self.reader.next_due()
                return False
        except (StoreUnavailable, StoreBusy):
            self._no_store()
            return False
        self.lanes.offer(stepped.commands)
        return stepped.messages > 0

    def _dispatch(self) -> bool:
        if self.now < self._store_back_at:
            return False
        attempts: list[Attempt] = []
        try:
            self.lanes.refill(self.reader, self.time)
            attempts, batch = self.lanes.start(self.time)
            if batch.rows():
                attempts = self.lanes.not_recorded(attempts, self.commit(batch).updates)
        except (StoreUnavailable, StoreBusy):
            self._no_store()
            self._insist(self.lanes.take_back(attempts, self.time), lambda _: self.lanes.taken_back(attempts))
            return False
        for attempt in attempts:
            self._begin(attempt)
        return bool(attempts)

    def _begin(self, attempt: Attempt) -> None:
        def ended(result: object) -> None:
            def written(late: bool) -> None:
                self.lanes.written(attempt.row)
                if late:
                    self.lanes.look_again()

            self._insist(self.lanes.finish(attempt, result, self.time), written)  # type: ignore[arg-type]

        self._drive(attempt.exchange, ended)

    def _drive(self, exchange: Exchange, ended: Callable[[object], None]) -> None:  # type: ignore[type-arg]
        """Play an exchange over virtual time: each request takes as long as its edge says."""
        sent = False

        def go_on(step: Callable[[], Request]) -> None:
            try:
                request = step()
            except StopIteration as stop:
                ended(stop.value)
            except (NotSent, NoAnswer) as error:
                ended(error)
            except Exception as error:  # a connector's fault must end its attempt, not its lane
                reason = f"the connector failed: {type(error).__name__}: {error}"
                ended(NoAnswer(reason) if sent else NotSent(reason))
            else:
                self._send(request, answered)

        def answered(result: Response | NotSent | NoAnswer) -> None:
            nonlocal sent
            sent = True
            if isinstance(result, Response):
                go_on(lambda: exchange.send(result))
            else:
                go_on(lambda: exchange.throw(result))

        go_on(lambda: next(exchange))

    def _send(self, request: Request, answered: Callable[[Response | NotSent | NoAnswer], None]) -> None:
        edge = self.edges.get(urlsplit(request.url).netloc)
        fate = Fate(None, sent=False) if edge is None else edge.reach(request, instant(self.now))
        after = min(fate.after, timedelta(seconds=request.timeout)) + self.latency
        result: Response | NotSent | NoAnswer
        if not fate.sent:
            result = NotSent(f"nobody listens at {urlsplit(request.url).netloc}")
        elif fate.response is None or fate.after.total_seconds() >= request.timeout:
            result = NoAnswer(f"no answer within {request.timeout:g} s")
        else:
            result = fate.response
        self._later(self.now + after // MICROSECOND, lambda: answered(result))

    # --- what comes in ----------------------------------------------------------------------------------------------

    def _listen(self) -> bool:
        """Take the webhooks that are due. Whoever was about to be answered when the process died hears nothing."""
        now = instant(self.now)
        heard = False
        for edge in self._edges:
            waiting: list[Outgoing] = edge.due(now)
            heard = heard or bool(waiting)
            for n, outgoing in enumerate(waiting):
                try:
                    status = self.receive(outgoing.request)
                except BaseException:
                    for unheard in waiting[n:]:
                        edge.system.told(unheard.ticket, 0, now)
                    raise
                self.acknowledge(outgoing.request, status)
                edge.system.told(outgoing.ticket, status, now)
        return heard

    def acknowledge(self, request: Request, status: int) -> None:
        """A sender is told its status. For whoever watches."""

    def receive(self, request: Request) -> int:
        """A webhook at `/in/{system}/{topic}`, as the API takes it; its status."""
        _, _, system, topic = urlsplit(request.url).path.split("/", 3)
        connector = self.connectors.get(system)
        if connector is None:
            return 404
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = Delivery(topic, request.body, headers)
        arrival = connector.receive(delivery, instant(self.time))
        if isinstance(arrival, Rejected):
            return arrival.status
        row = intake(system, delivery, arrival, instant(self.time), self.store.partitions, self.estate.retention)
        try:
            if self.commit(Batch(intake=[row])).intake == ["different"]:
                self.commit(conflict(row, self.time))
        except (StoreUnavailable, StoreBusy):
            return 503
        return 202

    def _poll(self, system: str, feed: Feed, pause: int) -> None:
        """`pause` is how long to wait before the next try, should this one fail."""
        name = f"feed {system}/{feed.name}"
        every = feed.every // MICROSECOND

        def failed() -> None:
            self._later(self.now + min(pause, every * 10), lambda: self._poll(system, feed, pause * 2))

        try:
            cursor = self.reader.cursor(name) or ""
        except (StoreUnavailable, StoreBusy):
            failed()
            return

        def ended(result: object) -> None:
            if not isinstance(result, FeedPage):
                failed()
                return
            try:
                self._take_page(system, name, cursor, result)
            except (StoreUnavailable, StoreBusy):
                failed()
                return
            if not result.more:
                self.read_at[name] = self.now
            again = self.now if result.more else self.now + every
            self._later(again, lambda: self._poll(system, feed, _SECOND))

        self._drive(feed.read(cursor, instant(self.time)), ended)

    def _take_page(self, system: str, name: str, cursor: str, page: FeedPage) -> None:
        connector = self.connectors[system]
        now = instant(self.time)
        rows = [
            intake(system, delivery, connector.arrival(delivery), now, self.store.partitions, self.estate.retention)
            for delivery in page.deliveries
        ]
        if rows:
            receipt = self.commit(Batch(intake=rows))
            for row, became in zip(rows, receipt.intake, strict=True):
                if became == "different":
                    self.commit(conflict(row, self.time))
        if page.cursor != cursor:
            self.store.commit(Batch(cursors=[CursorRow(name, page.cursor, self.time)]))
