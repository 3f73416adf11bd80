"""Exceptions: work that needs a person, each with its business object, cause, since when, and what may be done."""

from collections.abc import Sequence
from typing import Any

from crossdock.journal.records import (
    DELIVERY,
    ExceptionRow,
    IdentifierRow,
    InboxRow,
    TimerRow,
    UnmatchedRow,
    hash16,
)
from crossdock.model.codec import encode
from crossdock.model.events import (
    ActionTaken,
    CommandAbandoned,
    Event,
    PersonalDataRequested,
)
from crossdock.processes.decision import AskPerson
from crossdock.runtime.connector import Problem
from crossdock.runtime.work import Held, Item, Work

OPEN = "open"
SETTLED = "settled"
FAR = 2**62
"""A recheck that never comes by itself."""


def _row(
    work: Work,
    partition: int,
    instance: bytes,
    cause: str,
    reason: str,
    *,
    subject: str,
    system: str = "",
    role: str = "integration",
    actions: Sequence[str] = ("retry", "dismiss"),
    detail: dict[str, Any] | None = None,
) -> ExceptionRow:
    # The group says "the same trouble": its cause without what differs from object to object.
    group = hash16(
        "1",
        cause.partition(":")[0],
        system,
        reason if len(reason) < 80 else reason[:80],
    )
    return ExceptionRow(
        partition,
        instance,
        cause,
        group,
        system,
        subject,
        reason,
        role,
        ",".join(actions),
        OPEN,
        work.now,
        work.now,
        1,
        encode(detail or {}),
    )


def question(work: Work, held: Held, ask: AskPerson) -> ExceptionRow:
    """A process can't decide by itself."""
    return _row(
        work,
        held.partition,
        held.id,
        ask.cause,
        ask.reason,
        subject=held.key,
        role=ask.role,
        actions=ask.actions,
    )


def command(work: Work, held: Held, event: CommandAbandoned) -> None:
    """A command can't go on: attempts are spent, or what happened is unknown and can't be repeated."""
    cause = f"command:{event.command}:{event.ordinal}"
    actions = ("retry", "done_by_hand", "dismiss")
    row = _row(
        work,
        held.partition,
        held.id,
        cause,
        event.reason,
        subject=held.key,
        system=event.system,
        actions=actions,
    )
    work.batch.exceptions.append(row)


def park(work: Work, held: Held, item: Item, cause: str, error: Exception) -> None:
    """A process raised: the instance stops, with the event kept; the rest of the batch goes on."""
    keep_for_parked(work, held, item, cause)
    held.parked = True
    work.changed(held)
    reason = f"{held.process.name} could not decide on {item.tag}: {type(error).__name__}: {error}"
    detail = {"event": item.tag, "position": cause}
    row = _row(
        work,
        held.partition,
        held.id,
        "parked",
        reason,
        subject=held.key,
        actions=("retry",),
        detail=detail,
    )
    work.batch.exceptions.append(row)


def _parked_hash(id: bytes) -> bytes:
    return hash16("parked", id)


def keep_for_parked(work: Work, held: Held, item: Item, cause: str) -> None:
    """An event of a parked instance waits, journaled, until the instance goes on."""
    body = encode(item.event)
    work.batch.unmatched.append(
        UnmatchedRow(
            _parked_hash(held.id),
            held.partition,
            hash16(cause, item.tag, held.id),
            work.now,
            FAR,
            0,
            item.tag,
            item.source,
            cause,
            item.occurred_at,
            body,
        )
    )


def unparks(event: Event) -> bool:
    """Whether a person lets a parked instance go on."""
    return isinstance(event, ActionTaken) and event.exception == "parked" and event.action == "retry"


def release_kept(work: Work, held: Held) -> None:
    """Events that waited for a parked instance come in again, in order."""
    kept = work.claim.unmatched([_parked_hash(held.id)])
    for row in sorted(kept, key=lambda row: (row.since, _position(row.cause))):
        work.batch.matched.append(row.event)
        work.batch.inbox.append(
            InboxRow(
                held.partition,
                0,
                DELIVERY,
                work.now,
                held.id,
                row.type,
                row.source,
                row.cause,
                0,
                row.occurred_at,
                row.body,
            )
        )
    work.batch.exceptions_over.append((SETTLED, work.now, held.partition, held.id, "parked"))


