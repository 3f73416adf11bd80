"""EDIFACT text to interchanges, messages and segments, and back. No files, no sockets, no business meaning."""

from crossdock.formats.edifact.contrl import Action, Contrl, acknowledge, receipt
from crossdock.formats.edifact.contrl_message import (
    contrl_body,
    read_contrl,
    reason,
    reply_envelope,
)
from crossdock.formats.edifact.delimiters import STANDARD, SYNTAX_4, Delimiters
from crossdock.formats.edifact.errors import (
    Code,
    EdifactError,
    Fault,
    Position,
    Problem,
    Severity,
    WriteError,
)
from crossdock.formats.edifact.events import (
    Event,
    GroupEnd,
    GroupStart,
    InterchangeEnd,
    InterchangeStart,
    Message,
    PartyId,
    Unread,
    to_bytes,
)
from crossdock.formats.edifact.open_levels import Limits
from crossdock.formats.edifact.reader import read_events, read_messages
from crossdock.formats.edifact.segments import Segment, parse_number, segment
from crossdock.formats.edifact.writer import (
    Body,
    Envelope,
    write_events,
    write_interchange,
)

__all__ = [
    "STANDARD",
    "SYNTAX_4",
    "Action",
    "Body",
    "Code",
    "Contrl",
    "Delimiters",
    "EdifactError",
    "Envelope",
    "Event",
    "Fault",
    "GroupEnd",
    "GroupStart",
    "InterchangeEnd",
    "InterchangeStart",
    "Limits",
    "Message",
    "PartyId",
    "Position",
    "Problem",
    "Segment",
    "Severity",
    "Unread",
    "WriteError",
    "acknowledge",
    "contrl_body",
    "parse_number",
    "read_contrl",
    "read_events",
    "read_messages",
    "reason",
    "receipt",
    "reply_envelope",
    "segment",
    "to_bytes",
    "write_events",
    "write_interchange",
]
