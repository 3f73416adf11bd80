"""Read-only questions to a PostgreSQL journal, on a connection of their own."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from crossdock.journal import tables as t
from crossdock.journal.postgres import read, server
from crossdock.journal.postgres.arrays import Blobs, Column, Integers, Texts
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
from crossdock.journal.tables import quoted

_EVENTS_AFTER = (
    f"SELECT {quoted(t.EVENTS.fields, 'e.')} FROM "
    "(SELECT p.partition, coalesce(c.n, 0) AS n FROM partitions p "
    "LEFT JOIN unnest(%b::int8[], %b::int8[]) AS c (partition, n) ON c.partition = p.partition) c "
    "CROSS JOIN LATERAL (SELECT *, row_number() OVER (ORDER BY n) AS place FROM "
    "(SELECT * FROM events e WHERE e.partition = c.partition AND e.n > c.n ORDER BY e.n LIMIT %b) e) e "
    # All partitions take turns, so that a busy one does not hold the others back.
    "ORDER BY e.place, e.partition LIMIT %b"
)
# From an instance's last event back along its chain, each step by key.
_EVENTS_OF = f"""
    WITH RECURSIVE chain(partition, n) AS (
        SELECT partition, last_n FROM instances WHERE id = ANY (%b::bytea[]) AND last_n > 0
        UNION ALL
        SELECT c.partition, e.prev FROM chain c CROSS JOIN LATERAL
            (SELECT prev FROM events e WHERE e.partition = c.partition AND e.n = c.n OFFSET 0) e WHERE e.prev > 0
    )
    SELECT {quoted(t.EVENTS.fields, "e.")} FROM chain c CROSS JOIN LATERAL
        (SELECT * FROM events e WHERE e.partition = c.partition AND e.n = c.n OFFSET 0) e
    ORDER BY e.partition, e.n LIMIT %b
"""
_NEXT_DUE = """
    SELECT min(least(
        (SELECT due_at FROM timers d WHERE d.partition = p.partition ORDER BY due_at LIMIT 1),
        (SELECT recheck_at FROM unmatched u WHERE u.partition = p.partition ORDER BY recheck_at LIMIT 1)
    )) FROM partitions p
