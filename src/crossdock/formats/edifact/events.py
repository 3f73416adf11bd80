"""What an EDIFACT file is made of, in order: interchanges, groups, messages, and text that belongs to none.

Every event holds its exact bytes; those of all events, joined, are the input (unless a limit was passed).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from crossdock.formats.edifact.delimiters import Delimiters
from crossdock.formats.edifact.errors import Problem
from crossdock.formats.edifact.parsing import parse_segments
from crossdock.formats.edifact.segments import Segment


@dataclass(frozen=True, slots=True)
class PartyId:
    """An interchange or group party (S002, S003, S006, S007): identification, qualifier and internal identification."""

    id: str
    qualifier: str = ""
    internal: str = ""


@dataclass(frozen=True, slots=True)
class InterchangeStart:
    """UNA and UNB. `header` is None where messages came without a UNB."""

    raw: bytes
    offset: int
    delimiters: Delimiters
    announced: bool
    """Whether a UNA gave the service characters."""
    header: Segment | None
    wrapped: bool = False
    problems: tuple[Problem, ...] = ()

    def _get(self, element: int, component: int = 1) -> str:
        return self.header.get(element, component) if self.header else ""

    @property
    def syntax(self) -> str:
        """The character set, such as `UNOC` (0001)."""
        return self._get(1)

    @property
    def version(self) -> str:
        """The syntax version, such as `3` (0002)."""
        return self._get(1, 2)

    @property
    def sender(self) -> PartyId:
        return PartyId(self._get(2), self._get(2, 2), self._get(2, 3))

    @property
    def recipient(self) -> PartyId:
        return PartyId(self._get(3), self._get(3, 2), self._get(3, 3))

    @property
    def prepared(self) -> tuple[str, str]:
        """Date and time of preparation as written (YYMMDD or YYYYMMDD, HHMM); the standard gives no zone."""
        return self._get(4), self._get(4, 2)

    @property
    def reference(self) -> str:
        """The interchange control reference (0020)."""
        return self._get(5)

    @property
    def application(self) -> str:
        """The application reference (0026)."""
        return self._get(7)

    @property
    def acknowledgement(self) -> str:
        """The acknowledgement request (0031): `1` a CONTRL, `2` only of receipt, empty none."""
        return self._get(9)

    @property
    def agreement(self) -> str:
        """The interchange agreement identifier (0032)."""
        return self._get(10)

    @property
    def is_test(self) -> bool:
        """Whether the test indicator (0035) is set; syntax 4 also has echo and service tests (2 to 4)."""
        return self._get(11) not in ("", "0")


@dataclass(frozen=True, slots=True)
class GroupStart:
    """UNG."""

    raw: bytes
    offset: int
    header: Segment
    problems: tuple[Problem, ...] = ()

    @property
    def type(self) -> str:
        return self.header.get(1)

    @property
    def sender(self) -> PartyId:
        return PartyId(self.header.get(2), self.header.get(2, 2))

    @property
    def recipient(self) -> PartyId:
        return PartyId(self.header.get(3), self.header.get(3, 2))

    @property
    def reference(self) -> str:
        return self.header.get(5)


@dataclass(frozen=True)
class Message:
    """UNH to UNT. Segments are parsed when first asked for; `segment_count` counts them with UNH and UNT."""

    raw: bytes
    offset: int
    header: Segment
    trailer: Segment | None
    segment_count: int
    interchange: InterchangeStart
    group: GroupStart | None
    codec: str
    body_size: int
    """Bytes before UNT; a segment without terminator may end there."""
    problems: tuple[Problem, ...] = ()

    @property
    def reference(self) -> str:
        """The message reference number (0062)."""
        return self.header.get(1)

    @property
    def type(self) -> str:
        """The message type, such as `ORDERS` (0065)."""
        return self.header.get(2)

    @property
    def version(self) -> str:
        """The directory, such as `D96A`: version and release (0052, 0054)."""
        return self.header.get(2, 2) + self.header.get(2, 3)

    @property
    def agency(self) -> str:
        return self.header.get(2, 4)

    @property
    def association(self) -> str:
        """The association assigned code, such as `EAN008` (0057)."""
        return self.header.get(2, 5)

    @property
    def is_acceptable(self) -> bool:
        """Whether its syntax holds no error; warnings don't count."""
        return not any(problem.is_error for problem in self.problems)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """All segments from UNH to UNT; empty ones are left out."""
        start = self.interchange
        body = self.raw if self.trailer is None else self.raw[: self.body_size]
        found = parse_segments(body, start.delimiters, self.codec, wrapped=start.wrapped, offset=self.offset)
        if self.trailer is not None:
            found.append(self.trailer)
        return tuple(found)

    def all(self, tag: str) -> tuple[Segment, ...]:
        return tuple(each for each in self.segments if each.tag == tag)


@dataclass(frozen=True, slots=True)
class GroupEnd:
    """UNE; `trailer` is None where it is missing. `messages` is the counted number."""

    raw: bytes
    offset: int
    trailer: Segment | None
    messages: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class InterchangeEnd:
    """UNZ; `trailer` is None where it is missing. `messages` and `groups` are the counted numbers."""

    raw: bytes
    offset: int
    trailer: Segment | None
    messages: int
    groups: int
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """Text that belongs to no interchange, group or message: blanks and line ends between them, or foreign text."""

    raw: bytes
    offset: int
    segment_count: int = 0
    """How many segments it holds, where it has stood inside an interchange."""
    problems: tuple[Problem, ...] = field(default=())


Event: TypeAlias = InterchangeStart | GroupStart | Message | GroupEnd | InterchangeEnd | Unread


def to_bytes(events: Iterable[Event]) -> bytes:
    """The input that the events were read from, byte for byte."""
    return b"".join(event.raw for event in events)
