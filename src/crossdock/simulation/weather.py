"""What goes wrong in one simulated run, drawn from its seed: which troubles, how often, how long.

Each trouble draws from a stream of its own, so that leaving one out changes nothing about the others.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from crossdock.model.base import Value, change
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.faults import NONE, Faults

_MS = timedelta(milliseconds=1)
_SECOND = timedelta(seconds=1)

ANSWERS = "answers"
"""Answers are lost or late, requests are refused or take effect after their sender gave up."""
WEBHOOKS = "webhooks"
"""Webhooks are sent twice, out of order, or never."""
SUBSCRIPTIONS = "subscriptions"
"""A shop forgets whom to tell."""
STORMS = "storms"
"""Systems answer 429 or 503 to all for a while."""
OUTAGES = "outages"
"""Systems go down for seconds."""
DOWN = "down"
"""One system is down for hours."""
SLOW = "slow"
"""One system takes seconds for each answer."""
HIDDEN = "hidden"
"""The ERP shows a new sale only after a while."""
CLOCK = "clock"
"""Our clock jumps, forth and back; the run lies on a change to or from summer time, a year's end or a leap day."""
STORE = "store"
"""The journal can't be reached for a while, with what was being written there or not."""
CRASHES = "crashes"
"""The process dies, before or after a write."""
PEOPLE = "people"
"""Our people do things twice."""

TROUBLES = (
    ANSWERS,
    WEBHOOKS,
    SUBSCRIPTIONS,
    STORMS,
    OUTAGES,
    DOWN,
    SLOW,
    HIDDEN,
    CLOCK,
    STORE,
    CRASHES,
    PEOPLE,
)

ORDINARY_DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_ODD_DAYS = (
    datetime(2026, 3, 8, 6, 59, 30, tzinfo=UTC),  # New York goes to summer time at 07:00 UTC
    datetime(2026, 11, 1, 5, 59, 30, tzinfo=UTC),  # and back, at 06:00 UTC
    datetime(2026, 3, 29, 0, 59, 30, tzinfo=UTC),  # so does Berlin, at 01:00 UTC
    datetime(2026, 10, 25, 0, 59, 30, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 59, 30, tzinfo=UTC),
    datetime(2028, 2, 28, 23, 59, 30, tzinfo=UTC),
)


class Jump(Value, frozen=True):
    """Our clock is set by so much, this long after the first order."""

    after: timedelta
    by: timedelta


class Absence(Value, frozen=True):
    """A system is down from then on, for so long."""

    system: str
    after: timedelta
    lasts: timedelta


class Weather(Value, frozen=True):
    """`faults` are at every edge, but for the systems in `special`. `crash` is the chance of a crash at a write,
    `outage` that the journal can't be reached from a write on, for `outage_for`. `twice`: people repeat what they say.
    Feeds are read every `poll_seconds`, and answers awaited for `patience`."""

    troubles: tuple[str, ...] = ()
    start: datetime = ORDINARY_DAY
    faults: Faults = NONE
    special: dict[str, Faults] = {}
    jumps: tuple[Jump, ...] = ()
    absences: tuple[Absence, ...] = ()
    hidden_for: timedelta = timedelta()
    crash: float = 0.0
    outage: float = 0.0
    outage_for: timedelta = timedelta()
    twice: bool = False
    poll_seconds: int = 2
    patience: timedelta = timedelta(seconds=10)


def draw(seed: int, troubles: str, systems: Sequence[str]) -> Weather:
    """The weather of a seed: `none`; `some` or `many` troubles of its own choice; or exactly those of a list (`crashes,
    webhooks`). Raises ValueError for a trouble that is none."""
    weather = Weather()
    for name in chosen(seed, troubles):
        weather = _DRAWN[name](weather, Chance(seed, f"weather/{name}"), systems)
        weather = change(weather, troubles=(*weather.troubles, name))
    if troubles == "some":
        weather = _milder(weather)
    long = weather.absences or any(abs(jump.by) > timedelta(minutes=5) for jump in weather.jumps)
    return change(weather, poll_seconds=60 if long else Chance(seed, "weather/polls").pick((1, 2, 5, 20)))


