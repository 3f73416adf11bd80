"""SQL over many rows at once: one statement a table, one array a column."""

from dataclasses import dataclass
from typing import Any

from crossdock.journal import tables as t
from crossdock.journal.postgres.arrays import Blobs, Column, Integers, Texts, columns, types, unnest
from crossdock.journal.tables import Table, quoted

Statement = tuple[str, list[Column]]


@dataclass(frozen=True, slots=True)
class Many:
    """A statement over rows of fixed column types."""

    sql: str
    kinds: tuple[type[Column], ...]

    def of(self, rows: Any) -> Statement:
        return self.sql, columns(self.kinds, rows)


def _kinds(table: Table, fields: tuple[str, ...]) -> tuple[type[Column], ...]:
    return tuple(types(table, fields))


def insert(table: Table, fields: tuple[str, ...] = (), tail: str = "") -> Many:
    """Rows in their own order."""
    fields = fields or table.fields
    kinds = _kinds(table, fields)
    names = quoted(fields)
    sql = (
        f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {unnest(kinds)} "
        f"WITH ORDINALITY AS u ({names}, place) ORDER BY place {tail}"
    )
    return Many(sql, kinds)


def upsert(table: Table) -> Many:
    values = ", ".join(f'"{name}" = excluded."{name}"' for name in table.rest)
    return insert(table, tail=f"ON CONFLICT ({quoted(table.key)}) DO UPDATE SET {values}")


def ignore(table: Table) -> Many:
    return insert(table, tail=f"ON CONFLICT ({quoted(table.key)}) DO NOTHING")


def delete(table: Table, fields: tuple[str, ...], tail: str = "") -> Many:
    """Rows by some of their fields."""
    kinds = _kinds(table, fields)
    same = " AND ".join(f't."{name}" = u."{name}"' for name in fields)
    return Many(f"DELETE FROM {table.name} t USING {unnest(kinds)} AS u ({quoted(fields)}) WHERE {same}{tail}", kinds)


