"""What a benchmark found: rows, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Run:
    """One timed run: how many were done in how many seconds, with how much of this process's own processor time.

    `latencies` are seconds from beginning to end of each; `systems_cpu` is the part of `cpu` that simulated outside
    systems took.
    """

    done: int
    seconds: float
    cpu: float
    latencies: list[float]
    messages: int = 0
    bytes: int = 0
    systems_cpu: float = 0.0


@dataclass(slots=True)
class Figure:
    """The median over the rounds of one engine, store and number in flight. None: not measured for this engine."""

    part: str
    store: str
    in_flight: int
    engine: str
    per_second: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float
    ratio: float | None = None
    rows: float | None = None
    bytes: float | None = None
    messages: float | None = None
    systems_cpu_ms: float | None = None


def figure(part: str, store: str, in_flight: int, engine: str, runs: Sequence[Run]) -> Figure:
    """The medians of several runs; latencies are taken of all runs together."""
    latencies = sorted(latency for run in runs for latency in run.latencies)
    found = Figure(
        part,
        store,
        in_flight,
        engine,
        round(statistics.median(run.done / run.seconds for run in runs), 1),
        round(statistics.median(run.cpu / run.done for run in runs) * 1000, 3),
        round(_percentile(latencies, 50) * 1000, 2),
        round(_percentile(latencies, 99) * 1000, 2),
    )
    if any(run.messages for run in runs):
        found.messages = round(statistics.median(run.messages / run.done for run in runs), 1)
    if any(run.bytes for run in runs):
        found.bytes = round(statistics.median(run.bytes / run.done for run in runs))
    if any(run.systems_cpu for run in runs):
        found.systems_cpu_ms = round(statistics.median(run.systems_cpu / run.done for run in runs) * 1000, 3)
    return found


def _percentile(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def table(found: Sequence[object]) -> str:
    """Figures of one kind, one a line, under their names; what was measured for none is left out."""
    rows = [asdict(each) for each in found]  # type: ignore[call-overload]
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    cells = [names, *([_shown(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(names))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)


def _shown(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)


def as_json(benchmark: str, found: Sequence[object], **more: object) -> str:
    """All of it on one line."""
    rows = [asdict(each) for each in found]  # type: ignore[call-overload]
    return json.dumps({"benchmark": benchmark, "rows": rows, **more})


def load() -> str:
    """How busy the machine is, for judging the figures by."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores, load {one:.1f} (1 min), {five:.1f} (5 min)"
