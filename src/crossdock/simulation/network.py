"""The wire between Crossdock and a simulated system, with what goes wrong on it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from crossdock.runtime.ports import NoAnswer, NotSent, Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.base import Failure, Outgoing, Simulated
from crossdock.simulation.systems.faults import NONE

_NOTHING = timedelta()


class Fate(NamedTuple):
    """What became of a request: its answer, if any came, after how long; `sent` false: it never arrived."""

    response: Response | None
    after: timedelta = _NOTHING
    sent: bool = True


class Edge:
    """One system behind its part of the network. Faults are the system's own, drawn from its stream of
    chance."""

    def __init__(self, system: Simulated, chance: Chance) -> None:
        self.system = system
        self._chance = chance.stream(f"{system.name}/network")
        self._storm_until: datetime | None = None
        self._storm_status = 503
        self.down_until: datetime | None = None

    def is_down(self, now: datetime) -> bool:
        return self.down_until is not None and now < self.down_until

    def reach(self, request: Request, now: datetime) -> Fate:
        """Carry a request to the system, or not, and its answer back, or not."""
        faults, chance = self.system.faults, self._chance
        if chance.happens(faults.outage):
            self.down_until = now + faults.outage_for
        if self.is_down(now) or chance.happens(faults.unsent):
            return Fate(None, sent=False)
        if chance.happens(faults.storm):
            self._storm_until = now + faults.storm_for
            self._storm_status = chance.pick((429, 503))
        if self._storm_until is not None and now < self._storm_until:
            return Fate(self._busy())
        if chance.happens(faults.straggles):
            delay = faults.straggles_for * chance.fraction()
            self.system.later(now + delay, lambda at: self._straggle(request, at))
            return Fate(None, timedelta(seconds=request.timeout))
        response = self.system.handle(request, now)
        if chance.happens(faults.lost):
            return Fate(None, timedelta(seconds=request.timeout))
        return Fate(response, faults.late_by if chance.happens(faults.late) else _NOTHING)

    def due(self, now: datetime) -> list[Outgoing]:
        """The callbacks to send now; while it is down they wait."""
        return [] if self.is_down(now) else self.system.due(now)

    def next_due(self, now: datetime) -> datetime | None:
        at = self.system.next_due()
        return self.down_until if at and self.down_until and self.is_down(now) else at

    def calm(self) -> None:
        """From here on nothing goes wrong."""
        self.system.faults = NONE
        self._storm_until = self.down_until = None

    def _straggle(self, request: Request, at: datetime) -> None:
        self.system.handle(request, at)

    def _busy(self) -> Response:
        words = "too many requests" if self._storm_status == 429 else "down for maintenance"
        answer = Failure(self._storm_status, words, "busy").response()
        if self._storm_status == 429:
            return Response(answer.status, {**answer.headers, "retry-after": "1"}, answer.body)
        return answer


class Network:
    """All systems by host name and port, for whoever sends requests without sockets."""

    def __init__(self, edges: Iterable[tuple[str, Edge]]) -> None:
        self._edges = {urlsplit(url).netloc: edge for url, edge in edges}

    def reach(self, request: Request, now: datetime) -> Fate:
        """What becomes of a request sent now. An unknown host is never reached."""
        edge = self._edges.get(urlsplit(request.url).netloc)
        return Fate(None, sent=False) if edge is None else edge.reach(request, now)

    def send(self, request: Request, now: datetime) -> Response:
        """The answer at once, whatever time it would take. Raises NotSent and NoAnswer as a real client
        does."""
        fate = self.reach(request, now)
        if not fate.sent:
            raise NotSent(f"{urlsplit(request.url).netloc} refused the connection")
        if fate.response is None or fate.after.total_seconds() >= request.timeout:
            raise NoAnswer(f"no answer within {request.timeout:g} s")
        return fate.response