def chosen(seed: int, troubles: str) -> tuple[str, ...]:
    """Which troubles a seed has."""
    if troubles == "none":
        return ()
    if troubles in ("some", "many"):
        chance = Chance(seed, "weather")
        share = 0.35 if troubles == "some" else 0.7
        return tuple(name for name in TROUBLES if chance.happens(share))
    named = [name.strip() for name in troubles.split(",") if name.strip()]
    for name in named:
        if name not in TROUBLES:
            raise ValueError(f"no trouble is called {name}; name none, some, many, or any of {', '.join(TROUBLES)}")
    return tuple(name for name in TROUBLES if name in named)


def _milder(weather: Weather) -> Weather:
    faults = change(
        weather.faults,
        **{name: getattr(weather.faults, name) / 3 for name in _RATES},
    )
    return change(weather, faults=faults, crash=weather.crash / 3, outage=weather.outage / 3)


_RATES = ("late", "lost", "straggles", "unsent", "storm", "outage", "duplicate", "shuffle", "never", "unsubscribe")


def _upto(chance: Chance, most: float) -> float:
    return most * chance.fraction()


def _answers(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    rates = {"late": 0.1, "lost": 0.12, "straggles": 0.06, "unsent": 0.1}
    drawn = _with_faults(weather, {name: _upto(chance, most) for name, most in rates.items()})
    return change(drawn, patience=_SECOND * chance.pick((0.2, 0.3, 1, 10)))


def _webhooks(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    rates = {"duplicate": 0.3, "shuffle": 0.4, "never": 0.2}
    drawn = {name: _upto(chance, most) for name, most in rates.items()}
    faults = change(weather.faults, shuffle_by=_MS * chance.between(20, 1500), **drawn)
    return change(weather, faults=faults)


def _subscriptions(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    return _with_faults(weather, {"unsubscribe": _upto(chance, 0.03)})


def _storms(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    faults = change(weather.faults, storm=_upto(chance, 0.03), storm_for=_MS * chance.between(100, 3000))
    return change(weather, faults=faults)


def _outages(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    faults = change(weather.faults, outage=_upto(chance, 0.01), outage_for=_MS * chance.between(200, 8000))
    return change(weather, faults=faults)


def _down(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    after = _MS * chance.between(2100, 6000)  # once the systems have told what they had at the start
    lasts = timedelta(minutes=chance.between(20, 240))
    return change(weather, absences=(Absence(chance.pick(systems), after, lasts),))


def _slow(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    slow = change(NONE, late=1.0, late_by=_MS * chance.between(500, 8000))
    # Who waits less long than a slow system takes hears nothing from it at all.
    return change(weather, special={chance.pick(systems): slow}, patience=_SECOND * 10)


def _hidden(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    return change(weather, hidden_for=_MS * chance.between(10, 99))


def _clock(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    jumps = []
    for _ in range(chance.between(1, 3)):
        span = _SECOND * chance.pick((1, 30, 240, 3600, 7200))
        jumps.append(Jump(_MS * chance.between(2100, 8000), span if chance.happens(0.5) else -span))
    return change(weather, jumps=tuple(jumps), start=chance.pick(_ODD_DAYS))


def _store(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    return change(weather, outage=0.001 + _upto(chance, 0.01), outage_for=_MS * chance.between(50, 5000))


def _crashes(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    return change(weather, crash=0.002 + _upto(chance, 0.02))


def _people(weather: Weather, chance: Chance, systems: Sequence[str]) -> Weather:
    return change(weather, twice=True)


def _with_faults(weather: Weather, rates: Mapping[str, float]) -> Weather:
    return change(weather, faults=change(weather.faults, **rates))


_DRAWN = {
    ANSWERS: _answers,
    WEBHOOKS: _webhooks,
    SUBSCRIPTIONS: _subscriptions,
    STORMS: _storms,
    OUTAGES: _outages,
    DOWN: _down,
    SLOW: _slow,
    HIDDEN: _hidden,
    CLOCK: _clock,
    STORE: _store,
    CRASHES: _crashes,
    PEOPLE: _people,
}
