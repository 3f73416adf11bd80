"""What happened in a run, line by line, for people: requests and answers, webhooks, events, crashes, the clock."""

from collections.abc import Iterator

from crossdock.runtime.work import micros
from crossdock.simulation.play import Played
from crossdock.simulation.simulate import Simulator
from crossdock.simulation.watched import Notes

MOST_LINES = 150


def trace(simulator: Simulator, played: Played) -> list[str]:
    """Play it again and tell it, without polls; long ones from the end."""
    notes = Notes(wanted=True)
    simulator.play(played.script, notes)
    lines = list(_told(notes, micros(played.script.weather.start)))
    left_out = len(lines) - MOST_LINES
    return lines if left_out <= 0 else [f"({left_out} lines before these)", *lines[-MOST_LINES:]]


def _told(notes: Notes, start: int) -> Iterator[str]:
    for at, who, what in notes.lines:
        yield f"{(at - start) / 1e6:>10.3f} s  {who:<10} {what}"
