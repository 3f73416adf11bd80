"""What is open while reading, at each level of the envelopes, and what it may cost."""

from __future__ import annotations

from dataclasses import dataclass, field

from crossdock.formats.x12.errors import Position, Problem
from crossdock.formats.x12.structure import Group, Interchange, Segment


@dataclass(frozen=True, slots=True)
class Limits:
    """What one input may cost us, in bytes and problems; what goes beyond is reported, not held."""

    segment: int = 64 * 1024
    transaction: int = 32 * 1024 * 1024
    problems: int = 100
    """Problems reported of one transaction set, group or interchange; the rest are counted."""
    errors: int = 100_000
    """Errors of the whole input, reported or not; behind so many, the rest of the input is not read."""


@dataclass(slots=True)
class Owner:
    """Problems of one open part, and what is told only when it ends: blank segments, and problems not listed."""

    problems: list[Problem] = field(default_factory=list)
    beyond: int = 0
    blank: int = 0
    first_blank: Position | None = None


@dataclass(slots=True)
class OpenInterchange(Owner):
    interchange: Interchange | None = None
    groups: int = 0
    groupless: bool = False


@dataclass(slots=True)
class OpenGroup(Owner):
    group: Group | None = None
    transactions: int = 0


@dataclass(slots=True)
class OpenTransaction(Owner):
    header: Segment = field(default_factory=list)
    offset: int = 0
    lead: bytes = b""
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    count: int = 0
    dropped: bool = False
