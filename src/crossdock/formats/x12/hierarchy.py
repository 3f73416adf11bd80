"""The tree of HL segments (856 and others), by parent ids, whatever its levels: SOTPI, SOPI, STPI, SOI, SI, SOTI.

HL01 is the id, HL02 the parent's id, HL03 the level code (S shipment, O order, T tare, P pack, I item). The tree is
built without recursion, so its depth is bounded only by the number of segments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from crossdock.formats.x12.errors import Code, Problem, Severity
from crossdock.formats.x12.structure import Segment, Transaction, element


@dataclass(slots=True, eq=False)
class Level:
    """One HL with what follows it: `segments` runs from the HL to the next HL (or the summary); `first` is the number
    of the HL segment in the transaction set, ST being 1. `parent` is None for roots."""

    id: str
    parent_id: str
    code: str
    first: int
    segments: list[Segment] = field(default_factory=list)
    parent: Level | None = None
    children: list[Level] = field(default_factory=list)

    def walk(self) -> Iterator[Level]:
        """This level and all below it, parents before children, in document order."""
        waiting = [self]
        while waiting:
            level = waiting.pop()
            yield level
            waiting.extend(reversed(level.children))

    def ancestors(self) -> Iterator[Level]:
        """From the parent up to the root."""
        level = self.parent
        while level is not None:
            yield level
            level = level.parent

    def above(self, code: str) -> Level | None:
        """The nearest ancestor of level `code`, such as the order that an item belongs to."""
        return next((level for level in self.ancestors() if level.code == code), None)


@dataclass(slots=True)
class Hierarchy:
    """A transaction set with HLs, taken apart: `header` before the first HL, the trees, `summary` behind the last.

    Nothing is dropped: orphans, duplicates and cycles are roots of their own in `roots`, and named in `problems`.
    """

    header: list[Segment]
    roots: list[Level]
    summary: list[Segment]
    problems: list[Problem]

    def levels(self) -> Iterator[Level]:
        """Every level, parents before children."""
        for root in self.roots:
            yield from root.walk()

    @property
    def structure(self) -> str:
        """The level codes in order of depth as they first appear, such as SOTPI."""
        depth: dict[str, int] = {}
        for root in self.roots:
            waiting = [(root, 0)]
            while waiting:
                level, at = waiting.pop()
                depth.setdefault(level.code, at)
                waiting.extend((child, at + 1) for child in reversed(level.children))
        return "".join(sorted(depth, key=lambda code: depth[code]))


_SUMMARY = frozenset({"CTT", "SE"})


def read_hierarchy(transaction: Transaction) -> Hierarchy:
    """The HL tree of a transaction set. Without any HL, everything is header."""
    header, levels, summary = _sections(transaction.segments)
    problems: list[Problem] = []
    by_id: dict[str, Level] = {}
    for level in levels:
        if not level.id:
            problems.append(_problem(transaction, Code.HL_ID, level, 1, "HL01, the id, is missing", ""))
        elif level.id in by_id:
            said = f"HL01 '{level.id}' was used before, at segment {by_id[level.id].first}"
            problems.append(_problem(transaction, Code.HL_DUPLICATE, level, 1, said, level.id))
        else:
            by_id[level.id] = level
    for level in levels:
        if not level.parent_id:
            continue
        parent = by_id.get(level.parent_id)
        if parent is None:
            said = f"HL02 '{level.parent_id}' names no HL of this transaction set"
            problems.append(_problem(transaction, Code.HL_ORPHAN, level, 2, said, level.parent_id))
        else:
            level.parent = parent
    _cut_cycles(transaction, levels, problems)
    for level in levels:
        if level.parent is not None:
            level.parent.children.append(level)
    roots = [level for level in levels if level.parent is None]
    problems += _child_flags(transaction, levels)
    problems.sort(key=lambda problem: (problem.where.segment, problem.where.element))
    return Hierarchy(header, roots, summary, problems)


def _sections(segments: list[Segment]) -> tuple[list[Segment], list[Level], list[Segment]]:
    """Header, levels with their segments, and summary."""
    header: list[Segment] = []
    levels: list[Level] = []
    summary: list[Segment] = []
    for number, segment in enumerate(segments, 1):
        if segment[0] == "HL":
            own, parent, code = (element(segment, at).strip() for at in (1, 2, 3))
            levels.append(Level(own, parent, code, number, [segment]))
            summary = []
        elif not levels:
            header.append(segment)
        elif summary or segment[0] in _SUMMARY:
            summary.append(segment)
        else:
            levels[-1].segments.append(segment)
    return header, levels, summary


def _cut_cycles(transaction: Transaction, levels: list[Level], problems: list[Problem]) -> None:
    """Find parents that lead back to where they started; the first HL of each ring becomes a root."""
    safe: set[int] = set()
    for level in levels:
        path: dict[int, Level] = {}
        at: Level | None = level
        while at is not None and at.first not in safe and at.first not in path:
            path[at.first] = at
            at = at.parent
        if at is not None and at.first in path:
            ring = _ring(at)
            start = min(ring, key=lambda found: found.first)
            said = f"HL {start.id} is its own ancestor ({' under '.join(found.id for found in ring[:8])})"
            problems.append(_problem(transaction, Code.HL_CYCLE, start, 2, said, start.parent_id))
            start.parent = None
        safe.update(path)


def _ring(start: Level) -> list[Level]:
    ring, at = [start], start.parent
    while at is not None and at is not start:
        ring.append(at)
        at = at.parent
    return ring


def _child_flags(transaction: Transaction, levels: list[Level]) -> Iterator[Problem]:
    """HL04, where it is given, says whether there are children."""
    for level in levels:
        flag = element(level.segments[0], 4).strip()
        if (flag == "0" and level.children) or (flag == "1" and not level.children):
            said = f"HL04 is {flag}, but HL {level.id} has {len(level.children)} children"
            problem = _problem(transaction, Code.HL_CHILD, level, 4, said, flag)
            yield Problem(problem.code, said, problem.where, Severity.WARNING, value=flag)


def _problem(transaction: Transaction, code: Code, level: Level, at: int, text: str, value: str) -> Problem:
    reference = {1: "628", 2: "734", 4: "736"}[at]
    return Problem(code, text, transaction.position(level.first, at), value=value[:99], reference=reference)
