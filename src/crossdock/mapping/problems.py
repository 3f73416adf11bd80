"""What a mapping says of content that it cannot use: a place in the partner's words, and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `where` is the place as the document writes it, such as `PO1*3, element 2`.

    `segment` (ST is 1) and `element` are the same place as numbers, 0 where there is none. A warning leaves the
    business object whole; an error means that there is none.
    """

    where: str
    what: str
    segment: int = 0
    element: int = 0
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what

    @property
    def is_error(self) -> bool:
        return self.severity == "error"


@dataclass(frozen=True, slots=True)
class Mapped(Generic[T]):
    """The outcome of a mapping: a value (None where errors forbid one) and every problem, in document order."""

    value: T | None
    problems: tuple[Problem, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_error)


def mapped(value: T | None, problems: Iterable[Problem]) -> Mapped[T]:
    """`value` unless one of the problems is an error."""
    found = tuple(sorted(problems, key=lambda problem: (problem.segment, problem.element)))
    return Mapped(None if any(problem.is_error for problem in found) else value, found)