INBOX = insert(t.INBOX, tuple(name for name in t.INBOX.fields if name != "seq"))
CONSUMED = delete(t.INBOX, ("partition", "seq"), " RETURNING t.seq")
NEXT_N = Many(
    f"UPDATE partitions t SET next_n = u.n FROM {unnest((Integers, Integers))} AS u (partition, n) "
    "WHERE t.partition = u.partition",
    (Integers, Integers),
)
_EVENT_KINDS: tuple[type[Column], ...] = (*_kinds(t.EVENTS, t.EVENTS.fields), Integers)
EVENTS = Many(
    f"INSERT INTO events ({t.EVENTS.columns}, prev) SELECT * FROM {unnest(_EVENT_KINDS)}",
    _EVENT_KINDS,
)
KNOWN = "SELECT id, process, phase, last_n FROM instances WHERE id = ANY (%b::bytea[]) ORDER BY id"
_INSTANCE_KINDS: tuple[type[Column], ...] = (*_kinds(t.INSTANCES, t.INSTANCE_FIELDS), Blobs, Integers)
INSTANCES = Many(
    f"INSERT INTO instances AS t ({quoted(t.INSTANCE_FIELDS)}, numbers, last_n) "
    f"SELECT * FROM {unnest(_INSTANCE_KINDS)} ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f'"{name}" = excluded."{name}"' for name in t.INSTANCE_FIELDS if name != "id")
    + ", numbers = t.numbers || excluded.numbers, last_n = greatest(t.last_n, excluded.last_n)",
    _INSTANCE_KINDS,
)
LAST_N = Many(
    f"UPDATE instances t SET last_n = u.n FROM {unnest((Blobs, Integers))} AS u (id, n) WHERE t.id = u.id",
    (Blobs, Integers),
)
ADD_NUMBERS = Many(
    f"UPDATE instances t SET numbers = t.numbers || u.numbers FROM {unnest((Blobs, Blobs))} AS u (id, numbers) "
    "WHERE t.id = u.id",
    (Blobs, Blobs),
)
DOCUMENTS = Many(
    f"INSERT INTO documents (partition, id, document) SELECT * FROM {unnest((Integers, Blobs, Blobs))} "
    "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
    (Integers, Blobs, Blobs),
)
TALLIES = Many(
    f"INSERT INTO tallies AS t (partition, process, phase, instances) "
    f"SELECT * FROM {unnest((Integers, Texts, Texts, Integers))} "
    "ON CONFLICT (partition, process, phase) DO UPDATE SET instances = t.instances + excluded.instances",
    (Integers, Texts, Texts, Integers),
)
COMMANDS = insert(t.COMMANDS)
_UPDATE_FIELDS = (
    ("state_after", Texts), ("attempts_after", Integers), ("due_at", Integers), ("changed_at", Integers),
    ("worker", Texts), ("note", Texts), ("partition", Integers), ("instance", Blobs), ("ordinal", Integers),
    ("state", Texts), ("attempts", Integers),
)  # fmt: skip
_UPDATE_KINDS = tuple(kind for _, kind in _UPDATE_FIELDS)
UPDATE_COMMANDS = Many(
    "UPDATE commands t SET state = u.state_after, attempts = u.attempts_after, due_at = u.due_at, "
    "changed_at = u.changed_at, worker = u.worker, note = u.note "
    f"FROM {unnest(_UPDATE_KINDS)} AS u ({', '.join(name for name, _ in _UPDATE_FIELDS)}) "
    "WHERE t.partition = u.partition AND t.instance = u.instance AND t.ordinal = u.ordinal "
    "AND t.state = u.state AND t.attempts = u.attempts RETURNING t.instance, t.ordinal",
    _UPDATE_KINDS,
)
TIMERS_GONE = delete(t.TIMERS, ("partition", "instance", "name"))
TIMERS = upsert(t.TIMERS)
IDENTIFIERS = ignore(t.IDENTIFIERS)
MATCHED = delete(t.UNMATCHED, ("event",))
UNMATCHED = upsert(t.UNMATCHED)
BALANCES = upsert(t.BALANCES)
MOVEMENTS = ignore(t.MOVEMENTS)
RESERVATIONS = insert(
    t.RESERVATIONS,
    tail="ON CONFLICT (key, instance, line) DO UPDATE SET "
    "quantity = reservations.quantity + excluded.quantity, at = excluded.at",
)
RESERVATIONS_GONE = delete(t.RESERVATIONS, ("key", "instance", "line"), " AND t.quantity = 0")
STOCK_WAITS_GONE = delete(t.STOCK_WAITS, ("instance",))
STOCK_WAITS = ignore(t.STOCK_WAITS)
CREDIT_GONE = delete(t.CREDIT, ("customer", "order"))
CREDIT = upsert(t.CREDIT)
EXCEPTIONS = insert(
    t.EXCEPTIONS,
    tail=f"ON CONFLICT ({quoted(t.EXCEPTIONS.key)}) DO UPDATE SET "
    + ", ".join(f'"{name}" = excluded."{name}"' for name in t.EXCEPTIONS.rest if name not in ("first_at", "times"))
    + ", first_at = CASE exceptions.state WHEN 'open' THEN exceptions.first_at ELSE excluded.first_at END"
    + ", times = excluded.times + CASE exceptions.state WHEN 'open' THEN exceptions.times ELSE 0 END",
)
EXCEPTIONS_OVER = Many(
    "UPDATE exceptions t SET state = u.state, last_at = u.at "
    f"FROM {unnest((Texts, Integers, Integers, Blobs, Texts))} AS u (state, at, partition, instance, cause) "
    "WHERE t.partition = u.partition AND t.instance = u.instance AND t.cause = u.cause AND t.state = 'open'",
    (Texts, Integers, Integers, Blobs, Texts),
)
REPLIES = ignore(t.REPLIES)
CURSORS = upsert(t.CURSORS)

# Intake, in this order: what expired goes, with its replies; what is new comes; what is there then says the rest.
EXPIRED = Many(
    f"WITH gone AS (DELETE FROM payloads t USING {unnest((Blobs, Integers))} AS u (dedupe, at) "
    "WHERE t.dedupe = u.dedupe AND t.expires_at < u.at RETURNING t.dedupe) "
    "DELETE FROM replies r USING gone WHERE r.dedupe = gone.dedupe",
    (Blobs, Integers),
)
PAYLOADS = insert(t.PAYLOADS, tail="ON CONFLICT (dedupe) DO NOTHING RETURNING dedupe")
DIGESTS = "SELECT dedupe, digest FROM payloads WHERE dedupe = ANY (%b::bytea[]) ORDER BY dedupe"
