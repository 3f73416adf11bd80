"""Service segments to events: opens and closes interchanges, groups and messages, and checks that they agree.

Source: ISO 9735, the structure of an interchange.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from crossdock.formats.edifact.charset import (
    UNKNOWN,
    CharacterSet,
    character_set,
    codec_for,
)
from crossdock.formats.edifact.checks import Text, check_text
from crossdock.formats.edifact.delimiters import STANDARD, Start
from crossdock.formats.edifact.envelope import (
    Finding,
    check_trailer,
    check_unb,
    check_ung,
    check_unh,
)
from crossdock.formats.edifact.errors import Code, Position, Problem, Severity
from crossdock.formats.edifact.events import (
    Event,
    GroupEnd,
    GroupStart,
    InterchangeEnd,
    InterchangeStart,
    Message,
    Unread,
)
from crossdock.formats.edifact.open_levels import (
    Limits,
    OpenGroup,
    OpenInterchange,
    OpenMessage,
    Problems,
    warning,
)
from crossdock.formats.edifact.parsing import parse_segment
from crossdock.formats.edifact.scanner import Opening
from crossdock.formats.edifact.segments import Segment

_Found = tuple[Problem, ...]


class Assembler:
    """What is open, and what each service segment does to it. `opening` is set when the scanner finds a start."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.opening: Opening | None = None
        self.interchange: OpenInterchange | None = None
        self.group: OpenGroup | None = None
        self.message: OpenMessage | None = None
        self._last = Start(0, 0, STANDARD, False, 0)

    def where(self, offset: int, tag: str = "") -> Position:
        """A position under the envelopes that are open now."""
        return Position(
            offset,
            tag,
            self.message.segment_count if self.message else 0,
            interchange=self.interchange.start.reference if self.interchange else "",
            group=self.group.start.reference if self.group else "",
            message=self.message.header.get(1) if self.message else "",
        )

    def service(self, tag: bytes, part: bytes, raw: bytes, start: int, cut: _Found) -> Iterator[Event]:
        """One service segment: `part` is its text, `raw` its exact bytes, `start` where they are in the input."""
        segment = self._parse(part, start)
        match tag:
            case b"UNB":
                yield from self.close_interchange(start)
                yield self._open_interchange(segment, raw, start, cut)
            case b"UNG":
                yield from self._implied(start)
                yield from self._close_group(start)
                yield self._open_group(segment, raw, start, cut)
            case b"UNH":
                yield from self._implied(start)
                yield from self._close_message(None, start)
                self._open_message(segment, raw, start, cut)
            case b"UNT":
                yield from self._end_message(segment, raw, start, cut)
            case b"UNE":
                yield from self._end_group(segment, raw, start, cut)
            case _:
                yield from self._end_interchange(segment, raw, start, cut)

    def close_interchange(self, offset: int) -> Iterator[Event]:
        """Closes everything that is open though the input says nothing of it; `offset` is where it should have."""
        yield from self._close_group(offset)
        if self.interchange is None:
            return
        problems: _Found = ()
        if self.interchange.start.header is not None:
            said = "The interchange is not closed by a UNZ"
            problems = (Problem(Code.MISSING_UNZ, said, self.where(offset, "UNZ")),)
        yield self._close(b"", offset, None, problems)

    def abandon_opening(self) -> Iterator[Event]:
        """Hands on what stood before an interchange that then turned out to be none."""
        if self.opening is not None and self.opening.raw:
            yield Unread(self.opening.raw, self.opening.offset)
        self.opening = None

    def _parse(self, part: bytes, start: int) -> Segment:
        codec = self._codec(part)[0]
        wrapped = self._start.width > 0
        position = self.message.segment_count + 1 if self.message else 0
        return parse_segment(
            part,
            self._start.delimiters,
            codec,
            wrapped=wrapped,
            offset=start,
            position=position,
        )

    @property
    def _start(self) -> Start:
        return self.opening.start if self.opening is not None else self._last

    def _charset(self) -> CharacterSet:
        syntax = self.interchange.start.syntax if self.interchange else ""
        return character_set(syntax) or UNKNOWN

    def _codec(self, raw: bytes) -> tuple[str, bool]:
        if not self._start.delimiters.escaped().isascii():
            return "iso8859-1", True
        return codec_for(raw, self._charset())

    def _named(self, segment: Segment, findings: Iterable[Finding]) -> _Found:
        where = replace(self.where(segment.offset, segment.tag[:3]), segment=segment.position)
        return tuple(
            Problem(
                found.code,
                found.text,
                replace(where, element=found.element, component=found.component),
                found.severity,
                value=segment.get(found.element, found.component or 1)[:99],
            )
            for found in findings
        )

    def _opened(self) -> tuple[bytes, int | None, _Found]:
        """What the scanner found before the first segment: its bytes, where they start, and what is odd about it."""
        opening = self.opening
        if opening is None:
            return b"", None, ()
        self._last, self.opening = opening.start, None
        where = Position(opening.offset)
        notes = [
            Problem(
                code,
                text,
                where,
                Severity.ERROR if code is Code.UNA_CHARACTERS else Severity.WARNING,
            )
            for code, text in opening.notes
        ]
        if opening.start.width:
            said = f"Lines are wrapped at column {opening.start.width}; they are joined again"
            notes.append(warning(Code.WRAPPED_LINES, said, where))
        return opening.raw, opening.offset, tuple(notes)

    def _open_interchange(self, header: Segment, raw: bytes, start: int, cut: _Found) -> Event:
        before, offset, notes = self._opened()
        last = self._last
        opened = InterchangeStart(
            before + raw,
            start if offset is None else offset,
            last.delimiters.for_syntax(header.get(1, 2), announced=last.announced),
            last.announced,
            header,
            last.width > 0,
        )
        self.interchange = OpenInterchange(opened, self._limits.max_references)
        opened = replace(opened, problems=notes + self._named(header, check_unb(header)) + cut)
        self.interchange.start = opened
        return opened

    def _implied(self, start: int) -> Iterator[Event]:
        """Opens an interchange for a group or message that came without one."""
        if self.interchange is not None:
            return
        before, offset, notes = self._opened()
        said = "Messages stand here without a UNB before them"
        problems = (*notes, Problem(Code.MISSING_UNB, said, Position(start, "UNB")))
        at = start if offset is None else offset
        last = self._last
        opened = InterchangeStart(before, at, last.delimiters, last.announced, None, last.width > 0, problems)
        self.interchange = OpenInterchange(opened, self._limits.max_references)
        yield opened

    def _open_group(self, header: Segment, raw: bytes, start: int, cut: _Found) -> Event:
        assert self.interchange is not None
        self.interchange.groups += 1
        opened = GroupStart(raw, start, header)
        self.group = OpenGroup(opened)
        opened = replace(opened, problems=self._named(header, check_ung(header)) + cut)
        self.group.start = opened
        return opened

    def _open_message(self, header: Segment, raw: bytes, start: int, cut: _Found) -> None:
        assert self.interchange is not None
        header.position = 1
        self.interchange.messages += 1
        reference, group = header.get(1), ""
        if self.group is not None:
            self.group.messages += 1
            self.group.types.add(header.get(2))
            group = self.group.start.reference
        else:
            self.interchange.ungrouped = True
        problems = Problems(self._limits.max_problems)
        where = replace(self.where(start, "UNH"), segment=1, message=reference)
        self.message = OpenMessage(header, where, self._limits.max_message_bytes, problems)
        self.message.segment_count = 1
        for problem in self._named(header, check_unh(header)) + cut:
            problems.add(problem)
        if reference and self.interchange.is_repeated(group, reference):
            said = f"The message reference {reference[:40]!r} was used before in this interchange"
            problems.add(
                Problem(
                    Code.DUPLICATE_REFERENCE,
                    said,
                    replace(where, element=1),
                    value=reference[:99],
                )
            )
        self.message.add(raw)

    def _end_message(self, trailer: Segment, raw: bytes, start: int, cut: _Found) -> Iterator[Event]:
        message = self.message
        if message is None:
            yield self._stray(trailer, raw, start, Code.UNEXPECTED_UNT, cut)
            return
        message.segment_count += 1
        trailer.position = message.segment_count
        size = message.size
        message.add(raw)
        codes = (Code.UNT_COUNT, Code.UNT_CONTROL)
        findings = check_trailer(trailer, message.header.get(1), message.segment_count, "segments", codes)
        for problem in self._named(trailer, findings) + cut:
            message.problems.add(problem)
        yield from self._close_message(trailer, start, size)

    def _close_message(self, trailer: Segment | None, offset: int, size: int | None = None) -> Iterator[Event]:
        message, interchange = self.message, self.interchange
        if message is None or interchange is None:
            return
        if trailer is None:
            said = "The message is not closed by a UNT"
            message.problems.add(Problem(Code.MISSING_UNT, said, self.where(offset, "UNT")))
        raw = b"".join(message.pieces)
        message.pieces.clear()
        codec, as_declared = self._codec(raw)
        start = interchange.start
        size = len(raw) if size is None else min(size, len(raw))
        checked = raw if raw.endswith(start.delimiters.terminator, 0, size) else raw[:size]
        text = Text(
            checked,
            start.delimiters,
            start.wrapped,
            self._charset(),
            codec,
            as_declared,
            message.where,
        )
        for problem in check_text(text):
            message.problems.add(problem)
        self.message = None
        yield Message(
            raw,
            message.where.offset,
            message.header,
            trailer,
            message.segment_count,
            start,
            self.group.start if self.group else None,
            codec,
            size,
            message.problems.finish(message.where),
        )

    def _end_group(self, trailer: Segment, raw: bytes, start: int, cut: _Found) -> Iterator[Event]:
        yield from self._close_message(None, start)
        group = self.group
        if group is None:
            yield self._stray(trailer, raw, start, Code.UNEXPECTED_UNE, cut)
            return
        codes = (Code.UNE_COUNT, Code.UNE_CONTROL)
        findings = check_trailer(trailer, group.start.reference, group.messages, "messages", codes)
        problems = self._named(trailer, findings) + cut + self._group_problems(group, start)
        self.group = None
        yield GroupEnd(raw, start, trailer, group.messages, problems)

    def _close_group(self, offset: int) -> Iterator[Event]:
        yield from self._close_message(None, offset)
        if self.group is None:
            return
        missing = Problem(
            Code.MISSING_UNE,
            "The group is not closed by a UNE",
            self.where(offset, "UNE"),
        )
        problems = (missing, *self._group_problems(self.group, offset))
        messages, self.group = self.group.messages, None
        yield GroupEnd(b"", offset, None, messages, problems)

    def _group_problems(self, group: OpenGroup, offset: int) -> _Found:
        where = self.where(offset, "UNE")
        if not group.messages:
            return (Problem(Code.EMPTY_GROUP, "The group holds no message", where),)
        if len(group.types) > 1:
            said = f"The group holds messages of several types: {', '.join(sorted(group.types))}"
            return (Problem(Code.MIXED_TYPES, said[:300], where),)
        return ()

    def _end_interchange(self, trailer: Segment, raw: bytes, start: int, cut: _Found) -> Iterator[Event]:
        yield from self._close_group(start)
        interchange = self.interchange
        if interchange is None:
            yield self._stray(trailer, raw, start, Code.UNEXPECTED_UNZ, cut)
            return
        counted, counts = interchange.messages, "messages"
        if interchange.groups:
            counted, counts = interchange.groups, "groups"
        reference = interchange.start.reference if interchange.start.header else trailer.get(2)
        findings = check_trailer(trailer, reference, counted, counts, (Code.UNZ_COUNT, Code.UNZ_CONTROL))
        yield self._close(raw, start, trailer, self._named(trailer, findings) + cut)

    def _close(self, raw: bytes, offset: int, trailer: Segment | None, problems: _Found) -> Event:
        interchange = self.interchange
        assert interchange is not None
        where = self.where(offset, "UNZ")
        if not interchange.messages and not interchange.groups:
            problems += (Problem(Code.EMPTY_INTERCHANGE, "The interchange holds no message", where),)
        if interchange.groups and interchange.ungrouped:
            said = "Some messages stand in groups and others outside of them"
            problems += (Problem(Code.MIXED_GROUPS, said, where),)
        self.interchange = None
        return InterchangeEnd(raw, offset, trailer, interchange.messages, interchange.groups, problems)

    def _stray(self, trailer: Segment, raw: bytes, start: int, code: Code, cut: _Found) -> Event:
        said = f"{trailer.tag} closes what was not opened"
        problem = Problem(code, said, self.where(start, trailer.tag), value=trailer.get(2)[:99])
        return Unread(raw, start, 1, (problem, *cut))
