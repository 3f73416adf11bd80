"""997, 999 and TA1 for what was read: syntax only, from the exact positions of the problems (X12 sets 997 and 999,
X12.5 for TA1). What a document means is answered elsewhere (855, 824).

Give a `GroupReceipt` the transaction sets of a group as they are read, each with the problems that reading and
validation found; build the acknowledgment when the group has ended. Never acknowledge an acknowledgment: see
`may_acknowledge`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from crossdock.formats.x12.acknowledgment_codes import (
    ELEMENT_CODES,
    ELEMENTS_IN_ERROR,
    GROUP_CODES,
    GROUP_CONTROL_INVALID,
    INTERCHANGE_CODES,
    ISA_ELEMENT_CODES,
    SEGMENT_CODES,
    SEGMENTS_IN_ERROR,
    TRANSACTION_CODES,
)
from crossdock.formats.x12.delimiters import Delimiters
from crossdock.formats.x12.errors import Code, Problem
from crossdock.formats.x12.structure import Group, GroupEnd, Interchange, Transaction
from crossdock.formats.x12.writer import Element, GroupHeader, InterchangeHeader

Verdict = Literal["A", "E", "P", "R"]
"""Accepted, accepted with errors, partially accepted, rejected."""
ACKNOWLEDGMENT_SETS = frozenset({"997", "999", "TA1"})
_MAX_CODES = 5


@dataclass(frozen=True, slots=True)
class SetReceipt:
    """What was found in one transaction set."""

    set_id: str
    control: str
    implementation: str
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class GroupReceipt:
    """What was found in one functional group, collected while it streams.

    `errors_are` says what an error within segments does to its transaction set: "R" rejects it, "E" accepts it with
    errors. Faults of the ST/SE envelope always reject.
    """

    group: Group
    errors_are: Literal["R", "E"] = "R"
    sets: list[SetReceipt] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    included: int | None = None
    """GE01, where there is a GE with a number in it."""

    def take(self, transaction: Transaction, further: Iterable[Problem] = ()) -> Verdict:
        """Add a transaction set with its own problems and `further` ones (of its grammar); give the verdict on it."""
        problems = (*transaction.problems, *further)
        receipt = SetReceipt(transaction.set_id, transaction.control, transaction.implementation, problems)
        self.sets.append(receipt)
        return self.verdict_on(receipt)

    def end(self, end: GroupEnd) -> None:
        """Add what the end of the group showed."""
        self.problems += end.problems
        count = end.trailer[1].strip() if end.trailer and len(end.trailer) > 1 else ""
        if count.isascii() and count.isdigit():
            self.included = int(count[:6])

    def verdict_on(self, receipt: SetReceipt) -> Verdict:
        """Accepted, with errors, or rejected."""
        errors = [problem for problem in receipt.problems if problem.is_error]
        if not errors:
            return "A"
        if self.errors_are == "R" or any(problem.code in TRANSACTION_CODES for problem in errors):
            return "R"
        return "E"

    @property
    def accepted(self) -> int:
        return sum(self.verdict_on(receipt) != "R" for receipt in self.sets)

    @property
    def verdict(self) -> Verdict:
        """Of the whole group: its own faults are noted, its sets stand each for itself."""
        accepted = self.accepted
        if accepted < len(self.sets) or not self.sets:
            return "P" if accepted else "R"
        noted = self._codes() or any(self.verdict_on(receipt) == "E" for receipt in self.sets)
        return "E" if noted else "A"

    def _codes(self) -> list[str]:
        codes = [GROUP_CODES[problem.code] for problem in self.problems if problem.code in GROUP_CODES]
        if any(problem.code is Code.GS_ELEMENT and problem.where.element == 6 for problem in self.problems):
            codes.append(GROUP_CONTROL_INVALID)
        return list(dict.fromkeys(codes))[:_MAX_CODES]

    def response(self) -> list[Element]:
        """The AK9."""
        included = len(self.sets) if self.included is None else self.included
        return ["AK9", self.verdict, str(included), str(len(self.sets)), str(self.accepted), *self._codes()]


def may_acknowledge(group: Group) -> bool:
    """Whether a group may be answered by 997 or 999: not if it holds acknowledgments (GS01 is FA)."""
    return group.functional_id != "FA"


def is_acknowledgment(transaction: Transaction) -> bool:
    """Whether a transaction set is itself an acknowledgment of syntax."""
    return transaction.set_id in ACKNOWLEDGMENT_SETS


def build_997(
    receipt: GroupReceipt, delimiters: Delimiters | None = None, *, all_sets: bool = True
) -> list[list[Element]]:
    """The segments of a 997 between ST and SE.

    `delimiters` are those it will be written with: they are taken out of quoted data. Without `all_sets`, only sets
    with something to say about them get an AK2 loop. Raises ValueError for a group of acknowledgments.
    """
    return _build(receipt, delimiters or Delimiters(), all_sets, "AK")


def build_999(
    receipt: GroupReceipt, delimiters: Delimiters | None = None, *, all_sets: bool = True
) -> list[list[Element]]:
    """The segments of a 999 between ST and SE; otherwise like `build_997`."""
    return _build(receipt, delimiters or Delimiters(), all_sets, "IK")


def build_ta1(
    interchange: Interchange, problems: Iterable[Problem], *, processed: bool = True, note: str = ""
) -> list[Element]:
    """The TA1 for an interchange, whose `problems` come with its `InterchangeEnd`.

    `processed` says whether its groups were taken: errors then are noted ("E"), else they reject it ("R"). `note`
    is a TA105 code for what only the caller can know (025 for a duplicate, 009 for an unknown receiver).
    """
    if not note:
        codes = [_interchange_code(problem) for problem in problems if problem.is_error]
        note = next((code for code in codes if code), "000")
    verdict = "R" if not processed else "A" if note == "000" else "E"
    control = interchange.control
    control = control if control.isascii() and control.isdigit() else "0"
    date, time = (text if text.isascii() and text.isdigit() else "" for text in (interchange.date, interchange.time))
    return ["TA1", control.zfill(9)[-9:], date[:6], time[:4], verdict, note]


def reply_interchange(
    interchange: Interchange, *, control: int, date: str, time: str, usage: str = ""
) -> InterchangeHeader:
    """The header of an interchange back to the sender of `interchange`: same version, addresses swapped."""
    sender_qualifier, sender = interchange.receiver
    receiver_qualifier, receiver = interchange.sender
    return InterchangeHeader(
        sender_qualifier=sender_qualifier,
        sender=sender,
        receiver_qualifier=receiver_qualifier,
        receiver=receiver,
        date=date,
        time=time,
        control=control,
        version=interchange.version,
        usage=usage or interchange.usage,
    )


def reply_group(group: Group, *, control: int, date: str, time: str, version: str = "") -> GroupHeader:
    """The header of the group of acknowledgments back to the sender of `group`; `version` is its own unless given."""
    return GroupHeader("FA", group.receiver, group.sender, date, time, control, version or group.version)


def _build(receipt: GroupReceipt, delimiters: Delimiters, all_sets: bool, prefix: str) -> list[list[Element]]:
    group = receipt.group
    if not may_acknowledge(group):
        raise ValueError("a group of acknowledgments is never acknowledged")
    quoted = _Quoting(delimiters)
    header: list[Element] = ["AK1", quoted(group.functional_id, 2), quoted(group.control, 9) or "0"]
    if group.version >= "005":
        header.append(quoted(group.version, 12))
    segments = [header]
    for found in receipt.sets:
        verdict = receipt.verdict_on(found)
        notes = _segment_notes(found.problems, prefix, quoted)
        if not all_sets and verdict == "A" and not notes:
            continue
        ak2: list[Element] = ["AK2", quoted(found.set_id, 3) or "000", quoted(found.control, 9) or "0000"]
        if found.implementation and group.version >= "005":
            ak2.append(quoted(found.implementation, 35))
        segments += [ak2, *notes, _set_response(found.problems, verdict, bool(notes), prefix)]
    segments.append(receipt.response())
    return segments


def _segment_notes(problems: Sequence[Problem], prefix: str, quoted: _Quoting) -> list[list[Element]]:
    """AK3 with its AK4s (or IK3, IK4), segment by segment."""
    noted = [p for p in problems if p.is_error and (p.code in SEGMENT_CODES or p.code in ELEMENT_CODES)]
    noted.sort(key=lambda p: (p.where.segment, p.where.tag, p.where.element, p.where.component, p.where.repetition))
    segments: list[list[Element]] = []
    for (number, tag), here in groupby(noted, key=lambda p: (p.where.segment, p.where.tag)):
        ak4s = []
        codes: dict[str, None] = {}
        for problem in here:
            if problem.where.element and problem.code in ELEMENT_CODES:
                codes[ELEMENTS_IN_ERROR] = None
                ak4s.append(_element_note(problem, prefix, quoted))
            else:
                codes[SEGMENT_CODES.get(problem.code, ELEMENTS_IN_ERROR)] = None
        segments.append([f"{prefix}3", quoted(tag, 3) or "ZZ", str(number), "", *list(codes)[:_MAX_CODES]])
        segments += ak4s[:99]
    return segments


def _element_note(problem: Problem, prefix: str, quoted: _Quoting) -> list[Element]:
    where = problem.where
    at, component, repetition = str(where.element), str(where.component or ""), str(where.repetition or "")
    place: Element = at
    if repetition:
        place = (at, component, repetition)
    elif component:
        place = (at, component)
    note: list[Element] = [f"{prefix}4", place, problem.reference, ELEMENT_CODES[problem.code]]
    value = quoted(problem.value, 99)
    return [*note, value] if value else note


def _set_response(problems: Sequence[Problem], verdict: Verdict, noted: bool, prefix: str) -> list[Element]:
    codes = [TRANSACTION_CODES[p.code] for p in problems if p.is_error and p.code in TRANSACTION_CODES]
    if noted or (verdict == "R" and not codes):
        codes.append(SEGMENTS_IN_ERROR)
    return [f"{prefix}5", verdict, *sorted(dict.fromkeys(codes), key=int)[:_MAX_CODES]]


def _interchange_code(problem: Problem) -> str:
    if problem.code in (Code.ISA_ELEMENT, Code.ISA_SEPARATOR):
        return ISA_ELEMENT_CODES.get(problem.where.element, "")
    return INTERCHANGE_CODES.get(problem.code, "")


class _Quoting:
    """Takes out of quoted data what the reply cannot carry."""

    def __init__(self, delimiters: Delimiters) -> None:
        self._bad = frozenset(delimiters.all)

    def __call__(self, text: str, length: int) -> str:
        kept = (c if c not in self._bad and c.isascii() and c.isprintable() else " " for c in text[:length])
        return "".join(kept).strip()
