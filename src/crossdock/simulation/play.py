"""One simulated run: a mix of orders in some weather, through crashes of the process, to its end and its verdict."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from crossdock.app.connectors import make_connectors
from crossdock.app.processes import make_processes
from crossdock.estate.model import Estate, System
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.open import open_reader, open_store
from crossdock.journal.records import EventRow, InstanceRow
from crossdock.journal.store import StoreBusy, StoreUnavailable
from crossdock.model.base import Value, change
from crossdock.model.events import Event
from crossdock.processes.order_to_cash.state import OrderState
from crossdock.runtime.intake import event_intake
from crossdock.runtime.work import MICROSECOND, instant, micros
from crossdock.simulation import checks
from crossdock.simulation.chance import Chance
from crossdock.simulation.crashes import AtWrite, ByChance, Crash, Fate, How, Spared, TroubledStore
from crossdock.simulation.customers import Customers
from crossdock.simulation.distributor import Distributor
from crossdock.simulation.drawn import drawn_mix
from crossdock.simulation.people import ORDER, Clerk
from crossdock.simulation.reconcile import reconcile
from crossdock.simulation.recount import Called
from crossdock.simulation.watched import Notes, Watched
from crossdock.simulation.weather import Weather
from crossdock.simulation.witness import Fault, Witness
from crossdock.simulation.world import HubClock

HUB = "http://hub.test"
_GLANCE = timedelta(milliseconds=50)
_SLOW_GLANCE = timedelta(seconds=1)
_BUSY_FOR = timedelta(seconds=15)
_RESTART = 20_000
"""How long a new process takes to be up, in microseconds."""

_SOON = 4 * 3_600_000_000
_NEVER = 1 << 62
_ENOUGH = 20
"""So many faults are as good as all."""

_AT_ONCE = 3000
_WORK = 60_000_000
_PATIENCE = 4_000_000
"""Systems work no longer than the one, people wait no longer than the other between two things they do, in
microseconds."""

_MOST = timedelta(days=1)
_ATTEMPTS = 100_000
"""Attempts at a command before a person is asked: more than any absence here costs."""


class Script(Value, frozen=True):
    """What to play. `only` keeps these orders of the mix, by their place in it, from 0. With `at_write`, that and
    nothing else befalls the store."""

    seed: int
    orders: int
    weather: Weather = Weather()
    only: tuple[int, ...] = ()
    at_write: tuple[int, How] | None = None


@dataclass
class Played:
    """How a run ended: what was wrong, what it took."""

    script: Script
    faults: list[Fault]
    events: int
    writes: int
    lives: int


class _Enough(BaseException):
    """The run is broken beyond doubt; going on would show no more."""


class Play:
    """A run under way; `play` it once, then `close` it."""

    def __init__(self, script: Script, path: Path, notes: Notes | None = None) -> None:
        weather = script.weather
        self.script = script
        self.witness = Witness()
        self.notes = notes or Notes()
        self.lives = 0
        self._path = path
        self._start = micros(weather.start)
        self.now = self._start
        mix = drawn_mix(script.seed, script.orders, script.only, weather.start.date())
        self.stories = mix.stories
        self.distributor = Distributor(mix, weather.start, HUB, script.seed, weather.faults)
        self.distributor.erp.visible_after = weather.hidden_for
        urls = {name: f"http://{name}.test" for name in self.distributor.systems}
        self.estate = _adapted(self.distributor.estate(urls, HUB, weather.start), weather)
        self._edges = {f"{name}.test": edge for name, edge in self.distributor.edges.items()}
        self._chance = Chance(script.seed, "play")
        self._fate = _fate(script)
        self._offset = 0
        self._writes = 0
        self._said = 0
        self._unsaid: list[tuple[str, str, Event]] = []
        self._seen: list[EventRow] = []
        self._cursor: dict[int, int] = {}
        self._moved_at = self._wrote_at = self.now
        self._at_once = 0
        self._is_up = False
        self._begin()
        self.reader = open_reader(str(path))
        order = next(each for each in make_processes(self.estate) if each.name == ORDER)
        self.clerk = Clerk(self.reader, order, self._say)
        self.customers = Customers(mix, self.distributor, weather.start, self.clerk)

    def close(self) -> None:
        self.world.reader.close()
        self.reader.close()
        self._store.close()

    # --- lives of the process -----------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Start the process, and another where it dies before it is up."""
        while True:
            self.lives += 1
            inner = open_store(str(self._path), durable=False)
            self._store = TroubledStore(inner, self._fate, self, self._true_time, self._writes)
            try:
                self.world = Watched(
                    self._store,
                    self.estate,
                    make_processes(self.estate),
                    make_connectors(self.estate, self.distributor.environment()),
                    self._edges,
                    Chance(self.script.seed, f"world/{self.lives}"),
                    instant(self.now),
                    clock=HubClock(self._offset),
                )
                self.world.witness, self.world.notes = self.witness, self.notes
                self._is_up = True
                return
            except (Crash, StoreUnavailable):
                self._end()

    def _end(self) -> None:
        self._writes = self._store.writes
        self._store.close()
        self.now += _RESTART

    def _restart(self) -> None:
        self.now = max(self.now, self.world.now)
        self.world.reader.close()
        self._end()
        self._begin()

    def written(self, batch: Batch, receipt: Receipt) -> None:
        self.witness.written(batch, receipt)
        self._check_rest()
        if batch.events:
            self._moved_at = self._true_time()
        if self.notes.wanted:
            for row in batch.events:
                self.notes.add(self._moved_at, "journal", f"{row.n} {row.type} {row.body.decode()[:90]}")

    def _true_time(self) -> int:
        return max(self.now, self.world.now) if self._is_up else self.now

    def _check_rest(self) -> None:
        now = self._true_time()
        self._at_once = self._at_once + 1 if now == self._wrote_at else 0
        self._wrote_at = now
        if self._at_once >= _AT_ONCE:
            found = Fault("restless", "Crossdock", f"it wrote {_AT_ONCE} times at one instant, and goes on")
            self.witness.faults.append(found)
        if len(self.witness.faults) >= _ENOUGH or self._at_once >= _AT_ONCE:
            raise _Enough

    def befell(self, how: How, n: int) -> None:
        self.notes.add(self.now, "journal", f"write {n}: {_TOLD[how]}")

    # --- people -------------------------------------------------------------------------------------------------------

    def _say(self, key: str, event: Event) -> None:
        """Somebody clicks; some click twice, which is two requests."""
        twice = self.script.weather.twice and self._chance.happens(0.5)
        for _ in range(2 if twice else 1):
            self._said += 1
            self._unsaid.append((str(self._said), key, event))

    def _speak(self) -> None:
        """Say what is not said yet; what Crossdock did not take is said again."""
        while self._unsaid:
            id, key, event = self._unsaid[0]
            intake = event_intake(
                event,
                key=key,
                source="people",
                message_id=id,
                body=msgspec.json.encode(event),
                now=instant(self.world.time),
                partitions=self._store.partitions,
                retention=self.estate.retention,
            )
            try:
                self.world.commit(Batch(intake=[intake]))
            except (StoreUnavailable, StoreBusy):
                return
            self._unsaid.pop(0)

    # --- the run ------------------------------------------------------------------------------------------------------

    def play(self) -> Played:
        """From the first order to the end of all weather, and on until nothing moves any more."""
        try:
            self._storm()
            self._calm()
        except _Enough:
            return Played(self.script, self.witness.faults, len(self.witness.events), self._store.writes, self.lives)
        return Played(self.script, self._judge(), len(self.witness.events), self._store.writes, self.lives)

    def _storm(self) -> None:
        """All that the weather has, until the customers are done or nothing moves."""
        troubles = self._dated_troubles()
        while troubles or self._is_anybody_down() or not (self.customers.is_done or self._is_still()):
            while troubles and troubles[0][0] <= self.now:
                self._befalls(*troubles.pop(0)[1:])
            busy = self.now < self._start + _BUSY_FOR // MICROSECOND
            self._let(_GLANCE if busy else _SLOW_GLANCE)
            if self._is_enough():
                return

    def _calm(self) -> None:
        """Nothing goes wrong any more: what can end, ends."""
        self.distributor.calm()
        self._fate.calm()
        self._moved_at = self.now
        while not (self._is_still() or self._is_enough()):
            self._let(_SLOW_GLANCE)

    def _is_enough(self) -> bool:
        """Whether more would show nothing more: it is broken already, or never comes to rest."""
        return len(self.witness.faults) >= _ENOUGH or self.now > self._start + _MOST // MICROSECOND

    def _is_still(self) -> bool:
        """Whether nothing moves by itself: since the last event all feeds were read, and nobody has anything to do."""
        if len(self.customers.placed) < len(self.stories) or self.now < self._moved_at + _PATIENCE:
            return False
        if min(self.world.read_at.values(), default=0) <= self._moved_at:
            return False
        if self.world.time > self.now + self._offset:
            return False  # our clock is held still: timers and retries wait for it
        lanes = self.world.lanes
        if lanes.under_way() or (lanes.next_due() or _NEVER) < self.world.time + _SOON:
            return False
        if self.distributor.is_busy() and self.now < self._moved_at + _WORK:
            return False  # beyond that it does what it does for ever, such as waiting for a label
        return not (self.reader.has_inbox() or self._unsaid)

    def _is_anybody_down(self) -> bool:
        now = instant(self.now)
        return any(edge.is_down(now) for edge in self._edges.values())

    def _dated_troubles(self) -> list[tuple[int, str, timedelta]]:
        weather = self.script.weather
        dated = [(jump.after, "", jump.by) for jump in weather.jumps]
        dated += [(absence.after, absence.system, absence.lasts) for absence in weather.absences]
        return sorted((self._start + after // MICROSECOND, system, span) for after, system, span in dated)

    def _befalls(self, system: str, span: timedelta) -> None:
        if system:
            self.distributor.edges[system].down_until = instant(self.now) + span
            self.notes.add(self.now, system, f"it is down for {span}")
            return
        self._offset += span // MICROSECOND
        self.world.clock.offset = self._offset
        self.notes.add(self.now, "clock", f"it is set by {span.total_seconds():+g} s")

    def _let(self, span: timedelta) -> None:
        """People act, then time passes, whatever becomes of the process."""
        until = self.now + span // MICROSECOND
        self._act()
        while True:
            try:
                self._speak()
                self.world.run(instant(until))
                self.now = self.world.now
                return
            except Crash:
                self._restart()

    def _act(self) -> None:
        self.customers.act(instant(self.now))
        for name, faults in self.script.weather.special.items():
            if self.customers.placed and self._fate.is_rough:
                self.distributor.systems[name].faults = faults
        for row in self.reader.events_after(self._cursor, self._chance.between(1, 40)):
            self._seen.append(row)
            self._cursor[row.partition] = row.n

    # --- the verdict --------------------------------------------------------------------------------------------------

    def _judge(self) -> list[Fault]:
        faults = list(self.witness.faults)
        while rows := self.reader.events_after(self._cursor, 100):
            self._seen.extend(rows)
            self._cursor.update((row.partition, row.n) for row in rows)
        faults += checks.check_reader(self._seen, self.witness.events)
        rests = checks.at_rest(self.reader)
        faults += checks.check_rest(rests, self.world.time)
        faults += checks.check_merged({called: self._order(called) for called in self.customers.placed})
        faults += checks.check_credit(self.distributor.erp.books)
        verdict = reconcile(self.distributor.rows(), self.customers.placed)
        faults += checks.check_ledgers(verdict, self._excused(rests))
        return faults

    def _order(self, called: Called) -> tuple[InstanceRow, OrderState] | None:
        row = self.clerk.find(*called)
        return None if row is None else (row, self.clerk.state(row))

    def _excused(self, rests: list[checks.Rest]) -> dict[Called, str]:
        """Orders that a person must see to, or that a node let down for so long that they went elsewhere, with why."""
        before_people: dict[str, list[str]] = defaultdict(list)
        for rest in rests:
            for exception in rest.exceptions:
                before_people[rest.row.key.partition("@")[0]].append(exception.reason)
        if self.script.weather.absences:
            for exception in self.reader.exceptions(""):
                if exception.cause in ("accept", "cancel"):
                    before_people[exception.subject.partition("@")[0]].append(exception.reason)
        found = {}
        for called in self.customers.placed:
            row = self.clerk.find(*called)
            if row is not None and row.key in before_people:
                found[called] = "; ".join(before_people[row.key])
        return found


def _fate(script: Script) -> Fate:
    if script.at_write is not None:
        return AtWrite(*script.at_write)
    weather = script.weather
    if not (weather.crash or weather.outage):
        return Spared()
    lasts = weather.outage_for // MICROSECOND
    return ByChance(Chance(script.seed, "store"), weather.crash, weather.outage, lasts)


def _adapted(estate: Estate, weather: Weather) -> Estate:
    """Polls and retries at a pace that suits the run; no attempts run out, so an absence brings nothing before
    people."""
    most = timedelta(seconds=2 if weather.poll_seconds < 60 else 300)

    def adapted(system: System) -> System:
        settings = dict(system.settings)
        for name in ("poll_every", "check_subscriptions_every"):
            if name in settings:
                settings[name] = f"PT{weather.poll_seconds}S"
        limits = change(system.limits, attempts=_ATTEMPTS, backoff_most=most, timeout=weather.patience)
        return change(system, settings=settings, limits=limits)

    return change(estate, systems={name: adapted(system) for name, system in estate.systems.items()})


_TOLD: dict[How, str] = {
    "before": "the process dies before it",
    "after": "the process dies after it",
    "unanswered": "it is written, and its writer told that it could not be",
    "gone": "the journal is away",
}
