"""What orders cost that wait: memory, restart to the first step, and the cost of the next order.

1,000 and 100,000 open orders on each store, 1,000,000 with --million. They are copies of one real order that waits for
its warehouse, written through the store's own port (see _open_orders.py). Aims: flat within 1.3 x, restart under 2 s.

    ./dev bench at_rest [--json] [--million] [--orders 1000,100000] [--stores sqlite,postgresql] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import dataclass
from typing import Any

from benchmarks._children import Child
from benchmarks._databases import STORES, Databases, databases, size
from benchmarks._figures import as_json, load, table

NEXT_ORDERS = 256


@dataclass(slots=True)
class AtRest:
    """The medians over the rounds for one number of open orders; ratios are to the smallest number."""

    store: str
    orders: int
    restart_s: float
    open_s: float
    memory_mb: float
    peak_mb: float
    cpu_ms: float
    per_second: float
    p50_ms: float
    bytes_an_order: float
    fill_s: float
    memory_ratio: float = 1.0
    cpu_ratio: float = 1.0
    per_second_ratio: float = 1.0


def measure(store: str, place: Databases, orders: int) -> tuple[str, float, float]:
    """Fill a journal; gives its address, how long that took and what an order takes in it."""
    url = place.journal()
    child = Child("_resting", url)
    try:
        filled = child.ask(fill=orders)
    finally:
        child.close()
    weight = size(url) / orders
    print(
        f"{store}: {orders} open orders in {filled['seconds']:.0f} s, rows of each: {filled['rows']}", file=sys.stderr
    )
    return url, filled["seconds"], weight


def work(url: str, turn: int) -> Any:
    child = Child("_resting", url)
    try:
        return child.ask(work=NEXT_ORDERS, turn=turn)
    finally:
        child.close()


def rows(store: str, place: Databases, counts: list[int], rounds: int) -> list[AtRest]:
    """The journals are filled first; then they take turns, so that a busy minute of the machine hits all alike."""
    journals = [measure(store, place, orders) for orders in counts]
    found: list[list[Any]] = [[] for _ in counts]
    for turn in range(rounds):
        for place_in_line, (url, _, _) in enumerate(journals):
            found[place_in_line].append(work(url, turn))
    made = []
    for orders, (_, seconds, weight), runs in zip(counts, journals, found, strict=True):
        middle = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        figures = {name: round(value, 3) for name, value in middle.items()}
        made.append(AtRest(store, orders, bytes_an_order=round(weight), fill_s=round(seconds, 1), **figures))
    for each in made:
        each.memory_ratio = round(each.peak_mb / made[0].peak_mb, 2)
        each.cpu_ratio = round(each.cpu_ms / made[0].cpu_ms, 2)
        each.per_second_ratio = round(made[0].per_second / each.per_second, 2)
    return made


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="end with one line of JSON")
    options.add_argument("--million", action="store_true", help="1,000,000 open orders too")
    options.add_argument("--orders", default="1000,100000")
    options.add_argument("--stores", default=",".join(STORES))
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    counts = [int(number) for number in given.orders.split(",")] + [1_000_000] * given.million
    before = load()
    found: list[AtRest] = []
    for store in given.stores.split(","):
        with databases(store) as place:
            found += rows(store, place, counts, given.rounds)
    print(table(found))
    print(f"\nbefore: {before}; after: {load()}")
    if given.json:
        print(as_json("at_rest", found, ratio=max(each.cpu_ratio for each in found)))


if __name__ == "__main__":
    main()
