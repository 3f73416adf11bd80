"""Many seeds, one after the other: each in its own weather, each judged; what failed is made small and told."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field

from crossdock.model.base import change
from crossdock.simulation.crashes import HOWS
from crossdock.simulation.distributor import CARRIER, SHOPS, WAREHOUSES
from crossdock.simulation.mutants import Mutant
from crossdock.simulation.play import Play, Played, Script
from crossdock.simulation.templates import Templates
from crossdock.simulation.watched import Notes
from crossdock.simulation.weather import draw
from crossdock.simulation.witness import Fault

SYSTEMS = (*SHOPS, "erp", *(f"wms-{node}" for node in WAREHOUSES), CARRIER)


@dataclass
class Tally:
    """What so many runs came to."""

    seeds: int = 0
    events: int = 0
    failed: list[Played] = field(default_factory=list)

    def add(self, played: Played) -> None:
        self.seeds += 1
        self.events += played.events
        if played.faults:
            self.failed.append(played)


class Simulator:
    """Plays scripts, each on an empty journal. `close` it in the end."""

    def __init__(self) -> None:
        self._templates = Templates()

    def __enter__(self) -> "Simulator":
        return self

    def __exit__(self, *_: object) -> None:
        self._templates.close()

    def play(self, script: Script, notes: Notes | None = None) -> Played:
        """One run. What the code under test raises where nothing may is a fault of the run."""
        play = Play(script, self._templates.fresh(), notes)
        try:
            return play.play()
        except Exception as error:  # it is what the run shows, and the next one must not be kept from it
            frame = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
            raised = Fault("raised", where, f"{type(error).__name__}: {error}")
            return Played(script, [*play.witness.faults, raised], len(play.witness.events), 0, play.lives)
        finally:
            play.close()


def script_for(seed: int, orders: int, troubles: str, only: tuple[int, ...] = ()) -> Script:
    """The script of a seed. Raises ValueError where `troubles` names one that is none."""
    return Script(seed, orders, draw(seed, troubles, SYSTEMS), only)


def at_every_write(simulator: Simulator, seed: int, orders: int) -> Iterator[Played]:
    """One calm scenario over and over, with a crash or a lost answer at each of its writes, each in every way."""
    script = script_for(seed, orders, "none")
    n = 0
    last = simulator.play(script).writes
    while n < last:
        n += 1
        for how in HOWS:
            yield simulator.play(change(script, at_write=(n, how)))


def reproduction(script: Script, troubles: str) -> str:
    """The command that plays a failing run again."""
    words = f"crossdock simulate --seed {script.seed} --orders {script.orders} --faults {troubles}"
    if script.only:
        words += f" --only {','.join(map(str, script.only))}"
    if script.at_write is not None:
        words += f" --at-write {script.at_write[0]}:{script.at_write[1]}"
    return words


def hunt(simulator: Simulator, mutant: Mutant, most: int, orders: int) -> tuple[int, Played | None]:
    """Plant a fault and play seeds until one shows it; how many it took, and the run that showed it, if any did. A seed
    that fails without the fault too shows nothing."""
    for seed in range(1, most + 1):
        script = script_for(seed, orders, mutant.troubles)
        with mutant.planted():
            played = simulator.play(script)
        if played.faults and not simulator.play(script).faults:
            return seed, played
    return most, None
