"""A connection that breaks in the middle of anything: what took effect is known or safe to repeat, and counts once."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest

from crossdock.journal.batch import Answer, Batch
from crossdock.journal.open import open_store
from crossdock.journal.postgres.server import Answers, Asked, Session
from crossdock.journal.postgres.store import PostgresStore
from crossdock.journal.records import DONE, EVENT, SENDING, CursorRow
from crossdock.journal.store import Store, StoreUnavailable
from tests.conformance.store_rows import (
    NOW,
    balance,
    claimed,
    command,
    event,
    identifier,
    instance,
    intake,
    message,
    movement,
    name,
    reservation,
    step,
    timer,
    update,
)
from tests.journal.postgres.proxy import ANSWER, REQUEST, CuttingProxy

A = name("a")
T = TypeVar("T")


@pytest.fixture
def proxy(journal_url: str) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(journal_url)
    yield proxy
    proxy.close()


@pytest.fixture
def store(proxy: CuttingProxy) -> Iterator[PostgresStore]:
    store = PostgresStore(proxy.url)
    yield store
    store.close()


def before(monkeypatch: pytest.MonkeyPatch, act: Callable[[Sequence[Asked]], None]) -> None:
    """Have `act` see each round trip of a session before it begins."""
    run = Session.run

    def watched(session: Session, statements: Sequence[Asked]) -> Answers:
        act(statements)
        return run(session, statements)

    monkeypatch.setattr(Session, "run", watched)


def at_commit(monkeypatch: pytest.MonkeyPatch, proxy: CuttingProxy, lose: str, down: bool = False) -> None:
    """Lose one request or answer of the next COMMIT."""
    left = [1]

    def act(statements: Sequence[Asked]) -> None:
        if left and statements[-1][0] == "COMMIT" and len(statements) > 1:
            left.pop()
            proxy.lose, proxy.down = lose, down

    before(monkeypatch, act)


def test_a_commit_whose_answer_was_lost_is_found_and_answered(
    store: Store, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_commit(monkeypatch, proxy, ANSWER)
    assert store.commit(Batch(intake=[intake("1")])).intake == ["new"]
    assert proxy.cuts == 1
    assert store.commit(Batch(intake=[intake("1")])).intake == ["same"]


def test_a_commit_that_never_arrived_is_told_and_left_nothing(
    store: Store, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_commit(monkeypatch, proxy, REQUEST)
    with pytest.raises(StoreUnavailable, match=r"\.$"):
        store.commit(Batch(intake=[intake("1")]))
    assert store.commit(Batch(intake=[intake("1")])).intake == ["new"]


def test_where_the_server_stays_away_the_outcome_is_open_and_repeating_is_safe(
    store: Store, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(store, Batch(commands=[command(A)]))
    store.commit(Batch(command_updates=[update(command(A), SENDING)]))
    done = update(command(A), DONE, before=SENDING)
    batch = Batch(intake=[intake("1")], answers=[Answer(done, [message(b"told", kind=EVENT)])])
    at_commit(monkeypatch, proxy, ANSWER, down=True)
    with pytest.raises(StoreUnavailable):
        store.commit(batch)
    with pytest.raises(StoreUnavailable):
        store.commit(batch)
    proxy.down = False
    receipt = store.commit(batch)
    assert (receipt.intake, receipt.answers) == (["same"], [False])
    claim = claimed(store)
    assert sorted(row.body for row in claim.messages) == sorted([name("1"), b"told"])
    claim.release()


def test_a_step_whose_outcome_is_open_is_not_done_twice(
    store: Store, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.commit(Batch(inbox=[message()]))
    claim = claimed(store)
    at_commit(monkeypatch, proxy, ANSWER, down=True)
    with pytest.raises(StoreUnavailable):
        claim.commit(Batch(consumed=[(0, claim.messages[0].seq)], events=[event(1)]))
    with pytest.raises(StoreUnavailable):
        store.claim(NOW, 10)
    proxy.down = False
    assert store.claim(NOW, 10) is None
    reader = store.reader()
    assert [row.n for row in reader.events_after({}, 10)] == [1]
    reader.close()


def test_an_outcome_that_stayed_open_is_not_taken_for_a_later_one(
    store: Store, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        at_commit(patch, proxy, ANSWER, down=True)
        with pytest.raises(StoreUnavailable):
            store.commit(Batch(intake=[intake("1")]))
    proxy.down = False
    with monkeypatch.context() as patch:
        at_commit(patch, proxy, REQUEST)
        with pytest.raises(StoreUnavailable):
            store.commit(Batch(intake=[intake("2")]))
    assert store.commit(Batch(intake=[intake("1"), intake("2")])).intake == ["same", "new"]


def work(store: Store) -> None:
    """An order's beginning, as its callers do it: each part again and again until it is known to be done."""
    insist(lambda: store.commit(Batch(intake=[intake("1")], cursors=[CursorRow("feed", "1", NOW)])))
    work_off(store)
    begin = update(command(A), SENDING)
    insist(lambda: store.commit(Batch(command_updates=[begin])))
    done = update(command(A), DONE, before=SENDING)
    insist(lambda: store.commit(Batch(answers=[Answer(done, [message(b"done", kind=EVENT)])])))
    work_off(store)


