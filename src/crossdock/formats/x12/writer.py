"""Structure to X12 text. Envelopes get the control numbers, delimiters and versions they are given; nothing
is made up.

`Writer` builds from our own data and refuses what X12 cannot carry. `write_events` and `write_segments` give
back what was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from crossdock.formats.x12.delimiters import ISA_WIDTHS, Delimiters
from crossdock.formats.x12.errors import Problem, WriteError
from crossdock.formats.x12.structure import Event

Composite: TypeAlias = tuple[str, ...]
"""Components of one element, in order."""
Element: TypeAlias = str | Composite | Sequence[str | Composite]
"""A value, a composite, or (a list) repetitions of either."""


@dataclass(frozen=True, slots=True)
class InterchangeHeader:
    """What an ISA says. Ids without padding; `date` is YYMMDD and `time` HHMM, both as the partner's clock
    reads."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    date: str
    time: str
    control: int
    version: str = "00401"
    usage: str = "P"
    wants_ta1: bool = False
    authorization: tuple[str, str] = ("00", "")
    security: tuple[str, str] = ("00", "")
    standard: str = "U"
    """ISA11 where the version has no repetition separator."""


@dataclass(frozen=True, slots=True)
class GroupHeader:
    """What a GS says. `date` is CCYYMMDD (YYMMDD before 004010), `time` HHMM to HHMMSSDD."""

    functional_id: str
    sender: str
    receiver: str
    date: str
    time: str
    control: int
    version: str = "004010"
    agency: str = "X"


class Writer:
    """Writes one interchange, part by part; the counts of SE, GE and IEA are its own.

    Raises `WriteError` for data with a delimiter in it, that `encoding` cannot encode or that has no room,
    and for parts in the wrong order.
    """

    def __init__(self, delimiters: Delimiters | None = None, encoding: str = "ascii") -> None:
        self._delimiters = delimiters or Delimiters(line_end="\n")
        self._encoding = encoding
        self._header: InterchangeHeader | None = None
        self._group: GroupHeader | None = None
        self._groups = 0
        self._transactions = 0
        _check_delimiters(self._delimiters)

    def start_interchange(self, header: InterchangeHeader) -> bytes:
        """The ISA, exactly 106 bytes (with a terminator of one byte)."""
        if self._header is not None:
            raise WriteError("an interchange is open already", tag="ISA")
        self._header, self._groups = header, 0
        delimiters = self._delimiters
        repetition = delimiters.repetition if header.version >= "00402" else ""
        values = [
            *header.authorization,
            *header.security,
            header.sender_qualifier,
            header.sender,
            header.receiver_qualifier,
            header.receiver,
            header.date,
            header.time,
            repetition or header.standard,
            header.version,
            _control(header.control, "ISA", 13, 9),
            "1" if header.wants_ta1 else "0",
            header.usage,
            delimiters.component,
        ]
        isa = ["ISA"]
        for number, (value, width) in enumerate(zip(values, ISA_WIDTHS, strict=True), 1):
            if len(value) > width or (len(value) < width and number not in (2, 4, 6, 8)):
                raise WriteError(f"'{value}' must have {width} characters", tag="ISA", element=number)
            if number not in (11, 16):
                self._refuse(value, "ISA", 0, number)
            isa.append(value.ljust(width))
        return self._encode(isa, 0)

    def start_group(self, header: GroupHeader) -> bytes:
        """The GS."""
        if self._header is None or self._group is not None:
            raise WriteError("a group begins within an interchange and after the end of another group", tag="GS")
        self._group, self._transactions = header, 0
        self._groups += 1
        gs = [
            *("GS", header.functional_id, header.sender, header.receiver, header.date, header.time),
            *(_control(header.control, "GS", 6, 0), header.agency, header.version),
        ]
        for number, value in enumerate(gs[1:], 1):
            self._refuse(value, "GS", 0, number)
            if not value:
                raise WriteError("a value is required", tag="GS", element=number)
        return self._encode(gs, 0)

    def transaction(
        self, set_id: str, control: str, body: Iterable[Sequence[Element]], implementation: str = ""
    ) -> bytes:
        """One transaction set: ST, `body` and SE. A body segment starts with its tag; empty elements at its
        end go."""
        if self._group is None:
            raise WriteError("a transaction set stands within a group", tag="ST")
        if not 4 <= len(control) <= 9:
            raise WriteError(f"'{control}' must have 4 to 9 characters", tag="ST", segment=1, element=2)
        self._transactions += 1
        st = ["ST", set_id, control, implementation]
        parts = [self._segment(st, 1)]
        parts += [self._segment(segment, number) for number, segment in enumerate(body, 2)]
        count = len(parts) + 1
        parts.append(self._segment(["SE", str(count), control], count))
        return b"".join(parts)

    def interchange_segment(self, segment: Sequence[Element]) -> bytes:
        """A segment between ISA and the groups, such as a TA1."""
        if self._header is None or self._group is not None:
            raise WriteError("it stands within an interchange, outside of its groups", tag=str(segment[0]))
        return self._segment(segment, 0)

    def end_group(self) -> bytes:
        """The GE, with the count of transaction sets written."""
        if self._group is None:
            raise WriteError("no group is open", tag="GE")
        ge = ["GE", str(self._transactions), str(self._group.control)]
        self._group = None
        return self._encode(ge, 0)

    def end_interchange(self) -> bytes:
        """The IEA, with the count of groups written."""
        if self._header is None or self._group is not None:
            raise WriteError("an interchange ends after its last group", tag="IEA")
        iea = ["IEA", str(self._groups), f"{self._header.control:09d}"]
        self._header = None
        return self._encode(iea, 0)

    def _segment(self, segment: Sequence[Element], number: int) -> bytes:
        tag = segment[0] if segment else ""
        if not (isinstance(tag, str) and 2 <= len(tag) <= 3 and tag.isascii() and tag.isalnum()):
            raise WriteError(f"'{tag}' is no segment tag", segment=number)
        texts = [tag]
        for at, value in enumerate(segment[1:], 1):
            texts.append(self._text(value, tag, number, at))
        while len(texts) > 1 and not texts[-1]:
            texts.pop()
        if len(texts) == 1:
            raise WriteError("a segment needs at least one element", tag=tag, segment=number)
        return self._encode(texts, number)

    def _text(self, value: Element, tag: str, number: int, at: int) -> str:
        if isinstance(value, str):
            self._refuse(value, tag, number, at)
            return value
        delimiters = self._delimiters
        if isinstance(value, tuple):
            if len(value) > 1 and not delimiters.component:
                raise WriteError("there is no component separator for a composite", tag=tag, segment=number, element=at)
            for part in value:
                self._refuse(part, tag, number, at)
            return delimiters.component.join(value).rstrip(delimiters.component)
        if len(value) > 1 and not delimiters.repetition:
            raise WriteError("this version cannot repeat an element", tag=tag, segment=number, element=at)
        return delimiters.repetition.join(self._text(part, tag, number, at) for part in value)

    def _refuse(self, value: str, tag: str, number: int, at: int) -> None:
        """Raise for data that would break the segment."""
        for char in self._delimiters.all:
            if char in value:
                said = f"the data '{value[:40]}' holds the delimiter {char!r}"
                raise WriteError(said, tag=tag, segment=number, element=at)
        if not value.isprintable():
            raise WriteError(f"the data {value[:40]!r} holds a control character", tag=tag, segment=number, element=at)
        try:
            value.encode(self._encoding)
        except UnicodeEncodeError as error:
            char = value[error.start]
            said = f"the character {char!r} of '{value[:40]}' cannot be written in {self._encoding}"
            raise WriteError(said, tag=tag, segment=number, element=at) from error

    def _encode(self, texts: list[str], number: int) -> bytes:
        text = self._delimiters.element.join(texts) + self._delimiters.terminator + self._delimiters.line_end
        try:
            return text.encode(self._encoding)
        except UnicodeEncodeError as error:
            said = f"the delimiters cannot be written in {self._encoding}"
            raise WriteError(said, tag=texts[0], segment=number) from error


