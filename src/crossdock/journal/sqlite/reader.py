"""Read-only questions to a SQLite journal, on a connection of their own."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crossdock.journal import tables as t
from crossdock.journal.records import (
    BalanceRow,
    CommandRow,
    EventRow,
    ExceptionRow,
    IdentifierRow,
    InstanceRow,
    PayloadRow,
    ReplyRow,
    TimerRow,
)
from crossdock.journal.rows import split_numbers
from crossdock.journal.sqlite import read
from crossdock.journal.sqlite.file import errors

# From an instance's last event back along its chain.
_EVENTS_OF = f"""
    WITH RECURSIVE chain(n) AS (
        SELECT last_n FROM instances WHERE id IN ({{marks}}) AND last_n > 0
        UNION ALL
        SELECT e.prev FROM chain CROSS JOIN events e ON e.n = chain.n WHERE e.prev > 0
    )
    SELECT {t.EVENTS.columns} FROM events WHERE n IN (SELECT n FROM chain) ORDER BY n LIMIT ?
"""


class SqliteReader:
    """Sees what was committed when each question is asked."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        with errors(self._path):
            return self._connection.execute(statement, values).fetchall()

    def _in(self, table: t.Table, column: str, keys: Sequence[Any], order: str) -> list[Any]:
        with errors(self._path):
            return read.rows_in(self._connection, table, column, keys, order)

    def instance(self, id: bytes) -> InstanceRow | None:
        found = self._rows(f"{read.INSTANCE} WHERE i.id = ?", id)
        return read.instance(found[0]) if found else None

    def find(self, value: str) -> list[IdentifierRow]:
        found: list[IdentifierRow] = self._in(
            t.IDENTIFIERS, "value", [value], "scheme, issuer, partition, instance, hash"
        )
        return found

    def events_of(self, instances: Sequence[bytes], limit: int = 1000) -> list[EventRow]:
        found: list[EventRow] = []
        with errors(self._path):
            for some in read.slices(sorted(set(instances))):
                statement = _EVENTS_OF.format(marks=read.marks(some))
                found.extend(map(EventRow._make, self._connection.execute(statement, [*some, limit])))
        return sorted(found, key=lambda row: row[:2])[:limit]

    def events_after(self, cursor: dict[int, int], limit: int) -> list[EventRow]:
        rows = self._rows(
            f"SELECT {t.EVENTS.columns} FROM events WHERE n > ? ORDER BY n LIMIT ?", cursor.get(0, 0), limit
        )
        return [EventRow._make(row) for row in rows]

    def identifiers_of(self, instances: Sequence[bytes]) -> list[IdentifierRow]:
        wanted = set(instances)
        hashes: list[bytes] = []
        with errors(self._path):
            for some in read.slices(sorted(wanted)):
                statement = f"SELECT numbers FROM instances WHERE id IN ({read.marks(some)}) ORDER BY id"
                for (joined,) in self._connection.execute(statement, some):
                    hashes.extend(split_numbers(joined))
        rows: list[IdentifierRow] = self._in(t.IDENTIFIERS, "hash", hashes, "hash, instance")
        found = [row for row in rows if row.instance in wanted]
        return sorted(found, key=lambda row: (row.instance, row.scheme, row.issuer, row.value))

    def commands_of(self, instances: Sequence[bytes]) -> list[CommandRow]:
        found: list[CommandRow] = self._in(t.COMMANDS, "instance", instances, "instance, ordinal")
        return found

    def timers_of(self, instances: Sequence[bytes]) -> list[TimerRow]:
        found: list[TimerRow] = self._in(t.TIMERS, "instance", instances, "due_at, instance, name")
        return sorted(found, key=lambda row: (row.due_at, row.instance, row.name))

    def exceptions(self, state: str = "open", instances: Sequence[bytes] | None = None) -> list[ExceptionRow]:
        if instances is not None:
            found: list[ExceptionRow] = self._in(t.EXCEPTIONS, "instance", instances, "instance, cause, partition")
            found = [row for row in found if state in ("", row.state)]
            return sorted(found, key=lambda row: (row.first_at, row.partition, row.instance, row.cause))
        # The index covers open ones; SQLite uses it only where the statement says so itself.
        where = "state = 'open' AND ? = 'open'" if state == "open" else "? IN (state, '')"
        rows = self._rows(
            f"SELECT {t.EXCEPTIONS.columns} FROM exceptions WHERE {where} "
            "ORDER BY first_at, partition, instance, cause",
            state,
        )
        return [ExceptionRow._make(row) for row in rows]

    def reply(self, dedupe: bytes) -> ReplyRow | None:
        found: list[ReplyRow] = self._in(t.REPLIES, "dedupe", [dedupe], "dedupe")
        return found[0] if found else None

    def payload(self, dedupe: bytes) -> PayloadRow | None:
        found: list[PayloadRow] = self._in(t.PAYLOADS, "dedupe", [dedupe], "dedupe")
        return found[0] if found else None

    def commands_due(self, system: str, now: int, limit: int) -> list[CommandRow]:
        rows = self._rows(
            f"SELECT {t.COMMANDS.columns} FROM commands AS mine WHERE {t.OPEN_COMMANDS} AND state <> 'sending' "
            "AND system = ?1 AND due_at <= ?2 AND NOT EXISTS (SELECT 1 FROM commands AS earlier "
            "WHERE earlier.partition = mine.partition AND earlier.instance = mine.instance "
            "AND earlier.ordinal < mine.ordinal AND earlier.system = ?1 AND earlier.about = mine.about "
            "AND earlier.state IN ('waiting', 'sending', 'unknown')) "
            "ORDER BY due_at, instance, ordinal LIMIT ?3",
            system,
            now,
            limit,
        )
        return [CommandRow._make(row) for row in rows]

    def commands_next_due(self, system: str, now: int) -> int | None:
        [(due,)] = self._rows(
            f"SELECT min(due_at) FROM commands WHERE {t.OPEN_COMMANDS} AND state <> 'sending' "
            "AND system = ? AND due_at > ?",
            system,
            now,
        )
        return None if due is None else int(due)

    def commands_sending(self, worker: str = "") -> list[CommandRow]:
        rows = self._rows(
            f"SELECT {t.COMMANDS.columns} FROM commands WHERE {t.OPEN_COMMANDS} AND state = 'sending' "
            "AND ? IN ('', worker) ORDER BY changed_at, instance, ordinal",
            worker,
        )
        return [CommandRow._make(row) for row in rows]

    def last_recorded(self) -> int:
        [(last,)] = self._rows(
            "SELECT coalesce(max(e.recorded_at), 0) FROM partitions AS p "
            "JOIN events AS e ON e.partition = p.partition AND e.n = p.next_n - 1"
        )
        return int(last)

    def next_due(self) -> int | None:
        dues = [
            *self._rows("SELECT min(due_at) FROM timers"),
            *self._rows("SELECT min(recheck_at) FROM unmatched"),
        ]
        return min((due for (due,) in dues if due is not None), default=None)

    def has_inbox(self) -> bool:
        return bool(self._rows("SELECT EXISTS (SELECT 1 FROM inbox)")[0][0])

    def cursor(self, name: str) -> str | None:
        found = self._rows("SELECT value FROM cursors WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def balances(self) -> list[BalanceRow]:
        rows = self._rows(f"SELECT {t.BALANCES.columns} FROM balances ORDER BY item, node, key")
        return [BalanceRow._make(row) for row in rows]

    def counts(self) -> dict[str, int]:
        counts = {
            f"{process}/{phase}": number
            for process, phase, number in self._rows(
                "SELECT process, phase, sum(instances) FROM tallies GROUP BY process, phase "
                "HAVING sum(instances) > 0 ORDER BY process, phase"
            )
        }
        counts["exceptions"] = self._rows("SELECT count(*) FROM exceptions WHERE state = 'open'")[0][0]
        counts["inbox"] = self._rows("SELECT count(*) FROM inbox")[0][0]
        counts["commands"] = self._rows(
            f"SELECT count(*) FROM commands WHERE {t.OPEN_COMMANDS} AND state <> 'sending'"
        )[0][0]
        return counts

    def instances(
        self, process: str, over: bool | None = None, after: bytes = b"", limit: int = 100
    ) -> list[InstanceRow]:
        rows = self._rows(
            f"{read.INSTANCE} WHERE i.id > ? AND i.process = ? AND coalesce(?, i.over) = i.over ORDER BY i.id LIMIT ?",
            after,
            process,
            over,
            limit,
        )
        return [read.instance(row) for row in rows]

    def close(self) -> None:
        self._connection.close()
