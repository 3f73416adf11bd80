"""Writes a batch within an open transaction."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from crossdock.journal import rows
from crossdock.journal import tables as t
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.records import InboxRow, InstanceRow
from crossdock.journal.rows import Known
from crossdock.journal.sqlite.read import marks, slices
from crossdock.journal.store import StoreBusy
from crossdock.journal.tables import Table, quoted


def _insert(table: Table, fields: tuple[str, ...] = ()) -> str:
    fields = fields or table.fields
    return f"INSERT INTO {table.name} ({quoted(fields)}) VALUES ({', '.join('?' * len(fields))})"


def _upsert(table: Table) -> str:
    values = ", ".join(f'"{name}" = excluded."{name}"' for name in table.rest)
    return f"{_insert(table)} ON CONFLICT ({quoted(table.key)}) DO UPDATE SET {values}"


def _ignore(table: Table) -> str:
    return f"{_insert(table)} ON CONFLICT ({quoted(table.key)}) DO NOTHING"


def _delete(table: Table) -> str:
    return f"DELETE FROM {table.name} WHERE " + " AND ".join(f'"{name}" = ?' for name in table.key)


_INBOX = _insert(t.INBOX, tuple(name for name in t.INBOX.fields if name != "seq"))
_EVENT = _insert(t.EVENTS, (*t.EVENTS.fields, "prev"))
_INSTANCE = (
    f"INSERT INTO instances ({quoted(t.INSTANCE_FIELDS)}, numbers, last_n) "
    f"VALUES ({', '.join('?' * (len(t.INSTANCE_FIELDS) + 2))}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f'"{name}" = excluded."{name}"' for name in t.INSTANCE_FIELDS if name != "id")
    + ", last_n = max(last_n, excluded.last_n)"
)
_ADD_NUMBERS = "UPDATE instances SET numbers = CAST(numbers || ? AS BLOB) WHERE id = ?"
_DOCUMENT = (
    "INSERT INTO documents (partition, id, document) VALUES (?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET document = excluded.document"
)
_TALLY = (
    "INSERT INTO tallies (partition, process, phase, instances) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (partition, process, phase) DO UPDATE SET instances = instances + excluded.instances"
)
_UPDATE_COMMAND = (
    "UPDATE commands SET state = ?, attempts = ?, due_at = ?, changed_at = ?, worker = ?, note = ? "
    "WHERE partition = ? AND instance = ? AND ordinal = ? AND state = ? AND attempts = ?"
)
_RESERVATION = (
    f"{_insert(t.RESERVATIONS)} ON CONFLICT (key, instance, line) DO UPDATE SET "
    "quantity = quantity + excluded.quantity, at = excluded.at"
)
_EXCEPTION = (
    f"{_insert(t.EXCEPTIONS)} ON CONFLICT ({quoted(t.EXCEPTIONS.key)}) DO UPDATE SET "
    + ", ".join(f'"{name}" = excluded."{name}"' for name in t.EXCEPTIONS.rest if name not in ("first_at", "times"))
    + ", first_at = CASE state WHEN 'open' THEN first_at ELSE excluded.first_at END"
    + ", times = excluded.times + CASE state WHEN 'open' THEN times ELSE 0 END"
)
_EXCEPTION_OVER = (
    "UPDATE exceptions SET state = ?, last_at = ? WHERE partition = ? AND instance = ? AND cause = ? AND state = 'open'"
)


def write(connection: sqlite3.Connection, batch: Batch) -> Receipt:
    """What needs no claim: everything but events, instances and consumed messages. Returns what became of it."""
    receipt, messages = record(connection, batch)
    append(connection, messages)
    return receipt


def record(connection: sqlite3.Connection, batch: Batch) -> tuple[Receipt, list[InboxRow]]:
    """The same, but for the messages that follow: they are given, in the order of their inbox."""
    receipt = Receipt()
    messages: list[InboxRow] = []
    many = connection.executemany
    if batch.intake:
        receipt.intake, messages = _take_in(connection, batch)
    messages.extend(batch.inbox)
    if batch.commands:
        many(_insert(t.COMMANDS), batch.commands)
    for update in batch.command_updates:
        receipt.updates.append(connection.execute(_UPDATE_COMMAND, update).rowcount == 1)
    for answer in batch.answers:
        held = connection.execute(_UPDATE_COMMAND, answer.update).rowcount == 1
        receipt.answers.append(held)
        if held:
            messages.extend(answer.messages)
    many("DELETE FROM timers WHERE partition = ? AND instance = ? AND name = ?", batch.timers_gone)
    many(_upsert(t.TIMERS), batch.timers)
    many(_ignore(t.IDENTIFIERS), batch.identifiers)
    many("DELETE FROM unmatched WHERE event = ?", [(event,) for event in batch.matched])
    many(_upsert(t.UNMATCHED), batch.unmatched)
    _write_ledgers(connection, batch)
    many(_EXCEPTION, rows.counted(batch.exceptions))
    many(_EXCEPTION_OVER, batch.exceptions_over)
    many(_ignore(t.REPLIES), batch.replies)
    many(_upsert(t.CURSORS), batch.cursors)
    return receipt, messages


def _write_ledgers(connection: sqlite3.Connection, batch: Batch) -> None:
    many = connection.executemany
    many(_upsert(t.BALANCES), batch.balances)
    many(_ignore(t.MOVEMENTS), batch.movements)
    if batch.reservations:
        changes = rows.summed(batch.reservations)
        many(_RESERVATION, changes)
        many(f"{_delete(t.RESERVATIONS)} AND quantity = 0", [row[:3] for row in changes])
    many("DELETE FROM stock_waits WHERE instance = ?", [(instance,) for instance in batch.stock_waits_gone])
    many(_ignore(t.STOCK_WAITS), batch.stock_waits)
    many(_delete(t.CREDIT), batch.credit_gone)
    many(_upsert(t.CREDIT), batch.credit)


def write_step(
    connection: sqlite3.Connection, batch: Batch, next_n: Mapping[int, int], known: dict[bytes, Known | None]
) -> Receipt:
    """A claim's batch. `known` holds the instances that the claim has read, None for those that were not there.

    Raises StoreBusy where a message was consumed already.
    """
    positions = rows.next_positions(batch, next_n)
    many = connection.executemany
    if batch.consumed:
        gone = many("DELETE FROM inbox WHERE partition = ? AND seq = ?", batch.consumed).rowcount
        if gone != len(batch.consumed):
            raise StoreBusy("Another worker has consumed these messages already: read them again.")
    _read_known(connection, rows.concerned(batch), known)
    events, last = rows.chained(batch.events, known)
    many(_EVENT, events)
    many("UPDATE partitions SET next_n = ? WHERE partition = ?", [(n, place) for place, n in positions.items()])
    if batch.instances:
        _write_instances(connection, batch, known, last)
    many("UPDATE instances SET last_n = ? WHERE id = ?", [(n, id) for id, n in last.items()])
    receipt = write(connection, batch)
    if batch.identifiers:
        numbers = rows.numbers_of(batch.identifiers)
        many(_ADD_NUMBERS, [(joined, instance) for instance, joined in numbers.items()])
    return receipt


def _read_known(connection: sqlite3.Connection, ids: set[bytes], known: dict[bytes, Known | None]) -> None:
    unread = sorted(ids - known.keys())
    known.update(dict.fromkeys(unread))
    for some in slices(unread):
        statement = f"SELECT id, process, phase, last_n FROM instances WHERE id IN ({marks(some)}) ORDER BY id"
        known.update((id, Known(*was)) for id, *was in connection.execute(statement, some))


def _write_instances(
    connection: sqlite3.Connection, batch: Batch, known: Mapping[bytes, Known | None], last: dict[bytes, int]
) -> None:
    """Upserts of the instances with the positions of their last events, which are taken out of `last`."""
    written: dict[bytes, InstanceRow] = {row.id: row for row in batch.instances}
    connection.executemany(_INSTANCE, [(*row[:-1], b"", last.pop(row.id, 0)) for row in written.values()])
    connection.executemany(
        _DOCUMENT,
        [(row.partition, row.id, row.document) for row in batch.instances if row.document is not None],
    )
    connection.executemany(_TALLY, rows.tally(written.values(), known))


def append(connection: sqlite3.Connection, messages: Iterable[InboxRow]) -> None:
    """Put messages into the inbox."""
    connection.executemany(_INBOX, [(row[0], *row[2:]) for row in messages])


def _take_in(connection: sqlite3.Connection, batch: Batch) -> tuple[list[str], list[InboxRow]]:
    """Write the payloads that are new, also in place of expired ones, which forget their replies."""
    first = rows.first_of_each(batch.intake)
    known: dict[bytes, bytes] = {}
    expired: list[tuple[bytes]] = []
    for some in slices(list(first)):
        found = connection.execute(
            f"SELECT dedupe, digest, expires_at FROM payloads WHERE dedupe IN ({marks(some)})", some
        )
        for dedupe, digest, expires_at in found:
            if expires_at < first[dedupe].payload.received_at:
                expired.append((dedupe,))
            else:
                known[dedupe] = digest
    connection.executemany("DELETE FROM payloads WHERE dedupe = ?", expired)
    connection.executemany("DELETE FROM replies WHERE dedupe = ?", expired)
    new: Sequence[object] = [intake.payload for dedupe, intake in first.items() if dedupe not in known]
    connection.executemany(_insert(t.PAYLOADS), new)  # type: ignore[arg-type]
    return rows.verdicts(batch.intake, first, known)
