"""204 motor carrier load tender, out, and its answer, the 990, in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from crossdock.formats.x12 import Transaction
from crossdock.mapping.problems import Mapped, mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.outbound import Body, Outgoing, clock, day, local, number
from crossdock.mapping.x12.ship_notice import POUNDS_PER_KG
from crossdock.mapping.x12.source import Source, with_rest
from crossdock.model.base import Value
from crossdock.model.parties import Party
from crossdock.model.quantities import ZERO


class Stop(Value, frozen=True):
    """One stop of a load: where, what happens there, when at the earliest, how much."""

    place: Party
    loads: bool
    not_before: datetime
    packages: int = 0
    weight_kg: Decimal = ZERO
    references: tuple[tuple[str, str], ...] = ()


class Tender(Value, frozen=True):
    """A load offered to a carrier (its SCAC) under our shipment number."""

    shipment: str
    carrier: str
    stops: tuple[Stop, ...]
    prepaid: bool = True


class TenderAnswer(Value, frozen=True):
    """A 990: the carrier's answer to our shipment number."""

    shipment: str
    carrier: str
    answer: Literal["accepted", "declined", "unknown"]
    on: date | None = None
    carrier_reference: str = ""
    reason: str = ""
    ext: dict[str, Any] = {}


PURPOSES = {"original": "00", "cancellation": "01", "change": "04"}


def write_tender(
    tender: Tender, profile: Profile, purpose: Literal["original", "cancellation", "change"] = "original"
) -> Mapped[Body]:
    """The 204 of a load. Times are written as clocks at the profile's zone read them, as local (LT)."""
    out = Outgoing(profile)
    if len(tender.stops) < 2:
        out.wrong("S5", f"load {tender.shipment} needs a place to load and one to unload")
    out.add("B2", "", tender.carrier[:4], "", tender.shipment[:30], "", "PP" if tender.prepaid else "CC")
    out.add("B2A", PURPOSES[purpose], "LT")
    for at, stop in enumerate(tender.stops, 1):
        _stop(out, at, stop, profile)
    loaded = [stop for stop in tender.stops if stop.loads]
    pounds = sum((stop.weight_kg for stop in loaded), ZERO) * POUNDS_PER_KG
    pieces = sum(stop.packages for stop in loaded)
    if pounds:
        out.add("L3", number(round(pounds, 1)), "G", *[""] * 8, str(pieces) if pieces else "", "L")
    return out.done()


def _stop(out: Outgoing, at: int, stop: Stop, profile: Profile) -> None:
    pounds = number(round(stop.weight_kg * POUNDS_PER_KG, 1)) if stop.weight_kg else ""
    count = str(stop.packages) if stop.packages else ""
    out.add("S5", str(at), "CL" if stop.loads else "CU", pounds, "L" if pounds else "", count, "CT" if count else "")
    for qualifier, value in stop.references:
        out.add("L11", value[:30], qualifier)
    when = local(stop.not_before, profile.time_zone)
    out.add("G62", "37" if stop.loads else "53", day(when.date()), "I" if stop.loads else "G", clock(when), "LT")
    out.party("SF" if stop.loads else "ST", stop.place)


def read_tender_answer(transaction: Transaction, profile: Profile) -> Mapped[TenderAnswer]:
    """The answer of a 990: B104 is A or D; K1 and V9 say why."""
    source = Source(transaction, profile)
    head = source.first("B1", "it says which load is answered")
    if head is None:
        return mapped(None, source.problems)
    carrier, shipment, on, code = head.at(1), head.at(2), source.date(head, 3, "date"), head.at(4)
    if not shipment:
        source.wrong(head, 2, "our shipment number is missing")
    answer: Literal["accepted", "declined", "unknown"] = "unknown"
    if code in ("A", "D"):
        answer = "accepted" if code == "A" else "declined"
    else:
        source.odd(head, 4, f"answer '{code[:20]}' is neither A (accepted) nor D (declined)")
    reasons: Sequence[str] = [
        text for row in source.rows if row.segment[0] == "K1" for text in (row.at(1), row.at(2)) if text
    ]
    number = next((row.at(2) for row in source.rows if row.segment[0] == "N9" and row.peek(1) == "CN"), "")
    ext = with_rest({}, source.rows)
    value = TenderAnswer(shipment, carrier, answer, on, number, " ".join(reasons), {"x12": ext} if ext else {})
    return mapped(value, source.problems)
