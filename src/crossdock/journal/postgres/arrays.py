"""Columns of a batch as PostgreSQL arrays in binary form (src/include/utils/array.h; array_send).

One parameter a column instead of one a value: psycopg's own list dumper looks at each value, which costs as much as
the insert itself.
"""

import struct
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from psycopg import adapt, pq

from crossdock.journal.tables import Table

_HEADER = struct.Struct(">iiIii")  # dimensions, has nulls, element's oid, length, lower bound


class Column(ABC):
    """The values of one column, all of one type."""

    sql: ClassVar[str]
    oid: ClassVar[int]
    element: ClassVar[int]
    __slots__ = ("values",)

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    @abstractmethod
    def packed(self) -> Iterable[bytes]:
        """Each value with its length in front."""


class Integers(Column):
    sql, oid, element = "int8[]", 1016, 20
    __slots__ = ()

    def packed(self) -> Iterable[bytes]:
        count = len(self.values)
        interleaved: list[int] = [8] * (2 * count)
        interleaved[1::2] = self.values
        return (struct.pack(">" + "iq" * count, *interleaved),)


class Booleans(Column):
    sql, oid, element = "bool[]", 1000, 16
    __slots__ = ()

    def packed(self) -> Iterable[bytes]:
        return (b"\0\0\0\1\1" if value else b"\0\0\0\1\0" for value in self.values)


class Blobs(Column):
    sql, oid, element = "bytea[]", 1001, 17
    __slots__ = ()

    def packed(self) -> Iterable[bytes]:
        return (part for value in self.values for part in (len(value).to_bytes(4, "big"), value))


class Texts(Column):
    sql, oid, element = "text[]", 1009, 25
    __slots__ = ()

    def packed(self) -> Iterable[bytes]:
        encoded = [value.encode() for value in self.values]
        return (part for value in encoded for part in (len(value).to_bytes(4, "big"), value))


_TYPES: dict[Any, type[Column]] = {int: Integers, bool: Booleans, bytes: Blobs, bytes | None: Blobs, str: Texts}


def _dumper(kind: type[Column]) -> type[adapt.Dumper]:
    class ColumnDumper(adapt.Dumper):
        format = pq.Format.BINARY
        oid = kind.oid

        def dump(self, obj: Column) -> bytes:
            if not obj.values:
                return struct.pack(">iiI", 0, 0, obj.element)
            return b"".join((_HEADER.pack(1, 0, obj.element, len(obj.values), 1), *obj.packed()))

    return ColumnDumper


def register(adapters: adapt.AdaptersMap) -> None:
    """Teach a connection's adapters to send columns."""
    for kind in (Integers, Booleans, Blobs, Texts):
        adapters.register_dumper(kind, _dumper(kind))


def types(table: Table, fields: Sequence[str]) -> list[type[Column]]:
    """The column types of a table's fields, from its row's annotations."""
    hints = table.row.__annotations__
    return [_TYPES[hints[name]] for name in fields]


def columns(kinds: Sequence[type[Column]], rows: Sequence[Sequence[Any]]) -> list[Column]:
    """Rows as one parameter a column."""
    if not rows:
        return [kind(()) for kind in kinds]
    return [kind(values) for kind, values in zip(kinds, zip(*rows, strict=True), strict=True)]


def unnest(kinds: Sequence[type[Column]]) -> str:
    """`unnest(...)` over parameters of these types."""
    return "unnest(" + ", ".join(f"%b::{kind.sql}" for kind in kinds) + ")"
