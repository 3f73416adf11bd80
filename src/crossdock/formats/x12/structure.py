"""What reading X12 gives: interchanges, groups, transaction sets, and the events in which they arrive.

A segment is a plain `list[str]`: item 0 is its tag, item n is its element n, as partner guides count.
Composites and repetitions stay inside the element's text until `components` or `repetitions` takes them
apart.

The `lead` and `raw` of all events, joined in order, are the input again, byte for byte (save where a limit of
ours dropped bytes, which a problem says).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from crossdock.formats.x12.delimiters import LINE_ENDS, Delimiters, decode
from crossdock.formats.x12.errors import Position, Problem

Segment: TypeAlias = list[str]


def element(segment: Sequence[str], number: int) -> str:
    """Element `number`, counted from 1; empty where the segment ends before it."""
    return segment[number] if number < len(segment) else ""


def repetitions(text: str, delimiters: Delimiters) -> list[str]:
    """The repetitions of an element; one where the version knows none."""
    return text.split(delimiters.repetition) if delimiters.repetition else [text]


def components(text: str, delimiters: Delimiters) -> list[str]:
    """The components of an element (or of one of its repetitions)."""
    return text.split(delimiters.component) if delimiters.component else [text]


def splitter(delimiters: Delimiters) -> bytes:
    """The bytes that end a segment on the wire; in line-terminated files the line feed, whatever surrounds
    it."""
    if delimiters.lines:
        return b"\n" if "\n" in delimiters.terminator else b"\r"
    return delimiters.terminator.encode(delimiters.encoding)


def cleaned(raw: bytes, delimiters: Delimiters) -> bytes:
    """`raw` without what is there for people's eyes, its segment ends (`splitter`) all kept."""
    ends = splitter(delimiters)
    if not delimiters.lines:
        raw = raw.translate(None, LINE_ENDS)
        if delimiters.line_end.startswith("\\"):
            raw = raw.replace(ends + delimiters.line_end.encode(), ends)
        return raw
    if delimiters.also_ends:
        raw = raw.replace(delimiters.also_ends.encode(delimiters.encoding), ends)
    return raw.translate(None, b"\r" if ends == b"\n" else b"\n")


def parse_segments(raw: bytes, delimiters: Delimiters) -> list[Segment]:
    """The segments of `raw`, blank ones left out."""
    text, encoding = decode(cleaned(raw, delimiters))
    end, separator = splitter(delimiters), delimiters.element.encode(delimiters.encoding)
    if delimiters.encoding != "ascii" and encoding != delimiters.encoding:
        text, encoding = cleaned(raw, delimiters).decode("latin-1"), "latin-1"
    return _split(text, end.decode(encoding), separator.decode(encoding))


def _split(text: str, end: str, separator: str) -> list[Segment]:
    pieces = text.split(end)
    if end + " " in text or end + "\t" in text or text[:1] in (" ", "\t"):
        pieces = [piece.lstrip(" \t") for piece in pieces]
    return [piece.split(separator) for piece in pieces if piece]


@dataclass(slots=True, eq=False)
class Interchange:
    """An ISA: `elements[n]` is ISAnn as written, blanks included. `number` counts interchanges of the input
    from 1."""

    number: int
    offset: int
    elements: Segment
    delimiters: Delimiters

    def _trimmed(self, number: int) -> str:
        return element(self.elements, number).strip()

    @property
    def sender(self) -> tuple[str, str]:
        """Qualifier and id (ISA05, ISA06)."""
        return self._trimmed(5), self._trimmed(6)

    @property
    def receiver(self) -> tuple[str, str]:
        """Qualifier and id (ISA07, ISA08)."""
        return self._trimmed(7), self._trimmed(8)

    @property
    def date(self) -> str:
        """ISA09, YYMMDD."""
        return self._trimmed(9)

    @property
    def time(self) -> str:
        """ISA10, HHMM."""
        return self._trimmed(10)

    @property
    def version(self) -> str:
        """ISA12, such as 00401."""
        return self._trimmed(12)

    @property
    def control(self) -> str:
        """ISA13, the interchange control number."""
        return self._trimmed(13)

    @property
    def wants_ta1(self) -> bool:
        """Whether ISA14 asks for an interchange acknowledgment."""
        return self._trimmed(14) == "1"

    @property
    def usage(self) -> str:
        """ISA15: P for production, T for test."""
        return self._trimmed(15)


@dataclass(slots=True, eq=False)
class Group:
    """A GS: `elements[n]` is GSnn. `number` counts the groups of the interchange from 1."""

    number: int
    offset: int
    elements: Segment
    interchange: Interchange | None

    @property
    def functional_id(self) -> str:
        """GS01, such as PO; FA for acknowledgments."""
        return element(self.elements, 1).strip()

    @property
    def sender(self) -> str:
        return element(self.elements, 2).strip()

    @property
    def receiver(self) -> str:
        return element(self.elements, 3).strip()

    @property
    def date(self) -> str:
        return element(self.elements, 4).strip()

    @property
    def time(self) -> str:
        return element(self.elements, 5).strip()

    @property
    def control(self) -> str:
        """GS06, the group control number: what a 997 refers to."""
        return element(self.elements, 6).strip()

    @property
    def version(self) -> str:
        """GS08, such as 004010 or 005010X220."""
        return element(self.elements, 8).strip()


