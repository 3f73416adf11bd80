"""The one thread that writes: it commits what others hand in, many at a time, and steps the engine."""

import queue
import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.store import Store, StoreBusy, StoreRejected, StoreUnavailable
from crossdock.runtime.engine import Engine, Stepped
from crossdock.runtime.ports import Clock
from crossdock.runtime.work import micros

Done = Callable[[Receipt | Exception], None]
Job = tuple[Batch, Done]

Settled = tuple[Done, Receipt | Exception]

PURGE_EVERY = timedelta(hours=1)
PURGE_ROWS = 500
IDLE_SECONDS = 0.25
MOST_JOBS = 2000
_RETRY_SECONDS = 0.5
_FIELDS = Batch.__struct_fields__
_log = structlog.get_logger(__name__)


class Writer:
    """Owns the store. `submit` from any thread. `on_step` and `on_commit` are called in the writer's own thread:
    after a step, and after a commit with all that it settled."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: Clock,
        on_step: Callable[[Stepped], None],
        on_commit: Callable[[list[Settled]], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._on_step = on_step
        self._on_commit = on_commit
        self._on_failure = on_failure
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._guarded, name="crossdock-writer", daemon=True)
        self._stopping = threading.Event()
        self._in_hand: list[Job] = []  # taken from the queue and not settled yet
        self._purge_at = clock.now() + PURGE_EVERY
        self._purged_to = b""
        self.rows = 0
        self.messages = 0
        self.commits = 0

    def start(self) -> None:
        self._thread.start()

    def submit(self, batch: Batch, done: Done) -> None:
        """Have a batch committed with others. `on_commit` hands `done` on with the receipt once it is durable, or with
        the store's error."""
        self._jobs.put((batch, done))

    def nudge(self) -> None:
        """There may be work that no job announces."""
        self._jobs.put(None)

    def stop(self) -> None:
        """Commit what was handed in, then end."""
        self._stopping.set()
        self.nudge()
        self._thread.join()

    def _guarded(self) -> None:
        try:
            self._run()
        except Exception as error:  # the thread's boundary: a writer that dies must be heard of
            _log.exception("the writer failed, and with it this worker")
            self._on_failure(error)
            lost = StoreUnavailable("the writer failed; see the log")
            self._on_commit([(done, lost) for _, done in self._in_hand])
            while True:  # whoever still hands something in hears at once that it was not taken
                try:
                    job = self._jobs.get(timeout=IDLE_SECONDS)
                except queue.Empty:
                    if self._stopping.is_set():
                        return
                    continue
                if job is not None:
                    self._on_commit([(job[1], lost)])

    def _run(self) -> None:
        busy = False
        while True:
            self._in_hand = jobs = self._take(wait=not busy)
            if not jobs and self._stopping.is_set():
                return
            busy = self._commit_and_step(jobs) if jobs else self._step()
            self._in_hand = []
            if not busy:
                self._purge()

    def _take(self, wait: bool) -> list[Job]:
        jobs: list[Job] = []
        try:
            job = self._jobs.get(timeout=IDLE_SECONDS) if wait else self._jobs.get_nowait()
            while True:
                if job is not None:
                    jobs.append(job)
                if len(jobs) >= MOST_JOBS:
                    return jobs
                job = self._jobs.get_nowait()
        except queue.Empty:
            return jobs

    def _commit_and_step(self, jobs: list[Job]) -> bool:
        """In one transaction where the store can, so that what comes in is read from memory; else one by one."""
        merged = _merged([batch for batch, _ in jobs])
        try:
            taken = self._engine.take(merged, micros(self._clock.now()))
        except (StoreRejected, StoreBusy):
            taken = None
        except StoreUnavailable as error:
            self._put_off(jobs, error)
            return False
        if taken is None:
            self._commit(jobs)
            return self._step()
        stepped, receipt = taken
        self._settle(jobs, merged, receipt)
        return self._announce(stepped)

    def _commit(self, jobs: list[Job]) -> None:
        """All in one transaction; where the database refuses it, each alone."""
        try:
            merged = _merged([batch for batch, _ in jobs])
            receipt = self._store.commit(merged)
        except StoreRejected as error:
            if len(jobs) == 1:
                self._on_commit([(jobs[0][1], error)])
                return
            for job in jobs:
                self._commit([job])
            return
        except (StoreUnavailable, StoreBusy) as error:
            self._put_off(jobs, error)
            return
        self._settle(jobs, merged, receipt)

    def _put_off(self, jobs: list[Job], error: StoreUnavailable | StoreBusy) -> None:
        _log.warning("the journal can't be written now", reason=str(error))
        self._on_commit([(done, error) for _, done in jobs])
        self._stopping.wait(_RETRY_SECONDS)

    def _settle(self, jobs: list[Job], merged: Batch, receipt: Receipt) -> None:
        """Tell each job what became of its part."""
        self.commits += 1
        self.rows += merged.rows()
        intake = updates = answers = 0
        settled: list[Settled] = []
        for batch, done in jobs:
            part = Receipt(
                receipt.intake[intake : intake + len(batch.intake)],
                receipt.updates[updates : updates + len(batch.command_updates)],
                receipt.answers[answers : answers + len(batch.answers)],
            )
            answers += len(batch.answers)
            intake += len(batch.intake)
            updates += len(batch.command_updates)
            settled.append((done, part))
        self._on_commit(settled)

    def _purge(self) -> None:
        """Payloads whose retention is over go, a few at a time, when there is nothing else to do."""
        now = self._clock.now()
        if now < self._purge_at:
            return
        try:
            _, self._purged_to = self._store.purge(micros(now), self._purged_to, PURGE_ROWS)
        except (StoreUnavailable, StoreBusy) as error:
            _log.warning("old payloads can't be deleted now", reason=str(error))
            self._purged_to = b""
        if not self._purged_to:
            self._purge_at = now + PURGE_EVERY

    def _step(self) -> bool:
        """Whether there was work, so that there may be more."""
        try:
            stepped = self._engine.step(micros(self._clock.now()))
        except (StoreUnavailable, StoreBusy) as error:
            _log.warning("the journal can't be read or written now", reason=str(error))
            self._stopping.wait(_RETRY_SECONDS)
            return False
        if stepped is None:
            return False
        self.commits += 1
        return self._announce(stepped)

    def _announce(self, stepped: Stepped) -> bool:
        self.rows += stepped.rows
        self.messages += stepped.messages
        self._on_step(stepped)
        return stepped.messages > 0


def _merged(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    merged = Batch()
    for batch in batches:
        for name in _FIELDS:
            rows = getattr(batch, name)
            if rows:
                getattr(merged, name).extend(rows)
    return merged
