"""The timeline of a business object: who did what in which system, when, what is next, and who must act."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from crossdock.journal.records import (
    ABANDONED,
    REFUSED,
    SENDING,
    UNKNOWN,
    CommandRow,
    EventRow,
    ExceptionRow,
    InstanceRow,
    hash16,
)
from crossdock.journal.store import Reader
from crossdock.model.base import Value
from crossdock.processes.decision import Process
from crossdock.runtime.versions import Newer, Versions
from crossdock.runtime.work import instant
from crossdock.views import related, words


class Entry(Value, frozen=True):
    """One thing that happened. `recorded_at` is ours, `at` theirs; `position` finds it in the journal."""

    at: datetime
    recorded_at: datetime
    who: str
    what: str
    type: str
    about: str
    position: str = ""


class Open(Value, frozen=True):
    """Something that is asked of a system and not done yet."""

    system: str
    what: str
    state: str
    attempts: int
    since: datetime
    next_at: datetime | None
    note: str = ""


class Awaited(Value, frozen=True):
    """What the object waits for."""

    what: str
    whom: str
    until: datetime | None = None


class Question(Value, frozen=True):
    """What a person must decide."""

    id: str
    cause: str
    reason: str
    role: str
    actions: tuple[str, ...]
    since: datetime
    times: int
    system: str = ""


class Timeline(Value, frozen=True):
    """All of it, for one object."""

    key: str
    process: str
    phase: str
    over: bool
    numbers: tuple[str, ...]
    entries: tuple[Entry, ...]
    asked: tuple[Open, ...]
    waits_for: tuple[Awaited, ...]
    questions: tuple[Question, ...]
    revision: int = 0


def timeline(reader: Reader, root: InstanceRow, processes: Mapping[str, Process], versions: Versions) -> Timeline:
    """The timeline of an order and its parts."""
    rows = related.parts(reader, root)
    ids = related.ids(rows)
    keys = {row.id: row.key for row in rows}
    events = reader.events_of(ids)
    events.sort(key=lambda row: (row.recorded_at, row.partition, row.n))
    commands = reader.commands_of(ids)
    return Timeline(
        root.key,
        root.process,
        root.phase,
        root.over,
        _numbers(reader, ids),
        tuple(_entry(row, keys, versions) for row in events),
        tuple(_open(row) for row in commands if row.state not in ("done", REFUSED)),
        tuple(waiting for row in rows for waiting in _waits(row, processes, versions)),
        tuple(question(row) for row in reader.exceptions(instances=ids)),
        root.revision,
    )


def question_id(row: ExceptionRow) -> str:
    """What actions name an exception by: its object, and a short hash of its cause. Fit for an address."""
    return f"{row.instance.hex()}-{hash16(row.cause).hex()[:8]}"


def question(row: ExceptionRow) -> Question:
    """An exception as people read it."""
    return Question(
        question_id(row),
        row.cause,
        row.reason,
        row.role,
        tuple(row.actions.split(",")) if row.actions else (),
        instant(row.first_at),
        row.times,
        row.system,
    )


def _numbers(reader: Reader, ids: Sequence[bytes]) -> tuple[str, ...]:
    rows = reader.identifiers_of(ids)
    return tuple(dict.fromkeys(words.identifier(row.scheme, row.value) for row in rows))


def _entry(row: EventRow, keys: Mapping[bytes, str], versions: Versions) -> Entry:
    try:
        tag = row.type if row.version == 1 else f"{row.type}/{row.version}"
        what = words.sentence(versions.event(tag, row.body))
    except Newer:
        what = words.spaced(row.type)
    return Entry(
        instant(row.occurred_at),
        instant(row.recorded_at),
        words.who(row.source),
        what,
        row.type,
        keys.get(row.instance, ""),
        f"{row.partition}-{row.n}",
    )


def _open(row: CommandRow) -> Open:
    waits = row.state not in (SENDING, ABANDONED)
    state = {SENDING: "under way", UNKNOWN: "outcome unknown, being looked up", ABANDONED: "before a person"}
    return Open(
        row.system,
        words.spaced(row.type),
        state.get(row.state, "waiting"),
        row.attempts,
        instant(row.created_at),
        instant(row.due_at) if waits else None,
        row.note,
    )


def _waits(row: InstanceRow, processes: Mapping[str, Process], versions: Versions) -> list[Awaited]:
    process = processes.get(row.process)
    if process is None or row.over or row.parked:
        return []
    try:
        state = versions.state(process, row.version, row.state, row.document)
    except Newer:
        return []
    return [Awaited(each.what, each.whom, each.until) for each in process.waiting(state)]
