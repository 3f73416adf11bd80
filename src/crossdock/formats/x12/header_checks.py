"""What the elements of ISA, GS and ST must look like, apart from how they nest (X12.5, X12.6)."""

from __future__ import annotations

from crossdock.formats.x12.delimiters import Note
from crossdock.formats.x12.errors import Code, Severity
from crossdock.formats.x12.structure import Segment, element
from crossdock.formats.x12.values import is_date, is_time


def isa_notes(isa: Segment) -> list[Note]:
    """Problems of the elements of an ISA; widths are judged with the delimiters."""
    sender, receiver = element(isa, 6).strip(), element(isa, 8).strip()
    version, control = element(isa, 12).strip(), element(isa, 13).strip()
    notes = [
        _note(isa, 5, _is_code(element(isa, 5).strip(), 2), "is no two-character qualifier", Severity.WARNING),
        _note(isa, 6, bool(sender), "is empty, so the sender is unknown"),
        _note(isa, 7, _is_code(element(isa, 7).strip(), 2), "is no two-character qualifier", Severity.WARNING),
        _note(isa, 8, bool(receiver), "is empty, so the receiver is unknown"),
        _note(isa, 9, is_date(element(isa, 9).strip()), "is no date (YYMMDD)"),
        _note(isa, 10, is_time(element(isa, 10).strip()), "is no time (HHMM)"),
        _note(isa, 12, version.isdigit() and len(version) == 5, "is no version of five digits"),
        _note(isa, 13, _is_control(control), "is no control number of at most 9 digits"),
        _note(isa, 14, element(isa, 14).strip() in ("0", "1"), "is neither 0 nor 1", Severity.WARNING),
        _note(isa, 15, element(isa, 15).strip() in ("P", "T", "I"), "is neither P nor T", Severity.WARNING),
    ]
    return [note for note in notes if note and note.element < len(isa)]


def gs_notes(gs: Segment) -> list[Note]:
    """Problems of the elements of a GS."""
    notes = [
        _note(gs, 1, _is_code(element(gs, 1).strip(), 2), "is no functional identifier of two characters"),
        _note(gs, 2, bool(element(gs, 2).strip()), "is empty, so the sender is unknown"),
        _note(gs, 3, bool(element(gs, 3).strip()), "is empty, so the receiver is unknown"),
        _note(gs, 4, is_date(element(gs, 4).strip()), "is no date (CCYYMMDD, or YYMMDD before 004010)"),
        _note(gs, 5, is_time(element(gs, 5).strip()), "is no time (HHMM, HHMMSS or HHMMSSDD)"),
        _note(gs, 6, _is_control(element(gs, 6).strip()), "is no control number of at most 9 digits"),
        _note(gs, 7, element(gs, 7).strip() in ("X", "T"), "is neither X nor T", Severity.WARNING),
        _note(gs, 8, bool(element(gs, 8).strip()), "is empty, so the version is unknown"),
    ]
    found = [note for note in notes if note]
    if len(gs) > 9:
        found.append(Note(Code.GS_ELEMENT, f"GS has {len(gs) - 1} elements, not 8", 9))
    return [note._replace(code=Code.GS_ELEMENT) for note in found]


def st_notes(st: Segment) -> list[Note]:
    """Problems of the elements of an ST."""
    notes = []
    set_id, control = element(st, 1).strip(), element(st, 2).strip()
    if not _is_code(set_id, 3):
        notes.append(Note(Code.ST_SET, f"ST01 '{set_id}' names no transaction set", 1, value=set_id))
    if not control:
        notes.append(Note(Code.ST_CONTROL, "ST02, the control number, is missing", 2))
    elif len(control) > 9:
        notes.append(
            Note(Code.ST_CONTROL, f"ST02 '{control}' is longer than 9 characters", 2, Severity.WARNING, control)
        )
    return notes


def _note(segment: Segment, number: int, good: bool, text: str, severity: Severity = Severity.ERROR) -> Note | None:
    if good:
        return None
    value = element(segment, number).strip()
    shown = f"{segment[0]}{number:02d} '{value}'" if value else f"{segment[0]}{number:02d}"
    return Note(
        Code.ISA_ELEMENT,
        f"{shown} {text if value or 'empty' in text else 'is missing'}",
        number,
        severity,
        value,
    )


def _is_code(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isalnum()


def _is_control(text: str) -> bool:
    return 0 < len(text) <= 9 and text.isascii() and text.isdigit()
