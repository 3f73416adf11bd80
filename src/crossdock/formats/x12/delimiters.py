"""Delimiters, and how to find them by the structure of the header (X12.5 Interchange Control Structures),
never by offset: ISA has 16 elements, so the byte after "ISA" and 16 counted separators say everything,
whatever the widths.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from crossdock.formats.x12.errors import Code, Severity

ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)
HEADER_WINDOW = 1024
"""Bytes within which a header must show its delimiters; a regular ISA needs 106."""

BLANKS = b" \t\r\n\x00\x1a"
LINE_ENDS = b"\r\n"
ESCAPED_LINE_ENDS = (b"\\r\\n", b"\\n")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The separators of one interchange. `component` and `repetition` are empty where there are none."""

    element: str = "*"
    component: str = ":"
    repetition: str = ""
    terminator: str = "~"
    line_end: str = ""
    """What the sender writes after each terminator for people's eyes: nothing, or a line break."""
    also_ends: str = ""
    """A visible character that ends segments besides the line break (an ISA whose element 16 was left
    out)."""
    encoding: str = "ascii"
    """How the delimiters themselves were encoded; data is decoded transaction by transaction."""

    @property
    def lines(self) -> bool:
        """Whether a line break ends a segment."""
        return self.terminator in ("\n", "\r", "\r\n")

    @property
    def all(self) -> str:
        """Every character that data must not contain."""
        return self.element + self.component + self.repetition + self.terminator + self.also_ends


class Note(NamedTuple):
    """A problem of a header before its place in the input is known."""

    code: Code
    text: str
    element: int = 0
    severity: Severity = Severity.ERROR
    value: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """A header found at the start of a window: `elements` (element 0 is the tag; only for ISA), and the
    length of its text and of text plus terminator, in bytes."""

    tag: str
    delimiters: Delimiters
    text_length: int
    length: int
    elements: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class _Raw(NamedTuple):
    element: bytes
    component: bytes
    terminator: bytes
    line_end: bytes
    also_ends: bytes
    end: int


def decode(data: bytes) -> tuple[str, str]:
    """Text and its encoding: UTF-8 where the bytes are UTF-8, else Latin-1, which loses nothing."""
    try:
        return data.decode("utf-8"), "ascii" if data.isascii() else "utf-8"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def find_header(window: bytes, *, strict: bool) -> Header | None:
    """The ISA that `window` starts with, or None where it starts with no usable one.

    `strict` demands that version, date and usage look like an ISA's; use it wherever "ISA" may be part of
    data.
    """
    if not window.startswith(b"ISA"):
        return None
    separator = _char(window, 3)
    if not _may_separate(separator):
        return None
    marks = _positions(window, separator, 16)
    if len(marks) == 16:
        fields = [window[a + len(separator) : b] for a, b in pairwise(marks)]
        plausible = _plausible(fields)
        if plausible or not strict:
            raw = _after_isa16(window, marks[15], separator)
            if raw is not None and (plausible or _gs_start(window[: marks[15] + len(separator)], separator) < 0):
                return _isa(window, raw, marks[15])
    return None if strict else _short_isa(window, separator)


def find_bare_header(window: bytes) -> Header | None:
    """Delimiters from a GS or ST that stands at the start of `window` without the envelopes around it."""
    tag = window[:2]
    separator = _char(window, 2)
    if tag not in (b"GS", b"ST") or not _may_separate(separator):
        return None
    marks = _positions(window, separator, 8 if tag == b"GS" else 2)
    if len(marks) < (8 if tag == b"GS" else 2):
        return None
    end = _end_of_words(window, marks[-1] + len(separator), separator)
    terminator = _char(window, end)
    if not terminator or terminator == separator or (tag == b"ST" and not window[3:6].isalnum()):
        return None
    raw = _terminated(window, end, separator, b"")
    if raw is None:
        return None
    return Header(tag.decode(), _delimiters(raw, ""), end, raw.end, notes=_line_end_notes(raw))


