"""X12 text to segments and back. No files, no sockets, no business meaning."""

from crossdock.formats.x12.acknowledgment_reader import (
    GroupAnswer,
    InterchangeAnswer,
    SetAnswer,
    read_acknowledgment,
    read_ta1,
)
from crossdock.formats.x12.acknowledgments import (
    GroupReceipt,
    build_997,
    build_999,
    build_ta1,
    is_acknowledgment,
    may_acknowledge,
    reply_group,
    reply_interchange,
)
from crossdock.formats.x12.delimiters import Delimiters
from crossdock.formats.x12.errors import Code, Fault, Position, Problem, Severity, WriteError
from crossdock.formats.x12.hierarchy import Hierarchy, Level, read_hierarchy
from crossdock.formats.x12.library import STANDARD, Library
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
from crossdock.formats.x12.validator import validate
from crossdock.formats.x12.writer import GroupHeader, InterchangeHeader, Writer, write_events, write_segments

__all__ = [
    "STANDARD",
    "Code",
    "Delimiters",
    "Event",
    "Fault",
    "Group",
    "GroupAnswer",
    "GroupEnd",
    "GroupHeader",
    "GroupReceipt",
    "GroupStart",
    "Hierarchy",
    "Interchange",
    "InterchangeAnswer",
    "InterchangeEnd",
    "InterchangeHeader",
    "InterchangeStart",
    "Level",
    "Library",
    "Limits",
    "LooseSegment",
    "Position",
    "Problem",
    "Reader",
    "Segment",
    "SetAnswer",
    "Severity",
    "Skipped",
    "Transaction",
    "WriteError",
    "Writer",
    "build_997",
    "build_999",
    "build_ta1",
    "components",
    "element",
    "is_acknowledgment",
    "may_acknowledge",
    "read_acknowledgment",
    "read_events",
    "read_hierarchy",
    "read_ta1",
    "read_transactions",
    "repetitions",
    "reply_group",
    "reply_interchange",
    "validate",
    "write_events",
    "write_segments",
]
