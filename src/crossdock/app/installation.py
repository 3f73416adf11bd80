"""A running installation: store, worker, connectors and access in one, as the API needs it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from crossdock.app.connectors import make_connectors
from crossdock.app.processes import make_processes
from crossdock.app.system import SystemClock, SystemEntropy
from crossdock.app.worker import Worker
from crossdock.estate.model import Estate
from crossdock.governance.access import Access
from crossdock.journal.batch import Batch, Intake, Receipt
from crossdock.journal.open import open_store
from crossdock.journal.store import Reader, Store
from crossdock.processes.decision import Process
from crossdock.runtime.connector import Connector
from crossdock.runtime.versions import Versions
from crossdock.transports.http import HttpClient


class Installation:
    """Implements the API's `Services`."""

    def __init__(
        self,
        estate: Estate,
        access: Access,
        store: Store,
        worker: Worker,
        connectors: Mapping[str, Connector],
        processes: Sequence[Process],
        clock: SystemClock,
    ) -> None:
        self.estate = estate
        self.access = access
        self.connectors = connectors
        self.processes = {process.name: process for process in processes}
        self.versions = Versions()
        self.partitions = store.partitions
        self.worker = worker
        self._clock = clock
        self._reader = store.reader()

    def now(self) -> datetime:
        return self._clock.now()

    def reader(self) -> Reader:
        return self._reader

    async def take(self, intakes: list[Intake]) -> list[str]:
        return await self.worker.take(intakes)

    async def commit(self, batch: Batch) -> Receipt:
        return await self.worker.commit(batch)

    async def changed(self, instance: bytes, timeout: float) -> bool:
        return await self.worker.changed(instance, timeout)

    def look_again(self) -> None:
        self.worker.look_again()

    def failing(self) -> Sequence[str]:
        feeds = self.worker.feeds
        broken = [self.worker.failure] if self.worker.failure else []
        return broken + [f"feed {name}: {health.failure}" for name, health in sorted(feeds.items()) if health.failure]

    def close(self) -> None:
        self._reader.close()


@asynccontextmanager
async def installation(
    estate: Estate, access: Access, database: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Installation]:
    """A running installation over a database. Secrets are looked up in `environment`, or in this process's own.

    Raises StoreRefused, StoreBusy, StoreUnavailable or EstateError.
    """
    connectors = make_connectors(estate, environment)
    store = open_store(database)
    http = HttpClient()
    clock = SystemClock()
    processes = make_processes(estate)
    worker = Worker(store, estate, processes, connectors, clock, SystemEntropy(), http.send)
    running = Installation(estate, access, store, worker, connectors, processes, clock)
    try:
        await worker.start()
        yield running
    finally:
        await worker.stop()
        running.close()
        await http.close()
        store.close()
