"""How fast orders go through.

(a) six plain steps, side by side with the same six steps in DBOS, the best Python library for durable workflows that
    we know; the engines take turns, each in a process of its own;
(b) order to cash with the production model, connectors and worker; the simulated systems answer in the process;
(c) the same with the simulated systems in another process, over HTTP, and webhooks through the API.

    ./dev bench order_to_cash [--json] [--parts abc] [--stores sqlite,postgresql] [--in-flight 1,16,512] [--rounds 3]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from benchmarks._children import Child
from benchmarks._databases import STORES, Databases, databases
from benchmarks._figures import Figure, Run, as_json, figure, load, table

STEPS_RUNS = {1: (120, 240), 16: (240, 1600), 512: (768, 6144)}
"""In flight -> workflows a round of DBOS, instances a round of Crossdock: a few seconds for each."""
ORDERS = {1: 20, 16: 240, 512: 3072}
HTTP_ORDERS = {1: 15, 16: 160, 512: 1024}


def steps(store: str, place: Databases, in_flights: Sequence[int], rounds: int) -> list[Figure]:
    """Part (a)."""
    found: list[Figure] = []
    with ExitStack() as stack:
        ours, theirs = Child("_six_steps", place.journal()), Child("_dbos", place.dbos())
        stack.callback(ours.close)
        stack.callback(theirs.close)
        for in_flight in in_flights:
            few, many = STEPS_RUNS.get(in_flight, (in_flight, in_flight * 8))
            _say(f"(a) {store}, {in_flight} in flight")
            for child in (ours, theirs):
                child.run(in_flight=in_flight, count=max(16, in_flight // 2))
            runs: dict[str, list[Run]] = {"crossdock": [], "dbos": []}
            for _ in range(rounds):
                runs["dbos"].append(theirs.run(in_flight=in_flight, count=few))
                runs["crossdock"].append(ours.run(in_flight=in_flight, count=many))
            mine, other = (figure("a", store, in_flight, engine, runs[engine]) for engine in ("crossdock", "dbos"))
            mine.ratio = round(mine.per_second / other.per_second, 2)
            found += [mine, other]
            _say(f"    {mine.per_second:g} beside {other.per_second:g} a second: {mine.ratio:g} x")
    return found


def orders(part: str, store: str, place: Databases, in_flights: Sequence[int], rounds: int) -> list[Figure]:
    """Parts (b) and (c): each round in a new process on an empty journal."""
    found: list[Figure] = []
    counts = ORDERS if part == "b" else HTTP_ORDERS
    rows = _rows(place, max(in_flights))
    for in_flight in in_flights:
        _say(f"({part}) {store}, {in_flight} in flight")
        count = counts.get(in_flight, in_flight * 6)
        runs = [_round(part, place, in_flight=in_flight, count=count) for _ in range(rounds)]
        each = figure(part, store, in_flight, "crossdock", runs)
        each.rows = rows
        found.append(each)
        _say(f"    {each.per_second:g} orders a second, {each.cpu_ms:g} ms of processor each")
    return found


def _round(part: str, place: Databases, **asked: int) -> Run:
    child = Child("_plain_orders", place.journal(), part)
    try:
        return child.run(**asked)
    finally:
        child.close()


def _rows(place: Databases, in_flight: int) -> float:
    """Rows inserted or updated an order, counted by the database in a run that is not timed. The more are in flight,
    the more events of one order or partition share a step and with it a row."""
    child = Child("_plain_orders", place.journal(), "b")
    try:
        tables: dict[str, float] = child.ask(in_flight=in_flight, count=in_flight * 3, count_rows=True)["rows"]
    finally:
        child.close()
    _say("    rows an order: " + ", ".join(f"{name} {rows:g}" for name, rows in sorted(tables.items()) if rows >= 0.05))
    return round(sum(tables.values()), 1)


def _say(what: str) -> None:
    print(f"{what}  [{load()}]", file=sys.stderr, flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true", help="end with one line of JSON")
    options.add_argument("--parts", default="abc")
    options.add_argument("--stores", default=",".join(STORES))
    options.add_argument("--in-flight", default="1,16,512")
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    in_flights = [int(number) for number in given.in_flight.split(",")]
    before = load()
    found: list[Figure] = []
    for store in given.stores.split(","):
        with databases(store) as place:
            for part in given.parts:
                if part == "a":
                    found += steps(store, place, in_flights, given.rounds)
                else:
                    found += orders(part, store, place, in_flights, given.rounds)
    print(table(found))
    print(f"\nbefore: {before}; after: {load()}")
    if given.json:
        most = max(in_flights)
        ratios = {each.store: each.ratio for each in found if each.ratio is not None and each.in_flight == most}
        print(as_json("order_to_cash", found, ratio=min(ratios.values(), default=None), ratios=ratios))


if __name__ == "__main__":
    main()
