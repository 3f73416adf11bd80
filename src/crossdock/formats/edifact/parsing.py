"""Bytes to segments. The plain case is a split; release characters and wrapped lines take a detour.

Source: ISO 9735, separators and release character.
"""

from __future__ import annotations

from crossdock.formats.edifact.delimiters import BLANKS, LINE_ENDS, Delimiters
from crossdock.formats.edifact.segments import Composite, Element, Segment, split_elements

_BLANK_TEXT = BLANKS.decode("ascii")


def split_segments(raw: bytes, delimiters: Delimiters, *, wrapped: bool = False) -> list[bytes]:
    """The text between terminators, released ones left alone; the last is what follows the last terminator."""
    parts = raw.split(delimiters.terminator)
    release = delimiters.release
    if not release or (release + delimiters.terminator not in raw and not (wrapped and release in raw)):
        return parts
    if wrapped:
        cut = [_ends_released(part.translate(None, LINE_ENDS), release) for part in parts]
    else:
        cut = [part.endswith(release) and _ends_released(part, release) for part in parts]
    joined: list[bytes] = []
    start = 0
    while True:
        try:
            first = cut.index(True, start)
        except ValueError:
            return joined + parts[start:]
        joined += parts[start:first]
        end = first
        while end < len(parts) - 1 and cut[end]:
            end += 1
        joined.append(delimiters.terminator.join(parts[first : end + 1]))
        start = end + 1


def _ends_released(part: bytes, release: bytes) -> bool:
    return (len(part) - len(part.rstrip(release))) % 2 == 1


def is_released(raw: bytes, at: int, release: bytes) -> bool:
    """Whether the byte at `at` is data because a release character stands before it."""
    return bool(release) and _ends_released(raw[max(0, at - 64) : at], release)


def parse_segment(
    part: bytes, delimiters: Delimiters, codec: str, *, wrapped: bool = False, offset: int = 0, position: int = 0
) -> Segment:
    """One segment from the bytes between two terminators; blanks before the tag belong to no data.

    Never fails: bytes that `codec` cannot read are replaced, and a tag that is none is kept as it stands.
    """
    bare = part.lstrip(BLANKS)
    offset += len(part) - len(bare)
    if wrapped:
        bare = bare.translate(None, LINE_ENDS)
    return _parse(bare.decode(codec, "replace"), delimiters, offset, position)


def parse_segments(
    raw: bytes, delimiters: Delimiters, codec: str, *, wrapped: bool = False, offset: int = 0
) -> list[Segment]:
    """All segments of a message, from 1; empty ones are left out. `offset` is where `raw` starts in the input."""
    found: list[Segment] = []
    width = len(delimiters.terminator)
    element, component, repetition, release, *_ = delimiters.marks
    marks = component, repetition, None
    for part in split_segments(raw, delimiters, wrapped=wrapped):
        bare = part.lstrip(BLANKS)
        if bare:
            at = offset + len(part) - len(bare)
            if wrapped:
                bare = bare.translate(None, LINE_ENDS)
            text = bare.decode(codec, "replace")
            tag, *values = text.split(element)
            if component not in tag and (not release or release not in text):
                found.append(Segment.unsplit(tag, values, marks, at, len(found) + 1))
            else:
                found.append(_parse(text, delimiters, at, len(found) + 1))
        offset += len(part) + width
    return found


def _parse(text: str, delimiters: Delimiters, offset: int, position: int) -> Segment:
    element, component, repetition, release, pairs, shown = delimiters.marks
    released = bool(release) and release in text
    if released:
        hidden = _hide(text, pairs)
        if release in hidden or not text.isascii():
            return _walk(text, delimiters, offset, position)
        text = hidden
    tag, *values = text.split(element)
    marks = component, repetition, shown if released else None
    if component not in tag and tag.isascii():
        return Segment.unsplit(tag, values, marks, offset, position)
    tag, *nesting = (tag.translate(shown) if released else tag).split(component)
    return Segment(tag, split_elements(values, *marks), tuple(nesting), offset, position)


def _hide(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """Released characters replaced by stand-ins, so that a split does not see them."""
    for pair, stand_in in pairs:
        text = text.replace(pair, stand_in)
    return text


def _walk(text: str, delimiters: Delimiters, offset: int, position: int) -> Segment:
    """A segment that releases what needs no release, or holds letters beyond ASCII: character by character."""
    element, component, repetition, release, pairs, _ = delimiters.marks
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
            occurrences.append((*components, "".join(value)))
            components, value = [], []
            if character == element:
                elements.append(tuple(occurrences))
                occurrences = []
        else:
            value.append(character)
    occurrences.append((*components, "".join(value)))
    head, *rest = [*elements, tuple(occurrences)]
    tag, *nesting = head[0]
    spelled = text if release in _hide(text, pairs) else ""
    return Segment(tag, tuple(rest), tuple(nesting), offset, position, spelled)
