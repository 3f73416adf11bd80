"""A claim: some partitions, locked within the worker's open transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from crossdock.journal import tables as t
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.first import only_first
from crossdock.journal.fresh import Fresh
from crossdock.journal.postgres import read
from crossdock.journal.postgres.arrays import Blobs, Column, Integers, Texts
from crossdock.journal.postgres.server import Answers, Session
from crossdock.journal.postgres.write import write_step
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
from crossdock.journal.tables import quoted

# The partitions with work, oldest message first, as many as hold about `limit` messages; those that another worker
# holds are skipped. What is due without messages goes first: it is little.
LOCK = """
    WITH work AS MATERIALIZED (
        SELECT p.partition, m.oldest, m.messages,
            EXISTS (SELECT 1 FROM timers d WHERE d.partition = p.partition AND d.due_at <= %(now)s)
            OR EXISTS (SELECT 1 FROM unmatched u WHERE u.partition = p.partition AND u.recheck_at <= %(now)s) AS due
        FROM partitions p CROSS JOIN LATERAL (
            SELECT min(seq) AS oldest, count(*) AS messages FROM
                (SELECT i.seq FROM inbox i WHERE i.partition = p.partition ORDER BY i.seq LIMIT %(sample)s) i
        ) m
    )
    SELECT p.partition, p.next_n
    FROM partitions p JOIN work w ON w.partition = p.partition
    WHERE w.oldest IS NOT NULL OR w.due OR p.partition = ANY (%(wanted)s::int8[])
    ORDER BY w.oldest NULLS FIRST, p.partition
    LIMIT (SELECT greatest(1, ceil(%(limit)s / greatest(avg(messages), 1)))::int8 FROM work WHERE messages > 0 OR due)
    FOR UPDATE OF p SKIP LOCKED
