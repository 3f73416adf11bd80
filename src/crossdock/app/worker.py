"""The worker: lanes and feeds on the event loop, the engine on the writer's thread."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta

import structlog

from crossdock.app.writer import Settled, Writer
from crossdock.estate.model import Estate
from crossdock.journal.batch import Answer, Batch, Intake, Receipt
from crossdock.journal.records import CommandRow, CursorRow
from crossdock.journal.store import Store, StoreBusy, StoreRejected, StoreUnavailable
from crossdock.processes.decision import Process
from crossdock.runtime.connector import Connector, Feed, FeedPage
from crossdock.runtime.engine import Engine, Stepped
from crossdock.runtime.exchange import drive_async
from crossdock.runtime.intake import conflict, intake
from crossdock.runtime.lanes import Attempt, Lanes
from crossdock.runtime.ports import Clock, Entropy, NoAnswer, NotSent, Request, Response
from crossdock.runtime.work import micros

_log = structlog.get_logger(__name__)
POLL_SECONDS = 0.5
FIRST_PAUSE = timedelta(seconds=1)

Outcome = tuple[CommandRow, Answer]
"""What came of an attempt, with its system."""


class Worker:
    """One running installation: give it the parts, `start` it within a running loop, `stop` it."""

    def __init__(
        self,
        store: Store,
        estate: Estate,
        processes: list[Process],
        connectors: Mapping[str, Connector],
        clock: Clock,
        entropy: Entropy,
        send: Callable[[Request], Awaitable[Response]],
        name: str = "worker",
    ) -> None:
        self._estate = estate
        self._connectors = dict(connectors)
        self._clock = clock
        self._send = send
        self._store = store
        self._reader = store.reader()
        self._lanes = Lanes(estate, connectors, entropy, name)
        engine = Engine(store, estate, processes, connectors)
        self._writer = Writer(store, engine, clock, self._stepped, self._committed, self._failed)
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiters: dict[bytes, set[asyncio.Event]] = {}
        self._wake = asyncio.Event()
        self._outcomes: list[Outcome] = []
        self._stopping = False
        self.feeds: dict[str, FeedHealth] = {}
        self.failure = ""
        self.failed = asyncio.Event()

    @property
    def writer(self) -> Writer:
        return self._writer

    async def start(self) -> None:
        """Take up what a former run left, then run."""
        self._loop = asyncio.get_running_loop()
        for warning in self._store.warnings:
            _log.warning(warning)
        self._writer.start()
        await self.commit(self._lanes.recover(self._reader, micros(self._clock.now())))
        self._spawn(self._dispatch())
        for system, connector in sorted(self._connectors.items()):
            for feed in connector.feeds:
                self._spawn(self._follow(system, connector, feed))
        self._writer.nudge()

    async def stop(self) -> None:
        """End: attempts under way are left to be looked up or repeated by the next run."""
        self._stopping = True
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._writer.stop)
        self._reader.close()

    async def commit(self, batch: Batch) -> Receipt:
        """Have a batch committed. Raises StoreUnavailable or StoreRejected."""
        future: asyncio.Future[Receipt] = self._loop.create_future()

        def done(result: Receipt | Exception) -> None:
            if future.done():
                return
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)

        self._writer.submit(batch, done)
        return await future

    async def take(self, intakes: list[Intake]) -> list[str]:
        """Record deliveries; when this returns they are ours. The same id with another body is kept for a person."""
        receipt = await self.commit(Batch(intake=intakes))
        different = [each for each, became in zip(intakes, receipt.intake, strict=True) if became == "different"]
        if different:
            now = micros(self._clock.now())
            for each in different:
                await self.commit(conflict(each, now))
        return receipt.intake

    async def changed(self, instance: bytes, timeout: float) -> bool:
        """Wait until a step changes an instance. False: it did not within `timeout` seconds."""
        event = asyncio.Event()
        self._waiters.setdefault(instance, set()).add(event)
        try:
            await asyncio.wait_for(event.wait(), timeout)
            return True
        except TimeoutError:
            return False
        finally:
            self._waiters[instance].discard(event)
            if not self._waiters[instance]:
                del self._waiters[instance]

    def look_again(self) -> None:
        """Commands were let go on in the journal itself: have the lanes read it."""
        self._lanes.look_again()
        self._wake.set()

    # --- lanes ----------------------------------------------------------------------------------------------------

    def _stepped(self, stepped: Stepped) -> None:
        """In the writer's thread: hand over to the loop."""
        if stepped.commands or self._waiters:
            self._loop.call_soon_threadsafe(self._announce, stepped)

    def _failed(self, error: Exception) -> None:
        """In the writer's thread: nothing is decided or recorded any more."""
        self.failure = f"the writer failed: {type(error).__name__}: {error}"
        self._loop.call_soon_threadsafe(self.failed.set)

    def _committed(self, settled: list[Settled]) -> None:
        """In the writer's thread: one call into the loop for all of a commit."""
        self._loop.call_soon_threadsafe(_tell, settled)

    def _announce(self, stepped: Stepped) -> None:
        if stepped.commands:
            self._lanes.offer(stepped.commands)
            self._wake.set()
        if self._waiters:
            for id in stepped.touched:
                for event in self._waiters.get(id, ()):
                    event.set()

    async def _dispatch(self) -> None:
        while not self._stopping:
            now = micros(self._clock.now())
            self._lanes.refill(self._reader, now)
            attempts, batch = self._lanes.start(now)
            try:
                if batch.rows():
                    receipt = await self.commit(batch)
                    attempts = self._lanes.not_recorded(attempts, receipt.updates)
            except (StoreUnavailable, StoreBusy):
                self._spawn(self._take_back(attempts, now))
                await asyncio.sleep(POLL_SECONDS)
                continue
            for attempt in attempts:
                self._spawn(self._carry_out(attempt))
            if not attempts:
                await self._pause(now)

    async def _pause(self, now: int) -> None:
        due = self._lanes.next_due()
        seconds = POLL_SECONDS if due is None else min(max((due - now) / 1e6, 0.001), POLL_SECONDS)
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _carry_out(self, attempt: Attempt) -> None:
        ended = await drive_async(attempt.exchange, self._send)
        batch = self._lanes.finish(attempt, ended, micros(self._clock.now()))
        self._wake.set()
        # What ends in the same turn of the loop is handed to the writer as one.
        if not self._outcomes:
            self._loop.call_soon(self._hand_over)
        self._outcomes.extend((attempt.row, answer) for answer in batch.answers)

    def _hand_over(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        self._spawn(self._record(outcomes))

    async def _record(self, outcomes: list[Outcome]) -> None:
        """Keep outcomes until they could be written. Where the journal refuses them together, each alone."""
        try:
            late = await self._insist(Batch(answers=[answer for _, answer in outcomes]))
        except StoreRejected:
            if len(outcomes) == 1:
                raise
            for outcome in outcomes:
                self._spawn(self._record([outcome]))
            return
        for row, _ in outcomes:
            self._lanes.written(row)
            if late:
                self._lanes.look_again(row.system)
        self._wake.set()

    async def _take_back(self, attempts: list[Attempt], now: int) -> None:
        """Attempts whose record may or may not be there, and of which nothing was sent."""
        await self._insist(self._lanes.take_back(attempts, now))
        self._lanes.taken_back(attempts)
        self._wake.set()

    async def _insist(self, batch: Batch) -> bool:
        """Commit a batch, however often it takes; gives whether it took several times. Its updates are conditional, so
        repeating is safe."""
        late = False
        while True:
            try:
                await self.commit(batch)
                return late
            except (StoreUnavailable, StoreBusy):
                late = True
                await asyncio.sleep(POLL_SECONDS)

    # --- feeds ----------------------------------------------------------------------------------------------------

    async def _follow(self, system: str, connector: Connector, feed: Feed) -> None:
        name = f"{system}/{feed.name}"
        health = self.feeds[name] = FeedHealth()
        pause = FIRST_PAUSE
        while not self._stopping:
            try:
                more = await self._poll(system, connector, feed, name)
                health.ok(micros(self._clock.now()))
                pause = FIRST_PAUSE
                await asyncio.sleep(0 if more else feed.every.total_seconds())
            except (NotSent, NoAnswer, StoreUnavailable, StoreBusy) as error:
                health.failed(str(error))
                _log.warning("a feed can't be read", feed=name, reason=str(error))
                await asyncio.sleep(min(pause, feed.every * 10).total_seconds())
                pause *= 2

    async def _poll(self, system: str, connector: Connector, feed: Feed, name: str) -> bool:
        now = self._clock.now()
        cursor = self._reader.cursor(f"feed {name}") or ""
        page = await drive_async(feed.read(cursor, now), self._send)
        if isinstance(page, NotSent | NoAnswer):
            raise page
        assert isinstance(page, FeedPage)
        intakes = [
            intake(system, delivery, connector.arrival(delivery), now, self._store.partitions, self._estate.retention)
            for delivery in page.deliveries
        ]
        if intakes:
            await self.take(intakes)
        if page.cursor != cursor:
            # Behind the deliveries, never before them: a crash between reads them again, and they are known.
            await self.commit(Batch(cursors=[CursorRow(f"feed {name}", page.cursor, micros(now))]))
        return page.more

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a task of the worker ended", exc_info=task.exception())


def _tell(settled: list[Settled]) -> None:
    for done, result in settled:
        done(result)


class FeedHealth:
    """When a feed was last read, and what is wrong with it since."""

    def __init__(self) -> None:
        self.last_read_at = 0
        self.failure = ""

    def ok(self, now: int) -> None:
        self.last_read_at, self.failure = now, ""

    def failed(self, reason: str) -> None:
        self.failure = reason
