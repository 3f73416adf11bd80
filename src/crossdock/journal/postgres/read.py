"""Statements that read, shared by claims and readers."""

from crossdock.journal.postgres.arrays import Column
from crossdock.journal.tables import INSTANCE_FIELDS, Table, quoted

INSTANCE = (
    f"SELECT {quoted(INSTANCE_FIELDS, 'i.')}, d.document, i.last_n "
    "FROM instances i LEFT JOIN documents d ON d.id = i.id"
)
"""An instance's row, and the position of its last event behind it."""


def any_of(table: Table, column: str, keys: Column, order: str) -> str:
    """Rows of a table whose column holds one of the keys, which are the one parameter."""
    return f'SELECT {table.columns} FROM {table.name} WHERE "{column}" = ANY (%b::{keys.sql}) ORDER BY {order}'
