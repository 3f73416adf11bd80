"""What follows when a person acts on an exception: an event for its object, and the rows that end the exception."""

import msgspec

from crossdock.journal.batch import Batch
from crossdock.journal.records import (
    ABANDONED,
    DELIVERY,
    DONE,
    RECEIVED,
    REFUSED,
    WAITING,
    CommandRow,
    CommandUpdate,
    EventRow,
    ExceptionRow,
    InboxRow,
)
from crossdock.journal.store import Reader
from crossdock.model.events import ActionTaken
from crossdock.runtime.exceptions import SETTLED


class CannotAct(Exception):
    """The action is not possible for this exception; one sentence."""


def consequences(reader: Reader, row: ExceptionRow, event: ActionTaken, now: int) -> Batch:
    """The rows that go with the event, which itself goes to the instance. Raises CannotAct."""
    batch = Batch()
    instance = reader.instance(row.instance)
    if row.cause.startswith("command:"):
        batch.command_updates.append(_command(reader, row, event, now))
        _close(batch, row, now)
    elif instance is None:
        if row.cause == "unmatched":
            # It is looked at again by itself; dismissed, it goes.
            batch.matched.extend([row.instance] if event.action != "retry" else [])
        elif event.action == "retry":
            batch.inbox.append(_again(reader, row, now))
        _close(batch, row, now)
    return batch


def _close(batch: Batch, row: ExceptionRow, now: int) -> None:
    batch.exceptions_over.append((SETTLED, now, row.partition, row.instance, row.cause))


def _command(reader: Reader, row: ExceptionRow, event: ActionTaken, now: int) -> CommandUpdate:
    """An abandoned command goes out again under its own key, or is over."""
    ordinal = row.cause.rpartition(":")[2]
    command = next((each for each in reader.commands_of([row.instance]) if str(each.ordinal) == ordinal), None)
    if command is None or command.state != ABANDONED:
        raise CannotAct("the command is not abandoned any more; look at the order's timeline")
    match event.action:
        case "retry":
            return _update(command, WAITING, 0, now, f"sent again as {event.by} asked")
        case "done_by_hand":
            return _update(command, DONE, command.attempts, now, f"done by hand, says {event.by}")
        case "dismiss":
            return _update(command, REFUSED, command.attempts, now, f"dismissed by {event.by}")


def _update(row: CommandRow, state: str, attempts: int, now: int, note: str) -> CommandUpdate:
    return CommandUpdate(
        state, attempts, now, now, "", note, row.partition, row.instance, row.ordinal, row.state, row.attempts
    )


def _again(reader: Reader, row: ExceptionRow, now: int) -> InboxRow:
    """What could not be read or placed comes in once more."""
    if row.cause.startswith("unreadable:"):
        payload = reader.payload(row.instance)
        if payload is None:
            raise CannotAct("what came in is not kept any more; ask its sender to send it again")
        cause = f"payload {payload.dedupe.hex()}"
        return InboxRow(
            row.partition, 0, RECEIVED, now, b"", payload.topic, payload.system, cause, 0, now, payload.dedupe
        )
    event = _event(reader, row)
    if event is None:
        raise CannotAct(f"an exception of this kind ({row.cause}) can't be tried again from here")
    tag = event.type if event.version == 1 else f"{event.type}/{event.version}"
    cause = f"{event.partition}-{event.n}"
    return InboxRow(event.partition, 0, DELIVERY, now, b"", tag, event.source, cause, 0, event.occurred_at, event.body)


def _event(reader: Reader, row: ExceptionRow) -> EventRow | None:
    """The journaled event that an exception is about, by the position in its detail."""
    detail = msgspec.json.decode(row.detail or b"{}", type=dict[str, object])
    partition, _, n = str(detail.get("position", "")).partition("-")
    if not (partition.isdigit() and n.isdigit()):
        return None
    cursor = {int(partition): int(n) - 1}
    found = (each for each in reader.events_after(cursor, 1) if (each.partition, each.n) == (int(partition), int(n)))
    return next(found, None)
