"""Which entry of a claim comes first. Pure."""

from crossdock.journal.records import InboxRow, TimerRow, UnmatchedRow

Entries = tuple[list[InboxRow], list[TimerRow], list[UnmatchedRow]]


def only_first(messages: list[InboxRow], timers: list[TimerRow], rechecks: list[UnmatchedRow]) -> Entries:
    """The one entry that a claim of one holds, so that bisecting a batch ends at the entry to blame.

    By time; a timer goes before a recheck, and a message behind both only where they were due before it came.
    """
    moments = [(row.at, 0) for row in messages[:1]]
    moments += [(row.due_at, 1) for row in timers[:1]]
    moments += [(row.recheck_at, 2) for row in rechecks[:1]]
    _, kind = min(moments, default=(0, 0))
    return (
        messages[:1] if kind == 0 else [],
        timers[:1] if kind == 1 else [],
        rechecks[:1] if kind == 2 else [],
    )
