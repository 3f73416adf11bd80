"""Plain orders, from the API's intake to the invoice, over a simulated ERP and two warehouses. Served to the parent.

A plain order has one line, goes on account, is shipped from one warehouse in one parcel and billed at its shipment.
It makes six commands (quote, credit, sale, release, shipment, invoice) and gets five webhooks (accepted, picked,
packed, shipped, departed).
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from subprocess import PIPE
from typing import Any
from urllib.parse import urlsplit

from benchmarks._children import serve
from benchmarks._databases import count_written, size, written
from benchmarks._figures import Run
from benchmarks._systems import ADDRESS, SECRETS, InProcess, customer, estate, item
from benchmarks._watched import Stopwatch, Watched
from crossdock.api.application import make_application
from crossdock.app.connectors import make_connectors
from crossdock.app.installation import Installation
from crossdock.app.processes import make_processes
from crossdock.app.serve import listen, serving
from crossdock.app.system import SystemClock, SystemEntropy
from crossdock.app.worker import Worker
from crossdock.governance.access import Access
from crossdock.journal.batch import Intake
from crossdock.journal.open import open_store
from crossdock.journal.sqlite.store import SqliteStore
from crossdock.journal.store import Store
from crossdock.model.codec import encode
from crossdock.model.events import OrderPlaced
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.parties import Parties, Party
from crossdock.model.prices import Price
from crossdock.model.quantities import Money, Quantity
from crossdock.runtime.connector import Delivery, Rejected
from crossdock.runtime.intake import event_intake, intake
from crossdock.runtime.ports import Request, Response
from crossdock.transports.http import HttpClient

CONCURRENCY = 64
"""How many requests a system takes at a time."""
TICK = 0.005
"""How often the systems of this process are asked for webhooks."""
WARM_UP = 16

Send = Callable[[Request], Awaitable[Response]]


def order(n: int) -> SalesOrder:
    """Plain order number `n`."""
    price = Price(Money(Decimal("2.50"), "USD"))
    return SalesOrder(
        key=f"api/PO-{n}",
        number=f"PO-{n}",
        channel="api",
        placed_at=datetime.now(UTC),
        currency="USD",
        parties=Parties(Party("Ada Byron", customer(n), f"c{n}@customers.example", address=ADDRESS)),
        lines=(SalesOrderLine("1", item(n), Quantity(Decimal(4)), price),),
    )


class Orders:
    """Places orders, so many in flight, and sees them end."""

    def __init__(self, worker: Worker, partitions: int, watch: Stopwatch, moved: asyncio.Event, first: int) -> None:
        self._worker = worker
        self._partitions = partitions
        self._watch = watch
        self._moved = moved
        self._next = first

    async def play(self, in_flight: int, count: int) -> Stopwatch:
        """Returns when the last of `count` orders is closed."""
        watch = self._watch
        watch.clear()
        while len(watch.over) < count:
            room = min(in_flight - (len(watch.began) - len(watch.over)), count - len(watch.began))
            if room > 0:
                orders = [order(self._next + n) for n in range(room)]
                self._next += room
                watch.began.update((each.key, time.perf_counter()) for each in orders)
                await self._worker.take([self._intake(each) for each in orders])
            self._moved.clear()
            if len(watch.over) < count and (
                len(watch.began) == count or len(watch.began) - len(watch.over) >= in_flight
            ):
                await self._moved.wait()
        return watch

    def _intake(self, placed: SalesOrder) -> Intake:
        return event_intake(
            OrderPlaced(placed),
            key=placed.key,
            source="api",
            message_id=placed.key,
            body=encode(placed),
            now=datetime.now(UTC),
            partitions=self._partitions,
            retention=timedelta(days=90),
        )


class Bench:
    """One installation over a journal, its worker running."""

    def __init__(self, store: Store, watch: Stopwatch, first: int = 1) -> None:
        """`first` is the number of the first order."""
        self._first = first
        self._moved = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._watch = watch
        self.store = Watched(store, "order_to_cash", self._ended)
        self.systems: InProcess | None = None

    def _ended(self, keys: list[str]) -> None:
        self._watch.ended(keys)
        self._loop.call_soon_threadsafe(self._moved.set)

    async def start(self, stack: AsyncExitStack, part: str, follow: bool = True) -> None:
        """With systems in this process (b), whose webhooks come unless `follow` is false, or over HTTP (c)."""
        if part == "b":
            self.systems = InProcess("http://hub", self._first)
            self._prepare(self.systems.urls, self.systems.send)
            await self._run(stack)
            if follow:
                following = asyncio.create_task(self._follow(self.systems))
                stack.callback(following.cancel)
            return
        listener = stack.enter_context(listen("127.0.0.1", 0))
        hub = f"http://127.0.0.1:{listener.getsockname()[1]}"
        urls = stack.enter_context(_systems(hub))
        http = HttpClient()
        stack.push_async_callback(http.close)
        self._prepare(urls, http.send)
        await self._run(stack)
        installation = Installation(
            self._estate, Access(), self.store, self.worker, self._connectors, self._processes, self._clock
        )  # fmt: skip
        stack.callback(installation.close)
        await stack.enter_async_context(serving(make_application(installation), listener))

    def _prepare(self, urls: dict[str, str], send: Send) -> None:
        self._clock = SystemClock()
        self._estate = estate(urls, CONCURRENCY)
        self._connectors = make_connectors(self._estate, SECRETS)
        self._processes = make_processes(self._estate)
        self.worker = Worker(
            self.store, self._estate, self._processes, self._connectors, self._clock, SystemEntropy(), send
        )  # fmt: skip

    async def _run(self, stack: AsyncExitStack) -> None:
        await self.worker.start()
        stack.push_async_callback(self.worker.stop)
        self.orders = Orders(self.worker, self.store.partitions, self._watch, self._moved, self._first)

    async def _follow(self, systems: InProcess) -> None:
        """Take webhooks in batches, each with its signature checked, as the API's route does one by one."""
        while True:
            await asyncio.sleep(TICK)
            told = systems.due()
            if told:
                await self.worker.take([self._delivered(outgoing.request) for _, outgoing in told])
                systems.taken(told)

    def _delivered(self, request: Request) -> Intake:
        _, _, system, topic = urlsplit(request.url).path.split("/", 3)
        delivery = Delivery(topic, request.body, {name.lower(): value for name, value in request.headers.items()})
        now = self._clock.now()
        arrival = self._connectors[system].receive(delivery, now)
        if isinstance(arrival, Rejected):
            raise RuntimeError(arrival.reason)
        return intake(system, delivery, arrival, now, self.store.partitions, self._estate.retention)


