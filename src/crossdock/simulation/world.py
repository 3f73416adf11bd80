"""A whole estate in one thread under virtual time: production engine, lanes and connectors, simulated systems.

Nothing waits: the clock jumps to whatever is due next. One seed replays a run exactly.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crossdock.estate.model import Estate
from crossdock.journal.batch import Batch
from crossdock.journal.records import CursorRow
from crossdock.journal.store import Store
from crossdock.processes.decision import Process
from crossdock.runtime.connector import Connector, Delivery, Feed, FeedPage, Rejected
from crossdock.runtime.engine import Engine
from crossdock.runtime.intake import conflict, intake
from crossdock.runtime.lanes import Attempt, Lanes
from crossdock.runtime.ports import Entropy, Exchange, NoAnswer, NotSent, Request, Response
from crossdock.runtime.work import MICROSECOND, instant, micros
from crossdock.simulation.network import Edge, Fate


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
    ) -> None:
        self.store = store
        self.estate = estate
        self.connectors = dict(connectors)
        self.edges = dict(edges)  # by host and port, as they stand in URLs
        self.now = micros(start)
        self.engine = Engine(store, estate, processes, connectors)
        self.reader = store.reader()
        self.lanes = Lanes(estate, connectors, entropy, "world")
        self._agenda: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self.latency = latency
        store.commit(self.lanes.recover(self.reader, self.now))
        for system, connector in sorted(self.connectors.items()):
            for feed in connector.feeds:
                self._later(self.now, lambda s=system, f=feed: self._poll(s, f))  # type: ignore[misc]

    # --- time -----------------------------------------------------------------------------------------------------

    def at(self, when: datetime, action: Callable[[], None]) -> None:
        """Do something at an instant: a customer orders, a person acts."""
        self._later(micros(when), action)

    def _later(self, at: int, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (max(at, self.now), self._count, action))

    def run(self, until: datetime) -> None:
        """Let time pass up to an instant."""
        end = micros(until)
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
                busy = True
            for _, edge in sorted(self.edges.items()):
                for outgoing in edge.due(instant(self.now)):
                    status = self.receive(outgoing.request)
                    edge.system.told(outgoing.ticket, status, instant(self.now))
                    busy = True
            busy = self._step() or busy
            busy = self._dispatch() or busy

    def _next_due(self) -> int | None:
        moments = [self.reader.next_due(), self.lanes.next_due()]
        dues = [edge.next_due(instant(self.now)) for edge in self.edges.values()]
        moments.extend(micros(due) for due in dues if due is not None)
        if self._agenda:
            moments.append(self._agenda[0][0])
        return min((moment for moment in moments if moment is not None), default=None)

    # --- the engine and the lanes -----------------------------------------------------------------------------------

    def _step(self) -> bool:
        stepped = self.engine.step(self.now)
        if stepped is None:
            return False
        self.lanes.offer(stepped.commands)
        return stepped.messages > 0

    def _dispatch(self) -> bool:
        self.lanes.refill(self.reader, self.now)
        attempts, batch = self.lanes.start(self.now)
        if batch.rows():
            attempts = self.lanes.not_recorded(attempts, self.store.commit(batch).updates)
        for attempt in attempts:
            self._begin(attempt)
        return bool(attempts)

    def _begin(self, attempt: Attempt) -> None:
        def ended(result: object) -> None:
            self.store.commit(self.lanes.finish(attempt, result, self.now))  # type: ignore[arg-type]

        self._drive(attempt.exchange, ended)

    def _drive(self, exchange: Exchange, ended: Callable[[object], None]) -> None:  # type: ignore[type-arg]
        """Play an exchange over virtual time: each request takes as long as its edge says."""

        def go_on(step: Callable[[], Request]) -> None:
            try:
                request = step()
            except StopIteration as stop:
                ended(stop.value)
            except (NotSent, NoAnswer) as error:
                ended(error)
            else:
                self._send(request, answered)

        def answered(result: Response | NotSent | NoAnswer) -> None:
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

    def receive(self, request: Request) -> int:
        """A webhook at `/in/{system}/{topic}`, as the API takes it; its status."""
        _, _, system, topic = urlsplit(request.url).path.split("/", 3)
        connector = self.connectors.get(system)
        if connector is None:
            return 404
        headers = {name.lower(): value for name, value in request.headers.items()}
        delivery = Delivery(topic, request.body, headers)
        arrival = connector.receive(delivery, instant(self.now))
        if isinstance(arrival, Rejected):
            return arrival.status
        row = intake(system, delivery, arrival, instant(self.now), self.store.partitions, self.estate.retention)
        receipt = self.store.commit(Batch(intake=[row]))
        if receipt.intake == ["different"]:
            self.store.commit(conflict(row, self.now))
        return 202

    def _poll(self, system: str, feed: Feed) -> None:
        name = f"feed {system}/{feed.name}"
        cursor = self.reader.cursor(name) or ""

        def ended(result: object) -> None:
            again = self.now + feed.every // MICROSECOND
            if isinstance(result, FeedPage):
                self._take_page(system, name, cursor, result)
                again = self.now if result.more else again
            self._later(again, lambda: self._poll(system, feed))

        self._drive(feed.read(cursor, instant(self.now)), ended)

    def _take_page(self, system: str, name: str, cursor: str, page: FeedPage) -> None:
        connector = self.connectors[system]
        rows = [
            intake(
                system,
                delivery,
                connector.arrival(delivery),
                instant(self.now),
                self.store.partitions,
                self.estate.retention,
            )
            for delivery in page.deliveries
        ]
        if rows:
            receipt = self.store.commit(Batch(intake=rows))
            for row, became in zip(rows, receipt.intake, strict=True):
                if became == "different":
                    self.store.commit(conflict(row, self.now))
        if page.cursor != cursor:
            self.store.commit(Batch(cursors=[CursorRow(name, page.cursor, self.now)]))
