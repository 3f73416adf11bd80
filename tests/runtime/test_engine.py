"""The engine's step, over a real SQLite store."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from crossdock.journal.open import open_store
from crossdock.journal.records import instance_id
from crossdock.journal.store import Store
from crossdock.model.events import (
    ActionTaken,
    CancellationRequested,
    HoldPlaced,
    HoldReleased,
    PaymentFailed,
    ShipmentPosted,
    StockCounted,
    StockMoved,
)
from crossdock.runtime.engine import Engine
from tests.support.toy import ESTATE, Parcel, Toy, put

SECOND = 1_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(str(tmp_path / "journal.db"))
    yield store
    store.close()


def run(store: Store, now: int = 10) -> int:
    engine = Engine(store, ESTATE, [Toy()], {})
    messages = 0
    for _ in range(100):
        stepped = engine.step(now)
        if stepped is None:
            return messages
        messages += stepped.messages
    raise AssertionError("the engine never came to rest")


def seen(store: Store, key: str) -> tuple[str, ...]:
    row = store.reader().instance(instance_id("toy", key))
    return msgspec.json.decode(row.state, type=Parcel).seen if row else ()


def test_an_event_starts_an_instance_and_is_journaled_once(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me"))
    assert run(store) == 1
    assert seen(store, "a") == ("placed",)
    events = store.reader().events_after({}, 10)
    assert [(event.n, event.type) for event in events] == [(1, "HoldPlaced")]


def test_messages_of_one_instance_in_one_batch_are_decided_in_order(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me"), CancellationRequested("a"), HoldReleased("a", "x", "me"))
    run(store)
    assert seen(store, "a") == ("placed", "cancelled", "released")


def test_an_event_that_comes_before_its_instance_waits_for_it(store: Store) -> None:
    put(store, CancellationRequested("a"))
    run(store)
    assert seen(store, "a") == ()
    put(store, HoldPlaced("a", "x", "me"))
    run(store)
    assert seen(store, "a") == ("placed", "cancelled")


def test_an_event_waits_under_its_number_until_an_instance_holds_it(store: Store) -> None:
    put(store, PaymentFailed("", "P1"))
    run(store)
    put(store, HoldPlaced("a", "x", "me", "number=P1"))
    run(store)
    assert seen(store, "a") == ("placed", "PaymentFailed")


def test_an_event_that_waits_too_long_becomes_an_exception_and_settles_when_it_matches(store: Store) -> None:
    put(store, PaymentFailed("", "P1"))
    run(store)
    for hour in range(1, 3):
        run(store, hour * 3600 * SECOND)
    (exception,) = store.reader().exceptions()
    assert exception.cause == "unmatched"
    put(store, HoldPlaced("a", "x", "me", "number=P1"))
    run(store, 3 * 3600 * SECOND)
    assert store.reader().exceptions() == []
    assert seen(store, "a") == ("placed", "PaymentFailed")


def test_an_event_that_could_concern_several_is_an_exception_and_reaches_none(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me", "number=P1"), HoldPlaced("b", "x", "me", "number=P1"))
    put(store, PaymentFailed("", "P1"))
    run(store)
    (exception,) = store.reader().exceptions()
    assert exception.cause == "ambiguous"
    assert seen(store, "a") == seen(store, "b") == ("placed",)


def test_an_event_for_several_reaches_each_of_them_once(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me", "shipment=S"), HoldPlaced("b", "x", "me", "shipment=S"))
    put(store, ShipmentPosted("", "S"))
    run(store)
    assert seen(store, "a") == seen(store, "b") == ("placed", "ShipmentPosted")
    assert [event.type for event in store.reader().events_after({}, 10)].count("ShipmentPosted") == 1


def test_a_process_that_raises_parks_its_instance_and_not_the_batch(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me", "raise"), HoldPlaced("b", "x", "me"), CancellationRequested("a"))
    run(store)
    assert seen(store, "b") == ("placed",)
    row = store.reader().instance(instance_id("toy", "a"))
    assert row is not None
    assert row.parked
    (exception,) = store.reader().exceptions()
    assert exception.cause == "parked"
    assert "the toy broke" in exception.reason


def test_a_parked_instance_takes_up_what_it_missed_when_a_person_retries(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me", "raise"), CancellationRequested("a"))
    run(store)
    put(store, ActionTaken("parked", "retry", "me"), instance=instance_id("toy", "a"))
    run(store)
    assert seen(store, "a") == ("retried", "placed", "cancelled")
    assert store.reader().exceptions() == []


def test_an_alarm_rings_when_it_is_due_and_not_before(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me", "alarm=5"))
    run(store, 1 * SECOND)
    run(store, 5 * SECOND)
    assert seen(store, "a") == ("placed",)
    run(store, 6 * SECOND)
    assert seen(store, "a") == ("placed", "AlarmRang")


def test_an_alarm_is_silent_when_what_ends_it_came_before_it_was_due(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me", "alarm=5"))
    run(store, 1 * SECOND)
    put(store, HoldReleased("a", "x", "me"), at=3 * SECOND)
    run(store, 60 * SECOND)
    assert seen(store, "a") == ("placed", "released")


def test_stock_is_reserved_in_the_same_step_and_never_twice(store: Store) -> None:
    put(store, StockCounted("wh1", "bolt", Decimal(10), datetime(2026, 1, 1, tzinfo=UTC), "c1"))
    run(store)
    put(store, HoldPlaced("a", "x", "me", "reserve=6"), HoldPlaced("b", "x", "me", "reserve=6"))
    assert run(store) == 2
    assert seen(store, "a") == ("placed", "reserved 6 short 0")
    assert seen(store, "b") == ("placed", "reserved 4 short 2")


def test_who_waits_for_stock_is_woken_when_some_comes_in(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me", "wait=bolt"))
    run(store)
    put(store, StockMoved("wh1", "bolt", Decimal(3), "receipt", "R1"))
    run(store)
    assert seen(store, "a") == ("placed", "StockBecameAvailable")


def test_a_movement_counts_once_a_reference(store: Store) -> None:
    put(store, *[StockMoved("wh1", "bolt", Decimal(3), "receipt", "R1")] * 3)
    run(store)
    put(store, StockMoved("wh1", "bolt", Decimal(3), "receipt", "R1"))
    run(store)
    assert [balance.on_hand for balance in store.reader().balances()] == [3_000_000]


def test_stock_counted_away_is_told_to_the_latest_holders(store: Store) -> None:
    put(store, StockMoved("wh1", "bolt", Decimal(10), "receipt", "R1"))
    run(store)
    put(store, HoldPlaced("a", "x", "me", "reserve=5"))
    run(store, 20)
    put(store, HoldPlaced("b", "x", "me", "reserve=5"))
    run(store, 30)
    put(store, StockMoved("wh1", "bolt", Decimal(-4), "sale", "counter-1"))
    run(store, 40)
    assert seen(store, "a") == ("placed", "reserved 5 short 0")
    assert seen(store, "b") == ("placed", "reserved 5 short 0", "ReservationLost")


def test_events_that_beget_events_without_end_are_stopped(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me"), CancellationRequested("a", "loop"))
    run(store)
    (exception,) = store.reader().exceptions()
    assert exception.cause == "cascade"
    assert seen(store, "a").count("looped") == 17


def test_commands_are_rows_with_ordinals_and_questions_are_exceptions(store: Store) -> None:
    put(store, HoldPlaced("a", "x", "me", "command=S1 command=S2 ask=1"))
    run(store)
    commands = store.reader().commands_of([instance_id("toy", "a")])
    assert [(row.ordinal, row.system, row.state) for row in commands] == [(1, "erp", "waiting"), (2, "erp", "waiting")]
    assert [row.cause for row in store.reader().exceptions()] == ["question"]
    put(store, HoldReleased("a", "x", "me"))
    run(store)
    assert store.reader().exceptions() == []
