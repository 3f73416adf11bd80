"""What is wrong with the text of a message: characters, line breaks, separators. Cheap where nothing is.

Source: ISO 9735, character repertoires, and the rules on leaving out trailing separators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from crossdock.formats.edifact.charset import UNKNOWN, CharacterSet
from crossdock.formats.edifact.delimiters import BLANKS, LINE_ENDS, Delimiters
from crossdock.formats.edifact.errors import Code, Position, Problem, Severity
from crossdock.formats.edifact.parsing import is_released, parse_segment


@dataclass(frozen=True, slots=True)
class Text:
    """The raw text of a message and what it is to be read with; `where` is the position of its first byte."""

    raw: bytes
    delimiters: Delimiters
    wrapped: bool
    declared: CharacterSet
    codec: str
    as_declared: bool
    where: Position


def check_text(text: Text) -> Iterator[Problem]:
    """One problem for each kind of fault, at its first place in the message, with how often it occurs."""
    yield from _check_characters(text)
    if not text.as_declared and text.declared.codec != "ascii" and text.declared is not UNKNOWN:
        yield _encoding_problem(text)
    yield from _check_line_breaks(text)
    yield from _check_separators(text)


def locate(text: Text, at: int) -> Position:
    """The segment, element, component and repetition that byte `at` of the message stands in."""
    terminator, release = text.delimiters.terminator, text.delimiters.release
    passed, count = 0, 0
    while True:
        end = text.raw.find(terminator, passed)
        while end >= 0 and is_released(text.raw, end, release):
            end = text.raw.find(terminator, end + 1)
        part = text.raw[passed:end] if end >= 0 else text.raw[passed:]
        count += 1 if part.strip(BLANKS) else 0
        if end < 0 or at < end + len(terminator):
            return _within(text, part, at - passed, at, count)
        passed = end + len(terminator)


def _within(text: Text, part: bytes, inside: int, at: int, count: int) -> Position:
    options = {"wrapped": text.wrapped}
    whole = parse_segment(part, text.delimiters, text.codec, **options)
    head = parse_segment(part[: inside + 1], text.delimiters, "iso8859-1", **options)
    element = len(head.elements)
    repetition = len(head.elements[-1]) if element else 0
    component = len(head.elements[-1][-1]) if element else 0
    composite = element and len(whole.composite(element, repetition)) > 1
    return replace(
        text.where,
        offset=text.where.offset + at,
        tag=whole.tag[:3],
        segment=count,
        element=element,
        component=component if composite else 0,
        repetition=repetition if repetition > 1 else 0,
    )


def _check_characters(text: Text) -> Iterator[Problem]:
    wrong = text.raw.translate(None, _ignored(text.declared, text.delimiters))
    if not wrong:
        return
    at = text.raw.index(wrong[:1])
    shown = wrong[:1].decode("ascii") if wrong[0] < 0x80 else _decoded(text, at)
    control = min(wrong) < 0x20
    if control and wrong[0] >= 0x20:
        first = bytes([next(each for each in wrong if each < 0x20)])
        at, shown = text.raw.index(first), first.decode("ascii")
    name = text.declared.name or "in use"
    yield Problem(
        Code.INVALID_CHARACTER,
        f"The character {shown!r} is not in the character set {name} ({len(wrong)} such bytes in this message)",
        locate(text, at),
        Severity.ERROR if control else Severity.WARNING,
        value=shown,
    )


def _decoded(text: Text, at: int) -> str:
    return text.raw[at : at + 4].decode(text.codec, "replace")[:1]


@lru_cache(maxsize=64)
def _ignored(declared: CharacterSet, delimiters: Delimiters) -> bytes:
    return declared.allowed + delimiters.escaped() + delimiters.decimal + BLANKS


def _encoding_problem(text: Text) -> Problem:
    at = next(position for position, byte in enumerate(text.raw) if byte >= 0x80)
    name = text.declared.name
    if text.codec == "utf-8":
        said = f"Text is UTF-8 though {name} is declared; it is read as UTF-8"
        return Problem(Code.ENCODING, said, locate(text, at), Severity.WARNING)
    said = f"Text is not valid in the declared character set {name}; it is read as ISO 8859-1"
    return Problem(Code.ENCODING, said, locate(text, at))


def _check_line_breaks(text: Text) -> Iterator[Problem]:
    delimiters = text.delimiters
    if text.wrapped:
        return
    first, count = -1, 0
    for found in _break_pattern(delimiters.terminator).finditer(text.raw):
        at = found.start()
        before = text.raw[max(0, at - 256) : at].rstrip(BLANKS)
        if before and not before.endswith(delimiters.terminator) and not _followed_by_end(text, at):
            first = at if first < 0 else first
            count += 1
            if count > 99:
                break
    if count:
        said = f"A line break or tab stands inside of a segment ({count if count < 100 else 'over 99'} in this message)"
        yield Problem(Code.LINE_BREAK, said, locate(text, first), Severity.WARNING)


@lru_cache(maxsize=64)
def _break_pattern(terminator: bytes) -> re.Pattern[bytes]:
    """Line ends and tabs that stand behind something else than a terminator; found at the speed of a byte search."""
    if not terminator.strip(LINE_ENDS):
        return re.compile(rb"\t")
    return re.compile(rb"[\t\r\n](?<=[^" + re.escape(terminator) + rb"\t\r\n].)", re.DOTALL)


def _followed_by_end(text: Text, at: int) -> bool:
    """Whether only blanks follow up to the end of the text, which is then no data."""
    return not text.raw[at : at + 256].strip(BLANKS)


def _check_separators(text: Text) -> Iterator[Problem]:
    component, element, terminator = text.delimiters.separators()
    raw = text.raw
    for first, second in (
        (element, terminator),
        (component, terminator),
        (component, element),
    ):
        at = raw.find(first + second)
        while at >= 0 and is_released(raw, at, text.delimiters.release):
            at = raw.find(first + second, at + 1)
        if at >= 0:
            said = "Separators without data behind them stand at the end; they can be left out"
            yield Problem(Code.TRAILING_SEPARATOR, said, locate(text, at), Severity.WARNING)
            return
