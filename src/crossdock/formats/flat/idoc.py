"""SAP IDocs as flat files: a control record (EDI_DC40), then segment records (EDI_DD40), several IDocs to a file.

Source: SAP's published record layouts for IDoc version 3 (control record 524 characters, data record 1063, of which
1000 are the segment's own). What a segment's 1000 characters mean is data: a table of fields for each segment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from crossdock.formats.flat.errors import Code, Fault, LayoutError, Problem, WriteError
from crossdock.formats.flat.layout import Field
from crossdock.formats.flat.lines import Line, read_lines
from crossdock.formats.flat.values import NotAValueError, Value, read_value, write_value

_CONTROL_WIDTHS = (
    "TABNAM 10 MANDT 3 DOCNUM 16 DOCREL 4 STATUS 2 DIRECT 1 OUTMOD 1 EXPRSS 1 TEST 1 IDOCTYP 30 CIMTYP 30 MESTYP 30 "
    "MESCOD 3 MESFCT 3 STD 1 STDVRS 6 STDMES 6 SNDPOR 10 SNDPRT 2 SNDPFC 2 SNDPRN 10 SNDSAD 21 SNDLAD 70 RCVPOR 10 "
    "RCVPRT 2 RCVPFC 2 RCVPRN 10 RCVSAD 21 RCVLAD 70 CREDAT 8 CRETIM 6 REFINT 14 REFGRP 14 REFMES 14 "
    "ARCKEY 70 SERIAL 20"
)
_DATA_WIDTHS = "SEGNAM 30 MANDT 3 DOCNUM 16 SEGNUM 6 PSGNUM 6 HLEVEL 2"


def _positions(widths: str) -> dict[str, tuple[int, int]]:
    words = widths.split()
    found, at = {}, 0
    for name, width in zip(words[::2], map(int, words[1::2]), strict=True):
        found[name] = (at, at + width)
        at += width
    return found


CONTROL = _positions(_CONTROL_WIDTHS)
"""Start and end of each field of the control record."""
_DATA = _positions(_DATA_WIDTHS)
_OWN = 63
_OWN_WIDTH = 1000

SegmentLayouts = Mapping[str, tuple[Field, ...]]
"""Fields by segment name (without a version suffix, or with it); `start` counts from 1 within the 1000 characters."""


@dataclass(frozen=True, slots=True)
class IdocSegment:
    """One segment: `number` and `parent` are SEGNUM and PSGNUM, `text` its own characters without the blanks at the
    end, `values` those that its layout names (None where the segment has no layout)."""

    name: str
    number: int
    parent: int
    level: int
    text: str
    values: dict[str, Value] | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Idoc:
    """One IDoc. `control` holds the fields of EDI_DC40 by SAP's names, without blanks at the end."""

    control: dict[str, str]
    segments: tuple[IdocSegment, ...]
    line: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def number(self) -> str:
        return self.control.get("DOCNUM", "")

    @property
    def type(self) -> str:
        """The basic type, such as `ORDERS05`."""
        return self.control.get("IDOCTYP", "")

    @property
    def message(self) -> str:
        """The message type, such as `ORDERS`."""
        return self.control.get("MESTYP", "")


def read_idocs(
    chunks: Iterable[bytes],
    layouts: SegmentLayouts | None = None,
    *,
    encoding: str = "utf-8",
    max_segments: int = 200_000,
) -> Iterator[Idoc]:
    """The IDocs of a file, one at a time. Lines before the first control record become an IDoc without control."""
    open_idoc: _Open | None = None
    for line in read_lines(chunks, encoding, limit=_OWN + _OWN_WIDTH + 1):
        if not line.text.strip():
            continue
        if line.text.startswith("EDI_DC40"):
            if open_idoc is not None:
                yield open_idoc.close()
            control = {name: line.text[start:end].rstrip() for name, (start, end) in CONTROL.items()}
            open_idoc = _Open(control, line.number, layouts or {}, max_segments)
            open_idoc.check_line(line, encoding)
            continue
        if open_idoc is None:
            open_idoc = _Open({}, line.number, layouts or {}, max_segments)
            said = "Segments stand here without a control record (EDI_DC40) before them"
            open_idoc.problems.append(Problem(Code.NO_CONTROL_RECORD, said, line.number))
        open_idoc.add(line, encoding)
    if open_idoc is not None:
        yield open_idoc.close()


