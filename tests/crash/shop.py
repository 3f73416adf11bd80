"""A trivial engine over the port, for crash tests: each order is an instance with two events, one command and one unit.

`take` records orders, `step` places them and gives each a command, `perform` carries commands out and tells the answer,
`step` then writes the second event. `check` counts all of it.
"""

from collections.abc import Iterable, Sequence

from crossdock.journal.batch import Answer, Batch, Intake
from crossdock.journal.records import (
    DONE,
    EVENT,
    RECEIVED,
    SENDING,
    WAITING,
    BalanceRow,
    CommandRow,
    CommandUpdate,
    EventRow,
    IdentifierRow,
    InboxRow,
    InstanceRow,
    MovementRow,
    PayloadRow,
    ReservationRow,
    TimerRow,
    hash16,
    instance_id,
    partition_of,
)
from crossdock.journal.store import Reader, Store

NOW = 1_700_000_000_000_000
YEAR = 31_536_000_000_000
ITEMS = 5
BODY = b'{"order": "of some length, so that pages fill"}' * 8


def dedupe(id: str) -> bytes:
    return hash16("order", id)


def _item(instance: bytes) -> bytes:
    return hash16("item", bytes([instance[0] % ITEMS]))


def take(store: Store, ids: Iterable[str]) -> list[str]:
    """Record orders as they arrive."""
    taken: list[Intake] = []
    for id in ids:
        partition = partition_of(id, store.partitions)
        payload = PayloadRow(
            dedupe(id), partition, "shop", "orders", id, hash16(id), NOW, NOW + YEAR, b"", id.encode() + BODY
        )
        message = InboxRow(partition, 0, RECEIVED, NOW, b"", "orders", "shop", id, 0, NOW, dedupe(id))
        taken.append(Intake(payload, message))
    return store.commit(Batch(intake=taken)).intake


def step(store: Store, limit: int) -> int:
    """Work off one batch of messages; how many there were."""
    claim = store.claim(NOW, limit)
    if claim is None:
        return 0
    batch, next_n = Batch(), dict(claim.next_n)
    payloads = claim.payloads(row.body for row in claim.messages if row.kind == RECEIVED)
    instances = {
        row.seq: instance_id("shop", payloads[row.body].message_id) if row.kind == RECEIVED else row.instance
        for row in claim.messages
    }
    known = claim.instances(instances.values())
    balances = claim.balances(_item(instance) for instance in instances.values())
    for row in claim.messages:
        instance, partition = instances[row.seq], row.partition
        batch.consumed.append((partition, row.seq))
        batch.events.append(
            EventRow(partition, next_n[partition], instance, row.kind, 1, "shop", row.cause, NOW, NOW, row.body)
        )
        next_n[partition] += 1
        before = known.get(instance)
        if before is None:
            _place(batch, payloads[row.body], partition, instance, balances)
        else:
            batch.instances.append(
                before._replace(revision=before.revision + 1, phase="done", over=True, document=None)
            )
            batch.timers_gone.append((partition, instance, "late"))
    batch.balances = [balances[key] for key in sorted(balances)]
    claim.commit(batch)
    return len(claim.messages)


def _place(
    batch: Batch, payload: PayloadRow, partition: int, instance: bytes, balances: dict[bytes, BalanceRow]
) -> None:
    id, key = payload.message_id, _item(instance)
    before = balances.get(key, BalanceRow(key, key.hex(), "main", 0, 0, 0))
    balances[key] = before._replace(on_hand=before.on_hand - 1, reserved=before.reserved + 1)
    batch.movements.append(MovementRow(instance, partition, key, key.hex(), "main", -1, "shipment", NOW, ""))
    batch.reservations.append(ReservationRow(key, instance, "1", partition, id, key.hex(), "main", 1, NOW))
    batch.instances.append(
        InstanceRow(partition, instance, "shop", id, 1, 1, "placed", False, False, 2, NOW, BODY, payload.body)
    )
    batch.commands.append(
        CommandRow(partition, instance, 1, 1, "erp", "Sell", instance, WAITING, 0, NOW, 0, NOW, NOW, "", "", BODY)
    )
    batch.timers.append(TimerRow(partition, instance, "late", 1, NOW + YEAR))
    batch.identifiers.append(IdentifierRow(hash16("number", id), partition, instance, "order", "shop", id))


def perform(store: Store, reader: Reader, worker: str, limit: int) -> int:
    """Carry out commands that are due, and those whose attempt a crash has cut short; how many there were."""
    due = reader.commands_due("erp", NOW, limit)
    begun = [
        CommandUpdate(
            SENDING, row.attempts + 1, NOW, NOW, worker, "", row.partition, row.instance, row.ordinal, row.state,
            row.attempts,
        )
        for row in due
    ]  # fmt: skip
    held = store.commit(Batch(command_updates=begun)).updates
    answer(
        store, [row._replace(state=SENDING, attempts=row.attempts + 1) for row, ok in zip(due, held, strict=True) if ok]
    )
    return len(due)


def recover(store: Store, reader: Reader, worker: str) -> None:
    """Finish the attempts that this worker had under way when it died."""
    answer(store, reader.commands_sending(worker))


def answer(store: Store, rows: Sequence[CommandRow]) -> None:
    answers: list[Answer] = []
    for row in rows:
        told = InboxRow(row.partition, 0, EVENT, NOW, row.instance, "Sold", "erp", "erp", 0, NOW, b"sold")
        update = CommandUpdate(
            DONE,
            row.attempts,
            NOW,
            NOW,
            row.worker,
            "",
            row.partition,
            row.instance,
            row.ordinal,
            SENDING,
            row.attempts,
        )
        answers.append(Answer(update, [told]))
    store.commit(Batch(answers=answers))


def drain(store: Store, workers: Iterable[str]) -> None:
    """Work everything off."""
    reader = store.reader()
    for worker in workers:
        recover(store, reader, worker)
    while step(store, 200) or perform(store, reader, "last", 200):
        continue
    reader.close()


def check(store: Store, acknowledged: Iterable[str]) -> int:
    """Everything acknowledged is there, and everything that is there is there once; how many orders there are."""
    reader = store.reader()
    cursor: dict[int, int] = {}
    events: dict[bytes, list[str]] = {}
    while rows := reader.events_after(cursor, 500):
        for row in rows:
            assert row.n == cursor.get(row.partition, 0) + 1
            cursor[row.partition] = row.n
            events.setdefault(row.instance, []).append(row.type)
    missing = [id for id in acknowledged if instance_id("shop", id) not in events or not reader.payload(dedupe(id))]
    assert missing == []
    assert {tuple(seen) for seen in events.values()} <= {(RECEIVED, EVENT)}
    instances = reader.instances("shop", limit=1_000_000)
    assert {row.id for row in instances} == events.keys()
    assert {(row.revision, row.phase) for row in instances} <= {(2, "done")}
    assert all(order.document == order.key.encode() + BODY for order in instances)
    commands = reader.commands_of([row.id for row in instances])
    assert [row.instance for row in commands] == sorted(events)
    assert {row.state for row in commands} <= {DONE}
    assert sum(row.reserved for row in reader.balances()) == len(instances)
    assert sum(row.on_hand for row in reader.balances()) == -len(instances)
    assert len(reader.identifiers_of([row.id for row in instances])) == len(instances)
    assert reader.timers_of([row.id for row in instances]) == []
    counts = reader.counts()
    assert counts.pop("shop/done", 0) == len(instances)
    assert set(counts.values()) == {0}
    reader.close()
    return len(instances)