def _position(cause: str) -> tuple[int, int]:
    partition, _, n = cause.partition("-")
    return (int(partition), int(n)) if partition.isdigit() and n.isdigit() else (0, 0)


def cascade(work: Work, item: Item) -> None:
    """Events that beget events without end are stopped."""
    reason = f"{item.tag} came after more than 16 hops; the processes answer each other without end"
    _about_event(work, item, "cascade", reason, ("dismiss",))


def nobody(work: Work, item: Item) -> None:
    """Addressed to an instance that is not there and that it can't start."""
    _about_event(
        work,
        item,
        "no_such_instance",
        f"{item.tag} is addressed to an instance that does not exist",
    )


def ambiguous(work: Work, item: Item, candidates: Sequence[IdentifierRow]) -> None:
    """It could concern several: a person says which."""
    number = f"{candidates[0].scheme} {candidates[0].value}"
    reason = f"{item.tag} names {number}, which {len(candidates)} business objects hold; say which one is meant"
    _about_event(work, item, "ambiguous", reason)


def _about_event(
    work: Work,
    item: Item,
    cause: str,
    reason: str,
    actions: Sequence[str] = ("retry", "dismiss"),
) -> None:
    partition = min(work.claim.next_n)
    position = item.cause if item.journaled else work.journal(item, b"", partition)
    id = hash16(position, item.tag)
    detail = {"event": item.tag, "position": position}
    work.batch.exceptions.append(
        _row(
            work,
            partition,
            id,
            cause,
            reason,
            subject=position,
            system=item.source,
            actions=actions,
            detail=detail,
        )
    )


def unmatched(work: Work, row: UnmatchedRow, item: Item) -> None:
    """It has concerned nobody for too long."""
    reason = f"{item.tag} from {row.source} has waited too long for a business object with its numbers"
    work.batch.exceptions.append(
        _row(
            work,
            row.partition,
            row.event,
            "unmatched",
            reason,
            subject=row.cause,
            system=row.source,
            detail={"event": item.tag, "body": row.body.decode()},
        )
    )


def matched(work: Work, row: UnmatchedRow) -> None:
    """It found its object after all."""
    work.batch.exceptions_over.append((SETTLED, work.now, row.partition, row.event, "unmatched"))


def personal_data(work: Work, event: PersonalDataRequested, item: Item) -> None:
    """Somebody must see to a customer's request for their data."""
    partition = min(work.claim.next_n)
    verb = "export" if event.kind == "export" else "erase"
    reason = f"{verb} the personal data of customer {event.customer} of {event.system} within 30 days"
    work.batch.exceptions.append(
        _row(
            work,
            partition,
            hash16("privacy", event.system, event.kind, event.customer),
            f"privacy:{event.kind}",
            reason,
            subject=f"customer {event.customer}",
            system=event.system,
            role="privacy",
            actions=("done_by_hand", "dismiss"),
            detail={"orders": event.orders},
        )
    )


def unreadable(work: Work, message: InboxRow, problems: Sequence[Problem]) -> None:
    """A payload that is kept, but not or not wholly understood."""
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    work.batch.exceptions.append(
        _row(
            work,
            message.partition,
            message.body[:16],
            f"unreadable:{message.type}",
            f"{first.path}: {first.reason}{more}",
            subject=message.type,
            system=message.source,
            detail={"problems": [{"path": problem.path, "reason": problem.reason} for problem in problems]},
        )
    )


def unreadable_message(work: Work, entry: InboxRow | TimerRow | UnmatchedRow, reason: str) -> None:
    """The one message that the database refuses."""
    detail: dict[str, Any] = {}
    if isinstance(entry, TimerRow):
        work.fire(entry)
        id, subject, system = entry.instance, entry.name, "clock"
    elif isinstance(entry, InboxRow):
        work.batch.consumed.append((entry.partition, entry.seq))
        id, subject, system = hash16(str(entry.seq), entry.body), entry.type, entry.source
        detail = {"kind": entry.kind, "type": entry.type, "body": entry.body.decode(errors="replace")}
    else:
        work.batch.matched.append(entry.event)
        id, subject, system = entry.event, entry.type, entry.source
        detail = {"type": entry.type, "body": entry.body.decode(errors="replace")}
    work.batch.exceptions.append(
        _row(
            work,
            entry.partition,
            id,
            "refused_by_database",
            f"the database refuses what follows from this message: {reason}",
            subject=subject,
            system=system,
            detail=detail,
        )
    )
