"""What can be wrong with EDIFACT text, where, and whose fault it is.

The reader never raises for what it reads: it reports `Problem`s. The writer raises `WriteError`, because what it
was asked to write is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Who has to change something."""

    SENDER = "sender"
    """The data breaks the syntax rules or its own envelope."""
    OURS = "ours"
    """A limit that we set, or the way we use the codec."""


class Severity(StrEnum):
    """What a problem does to the part it concerns."""

    ERROR = "error"
    WARNING = "warning"
    """Odd, but the meaning is certain; nothing needs to be rejected."""


class Code(StrEnum):
    """Every kind of problem; `contrl` translates them to the codes of data element 0085."""

    NO_EDIFACT = "no-edifact"
    GARBAGE = "garbage"
    BYTE_ORDER_MARK = "byte-order-mark"
    UTF16 = "utf-16"
    WRAPPED_LINES = "wrapped-lines"
    LINE_BREAK = "line-break"
    MISSING_TERMINATOR = "missing-terminator"
    NO_FINAL_TERMINATOR = "no-final-terminator"
    SEGMENT_TOO_LONG = "segment-too-long"
    MESSAGE_TOO_LARGE = "message-too-large"
    TOO_MANY_PROBLEMS = "too-many-problems"

    UNA_LENGTH = "una-length"
    UNA_CHARACTERS = "una-characters"
    UNA_MISSING = "una-missing"

    MISSING_UNB = "missing-unb"
    MISSING_UNZ = "missing-unz"
    UNB_ELEMENT = "unb-element"
    UNZ_COUNT = "unz-count"
    UNZ_CONTROL = "unz-control"
    UNEXPECTED_UNZ = "unexpected-unz"
    EMPTY_INTERCHANGE = "empty-interchange"
    SYNTAX_VERSION = "syntax-version"
    CHARACTER_SET = "character-set"

    MISSING_UNE = "missing-une"
    UNG_ELEMENT = "ung-element"
    UNE_COUNT = "une-count"
    UNE_CONTROL = "une-control"
    UNEXPECTED_UNE = "unexpected-une"
    EMPTY_GROUP = "empty-group"
    MIXED_GROUPS = "mixed-groups"
    MIXED_TYPES = "mixed-types"

    MISSING_UNT = "missing-unt"
    UNH_ELEMENT = "unh-element"
    UNT_COUNT = "unt-count"
    UNT_CONTROL = "unt-control"
    UNEXPECTED_UNT = "unexpected-unt"
    UNEXPECTED_SEGMENT = "unexpected-segment"
    DUPLICATE_REFERENCE = "duplicate-reference"

    SEGMENT_TAG = "segment-tag"
    EMPTY_SEGMENT = "empty-segment"
    TRAILING_SEPARATOR = "trailing-separator"
    INVALID_CHARACTER = "invalid-character"
    ENCODING = "encoding"
    DANGLING_RELEASE = "dangling-release"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a problem is. `offset` counts bytes of the whole input from 0; `segment` counts the segments of the
    message with UNH as 1, and is 0 outside of one; `element`, `component` and `repetition` count from 1 (the tag is
    not counted), and are 0 where the whole segment is meant. References are empty where no such envelope is open."""

    offset: int
    tag: str = ""
    segment: int = 0
    element: int = 0
    component: int = 0
    repetition: int = 0
    interchange: str = ""
    group: str = ""
    message: str = ""

    def __str__(self) -> str:
        parts = [f"byte {self.offset}"]
        if self.segment:
            parts.append(f"segment {self.segment} ({self.tag})" if self.tag else f"segment {self.segment}")
        elif self.tag:
            parts.append(self.tag)
        if self.element:
            place = f"element {self.element}"
            if self.component:
                place += f", component {self.component}"
            if self.repetition:
                place += f", repetition {self.repetition}"
            parts.append(place)
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, said in one plain sentence. `value` holds the offending data, cut to 99 characters."""

    code: Code
    text: str
    where: Position
    severity: Severity = Severity.ERROR
    fault: Fault = Fault.SENDER
    value: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


class EdifactError(ValueError):
    """Base of what this package raises."""


class WriteError(EdifactError):
    """Data that EDIFACT cannot carry with these delimiters or this character set: our fault, not the partner's."""

    def __init__(self, text: str, *, tag: str = "", element: int = 0) -> None:
        place = f"{tag}, element {element}" if element else tag
        super().__init__(f"{place}: {text}" if place else text)
        self.tag = tag
        self.element = element