@contextmanager
def _systems(hub: str) -> Iterator[dict[str, str]]:
    """The systems in a process of their own, by address."""
    script = Path(__file__).with_name("_systems.py")
    with subprocess.Popen([sys.executable, str(script), hub], stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()


def _per_order(store: Store, url: str, before: dict[str, int], count: int) -> dict[str, float]:
    """Rows by table; a SQLite file has counted them on its open connection, a server once its sessions are closed."""
    if isinstance(store, SqliteStore):
        after = written(store, url)
        store.close()
    else:
        store.close()
        after = written(store, url)
        count += WARM_UP  # its counts begin with the database
    return {name: (rows - before.get(name, 0)) / count for name, rows in after.items()}


async def run(url: str, part: str, in_flight: int, count: int, count_rows: bool = False) -> dict[str, Any]:
    """Play orders on an empty journal. With `count_rows`, rows an order by table instead of times."""
    store = open_store(url)
    if count_rows:
        count_written(store)
    async with AsyncExitStack() as stack:
        bench = Bench(store, Stopwatch())
        await bench.start(stack, part)
        await asyncio.sleep(0.5)  # the warehouses report their stock
        await bench.orders.play(in_flight, WARM_UP)
        before, systems = size(url), bench.systems.cpu if bench.systems else 0.0
        messages, began, cpu = bench.store.messages, time.perf_counter(), time.process_time()
        rows = written(store, url) if count_rows and isinstance(store, SqliteStore) else {}
        watch = await bench.orders.play(in_flight, count)
        played = Run(count, watch.last() - began, time.process_time() - cpu, watch.latencies())
        played.messages = bench.store.messages - messages
        played.systems_cpu = (bench.systems.cpu if bench.systems else 0.0) - systems
    if count_rows:
        return {"rows": _per_order(store, url, rows, count)}
    store.close()
    played.bytes = size(url) - before
    return asdict(played)


if __name__ == "__main__":
    serve(lambda **asked: asyncio.run(run(sys.argv[1], sys.argv[2], **asked)))
