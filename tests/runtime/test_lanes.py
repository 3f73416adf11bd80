"""Lanes over a real store: what starts, in which order, and what a restart makes of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crossdock.journal.open import open_store
from crossdock.journal.records import instance_id
from crossdock.journal.store import Store
from crossdock.model.commands import CancelSale, Command, CreateSale
from crossdock.model.events import HoldPlaced, SaleCancelled
from crossdock.runtime.connector import (
    Arrival,
    Delivery,
    Done,
    Feed,
    LookedUp,
    LookUp,
    NotFound,
    Outcome,
    Rejected,
    Repetition,
    Task,
    Translation,
)
from crossdock.runtime.engine import Engine
from crossdock.runtime.exchange import drive
from crossdock.runtime.lanes import Attempt, Lanes, command_key
from crossdock.runtime.ports import Exchange, NoAnswer, NotSent, Request, Response
from tests.support.toy import ESTATE, Toy, put

SECOND = 1_000_000
LOOK_UP = LookUp(visible_within=timedelta(seconds=1), may_still_run_for=timedelta(seconds=10))


class Erp:
    """An ERP in a list: CancelSale adds its key once it arrives."""

    system = "erp"
    feeds: Sequence[Feed] = ()

    def __init__(self, repetition: Repetition = LOOK_UP) -> None:
        self.performs: Mapping[type[Command], Repetition] = {CancelSale: repetition}
        self.done: list[str] = []

    def perform(self, task: Task) -> Exchange[Outcome]:
        yield Request("POST", "http://erp/cancel", body=task.key.encode())
        return Done((SaleCancelled(task.command.about),))

    def look_up(self, task: Task) -> Exchange[LookedUp]:
        yield Request("GET", "http://erp/cancel", body=task.key.encode())
        return Done((SaleCancelled(task.command.about),)) if task.key in self.done else NotFound()

    def receive(self, delivery: Delivery, now: datetime) -> Arrival | Rejected:
        return Rejected(404, "it sends nothing")

    def arrival(self, delivery: Delivery) -> Arrival:
        return Arrival("")

    def translate(self, delivery: Delivery, received_at: datetime) -> Translation:
        return Translation()


class NoChance:
    def fraction(self) -> float:
        return 0.0

    def token(self, size: int) -> bytes:
        return bytes(size)


@dataclass
class Site:
    """One worker over a store, driven by hand."""

    store: Store
    erp: Erp = field(default_factory=Erp)
    now: int = SECOND

    def __post_init__(self) -> None:
        self.start_worker()

    def start_worker(self) -> None:
        self.engine = Engine(self.store, ESTATE, [Toy()], {})
        self.lanes = Lanes(ESTATE, {"erp": self.erp}, NoChance(), "w")
        self.reader = self.store.reader()
        self.store.commit(self.lanes.recover(self.reader, self.now))

    def step(self) -> None:
        while (stepped := self.engine.step(self.now)) is not None and stepped.messages:
            self.lanes.offer(stepped.commands)

    def start(self) -> list[Attempt]:
        self.step()
        self.lanes.refill(self.reader, self.now)
        attempts, batch = self.lanes.start(self.now)
        return self.lanes.not_recorded(attempts, self.store.commit(batch).updates)

    def finish(self, attempt: Attempt, failure: NotSent | NoAnswer | None = None, arrives: bool = True) -> None:
        def send(request: Request) -> Response:
            if arrives and request.method == "POST" and not isinstance(failure, NotSent):
                self.erp.done.append(request.body.decode())
            if failure is not None:
                raise failure
            return Response(200)

        ended = drive(attempt.exchange, send)
        self.store.commit(self.lanes.finish(attempt, ended, self.now))
        self.lanes.written(attempt.row)
        self.step()

    def states(self, key: str) -> list[tuple[int, str, int]]:
        rows = self.reader.commands_of([instance_id("toy", key)])
        return [(row.ordinal, row.state, row.attempts) for row in rows]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    store = open_store(str(tmp_path / "journal.db"))
    yield Site(store)
    store.close()


def order(site: Site, key: str, *commands: str) -> None:
    put(site.store, HoldPlaced(key, "x", "me", " ".join(f"command={name}" for name in commands)))


def test_an_attempt_is_committed_before_its_bytes_leave(site: Site) -> None:
    order(site, "a", "S1")
    (attempt,) = site.start()
    assert site.states("a") == [(1, "sending", 1)]
    assert site.erp.done == []
    site.finish(attempt)
    assert site.states("a") == [(1, "done", 1)]


def test_no_more_attempts_run_than_the_system_allows(site: Site) -> None:
    for key in "abcd":
        order(site, key, "S1")
    first = site.start()
    assert len(first) == ESTATE.systems["erp"].limits.concurrency
    assert site.start() == []
    site.finish(first[0])
    assert len(site.start()) == 1


def test_two_commands_about_one_object_never_overtake_each_other(site: Site) -> None:
    order(site, "a", "S1", "S2")
    (first,) = site.start()
    assert first.row.ordinal == 1
    site.finish(first, NotSent("refused"))
    assert site.start() == []  # the first waits to be sent again, and the second behind it
    site.now += 3600 * SECOND
    (again,) = site.start()
    assert again.row.ordinal == 1
    site.finish(again)
    assert [attempt.row.ordinal for attempt in site.start()] == [2]


def test_nothing_overtakes_after_a_restart_either(site: Site) -> None:
    order(site, "a", "S1", "S2")
    (first,) = site.start()
    site.finish(first, NotSent("refused"))
    site.start_worker()
    assert site.start() == []
    site.now += 3600 * SECOND
    (again,) = site.start()
    assert again.row.ordinal == 1


def test_an_unanswered_attempt_is_looked_up_and_found(site: Site) -> None:
    order(site, "a", "S1")
    (attempt,) = site.start()
    site.finish(attempt, NoAnswer("cut off"))
    assert site.states("a") == [(1, "unknown", 1)]
    site.now += 2 * SECOND
    (look_up,) = site.start()
    assert look_up.is_look_up
    site.finish(look_up)
    assert site.states("a") == [(1, "done", 1)]
    assert len(site.erp.done) == 1


def test_an_attempt_that_never_arrived_is_sent_again_only_when_it_can_no_longer_run(site: Site) -> None:
    order(site, "a", "S1")
    (attempt,) = site.start()
    site.finish(attempt, NoAnswer("cut off"), arrives=False)
    site.now += 2 * SECOND
    (look_up,) = site.start()
    site.finish(look_up)
    assert site.states("a") == [(1, "unknown", 1)]
    site.now += 10 * SECOND
    (look_up,) = site.start()
    assert look_up.is_look_up
    site.finish(look_up)
    (again,) = site.start()
    assert not again.is_look_up
    site.finish(again)
    assert site.states("a") == [(1, "done", 2)]
    assert len(site.erp.done) == 1


def test_a_dead_workers_attempt_is_looked_up_by_the_next(site: Site) -> None:
    order(site, "a", "S1")
    (attempt,) = site.start()
    site.erp.done.append(command_key(attempt.row))  # it arrived, and the worker died
    site.start_worker()
    (look_up,) = site.start()
    assert look_up.is_look_up
    site.finish(look_up)
    assert site.states("a") == [(1, "done", 1)]


def test_a_command_keeps_its_key_over_all_attempts(site: Site) -> None:
    order(site, "a", "S1")
    (attempt,) = site.start()
    key = command_key(attempt.row)
    site.finish(attempt, NotSent("refused"))
    site.now += 3600 * SECOND
    (again,) = site.start()
    assert command_key(again.row) == key


def test_the_instance_hears_the_answer_once_even_if_it_is_committed_twice(site: Site) -> None:
    order(site, "a", "S1")
    (attempt,) = site.start()
    ended = drive(attempt.exchange, lambda _: Response(200))
    batch = site.lanes.finish(attempt, ended, site.now)
    site.store.commit(batch)
    site.store.commit(batch)
    site.step()
    events = [row.type for row in site.reader.events_of([instance_id("toy", "a")])]
    assert events.count("SaleCancelled") == 1


def test_an_attempt_whose_record_does_not_hold_is_not_sent(site: Site) -> None:
    order(site, "a", "S1")
    site.step()
    site.lanes.refill(site.reader, site.now)
    attempts, batch = site.lanes.start(site.now)
    other = Lanes(ESTATE, {"erp": site.erp}, NoChance(), "other")
    other.refill(site.reader, site.now)
    _, others = other.start(site.now)
    assert site.store.commit(others).updates == [True]
    held = site.store.commit(batch).updates
    assert site.lanes.not_recorded(attempts, held) == []


def test_a_command_that_no_connector_can_do_is_refused_at_once(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "journal.db"))
    erp = Erp()
    erp.performs = {CreateSale: LOOK_UP}
    site = Site(store, erp)
    order(site, "a", "S1")
    assert site.start() == []
    assert site.states("a") == [(1, "refused", 0)]
    store.close()


def test_spent_attempts_open_an_exception(site: Site) -> None:
    order(site, "a", "S1")
    for _ in range(ESTATE.systems["erp"].limits.attempts):
        (attempt,) = site.start()
        site.finish(attempt, NotSent("refused"))
        site.now += 3600 * SECOND
    assert site.states("a") == [(1, "abandoned", 3)]
    (exception,) = site.reader.exceptions()
    assert exception.cause == "command:CancelSale:1"
    assert "after 3 attempts" in exception.reason


def test_a_command_offered_while_the_journal_is_to_be_read_is_not_lost_behind_an_earlier_one(site: Site) -> None:
    site.start()  # the journal is read, so that what comes is offered
    order(site, "a", "S1")
    (first,) = site.start()
    site.lanes.look_again()  # from here until the next refill, offers are left to the journal
    put(site.store, HoldPlaced("a", "x", "me", "command=S2"))
    site.step()
    assert site.start() == []  # the journal gives out nothing behind the first
    site.finish(first)
    (second,) = site.start()
    assert second.row.ordinal == 2


def test_the_journal_is_not_read_for_what_stands_behind_before_the_end_is_written(site: Site) -> None:
    order(site, "a", "S1", "S2")
    (first,) = site.start()  # read from the journal, which gave out nothing behind it
    ended = drive(first.exchange, lambda _: Response(200))
    batch = site.lanes.finish(first, ended, site.now)
    assert site.start() == []  # not written yet: the journal still holds the second back
    site.store.commit(batch)
    site.lanes.written(first.row)
    (second,) = site.start()
    assert second.row.ordinal == 2


def test_what_stands_behind_an_attempt_that_was_not_recorded_does_not_overtake_it(site: Site) -> None:
    site.start()  # the journal is read, so that what comes is offered
    order(site, "a", "S1", "S2")
    site.step()
    attempts, _ = site.lanes.start(site.now)
    assert [attempt.row.ordinal for attempt in attempts] == [1]
    assert site.lanes.not_recorded(attempts, [False]) == []
    (again,) = site.start()
    assert again.row.ordinal == 1
