"""A world that is watched: what it acknowledges is checked, what it says to others may be noted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from crossdock.runtime.ports import NoAnswer, NotSent, Request, Response
from crossdock.simulation.witness import Witness
from crossdock.simulation.world import World


@dataclass
class Notes:
    """What happened in a run, for people: (true time in microseconds, who, what), where it is asked for."""

    wanted: bool = False
    lines: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, now: int, who: str, what: str) -> None:
        if self.wanted:
            self.lines.append((now, who, what))


class Watched(World):
    """A world whose acknowledgements a witness checks."""

    witness: Witness
    notes: Notes

    def acknowledge(self, request: Request, status: int) -> None:
        self.witness.acknowledged(request.body, status)
        if self.notes.wanted:
            self.notes.add(self.now, "webhook", f"{urlsplit(request.url).path} {request.body[:70]!r} -> {status}")

    def _send(self, request: Request, answered: Callable[[Response | NotSent | NoAnswer], None]) -> None:
        if self.notes.wanted and not _is_poll(request):
            begun = self.now

            def noted(result: Response | NotSent | NoAnswer) -> None:
                said = str(result.status) if isinstance(result, Response) else str(result)
                took = (self.now - begun) / 1e6
                where = urlsplit(request.url)
                self.notes.add(begun, where.netloc, f"{request.method} {where.path} -> {said} after {took:g} s")
                answered(result)

            super()._send(request, noted)
            return
        super()._send(request, answered)


def _is_poll(request: Request) -> bool:
    path = request.url.partition("?")[0]
    return request.method == "GET" and path.endswith(("/orders.json", "/webhooks.json", "/changes", "/sales", "/stock"))
