"""Service characters, and where an interchange starts: found by structure, never by fixed offsets alone.

Source: ISO 9735 syntax 3 and 4, service string advice (UNA) and interchange header (UNB).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from crossdock.formats.edifact.errors import Code

LINE_ENDS = b"\r\n"
BLANKS = b" \t\r\n\x00\x1a"
"""What may stand between segments without meaning: blanks, line ends, padding, the end-of-file mark of old systems."""


class Marks(NamedTuple):
    """Service characters as text. `pairs` replace each released one by a stand-in from the private use area of
    Unicode, the release character first, and `shown` turns stand-ins into what they stand for."""

    element: str
    component: str
    repetition: str
    release: str
    pairs: tuple[tuple[str, str], ...]
    shown: dict[int, str]


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The service characters of one interchange. An empty `release` or `repetition` means that none is in use;
    `terminator` is one byte, or CR LF where lines end segments."""

    component: bytes = b":"
    element: bytes = b"+"
    decimal: bytes = b"."
    release: bytes = b"?"
    repetition: bytes = b""
    terminator: bytes = b"'"
    marks: Marks = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        service = (self.element, self.component, self.repetition, self.release)
        element, component, repetition, release = (each.decode("iso8859-1") for each in service)
        specials = (release, element, component, repetition, self.terminator.decode("iso8859-1"))
        stand_ins = [(special, chr(0xE000 + number)) for number, special in enumerate(specials) if special]
        pairs = tuple((release + special, stand_in) for special, stand_in in stand_ins) if release else ()
        shown = {ord(stand_in): special for special, stand_in in stand_ins}
        object.__setattr__(self, "marks", Marks(element, component, repetition, release, pairs, shown))

    def una(self) -> bytes:
        """The service string advice that announces these characters."""
        return (
            b"UNA"
            + self.component
            + self.element
            + self.decimal
            + (self.release or b" ")
            + (self.repetition or b" ")
            + self.terminator
        )

    def separators(self) -> tuple[bytes, bytes, bytes]:
        return self.component, self.element, self.terminator

    def escaped(self) -> bytes:
        """Every byte that needs a release character in front of it when it stands in data."""
        return self.component + self.element + self.release + self.repetition + self.terminator

    def for_syntax(self, version: str, *, announced: bool) -> Delimiters:
        """Syntax 4 repeats data elements with `*` unless UNA says otherwise; before 4 the fifth place is reserved."""
        if not version:
            return self
        if version < "4":
            return replace(self, repetition=b"")
        if announced or self.repetition or b"*" in self.separators():
            return self
        return replace(self, repetition=b"*")


STANDARD = Delimiters()
SYNTAX_4 = replace(STANDARD, repetition=b"*")
_LEVEL_B = Delimiters(b"\x1f", b"\x1d", b".", b"", b"", b"\x1c")


@dataclass(frozen=True, slots=True)
class Start:
    """Where an interchange starts: `at` is the first byte of UNA, UNB or UNH, `body` the first byte after UNA."""

    at: int
    body: int
    delimiters: Delimiters
    announced: bool
    width: int
    """Columns at which the text is wrapped; 0 where it is not."""
    notes: tuple[tuple[Code, str], ...] = ()


_TAG = rb"U[\r\n]*N[\r\n]*"
_START = re.compile(
    rb"UNA([^A-Za-z0-9].{4}[^A-Za-z0-9][\r\n]?|[^A-Za-z0-9].{4})(?=[ \t\r\n]*" + _TAG + rb"[BGH][^A-Za-z0-9])"
    rb"|(?<![A-Za-z0-9])" + _TAG + rb"[BGH](?=[^A-Za-z0-9 \t\r\n_.,;-])",
    re.DOTALL,
)
_SERVICE = re.compile(rb"U[\r\n]*N[\r\n]*([BGHTEZ])(.)", re.DOTALL)
_FIRST_TAG = re.compile(rb"[ \t\r\n]*U[\r\n]*N[\r\n]*[BGH]([^A-Za-z0-9])", re.DOTALL)
_ENDED = re.compile(rb"(?<!\?)'")
_LINE_OF_ITS_OWN = re.compile(rb"[ \t]*[A-Z][A-Z0-9]{2}([^A-Za-z0-9]|$)")
_LOOKAHEAD = 8192
_COMMON_WIDTHS = frozenset((70, 72, 76, 78, 79, 80, 100, 120, 128, 132, 255, 256))
"""With two lines only, the width itself must tell wrapped text from a line break that someone typed."""


def find_start(text: bytes, position: int = 0) -> Start | None:
    """The next place from `position` where an interchange (UNA, UNB) or a bare group or message starts."""
    found = _START.search(text, position)
    if found is None:
        return None
    window = text[found.start() : found.start() + _LOOKAHEAD]
    width = _wrapped_at(window)
    if not width and found.group(1) is None and not found.group().isalpha():
        return find_start(text, found.end())
    if found.group(1) is None:
        delimiters, notes = _by_structure(window, width)
        return Start(found.start(), found.start(), delimiters, False, width, notes)
    return _announced(text, found.start(), window, width)


