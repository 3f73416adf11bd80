"""Bytes to lines of text, whatever the chunks and line ends; one line is held at a time."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_LINE_END = re.compile(r"\r\n|\n|\r")


class Line(NamedTuple):
    """`text` has no line end; `damaged` tells that bytes of it were not valid in the encoding, `cut` that it was
    longer than the limit and the rest was passed over."""

    number: int
    text: str
    damaged: bool = False
    cut: bool = False


def read_lines(chunks: Iterable[bytes], encoding: str, *, limit: int, length: int = 0) -> Iterator[Line]:
    """Lines, or pieces of `length` characters where that is given. Bytes that are not valid become U+FFFD."""
    number = 0
    buffer = ""
    skipping = False
    for text, last in _decoded(chunks, encoding):
        buffer += text
        lines, buffer = _pieces(buffer, length) if length else _split(buffer, last)
        for line in lines:
            number += 0 if skipping else 1
            if not skipping:
                yield Line(number, line[:limit], "\ufffd" in line, len(line) > limit)
            skipping = False
        if len(buffer) > limit:
            if not skipping:
                number += 1
                yield Line(number, buffer[:limit], "\ufffd" in buffer, True)
            buffer, skipping = buffer[-1:] if buffer.endswith("\r") else "", True
    if buffer and not skipping:
        yield Line(number + 1, buffer, "\ufffd" in buffer)


def _decoded(chunks: Iterable[bytes], encoding: str) -> Iterator[tuple[str, bool]]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    first = True
    for chunk in chunks:
        text = decoder.decode(chunk)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        yield text, False
    yield decoder.decode(b"", True), True


def _split(buffer: str, last: bool) -> tuple[list[str], str]:
    """Complete lines and what follows them; a CR at the end waits, since LF may come next."""
    held = "\r" if buffer.endswith("\r") and not last else ""
    lines = _LINE_END.split(buffer[: len(buffer) - len(held)])
    rest = lines.pop() + held
    return lines, rest


def _pieces(buffer: str, length: int) -> tuple[list[str], str]:
    whole = len(buffer) // length * length
    return [buffer[at : at + length] for at in range(0, whole, length)], buffer[whole:]