class _Open:
    """An IDoc being read, with the segment numbers that were seen."""

    def __init__(self, control: dict[str, str], line: int, layouts: SegmentLayouts, limit: int) -> None:
        self._control = control
        self._line = line
        self._layouts = layouts
        self._limit = limit
        self._segments: list[IdocSegment] = []
        self._numbers: set[int] = set()
        self.problems: list[Problem] = []

    def close(self) -> Idoc:
        return Idoc(self._control, tuple(self._segments), self._line, tuple(self.problems))

    def _note(self, code: Code, text: str, line: int, field: str = "", value: str = "") -> None:
        if len(self.problems) < 1000:
            self.problems.append(Problem(code, text, line, field, value[:99]))

    def check_line(self, line: Line, encoding: str) -> None:
        if line.damaged:
            self._note(Code.ENCODING, f"The line holds bytes that are not valid in {encoding}", line.number)
        if line.cut:
            self._note(Code.RECORD_TOO_LONG, f"The record is longer than {_OWN + _OWN_WIDTH} characters", line.number)

    def add(self, line: Line, encoding: str) -> None:
        self.check_line(line, encoding)
        if len(self._segments) >= self._limit:
            if len(self._segments) == self._limit and not any(p.fault is Fault.OURS for p in self.problems):
                said = f"The IDoc has more than {self._limit} segments; the rest is passed over"
                self.problems.append(Problem(Code.RECORD_TOO_LONG, said, line.number, fault=Fault.OURS))
            return
        head = {name: line.text[start:end].strip() for name, (start, end) in _DATA.items()}
        number, parent = self._number(head, "SEGNUM", line), self._number(head, "PSGNUM", line)
        level = self._number(head, "HLEVEL", line)
        if number in self._numbers:
            self._note(Code.SEGMENT_NUMBER, f"The segment number {number} was used before", line.number, "SEGNUM")
        if parent and parent not in self._numbers:
            said = f"The segment hangs below segment {parent}, which does not stand before it"
            self._note(Code.SEGMENT_PARENT, said, line.number, "PSGNUM")
        self._numbers.add(number)
        document = self._control.get("DOCNUM", "")
        if head["DOCNUM"] and document and head["DOCNUM"] != document:
            said = f"The segment names the document {head['DOCNUM']!r}, and its control record {document!r}"
            self._note(Code.DOCUMENT_NUMBER, said, line.number, "DOCNUM")
        text = line.text[_OWN : _OWN + _OWN_WIDTH].rstrip(" ")
        values = self._values(head["SEGNAM"], text, line)
        self._segments.append(IdocSegment(head["SEGNAM"], number, parent, level, text, values, line.number))

    def _number(self, head: dict[str, str], name: str, line: Line) -> int:
        text = head[name]
        if text and not (text.isascii() and text.isdigit()):
            self._note(Code.FIELD_VALUE, f"{text!r} is no whole number", line.number, name, text)
            return 0
        return int(text or 0)

    def _values(self, name: str, text: str, line: Line) -> dict[str, Value] | None:
        fields = layout_of(name, self._layouts)
        if fields is None:
            return None
        values: dict[str, Value] = {}
        for field in fields:
            piece = text[field.start - 1 : field.start - 1 + field.length].strip()
            try:
                values[field.name] = read_value(piece, field)
            except NotAValueError as error:
                values[field.name] = None
                self._note(Code.FIELD_VALUE, str(error), line.number, f"{name}.{field.name}", piece)
                continue
            if field.required and values[field.name] is None:
                self._note(Code.FIELD_MISSING, "it is required and empty", line.number, f"{name}.{field.name}")
        return values


def layout_of(name: str, layouts: SegmentLayouts) -> tuple[Field, ...] | None:
    """The fields of a segment: by its full name (E2EDK01005), or by the name without version (E1EDK01)."""
    plain = "E1" + name[2:-3] if name.startswith("E2") and name[-3:].isdigit() else name
    return layouts.get(name) or layouts.get(plain)


def segment_text(values: Mapping[str, Value], fields: tuple[Field, ...]) -> str:
    """The segment's own characters for values by field name. Raises `WriteError` where one has no room."""
    width = max((each.start + each.length - 1 for each in fields), default=0)
    if width > _OWN_WIDTH:
        raise LayoutError(f"A segment has {_OWN_WIDTH} characters, and the layout needs {width}")
    line = [" "] * width
    for field in fields:
        text = write_value(values.get(field.name), field)
        if field.required and not text:
            raise WriteError(f"The field {field.name!r} is required and empty")
        if len(text) > field.length:
            raise WriteError(f"The field {field.name!r} has room for {field.length} characters, not {text[:60]!r}")
        padded = text.rjust(field.length, field.pad) if field.align == "right" else text.ljust(field.length)
        line[field.start - 1 : field.start - 1 + field.length] = padded
    return "".join(line).rstrip(" ")


def write_idoc(idoc: Idoc, *, encoding: str = "utf-8", line_end: str = "\n") -> Iterator[bytes]:
    """An IDoc as lines of full width. Raises `WriteError` for a value that its place has no room for."""
    yield _line({"TABNAM": "EDI_DC40", **idoc.control}, CONTROL, "", encoding, line_end)
    for segment in idoc.segments:
        head = {
            "SEGNAM": segment.name,
            "MANDT": idoc.control.get("MANDT", ""),
            "DOCNUM": idoc.number,
            "SEGNUM": f"{segment.number:06}",
            "PSGNUM": f"{segment.parent:06}",
            "HLEVEL": f"{segment.level:02}",
        }
        if len(segment.text) > _OWN_WIDTH:
            raise WriteError(f"The segment {segment.name!r} is longer than {_OWN_WIDTH} characters")
        yield _line(head, _DATA, segment.text.ljust(_OWN_WIDTH), encoding, line_end)


def _line(
    values: Mapping[str, str], places: Mapping[str, tuple[int, int]], rest: str, encoding: str, line_end: str
) -> bytes:
    pieces = []
    for name, (start, end) in places.items():
        text = values.get(name, "")
        if len(text) > end - start or "\n" in text or "\r" in text:
            raise WriteError(f"The field {name!r} has room for {end - start} characters, not {text[:60]!r}")
        pieces.append(text.ljust(end - start))
    try:
        return ("".join(pieces) + rest + line_end).encode(encoding)
    except UnicodeEncodeError as error:
        raise WriteError(f"The character {error.object[error.start]!r} does not exist in {encoding}") from None