"""
_SAMPLES = 8  # partitions are counted up to this part of the limit, so that a long backlog is not counted through

_MESSAGES = (
    f"SELECT {quoted(t.INBOX.fields, 'm.')} FROM unnest(%b::int8[]) AS p (partition) CROSS JOIN LATERAL "
    "(SELECT * FROM inbox i WHERE i.partition = p.partition ORDER BY i.seq LIMIT %b) m ORDER BY m.seq LIMIT %b"
)
_TIMERS = (
    f"SELECT {quoted(t.TIMERS.fields, 'd.')} FROM unnest(%b::int8[]) AS p (partition) CROSS JOIN LATERAL "
    "(SELECT * FROM timers d WHERE d.partition = p.partition AND d.due_at <= %b ORDER BY d.due_at LIMIT %b) d "
    "ORDER BY d.due_at, d.partition, d.instance, d.name LIMIT %b"
)
_RECHECKS = (
    f"SELECT {quoted(t.UNMATCHED.fields, 'u.')} FROM unmatched u WHERE u.partition = ANY (%b::int8[]) "
    "AND u.recheck_at <= %b AND NOT EXISTS (SELECT 1 FROM unmatched o "
    "WHERE o.event = u.event AND o.hash < u.hash AND o.recheck_at <= %b) "
    "ORDER BY u.recheck_at, u.event LIMIT %b FOR UPDATE OF u SKIP LOCKED"
)
_NEW_BALANCES = (
    "INSERT INTO balances (key, item, node, on_hand, reserved, counted_at) "
    "SELECT k.key, '', '', 0, 0, 0 FROM unnest(%b::bytea[]) AS k (key) "
    "WHERE NOT EXISTS (SELECT 1 FROM balances b WHERE b.key = k.key) ORDER BY k.key ON CONFLICT DO NOTHING"
)
_NEW_CUSTOMERS = (
    "INSERT INTO customers (customer) SELECT k.customer FROM unnest(%b::text[]) AS k (customer) "
    "WHERE NOT EXISTS (SELECT 1 FROM customers c WHERE c.customer = k.customer) "
    "ORDER BY k.customer ON CONFLICT DO NOTHING"
)
_LOCK_CUSTOMERS = "SELECT customer FROM customers WHERE customer = ANY (%b::text[]) ORDER BY customer FOR UPDATE"


def lock_values(now: int, limit: int, wanted: Iterable[int] = ()) -> dict[str, object]:
    """The parameters of LOCK. `wanted` partitions are locked also without work in the journal."""
    return {"now": now, "limit": limit, "sample": max(8, limit // _SAMPLES), "wanted": Integers(sorted(set(wanted)))}


class PostgresClaim:
    """Reads and one write within a transaction that the store has begun."""

    def __init__(
        self,
        session: Session,
        next_n: dict[int, int],
        now: int,
        limit: int,
        end: Callable[[Callable[[], Receipt] | None], Receipt],
        guard: Callable[[Callable[[], Answers]], Answers],
        fresh: Fresh | None = None,
    ) -> None:
        """`end` commits what the function writes, or rolls back where there is none; `guard` ends it on errors."""
        self._session = session
        self._end = end
        self._guard = guard
        self._known: dict[bytes, Known | None] = {}
        self.next_n = next_n
        self._fresh = fresh or Fresh((), {})
        held = Integers(sorted(next_n))
        most = max(1, 2 * limit // max(1, len(next_n)))
        found = self._ask(
            (_MESSAGES, [held, most, limit]),
            (_TIMERS, [held, now, limit, limit]),
            (_RECHECKS, [held, now, now, limit]),
        )
        messages = [InboxRow._make(row) for row in found[0]]
        timers = [TimerRow._make(row) for row in found[1]]
        rechecks = [UnmatchedRow._make(row) for row in found[2]]
        if limit == 1:
            messages, timers, rechecks = only_first(messages, timers, rechecks)
        if len(messages) < limit:
            waiting = Counter(row.partition for row in messages)
            self._fresh.take({place for place in next_n if waiting[place] < most}, limit - len(messages))
        self.messages: Sequence[InboxRow] = [*messages, *self._fresh.taken]
        self.timers: Sequence[TimerRow] = timers
        self.rechecks: Sequence[UnmatchedRow] = rechecks

    def _ask(self, *statements: tuple[str, Sequence[Any]]) -> Answers:
        return self._guard(lambda: self._session.run(statements))

    def _in(self, table: t.Table, column: str, keys: Column, order: str, lock: str = "") -> list[Any]:
        [found] = self._ask((read.any_of(table, column, keys, order) + lock, [keys]))
        return [table.row._make(row) for row in found]

    def payloads(self, dedupes: Iterable[bytes]) -> dict[bytes, PayloadRow]:
        known = self._fresh.payloads
        wanted = set(dedupes)
        found = {dedupe: known[dedupe] for dedupe in wanted & known.keys()}
        if len(found) < len(wanted):
            rows = self._in(t.PAYLOADS, "dedupe", _blobs(wanted - known.keys()), "dedupe")
            found.update((row.dedupe, row) for row in rows)
        return found

    def instances(self, ids: Iterable[bytes]) -> dict[bytes, InstanceRow]:
        wanted = _blobs(ids)
        [found] = self._ask((f"{read.INSTANCE} WHERE i.id = ANY (%b::bytea[]) ORDER BY i.id", [wanted]))
        instances = {row[1]: InstanceRow._make(row[:-1]) for row in found}
        self._known.update(dict.fromkeys(wanted.values))
        self._known.update(
            (row[1], Known(instances[row[1]].process, instances[row[1]].phase, row[-1])) for row in found
        )
        return instances

    def find(self, hashes: Iterable[bytes]) -> dict[bytes, list[IdentifierRow]]:
        found: dict[bytes, list[IdentifierRow]] = {}
        for row in self._in(t.IDENTIFIERS, "hash", _blobs(hashes), "hash, partition, instance"):
            found.setdefault(row.hash, []).append(row)
        return found

    def unmatched(self, hashes: Iterable[bytes]) -> list[UnmatchedRow]:
        # A row that another claim rechecks just now is left to it, and to the recheck after that.
        return self._in(t.UNMATCHED, "hash", _blobs(hashes), "hash, event", " FOR UPDATE SKIP LOCKED")

    def commands(self, instances: Iterable[bytes]) -> dict[tuple[bytes, int], CommandRow]:
        rows = self._in(t.COMMANDS, "instance", _blobs(instances), "instance, ordinal")
        return {(row.instance, row.ordinal): row for row in rows}

    def balances(self, keys: Iterable[bytes]) -> dict[bytes, BalanceRow]:
        wanted = _blobs(keys)
        # A balance that nobody has written yet is locked as an empty row, which is not told.
        _, found = self._ask(
            (_NEW_BALANCES, [wanted]), (read.any_of(t.BALANCES, "key", wanted, "key") + " FOR UPDATE", [wanted])
        )
        rows = map(BalanceRow._make, found)
        return {row.key: row for row in rows if row.item}

    def reservations(self, keys: Iterable[bytes]) -> list[ReservationRow]:
        return self._in(t.RESERVATIONS, "key", _blobs(keys), "at DESC, key, instance, line")

    def movements_known(self, references: Iterable[bytes]) -> set[bytes]:
        statement = "SELECT reference FROM movements WHERE reference = ANY (%b::bytea[]) ORDER BY reference"
        [found] = self._ask((statement, [_blobs(references)]))
        return {reference for (reference,) in found}

    def moved_since(self, key: bytes, at: int) -> int:
        [[(moved,)]] = self._ask(
            (
                "SELECT coalesce(sum(quantity), 0)::int8 FROM movements "
                "WHERE key = %b AND at > %b AND reason = 'shipment'",
                [key, at],
            )
        )
        return int(moved)

    def stock_waits(self, items: Iterable[str]) -> list[StockWaitRow]:
        return self._in(t.STOCK_WAITS, "item", Texts(sorted(set(items))), "since, item, instance")

    def credit(self, customers: Iterable[str]) -> dict[str, list[CreditRow]]:
        found: dict[str, list[CreditRow]] = {customer: [] for customer in sorted(set(customers))}
        wanted = Texts(list(found))
        asked = read.any_of(t.CREDIT, "customer", wanted, 'customer, "order"'), [wanted]
        for row in self._ask(*self._locking(wanted), asked)[-1]:
            found[row[0]].append(CreditRow._make(row))
        return found

    def credit_of(self, orders: Iterable[str]) -> dict[str, CreditRow]:
        wanted = Texts(sorted(set(orders)))
        rows = self._in(t.CREDIT, "order", wanted, '"order", customer DESC')
        if not rows:
            return {}
        self._ask(*self._locking(Texts(sorted({row.customer for row in rows}))))
        # Read again under the lock: what another worker wrote meanwhile is there now.
        return {row.order: row for row in self._in(t.CREDIT, "order", wanted, '"order", customer DESC')}

    def _locking(self, customers: Texts) -> tuple[tuple[str, list[Texts]], ...]:
        """Statements that lock customers in their order, also those that nobody has written yet."""
        return (_NEW_CUSTOMERS, [customers]), (_LOCK_CUSTOMERS, [customers])

    def exceptions(self, instances: Iterable[bytes]) -> list[ExceptionRow]:
        return self._in(t.EXCEPTIONS, "instance", _blobs(instances), "instance, cause, partition")

    def commit(self, batch: Batch) -> Receipt:
        return self._end(lambda: write_step(self._session, self._fresh.after(batch), self.next_n, self._known))

    def release(self) -> None:
        self._end(None)


def _blobs(keys: Iterable[bytes]) -> Blobs:
    return Blobs(sorted(set(keys)))
