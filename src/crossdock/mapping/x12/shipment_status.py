"""214 shipment status, in: what a carrier says of our shipments, as tracking events with the profile's milestones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from crossdock.formats.x12 import Transaction
from crossdock.mapping.problems import Mapped, mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.parties import PARTY_TAGS, NamedParty, read_party
from crossdock.mapping.x12.source import Row, Source, as_time, at_zone, with_rest
from crossdock.model.base import Value
from crossdock.model.shipments import TrackingEvent

_PLANNED = frozenset({"AA", "AB", "AG", "AJ", "BA", "DA", "ED", "ES", "X7"})
"""Codes of appointments and estimates (element 1650 or 1652): when something should happen, not that it did."""
_STATUS, _APPOINTMENT = (1, 2), (3, 4)


class ShipmentStatus(Value, frozen=True):
    """One shipment or stop-off of a 214. `tracking` is the carrier's own number, `shipment` ours (B1002)."""

    tracking: str
    shipment: str
    carrier: str
    events: tuple[TrackingEvent, ...]
    references: tuple[tuple[str, str], ...] = ()
    """(qualifier, value) of this stop-off, then of the whole document."""
    ext: dict[str, Any] = {}


class StatusReport(Value, frozen=True):
    """A 214: one status for each LX, or one for the whole."""

    statuses: tuple[ShipmentStatus, ...]
    ext: dict[str, Any] = {}


@dataclass(slots=True)
class _Part:
    """The header, or what stands under an LX."""

    rows: list[Row] = field(default_factory=list)
    parties: list[NamedParty] = field(default_factory=list)
    references: list[tuple[str, str]] = field(default_factory=list)
    events: list[TrackingEvent] = field(default_factory=list)


def read_shipment_status(transaction: Transaction, profile: Profile) -> Mapped[StatusReport]:
    """The statuses of a 214. Times are UTC: by their time code, else local to the profile's zone."""
    source = Source(transaction, profile)
    head = source.first("B10", "it says which shipment is meant")
    if head is None:
        return mapped(None, source.problems)
    tracking, shipment, carrier = head.at(1) or head.at(2), head.at(2) or head.at(1), head.at(3)
    if not tracking:
        source.wrong(head, 1, "neither the carrier's number nor ours is given")
    header, parts = _Part(), list[_Part]()
    for row in source.rows:
        if row.segment[0] == "LX":
            parts.append(_Part())
            row.at(1)
        (parts[-1] if parts else header).rows.append(row)
    for part in (header, *parts):
        _read(source, part, tracking, carrier)
    statuses = [
        ShipmentStatus(
            *(tracking, shipment, carrier, tuple(part.events)),
            (*part.references, *(header.references if part is not header else [])),
            _ext(part),
        )
        for part in (parts if not header.events else [header, *parts])
    ]
    if not any(one.events for one in statuses):
        source.odd(head, 0, "the document tells of no status")
    return mapped(StatusReport(tuple(statuses), _ext(header)), source.problems)


def _ext(part: _Part) -> dict[str, Any]:
    parties = [one.told() for one in part.parties]
    found = with_rest({"parties": parties}, part.rows)
    return {"x12": found} if found else {}


def _read(source: Source, part: _Part, tracking: str, carrier: str) -> None:
    rows, at = part.rows, 0
    while at < len(rows):
        row, end = rows[at], at + 1
        tag = row.segment[0]
        if tag == "N1":
            while end < len(rows) and rows[end].segment[0] in PARTY_TAGS:
                end += 1
            part.parties.append(read_party(rows[at:end], source.profile))
        elif tag == "L11":
            part.references.append((row.at(2), row.at(1)))
        elif tag == "AT7":
            while end < len(rows) and rows[end].segment[0] in ("MS1", "MS2", "M7"):
                end += 1
            event = _event(source, row, rows[at + 1 : end], tracking, carrier)
            if event is not None:
                part.events.append(event)
        at = end


def _event(source: Source, row: Row, behind: Sequence[Row], tracking: str, carrier: str) -> TrackingEvent | None:
    """AT7: a status (01) with its reason (02), or an appointment (03, 04), at date, time and time code (05 to 07)."""
    code_at, reason_at = _STATUS if row.peek(1) else _APPOINTMENT
    code, reason = row.at(code_at), row.at(reason_at)
    if not code:
        source.wrong(row, 1, "neither a status nor an appointment is given")
        return None
    moment = _moment(source, row)
    if moment is None:
        return None
    milestone = source.profile.milestone(code)
    if milestone == "UNKNOWN":
        source.odd(row, code_at, f"status '{code[:20]}' is not known; name its milestone in the carrier's profile")
    place = ", ".join(
        text for ms1 in behind if ms1.segment[0] == "MS1" for text in (ms1.at(1), ms1.at(2), ms1.at(3)) if text
    )
    estimated = code in _PLANNED or code_at == _APPOINTMENT[0]
    return TrackingEvent(tracking, milestone, moment, carrier, code, reason, place, estimated)


def _moment(source: Source, row: Row) -> datetime | None:
    day = source.date(row, 5, "date")
    if day is None:
        if not row.peek(5):
            source.wrong(row, 5, "the date is missing")
        return None
    at = as_time(row.at(6))
    if at is None and row.peek(6):
        source.wrong(row, 6, f"time '{row.peek(6)[:20]}' is no time of day")
    return at_zone(datetime.combine(day, at or time()), row.at(7), source.profile.time_zone)
