"""Open orders in bulk: one real order, taken through the production engine until it waits for its warehouse, and then
copied under other numbers through the store's own port, with all its rows: payload, events, both instances and their
documents, commands, alarms, numbers, reservation and credit."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from benchmarks._plain_orders import Bench, order
from benchmarks._systems import item
from benchmarks._watched import Stopwatch
from crossdock.journal import tables as t
from crossdock.journal.batch import Batch, Intake
from crossdock.journal.open import open_store
from crossdock.journal.records import (
    EVENT,
    BalanceRow,
    IdentifierRow,
    InboxRow,
    InstanceRow,
    hash16,
    instance_id,
    partition_of,
)
from crossdock.journal.sqlite import read
from crossdock.journal.sqlite.store import SqliteStore
from crossdock.journal.store import Store
from crossdock.model.identifiers import Identifier
from crossdock.runtime.routing import number_hash
from crossdock.runtime.stock import balance_key

SAMPLE = 7_777_777
"""A number that stands for nothing else in any row."""
BATCH = 500
ORDERS_A_CUSTOMER = 20
_COPIED = (t.EVENTS, t.COMMANDS, t.TIMERS, t.IDENTIFIERS, t.RESERVATIONS, t.CREDIT)
_HOUR = 3_600_000_000


class Sample:
    """The rows of one order at rest."""

    def __init__(self, store: SqliteStore) -> None:
        connection = store._connection
        self.payloads = [t.PAYLOADS.row._make(row) for row in _all(connection, t.PAYLOADS) if row[2] == "api"]
        self.instances: list[InstanceRow] = [read.instance(row) for row in connection.execute(read.INSTANCE)]
        self.rows = {table.name: [table.row._make(row) for row in _all(connection, table)] for table in _COPIED}
        ids = {row.id for row in self.instances}
        self.rows["events"] = [row for row in self.rows["events"] if row.instance in ids]
        [self.sale] = {row.value for row in self.rows["identifiers"] if row.scheme == "sale"}
        self.customer = self.rows["credit"][0].customer
        self.item = self.rows["reservations"][0].item
        self.node = self.rows["reservations"][0].node
        self.quantity = self.rows["reservations"][0].quantity

    def count(self) -> dict[str, int]:
        """Rows of an order by table."""
        return {"payloads": 1, "instances": len(self.instances)} | {name: len(rows) for name, rows in self.rows.items()}


def _all(connection: Any, table: t.Table) -> list[Any]:
    found: list[Any] = connection.execute(f"SELECT {table.columns} FROM {table.name}").fetchall()
    return found


async def _wait_for_warehouse(path: Path) -> Sample:
    store = open_store(f"sqlite:///{path}")
    assert isinstance(store, SqliteStore)
    async with AsyncExitStack() as stack:
        bench = Bench(store, Stopwatch(), first=SAMPLE)
        await bench.start(stack, "b", follow=False)
        placing = asyncio.create_task(bench.orders.play(1, 1))
        stack.callback(placing.cancel)
        reader = store.reader()
        stack.callback(reader.close)
        while True:
            await asyncio.sleep(0.05)
            commands = reader.commands_of([row.id for row in reader.instances("fulfillment")])
            if commands and all(row.state == "done" for row in commands):
                break
    sample = Sample(store)
    store.close()
    return sample


def sample() -> Sample:
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
        return asyncio.run(_wait_for_warehouse(Path(folder) / "sample.db"))


class Copier:
    """Writes copies of a sample into an empty journal."""

    def __init__(self, sample: Sample, store: Store, orders: int) -> None:
        self._sample = sample
        self._store = store
        self._orders = orders
        self._customers = max(1, orders // ORDERS_A_CUSTOMER)
        self._reserved: Counter[str] = Counter()
        self._known = (order(SAMPLE).number, sample.sale, sample.customer, sample.item)
        self._pattern = re.compile(b"|".join(re.escape(part.encode()) for part in self._known))

    def run(self) -> None:
        for start in range(0, self._orders, BATCH):
            last = start + BATCH >= self._orders
            self._write(range(start, min(start + BATCH, self._orders)), last)

    def _write(self, numbers: Sequence[int], last: bool) -> None:
        """A claim is had for messages only, so each partition gets one, that this very batch consumes."""
        store = self._store
        batch = Batch(inbox=[
            InboxRow(n, 0, EVENT, 1, b"", "Bulk", "bench", "", 0, 1, b"") for n in range(store.partitions)
        ])  # fmt: skip
        store.commit(batch)
        claim = store.claim(1, 1_000_000)
        assert claim is not None
        assert len(claim.next_n) == store.partitions
        self._next = dict(claim.next_n)
        written = Batch(consumed=[(row.partition, row.seq) for row in claim.messages])
        for n in numbers:
            self._copy(written, n)
        if last:
            for name, quantity in sorted(self._reserved.items()):
                node = self._sample.node
                written.balances.append(BalanceRow(balance_key(name, node), name, node, 10**12, quantity, 0))
        claim.commit(written)

    def _copy(self, batch: Batch, n: int) -> None:
        sample, number = self._sample, f"PL-{n:08d}"
        told = (number, f"SL{n:08d}", f"C-{n % self._customers:03d}", item(n))
        self._words = dict(zip((part.encode() for part in self._known), (part.encode() for part in told), strict=True))
        key = f"api/{number}"
        partition = partition_of(key, self._store.partitions)
        ids = {row.id: instance_id(row.process, self._text(row.key)) for row in sample.instances}
        for payload in sample.payloads:
            mine = payload._replace(dedupe=hash16("bulk", number), partition=partition, message_id=key)
            batch.intake.append(Intake(mine._replace(body=self._bytes(payload.body)), None))
        for row in sample.instances:
            document = None if row.document is None else self._bytes(row.document)
            copy = row._replace(partition=partition, id=ids[row.id], key=self._text(row.key))
            batch.instances.append(copy._replace(state=self._bytes(row.state), document=document))
        for event in sample.rows["events"]:
            position = self._next[partition]
            self._next[partition] += 1
            fact = event._replace(partition=partition, n=position, instance=ids[event.instance])
            batch.events.append(fact._replace(body=self._bytes(event.body)))
        for command in sample.rows["commands"]:
            done = command._replace(partition=partition, instance=ids[command.instance])
            batch.commands.append(done._replace(body=self._bytes(command.body)))
        for timer in sample.rows["timers"]:
            due = timer.due_at + 24 * _HOUR + n % 1000 * 1_000_000
            batch.timers.append(timer._replace(partition=partition, instance=ids[timer.instance], due_at=due))
        batch.identifiers += [self._identifier(row, ids, partition) for row in sample.rows["identifiers"]]
        for held in sample.rows["reservations"]:
            self._reserved[item(n)] += held.quantity
            mine = held._replace(instance=ids[held.instance], partition=partition, order=key)
            batch.reservations.append(mine._replace(key=balance_key(item(n), held.node), item=item(n)))
        for credit in sample.rows["credit"]:
            batch.credit.append(credit._replace(customer=self._text(credit.customer), order=key, reference=key))

    def _identifier(self, row: IdentifierRow, ids: dict[bytes, bytes], partition: int) -> IdentifierRow:
        process = next(each.process for each in self._sample.instances if each.id == row.instance)
        value = self._text(row.value)
        number = Identifier(row.scheme, value, row.issuer)  # type: ignore[arg-type]  # as it was read
        hash = number_hash(process, number)
        return row._replace(hash=hash, partition=partition, instance=ids[row.instance], value=value)

    def _bytes(self, body: bytes) -> bytes:
        return self._pattern.sub(lambda found: self._words[found[0]], body)

    def _text(self, text: str) -> str:
        return self._bytes(text.encode()).decode()