def write_segments(segments: Iterable[Sequence[str]], delimiters: Delimiters, encoding: str = "utf-8") -> bytes:
    """Segments as they were read, with composites and repetitions inside their elements' text.

    Raises `WriteError` for an element that holds the element separator or a terminator.
    """
    end = delimiters.terminator + delimiters.line_end
    breaking = delimiters.element + delimiters.terminator + delimiters.also_ends
    lines = []
    for number, segment in enumerate(segments, 1):
        for at, value in enumerate(segment):
            if any(char in value for char in breaking):
                raise WriteError(f"'{value[:40]}' holds a delimiter", tag=segment[0], segment=number, element=at)
        lines.append(delimiters.element.join(segment) + end)
    try:
        return "".join(lines).encode(encoding)
    except UnicodeEncodeError as error:
        raise WriteError(f"a character cannot be written in {encoding}") from error


def write_events(events: Iterable[Event]) -> Iterator[bytes]:
    """The bytes that the events were read from."""
    for event in events:
        if not isinstance(event, Problem):
            yield event.lead + event.raw


def _control(number: int, tag: str, at: int, width: int) -> str:
    if not 0 <= number <= 999_999_999:
        raise WriteError(f"control number {number} has more than 9 digits or is negative", tag=tag, element=at)
    return str(number).zfill(width)


def _check_delimiters(delimiters: Delimiters) -> None:
    """Delimiters must be single, different and neither letters, digits nor blanks."""
    given = [delimiters.element, delimiters.component, delimiters.repetition, delimiters.terminator]
    used = [char for char in given if char]
    if not delimiters.element or not delimiters.terminator:
        raise WriteError("an element separator and a terminator are required")
    if any(len(char) != 1 and char != "\r\n" for char in used) or any(c.isalnum() or c == " " for c in used):
        raise WriteError("delimiters are single characters, neither letters, digits nor blanks")
    if len(set(used)) != len(used):
        raise WriteError("the delimiters must differ from each other")