def work_off(store: Store) -> None:
    """Step until there is nothing to do. A server that has not noticed yet that a connection broke may hold the
    partition a little longer, so one look that finds nothing is not enough."""
    while insist(lambda: one_step(store)) or _after_a_while(lambda: insist(lambda: one_step(store))):
        pass


def _after_a_while(act: Callable[[], T]) -> T:
    time.sleep(0.1)
    return act()


def insist(act: Callable[[], T]) -> T:
    for _ in range(20):
        try:
            return act()
        except StoreUnavailable:
            continue
    raise AssertionError("it was unavailable twenty times")


def one_step(store: Store) -> bool:
    """Turn each message into an event; the first also into all that an order begins with."""
    claim = store.claim(NOW, 10)
    if claim is None:
        return False
    known = claim.instances([A]).get(A)
    held = claim.balances([name("bolt")]).get(name("bolt"), balance("bolt"))
    [row] = claim.messages
    n = claim.next_n[0]
    batch = Batch(
        consumed=[(0, row.seq)],
        events=[event(n, A, body=row.body)],
        instances=[instance(A, "placed", 1 if known is None else known.revision + 1)],
        balances=[held._replace(reserved=held.reserved + 1)],
        movements=[movement(row.body.hex(), "bolt")],
        reservations=[reservation("bolt", A, 1)],
        identifiers=[identifier("#1001", A)],
        timers=[timer(A, due=NOW + 1)],
    )
    if known is None:
        batch.commands.append(command(A))
    claim.commit(batch)
    return True


@pytest.mark.parametrize("lose", [REQUEST, ANSWER])
def test_wherever_the_connection_breaks_all_is_there_once(
    journal_url: str, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch, lose: str
) -> None:
    """The work is done anew for each of its round trips, which loses its request or answer."""
    trips = 0
    place = 0
    while place <= trips:
        seen = [0]

        def act(_: Sequence[Asked], seen: list[int] = seen, place: int = place) -> None:
            seen[0] += 1
            if seen[0] == place:
                proxy.lose = lose

        empty(journal_url)
        store = open_store(proxy.url)
        with monkeypatch.context() as patch:
            before(patch, act)
            work(store)
        trips = max(trips, seen[0]) if place == 0 else trips
        assert proxy.cuts == place
        check(store)
        store.close()
        place += 1
    assert trips > 15


def empty(url: str) -> None:
    store = PostgresStore(url)
    tables = "payloads, inbox, events, instances, documents, tallies, commands, timers, identifiers"
    ledgers = "balances, movements, reservations, cursors"
    assert store._session is not None
    store._session.run([(f"TRUNCATE {tables}, {ledgers}", None), ("UPDATE partitions SET next_n = 1", None)])
    store.close()


def check(store: Store) -> None:
    reader = store.reader()
    assert [(row.n, row.body) for row in reader.events_of([A])] == [(1, name("1")), (2, b"done")]
    assert [(row.state, row.attempts) for row in reader.commands_of([A])] == [(DONE, 1)]
    found = reader.instance(A)
    assert found is not None
    assert found.revision == 2
    assert reader.counts() == {"order_to_cash/placed": 1, "exceptions": 0, "inbox": 0, "commands": 0}
    assert [row.reserved for row in reader.balances()] == [2]
    assert reader.cursor("feed") == "1"
    assert [row.value for row in reader.identifiers_of([A])] == ["#1001"]
    reader.close()