"""
# OFFSET 0 has the planner look for the earlier one row by row, and the states in the negative keep it off the index of
# open commands, so that it looks by key: with statistics of an empty table it would choose otherwise.
_COMMANDS_DUE = (
    f"SELECT {t.COMMANDS.columns} FROM commands AS mine WHERE {t.OPEN_COMMANDS} AND state <> 'sending' "
    "AND system = %(system)b AND due_at <= %(now)b AND NOT EXISTS (SELECT 1 FROM commands AS earlier "
    "WHERE earlier.instance = mine.instance AND earlier.ordinal < mine.ordinal "
    "AND earlier.system = mine.system AND earlier.about = mine.about "
    "AND earlier.state NOT IN ('done', 'refused', 'abandoned') OFFSET 0) "
    "ORDER BY due_at, instance, ordinal LIMIT %(limit)b"
)


class PostgresReader:
    """Sees what was committed when each question is asked. A question that a broken connection loses is asked again."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: server.Session | None = None

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._asked(statement, values)

    def _asked(self, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
        with server.errors(self._url):
            if self._session is not None:
                try:
                    return self._session.run([(statement, values)])[0]
                except psycopg.OperationalError:
                    if not self._session.closed:
                        raise
                    self._session.close()
            self._session = None
            self._session = server.connect(self._url, read_only=True)
            return self._session.run([(statement, values)])[0]

    def _in(self, table: t.Table, column: str, keys: Column, order: str) -> list[Any]:
        return [table.row._make(row) for row in self._rows(read.any_of(table, column, keys, order), keys)]

    def instance(self, id: bytes) -> InstanceRow | None:
        found = self._rows(f"{read.INSTANCE} WHERE i.id = %b", id)
        return InstanceRow._make(found[0][:-1]) if found else None

    def find(self, value: str) -> list[IdentifierRow]:
        return self._in(t.IDENTIFIERS, "value", Texts([value]), "scheme, issuer, partition, instance, hash")

    def events_of(self, instances: Sequence[bytes], limit: int = 1000) -> list[EventRow]:
        rows = self._rows(_EVENTS_OF, _blobs(instances), limit)
        return [EventRow._make(row) for row in rows]

    def events_after(self, cursor: dict[int, int], limit: int) -> list[EventRow]:
        places = sorted(cursor.items())
        partitions, after = Integers([partition for partition, _ in places]), Integers([n for _, n in places])
        rows = self._rows(_EVENTS_AFTER, partitions, after, limit, limit)
        return sorted((EventRow._make(row) for row in rows), key=lambda row: row[:2])

    def identifiers_of(self, instances: Sequence[bytes]) -> list[IdentifierRow]:
        wanted = _blobs(instances)
        joined = self._rows("SELECT numbers FROM instances WHERE id = ANY (%b::bytea[]) ORDER BY id", wanted)
        hashes = [hash for (numbers,) in joined for hash in split_numbers(numbers)]
        rows = self._in(t.IDENTIFIERS, "hash", _blobs(hashes), "instance, scheme, issuer, value")
        return [row for row in rows if row.instance in set(wanted.values)]

    def commands_of(self, instances: Sequence[bytes]) -> list[CommandRow]:
        return self._in(t.COMMANDS, "instance", _blobs(instances), "instance, ordinal")

    def timers_of(self, instances: Sequence[bytes]) -> list[TimerRow]:
        return self._in(t.TIMERS, "instance", _blobs(instances), "due_at, instance, name")

    def exceptions(self, state: str = "open", instances: Sequence[bytes] | None = None) -> list[ExceptionRow]:
        order = "first_at, partition, instance, cause"
        if instances is not None:
            found = self._in(t.EXCEPTIONS, "instance", _blobs(instances), order)
            return [row for row in found if state in ("", row.state)]
        # The index covers open ones; a generic plan uses it only where the statement says so itself.
        where = "state = 'open' AND %b = 'open'" if state == "open" else "%b IN (state, '')"
        rows = self._rows(f"SELECT {t.EXCEPTIONS.columns} FROM exceptions WHERE {where} ORDER BY {order}", state)
        return [ExceptionRow._make(row) for row in rows]

    def reply(self, dedupe: bytes) -> ReplyRow | None:
        return next(iter(self._in(t.REPLIES, "dedupe", Blobs([dedupe]), "dedupe")), None)

    def payload(self, dedupe: bytes) -> PayloadRow | None:
        return next(iter(self._in(t.PAYLOADS, "dedupe", Blobs([dedupe]), "dedupe")), None)

    def commands_due(self, system: str, now: int, limit: int) -> list[CommandRow]:
        rows = self._asked(_COMMANDS_DUE, {"system": system, "now": now, "limit": limit})
        return [CommandRow._make(row) for row in rows]

    def commands_next_due(self, system: str, now: int) -> int | None:
        # Not min(), which the planner may take for a sum over all that are open.
        found = self._rows(
            f"SELECT due_at FROM commands WHERE {t.OPEN_COMMANDS} AND state <> 'sending' "
            "AND system = %b AND due_at > %b ORDER BY due_at LIMIT 1",
            system,
            now,
        )
        return int(found[0][0]) if found else None

    def commands_sending(self, worker: str = "") -> list[CommandRow]:
        rows = self._rows(
            f"SELECT {t.COMMANDS.columns} FROM commands WHERE {t.OPEN_COMMANDS} AND state = 'sending' "
            "AND %b IN ('', worker) ORDER BY changed_at, instance, ordinal",
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
        [(due,)] = self._rows(_NEXT_DUE)
        return None if due is None else int(due)

    def has_inbox(self) -> bool:
        return bool(self._rows("SELECT EXISTS (SELECT 1 FROM inbox)")[0][0])

    def cursor(self, name: str) -> str | None:
        found = self._rows("SELECT value FROM cursors WHERE name = %b", name)
        return str(found[0][0]) if found else None

    def balances(self) -> list[BalanceRow]:
        rows = self._rows(f"SELECT {t.BALANCES.columns} FROM balances WHERE item <> '' ORDER BY item, node, key")
        return [BalanceRow._make(row) for row in rows]

    def counts(self) -> dict[str, int]:
        counts = {
            f"{process}/{phase}": int(number)
            for process, phase, number in self._rows(
                "SELECT process, phase, sum(instances)::int8 FROM tallies GROUP BY process, phase "
                "HAVING sum(instances) > 0 ORDER BY process, phase"
            )
        }
        [totals] = self._rows(
            "SELECT (SELECT count(*) FROM exceptions WHERE state = 'open'), (SELECT count(*) FROM inbox), "
            f"(SELECT count(*) FROM commands WHERE {t.OPEN_COMMANDS} AND state <> 'sending')"
        )
        return counts | dict(zip(("exceptions", "inbox", "commands"), totals, strict=True))

    def instances(
        self, process: str, over: bool | None = None, after: bytes = b"", limit: int = 100
    ) -> list[InstanceRow]:
        rows = self._rows(
            f"{read.INSTANCE} WHERE i.id > %b AND i.process = %b AND coalesce(%b::bool, i.over) = i.over "
            "ORDER BY i.id LIMIT %b",
            after,
            process,
            over,
            limit,
        )
        return [InstanceRow._make(row[:-1]) for row in rows]

    def close(self) -> None:
        if self._session is not None:
            self._session.close()


def _blobs(keys: Sequence[bytes]) -> Blobs:
    return Blobs(sorted(set(keys)))
