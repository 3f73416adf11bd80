"""`crossdock simulate`: production code under virtual time, in bad weather, judged by the systems' own ledgers."""

import sys
import time
from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.console import Console

from crossdock.cli.faults import Stop
from crossdock.model.base import change
from crossdock.model.codec import encode
from crossdock.simulation.crashes import HOWS
from crossdock.simulation.mutants import MUTANTS
from crossdock.simulation.play import Played, Script
from crossdock.simulation.shrink import shrink
from crossdock.simulation.simulate import Simulator, Tally, at_every_write, hunt, reproduction, script_for
from crossdock.simulation.trace import trace

SEEDS = Annotated[int | None, typer.Option(min=1, help="How many seeds, from --seed on; of mutants, at most.")]
SEED = Annotated[int | None, typer.Option(min=0, help="The first seed; alone, the only one.")]
ORDERS = Annotated[int, typer.Option(min=1, max=1000, help="How many orders each seed plays.")]
FAULTS = Annotated[str, typer.Option(help="none, some, many, or a list of troubles, such as crashes,webhooks.")]
ONLY = Annotated[str, typer.Option(metavar="N,N,...", help="Only these orders of the seed, by their place in it.")]
AT_WRITE = Annotated[
    str, typer.Option(metavar="N:HOW", help="The process dies, or hears no answer, at that write: before, after, ...")
]
EVERY_WRITE = Annotated[bool, typer.Option("--every-write", help="One scenario, with a crash at every write of it.")]
PLANT = Annotated[bool, typer.Option("--mutants", help="Plant faults in the code, and see that each is caught.")]
JSON = Annotated[bool, typer.Option("--json", help="The result as one JSON object on the last line.")]

_SEEDS = 100
_SEEDS_A_MUTANT = 40


def simulate(
    seeds: SEEDS = None,
    seed: SEED = None,
    orders: ORDERS = 20,
    faults: FAULTS = "many",
    only: ONLY = "",
    at_write: AT_WRITE = "",
    every_write: EVERY_WRITE = False,
    mutants: PLANT = False,
    json: JSON = False,
) -> int:
    """Play seeds of orders through the whole of Crossdock in virtual time, with all that can go wrong."""
    console = Console(stderr=json, highlight=False, markup=False, soft_wrap=True)
    began = time.monotonic()
    with Simulator() as simulator:
        if mutants:
            report, is_clean = _hunt_all(simulator, console, seeds or _SEEDS_A_MUTANT, orders)
        else:
            first = seed if seed is not None else 1
            count = seeds or (1 if seed is not None else _SEEDS)
            if every_write:
                runs: Iterable[Played] = at_every_write(simulator, first, orders)
            else:
                scripts = (_script(each, orders, faults, only, at_write) for each in range(first, first + count))
                runs = (simulator.play(script) for script in scripts)
            tally = _judge(simulator, console, runs, "none" if every_write else faults)
            report = {"seeds": tally.seeds, "failed": len(tally.failed), "events": tally.events}
            is_clean = not tally.failed
    report["seconds"] = round(time.monotonic() - began, 2)
    console.print(", ".join(f"{name} {value}" for name, value in report.items()))
    if json:
        sys.stdout.write(encode(report).decode() + "\n")
    return 0 if is_clean else 1


def _script(seed: int, orders: int, faults: str, only: str, at_write: str) -> Script:
    """Raises Stop for what can't be understood."""
    try:
        places = tuple(int(place) for place in only.split(",") if place.strip())
        script = script_for(seed, orders, faults, places)
        if not at_write:
            return script
        n, _, how = at_write.partition(":")
        if how not in HOWS:
            raise ValueError(f"--at-write {at_write}: say N:HOW, where HOW is one of {', '.join(HOWS)}")
        return change(script, at_write=(int(n), how))
    except ValueError as error:
        raise Stop(str(error)) from error


def _judge(simulator: Simulator, console: Console, runs: Iterable[Played], faults: str) -> Tally:
    tally = Tally()
    for played in runs:
        tally.add(played)
        if not played.faults:
            continue
        console.print(f"Seed {played.script.seed} failed: {reproduction(played.script, faults)}")
        _tell(console, played)
        if len(tally.failed) == 1:
            small, needed = shrink(simulator, played, faults)
            console.print(f"Smaller: {reproduction(small.script, needed)}")
            _tell(console, small)
            for line in trace(simulator, small):
                console.print(f"  {line}")
    return tally


def _tell(console: Console, played: Played) -> None:
    for fault in played.faults:
        console.print(f"  {fault}")


def _hunt_all(simulator: Simulator, console: Console, most: int, orders: int) -> tuple[dict[str, Any], bool]:
    took: dict[str, int] = {}
    for mutant in MUTANTS:
        seeds, played = hunt(simulator, mutant, most, orders)
        if played is None:
            console.print(f"NOT CAUGHT in {seeds} seeds: {mutant.name}: {mutant.does}")
            continue
        took[mutant.name] = seeds
        console.print(f"caught at seed {seeds}: {mutant.name} ({mutant.does}): {played.faults[0]}")
    report = {"mutants": len(MUTANTS), "caught": len(took), "took": took}
    return report, len(took) == len(MUTANTS)
