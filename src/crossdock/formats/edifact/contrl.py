"""CONTRL, the syntax acknowledgement: built from what the reader found, and read.

It speaks of syntax only, at the exact positions; it goes back to the sender of the acknowledged interchange; and an
acknowledgement never gets one. Source: ISO 9735 syntax 3 and 4, messages CONTRL; UN/ECE code list 0085.
Positions of elements count from 1 without the tag here, as everywhere in this package; in the message itself (0098)
the tag counts as 1, which reading and writing take care of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from crossdock.formats.edifact.errors import Code, Problem
from crossdock.formats.edifact.events import (
    Event,
    GroupEnd,
    GroupStart,
    InterchangeEnd,
    InterchangeStart,
    Message,
    PartyId,
)


class Action(StrEnum):
    """What was done with an interchange, group or message (0083)."""

    REJECTED = "4"
    """With everything in it."""
    ACCEPTED = "7"
    """And so is what is in it, unless it is rejected by name."""
    RECEIVED = "8"
    """Taken, and not checked yet."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in a service segment: `code` of list 0085, the segment's tag, and the element and component, from 1."""

    code: str
    tag: str = ""
    element: int = 0
    component: int = 0


@dataclass(frozen=True, slots=True)
class ElementError:
    """UCD."""

    code: str
    element: int
    component: int = 0
    repetition: int = 0


