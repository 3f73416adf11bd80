"""Makes a failing run small: fewer troubles, then fewer orders, as long as the same checker still complains."""

from collections.abc import Sequence

from crossdock.model.base import change
from crossdock.simulation.play import Played, Script
from crossdock.simulation.simulate import Simulator, script_for
from crossdock.simulation.weather import chosen

MOST_RUNS = 80


class _Runs:
    """Tries scripts, up to so many."""

    def __init__(self, simulator: Simulator, failed: Played) -> None:
        self._simulator = simulator
        self._checkers = {fault.checker for fault in failed.faults}
        self.left = MOST_RUNS

    def fails(self, script: Script) -> Played | None:
        """The run, if it fails as the first did."""
        if self.left <= 0:
            return None
        self.left -= 1
        played = self._simulator.play(script)
        return played if self._checkers & {fault.checker for fault in played.faults} else None


def shrink(simulator: Simulator, failed: Played, troubles: str) -> tuple[Played, str]:
    """The smallest failing run found, and the troubles it needs as `--faults` takes them."""
    runs = _Runs(simulator, failed)
    best, troubles = _fewer_troubles(runs, failed, troubles)
    return _fewer_orders(runs, best), troubles


def _fewer_troubles(runs: _Runs, failed: Played, troubles: str) -> tuple[Played, str]:
    script = failed.script
    names = list(chosen(script.seed, troubles))
    best, told = failed, troubles
    if script.at_write is not None:
        return best, told
    for name in list(names):
        fewer = [other for other in names if other != name]
        wanted = ",".join(fewer) or "none"
        played = runs.fails(script_for(script.seed, script.orders, wanted, script.only))
        if played is not None:
            best, told, names = played, wanted, fewer
    return best, told


def _fewer_orders(runs: _Runs, failed: Played) -> Played:
    best = failed
    keep: list[int] = list(best.script.only) or list(range(best.script.orders))
    size = len(keep) // 2
    while size >= 1:
        n = 0
        while n < len(keep) and len(keep) > 1:
            rest = [*keep[:n], *keep[n + size :]]
            played = runs.fails(_only(best.script, rest)) if rest else None
            if played is None:
                n += size
            else:
                best, keep = played, rest
        size //= 2
    return best


def _only(script: Script, keep: Sequence[int]) -> Script:
    return change(script, only=tuple(keep))
