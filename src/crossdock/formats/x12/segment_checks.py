"""Checks of one segment's elements, compiled from its description to flat tables.

Two questions decide almost every segment without looking closer: is this pattern of empty and filled elements known
to be good, and is each value known to be good in its place? Only what is new is examined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from crossdock.formats.x12.errors import Code, Severity
from crossdock.formats.x12.values import is_date, is_decimal, is_integer, is_time

_REMEMBERED = 1024
_REMEMBERED_LENGTH = 40


class Dialect(NamedTuple):
    """What of an interchange changes the checks."""

    version: str
    component: str
    repetition: str

    @property
    def has_long_forms(self) -> bool:
        """Whether lengths are those of 005010 and later."""
        return self.version >= "005"

    @property
    def has_short_dates(self) -> bool:
        """Whether dates may have six digits: before 004010."""
        return self.version < "004"


class Finding(NamedTuple):
    """A problem of an element before its place in the input is known."""

    code: Code
    text: str
    element: int
    component: int = 0
    repetition: int = 0
    value: str = ""
    reference: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class ElementRule:
    """One element of one segment. `kind` is a type of X12.6, "C" for a composite, or empty where only presence counts.
    `longest` of a composite is its number of components."""

    label: str
    reference: str
    kind: str
    shortest: int
    longest: int
    required: bool
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Condition:
    """P, R, E, C or L of X12.59, over element numbers."""

    kind: str
    elements: tuple[int, ...]


class SegmentCheck:
    """The compiled checks of one segment in one dialect. `good_values[n]` holds good values of element n (0: the tag),
    `good_shapes` good patterns; both grow as values are examined, within bounds."""

    __slots__ = ("_conditions", "_dialect", "_open_ended", "_rules", "_tag", "good_shapes", "good_values")

    def __init__(self, tag: str, rules: list[ElementRule], conditions: list[Condition], dialect: Dialect) -> None:
        self._tag = tag
        self._rules = rules
        self._conditions = conditions
        self._dialect = dialect
        self._open_ended = bool(rules) and not (rules[-1].reference or rules[-1].kind)
        self.good_values: list[set[str]] = [{tag}, *({""} for _ in rules)]
        self.good_shapes: set[tuple[bool, ...]] = set()

    def examine_shape(self, segment: list[str]) -> Iterator[Finding]:
        """Required, conditional, excluded and surplus elements."""
        shape = tuple(map(bool, segment))
        filled = {number for number in range(1, len(segment)) if segment[number]}
        findings = list(self._shape_findings(filled))
        if not findings and len(shape) <= len(self._rules) + 8 and len(self.good_shapes) < _REMEMBERED:
            self.good_shapes.add(shape)
        yield from findings

    def examine_value(self, number: int, value: str) -> Iterator[Finding]:
        """Type, length, codes, components and repetitions of element `number`."""
        findings = list(self._value_findings(number, value))
        if not findings and len(value) <= _REMEMBERED_LENGTH:
            good = self.good_values[number]
            if len(good) >= _REMEMBERED:
                good.clear()
                good.add("")
            good.add(value)
        yield from findings

    def _shape_findings(self, filled: set[int]) -> Iterator[Finding]:
        for number, rule in enumerate(self._rules, 1):
            if rule.required and number not in filled:
                yield Finding(Code.ELEMENT_MISSING, f"{rule.label} is required", number, reference=rule.reference)
        for number in sorted(filled):
            if number > len(self._rules) and not self._open_ended:
                said = f"{self._tag} has more than {len(self._rules)} elements"
                yield Finding(Code.ELEMENT_TOO_MANY, said, number)
                break
        for condition in self._conditions:
            yield from self._condition_findings(condition, filled)

    def _condition_findings(self, condition: Condition, filled: set[int]) -> Iterator[Finding]:
        elements = condition.elements
        given = [number for number in elements if number in filled]
        absent = [number for number in elements if number not in filled]
        if condition.kind == "E":
            if len(given) > 1:
                rule = self._rules[given[1] - 1]
                said = f"{rule.label} excludes {self._rules[given[0] - 1].label}"
                yield Finding(Code.ELEMENT_EXCLUSION, said, given[1], reference=rule.reference)
            return
        if condition.kind == "R":
            lacking = absent[:1] if not given else []
        elif condition.kind == "P":
            lacking = absent if given else []
        elif condition.kind == "C":
            lacking = absent if elements[0] in filled else []
        else:
            lacking = elements[1:2] if given == [elements[0]] else []  # type: ignore[assignment]
        for number in lacking:
            rule = self._rules[number - 1]
            if condition.kind == "R":
                said = f"one of {', '.join(self._rules[n - 1].label for n in elements)} is required"
            else:
                said = f"{rule.label} is required where {self._rules[(given or elements)[0] - 1].label} is given"
            yield Finding(Code.ELEMENT_CONDITION, said, number, reference=rule.reference)

    def _value_findings(self, number: int, value: str) -> Iterator[Finding]:
        rule, repetition = self._rules[number - 1], self._dialect.repetition
        parts = value.split(repetition) if repetition and repetition in value else [value]
        for at, part in enumerate(parts, 1):
            found = self._part_finding(rule, part)
            if found:
                code, said, severity = found
                again = at if len(parts) > 1 else 0
                text = f"{rule.label} '{part[:40]}' {said}"
                yield Finding(code, text, number, 0, again, part[:99], rule.reference, severity)

    def _part_finding(self, rule: ElementRule, value: str) -> tuple[Code, str, Severity] | None:
        component = self._dialect.component
        pieces = value.count(component) + 1 if component else 1
        if rule.kind == "C":
            if pieces > rule.longest:
                said = f"has {pieces} components, at most {rule.longest} are allowed"
                return Code.COMPONENT_TOO_MANY, said, Severity.ERROR
            return None
        if not rule.kind or not value:
            return None
        wrong = _type_finding(rule, value, self._dialect)
        if wrong:
            return (*wrong, Severity.ERROR)
        if pieces > 1:
            said = f"holds the component separator {component!r}, though it is no composite"
            return Code.COMPONENT_TOO_MANY, said, Severity.WARNING
        if rule.codes and value not in rule.codes:
            return Code.ELEMENT_CODE, "is not one of its codes", Severity.ERROR
        return None


def _type_finding(rule: ElementRule, value: str, dialect: Dialect) -> tuple[Code, str] | None:
    kind, length = rule.kind, len(value)
    if kind == "DT":
        if not is_date(value):
            return Code.ELEMENT_DATE, "is no date"
        if length == 6 and not dialect.has_short_dates:
            return Code.ELEMENT_TOO_SHORT, "is a date without its century"
        return None
    if kind == "TM":
        return None if is_time(value) else (Code.ELEMENT_TIME, "is no time")
    if kind == "R":
        if not is_decimal(value):
            return Code.ELEMENT_CHARACTER, "is no number"
        length = len(value.replace("-", "").replace(".", ""))
    elif kind.startswith("N"):
        if not is_integer(value):
            return Code.ELEMENT_CHARACTER, "is no whole number"
        length = len(value.lstrip("-"))
    if length < rule.shortest:
        return Code.ELEMENT_TOO_SHORT, f"has {length} characters, at least {rule.shortest} are required"
    if length > rule.longest:
        return Code.ELEMENT_TOO_LONG, f"has {length} characters, at most {rule.longest} are allowed"
    return None