def starts_at(text: bytes, position: int) -> bool:
    """Whether an interchange starts at exactly this place."""
    return _START.match(text, position) is not None


def _announced(text: bytes, at: int, window: bytes, width: int) -> Start:
    """Reads UNA, and doubts it where the segment behind it does not use what it says."""
    length, notes = 9, []
    if _is_short(window):
        length = 8
        notes.append((Code.UNA_LENGTH, "UNA has 5 service characters instead of 6"))
    elif window[8:10] == b"\r\n":
        length = 10
    given = window[3:length]
    fifth, last = (b" ", given[4:5]) if length == 8 else (given[4:5], given[5:])
    delimiters = Delimiters(given[0:1], given[1:2], given[2:3], given[3:4].strip(), fifth.strip(), last)
    used = _FIRST_TAG.match(window, length)
    clash = len({delimiters.component, delimiters.element, delimiters.terminator}) < 3
    if clash or (used is not None and used.group(1) != delimiters.element):
        notes.append(
            (
                Code.UNA_CHARACTERS,
                "UNA gives service characters that the next segment does not use",
            )
        )
        delimiters, _ = _by_structure(window[length:].lstrip(BLANKS), width)
    elif delimiters.release and delimiters.release in delimiters.separators():
        notes.append((Code.UNA_CHARACTERS, "UNA gives the release character a second meaning"))
        delimiters = replace(delimiters, release=b"")
    return Start(at, at + length, delimiters, True, width, tuple(notes))


def _is_short(window: bytes) -> bool:
    """Whether UNA lost one of its characters (usually the blank in the fifth place)."""
    if window[8:9] == b"U":
        return True
    if window[8:9] not in (b"\r", b"\n") or window[7:8].isspace():
        return False
    following = _SERVICE.search(window, 13)
    return following is not None and window[9 : following.start()].rstrip(BLANKS).endswith(window[7:8])


def _by_structure(window: bytes, width: int) -> tuple[Delimiters, tuple[tuple[Code, str], ...]]:
    """Service characters of an interchange without UNA, from the way UNB or UNH uses them."""
    text = window.translate(None, LINE_ENDS) if width else window
    element = text[3:4]
    if element == b"\x1d":
        return _LEVEL_B, ()
    notes: tuple[tuple[Code, str], ...] = ()
    base = STANDARD
    if element != b"+":
        component = re.match(rb"UN[BGH].[A-Z]{4}([^A-Za-z0-9]).", text, re.DOTALL)
        base = Delimiters(component.group(1) if component else b":", element)
    base = replace(base, terminator=_terminator(text, base))
    if base != STANDARD:
        notes = (
            (
                Code.UNA_MISSING,
                "Other service characters than the standard's are used without a UNA",
            ),
        )
    return base, notes


def _terminator(text: bytes, base: Delimiters) -> bytes:
    """An apostrophe, unless lines end the segments or another character stands before the next service segment."""
    first, line_end, rest = text.partition(b"\n")
    if line_end and not _ENDED.search(first) and not _ENDED.search(rest.partition(b"\n")[0].rstrip(BLANKS)[-2:]):
        following_tag = re.match(rb"[A-Z]{3}(.)", rest, re.DOTALL)
        if following_tag is not None and following_tag.group(1) == base.element:
            return b"\r\n" if first.endswith(b"\r") else b"\n"
    following = _SERVICE.search(text, 4)
    while following is not None and following.group(2) != base.element:
        following = _SERVICE.search(text, following.start() + 1)
    if following is None or _ENDED.search(text, 4, following.start()):
        return b"'"
    last = text[: following.start()].rstrip(b" \t")[-1:]
    return b"'" if last.isalnum() or not last else last


def _wrapped_at(window: bytes) -> int:
    """The width of the lines when text is wrapped at a fixed column (lines break inside of segments), else 0."""
    if 0 <= window.find(b"\n") < 10:
        return 0
    lines = window.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    complete = lines[:-1] if len(window) == _LOOKAHEAD else lines
    if len(complete) < 2:
        return 0
    first, *middle, last = complete
    width = _columns(first)
    if width < 10 or _columns(last) > width or any(_columns(line) != width for line in middle):
        return 0
    if not middle and (width not in _COMMON_WIDTHS or first.endswith((b"'", window[8:9]))):
        return 0
    return 0 if all(_LINE_OF_ITS_OWN.match(line) for line in complete[1:]) else width


def _columns(line: bytes) -> int:
    """The width of a line in characters: text was wrapped before it was encoded, or after."""
    return len(line) if line.isascii() else len(line.decode("utf-8", "replace"))