def _isa(window: bytes, raw: _Raw, last_mark: int) -> Header:
    """The Header of an ISA whose 16 separators were found."""
    text_end = last_mark + len(raw.element) + len(raw.component)
    elements = _elements(window[:text_end], raw.element)
    notes = _length_notes(elements, last_mark + len(raw.element))
    if not raw.component:
        notes.append(Note(Code.ISA_SEPARATOR, "ISA16, the component separator, is missing", 16, Severity.WARNING, ""))
    elif _is_word(raw.component):
        shown = decode(raw.component)[0]
        notes.append(Note(Code.ISA_SEPARATOR, f"ISA16 '{shown}' cannot separate components", 16, value=shown))
        raw = raw._replace(component=b"")
    repetition, note = _repetition(elements, raw)
    if note:
        notes.append(note)
    notes += _line_end_notes(raw)
    return Header("ISA", _delimiters(raw, repetition), text_end, raw.end, elements, notes)


def _short_isa(window: bytes, separator: bytes) -> Header | None:
    """An ISA with fewer or more than 16 elements, measured by the GS that follows it."""
    gs = _gs_start(window, separator)
    if gs < 0:
        return None
    text = window[:gs].rstrip(BLANKS)
    terminator = b"" if text.endswith(separator) else _last_char(text)
    if not terminator or _is_word(terminator):
        terminator, end = b"\n", len(text)
    else:
        end = len(text) - len(terminator)
    elements = _elements(window[:end], separator)
    last = elements[-1].encode()
    component = last if len(elements[-1]) == 1 and not _is_word(last) else b""
    raw = _terminated(window, end, separator, component)
    if raw is None or raw.terminator == separator or len(elements) < 9:
        return None
    given = len(elements) - 1
    notes = [Note(Code.ISA_ELEMENTS, f"ISA has {given} elements, not 16", min(given + 1, 16))]
    return Header("ISA", _delimiters(raw, ""), end, raw.end, elements, notes + _line_end_notes(raw))


def _after_isa16(window: bytes, last_mark: int, separator: bytes) -> _Raw | None:
    """Component separator and terminator, from what follows the sixteenth separator."""
    at = last_mark + len(separator)
    component = _char(window, at)
    if not component or component == separator:
        return None
    if component in (b"\r", b"\n"):
        return _terminated(window, at, separator, b"")
    follows = at + len(component)
    while window[follows : follows + 1] in (b" ", b"\t"):
        follows += 1
    terminator = _char(window, follows)
    if not terminator or terminator == separator:
        return None
    if _is_word(terminator):
        # "*P*~GS*": element 16 is missing and what looked like it ends the segment.
        return _terminated(window, at, separator, b"")
    if terminator in (b"\r", b"\n") and _ends_next_line(window, follows, component):
        raw = _terminated(window, follows, separator, b"")
        return raw._replace(also_ends=component) if raw else None
    return _terminated(window, follows, separator, component)


def _terminated(window: bytes, at: int, separator: bytes, component: bytes) -> _Raw | None:
    """Terminator and line end from position `at`, where the segment's text ends."""
    terminator = _char(window, at)
    if not terminator:
        return None
    run = at
    while window[run : run + 1] in (b"\r", b"\n"):
        run += 1
    if run > at:
        breaks = window[at:run]
        terminator = b"\r\n" if breaks.startswith(b"\r\n") else b"\n" if b"\n" in breaks else b"\r"
        return _Raw(separator, component, terminator, b"", b"", at + len(terminator))
    end = at + len(terminator)
    line_end = b""
    for escaped in ESCAPED_LINE_ENDS:
        if window.startswith(escaped, end):
            line_end = escaped
    if not line_end:
        rest = window[end : end + 2]
        line_end = rest if rest == b"\r\n" else rest[:1] if rest[:1] in (b"\r", b"\n") else b""
    return _Raw(separator, component, terminator, line_end, b"", end)


def _delimiters(raw: _Raw, repetition: str) -> Delimiters:
    _, encoding = decode(raw.element + raw.component + raw.terminator + raw.also_ends)
    parts = [part.decode(encoding) for part in (raw.element, raw.component, raw.terminator, raw.line_end)]
    return Delimiters(
        element=parts[0],
        component=parts[1],
        repetition=repetition,
        terminator=parts[2],
        line_end=parts[3],
        also_ends=raw.also_ends.decode(encoding),
        encoding=encoding,
    )


