"""Flat files to records and back, by their layout."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crossdock.formats.flat.errors import Code, Fault, Problem, Severity, WriteError
from crossdock.formats.flat.layout import Field, Layout, RecordLayout
from crossdock.formats.flat.lines import Line, read_lines
from crossdock.formats.flat.values import NotAValueError, Value, read_value, write_value

_MAX_LINES = 200
"""Lines that one quoted CSV value may run over before its opening quote is taken for a mistake."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its kind, its first line from 1, its values by field name, and what is wrong with it.

    `text` is the line as it stands; values that could not be read are None and named in `problems`.
    """

    name: str
    line: int
    values: dict[str, Value]
    text: str
    problems: tuple[Problem, ...] = ()


def read_records(chunks: Iterable[bytes], layout: Layout) -> Iterator[Record]:
    """The records of a file, one at a time. Lines that fit no kind of record come with the name ''."""
    lines = read_lines(chunks, layout.encoding, limit=layout.max_record, length=_piece_length(layout))
    for _ in range(layout.skip):
        next(lines, None)
    if layout.format == "fixed":
        for line in lines:
            if line.text.strip():
                yield _read_fixed(line, layout)
    else:
        yield from _read_csv(_Logical(lines, layout), layout)


def _piece_length(layout: Layout) -> int:
    return layout.length if layout.format == "fixed" and not layout.line_end else 0


def _line_problems(line: Line, layout: Layout) -> list[Problem]:
    problems = []
    if line.damaged:
        said = f"The line holds bytes that are not valid in {layout.encoding}"
        problems.append(Problem(Code.ENCODING, said, line.number))
    if line.cut:
        said = f"The record is longer than {layout.max_record} characters"
        problems.append(Problem(Code.RECORD_TOO_LONG, said, line.number, fault=Fault.OURS))
    return problems


def _read_fixed(line: Line, layout: Layout) -> Record:
    problems = _line_problems(line, layout)
    for record in layout.records:
        texts = {each.name: _cut(line.text, each) for each in record.fields}
        if all(texts[name] == value for name, value in record.when.items()):
            break
    else:
        return _unknown(line.number, line.text, problems)
    width = max((each.start + each.length - 1 for each in record.fields if each.required), default=0)
    if len(line.text) < width:
        said = f"The line has {len(line.text)} characters, and its required fields need {width}"
        problems.append(Problem(Code.TOO_SHORT, said, line.number))
    return _record(record, line.number, line.text, texts, problems)


def _cut(text: str, field: Field) -> str:
    piece = text[field.start - 1 : field.start - 1 + field.length]
    stripped = piece.strip(" ")
    if field.pad == " ":
        return stripped
    if _align(field) == "left":
        return stripped.rstrip(field.pad)
    return stripped.lstrip(field.pad) or (stripped[-1:] if field.pad == "0" else "")


def _align(field: Field) -> str:
    return field.align or ("right" if field.kind in ("integer", "decimal") else "left")


def _unknown(number: int, text: str, problems: list[Problem]) -> Record:
    said = "The line fits no record of the layout"
    problems.append(Problem(Code.UNKNOWN_RECORD, said, number, value=text[:99]))
    return Record("", number, {}, text, tuple(problems))


def _record(record: RecordLayout, number: int, text: str, texts: Mapping[str, str], problems: list[Problem]) -> Record:
    values: dict[str, Value] = {}
    for field in record.fields:
        given = texts.get(field.name, "")
        try:
            values[field.name] = read_value(given, field)
        except NotAValueError as error:
            values[field.name] = None
            problems.append(Problem(Code.FIELD_VALUE, str(error), number, field.name, given[:99]))
            continue
        if field.required and values[field.name] is None:
            problems.append(Problem(Code.FIELD_MISSING, "it is required and empty", number, field.name))
    return Record(record.name, number, values, text, tuple(problems))


class _Logical:
    """Logical CSV lines: physical ones joined while a quote is open."""

    def __init__(self, lines: Iterator[Line], layout: Layout) -> None:
        self._lines = lines
        self._layout = layout
        self._waiting: deque[Line] = deque()

    def _next(self) -> Line | None:
        return self._waiting.popleft() if self._waiting else next(self._lines, None)

    def __iter__(self) -> Iterator[tuple[Line, list[Problem]]]:
        quote = self._layout.quote
        while (line := self._next()) is not None:
            problems = _line_problems(line, self._layout)
            joined = [line]
            open_quote = bool(quote) and line.text.count(quote) % 2 == 1
            size = len(line.text)
            while open_quote and len(joined) < _MAX_LINES and size <= self._layout.max_record:
                more = self._next()
                if more is None:
                    break
                joined.append(more)
                size += len(more.text)
                open_quote = more.text.count(quote) % 2 == 0
            if open_quote:
                self._waiting.extendleft(reversed(joined[1:]))
                said = "A quotation mark is opened and not closed; the line is read on its own"
                problems.append(Problem(Code.OPEN_QUOTE, said, line.number))
                joined = [line]
            text = "\n".join(each.text for each in joined)
            yield Line(line.number, text, line.damaged, line.cut), problems


def _read_csv(lines: _Logical, layout: Layout) -> Iterator[Record]:
    columns: list[str] | None = None
    for line, problems in lines:
        if not line.text.strip():
            continue
        cells = _cells(line.text, layout)
        if layout.header and columns is None:
            columns = [cell.strip() for cell in cells]
            yield from _check_header(columns, line, layout, problems)
            continue
        yield _read_row(cells, columns, line, layout, problems)


def _cells(text: str, layout: Layout) -> list[str]:
    """The cells of one logical line. What the csv module refuses is split at each delimiter instead."""
    quoting = csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE
    options = {"delimiter": layout.delimiter, "quotechar": layout.quote or None, "quoting": quoting}
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), **options))  # type: ignore[arg-type]
    except csv.Error:
        return text.split(layout.delimiter)
    return rows[0] if len(rows) == 1 else text.split(layout.delimiter)


def _check_header(columns: list[str], line: Line, layout: Layout, problems: list[Problem]) -> Iterator[Record]:
    known = {each.column or each.name: each for each in layout.records[0].fields}
    for name, field in known.items():
        if name not in columns:
            severity = Severity.ERROR if field.required else Severity.WARNING
            said = f"The header line has no column {name!r}"
            problems.append(Problem(Code.COLUMN_MISSING, said, line.number, field.name, severity=severity))
    for name in columns:
        if name not in known:
            said = f"The column {name[:40]!r} is not in the layout"
            problems.append(Problem(Code.COLUMN_UNKNOWN, said, line.number, severity=Severity.WARNING))
    if problems:
        yield Record("", line.number, {}, line.text, tuple(problems))


def _read_row(
    cells: list[str], columns: list[str] | None, line: Line, layout: Layout, problems: list[Problem]
) -> Record:
    for record in layout.records:
        if columns is not None:
            by_column = dict(zip(columns, cells, strict=False))
            texts = {each.name: by_column.get(each.column or each.name, "").strip() for each in record.fields}
        else:
            texts = {each.name: cell.strip() for each, cell in zip(record.fields, cells, strict=False)}
        if all(texts.get(name) == value for name, value in record.when.items()):
            break
    else:
        return _unknown(line.number, line.text, problems)
    expected = len(columns) if columns is not None else len(record.fields)
    if len(cells) > expected and any(cell.strip() for cell in cells[expected:]):
        said = f"The line has {len(cells)} values, and {expected} are expected"
        problems.append(Problem(Code.TOO_MANY_FIELDS, said, line.number))
    elif len(cells) < expected:
        said = f"The line has {len(cells)} values, and {expected} are expected"
        problems.append(Problem(Code.TOO_FEW_FIELDS, said, line.number, severity=Severity.WARNING))
    return _record(record, line.number, line.text, texts, problems)


def write_records(records: Iterable[tuple[str, Mapping[str, Value]]], layout: Layout) -> Iterator[bytes]:
    """Records, as (kind, values by field name), to the bytes of a file, a line at a time.

    Raises `WriteError` for an unknown kind, a missing required value, or one that its field has no room for.
    """
    kinds = {record.name: record for record in layout.records}
    line_end = layout.line_end if layout.format == "fixed" else layout.line_end or "\n"
    if layout.format == "csv" and layout.header:
        header = [each.column or each.name for each in layout.records[0].fields]
        yield _encoded(_csv_line(header, layout) + line_end, layout)
    for name, values in records:
        record = kinds.get(name)
        if record is None:
            raise WriteError(f"The layout has no record {name!r}")
        texts = [_checked(each, values, record) for each in record.fields]
        line = _csv_line(texts, layout) if layout.format == "csv" else _fixed_line(texts, record, layout)
        yield _encoded(line + line_end, layout)


def _checked(field: Field, values: Mapping[str, Value], record: RecordLayout) -> str:
    text = write_value(values.get(field.name), field)
    text = text or record.when.get(field.name, "")
    if field.required and not text:
        raise WriteError(f"The field {field.name!r} is required and empty")
    return text


def _csv_line(texts: list[str], layout: Layout) -> str:
    written = io.StringIO()
    quoting = csv.QUOTE_MINIMAL if layout.quote else csv.QUOTE_NONE
    options = {"delimiter": layout.delimiter, "quotechar": layout.quote or None, "quoting": quoting}
    try:
        csv.writer(written, lineterminator="", **options).writerow(texts)  # type: ignore[arg-type]
    except csv.Error:
        raise WriteError("A value holds the delimiter, and the layout has no quotation mark") from None
    return written.getvalue()


def _fixed_line(texts: list[str], record: RecordLayout, layout: Layout) -> str:
    width = layout.length or max(each.start + each.length - 1 for each in record.fields)
    line = [" "] * width
    for field, text in zip(record.fields, texts, strict=True):
        if len(text) > field.length or "\n" in text or "\r" in text:
            raise WriteError(f"The field {field.name!r} has room for {field.length} characters, not {text[:60]!r}")
        right = _align(field) == "right"
        padded = text.rjust(field.length, field.pad) if right else text.ljust(field.length, field.pad)
        if right and field.pad == "0" and text.startswith("-"):
            padded = "-" + text[1:].rjust(field.length - 1, "0")
        line[field.start - 1 : field.start - 1 + field.length] = padded
    return "".join(line)


def _encoded(text: str, layout: Layout) -> bytes:
    try:
        return text.encode(layout.encoding)
    except UnicodeEncodeError as error:
        character = text[error.start]
        raise WriteError(f"The character {character!r} does not exist in {layout.encoding}") from None
