"""CONTRL as a message: its segments UCI, UCF, UCM, UCS and UCD, written and read, and its codes in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crossdock.formats.edifact.contrl import (
    Contrl,
    ElementError,
    Fault,
    GroupResponse,
    MessageResponse,
    SegmentError,
)
from crossdock.formats.edifact.delimiters import STANDARD, Delimiters
from crossdock.formats.edifact.events import InterchangeStart, Message, PartyId
from crossdock.formats.edifact.segments import Segment, segment
from crossdock.formats.edifact.writer import Body, Envelope

_REASONS = {
    "2": "the syntax version is not supported",
    "7": "the interchange went to someone it is not addressed to",
    "12": "a value is not valid",
    "13": "something mandatory is missing",
    "14": "a value is not supported here",
    "15": "this segment or element is not supported here",
    "16": "there are too many elements or components",
    "17": "there is no agreement about this exchange",
    "18": "the error is not specified",
    "19": "the decimal mark is not valid",
    "20": "a character cannot be a service character",
    "21": "a character is not valid",
    "22": "a service character is not valid",
    "23": "the sender is not known",
    "24": "the interchange is too old",
    "25": "test interchanges are not supported",
    "26": "it was received before",
    "27": "a security function is not supported",
    "28": "the references of header and trailer differ",
    "29": "a control count differs from what was received",
    "30": "groups and messages are mixed",
    "31": "a group holds several message types",
    "32": "there is nothing inside",
    "33": "a segment stands outside of any message",
    "34": "explicit nesting is not allowed",
    "35": "an element or segment is repeated too often",
    "36": "a segment group is repeated too often",
    "37": "a character is of the wrong type",
    "38": "there is no digit before the decimal mark",
    "39": "a value is too long",
    "40": "a value is too short",
    "41": "the network failed for good",
    "42": "the network failed for a while",
    "43": "the recipient is not known",
    "45": "a separator stands at the end",
    "46": "the character set is not supported",
    "47": "part of the envelope is not supported",
    "48": "a rule between several elements is broken",
}


def reason(code: str) -> str:
    """A code of list 0085 in words."""
    return _REASONS.get(code, f"error {code}, which is none of the common ones")


def reply_envelope(
    start: InterchangeStart,
    reference: str,
    prepared: tuple[str, str],
    delimiters: Delimiters = STANDARD,
) -> Envelope:
    """The envelope of an answer: back to the sender, in the character set and syntax version it used itself."""
    version = start.version if start.version in ("1", "2", "3", "4") else "3"
    return Envelope(
        start.recipient,
        start.sender,
        reference,
        prepared,
        start.syntax or "UNOA",
        version,
        is_test=start.is_test,
        delimiters=delimiters,
    )


def contrl_body(contrl: Contrl, reference: str, syntax_version: str = "3") -> Body:
    """The message to write: `CONTRL:D:3:UN` up to syntax 3, `CONTRL:4:1:UN` in syntax 4."""
    kind = ("CONTRL", "4", "1", "UN") if syntax_version == "4" else ("CONTRL", "D", "3", "UN")
    head = (
        contrl.reference,
        _party(contrl.sender),
        _party(contrl.recipient),
        contrl.action,
    )
    segments = [segment("UCI", *head, *_fault(contrl.fault))]
    for message in contrl.messages:
        segments += _message(message)
    for group in contrl.groups:
        parties = _party(group.sender), _party(group.recipient)
        segments.append(segment("UCF", group.reference, *parties, group.action, *_fault(group.fault)))
        for message in group.messages:
            segments += _message(message)
    return Body(reference, kind, segments)


def _message(response: MessageResponse) -> list[Segment]:
    segments = [
        segment(
            "UCM",
            response.reference,
            response.type,
            response.action,
            *_fault(response.fault),
        )
    ]
    for error in response.segments:
        segments.append(segment("UCS", str(error.position), error.code))
        for each in error.elements:
            segments.append(
                segment(
                    "UCD",
                    each.code,
                    _position(each.element, each.component, each.repetition),
                )
            )
    return segments


def _party(party: PartyId) -> tuple[str, str, str]:
    return party.id, party.qualifier, party.internal


def _fault(fault: Fault | None) -> tuple[str | Sequence[str], ...]:
    if fault is None:
        return ()
    return fault.code, fault.tag, _position(fault.element, fault.component)


def _position(element: int, component: int = 0, repetition: int = 0) -> tuple[str, ...]:
    """S011: the tag counts as position 1."""
    if not element:
        return ()
    return str(element + 1), str(component or ""), str(repetition or "")


def read_contrl(message: Message) -> Contrl | None:
    """What a CONTRL says, or None when it has no UCI. Numbers that are none count as 0, unknown codes are kept."""
    head: Contrl | None = None
    read = _Read()
    for data in message.segments:
        if data.tag == "UCI":
            head = Contrl(data.get(1), _read_party(data, 2), _read_party(data, 3), data.get(4), _read_fault(data, 5))
        elif head is not None:
            read.add(data)
    return None if head is None else replace(head, messages=read.messages_so_far(), groups=read.groups_so_far())


class _Read:
    """Responses read so far; the last one of each level is still open. Lists, since a CONTRL may hold very many."""

    def __init__(self) -> None:
        self._ungrouped: list[MessageResponse] = []
        self._groups: list[tuple[GroupResponse, list[MessageResponse]]] = []
        self._message: MessageResponse | None = None
        self._segments: list[SegmentError] = []
        self._elements: list[ElementError] = []

    def add(self, data: Segment) -> None:
        match data.tag:
            case "UCF":
                self._end_message()
                parties = _read_party(data, 2), _read_party(data, 3)
                self._groups.append((GroupResponse(data.get(1), *parties, data.get(4), _read_fault(data, 5)), []))
            case "UCM":
                self._end_message()
                fault = _read_fault(data, 4)
                self._message = MessageResponse(data.get(1), data.composite(2), data.get(3), fault)
            case "UCS":
                self._end_segment()
                self._segments.append(SegmentError(_number(data.get(1)), data.get(2)))
            case "UCD":
                position = max(_number(data.get(2)) - 1, 0)
                numbers = _number(data.get(2, 2)), _number(data.get(2, 3))
                self._elements.append(ElementError(data.get(1), position, *numbers))
            case _:
                pass

    def _end_segment(self) -> None:
        if self._segments and self._elements:
            self._segments[-1] = replace(self._segments[-1], elements=tuple(self._elements))
        self._elements = []

    def _end_message(self) -> None:
        self._end_segment()
        if self._message is not None:
            into = self._groups[-1][1] if self._groups else self._ungrouped
            into.append(replace(self._message, segments=tuple(self._segments)))
        self._message, self._segments = None, []

    def messages_so_far(self) -> tuple[MessageResponse, ...]:
        self._end_message()
        return tuple(self._ungrouped)

    def groups_so_far(self) -> tuple[GroupResponse, ...]:
        self._end_message()
        return tuple(replace(group, messages=tuple(messages)) for group, messages in self._groups)


def _read_party(data: Segment, element: int) -> PartyId:
    return PartyId(data.get(element), data.get(element, 2), data.get(element, 3))


def _read_fault(data: Segment, element: int) -> Fault | None:
    code = data.get(element)
    if not code:
        return None
    position = max(_number(data.get(element + 2)) - 1, 0)
    return Fault(code, data.get(element + 1), position, _number(data.get(element + 2, 2)))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
