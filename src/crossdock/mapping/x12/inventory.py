"""846 inventory advice, out: what we have for a buyer at one place, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from crossdock.mapping.problems import Mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.outbound import Body, Outgoing, day, number
from crossdock.model.base import Value
from crossdock.model.parties import Party
from crossdock.model.quantities import ZERO


class Stocked(Value, frozen=True):
    """An item's quantity free to sell, in `unit` (Rec 20/21), and when more comes."""

    item: str
    available: Decimal
    unit: str = "EA"
    description: str = ""
    next_on: date | None = None
    next_quantity: Decimal | None = None


def write_inventory(reference: str, place: str, stocked: Sequence[Stocked], profile: Profile, on: date) -> Mapped[Body]:
    """The 846 of one place (N1*SF). Items go under the buyer's codes of the cross-reference and ours as VN.

    Less than nothing is told as nothing.
    """
    out = Outgoing(profile)
    if not stocked:
        out.wrong("LIN", "there is no item to tell of")
        return out.done()
    theirs: dict[str, list[str]] = {}
    for code, ours in profile.items.cross_reference.items():
        theirs.setdefault(ours, []).append(code)
    out.add("BIA", "00", "SI", reference[:30], day(on))
    if "SF" in profile.our_ids:
        out.ours("SF")
    else:
        out.party("SF", Party(place))
    for at, one in enumerate(stocked, 1):
        pairs = [text for code in theirs.get(one.item, [])[:6] for text in code.partition(":")[::2]]
        out.add("LIN", str(at), "VN", one.item[:48], *pairs)
        if one.description:
            out.add("PID", "F", "", "", "", one.description[:80])
        unit = out.unit(one.unit, f"LIN*{at}")
        out.add("QTY", "33", number(max(one.available, ZERO)), unit)
        if one.next_on is not None and one.next_quantity is not None:
            out.add("QTY", "29", number(one.next_quantity), unit)
            out.add("DTM", "018", day(one.next_on))
    out.add("CTT", str(len(stocked)))
    return out.done()
