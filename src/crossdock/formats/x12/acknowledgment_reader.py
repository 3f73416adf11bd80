"""What an inbound 997, 999 or TA1 says, as a structure and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crossdock.formats.x12.acknowledgment_codes import (
    ELEMENT_WORDS,
    GROUP_WORDS,
    INTERCHANGE_WORDS,
    SEGMENT_WORDS,
    TRANSACTION_WORDS,
    VERDICT_WORDS,
)
from crossdock.formats.x12.errors import Code, Problem
from crossdock.formats.x12.structure import Segment, Transaction, components, element


@dataclass(frozen=True, slots=True)
class ElementAnswer:
    """An AK4 or IK4: what is wrong with one element of ours. Positions count from 1, 0 where none is given."""

    element: int
    component: int
    repetition: int
    reference: str
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class SegmentAnswer:
    """An AK3 or IK3 with what belongs to it. `segment` counts from ST as 1; `contexts` are CTX segments as read."""

    tag: str
    segment: int
    loop: str
    codes: tuple[str, ...]
    elements: list[ElementAnswer] = field(default_factory=list)
    contexts: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class SetAnswer:
    """An AK2 loop: the verdict on one transaction set of ours; empty where the AK5 or IK5 is missing."""

    set_id: str
    control: str
    implementation: str = ""
    verdict: str = ""
    codes: tuple[str, ...] = ()
    segments: list[SegmentAnswer] = field(default_factory=list)

    @property
    def is_rejected(self) -> bool:
        return self.verdict in ("R", "M", "W", "X")

    def reasons(self) -> Iterator[str]:
        """One sentence for each thing that the partner found wrong."""
        name = f"{self.set_id} {self.control}"
        for code in self.codes:
            yield f"{name}: {_words(TRANSACTION_WORDS, code)}"
        for segment in self.segments:
            place = f"{name}, segment {segment.segment} ({segment.tag})"
            for code in segment.codes:
                if code != "8" or not segment.elements:
                    yield f"{place}: {_words(SEGMENT_WORDS, code)}"
            for found in segment.elements:
                part = f"-{found.component}" if found.component else ""
                value = f" '{found.value}'" if found.value else ""
                yield f"{place}, element {found.element}{part}{value}: {_words(ELEMENT_WORDS, found.code)}"


@dataclass(slots=True)
class GroupAnswer:
    """A 997 or 999: the verdict on one group of ours, with counts as the partner gives them (None where unreadable)."""

    functional_id: str = ""
    control: str = ""
    version: str = ""
    verdict: str = ""
    included: int | None = None
    received: int | None = None
    accepted: int | None = None
    codes: tuple[str, ...] = ()
    sets: list[SetAnswer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_rejected(self) -> bool:
        return self.verdict in ("R", "M", "W", "X")

    def verdict_on(self, control: str) -> str:
        """The verdict on our transaction set `control`: its own, or the group's where it is not listed."""
        for answer in self.sets:
            if answer.control == control and answer.verdict:
                return answer.verdict
        return self.verdict

    def reasons(self) -> Iterator[str]:
        """One sentence for each thing that the partner found wrong."""
        for code in self.codes:
            yield f"group {self.control}: {_words(GROUP_WORDS, code)}"
        for answer in self.sets:
            yield from answer.reasons()


@dataclass(frozen=True, slots=True)
class InterchangeAnswer:
    """A TA1: the verdict on one interchange of ours."""

    control: str
    date: str
    time: str
    verdict: str
    code: str

    @property
    def is_rejected(self) -> bool:
        return self.verdict == "R"

    @property
    def reason(self) -> str:
        said = VERDICT_WORDS.get(self.verdict, f"answered '{self.verdict}'")
        return f"interchange {self.control} was {said}: {_words(INTERCHANGE_WORDS, self.code)}"


def read_ta1(segment: Segment) -> InterchangeAnswer:
    """A TA1 segment, wherever it stood."""
    return InterchangeAnswer(*(element(segment, number).strip() for number in range(1, 6)))


def read_acknowledgment(transaction: Transaction) -> GroupAnswer:
    """What a 997 or 999 says. Segments out of place become `problems`; nothing raises."""
    answer = GroupAnswer()
    for number, segment in enumerate(transaction.segments[1:-1], 2):
        if not _take(answer, segment, transaction):
            where = transaction.position(number)
            said = f"{segment[0][:3]} stands out of place in this acknowledgment"
            answer.problems.append(Problem(Code.SEGMENT_SEQUENCE, said, where))
    if not answer.verdict:
        where = transaction.position(len(transaction.segments))
        said = "the acknowledgment has no AK9, so it gives no verdict on the group"
        answer.problems.append(Problem(Code.SEGMENT_MISSING, said, where))
    return answer


def _take(answer: GroupAnswer, segment: Segment, transaction: Transaction) -> bool:
    """Read one segment into the answer; False where it has no place."""
    current = answer.sets[-1] if answer.sets and not answer.sets[-1].verdict else None
    match segment[0]:
        case "AK1":
            answer.functional_id, answer.control, answer.version = (element(segment, n).strip() for n in (1, 2, 3))
        case "AK2":
            set_id, control, implementation = (element(segment, n).strip() for n in (1, 2, 3))
            answer.sets.append(SetAnswer(set_id, control, implementation))
        case "AK3" | "IK3" if current:
            tag, loop = element(segment, 1), element(segment, 3)
            current.segments.append(SegmentAnswer(tag, _number(element(segment, 2)), loop, _codes(segment, 4)))
        case "AK4" | "IK4" if current and current.segments:
            place = [_number(part) for part in components(element(segment, 1), transaction.delimiters)]
            at, component, repetition = (*place, 0, 0)[:3]
            rest = [element(segment, n) for n in (2, 3, 4)]
            current.segments[-1].elements.append(ElementAnswer(at, component, repetition, *rest))
        case "CTX" if current and current.segments:
            current.segments[-1].contexts.append(segment)
        case "AK5" | "IK5" if current:
            current.verdict, current.codes = element(segment, 1).strip(), _codes(segment, 2)
        case "AK9":
            answer.verdict, answer.codes = element(segment, 1).strip(), _codes(segment, 5)
            answer.included, answer.received, answer.accepted = (_count(element(segment, n)) for n in (2, 3, 4))
        case _:
            return False
    return True


def _codes(segment: Sequence[str], first: int) -> tuple[str, ...]:
    return tuple(code.strip() for code in segment[first:] if code.strip())


def _number(text: str) -> int:
    return _count(text) or 0


def _count(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None


def _words(words: Mapping[str, str], code: str) -> str:
    return words.get(code, f"code {code}")
