"""A claim: the one partition, held within the writer's open transaction."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from crossdock.journal import tables as t
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.first import only_first
from crossdock.journal.fresh import Fresh
from crossdock.journal.records import (
    BalanceRow,
    CommandRow,
    CreditRow,
    ExceptionRow,
    IdentifierRow,
    InboxRow,
    InstanceRow,
    PayloadRow,
    ReservationRow,
    StockWaitRow,
    TimerRow,
    UnmatchedRow,
)
from crossdock.journal.rows import Known
from crossdock.journal.sqlite import read
from crossdock.journal.sqlite.write import write_step

HAS_WORK = (
    "SELECT EXISTS (SELECT 1 FROM inbox) OR EXISTS (SELECT 1 FROM timers WHERE due_at <= :now) "
    "OR EXISTS (SELECT 1 FROM unmatched WHERE recheck_at <= :now)"
)
_MESSAGES = f"SELECT {t.INBOX.columns} FROM inbox ORDER BY seq LIMIT ?"
_TIMERS = f"SELECT {t.TIMERS.columns} FROM timers WHERE due_at <= ? ORDER BY due_at, instance, name LIMIT ?"
_RECHECKS = (
    f"SELECT {t.UNMATCHED.columns} FROM unmatched u WHERE recheck_at <= :now AND NOT EXISTS ("
    "SELECT 1 FROM unmatched o WHERE o.event = u.event AND o.hash < u.hash AND o.recheck_at <= :now) "
    "ORDER BY recheck_at, event LIMIT :most"
)


class SqliteClaim:
    """Reads and one write within a transaction that the store has begun."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        now: int,
        limit: int,
        end: Callable[[Callable[[], Receipt] | None], Receipt],
        fresh: Fresh | None = None,
    ) -> None:
        """`end` commits what the function writes, or rolls back where there is none."""
        self._connection = connection
        self._fresh = fresh or Fresh((), {})
        self._end = end
        self._known: dict[bytes, Known | None] = {}
        execute = connection.execute
        self.next_n: dict[int, int] = dict(execute("SELECT partition, next_n FROM partitions ORDER BY partition"))
        messages = [InboxRow._make(row) for row in execute(_MESSAGES, (limit,))]
        timers = [TimerRow._make(row) for row in execute(_TIMERS, (now, limit))]
        rechecks = [UnmatchedRow._make(row) for row in execute(_RECHECKS, {"now": now, "most": limit})]
        if limit == 1:
            messages, timers, rechecks = only_first(messages, timers, rechecks)
        if len(messages) < limit:
            self._fresh.take(self.next_n, limit - len(messages))
        self.messages: Sequence[InboxRow] = [*messages, *self._fresh.taken]
        self.timers: Sequence[TimerRow] = timers
        self.rechecks: Sequence[UnmatchedRow] = rechecks

    def payloads(self, dedupes: Iterable[bytes]) -> dict[bytes, PayloadRow]:
        known = self._fresh.payloads
        wanted = set(dedupes)
        found: list[PayloadRow] = read.rows_in(
            self._connection, t.PAYLOADS, "dedupe", wanted - known.keys(), "dedupe"
        )  # fmt: skip
        return {dedupe: known[dedupe] for dedupe in wanted & known.keys()} | {row.dedupe: row for row in found}

    def instances(self, ids: Iterable[bytes]) -> dict[bytes, InstanceRow]:
        found: dict[bytes, InstanceRow] = {}
        wanted = sorted(set(ids))
        self._known.update(dict.fromkeys(wanted))
        for some in read.slices(wanted):
            statement = f"{read.INSTANCE} WHERE i.id IN ({read.marks(some)}) ORDER BY i.id"
            for row in self._connection.execute(statement, some):
                held = found[row[1]] = read.instance(row)
                self._known[held.id] = Known(held.process, held.phase, row[-1])
        return found

    def find(self, hashes: Iterable[bytes]) -> dict[bytes, list[IdentifierRow]]:
        rows: list[IdentifierRow] = read.rows_in(
            self._connection, t.IDENTIFIERS, "hash", hashes, "hash, partition, instance"
        )
        found: dict[bytes, list[IdentifierRow]] = {}
        for row in rows:
            found.setdefault(row.hash, []).append(row)
        return found

    def unmatched(self, hashes: Iterable[bytes]) -> list[UnmatchedRow]:
        found: list[UnmatchedRow] = read.rows_in(self._connection, t.UNMATCHED, "hash", hashes, "hash, event")
        return found

    def commands(self, instances: Iterable[bytes]) -> dict[tuple[bytes, int], CommandRow]:
        rows: list[CommandRow] = read.rows_in(self._connection, t.COMMANDS, "instance", instances, "instance, ordinal")
        return {(row.instance, row.ordinal): row for row in rows}

    def balances(self, keys: Iterable[bytes]) -> dict[bytes, BalanceRow]:
        rows: list[BalanceRow] = read.rows_in(self._connection, t.BALANCES, "key", keys, "key")
        return {row.key: row for row in rows}

    def reservations(self, keys: Iterable[bytes]) -> list[ReservationRow]:
        found: list[ReservationRow] = read.rows_in(
            self._connection, t.RESERVATIONS, "key", keys, "at DESC, key, instance, line"
        )
        found.sort(key=lambda row: (-row.at, row.key, row.instance, row.line))
        return found

    def movements_known(self, references: Iterable[bytes]) -> set[bytes]:
        known: set[bytes] = set()
        for some in read.slices(sorted(set(references))):
            statement = f"SELECT reference FROM movements WHERE reference IN ({read.marks(some)}) ORDER BY reference"
            known.update(reference for (reference,) in self._connection.execute(statement, some))
        return known

    def moved_since(self, key: bytes, at: int) -> int:
        (moved,) = self._connection.execute(
            "SELECT coalesce(sum(quantity), 0) FROM movements WHERE key = ? AND at > ? AND reason = 'shipment'",
            (key, at),
        ).fetchone()
        return int(moved)

    def stock_waits(self, items: Iterable[str]) -> list[StockWaitRow]:
        found: list[StockWaitRow] = read.rows_in(
            self._connection, t.STOCK_WAITS, "item", items, "since, item, instance"
        )
        found.sort(key=lambda row: (row.since, row.item, row.instance))
        return found

    def credit(self, customers: Iterable[str]) -> dict[str, list[CreditRow]]:
        found: dict[str, list[CreditRow]] = {customer: [] for customer in sorted(set(customers))}
        for row in read.rows_in(self._connection, t.CREDIT, "customer", found, 'customer, "order"'):
            found[row.customer].append(row)
        return found

    def credit_of(self, orders: Iterable[str]) -> dict[str, CreditRow]:
        rows: list[CreditRow] = read.rows_in(self._connection, t.CREDIT, "order", orders, '"order", customer DESC')
        return {row.order: row for row in rows}

    def exceptions(self, instances: Iterable[bytes]) -> list[ExceptionRow]:
        found: list[ExceptionRow] = read.rows_in(
            self._connection, t.EXCEPTIONS, "instance", instances, "instance, cause, partition"
        )
        return found

    def commit(self, batch: Batch) -> Receipt:
        return self._end(lambda: write_step(self._connection, self._fresh.after(batch), self.next_n, self._known))

    def release(self) -> None:
        self._end(None)
