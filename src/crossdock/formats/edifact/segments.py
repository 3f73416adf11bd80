"""Segments: bytes between terminators, and the tag, data elements and components they hold.

Source: ISO 9735, segment and data element structure. Positions count from 1 everywhere; the tag is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from crossdock.formats.edifact.delimiters import Delimiters
from crossdock.formats.edifact.errors import WriteError

Composite: TypeAlias = tuple[str, ...]
"""The components of one occurrence of a data element; a simple data element has one."""
Element: TypeAlias = tuple[Composite, ...]
"""The occurrences of a data element; more than one only in syntax 4."""

_Marks: TypeAlias = tuple[str, str, dict[int, str] | None]
_EMPTY: Element = (("",),)


class Segment:
    """One segment. `nesting` holds what follows the tag in explicit nesting (syntax 3), else nothing.

    `offset` is the byte of its tag in the whole input, `position` its number in the message with UNH as 1; both are
    0 for segments that were made and not read. `spelled` is its exact text where that releases characters without
    need, so that it can be written as it was read; else it is empty.
    """

    __slots__ = ("_elements", "_marks", "_values", "nesting", "offset", "position", "spelled", "tag")

    def __init__(
        self,
        tag: str,
        elements: tuple[Element, ...] = (),
        nesting: tuple[str, ...] = (),
        offset: int = 0,
        position: int = 0,
        spelled: str = "",
    ) -> None:
        self.tag = tag
        self.nesting = nesting
        self.offset = offset
        self.position = position
        self.spelled = spelled
        self._elements: tuple[Element, ...] | None = elements
        self._values: list[str] = []
        self._marks: _Marks = ("", "", None)

    @classmethod
    def unsplit(cls, tag: str, values: list[str], marks: _Marks, offset: int, position: int) -> Segment:
        """A segment whose elements are split into components when they are asked for: most never are.

        `marks` are the component and repetition separators, and what stand-ins for released characters stand for,
        or None where `values` hold none.
        """
        made = cls.__new__(cls)
        made.tag = tag
        made.nesting = ()
        made.offset = offset
        made.position = position
        made.spelled = ""
        made._elements = None
        made._values = values
        made._marks = marks
        return made

    @property
    def elements(self) -> tuple[Element, ...]:
        if self._elements is None:
            self._elements = split_elements(self._values, *self._marks)
        return self._elements

    def get(self, element: int, component: int = 1, repetition: int = 1) -> str:
        """The value at a position counted from 1, or an empty text where the segment has none."""
        try:
            if self._elements is None:
                value = self._values[element - 1]
                separator, repeat, shown = self._marks
                if separator not in value and not (repeat and repeat in value):
                    if component != 1 or repetition != 1:
                        return ""
                    return value if shown is None or value.isascii() else value.translate(shown)
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


def split_elements(
    values: list[str], component: str, repetition: str, shown: dict[int, str] | None
) -> tuple[Element, ...]:
    """Element texts into occurrences and components; stand-ins become what they stand for."""
    if repetition and any(repetition in value for value in values):
        found = tuple([tuple([tuple(each.split(component)) for each in v.split(repetition)]) for v in values])
    else:
        found = tuple([((v,),) if component not in v else (tuple(v.split(component)),) for v in values])
    if shown is None:
        return found
    return tuple(
        [tuple([tuple([v if v.isascii() else v.translate(shown) for v in each]) for each in item]) for item in found]
    )


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


def format_segment(data: Segment, delimiters: Delimiters, codec: str) -> bytes:
    """The bytes of a segment without its terminator: the inverse of parsing it. Raises `WriteError`."""
    escape = _escape_table(delimiters)
    element, component, repetition, *_ = delimiters.marks
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
