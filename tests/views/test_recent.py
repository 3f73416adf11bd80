"""The latest orders, read backwards from the journal's end: none is skipped, none comes twice."""

from typing import cast

import pytest

from crossdock.journal.records import EventRow, InstanceRow
from crossdock.journal.store import Reader
from crossdock.views.recent import ends, recent


class Journal:
    """Events by partition, and for each instance when it changed last."""

    def __init__(self, partitions: int) -> None:
        self.partitions = partitions
        self.events: dict[int, list[EventRow]] = {p: [] for p in range(partitions)}
        self.rows: dict[bytes, InstanceRow] = {}
        self.reads = 0

    def happen(self, key: str, at: int, process: str = "order_to_cash") -> None:
        id = key.encode().ljust(16, b"\0")
        partition = sum(key.encode()) % self.partitions
        log = self.events[partition]
        log.append(EventRow(partition, len(log) + 1, id, "T", 1, "s", "c", at, at, b"{}"))
        self.rows[id] = InstanceRow(partition, id, process, key, 1, 1, "open", False, False, 1, at, b"{}", None)

    def events_after(self, cursor: dict[int, int], limit: int) -> list[EventRow]:
        self.reads += 1
        logs = [self.events[p][cursor.get(p, 0) :] if cursor.get(p, 0) < 2**40 else [] for p in self.events]
        turns = [log[turn] for turn in range(max(map(len, logs), default=0)) for log in logs if turn < len(log)]
        return sorted(turns[:limit], key=lambda row: row[:2])

    def instance(self, id: bytes) -> InstanceRow | None:
        return self.rows.get(id)


def pages(journal: Journal, limit: int) -> list[list[str]]:
    found, before = [], None
    while True:
        page = recent(cast(Reader, journal), journal.partitions, limit, before)
        found.append([row.key for row in page.orders])
        if page.older is None:
            return found
        before = page.older


@pytest.mark.parametrize("partitions", [1, 7])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 255, 256, 257, 1000])
def test_the_end_of_each_partition_is_found_by_halving(partitions: int, count: int) -> None:
    journal = Journal(partitions)
    for n in range(count):
        journal.happen(f"o{n}", n)
    assert ends(cast(Reader, journal), partitions) == {p: len(log) for p, log in journal.events.items()}
    assert journal.reads <= 2 * count.bit_length() + 2


@pytest.mark.parametrize("partitions", [1, 7])
def test_every_order_stands_once_by_its_last_change(partitions: int) -> None:
    journal = Journal(partitions)
    for n in range(900):
        journal.happen(f"o{n * 37 % 211}", n)
        journal.happen(f"f{n}", n, "fulfillment")
    expected = sorted((row for row in journal.rows.values() if row.process == "order_to_cash"), key=_changed)
    found = [key for page in pages(journal, 50) for key in page]
    assert found == [row.key for row in expected]


def _changed(row: InstanceRow) -> int:
    return -row.changed_at


def test_pages_are_full_until_the_last() -> None:
    journal = Journal(1)
    for n in range(120):
        journal.happen(f"o{n}", n)
    assert [len(page) for page in pages(journal, 50)] == [50, 50, 20]


def test_what_changes_while_somebody_reads_on_is_on_the_first_page_then() -> None:
    journal = Journal(1)
    for n in range(100):
        journal.happen(f"o{n}", n)
    first = recent(cast(Reader, journal), 1, 50)
    journal.happen("o3", 1000)
    assert first.older is not None
    second = recent(cast(Reader, journal), 1, 100, first.older)
    assert "o3" not in [row.key for row in second.orders]
    assert recent(cast(Reader, journal), 1, 1).orders[0].key == "o3"


def test_an_empty_journal_has_no_orders() -> None:
    assert recent(cast(Reader, Journal(3)), 3, 50) == ([], None)
