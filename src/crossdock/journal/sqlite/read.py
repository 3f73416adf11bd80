"""Reading many keys at a time: IN lists of a few sizes, so that SQLite's prepared statements are used again."""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

from crossdock.journal.records import InstanceRow
from crossdock.journal.tables import INSTANCE_FIELDS, Table, quoted

_SIZES = (1, 4, 16, 64, 256)
_MARKS = {size: ", ".join("?" * size) for size in _SIZES}

INSTANCE = (
    f"SELECT {quoted(INSTANCE_FIELDS, 'i.')}, d.document, i.last_n "
    "FROM instances i LEFT JOIN documents d ON d.id = i.id"
)
"""An instance's row, and the position of its last event behind it."""


def slices(keys: list[Any]) -> Iterator[list[Any]]:
    """The keys in lists of a few sizes; the last is filled up by repeating its last key."""
    for start in range(0, len(keys), _SIZES[-1]):
        some = keys[start : start + _SIZES[-1]]
        size = next(size for size in _SIZES if size >= len(some))
        yield some + some[-1:] * (size - len(some))


def marks(some: list[Any]) -> str:
    """The question marks of one slice."""
    return _MARKS[len(some)]


def rows_in(
    connection: sqlite3.Connection,
    table: Table,
    column: str,
    keys: Iterable[Any],
    order: str,
) -> list[Any]:
    """Rows of a table whose column holds one of the keys, each once. Ordered within a slice of 256 keys."""
    found: list[Any] = []
    make = table.row._make
    for some in slices(sorted(set(keys))):
        where_in = f'"{column}" IN ({marks(some)})'
        statement = f"SELECT {table.columns} FROM {table.name} WHERE {where_in} ORDER BY {order}"
        found.extend(map(make, connection.execute(statement, some)))
    return found


def instance(row: tuple[Any, ...]) -> InstanceRow:
    """An instance's row from INSTANCE, with its booleans as booleans."""
    return InstanceRow._make((*row[:7], bool(row[7]), bool(row[8]), *row[9:-1]))
