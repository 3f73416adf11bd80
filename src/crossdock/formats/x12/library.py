"""The library of descriptions that validation uses: elements, segments and sets, as text, compiled when first needed.

`STANDARD` is what we ship. Whoever holds a licence for the standard's full tables, or a partner's guide, makes a
library of their own from it with `extended`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from crossdock.formats.x12.grammar import GrammarError, SetGrammar, compile_grammar
from crossdock.formats.x12.segment_checks import Condition, Dialect, ElementRule, SegmentCheck
from crossdock.formats.x12.sets import CLOSED, CODES, ELEMENTS, FUNCTIONAL_IDS, SEGMENTS, SETS

_ELEMENT_LINE = re.compile(r"(\S+)\s+([A-Z]+\d?)\s+(\d+)\s+(\d+)(?:\|(\d+))?\s+(.+)")
_TOKEN = re.compile(r"(?:(\d+)|~(?:([A-Z]+\d?)(\d+)-(\d+))?|(C\d+)/(\d+)|PAIRS:(\d+))(!?)")
_CONDITION = re.compile(r"([PRECL])((?:\d\d)+)")
_DIALECTS = 64


class ElementType(NamedTuple):
    """One line of the element table."""

    reference: str
    kind: str
    shortest: int
    longest: int
    longest_from_5010: int
    name: str


@dataclass(frozen=True, slots=True)
class SegmentLayout:
    """One line of the segment table: (token's element or None, kind, shortest, longest, required) per element."""

    tokens: list[tuple[str, str, int, int, bool]]
    conditions: list[Condition]


class Checks(dict[str, SegmentCheck | None]):
    """Segment checks of one dialect by tag, compiled when first asked for; None for a segment without description.

    Conditions are those of 004010 and later: versions before it numbered elements differently."""

    def __init__(self, library: Library, dialect: Dialect) -> None:
        super().__init__()
        self._library = library
        self._dialect = dialect

    def __missing__(self, tag: str) -> SegmentCheck | None:
        layout = self._library.layouts.get(tag)
        if layout is None:
            return None
        rules = [self._library.rule(tag, at, token, self._dialect) for at, token in enumerate(layout.tokens, 1)]
        conditions = [] if self._dialect.has_short_dates else layout.conditions
        check = self[tag] = SegmentCheck(tag, rules, conditions, self._dialect)
        return check


@dataclass(eq=False)
class Library:
    """Descriptions of elements, segments and sets. `closed` sets are complete: what is not in them is an error."""

    elements: dict[str, ElementType]
    layouts: dict[str, SegmentLayout]
    sets: dict[str, str]
    codes: dict[str, frozenset[str]]
    closed: frozenset[str]
    functional_ids: dict[str, str]
    _grammars: dict[str, SetGrammar] = field(default_factory=dict)
    _checks: dict[Dialect, Checks] = field(default_factory=dict)

    def grammar(self, set_id: str) -> SetGrammar | None:
        """The compiled grammar of a set; None where the library has none."""
        if set_id not in self._grammars and set_id in self.sets:
            self._grammars[set_id] = compile_grammar(self.sets[set_id])
        return self._grammars.get(set_id)

    def checks(self, dialect: Dialect) -> Checks:
        """Segment checks for a dialect."""
        found = self._checks.get(dialect)
        if found is None:
            if len(self._checks) >= _DIALECTS:
                self._checks.clear()
            found = self._checks[dialect] = Checks(self, dialect)
        return found

    def rule(self, tag: str, number: int, token: tuple[str, str, int, int, bool], dialect: Dialect) -> ElementRule:
        """The rule of element `number` of segment `tag`."""
        reference, kind, shortest, longest, required = token
        label = f"{tag}{number:02d}"
        element = self.elements.get(reference)
        if element is not None:
            label = f"{label} ({element.name})"
            kind, shortest = element.kind, element.shortest
            longest = element.longest_from_5010 if dialect.has_long_forms else element.longest
        codes = self.codes.get(reference, frozenset())
        return ElementRule(label, reference if element else "", kind, shortest, longest, required, codes)

    def extended(
        self,
        *,
        elements: str = "",
        segments: str = "",
        sets: Mapping[str, str] | None = None,
        closed: frozenset[str] = frozenset(),
        functional_ids: Mapping[str, str] | None = None,
    ) -> Library:
        """A library with more tables, in the same notation; what is given again replaces what was there.

        Raises GrammarError where a table does not follow its notation.
        """
        return Library(
            self.elements | _parse_elements(elements),
            self.layouts | _parse_segments(segments),
            self.sets | dict(sets or {}),
            self.codes,
            self.closed | closed,
            self.functional_ids | dict(functional_ids or {}),
        )


def _parse_elements(text: str) -> dict[str, ElementType]:
    elements = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        match = _ELEMENT_LINE.fullmatch(line)
        if match is None:
            raise GrammarError(f"'{line}' describes no element")
        reference, kind, shortest, longest, longer, name = match.groups()
        elements[reference] = ElementType(reference, kind, int(shortest), int(longest), int(longer or longest), name)
    return elements


def _parse_segments(text: str) -> dict[str, SegmentLayout]:
    layouts = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        described, _, conditions = line.partition("|")
        tag, *tokens = described.split()
        layout = SegmentLayout([], [])
        for token in tokens:
            layout.tokens.extend(_parse_token(token, line))
        for text_of in conditions.split():
            match = _CONDITION.fullmatch(text_of)
            if match is None:
                raise GrammarError(f"'{text_of}' in '{line}' is no condition")
            digits = match[2]
            layout.conditions.append(
                Condition(match[1], tuple(int(digits[at : at + 2]) for at in range(0, len(digits), 2)))
            )
        if any(number > len(layout.tokens) for c in layout.conditions for number in c.elements):
            raise GrammarError(f"a condition in '{line}' names an element that the segment does not have")
        layouts[tag] = layout
    return layouts


def _parse_token(token: str, line: str) -> list[tuple[str, str, int, int, bool]]:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise GrammarError(f"'{token}' in '{line}' is no element")
    reference, kind, shortest, longest, composite, parts, pairs, required = match.groups()
    if pairs:
        return [("235", "", 0, 0, False), ("234", "", 0, 0, False)] * int(pairs)
    if composite:
        return [(composite, "C", 0, int(parts), bool(required))]
    if reference:
        return [(reference, "", 0, 0, bool(required))]
    return [("", kind or "", int(shortest or 0), int(longest or 0), bool(required))]


STANDARD = Library(
    elements=_parse_elements(ELEMENTS),
    layouts=_parse_segments(SEGMENTS),
    sets=dict(SETS),
    codes={reference: frozenset(codes.split()) for reference, codes in CODES.items()},
    closed=CLOSED,
    functional_ids=dict(FUNCTIONAL_IDS),
)
