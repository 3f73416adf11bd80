"""What is open while a file is read: the interchange, the group and the message, with what was counted in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from crossdock.formats.edifact.errors import Code, Fault, Position, Problem, Severity
from crossdock.formats.edifact.events import GroupStart, InterchangeStart
from crossdock.formats.edifact.segments import Segment


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is held at once; what is larger is counted, reported and not kept. Sizes are bytes."""

    max_message_bytes: int = 16 * 1024 * 1024
    max_segment_bytes: int = 1024 * 1024
    max_problems: int = 50
    """Problems named for each message; the rest is only counted."""
    max_references: int = 50_000
    """References remembered in one interchange, to find repeated ones."""


@dataclass(slots=True)
class Problems:
    """Problems of one message up to a limit, and how many more there were."""

    limit: int
    found: list[Problem] = field(default_factory=list)
    more: int = 0

    def add(self, problem: Problem) -> None:
        if len(self.found) < self.limit:
            self.found.append(problem)
        else:
            self.more += 1

    def is_full(self) -> bool:
        """Counts one more and says so where no more are named: working out its place would be for nothing."""
        if len(self.found) < self.limit:
            return False
        self.more += 1
        return True

    def finish(self, where: Position) -> tuple[Problem, ...]:
        if self.more:
            said = f"There are {self.more} more problems in this message"
            self.found.append(Problem(Code.TOO_MANY_PROBLEMS, said, where))
        return tuple(self.found)


@dataclass(slots=True)
class OpenMessage:
    header: Segment
    where: Position
    """Of its first byte."""
    limit: int
    problems: Problems
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0
    segment_count: int = 0
    overflowed: bool = False

    def add(self, raw: bytes) -> None:
        self.size += len(raw)
        if self.size <= self.limit:
            self.pieces.append(raw)
        elif not self.overflowed:
            self.overflowed = True
            said = f"The message is larger than {self.limit} bytes; what is beyond was counted and not kept"
            self.problems.add(Problem(Code.MESSAGE_TOO_LARGE, said, self.where, fault=Fault.OURS))


@dataclass(slots=True)
class OpenGroup:
    start: GroupStart
    messages: int = 0
    types: set[str] = field(default_factory=set)


@dataclass(slots=True)
class OpenInterchange:
    start: InterchangeStart
    references_left: int
    messages: int = 0
    groups: int = 0
    ungrouped: bool = False
    """Whether a message stood outside of any group."""
    references: set[tuple[str, str]] = field(default_factory=set)

    def is_repeated(self, group: str, reference: str) -> bool:
        """Whether this reference was used before in the same group or interchange."""
        key = (group, reference)
        if key in self.references:
            return True
        if self.references_left > 0:
            self.references_left -= 1
            self.references.add(key)
        return False


def warning(code: Code, text: str, where: Position) -> Problem:
    return Problem(code, text, where, Severity.WARNING)
