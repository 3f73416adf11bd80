"""X12 text to segments and back. No files, no sockets, no business meaning."""

from crossdock.formats.x12.delimiters import Delimiters
from crossdock.formats.x12.errors import Code, Fault, Position, Problem, Severity, WriteError
from crossdock.formats.x12.open_parts import Limits
from crossdock.formats.x12.reader import Reader, read_events, read_transactions
from crossdock.formats.x12.structure import (
    Event,
    Group,
    GroupEnd,
    GroupStart,
    Interchange,
    InterchangeEnd,
    InterchangeStart,
    LooseSegment,
    Segment,
    Skipped,
    Transaction,
    components,
    element,
    repetitions,
)
from crossdock.formats.x12.writer import GroupHeader, InterchangeHeader, Writer, write_events, write_segments

__all__ = [
    "Code",
    "Delimiters",
    "Event",
    "Fault",
    "Group",
    "GroupEnd",
    "GroupHeader",
    "GroupStart",
    "Interchange",
    "InterchangeEnd",
    "InterchangeHeader",
    "InterchangeStart",
    "Limits",
    "LooseSegment",
    "Position",
    "Problem",
    "Reader",
    "Segment",
    "Severity",
    "Skipped",
    "Transaction",
    "WriteError",
    "Writer",
    "components",
    "element",
    "read_events",
    "read_transactions",
    "repetitions",
    "write_events",
    "write_segments",
]
