"""What both stores make of a batch's rows before they write them. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from crossdock.journal.batch import Batch, Intake
from crossdock.journal.records import EventRow, ExceptionRow, IdentifierRow, InboxRow, InstanceRow, ReservationRow
from crossdock.journal.tables import NUMBER_SIZE

NEW = "new"
SAME = "same"
DIFFERENT = "different"


class Known(NamedTuple):
    """What a store keeps in mind of an instance: where it is counted, and the position of its last event."""

    process: str
    phase: str
    last_n: int


def claimless(batch: Batch) -> None:
    """Raises ValueError where a batch holds what only a claim may write."""
    if batch.events or batch.instances or batch.consumed or batch.balances:
        raise ValueError("events, instances, consumed messages and balances are written by a claim only")


def places(batch: Batch) -> set[int]:
    """The partitions that a batch may have messages for."""
    found = {message.partition for message in batch.inbox}
    found.update(intake.message.partition for intake in batch.intake if intake.message is not None)
    found.update(message.partition for answer in batch.answers for message in answer.messages)
    return found


def next_positions(batch: Batch, next_n: Mapping[int, int]) -> dict[int, int]:
    """The next event position of each partition after a batch. Raises ValueError where positions are not gapless."""
    after: dict[int, int] = {}
    for row in batch.events:
        expected = after.get(row.partition, next_n.get(row.partition))
        if row.n != expected:
            raise ValueError(f"event position {row.partition}-{row.n} does not follow: {expected} is next")
        after[row.partition] = row.n + 1
    return after


def first_of_each(intakes: Sequence[Intake]) -> dict[bytes, Intake]:
    """The first intake of each dedupe hash within a batch."""
    first: dict[bytes, Intake] = {}
    for intake in intakes:
        first.setdefault(intake.payload.dedupe, intake)
    return first


def verdicts(
    intakes: Sequence[Intake], first: Mapping[bytes, Intake], known: Mapping[bytes, bytes]
) -> tuple[list[str], list[InboxRow]]:
    """What became of each intake, and the messages of the new ones. `known`: the digests there before."""
    answers: list[str] = []
    messages: list[InboxRow] = []
    for intake in intakes:
        payload = intake.payload
        if payload.dedupe not in known and first[payload.dedupe] is intake:
            answers.append(NEW)
            if intake.message is not None:
                messages.append(intake.message)
            continue
        digest = known.get(payload.dedupe, first[payload.dedupe].payload.digest)
        answers.append(SAME if digest == payload.digest else DIFFERENT)
    return answers, messages


def numbers_of(identifiers: Iterable[IdentifierRow]) -> dict[bytes, bytes]:
    """The hashes of an instance's numbers, joined, by instance."""
    hashes: dict[bytes, list[bytes]] = {}
    for row in identifiers:
        hashes.setdefault(row.instance, []).append(row.hash)
    return {instance: b"".join(found) for instance, found in hashes.items()}


def split_numbers(joined: bytes) -> list[bytes]:
    """The hashes in a joined column, each once, in order."""
    return list(dict.fromkeys(joined[start : start + NUMBER_SIZE] for start in range(0, len(joined), NUMBER_SIZE)))


def tally(instances: Iterable[InstanceRow], known: Mapping[bytes, Known | None]) -> list[tuple[int, str, str, int]]:
    """How the numbers of instances change: (partition, process, phase, change), in order. All stand under the first of
    the batch's partitions, which its claim holds: the sum over partitions is what counts, and this takes fewer rows."""
    changes: Counter[tuple[str, str]] = Counter()
    first: int | None = None
    for row in instances:
        first = row.partition if first is None else min(first, row.partition)
        was = known.get(row.id)
        changes[row.process, row.phase] += 1
        if was is not None:
            changes[was.process, was.phase] -= 1
    return [] if first is None else [(first, *place, change) for place, change in sorted(changes.items()) if change]


def concerned(batch: Batch) -> set[bytes]:
    """The instances that a batch writes or whose events it journals."""
    ids = {row.id for row in batch.instances}
    ids.update(row.instance for row in batch.events if row.instance)
    return ids


def chained(
    events: Iterable[EventRow], known: Mapping[bytes, Known | None]
) -> tuple[list[tuple[object, ...]], dict[bytes, int]]:
    """Events with the position of their instance's event before, 0 where there is none; and the last of each instance.

    Events of an instance lie in its own partition, so that a position is enough.
    """
    last = {id: was.last_n for id, was in known.items() if was is not None}
    changed: dict[bytes, int] = {}
    written: list[tuple[object, ...]] = []
    for row in events:
        written.append((*row, last.get(row.instance, 0)))
        if row.instance:
            last[row.instance] = changed[row.instance] = row.n
    return written, changed


def summed(reservations: Iterable[ReservationRow]) -> list[ReservationRow]:
    """One row for each (key, instance, line) with the sum of its changes; those that change nothing are left out."""
    sums: dict[tuple[bytes, bytes, str], ReservationRow] = {}
    for row in reservations:
        before = sums.get((row.key, row.instance, row.line))
        quantity = row.quantity + (before.quantity if before else 0)
        sums[row.key, row.instance, row.line] = row._replace(quantity=quantity)
    return [row for _, row in sorted(sums.items()) if row.quantity]


def counted(exceptions: Iterable[ExceptionRow]) -> list[ExceptionRow]:
    """One row for each exception of a batch: the last, since the first, as often as all."""
    merged: dict[tuple[int, bytes, str], ExceptionRow] = {}
    for row in exceptions:
        name = (row.partition, row.instance, row.cause)
        before = merged.get(name)
        if before is not None:
            row = row._replace(first_at=before.first_at, times=before.times + row.times)
        merged[name] = row
    return list(merged.values())
