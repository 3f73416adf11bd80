"""A system's own record of what happened in it, append-only, in the words of its trade: numbers, items,
quantities."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

ZERO = Decimal(0)


class Row(NamedTuple):
    """One effect. `channel` and `order` are the order's number as the customer says it and who issued it;
    `line` the
    placer's own line; `document` the number that this system gave, `other` the number of another system that
    it knows."""

    at: datetime
    system: str
    kind: str
    channel: str = ""
    order: str = ""
    line: str = ""
    item: str = ""
    quantity: Decimal = ZERO
    amount: Decimal = ZERO
    document: str = ""
    other: str = ""
    note: str = ""


class Ledger:
    """Rows in the order in which they happened."""

    def __init__(self, system: str) -> None:
        self.system = system
        self._rows: list[Row] = []

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def since(self, n: int) -> list[Row]:
        """Rows behind the first `n`."""
        return self._rows[n:]

    def __len__(self) -> int:
        return len(self._rows)

    def note(
        self,
        at: datetime,
        kind: str,
        order: tuple[str, str] = ("", ""),
        *,
        line: str = "",
        item: str = "",
        quantity: Decimal = ZERO,
        amount: Decimal = ZERO,
        document: str = "",
        other: str = "",
        note: str = "",
    ) -> None:
        """Append a row; `order` is its channel and number."""
        self._rows.append(Row(at, self.system, kind, *order, line, item, quantity, amount, document, other, note))


def write_csv(rows: Iterable[Row], path: Path) -> None:
    """One ledger as CSV with a header: instants in UTC, numbers without exponent."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(Row._fields)
        for row in rows:
            out.writerow(_plain(value) for value in row)


def read_csv(path: Path) -> list[Row]:
    """The rows of a ledger that `write_csv` wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_row(record) for record in csv.DictReader(file)]


def _row(record: dict[str, str]) -> Row:
    words = {name: record[name] for name in Row._fields if name not in ("at", "quantity", "amount")}
    at = datetime.fromisoformat(record["at"])
    return Row(at, quantity=Decimal(record["quantity"]), amount=Decimal(record["amount"]), **words)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
