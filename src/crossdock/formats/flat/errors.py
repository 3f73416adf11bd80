"""What can be wrong with a flat file, where, and whose fault it is.

The readers never raise for what they read: they report `Problem`s. `LayoutError` is about a layout file of ours, and
`WriteError` about values that a layout has no room for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Who has to change something."""

    SENDER = "sender"
    """The file is not what its layout says."""
    OURS = "ours"
    """A limit that we set."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    """Odd, but the meaning is certain."""


class Code(StrEnum):
    """Every kind of problem."""

    ENCODING = "encoding"
    RECORD_TOO_LONG = "record-too-long"
    OPEN_QUOTE = "open-quote"
    UNKNOWN_RECORD = "unknown-record"
    COLUMN_MISSING = "column-missing"
    COLUMN_UNKNOWN = "column-unknown"
    TOO_FEW_FIELDS = "too-few-fields"
    TOO_MANY_FIELDS = "too-many-fields"
    TOO_SHORT = "too-short"
    FIELD_MISSING = "field-missing"
    FIELD_VALUE = "field-value"
    NO_CONTROL_RECORD = "no-control-record"
    DOCUMENT_NUMBER = "document-number"
    SEGMENT_PARENT = "segment-parent"
    SEGMENT_NUMBER = "segment-number"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `line` counts from 1 through the whole input; `field` is the layout's name for it."""

    code: Code
    text: str
    line: int
    field: str = ""
    value: str = ""
    severity: Severity = Severity.ERROR
    fault: Fault = Fault.SENDER

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        place = f"line {self.line}, field {self.field}" if self.field else f"line {self.line}"
        return f"{place}: {self.text}"


class FlatError(ValueError):
    """Base of what this package raises."""


class LayoutError(FlatError):
    """A layout file that makes no sense: one sentence that names the place."""


class WriteError(FlatError):
    """A value that the layout has no room for: our fault, not the partner's."""
