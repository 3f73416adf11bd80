"""One installation with many orders at rest: what it costs to open it, and to work on. Served to the parent."""

from __future__ import annotations

import asyncio
import resource
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

import psutil

from benchmarks._children import serve
from benchmarks._open_orders import Copier, sample
from benchmarks._plain_orders import Bench
from benchmarks._watched import Stopwatch
from crossdock.journal.open import open_store

IN_FLIGHT = 32
FIRST = 1_000_000_000


def fill_journal(url: str, orders: int) -> dict[str, Any]:
    """Put so many open orders into an empty journal."""
    began = time.perf_counter()
    rows = sample()
    store = open_store(url)
    Copier(rows, store, orders).run()
    store.close()
    return {"seconds": time.perf_counter() - began, "rows": rows.count()}


async def work_on(url: str, orders: int, turn: int) -> dict[str, Any]:
    """Open it as `crossdock run` does, and take `orders` new orders through, others in each round.

    `restart` is the time from the process's start to the first step's commit, Python's own start and imports in it;
    `open` the part of it from opening the journal; `memory` what the process holds then, and at its height.
    """
    process = psutil.Process()
    began = time.perf_counter()
    store = open_store(url)
    async with AsyncExitStack() as stack:
        bench = Bench(store, Stopwatch(), first=FIRST + turn * 1_000_000)
        await bench.start(stack, "b")
        first = asyncio.create_task(bench.orders.play(1, 1))
        while not bench.store.messages:
            await asyncio.sleep(0.001)
        restart, opened = time.time() - process.create_time(), time.perf_counter() - began
        memory = process.memory_info().rss
        await first
        await bench.orders.play(IN_FLIGHT, IN_FLIGHT)
        began, cpu = time.perf_counter(), time.process_time()
        watch = await bench.orders.play(IN_FLIGHT, orders)
        seconds, used = watch.last() - began, time.process_time() - cpu
        latencies = sorted(watch.latencies())
    store.close()
    return {
        "restart_s": restart,
        "open_s": opened,
        "memory_mb": memory / 1e6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
        "per_second": orders / seconds,
        "cpu_ms": used / orders * 1000,
        "p50_ms": latencies[len(latencies) // 2] * 1000,
    }


def answer(fill: int = 0, work: int = 0, turn: int = 0) -> dict[str, Any]:
    return fill_journal(sys.argv[1], fill) if fill else asyncio.run(work_on(sys.argv[1], work, turn))


if __name__ == "__main__":
    serve(answer)
