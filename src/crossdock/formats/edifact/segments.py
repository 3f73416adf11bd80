"""Segments: bytes between terminators, and the tag, data elements and components they hold.

Source: ISO 9735, segment and data element structure. Positions count from 1 everywhere; the tag is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from crossdock.formats.edifact.delimiters import BLANKS, LINE_ENDS, Delimiters
from crossdock.formats.edifact.errors import WriteError

Composite: TypeAlias = tuple[str, ...]
"""The components of one occurrence of a data element; a simple data element has one."""
Element: TypeAlias = tuple[Composite, ...]
"""The occurrences of a data element; more than one only in syntax 4."""

_EMPTY: Element = (("",),)


class Segment:
    """One segment. `nesting` holds what follows the tag in explicit nesting (syntax 3), else nothing.

    `offset` is the byte of its tag in the whole input, `position` its number in the message with UNH as 1; both are
    0 for segments that were made and not read. `spelled` is its exact text where that releases characters without
    need, so that it can be written as it was read; else it is empty.
    """

    __slots__ = ("elements", "nesting", "offset", "position", "spelled", "tag")

    def __init__(
        self,
        tag: str,
        elements: tuple[Element, ...] = (),
        nesting: tuple[str, ...] = (),
        offset: int = 0,
        position: int = 0,
        spelled: bytes = b"",
    ) -> None:
        self.tag = tag
        self.elements = elements
        self.nesting = nesting
        self.offset = offset
        self.position = position
        self.spelled = spelled

    def get(self, element: int, component: int = 1, repetition: int = 1) -> str:
        """The value at a position counted from 1, or an empty text where the segment has none."""
        try:
            return self.elements[element - 1][repetition - 1][component - 1]
        except IndexError:
            return ""

    def composite(self, element: int, repetition: int = 1) -> Composite:
        """All components of an element, or nothing where the segment has none."""
        try:
            return self.elements[element - 1][repetition - 1]
        except IndexError:
            return ()

    def __eq__(self, other: object) -> bool:
        """Equal in content; where two segments stand does not matter."""
        if not isinstance(other, Segment):
            return NotImplemented
        return (self.tag, self.elements, self.nesting) == (
            other.tag,
            other.elements,
            other.nesting,
        )

    def __hash__(self) -> int:
        return hash((self.tag, self.elements, self.nesting))

    def __repr__(self) -> str:
        return f"Segment({self.tag!r}, {self.elements!r})"


def segment(tag: str, *elements: str | Sequence[str] | None) -> Segment:
    """A segment to write: each element is a text, a sequence of components, or None for nothing.

    Empty components and elements at the end are left out, as the standard asks.
    """
    built: list[Element] = []
    for element in elements:
        components = [element] if isinstance(element, str) else list(element or ())
        while len(components) > 1 and not components[-1]:
            components.pop()
        built.append((tuple(components),) if components else _EMPTY)
    while built and built[-1] == _EMPTY:
        built.pop()
    return Segment(tag, tuple(built))


def split_segments(raw: bytes, delimiters: Delimiters, *, wrapped: bool = False) -> list[bytes]:
    """The text between terminators, released ones left alone; the last is what follows the last terminator."""
    parts = raw.split(delimiters.terminator)
    release = delimiters.release
    if not release or (release + delimiters.terminator not in raw and not (wrapped and release in raw)):
        return parts
    joined: list[bytes] = []
    held: list[bytes] = []
    for part in parts:
        held.append(part)
        ending = part.translate(None, LINE_ENDS) if wrapped else part
        if ending.endswith(release) and (len(ending) - len(ending.rstrip(release))) % 2:
            continue
        joined.append(delimiters.terminator.join(held))
        held = []
    if held:
        joined.append(delimiters.terminator.join(held))
    return joined


def parse_segment(
    part: bytes,
    delimiters: Delimiters,
    codec: str,
    *,
    wrapped: bool = False,
    offset: int = 0,
    position: int = 0,
) -> Segment:
    """One segment from the bytes between two terminators; blanks before the tag belong to no data.

    Never fails: bytes that `codec` cannot read are replaced, and a tag that is none is kept as it stands.
    """
    bare = part.lstrip(BLANKS)
    offset += len(part) - len(bare)
    if wrapped:
        bare = bare.translate(None, LINE_ENDS)
    text = bare.decode(codec, "replace")
    element, component, repetition, release = delimiters.marks
    if release and release in text:
        head, *elements = _released(text, element, component, repetition, release)
        tag, *nesting = head[0]
        spelled = bare if _releases_without_need(bare, delimiters) else b""
        return Segment(tag, tuple(elements), tuple(nesting), offset, position, spelled)
    tag, *values = text.split(element)
    if repetition and repetition in text:
        parsed = tuple(tuple(tuple(each.split(component)) for each in value.split(repetition)) for value in values)
    else:
        parsed = tuple([((v,),) if component not in v else (tuple(v.split(component)),) for v in values])
    if component in tag:
        tag, *nesting = tag.split(component)
        return Segment(tag, parsed, tuple(nesting), offset, position)
    return Segment(tag, parsed, (), offset, position)


def _released(text: str, element: str, component: str, repetition: str, release: str) -> list[Element]:
    """Elements of a segment with release characters; the first is the tag with its nesting."""
    elements: list[Element] = []
    occurrences: list[Composite] = []
    components: list[str] = []
    value: list[str] = []
    characters = iter(text)
    for character in characters:
        if character == release:
            value.append(next(characters, ""))
        elif character == component:
            components.append("".join(value))
            value = []
        elif character == element or (character == repetition and elements):
            components.append("".join(value))
            occurrences.append(tuple(components))
            components, value = [], []
            if character == element:
                elements.append(tuple(occurrences))
                occurrences = []
        else:
            value.append(character)
    components.append("".join(value))
    elements.append((*occurrences, tuple(components)))
    return elements


def _releases_without_need(bare: bytes, delimiters: Delimiters) -> bool:
    needed = delimiters.escaped()
    at = bare.find(delimiters.release)
    while at >= 0:
        if bare[at + 1 : at + 2] not in needed or at + 1 == len(bare):
            return True
        at = bare.find(delimiters.release, at + 2)
    return False


def format_segment(data: Segment, delimiters: Delimiters, codec: str) -> bytes:
    """The bytes of a segment without its terminator: the inverse of `parse_segment`. Raises `WriteError`."""
    escape = _escape_table(delimiters)
    element, component, repetition, _ = delimiters.marks
    pieces = [component.join((data.tag, *data.nesting))]
    for number, occurrences in enumerate(data.elements, 1):
        if len(occurrences) > 1 and not repetition:
            raise WriteError(
                "it repeats, which this syntax version cannot carry",
                tag=data.tag,
                element=number,
            )
        written = repetition.join(component.join(v.translate(escape) for v in each) for each in occurrences)
        if not delimiters.release and _has_delimiter(occurrences, delimiters):
            raise WriteError(
                "it holds a service character, and none releases it",
                tag=data.tag,
                element=number,
            )
        try:
            written.encode(codec)
        except UnicodeEncodeError as error:
            character = written[error.start]
            text = f"the character {character!r} does not exist in the character set {codec}"
            raise WriteError(text, tag=data.tag, element=number) from None
        pieces.append(written)
    return element.join(pieces).encode(codec)


def _escape_table(delimiters: Delimiters) -> dict[int, str]:
    release = delimiters.release.decode("latin-1")
    return {each: release + chr(each) for each in delimiters.escaped()} if release else {}


def _has_delimiter(occurrences: Iterable[Composite], delimiters: Delimiters) -> bool:
    service = delimiters.escaped().decode("latin-1")
    return any(character in service for each in occurrences for value in each for character in value)


def parse_number(text: str, mark: str = ".") -> Decimal | None:
    """The number in a data element, or None when it is none. Both decimal marks count, the announced one first.

    Source: ISO 9735, representation of numeric values: no thousands separators, no blanks, no exponent.
    """
    other = "," if mark == "." else "."
    candidate = text.replace(mark, ".") if mark in text else text.replace(other, ".")
    digits = candidate[1:] if candidate[:1] in ("-", "+") else candidate
    if not digits.isascii() or candidate.count(".") > 1 or not digits.replace(".", "", 1).isdigit():
        return None
    try:
        return Decimal(candidate)
    except InvalidOperation:
        return None
