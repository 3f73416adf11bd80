"""824 application advice and 864 text message, in: what a partner says is wrong with a document of ours, in words."""

from __future__ import annotations

from typing import Literal

from crossdock.formats.x12 import Transaction
from crossdock.mapping.problems import Mapped, mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.source import Row, Source, left_over
from crossdock.model.base import Value

Verdict = Literal["accepted", "accepted_with_changes", "accepted_with_errors", "rejected", "unknown"]
VERDICTS: dict[str, Verdict] = {"A": "accepted", "C": "accepted_with_changes", "E": "accepted_with_errors"}
ERRORS = {
    "006": "it is a duplicate",
    "007": "data is missing",
    "008": "it is out of range",
    "009": "the date is invalid",
    "010": "the total is out of balance",
    "011": "it does not match",
    "012": "the combination is invalid",
    "024": "the code or value is something other, said in the text",
    "DUP": "it is a duplicate",
    "ZZZ": "said in the text",
}
"""TED01 (element 647) in our words, for those that public guides use; others stay codes."""


class Complaint(Value, frozen=True):
    """One error: where (segment and element as the partner gives them), what, and the bad value."""

    code: str
    what: str
    segment: str = ""
    element: str = ""
    value: str = ""

    @property
    def sentence(self) -> str:
        place = self.segment + (f", element {self.element}" if self.element else "")
        value = f" '{self.value}'" if self.value else ""
        return f"{place}{value}: {self.what}" if place else f"{self.what}{value}"


class DocumentAdvice(Value, frozen=True):
    """What was said of one document of ours (an OTI loop): `set_id`, its `group` and `control` numbers, if given."""

    verdict: Verdict
    reference: str
    qualifier: str
    set_id: str = ""
    group: str = ""
    control: str = ""
    complaints: tuple[Complaint, ...] = ()


class Advice(Value, frozen=True):
    """An 824 or 864: its own number, what it says of each document, and what it says in free text."""

    number: str
    documents: tuple[DocumentAdvice, ...]
    text: tuple[str, ...] = ()
    segments: tuple[list[str], ...] = ()
    """What no field has."""


def read_application_advice(transaction: Transaction, profile: Profile) -> Mapped[Advice]:
    """An 824: OTI loops with their TED errors and notes."""
    source = Source(transaction, profile)
    head = source.first("BGN", "it names the advice")
    if head is None:
        return mapped(None, source.problems)
    documents: list[DocumentAdvice] = []
    complaints: list[list[Complaint]] = []
    text: list[str] = []
    for row in source.rows:
        tag = row.segment[0]
        if tag == "OTI":
            documents.append(_document(row))
            complaints.append([])
        elif tag == "TED" and complaints:
            complaints[-1].append(_complaint(row))
        elif tag in ("NTE", "RED", "MSG"):
            _text(row, complaints, text)
    found = tuple(
        DocumentAdvice(one.verdict, one.reference, one.qualifier, one.set_id, one.group, one.control, tuple(said))
        for one, said in zip(documents, complaints, strict=True)
    )
    rest = tuple(left_over(source.rows))
    return mapped(Advice(head.at(2), found, tuple(text), rest), source.problems)


def _document(row: Row) -> DocumentAdvice:
    """OTI01 ends in A, C, E or R: accepted, with change, with error, rejected."""
    code = row.peek(1)
    verdict: Verdict = "rejected" if code[-1:] == "R" else VERDICTS.get(code[-1:], "unknown")
    return DocumentAdvice(verdict, row.at(3), row.at(2), row.at(10), row.at(8), row.at(9))


def _complaint(row: Row) -> Complaint:
    code, words = row.at(1), row.at(2)
    what = words or ERRORS.get(code, f"error {code}" if code else "an error without a code")
    return Complaint(code, what, row.at(3), row.at(5), row.at(7))


def _text(row: Row, complaints: list[list[Complaint]], text: list[str]) -> None:
    """A note belongs to the error before it, else to the whole."""
    said = row.at(2) if row.segment[0] == "NTE" else row.at(1)
    if not said:
        return
    if complaints and complaints[-1] and row.segment[0] != "MSG":
        last = complaints[-1][-1]
        complaints[-1][-1] = Complaint(last.code, f"{last.what}: {said}", last.segment, last.element, last.value)
    else:
        text.append(said)


def read_text_message(transaction: Transaction, profile: Profile) -> Mapped[Advice]:
    """An 864: free text (MSG) for a person, with its references."""
    source = Source(transaction, profile)
    head = source.first("BMG", "it says what kind of message this is")
    if head is None:
        return mapped(None, source.problems)
    text = [words for row in source.rows if row.segment[0] in ("MIT", "MSG") and (words := _words(row))]
    if not text:
        source.odd(head, 0, "the message has no text")
    return mapped(Advice(head.at(2), (), tuple(text), tuple(left_over(source.rows))), source.problems)


def _words(row: Row) -> str:
    return row.at(2) if row.segment[0] == "MIT" else row.at(1)
