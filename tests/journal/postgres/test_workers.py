"""Several workers on one PostgreSQL journal: what one holds the others leave or wait for; nothing is skipped."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from crossdock.journal.batch import Batch
from crossdock.journal.open import open_reader
from crossdock.journal.postgres.store import PostgresStore
from crossdock.journal.store import StoreBusy, StoreUnavailable
from tests.conformance.store_rows import (
    NOW,
    balance,
    claimed,
    credit,
    event,
    identifier,
    instance,
    intake,
    message,
    name,
    timer,
    unmatched,
)
from tests.support.postgres import PostgresServer

WRITER = [sys.executable, "-m", "tests.journal.postgres.writer"]


@pytest.fixture
def workers(journal_url: str) -> Iterator[tuple[PostgresStore, PostgresStore]]:
    stores = PostgresStore(journal_url), PostgresStore(journal_url)
    yield stores
    for store in stores:
        store.close()


def spread(store: PostgresStore, each: int = 1) -> None:
    """Messages for all 64 partitions."""
    store.commit(Batch(inbox=[message(partition=partition) for partition in range(64) for _ in range(each)]))


def test_two_workers_never_hold_the_same_partition(workers: tuple[PostgresStore, PostgresStore]) -> None:
    one, two = workers
    spread(one, each=3)
    first = claimed(one, limit=60)
    second = claimed(two, limit=60)
    assert 15 <= len(first.next_n) <= 25
    assert 15 <= len(second.next_n) <= 25
    assert not first.next_n.keys() & second.next_n.keys()
    assert {row.partition for row in second.messages} == second.next_n.keys()
    first.release()
    second.release()


def test_a_worker_finds_nothing_where_another_holds_all_that_has_work(
    workers: tuple[PostgresStore, PostgresStore],
) -> None:
    one, two = workers
    one.commit(Batch(inbox=[message(partition=7)]))
    held = claimed(one)
    assert two.claim(NOW, 10) is None
    two.commit(Batch(inbox=[message(b"late", partition=7), message(partition=8)]))
    other = claimed(two)
    assert set(other.next_n) == {8}
    other.commit(Batch(consumed=[(8, other.messages[0].seq)]))
    held.commit(Batch(consumed=[(7, held.messages[0].seq)], events=[event(1, partition=7)]))
    again = claimed(two)
    assert again.next_n == {7: 2}
    assert [row.body for row in again.messages] == [b"late"]
    again.release()


def test_one_worker_alone_takes_all_that_is_waiting_in_one_claim(workers: tuple[PostgresStore, PostgresStore]) -> None:
    one, _ = workers
    spread(one)
    claim = claimed(one, limit=512)
    assert len(claim.next_n) == 64
    assert [row.seq for row in claim.messages] == sorted(row.seq for row in claim.messages)
    claim.commit(Batch(consumed=[(row.partition, row.seq) for row in claim.messages]))
    assert one.claim(NOW, 512) is None


def test_of_a_long_backlog_the_oldest_go_first_and_no_partition_takes_all(
    workers: tuple[PostgresStore, PostgresStore],
) -> None:
    one, _ = workers
    for partition in (40, 3, 21):
        one.commit(Batch(inbox=[message(partition=partition)] * 100))
    claim = claimed(one, limit=50)
    assert [row.partition for row in claim.messages] == [40] * 33 + [3] * 17
    assert [row.seq for row in claim.messages] == [*range(1, 34), *range(101, 118)]
    claim.release()


def test_what_is_due_is_claimed_with_its_partition(workers: tuple[PostgresStore, PostgresStore]) -> None:
    one, _ = workers
    due = timer(name("a"))._replace(partition=9)
    waiting = unmatched("n", "e")._replace(partition=11)
    one.commit(Batch(timers=[due], unmatched=[waiting]))
    claim = claimed(one)
    assert (set(claim.next_n), claim.timers, claim.rechecks) == ({9, 11}, [due], [waiting])
    claim.release()


def in_parallel(*tasks: Callable[[], None]) -> None:
    with ThreadPoolExecutor(len(tasks)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result(30)


@pytest.mark.parametrize("there", [True, False], ids=["known", "new"])
def test_a_balance_is_held_until_the_claim_ends(workers: tuple[PostgresStore, PostgresStore], there: bool) -> None:
    if there:
        workers[0].commit(Batch(inbox=[message()]))
        claimed(workers[0]).commit(Batch(balances=[balance("bolt", 100), balance("nut", 100)]))
        claim = claimed(workers[0])
        claim.commit(Batch(consumed=[(0, claim.messages[0].seq)]))
    spread(workers[0])
    both = threading.Barrier(2, timeout=20)

    def reserve(store: PostgresStore) -> None:
        claim = claimed(store, limit=32)
        both.wait()
        keys = [name("nut"), name("bolt")]
        known = claim.balances(keys)
        time.sleep(0.05)
        rows = [known.get(name(item), balance(item, 100)) for item in ("bolt", "nut")]
        claim.commit(Batch(balances=[row._replace(reserved=row.reserved + 1) for row in rows]))

    # Each worker takes half of the partitions.
    in_parallel(*(lambda store=store: reserve(store) for store in workers))
    reader = workers[0].reader()
    assert [row.reserved for row in reader.balances()] == [2, 2]
    reader.close()


def test_two_orders_of_one_customer_see_each_others_credit(workers: tuple[PostgresStore, PostgresStore]) -> None:
    spread(workers[0])
    both = threading.Barrier(2, timeout=20)
    seen: list[int] = []

    def hold(store: PostgresStore, order: str) -> None:
        claim = claimed(store, limit=32)
        both.wait()
        seen.append(len(claim.credit(["c1"])["c1"]))
        time.sleep(0.05)
        claim.commit(Batch(credit=[credit("c1", order)]))

    in_parallel(lambda: hold(workers[0], "o1"), lambda: hold(workers[1], "o2"))
    assert sorted(seen) == [0, 1]


def test_what_comes_for_a_partition_of_another_worker_waits_in_its_inbox(
    workers: tuple[PostgresStore, PostgresStore],
) -> None:
    workers[0].commit(Batch(inbox=[message(partition=3)]))
    other = claimed(workers[0])
    assert list(other.next_n) == [3]
    came = Batch(inbox=[message(b"for the other", partition=3), message(b"for us", partition=4)])
    claim, _ = workers[1].claim_with(came, NOW, 10)
    assert [row.body for row in claim.messages] == [b"for us"]
    claim.commit(Batch(consumed=[(row.partition, row.seq) for row in claim.messages]))
    other.commit(Batch(consumed=[(row.partition, row.seq) for row in other.messages]))
    claim = claimed(workers[1])
    assert [row.body for row in claim.messages] == [b"for the other"]
    claim.release()


def test_workers_that_wait_for_each_other_are_told_to_try_again(workers: tuple[PostgresStore, PostgresStore]) -> None:
    spread(workers[0])
    both = threading.Barrier(2, timeout=20)
    busy: list[str] = []

    def lock(store: PostgresStore, first: str, second: str) -> None:
        claim = claimed(store, limit=32)
        claim.balances([name(first)])
        both.wait()
        try:
            claim.balances([name(second)])
        except StoreBusy as error:
            busy.append(str(error))
            assert store.claim(NOW, 1) is not None
        else:
            claim.release()

    in_parallel(lambda: lock(workers[0], "bolt", "nut"), lambda: lock(workers[1], "nut", "bolt"))
    [said] = busy
    assert said.endswith(".")


def test_an_event_is_rechecked_by_one_worker_at_a_time(workers: tuple[PostgresStore, PostgresStore]) -> None:
    one, two = workers
    one.commit(Batch(unmatched=[unmatched("n", "e")], inbox=[message(partition=5)]))
    first = claimed(one, limit=1)
    assert [row.event for row in first.rechecks] == [name("e")]
    second = claimed(two, limit=1)
    assert second.unmatched([name("n")]) == []
    second.release()
    first.release()


def test_the_same_message_on_two_workers_at_once_counts_once(workers: tuple[PostgresStore, PostgresStore]) -> None:
    answers: list[str] = []

    def take(store: PostgresStore, order: int) -> None:
        for first in range(0, 200, 10):
            batch = [intake(str(n)) for n in range(first, first + 10)][::order]
            answers.extend(store.commit(Batch(intake=batch)).intake)

    in_parallel(lambda: take(workers[0], 1), lambda: take(workers[1], -1))
    assert sorted(answers) == ["new"] * 200 + ["same"] * 200
    reader = workers[0].reader()
    assert reader.counts()["inbox"] == 200
    reader.close()


def test_a_worker_that_hangs_within_a_claim_loses_it(journal_url: str) -> None:
    hasty = PostgresStore(f"{journal_url}?options=-c%20idle_in_transaction_session_timeout%3D200")
    other = PostgresStore(journal_url)
    other.commit(Batch(inbox=[message()]))
    hung = claimed(hasty)
    assert other.claim(NOW, 1) is None
    time.sleep(0.5)
    taken = claimed(other)
    taken.commit(Batch(consumed=[(0, taken.messages[0].seq)], events=[event(1)]))
    with pytest.raises(StoreUnavailable):
        hung.commit(Batch(consumed=[(0, hung.messages[0].seq)], events=[event(1)]))
    assert hasty.commit(Batch(inbox=[message()])).intake == []
    hasty.close()
    other.close()


def test_take_over_is_bounded_to_five_seconds(journal_url: str) -> None:
    store = PostgresStore(journal_url)
    session = store._session
    assert session is not None
    settings = ("idle_in_transaction_session_timeout", "tcp_user_timeout", "synchronous_commit")
    shown = [session.run([(f"SHOW {setting}", None)])[0][0][0] for setting in settings]
    assert shown == ["5s", "5000", "on"]
    store.close()


def test_workers_that_start_together_make_the_schema_once(postgres_url: str) -> None:
    starting = [subprocess.Popen([*WRITER, postgres_url, "1", "1"]) for _ in range(4)]
    assert [worker.wait(60) for worker in starting] == [0] * 4
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT count(*) FROM partitions").fetchone() == (64,)
        assert connection.execute("SELECT count(*) FROM events").fetchone() == (4 * 8,)
        assert connection.execute("SELECT count(*) FROM workers").fetchone() == (0,)


def test_a_restarted_server_is_found_again(durable_postgres_server: PostgresServer, durable_postgres_url: str) -> None:
    store = PostgresStore(durable_postgres_url)
    reader = store.reader()
    store.commit(Batch(intake=[intake("1")]))
    assert reader.payload(name("1")) is not None
    held = claimed(store)
    durable_postgres_server.restart()
    with pytest.raises(StoreUnavailable, match=r"\.$"):
        held.commit(Batch(consumed=[(0, held.messages[0].seq)]))
    assert reader.payload(name("1")) is not None
    assert store.commit(Batch(intake=[intake("1"), intake("2")])).intake == ["same", "new"]
    durable_postgres_server.crash()
    with pytest.raises(StoreUnavailable, match=r"\.$"):
        store.commit(Batch(intake=[intake("3")]))
    with pytest.raises(StoreUnavailable, match=r"\.$"):
        reader.has_inbox()
    durable_postgres_server.start()
    claim = claimed(store)
    assert len(claim.messages) == 2
    claim.release()
    assert reader.has_inbox()
    reader.close()
    store.close()


def test_readers_skip_nothing_beside_several_writers(journal_url: str) -> None:
    writers = [subprocess.Popen([*WRITER, journal_url, str(number), "40"]) for number in range(3)]
    reader = open_reader(journal_url)
    cursor: dict[int, int] = {}
    seen = 0
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        ended = all(writer.poll() is not None for writer in writers)
        rows = reader.events_after(cursor, 50)
        for row in rows:
            assert row.n == cursor.get(row.partition, 0) + 1
            cursor[row.partition] = row.n
        seen += len(rows)
        if ended and not rows:
            break
    reader.close()
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert seen == sum(cursor.values()) == 3 * 40 * 8


def test_instances_and_numbers_of_other_partitions_are_found_from_any(
    workers: tuple[PostgresStore, PostgresStore],
) -> None:
    one, _ = workers
    spread(one)
    claim = claimed(one)
    row = identifier("#1001", name("a"))._replace(partition=33)
    claim.commit(Batch(instances=[instance(name("a"), partition=33)], identifiers=[row]))
    one.commit(Batch(inbox=[message(partition=2)]))
    claim = claimed(one)
    assert claim.find([row.hash]) == {row.hash: [row]}
    claim.release()
