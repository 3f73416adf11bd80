"""Writes a batch within an open transaction, in one or two round trips."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crossdock.journal import rows
from crossdock.journal import tables as t
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.postgres import statements as s
from crossdock.journal.postgres.arrays import Blobs
from crossdock.journal.postgres.server import Answers, Session
from crossdock.journal.postgres.statements import Statement
from crossdock.journal.records import CommandUpdate, InboxRow, InstanceRow
from crossdock.journal.rows import Known
from crossdock.journal.store import StoreBusy
from crossdock.journal.tables import Table


def write(session: Session, batch: Batch, step: Sequence[Statement] = ()) -> tuple[Receipt, Answers]:
    """Everything of a batch that needs no claim, behind the statements of a step, whose rows it gives.

    Leaves the COMMIT to its caller.
    """
    receipt = Receipt()
    messages: list[InboxRow] = []
    if batch.intake or batch.command_updates or batch.answers:
        messages = _ask_first(session, batch, receipt)
    messages.extend(batch.inbox)
    return receipt, session.run([*step, *_unconditional(batch, messages)])


def record(session: Session, batch: Batch) -> tuple[Receipt, list[InboxRow]]:
    """The same without a step, but for the messages that follow: they are given, in the order of their inbox."""
    receipt = Receipt()
    messages: list[InboxRow] = []
    if batch.intake or batch.command_updates or batch.answers:
        messages = _ask_first(session, batch, receipt)
    messages.extend(batch.inbox)
    rest = _unconditional(batch, [])
    if rest:
        session.run(rest)
    return receipt, messages


def _ask_first(session: Session, batch: Batch, receipt: Receipt) -> list[InboxRow]:
    """What depends on what is there: intake, command updates and answers. Gives the messages that follow."""
    first = rows.first_of_each(batch.intake)
    waves = _waves([*batch.command_updates, *(answer.update for answer in batch.answers)])
    asked: list[Statement] = []
    if first:
        payloads = [first[dedupe].payload for dedupe in sorted(first)]
        asked.append(s.EXPIRED.of([(row.dedupe, row.received_at) for row in payloads]))
        asked.append(s.PAYLOADS.of(payloads))
        asked.append((s.DIGESTS, [Blobs([row.dedupe for row in payloads])]))
    # Commands first written in this very batch, so that they can be updated in it.
    if waves and batch.commands:
        asked.append(s.COMMANDS.of(batch.commands))
    asked.extend(s.UPDATE_COMMANDS.of([update for _, update in wave]) for wave in waves)
    answers = session.run(asked)
    held = [False] * (len(batch.command_updates) + len(batch.answers))
    for wave, found in zip(waves, answers[len(answers) - len(waves) :], strict=True):
        keys = set(found)
        for place, update in wave:
            held[place] = (update.instance, update.ordinal) in keys
    receipt.updates = held[: len(batch.command_updates)]
    receipt.answers = held[len(batch.command_updates) :]
    messages: list[InboxRow] = []
    if first:
        new = {dedupe for (dedupe,) in answers[1]}
        known = {dedupe: digest for dedupe, digest in answers[2] if dedupe not in new}
        receipt.intake, messages = rows.verdicts(batch.intake, first, known)
    for answer, holds in zip(batch.answers, receipt.answers, strict=True):
        if holds:
            messages.extend(answer.messages)
    return messages


def _waves(updates: Sequence[CommandUpdate]) -> list[list[tuple[int, CommandUpdate]]]:
    """Updates with their places, each command once a wave, in the order of their keys: one statement takes one each."""
    waves: list[list[tuple[int, CommandUpdate]]] = []
    seen: dict[tuple[bytes, int], int] = {}
    for place, update in enumerate(updates):
        key = (update.instance, update.ordinal)
        wave = seen[key] = seen.get(key, -1) + 1
        if wave == len(waves):
            waves.append([])
        waves[wave].append((place, update))
    for entries in waves:
        entries.sort(key=lambda entry: (entry[1].instance, entry[1].ordinal))
    return waves


def _by_key(table: Table, found: Iterable[Any]) -> list[Any]:
    """The last row of each key, in key order: one statement writes a key once, and locks are taken in order."""
    places = [table.fields.index(name) for name in table.key]
    last = {tuple(row[place] for place in places): row for row in found}
    return [last[key] for key in sorted(last)]


def _first_by_key(table: Table, found: Sequence[Any]) -> list[Any]:
    """The first row of each key, in key order, where the first one stands."""
    return _by_key(table, reversed(found))


def _unconditional(batch: Batch, messages: list[InboxRow]) -> list[Statement]:
    reservations = rows.summed(batch.reservations)
    written: list[tuple[s.Many, Sequence[Any]]] = [
        (s.INBOX, [(row[0], *row[2:]) for row in messages]),
        (s.COMMANDS, [] if batch.command_updates or batch.answers else batch.commands),
        (s.TIMERS_GONE, sorted(set(batch.timers_gone))),
        (s.TIMERS, _by_key(t.TIMERS, batch.timers)),
        (s.IDENTIFIERS, _first_by_key(t.IDENTIFIERS, batch.identifiers)),
        (s.MATCHED, [(event,) for event in sorted(set(batch.matched))]),
        (s.UNMATCHED, _by_key(t.UNMATCHED, batch.unmatched)),
        (s.BALANCES, _by_key(t.BALANCES, batch.balances)),
        (s.MOVEMENTS, _first_by_key(t.MOVEMENTS, batch.movements)),
        (s.RESERVATIONS, reservations),
        (s.RESERVATIONS_GONE, [row[:3] for row in reservations]),
        (s.STOCK_WAITS_GONE, [(instance,) for instance in sorted(set(batch.stock_waits_gone))]),
        (s.STOCK_WAITS, _first_by_key(t.STOCK_WAITS, batch.stock_waits)),
        (s.CREDIT_GONE, sorted(set(batch.credit_gone))),
        (s.CREDIT, _by_key(t.CREDIT, batch.credit)),
        (s.EXCEPTIONS, rows.counted(batch.exceptions)),
        (s.EXCEPTIONS_OVER, batch.exceptions_over),
        (s.REPLIES, _first_by_key(t.REPLIES, batch.replies)),
        (s.CURSORS, _by_key(t.CURSORS, batch.cursors)),
    ]
    return [many.of(found) for many, found in written if found]


def write_step(session: Session, batch: Batch, next_n: Mapping[int, int], known: dict[bytes, Known | None]) -> Receipt:
    """A claim's batch; see SQLite's. Raises StoreBusy where a message was consumed already."""
    positions = rows.next_positions(batch, next_n)
    unread = sorted(rows.concerned(batch) - known.keys())
    if unread:
        [found] = session.run([(s.KNOWN, [Blobs(unread)])])
        known.update(dict.fromkeys(unread))
        known.update((id, Known(*was)) for id, *was in found)
    events, last = rows.chained(batch.events, known)
    step: list[Statement] = []
    if batch.consumed:
        step.append(s.CONSUMED.of(batch.consumed))
    if batch.events:
        step.append(s.EVENTS.of(events))
        step.append(s.NEXT_N.of(sorted(positions.items())))
    numbers = rows.numbers_of(_first_by_key(t.IDENTIFIERS, batch.identifiers))
    if batch.instances:
        step.extend(_instances(batch, known, numbers, last))
    if numbers:
        step.append(s.ADD_NUMBERS.of(sorted(numbers.items())))
    if last:
        step.append(s.LAST_N.of(sorted(last.items())))
    receipt, answers = write(session, batch, step)
    if batch.consumed and len(answers[0]) != len(batch.consumed):
        raise StoreBusy("Another worker has consumed these messages already: read them again.")
    return receipt


def _instances(
    batch: Batch, known: Mapping[bytes, Known | None], numbers: dict[bytes, bytes], last: dict[bytes, int]
) -> list[Statement]:
    """Upserts of the instances with their new numbers and last events, which are taken out of `numbers` and `last`."""
    written: dict[bytes, InstanceRow] = {row.id: row for row in batch.instances}
    documents = {row.id: (row.partition, row.id, row.document) for row in batch.instances if row.document is not None}
    step = [s.INSTANCES.of([(*written[id][:-1], numbers.pop(id, b""), last.pop(id, 0)) for id in sorted(written)])]
    if documents:
        step.append(s.DOCUMENTS.of([documents[id] for id in sorted(documents)]))
    changes = rows.tally(written.values(), known)
    if changes:
        step.append(s.TALLIES.of(changes))
    return step