@dataclass(frozen=True, slots=True)
class SegmentError:
    """UCS with its UCDs: `position` counts the message's segments with UNH as 1."""

    position: int
    code: str = ""
    elements: tuple[ElementError, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageResponse:
    """UCM: `type` holds the components of S009."""

    reference: str
    type: tuple[str, ...]
    action: str
    fault: Fault | None = None
    segments: tuple[SegmentError, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupResponse:
    """UCF: the parties are those of the acknowledged group."""

    reference: str
    sender: PartyId
    recipient: PartyId
    action: str
    fault: Fault | None = None
    messages: tuple[MessageResponse, ...] = ()


@dataclass(frozen=True, slots=True)
class Contrl:
    """UCI and all below it: reference and parties are those of the acknowledged interchange."""

    reference: str
    sender: PartyId
    recipient: PartyId
    action: str
    fault: Fault | None = None
    messages: tuple[MessageResponse, ...] = ()
    groups: tuple[GroupResponse, ...] = ()

    def accepts(self, message: str, group: str = "") -> bool:
        """Whether a message of the acknowledged interchange was accepted."""
        if self.action == Action.REJECTED:
            return False
        named = [each for each in self.groups if each.reference == group] if group else []
        if any(each.action == Action.REJECTED for each in named):
            return False
        responses = [response for each in named for response in each.messages] if group else self.messages
        return not any(each.reference == message and each.action == Action.REJECTED for each in responses)


_CODES = {
    Code.SYNTAX_VERSION: "2",
    Code.UNB_ELEMENT: "13",
    Code.UNG_ELEMENT: "13",
    Code.UNH_ELEMENT: "13",
    Code.MISSING_UNB: "13",
    Code.MISSING_UNT: "13",
    Code.MISSING_UNE: "13",
    Code.MISSING_UNZ: "13",
    Code.MISSING_TERMINATOR: "13",
    Code.NO_FINAL_TERMINATOR: "13",
    Code.SEGMENT_TOO_LONG: "39",
    Code.INVALID_CHARACTER: "21",
    Code.ENCODING: "21",
    Code.UNA_CHARACTERS: "22",
    Code.DUPLICATE_REFERENCE: "26",
    Code.UNT_CONTROL: "28",
    Code.UNE_CONTROL: "28",
    Code.UNZ_CONTROL: "28",
    Code.UNT_COUNT: "29",
    Code.UNE_COUNT: "29",
    Code.UNZ_COUNT: "29",
    Code.MIXED_GROUPS: "30",
    Code.MIXED_TYPES: "31",
    Code.EMPTY_GROUP: "32",
    Code.EMPTY_INTERCHANGE: "32",
    Code.UNEXPECTED_SEGMENT: "33",
    Code.UNEXPECTED_UNT: "33",
    Code.UNEXPECTED_UNE: "33",
    Code.UNEXPECTED_UNZ: "33",
    Code.SEGMENT_TAG: "15",
}
_UNSPECIFIED = "18"
_SERVICE = frozenset(("UNB", "UNG", "UNH", "UNT", "UNE", "UNZ"))
_COUNT_OR_REFERENCE_MISSING = (Code.UNT_COUNT, Code.UNE_COUNT, Code.UNZ_COUNT)


def syntax_error(problem: Problem) -> str:
    """The code of list 0085 that says what a problem is."""
    if problem.code in _COUNT_OR_REFERENCE_MISSING and not problem.value:
        return "13"
    return _CODES.get(problem.code, _UNSPECIFIED)


def acknowledge(events: Iterable[Event], *, max_rejected: int = 10_000) -> Iterator[Contrl]:
    """A CONTRL for each interchange that can and may be answered.

    None is made for an interchange that holds nothing but CONTRL messages, and none where UNB gives no sender or no
    reference to answer to. Interchanges with more than `max_rejected` bad messages are rejected whole.
    """
    collector: _Collector | None = None
    for event in events:
        if isinstance(event, InterchangeStart):
            collector = _Collector(event, max_rejected)
        elif collector is not None:
            collector.add(event)
            if isinstance(event, InterchangeEnd):
                answer = collector.answer()
                collector = None
                if answer is not None:
                    yield answer


def receipt(start: InterchangeStart) -> Contrl:
    """Says only that an interchange arrived (acknowledgement request 2)."""
    return Contrl(start.reference, start.sender, start.recipient, Action.RECEIVED)


@dataclass(slots=True)
class _Collector:
    """The errors of one interchange; what was accepted needs no mention."""

    start: InterchangeStart
    left: int
    fault: Fault | None = None
    messages: list[MessageResponse] = field(default_factory=list)
    groups: list[GroupResponse] = field(default_factory=list)
    group: GroupResponse | None = None
    group_messages: list[MessageResponse] = field(default_factory=list)
    acknowledgements: int = 0
    others: int = 0

    def __post_init__(self) -> None:
        self.fault = _first_fault(self.start.problems)

    def add(self, event: Event) -> None:
        match event:
            case Message(type="CONTRL"):
                self.acknowledgements += 1
            case Message():
                self.others += 1
                self._add_message(event)
            case GroupStart():
                fault = _first_fault(event.problems)
                self.group = GroupResponse(
                    event.reference,
                    event.sender,
                    event.recipient,
                    Action.ACCEPTED,
                    fault,
                )
                self.group_messages = []
            case GroupEnd():
                self._end_group(event)
            case _:
                self.fault = self.fault or _first_fault(event.problems)

    def _add_message(self, message: Message) -> None:
        if message.is_acceptable:
            return
        self.left -= 1
        if self.left >= 0:
            into = self.group_messages if self.group is not None else self.messages
            into.append(_reject(message))

    def _end_group(self, end: GroupEnd) -> None:
        group, self.group = self.group, None
        if group is None:
            return
        fault = group.fault or _first_fault(end.problems)
        if fault is not None:
            self.groups.append(replace(group, action=Action.REJECTED, fault=fault))
        elif self.group_messages:
            self.groups.append(replace(group, messages=tuple(self.group_messages)))

    def answer(self) -> Contrl | None:
        start = self.start
        addressed = start.header is not None and start.sender.id and start.recipient.id and start.reference
        if not addressed or (self.acknowledgements and not self.others):
            return None
        fault = self.fault
        if fault is None and self.left < 0:
            fault = Fault(_UNSPECIFIED)
        parties = start.reference, start.sender, start.recipient
        if fault is not None:
            return Contrl(*parties, Action.REJECTED, fault)
        return Contrl(*parties, Action.ACCEPTED, None, tuple(self.messages), tuple(self.groups))


def _first_fault(problems: Iterable[Problem]) -> Fault | None:
    for problem in problems:
        if problem.is_error:
            where = problem.where
            tag = where.tag if where.tag in _SERVICE else ""
            return Fault(syntax_error(problem), tag, where.element, where.component)
    return None


def _reject(message: Message) -> MessageResponse:
    """The errors of a message: those of UNH and UNT in UCM, which holds one, the others by segment."""
    fault: Fault | None = None
    by_segment: dict[int, SegmentError] = {}
    for problem in message.problems:
        if not problem.is_error:
            continue
        where, code = problem.where, syntax_error(problem)
        if where.tag in _SERVICE or not where.segment:
            fault = fault or Fault(
                code,
                where.tag if where.tag in _SERVICE else "",
                where.element,
                where.component,
            )
            continue
        error = by_segment.get(where.segment, SegmentError(where.segment))
        if where.element:
            element = ElementError(code, where.element, where.component, where.repetition)
            error = replace(error, elements=(*error.elements, element))
        else:
            error = replace(error, code=error.code or code)
        by_segment[where.segment] = error
    segments = tuple(by_segment[position] for position in sorted(by_segment))
    return MessageResponse(message.reference, message.header.composite(2), Action.REJECTED, fault, segments)
