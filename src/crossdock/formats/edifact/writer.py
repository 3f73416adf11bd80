"""Messages and interchanges to bytes: envelopes, counts and release characters.

Raises `WriteError` where it is asked for what EDIFACT cannot carry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crossdock.formats.edifact.charset import UNKNOWN, character_set, codec_for
from crossdock.formats.edifact.delimiters import BLANKS, STANDARD, Delimiters
from crossdock.formats.edifact.errors import WriteError
from crossdock.formats.edifact.events import (
    Event,
    GroupEnd,
    GroupStart,
    InterchangeEnd,
    InterchangeStart,
    Message,
    PartyId,
)
from crossdock.formats.edifact.segments import Segment, format_segment, segment


@dataclass(frozen=True, slots=True)
class Envelope:
    """What UNB says. `prepared` is (YYMMDD or YYYYMMDD, HHMM) in the zone that the partners agreed on."""

    sender: PartyId
    recipient: PartyId
    reference: str
    prepared: tuple[str, str]
    syntax: str = "UNOC"
    version: str = "3"
    application: str = ""
    acknowledgement: str = ""
    agreement: str = ""
    is_test: bool = False
    delimiters: Delimiters = STANDARD
    announced: bool = True
    """Whether a UNA is written."""
    line_break: bytes = b""
    """Written behind each terminator, for people who read files."""

    def header(self) -> Segment:
        return segment(
            "UNB",
            (self.syntax, self.version),
            _party(self.sender),
            _party(self.recipient),
            self.prepared,
            self.reference,
            None,
            self.application,
            None,
            self.acknowledgement,
            self.agreement,
            "1" if self.is_test else "",
        )


@dataclass(frozen=True, slots=True)
class Body:
    """A message to write: `type` holds the components of S009, such as `("ORDERS", "D", "96A", "UN", "EAN008")`, and
    `segments` what stands between UNH and UNT."""

    reference: str
    type: tuple[str, ...]
    segments: Sequence[Segment]


def write_interchange(envelope: Envelope, bodies: Iterable[Body]) -> Iterator[bytes]:
    """The interchange in pieces, one for each message, so that any number of them can be written.

    Raises `WriteError` when a value cannot be carried, or a mandatory part of the envelope is empty.
    """
    _require_whole(envelope)
    delimiters = envelope.delimiters.for_syntax(envelope.version, announced=envelope.announced)
    head = (delimiters.una() + envelope.line_break) if envelope.announced else b""
    yield head + _write([envelope.header()], envelope, delimiters)
    count = 0
    for body in bodies:
        count += 1
        size = str(len(body.segments) + 2)
        trailer = segment("UNT", size, body.reference)
        segments = [segment("UNH", body.reference, body.type), *body.segments, trailer]
        yield _write(segments, envelope, delimiters)
    yield _write([segment("UNZ", str(count), envelope.reference)], envelope, delimiters)


def _require_whole(envelope: Envelope) -> None:
    values = (
        (1, envelope.syntax),
        (1, envelope.version),
        (2, envelope.sender.id),
        (3, envelope.recipient.id),
        (4, envelope.prepared[0]),
        (4, envelope.prepared[1]),
        (5, envelope.reference),
    )
    for element, value in values:
        if not value:
            raise WriteError("it is mandatory and empty", tag="UNB", element=element)
    if character_set(envelope.syntax) is None:
        raise WriteError(f"the character set {envelope.syntax!r} is not known", tag="UNB", element=1)


def _write(segments: Iterable[Segment], envelope: Envelope, delimiters: Delimiters) -> bytes:
    declared = character_set(envelope.syntax)
    codec = declared.codec if declared is not None else "ascii"
    ending = delimiters.terminator + envelope.line_break
    return b"".join(format_segment(each, delimiters, codec) + ending for each in segments)


def _party(party: PartyId) -> tuple[str, str, str]:
    return party.id, party.qualifier, party.internal


def write_events(events: Iterable[Event]) -> Iterator[bytes]:
    """Events back to bytes through their segments: for well-formed input the same bytes that were read.

    Well-formed means that the same line end (or none) stands before every segment of an event. Text that belongs to no
    message is written as it stands. Raises `WriteError`.
    """
    start: InterchangeStart | None = None
    for event in events:
        match event:
            case InterchangeStart(header=Segment() as header):
                start = event
                yield event.raw[: header.offset - event.offset] + _again([header], event.raw, event)
            case GroupStart(header=header) if start is not None:
                yield _indent(event.raw) + _again([header], event.raw, start)
            case GroupEnd(trailer=Segment() as trailer) | InterchangeEnd(trailer=Segment() as trailer) if start:
                yield _indent(event.raw) + _again([trailer], event.raw, start)
            case Message():
                yield _indent(event.raw) + _again(event.segments, event.raw, event.interchange)
            case InterchangeStart():
                start = event
                yield event.raw
            case _:
                yield event.raw


def _indent(raw: bytes) -> bytes:
    return raw[: len(raw) - len(raw.lstrip(BLANKS))]


def _again(segments: Sequence[Segment], raw: bytes, start: InterchangeStart) -> bytes:
    delimiters = start.delimiters
    codec = codec_for(raw, character_set(start.syntax) or UNKNOWN)[0]
    if not delimiters.escaped().isascii():
        codec = "iso8859-1"
    between = delimiters.terminator + _indent(raw)
    written = between.join(each.spelled.encode(codec) or format_segment(each, delimiters, codec) for each in segments)
    return written + (delimiters.terminator if raw.endswith(delimiters.terminator) else b"")
