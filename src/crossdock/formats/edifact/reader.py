"""EDIFACT bytes to events: interchanges, groups and messages, with every problem named. Never fails on its input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from crossdock.formats.edifact.assembler import Assembler
from crossdock.formats.edifact.delimiters import (
    BLANKS,
    LINE_ENDS,
    STANDARD,
    Delimiters,
    Start,
)
from crossdock.formats.edifact.errors import Code, Fault, Position, Problem, Severity
from crossdock.formats.edifact.events import Event, Message, Unread
from crossdock.formats.edifact.open_levels import Limits, warning
from crossdock.formats.edifact.scanner import Foreign, Opening, Run, Scanner

Report: TypeAlias = Callable[[Problem], object]

_TAG = re.compile(rb"[A-Z][A-Z0-9]{2}\Z")
_SERVICE = frozenset((b"UNB", b"UNG", b"UNH", b"UNT", b"UNE", b"UNZ"))
_KNOWN_TAGS = 4096


def read_events(chunks: Iterable[bytes], limits: Limits | None = None) -> Iterator[Event]:
    """Everything in a file of EDIFACT text, in order, holding one message at a time.

    `chunks` are byte strings of any size. Problems ride on the event they concern; nothing is raised for bad input.
    """
    return _Reader(chunks, limits or Limits()).events()


def read_messages(
    chunks: Iterable[bytes],
    *,
    report: Report | None = None,
    limits: Limits | None = None,
) -> Iterator[Message]:
    """The messages of a file, each with its own problems; `report` is told those of envelopes and foreign text."""
    for event in read_events(chunks, limits):
        if isinstance(event, Message):
            yield event
        elif report is not None:
            for problem in event.problems:
                report(problem)


@dataclass(slots=True)
class _Cursor:
    """A run being read: `first` is the first part that has not been handed on yet, `at` its byte in the input."""

    run: Run
    terminator: bytes
    first: int
    at: int

    def take(self, end: int) -> tuple[bytes, int]:
        """The exact bytes of the parts up to `end`, and where they start."""
        parts, start = self.run.parts[self.first : end], self.at
        raw = self.terminator.join(parts)
        if parts and not (end == len(self.run.parts) and self.run.cut is not None):
            raw += self.terminator
        self.first = end
        self.at += len(raw)
        return raw, start

    def offset(self, number: int) -> int:
        """Where the tag of a part stands in the input."""
        passed = self.run.parts[self.first : number]
        part = self.run.parts[number]
        indent = len(part) - len(part.lstrip(BLANKS))
        return self.at + sum(map(len, passed)) + len(passed) * len(self.terminator) + indent


class _Reader:
    """Sorts segments into envelopes and data; what they mean for what is open is the assembler's business."""

    def __init__(self, chunks: Iterable[bytes], limits: Limits) -> None:
        self._scanner = Scanner(chunks, limits.max_segment_bytes)
        self._limits = limits
        self._levels = Assembler(limits)
        self._start = Start(0, 0, STANDARD, False, 0)
        self._known: set[bytes] = set()
        self._seen = False
        self._in_garbage = False
        self._too_long = False

    def events(self) -> Iterator[Event]:
        for scanned in self._scanner.scan():
            if isinstance(scanned, Run):
                yield from self._read_run(scanned)
            elif isinstance(scanned, Opening):
                yield from self._levels.abandon_opening()
                yield from self._levels.close_interchange(scanned.offset)
                self._start = scanned.start
                self._levels.opening = scanned
                self._known.clear()
                self._seen, self._in_garbage = True, False
            else:
                yield from self._levels.close_interchange(scanned.offset)
                yield self._foreign(scanned)
        yield from self._levels.abandon_opening()
        yield from self._levels.close_interchange(self._scanner.offset)
        if not self._seen:
            said = "This is no EDIFACT: there is no UNA, UNB or UNH in it"
            yield Unread(
                b"",
                self._scanner.offset,
                0,
                (Problem(Code.NO_EDIFACT, said, Position(0)),),
            )

    def _foreign(self, found: Foreign) -> Unread:
        if found.code is None or self._in_garbage:
            return Unread(found.raw, found.offset)
        self._in_garbage = True
        shown = found.raw.strip(BLANKS)[:99].decode("iso8859-1")
        said = "Text stands here that is no EDIFACT"
        if found.code is Code.UTF16:
            said = "The text is UTF-16, which EDIFACT cannot be; it has to be sent in its declared character set"
        severity = Severity.ERROR if found.code is Code.UTF16 else Severity.WARNING
        problem = Problem(found.code, said, Position(found.offset), severity, value=shown)
        return Unread(found.raw, found.offset, 0, (problem,))

    def _read_run(self, run: Run) -> Iterator[Event]:
        levels, known, delimiters = self._levels, self._known, self._start.delimiters
        cursor = _Cursor(run, delimiters.terminator, 0, run.offset)
        wrapped = self._start.width > 0
        message = levels.message
        if run.cut is not None:
            known = set()
        for number, part in enumerate(run.parts):
            if part[:4] in known and message is not None:
                message.segment_count += 1
                continue
            bare = part.lstrip(BLANKS)
            if bare[:4] in known and message is not None:
                message.segment_count += 1
                continue
            if wrapped:
                bare = bare.translate(None, LINE_ENDS)
            if _is_service(bare, delimiters):
                yield from self._flush(cursor, number)
                yield from self._read_service(bare[:3], cursor, number)
                message = levels.message
            elif message is not None:
                self._read_plain(bare, cursor, number)
        yield from self._flush(cursor, len(run.parts))

    def _flush(self, cursor: _Cursor, end: int) -> Iterator[Event]:
        """Hands what was read to the open message, or on as text that belongs to none."""
        if end == cursor.first:
            return
        parts = cursor.run.parts[cursor.first : end]
        if self._levels.message is not None:
            self._levels.message.add(cursor.take(end)[0])
            return
        stray = [number for number, part in enumerate(parts, cursor.first) if part.strip(BLANKS)]
        problems: tuple[Problem, ...] = ()
        if stray:
            tag = cursor.run.parts[stray[0]].lstrip(BLANKS)[:3].decode("iso8859-1")
            said = f"{tag!r} stands outside of any message ({len(stray)} such segments in a row)"
            where = self._levels.where(cursor.offset(stray[0]), tag)
            problems = (Problem(Code.UNEXPECTED_SEGMENT, said, where),)
        if cursor.run.cut is not None and stray and end == len(cursor.run.parts):
            problems += (self._cut_problem(cursor.run.cut, cursor.offset(end - 1)),)
        yield from self._levels.abandon_opening()
        raw, start = cursor.take(end)
        yield Unread(raw, start, len(stray), problems)

    def _read_service(self, tag: bytes, cursor: _Cursor, number: int) -> Iterator[Event]:
        run, offset = cursor.run, cursor.offset(number)
        part = run.parts[number]
        raw, start = cursor.take(number + 1)
        problems: tuple[Problem, ...] = ()
        if run.cut is not None and number + 1 == len(run.parts):
            problems = (self._cut_problem(run.cut, offset, complete=tag == b"UNZ"),)
        yield from self._levels.service(tag, part, raw, start, problems)

    def _read_plain(self, bare: bytes, cursor: _Cursor, number: int) -> None:
        """A segment of the open message with a tag not met before, or with none."""
        message, run, delimiters = (
            self._levels.message,
            cursor.run,
            self._start.delimiters,
        )
        assert message is not None
        is_cut = run.cut is not None and number + 1 == len(run.parts)
        if run.cut is Code.SEGMENT_TOO_LONG:
            if not self._too_long:
                message.problems.add(self._cut_problem(run.cut, cursor.offset(number)))
            self._too_long = True
            return
        if not bare:
            if not is_cut and delimiters.terminator.strip(LINE_ENDS) and not message.problems.is_full():
                where = self._levels.where(cursor.offset(number))
                message.problems.add(warning(Code.EMPTY_SEGMENT, "A terminator stands behind nothing", where))
            return
        message.segment_count += 1
        if is_cut and run.cut is not None:
            message.problems.add(self._cut_problem(run.cut, cursor.offset(number)))
        if self._too_long:
            self._too_long = False
            return
        tag, behind = bare[:3], bare[3:4]
        if _TAG.match(tag) and behind in (
            delimiters.element,
            delimiters.component,
            b"",
        ):
            if behind and len(self._known) < _KNOWN_TAGS:
                self._known.add(bare[:4])
            return
        if message.problems.is_full():
            return
        shown = bare[:20].decode("iso8859-1")
        where = self._levels.where(cursor.offset(number), shown[:3])
        message.problems.add(Problem(Code.SEGMENT_TAG, f"{shown!r} does not start with a segment tag", where))

    def _cut_problem(self, code: Code, offset: int, *, complete: bool = False) -> Problem:
        """Why a segment has no terminator. Where the last segment is a UNZ, nothing can be missing behind it."""
        where = self._levels.where(offset)
        if code is Code.SEGMENT_TOO_LONG:
            said = f"A segment is longer than {self._limits.max_segment_bytes} bytes"
            return Problem(code, said, where, fault=Fault.OURS)
        if code is Code.MISSING_TERMINATOR:
            return Problem(
                code,
                "The segment has no terminator before the next line's service segment",
                where,
            )
        severity = Severity.WARNING if complete else Severity.ERROR
        return Problem(code, "The text ends without a segment terminator", where, severity)


def _is_service(bare: bytes, delimiters: Delimiters) -> bool:
    return bare[:3] in _SERVICE and bare[3:4] in (
        delimiters.element,
        delimiters.component,
        b"",
    )
