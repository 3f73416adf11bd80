"""Layouts: what the lines of a partner's flat file hold, as data.

A layout file is TOML; whoever reads it hands the parsed table to `make_layout`. Positions count from 1.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from crossdock.formats.flat.errors import LayoutError

Kind = Literal["text", "integer", "decimal", "date", "time", "boolean"]


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One value of a record.

    `start` and `length` are characters of a fixed-width line. In a CSV file the value is found by `column`, the name
    in the header line (the field's own name unless given), or by its place where there is no header line.
    `format` gives the shape of dates and times in the letters YYYY, YY, MM, DD, hh, mm, ss.
    `decimals` are digits behind a decimal mark that is not written (00012345 with 2 is 123.45).
    `values` lists what is allowed; `true` is what a boolean writes for yes, `false` for no.
    """

    name: str
    kind: Kind = "text"
    start: int = 0
    length: int = 0
    column: str = ""
    required: bool = False
    format: str = ""
    decimals: int = 0
    decimal_mark: str = "."
    align: Literal["", "left", "right"] = ""
    pad: str = " "
    values: tuple[str, ...] = ()
    true: str = "Y"
    false: str = "N"

    @property
    def shape(self) -> str:
        """The format of a date or time, or the kind's usual one."""
        return self.format or ("YYYYMMDD" if self.kind == "date" else "hhmmss")


class RecordLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of line. `when` tells it from others: field name to the text it must hold; empty fits every line."""

    name: str
    fields: tuple[Field, ...]
    when: dict[str, str] = {}


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file. `header` says that the first line names the columns; `skip` lines before it are passed over."""

    format: Literal["csv", "fixed"]
    records: tuple[RecordLayout, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header: bool = False
    skip: int = 0
    line_end: Literal["\n", "\r\n", "\r", ""] = "\n"
    length: int = 0
    """Characters of each record where no line end parts them."""
    max_record: int = 1_000_000
    """Characters held at once; a longer record is refused."""


def make_layout(table: Mapping[str, Any]) -> Layout:
    """A layout from the parsed table of its file. Raises `LayoutError` with the place of the first mistake."""
    try:
        layout = msgspec.convert(dict(table), Layout)
    except msgspec.ValidationError as error:
        raise LayoutError(f"The layout cannot be used: {error}") from None
    _check(layout)
    return layout


def _check(layout: Layout) -> None:
    try:
        codecs.lookup(layout.encoding)
    except LookupError:
        raise LayoutError(f"The layout names the encoding {layout.encoding!r}, which does not exist") from None
    if not layout.records:
        raise LayoutError("The layout has no records")
    if len(layout.delimiter) != 1 or len(layout.quote) > 1 or layout.delimiter == layout.quote:
        raise LayoutError("The layout's delimiter and quote must be two different single characters")
    if layout.format == "fixed" and not layout.line_end and not layout.length:
        raise LayoutError("The layout has no line end, so it needs the length of its records")
    if layout.header and len(layout.records) > 1:
        raise LayoutError("A layout with a header line can have only one kind of record")
    for record in layout.records:
        _check_record(record, layout)


def _check_record(record: RecordLayout, layout: Layout) -> None:
    names = [field.name for field in record.fields]
    for name in names:
        if names.count(name) > 1:
            raise LayoutError(f"The record {record.name!r} has the field {name!r} twice")
    for name in record.when:
        if name not in names:
            raise LayoutError(f"The record {record.name!r} is told by the field {name!r}, which it does not have")
    taken = 0
    for field in sorted(record.fields, key=lambda each: each.start):
        if len(field.pad) != 1:
            raise LayoutError(f"The field {field.name!r} must be padded with one character")
        if layout.format != "fixed":
            continue
        if field.start < 1 or field.length < 1:
            raise LayoutError(f"The field {field.name!r} needs a start and a length, both from 1")
        if field.start <= taken:
            raise LayoutError(f"The field {field.name!r} starts at {field.start}, where another one still stands")
        taken = field.start + field.length - 1
