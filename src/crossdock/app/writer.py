"""The one thread that writes: it commits what others hand in, many at a time, and steps the engine."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import fields

import structlog

from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.store import Store, StoreBusy, StoreRejected, StoreUnavailable
from crossdock.runtime.engine import Engine, Stepped
from crossdock.runtime.ports import Clock
from crossdock.runtime.work import micros

Job = tuple[Batch, "Future[Receipt]"]

IDLE_SECONDS = 0.25
MOST_JOBS = 2000
_RETRY_SECONDS = 0.5
_FIELDS = tuple(field.name for field in fields(Batch))
_log = structlog.get_logger(__name__)


class Writer:
    """Owns the store. `submit` from any thread; `on_step` is called in the writer's own thread after each commit."""

    def __init__(self, store: Store, engine: Engine, clock: Clock, on_step: Callable[[Stepped], None]) -> None:
        self._store = store
        self._engine = engine
        self._clock = clock
        self._on_step = on_step
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="crossdock-writer", daemon=True)
        self._stopping = threading.Event()
        self.rows = 0
        self.commits = 0

    def start(self) -> None:
        self._thread.start()

    def submit(self, batch: Batch) -> "Future[Receipt]":
        """Have a batch committed with others. The future ends when it is durable, or with the store's error."""
        future: Future[Receipt] = Future()
        self._jobs.put((batch, future))
        return future

    def nudge(self) -> None:
        """There may be work that no job announces."""
        self._jobs.put(None)

    def stop(self) -> None:
        """Commit what was handed in, then end."""
        self._stopping.set()
        self.nudge()
        self._thread.join()

    def _run(self) -> None:
        busy = False
        while True:
            jobs = self._take(wait=not busy)
            if jobs:
                self._commit(jobs)
            elif self._stopping.is_set():
                return
            busy = self._step()

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

    def _commit(self, jobs: list[Job]) -> None:
        """All in one transaction; where the database refuses it, each alone."""
        try:
            receipt = self._store.commit(_merged([batch for batch, _ in jobs]))
        except StoreRejected as error:
            if len(jobs) == 1:
                jobs[0][1].set_exception(error)
                return
            for job in jobs:
                self._commit([job])
            return
        except (StoreUnavailable, StoreBusy) as error:
            _log.warning("the journal can't be written now", reason=str(error))
            for _, future in jobs:
                future.set_exception(error)
            self._stopping.wait(_RETRY_SECONDS)
            return
        self.commits += 1
        intake = updates = answers = 0
        for batch, future in jobs:
            self.rows += batch.rows()
            part = Receipt(
                receipt.intake[intake : intake + len(batch.intake)],
                receipt.updates[updates : updates + len(batch.command_updates)],
                receipt.answers[answers : answers + len(batch.answers)],
            )
            answers += len(batch.answers)
            intake += len(batch.intake)
            updates += len(batch.command_updates)
            future.set_result(part)

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
        self.rows += stepped.rows
        self.commits += 1
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