@dataclass(slots=True, eq=False)
class Transaction:
    """One transaction set, ST to SE. `raw` holds its bytes until `drop_raw`; `segments` splits them when
    first asked."""

    interchange: Interchange | None
    group: Group | None
    number: int
    """Counted within its group from 1."""
    offset: int
    """Of the ST, in bytes of the whole input."""
    header: Segment
    delimiters: Delimiters
    raw: bytes
    segment_count: int
    """Segments found, ST and SE included."""
    lead: bytes = b""
    problems: list[Problem] = field(default_factory=list)
    _segments: list[Segment] | None = None
    _starts: array[int] | None = None

    @property
    def set_id(self) -> str:
        """ST01, such as 850."""
        return element(self.header, 1).strip()

    @property
    def control(self) -> str:
        """ST02, the transaction set control number."""
        return element(self.header, 2).strip()

    @property
    def implementation(self) -> str:
        """ST03, the implementation convention, where the sender names one."""
        return element(self.header, 3).strip()

    @property
    def version(self) -> str:
        """GS08 of its group; empty without one."""
        return self.group.version if self.group else ""

    @property
    def segments(self) -> list[Segment]:
        """All segments, ST first; `segments[i]` is segment number i + 1 of the standard's count."""
        if self._segments is None:
            self._segments = parse_segments(self.raw, self.delimiters)
        return self._segments

    @property
    def is_readable(self) -> bool:
        """Whether nothing worse than warnings was found."""
        return not any(problem.is_error for problem in self.problems)

    def drop_raw(self) -> None:
        """Keep the segments and let the bytes go; byte offsets then fall back to the transaction's."""
        self._segments = self.segments
        self.raw, self._starts = b"", None

    def offset_of(self, segment: int) -> int:
        """Byte offset in the whole input of segment number `segment` (ST is 1)."""
        if self._starts is None:
            self._starts = self._find_starts()
        at = self._starts[segment - 1] if 0 < segment <= len(self._starts) else 0
        return self.offset + at

    def _find_starts(self) -> array[int]:
        """Where in `raw` each segment begins."""
        ends, delimiters = splitter(self.delimiters), self.delimiters
        escaped = delimiters.line_end.encode() if delimiters.line_end.startswith("\\") else b""
        starts, at = array("q"), 0
        for row in self.raw.split(ends):
            pieces = row.split(delimiters.also_ends.encode(delimiters.encoding)) if delimiters.also_ends else [row]
            for piece in pieces:
                lead = len(piece) - len(piece.lstrip(b" \t\r\n").removeprefix(escaped))
                if len(piece) > lead:
                    starts.append(at + lead)
                at += len(piece) + len(delimiters.also_ends.encode(delimiters.encoding))
            at += len(ends) - len(delimiters.also_ends.encode(delimiters.encoding))
        return starts

    def position(self, segment: int, element_number: int = 0, component: int = 0, repetition: int = 0) -> Position:
        """A full position for segment number `segment` (ST is 1) and, counted from 1, its element."""
        tag = self.segments[segment - 1][0] if 0 < segment <= len(self.segments) else ""
        return Position(
            offset=self.offset_of(segment),
            tag=tag,
            segment=segment,
            element=element_number,
            component=component,
            repetition=repetition,
            interchange=self.interchange.control if self.interchange else "",
            group=self.group.control if self.group else "",
            transaction=self.control,
        )


@dataclass(slots=True, eq=False)
class InterchangeStart:
    """An ISA was read; problems of the ISA are also in the interchange's end."""

    interchange: Interchange
    raw: bytes
    lead: bytes = b""


@dataclass(slots=True, eq=False)
class InterchangeEnd:
    """An IEA was read, or the interchange ended without one (`trailer` is None)."""

    interchange: Interchange
    groups: int
    trailer: Segment | None
    problems: list[Problem]
    raw: bytes = b""
    lead: bytes = b""


@dataclass(slots=True, eq=False)
class GroupStart:
    """A GS was read."""

    group: Group
    raw: bytes
    lead: bytes = b""


@dataclass(slots=True, eq=False)
class GroupEnd:
    """A GE was read, or the group ended without one (`trailer` is None)."""

    group: Group
    transactions: int
    trailer: Segment | None
    problems: list[Problem]
    raw: bytes = b""
    lead: bytes = b""


@dataclass(slots=True, eq=False)
class LooseSegment:
    """A segment outside of every transaction set: a TA1, or one that a problem says is out of place."""

    interchange: Interchange | None
    group: Group | None
    offset: int
    elements: Segment
    raw: bytes
    lead: bytes = b""


@dataclass(slots=True, eq=False)
class Skipped:
    """Bytes that belong to no interchange: blanks, or garbage that a problem reports. Long runs come in
    pieces."""

    offset: int
    raw: bytes
    lead: bytes = b""


Event: TypeAlias = (
    InterchangeStart | InterchangeEnd | GroupStart | GroupEnd | Transaction | LooseSegment | Skipped | Problem
)
