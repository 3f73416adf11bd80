"""The same six steps as a DBOS workflow. Served to the parent as a process of its own.

Plain (synchronous) functions, started on as many threads as are in flight: of the ways that DBOS offers (these,
`start_workflow`, coroutines) this was the quickest. Settings are DBOS's own defaults (a pool of 20 connections).
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from dbos import DBOS

from benchmarks._children import serve
from benchmarks._figures import Run

STEPS = 6


@DBOS.step()
def step(key: str, number: int) -> dict[str, int]:
    return {"order": int(key), "step": number}


@DBOS.workflow()
def six_steps(key: str) -> list[dict[str, int]]:
    return [step(key, number) for number in range(STEPS)]


def run(in_flight: int, count: int) -> Run:
    def one(number: int) -> float:
        began = time.perf_counter()
        six_steps(str(number))
        return time.perf_counter() - began

    with ThreadPoolExecutor(in_flight) as threads:
        began, cpu = time.perf_counter(), time.process_time()
        latencies = list(threads.map(one, range(count)))
        return Run(count, time.perf_counter() - began, time.process_time() - cpu, latencies)


if __name__ == "__main__":
    DBOS(
        config={
            "name": "bench",
            "system_database_url": sys.argv[1],
            "log_level": "ERROR",
        }
    )
    DBOS.launch()
    serve(lambda **asked: asdict(run(**asked)))
    sys.stdout.flush()
    os._exit(0)  # its threads would wait
