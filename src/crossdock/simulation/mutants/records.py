"""Faults in what is recorded: intake, dedupe, the journal's rows and readers."""

from typing import Any

from crossdock.journal.batch import Batch
from crossdock.journal.records import CursorRow, hash16
from crossdock.journal.sqlite import write as sqlite_write
from crossdock.journal.sqlite.reader import SqliteReader
from crossdock.runtime import effects, routing
from crossdock.runtime import intake as intake_module
from crossdock.runtime.engine import Engine
from crossdock.runtime.intake import intake
from crossdock.runtime.work import instant
from crossdock.simulation.mutants.mutant import Mutant, mutant
from crossdock.simulation.world import World


def _new_each_time(original: Any) -> Any:
    count = 0

    def dedupe_key(system: str, topic: str, message_id: str) -> bytes:
        nonlocal count
        count += 1
        found: bytes = original(system, topic, f"{message_id}/{count}")
        return found

    return dedupe_key


def _acknowledge_first(original: Any) -> Any:
    def receive(self: World, request: Any) -> int:
        self._later(self.now + 1000, lambda: original(self, request))
        return 202

    return receive


def _cursor_first(original: Any) -> Any:
    def take_page(self: World, system: str, name: str, cursor: str, page: Any) -> None:
        if page.cursor != cursor:
            self.store.commit(Batch(cursors=[CursorRow(name, page.cursor, self.time)]))
        connector = self.connectors[system]
        now = instant(self.time)
        for delivery in page.deliveries:
            arrival = connector.arrival(delivery)
            row = intake(system, delivery, arrival, now, self.store.partitions, self.estate.retention)
            self.commit(Batch(intake=[row]))

    return take_page


def _skips_one(original: Any) -> Any:
    def events_after(self: SqliteReader, cursor: dict[int, int], limit: int) -> Any:
        rows = original(self, cursor, limit)
        return rows[1:] if len(rows) > 20 else rows

    return events_after


def _sees_one_again(original: Any) -> Any:
    def events_after(self: SqliteReader, cursor: dict[int, int], limit: int) -> Any:
        back = {partition: n - 1 if n % 50 == 0 else n for partition, n in cursor.items()}
        return original(self, back, limit)

    return events_after


def _swallows_some(original: Any) -> Any:
    seen = 0

    def items(self: Engine, work: Any, entry: Any, payloads: Any) -> Any:
        nonlocal seen
        found = original(self, work, entry, payloads)
        seen += 1
        return [] if seen % 25 == 0 else found

    return items


def _keeps_timers(original: Any) -> Any:
    def record(connection: Any, batch: Batch) -> Any:
        kept, batch.timers_gone = batch.timers_gone, [gone for gone in batch.timers_gone if gone[2] != "progress"]
        try:
            return original(connection, batch)
        finally:
            batch.timers_gone = kept

    return record


def _forgets_the_issuer(original: Any) -> Any:
    def number_hash(process: str, number: Any) -> bytes:
        found: bytes = hash16(process, "any", "", number.value.rpartition("-")[2])
        return found

    return number_hash


def _tells_always(original: Any) -> Any:
    def record(connection: Any, batch: Batch) -> Any:
        receipt, messages = original(connection, batch)
        for answer, held in zip(batch.answers, receipt.answers, strict=True):
            if not held:
                messages.extend(answer.messages)
        return receipt, messages

    return record


def _never_knows(_: Any) -> Any:
    return lambda self: 0


RECORDS = (
    mutant(
        "drop_the_dedupe",
        "a message that comes again is taken for a new one",
        "webhooks",
        intake_module,
        "dedupe_key",
        _new_each_time,
    ),
    mutant(
        "acknowledge_before_commit",
        "a webhook is answered 202 before it is in the journal",
        "webhooks,crashes",
        World,
        "receive",
        _acknowledge_first,
    ),
    mutant(
        "cursor_before_deliveries",
        "a feed's cursor is written before what it brought",
        "webhooks,subscriptions,crashes",
        World,
        "_take_page",
        _cursor_first,
    ),
    mutant(
        "skip_an_event_at_a_reader",
        "a reader that is far behind is given all but the next event",
        "none",
        SqliteReader,
        "events_after",
        _skips_one,
    ),
    mutant(
        "show_an_event_twice",
        "a reader is now and then given an event again",
        "none",
        SqliteReader,
        "events_after",
        _sees_one_again,
    ),
    mutant(
        "swallow_a_message",
        "one message in 25 is consumed and nothing made of it",
        "none",
        Engine,
        "_items",
        _swallows_some,
    ),
    mutant(
        "fire_a_stale_timer",
        "an alarm that was silenced stays in the journal and rings",
        "clock",
        sqlite_write,
        "record",
        _keeps_timers,
    ),
    mutant(
        "tell_an_answer_twice",
        "an answer is told again where its update does not hold",
        "store",
        sqlite_write,
        "record",
        _tells_always,
    ),
    Mutant(
        "merge_by_an_equal_number",
        "numbers are told apart by their last part alone, not by who issued them",
        "none",
        (
            (routing, "number_hash", _forgets_the_issuer),
            (effects, "number_hash", _forgets_the_issuer),
        ),
    ),
    mutant(
        "record_in_the_past",
        "after a restart events are recorded by a clock that was set back",
        "clock,crashes",
        Engine,
        "_last_recorded",
        _never_knows,
    ),
)
