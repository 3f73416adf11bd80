"""`crossdock simulate`: production code under virtual time, in bad weather, judged by the systems' own ledgers."""

import sys
import time
from typing import Annotated, Any

import typer
from rich.console import Console

from crossdock.model.codec import encode
from crossdock.simulation.play import Played
from crossdock.simulation.simulate import Simulator, reproduction, run_seeds

SEEDS = Annotated[int, typer.Option(min=1, help="How many seeds, from 1 or from --seed.")]
SEED = Annotated[int | None, typer.Option(help="One seed, or the first of --seeds.")]
ORDERS = Annotated[int, typer.Option(min=1, max=1000, help="How many orders each seed plays.")]
FAULTS = Annotated[str, typer.Option(help="none, some, many, or a list of troubles: crashes,webhooks,...")]
ONLY = Annotated[str, typer.Option(metavar="N,N,...", help="Only these orders of the seed, by their place in it.")]
JSON = Annotated[bool, typer.Option("--json", help="The result as one JSON object on the last line.")]


def simulate(
    seeds: SEEDS = 100,
    seed: SEED = None,
    orders: ORDERS = 20,
    faults: FAULTS = "many",
    only: ONLY = "",
    json: JSON = False,
) -> int:
    """Play seeds of orders through the whole of Crossdock in virtual time, with all that can go wrong."""
    console = Console(stderr=json)
    began = time.monotonic()
    first = 1 if seed is None else seed

    def seen(played: Played) -> None:
        if played.faults:
            console.print(f"seed {played.script.seed} failed: {reproduction(played.script, faults)}", highlight=False)
            for fault in played.faults:
                console.print(f"  {fault}", highlight=False, markup=False)

    with Simulator() as simulator:
        tally = run_seeds(simulator, range(first, first + seeds), orders, faults, seen)
    took = time.monotonic() - began
    report: dict[str, Any] = {
        "seeds": tally.seeds,
        "failed": len(tally.failed),
        "events": tally.events,
        "seconds": round(took, 2),
    }
    if json:
        sys.stdout.write(encode(report).decode() + "\n")
    return 1 if tally.failed else 0