def _repetition(elements: list[str], raw: _Raw) -> tuple[str, Note | None]:
    """ISA11 separates repetitions from version 00402 on; before, it names the standard's agency ('U')."""
    candidate, version = elements[11].strip(" "), elements[12].strip(" ")
    if len(candidate) != 1 or candidate.isalnum() or version < "00402":
        return "", None
    if candidate.encode() in (raw.element, raw.component, raw.terminator, raw.also_ends):
        text = f"ISA11 '{candidate}' is also another delimiter, so nothing can be repeated"
        return "", Note(Code.ISA_SEPARATOR, text, 11, value=candidate)
    return candidate, None


def _length_notes(elements: list[str], component_at: int) -> list[Note]:
    """A warning where the ISA is not the fixed 106 bytes of the standard, naming each element at fault."""
    if component_at == 104:
        return []
    wrong = [
        (i, len(value), width)
        for i, (value, width) in enumerate(zip(elements[1:], ISA_WIDTHS, strict=False), 1)
        if len(value) != width
    ]
    said = ", ".join(f"element {i} has {got} instead of {width} characters" for i, got, width in wrong[:4])
    more = f" and {len(wrong) - 4} more" if len(wrong) > 4 else ""
    reason = f": {said}{more}" if wrong else ": it holds line breaks or characters of several bytes"
    text = f"ISA is {component_at + 2} bytes long, not 106{reason}"
    return [Note(Code.ISA_LENGTH, text, wrong[0][0] if wrong else 0, Severity.WARNING)]


def _line_end_notes(raw: _Raw) -> list[Note]:
    if raw.line_end not in ESCAPED_LINE_ENDS:
        return []
    shown = raw.line_end.decode()
    text = f"segments are followed by the characters {shown} instead of a line break"
    return [Note(Code.ESCAPED_LINE_ENDS, text, 0, Severity.WARNING, shown)]


def _plausible(fields: list[bytes]) -> bool:
    """Whether elements 1, 9, 12, 14 and 15 look like those of an ISA."""
    trimmed = [f.translate(None, LINE_ENDS).strip() for f in fields]
    version, usage = trimmed[11], trimmed[14]
    return (
        len(trimmed[0]) <= 2
        and version.isdigit()
        and len(version) == 5
        and len(usage) <= 1
        and (not trimmed[8] or trimmed[8].isdigit())
    )


def _elements(text: bytes, separator: bytes) -> list[str]:
    return [decode(part)[0] for part in text.translate(None, LINE_ENDS).split(separator)]


def _gs_start(text: bytes, separator: bytes) -> int:
    """Where a GS begins that a terminator or blank precedes, or -1."""
    at = text.find(b"GS" + separator)
    while at > 0 and _is_word(text[at - 1 : at]):
        at = text.find(b"GS" + separator, at + 1)
    return at


def _ends_next_line(window: bytes, at: int, char: bytes) -> bool:
    """Whether the first full line after `at` ends in `char`: then `char` ends segments and the break is
    decoration."""
    lines = window[at:].lstrip(LINE_ENDS).split(b"\n", 1)
    return len(lines) > 1 and lines[0].rstrip(b"\r \t").endswith(char)


def _end_of_words(window: bytes, at: int, separator: bytes) -> int:
    """The first position from `at` that holds neither letter, digit nor `separator`."""
    while at < len(window) and (window[at : at + 1].isalnum() or window.startswith(separator, at)):
        at += 1
    return at


def _positions(window: bytes, separator: bytes, count: int) -> list[int]:
    found: list[int] = []
    at = window.find(separator)
    while at >= 0 and len(found) < count:
        found.append(at)
        at = window.find(separator, at + len(separator))
    return found


def _char(window: bytes, at: int) -> bytes:
    """The character at `at`: one byte, or the two to four of a UTF-8 sequence."""
    first = window[at : at + 1]
    if first < b"\xc2":
        return first
    for length in (2, 3, 4):
        try:
            window[at : at + length].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return window[at : at + length]
    return first


def _last_char(text: bytes) -> bytes:
    for length in (4, 3, 2):
        if len(text) >= length and _char(text, len(text) - length) == text[-length:]:
            return text[-length:]
    return text[-1:]


def _may_separate(char: bytes) -> bool:
    return bool(char) and not _is_word(char) and char not in (b" ", b"\r", b"\n", b"\x00")


def _is_word(char: bytes) -> bool:
    return char.isalnum()
