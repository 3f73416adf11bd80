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
)
from crossdock.formats.edifact.errors import Code
from crossdock.formats.edifact.segments import split_segments

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
        delimiters, wrapped = start.delimiters, start.width > 0
        region, at_trailer = self._up_to_trailer(delimiters, wrapped)
        hidden = None if wrapped else _hidden_tag(region, delimiters)
        if hidden is not None:
            region, at_trailer = region[:hidden], False
        parts = split_segments(region, delimiters, wrapped=wrapped)
        if at_trailer and parts[-1]:
            region, at_trailer = self._buffer, False
            parts = split_segments(region, delimiters, wrapped=wrapped)
        stop = self._boundary(parts, region, delimiters, wrapped)
        if stop is not None:
            parts = parts[:stop]
            size = sum(map(len, parts)) + stop * len(delimiters.terminator)
            return (Run(parts, self._consume(size)[1]) if parts else None), False
        self._fresh = False
        if hidden is not None:
            return Run(parts, self._consume(len(region))[1], Code.MISSING_TERMINATOR), True
        tail = parts.pop()
        at_trailer = at_trailer and _is_trailer(parts[-1].lstrip(BLANKS), delimiters)
        if parts:
            return Run(parts, self._consume(len(region) - len(tail))[1]), not at_trailer
        return self._take_unended(tail), True

    def _up_to_trailer(self, delimiters: Delimiters, wrapped: bool) -> tuple[bytes, bool]:
        """The buffer, cut behind the first UNZ, since other service characters may follow it."""
        at = -1 if wrapped else self._buffer.find(b"UNZ" + delimiters.element)
        if at < 0 or not _starts_segment(self._buffer, at, delimiters):
            return self._buffer, False
        end = self._buffer.find(delimiters.terminator, at)
        if end < 0:
            return self._buffer, False
        return self._buffer[: end + len(delimiters.terminator)], True

    def _boundary(self, parts: list[bytes], region: bytes, delimiters: Delimiters, wrapped: bool) -> int | None:
        """How many of the parts belong to this interchange, when it ends or another starts among them."""
        if not wrapped and b"UNA" not in region and b"UNB" not in region:
            return None
        at = 0
        for number, part in enumerate(parts):
            bare = (part.translate(None, LINE_ENDS) if wrapped else part).lstrip(BLANKS)
            tag = bare[:3]
            if tag == b"UNZ" and number + 1 < len(parts) and _is_trailer(bare, delimiters):
                return number + 1
            if tag in (b"UNA", b"UNB") and not (self._fresh and number == 0):
                start = find_start(region[at : at + _LOOKAHEAD])
                if start is not None and not region[at : at + start.at].strip(BLANKS):
                    return number
            at += len(part) + len(delimiters.terminator)
        return None

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


def _starts_segment(buffer: bytes, at: int, delimiters: Delimiters) -> bool:
    before = buffer[max(0, at - 64) : at].rstrip(BLANKS)
    return not before or before.endswith(delimiters.terminator) or buffer[at - 1 : at] in (b"\n", b"\r")


def _is_trailer(bare: bytes, delimiters: Delimiters) -> bool:
    return bare[:3] == b"UNZ" and bare[3:4] in (delimiters.element, delimiters.component, b"")


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
