"""What can be wrong with X12 text, where, and whose fault it is.

The reader never raises for what it reads: it reports `Problem`s. The writer raises `WriteError`, because what
it was asked to write is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Fault(StrEnum):
    """Who has to change something."""

    SENDER = "sender"
    """The data breaks the standard or its own envelope."""
    OURS = "ours"
    """A limit that we set, or the way we use the codec."""


class Severity(StrEnum):
    """What a problem does to the part it concerns."""

    ERROR = "error"
    WARNING = "warning"
    """Odd, but the meaning is certain; nothing needs to be rejected."""


class Code(StrEnum):
    """Every kind of problem; acknowledgments translate them to the standard's codes."""

    NO_X12 = "no-x12"
    GARBAGE = "garbage"
    UTF16 = "utf-16"
    ESCAPED_LINE_ENDS = "escaped-line-ends"
    WRAPPED_LINES = "wrapped-lines"
    INVALID_CHARACTER = "invalid-character"
    EMPTY_SEGMENT = "empty-segment"
    SEGMENT_TOO_LONG = "segment-too-long"
    TRANSACTION_TOO_LARGE = "transaction-too-large"
    TOO_MANY_PROBLEMS = "too-many-problems"
    NO_FINAL_TERMINATOR = "no-final-terminator"

    ISA_LENGTH = "isa-length"
    ISA_ELEMENTS = "isa-elements"
    ISA_ELEMENT = "isa-element"
    ISA_SEPARATOR = "isa-separator"
    MISSING_ISA = "missing-isa"
    MISSING_IEA = "missing-iea"
    IEA_CONTROL = "iea-control"
    IEA_COUNT = "iea-count"
    UNEXPECTED_IEA = "unexpected-iea"

    GS_ELEMENT = "gs-element"
    MISSING_GS = "missing-gs"
    MISSING_GE = "missing-ge"
    GE_CONTROL = "ge-control"
    GE_COUNT = "ge-count"
    UNEXPECTED_GE = "unexpected-ge"

    ST_SET = "st-set"
    ST_CONTROL = "st-control"
    MISSING_SE = "missing-se"
    SE_CONTROL = "se-control"
    SE_COUNT = "se-count"
    UNEXPECTED_SE = "unexpected-se"
    UNEXPECTED_SEGMENT = "unexpected-segment"

    SET_UNKNOWN = "set-unknown"
    SET_NOT_IN_GROUP = "set-not-in-group"
    DUPLICATE_CONTROL = "duplicate-control"
    SEGMENT_ID = "segment-id"
    SEGMENT_NOT_IN_SET = "segment-not-in-set"
    SEGMENT_SEQUENCE = "segment-sequence"
    SEGMENT_MISSING = "segment-missing"
    SEGMENT_REPEATED = "segment-repeated"
    LOOP_REPEATED = "loop-repeated"

    ELEMENT_MISSING = "element-missing"
    ELEMENT_CONDITION = "element-condition"
    ELEMENT_EXCLUSION = "element-exclusion"
    ELEMENT_TOO_MANY = "element-too-many"
    ELEMENT_TOO_SHORT = "element-too-short"
    ELEMENT_TOO_LONG = "element-too-long"
    ELEMENT_CHARACTER = "element-character"
    ELEMENT_CODE = "element-code"
    ELEMENT_DATE = "element-date"
    ELEMENT_TIME = "element-time"
    ELEMENT_REPEATED = "element-repeated"
    COMPONENT_TOO_MANY = "component-too-many"

    HL_ID = "hl-id"
    HL_DUPLICATE = "hl-duplicate"
    HL_ORPHAN = "hl-orphan"
    HL_CYCLE = "hl-cycle"
    HL_CHILD = "hl-child"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a problem is. `offset` counts bytes of the whole input from 0; `segment` counts the segments of
    the transaction set with ST as 1, and is 0 outside of one; `element`, `component` and `repetition` count
    from 1, and are 0 where the whole segment is meant. Control numbers are empty where no such envelope is
    open."""

    offset: int
    tag: str = ""
    segment: int = 0
    element: int = 0
    component: int = 0
    repetition: int = 0
    interchange: str = ""
    group: str = ""
    transaction: str = ""

    def named(self, tag: str) -> Position:
        """The same place, meant for segment `tag`: one that should stand there and does not."""
        return replace(self, tag=tag)

    def __str__(self) -> str:
        parts = [f"byte {self.offset}"]
        if self.segment:
            parts.append(f"segment {self.segment} ({self.tag})" if self.tag else f"segment {self.segment}")
        elif self.tag:
            parts.append(self.tag)
        if self.element:
            place = f"element {self.element}"
            if self.component:
                place += f"-{self.component}"
            if self.repetition:
                place += f", repetition {self.repetition}"
            parts.append(place)
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, said in one plain sentence. `value` holds the offending data, cut to 99
    characters."""

    code: Code
    text: str
    where: Position
    severity: Severity = Severity.ERROR
    fault: Fault = Fault.SENDER
    value: str = ""
    reference: str = ""
    """The data element's reference number in the standard's dictionary, where it is known."""

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def at(self, **changes: int | str) -> Problem:
        """The same problem with a more exact position."""
        return replace(self, where=replace(self.where, **changes))  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


class X12Error(ValueError):
    """Base of what this package raises."""


class WriteError(X12Error):
    """Data that X12 cannot carry with these delimiters, this encoding or these widths: our fault, not the
    partner's.

    `segment` counts as `Position.segment`; `element` counts from 1, 0 for the whole segment.
    """

    def __init__(self, text: str, *, tag: str = "", segment: int = 0, element: int = 0) -> None:
        place = f"{tag}{element:02d}" if element else tag
        super().__init__(f"{place}: {text}" if place else text)
        self.tag = tag
        self.segment = segment
        self.element = element
