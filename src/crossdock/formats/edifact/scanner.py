"""Bytes to runs of segments: where an interchange starts, what ends a segment, and what is no EDIFACT at all.

Holds one window and one segment at a time, whatever the size of the input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from crossdock.formats.edifact.delimiters import (
    BLANKS,
    LINE_ENDS,
    Delimiters,
    Start,
    find_start,
    starts_at,
)
from crossdock.formats.edifact.errors import Code
from crossdock.formats.edifact.parsing import is_released, split_segments

_WINDOW = 65536
_LOOKAHEAD = 8192
_OVERLAP = 32
"""Bytes kept back while searching, so that a UNA cut in two by a window is still found."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Opening:
    """An interchange starts behind `raw`, which holds what stood before it without meaning, and UNA if any."""

    raw: bytes
    offset: int
    start: Start
    notes: tuple[tuple[Code, str], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive segments without their terminators. `cut` says why the last one has none, None where it has."""

    parts: list[bytes]
    offset: int
    cut: Code | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """Bytes that are no segments; `code` is None where they are blank."""

    raw: bytes
    offset: int
    code: Code | None


Scanned: TypeAlias = Opening | Run | Foreign


class Scanner:
    """Turns chunks of any size into runs. Iterate over `scan` once."""

    def __init__(self, chunks: Iterable[bytes], max_segment: int) -> None:
        self._windows = _windows(chunks)
        self._buffer = b""
        self.offset = 0
        """How many bytes were handed on."""
        self._ended = False
        self._fresh = False
        self._max_segment = max_segment

    def scan(self) -> Iterator[Scanned]:
        start: Start | None = None
        while self._fill(_LOOKAHEAD) or self._buffer:
            if start is None:
                found = self._search()
                if isinstance(found, Opening):
                    start = found.start
                yield found
                continue
            run, inside = self._take(start)
            if run is not None:
                yield run
            if not inside:
                start = None

    def _fill(self, size: int) -> bool:
        """Reads until `size` bytes are there; whether any more may come."""
        while len(self._buffer) < size and not self._ended:
            window = next(self._windows, None)
            if window is None:
                self._ended = True
            else:
                self._buffer += window
        return not self._ended

    def _consume(self, size: int) -> tuple[bytes, int]:
        raw, offset = self._buffer[:size], self.offset
        self._buffer = self._buffer[size:]
        self.offset += size
        return raw, offset

    def _search(self) -> Opening | Foreign:
        """The next interchange, or a piece of what is none."""
        buffer = self._buffer
        if self.offset == 0 and buffer[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return Foreign(*self._consume(len(buffer)), Code.UTF16)
        start = find_start(buffer)
        if start is not None:
            return self._open(start)
        size = len(buffer) if self._ended else max(len(buffer) - _OVERLAP, 1)
        raw, offset = self._consume(size)
        return Foreign(raw, offset, Code.GARBAGE if raw.strip(BLANKS) else None)

    def _open(self, start: Start) -> Opening | Foreign:
        before = self._buffer[: start.at]
        blank = before.removeprefix(_BYTE_ORDER_MARK)
        if blank.strip(BLANKS):
            return Foreign(*self._consume(start.at), Code.GARBAGE)
        if len(blank) > _OVERLAP:
            return Foreign(*self._consume(start.at), None)
        notes = start.notes
        if blank != before:
            notes = (
                (
                    Code.BYTE_ORDER_MARK,
                    "A byte order mark stands before the interchange",
                ),
                *notes,
            )
        raw, offset = self._consume(start.body)
        self._fresh = True
        return Opening(raw, offset, start, notes)

    def _take(self, start: Start) -> tuple[Run | None, bool]:
        """The segments that are complete in the buffer, and whether the interchange may go on behind them."""
        if start.width:
            return self._take_wrapped(start.delimiters)
        delimiters = start.delimiters
        hidden = _hidden_tag(self._buffer, delimiters)
        end, ends = self._next_end(delimiters, len(self._buffer) if hidden is None else hidden)
        region = self._buffer[:end]
        self._fresh = False
        if hidden is not None and not ends:
            parts = split_segments(region, delimiters)
            return Run(parts, self._consume(end)[1], Code.MISSING_TERMINATOR), True
        parts = split_segments(region, delimiters)
        tail = parts.pop()
        if ends and tail.strip(BLANKS):
            return Run([*parts, tail], self._consume(end)[1], Code.MISSING_TERMINATOR), False
        if parts:
            return Run(parts, self._consume(end - len(tail))[1]), not ends
        return (None, False) if ends else (self._take_unended(tail), True)

    def _next_end(self, delimiters: Delimiters, end: int) -> tuple[int, bool]:
        """Where this interchange ends before `end`: behind its UNZ, or where another starts without it."""
        buffer = self._buffer
        behind = len(buffer) - len(buffer.lstrip(BLANKS)) + 3 if self._fresh else 0
        ends = False
        for tag in (b"UNB", b"UNA"):
            other = _find(buffer, tag, behind, end, delimiters)
            if other >= 0 and starts_at(buffer, other):
                end, ends = other, True
        trailer = _find(buffer, b"UNZ", behind, end, delimiters)
        if trailer >= 0 and buffer[trailer + 3 : trailer + 4] in delimiters.separators():
            after = buffer.find(delimiters.terminator, trailer, end)
            if after >= 0 and not is_released(buffer, after, delimiters.release):
                end, ends = after + len(delimiters.terminator), True
        return end, ends

    def _take_wrapped(self, delimiters: Delimiters) -> tuple[Run | None, bool]:
        """The same for text whose lines break inside of segments, so that no tag can be searched for."""
        region = self._buffer[:_LOOKAHEAD]
        parts = split_segments(region, delimiters, wrapped=True)
        if len(parts) == 1 and len(region) < len(self._buffer):
            region = self._buffer
            parts = split_segments(region, delimiters, wrapped=True)
        stop, at = len(parts) - 1, 0
        ends = False
        for number, part in enumerate(parts):
            bare = part.translate(None, LINE_ENDS).lstrip(BLANKS)
            own = self._fresh and number == 0
            if bare[:3] in (b"UNA", b"UNB") and not own and starts_at(self._buffer, at + _indent(part)):
                stop, ends = number, True
                break
            if number == len(parts) - 1:
                break
            at += len(part) + len(delimiters.terminator)
            if bare[:3] == b"UNZ" and bare[3:4] in (delimiters.element, delimiters.component, b""):
                stop, ends = number + 1, True
                break
        self._fresh = False
        if stop:
            return Run(parts[:stop], self._consume(at)[1]), not ends
        return (None, False) if ends else (self._take_unended(parts[-1]), True)

    def _take_unended(self, tail: bytes) -> Run | None:
        """No terminator in the buffer: reads on, or gives up at the limit or at the end of the input."""
        if len(tail) > self._max_segment:
            return Run([tail], self._consume(len(tail))[1], Code.SEGMENT_TOO_LONG)
        if self._fill(len(tail) + _WINDOW) or len(self._buffer) > len(tail):
            return None
        return Run([tail], self._consume(len(tail))[1], Code.NO_FINAL_TERMINATOR)


def _windows(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for at in range(0, len(chunk), _WINDOW):
            yield bytes(chunk[at : at + _WINDOW])


def _find(buffer: bytes, tag: bytes, start: int, end: int, delimiters: Delimiters) -> int:
    """Where a segment with this tag starts; -1 where none does."""
    at = buffer.find(tag, start, end)
    while at >= 0:
        before = buffer[max(0, at - 64) : at].rstrip(BLANKS)
        if not before or buffer[at - 1 : at] in (b"\n", b"\r"):
            return at
        last = at - 64 + len(before) if at > 64 else len(before)
        if before.endswith(delimiters.terminator) and not is_released(
            buffer, last - len(delimiters.terminator), delimiters.release
        ):
            return at
        at = buffer.find(tag, at + 3, end)
    return -1


def _indent(part: bytes) -> int:
    return len(part) - len(part.lstrip(BLANKS))


_SERVICE_LINE = re.compile(rb"[\r\n]UN[BEGHTZ](?=[^A-Za-z0-9])")


def _hidden_tag(region: bytes, delimiters: Delimiters) -> int | None:
    """Where a service segment starts on a line of its own though the segment before it has no terminator."""
    if delimiters.terminator.strip(LINE_ENDS) == b"":
        return None
    for found in _SERVICE_LINE.finditer(region):
        at = found.start() + 1
        before = region[max(0, at - 256) : at].rstrip(BLANKS)
        if before and not before.endswith(delimiters.terminator) and region[at + 3 : at + 4] == delimiters.element:
            return at
    return None
