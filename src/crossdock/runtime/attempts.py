"""What follows from the outcome of one attempt, by how the operation may be repeated. Pure rules; lanes apply them."""

from datetime import timedelta

from crossdock.estate.model import Limits
from crossdock.journal.records import ABANDONED, DONE, REFUSED, UNKNOWN, WAITING, CommandRow
from crossdock.model.base import Value
from crossdock.model.events import CommandAbandoned, CommandRefused, Event
from crossdock.runtime.connector import (
    Asks,
    Done,
    Idempotent,
    LookUp,
    NotFound,
    Refused,
    Repetition,
    TryLater,
    Unsafe,
)
from crossdock.runtime.ports import NoAnswer, NotSent

Ended = Done | Refused | TryLater | NotFound | NotSent | NoAnswer
"""How an attempt or look-up ended; the last two are what its driver threw."""


class Verdict(Value, frozen=True):
    """The command's next state, when it is due again, and what its instance is told."""

    state: str
    after: timedelta = timedelta()
    note: str = ""
    events: tuple[Event, ...] = ()


def backoff(limits: Limits, attempts: int, fraction: float) -> timedelta:
    """Exponential with jitter: between half and all of base x 2^(attempts-1), never above the most."""
    span = min(limits.backoff * (1 << min(max(attempts, 1) - 1, 20)), limits.backoff_most)
    return span * (0.5 + fraction / 2)


def after_attempt(
    row: CommandRow, ended: Ended, repetition: Repetition, limits: Limits, attempts: int, fraction: float
) -> Verdict:
    """`attempts` is how many there were, this one included."""
    match ended:
        case Done(events):
            return Verdict(DONE, events=events)
        case Refused(reason, code):
            told = CommandRefused(row.type, row.ordinal, row.system, reason, code)
            return Verdict(REFUSED, note=reason, events=(told,))
        case TryLater(reason, after):
            return _later(row, reason, limits, attempts, fraction, after)
        case NotSent():
            return _later(row, f"could not reach {row.system}: {ended}", limits, attempts, fraction, None)
        case NoAnswer():
            return _unknown(row, ended, repetition, limits, attempts, fraction)
        case NotFound():
            return Verdict(WAITING, note="not found there: sent again")


def after_look_up(
    row: CommandRow, ended: Ended, effect: LookUp, limits: Limits, elapsed: timedelta, fraction: float
) -> Verdict:
    """`elapsed` is how long ago the attempt of unknown outcome began. A look-up spends no attempt."""
    if isinstance(ended, Done | Refused):
        return after_attempt(row, ended, effect, limits, row.attempts, fraction)
    certain_after = effect.may_still_run_for + effect.visible_within
    if isinstance(ended, NotFound):
        if elapsed < certain_after:
            return Verdict(UNKNOWN, after=certain_after - elapsed, note="not found yet: looked up again")
        if row.attempts >= limits.attempts:
            return _given_up(row, f"{row.system} never took {row.type} over in {row.attempts} attempts")
        return Verdict(WAITING, note="not found there: sent again")
    wish = ended.after if isinstance(ended, TryLater) else None
    return Verdict(UNKNOWN, after=wish or backoff(limits, 4, fraction), note=f"look-up failed: {_why(ended)}")


def after_crash(row: CommandRow, repetition: Repetition, system: str) -> Verdict:
    """An attempt was recorded and the worker died: what happened is unknown."""
    match repetition:
        case Asks() | Idempotent():
            return Verdict(WAITING, note="sent again after a restart")
        case LookUp():
            return Verdict(UNKNOWN, note="looked up after a restart")
        case Unsafe():
            return _given_up(
                row, f"whether {system} did {row.type} is unknown since a restart, and it can't be repeated"
            )


def _later(
    row: CommandRow, reason: str, limits: Limits, attempts: int, fraction: float, wish: timedelta | None
) -> Verdict:
    if attempts >= limits.attempts:
        return _given_up(row, f"{reason} (after {attempts} attempts)")
    pause = backoff(limits, attempts, fraction)
    return Verdict(WAITING, after=max(pause, wish) if wish else pause, note=reason)


def _unknown(
    row: CommandRow, ended: NoAnswer, repetition: Repetition, limits: Limits, attempts: int, fraction: float
) -> Verdict:
    reason = f"no answer from {row.system}: {ended}"
    match repetition:
        case Asks() | Idempotent():
            return _later(row, reason, limits, attempts, fraction, None)
        case LookUp(visible_within=visible):
            return Verdict(UNKNOWN, after=visible, note=reason)
        case Unsafe():
            return _given_up(row, f"{reason}; whether it was done is unknown, and it can't be repeated")


def _given_up(row: CommandRow, reason: str) -> Verdict:
    return Verdict(ABANDONED, note=reason, events=(CommandAbandoned(row.type, row.ordinal, row.system, reason),))


def _why(ended: Ended) -> str:
    return ended.reason if isinstance(ended, TryLater) else str(ended) or type(ended).__name__
