"""What our outbound sets share: a body that is built segment by segment, with text made fit to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crossdock.mapping import units
from crossdock.mapping.problems import Mapped, Problem, mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.parties import write_party
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.parties import Party
from crossdock.model.quantities import ONE, ZERO, Money

Body = list[list[str]]
"""Segments between ST and SE, as `formats.x12.Writer.transaction` takes them."""


class Outgoing:
    """A body as it grows. Text loses delimiters and what the character set does not have; numbers are plain."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.body: Body = []
        self.problems: list[Problem] = []
        self._clean = {ord(char): " " for char in profile.delimiters}

    def add(self, tag: str, *elements: str) -> None:
        """One segment; one without content is not sent."""
        cleaned = [self.text(value) for value in elements]
        while cleaned and not cleaned[-1]:
            cleaned.pop()
        if cleaned:
            self.body.append([tag, *cleaned])

    def text(self, value: str) -> str:
        """`value` in printable ASCII without delimiters."""
        plain = value.translate(self._clean)
        if not (plain.isascii() and plain.isprintable()):
            plain = "".join(char if char.isascii() and char.isprintable() else FOLD.get(char, " ") for char in plain)
        return plain.strip()

    def wrong(self, where: str, what: str) -> None:
        """A value that the set needs and we lack; nothing can be sent."""
        self.problems.append(Problem(where, what))

    def unit(self, code: str, where: str) -> str:
        """The X12 code of a Rec 20/21 unit."""
        found = units.to_x12(code, self.profile.units)
        if found is None:
            self.wrong(where, f"unit '{code}' has no X12 code; name it in the partner's units")
        return found or ""

    def party(self, role: str, party: Party | None) -> None:
        """The N1 loop of a party, if there is any."""
        if party is not None:
            for tag, *elements in write_party(role, party, self.profile):
                self.add(tag, *elements)

    def ours(self, role: str) -> None:
        """Our own N1 under `role`, where the partner knows us by a code or a name."""
        if role in self.profile.our_ids or self.profile.our_name:
            self.party(role, Party(self.profile.our_name))

    def done(self) -> Mapped[Body]:
        return mapped(self.body, self.problems)


FOLD = {
    **dict(zip("àáâãåçèéêëìíîïñòóôõùúûýÿ", "aaaaaceeeeiiiinoooouuuyy", strict=True)),
    **dict(zip("ÀÁÂÃÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÙÚÛÝ", "AAAAACEEEEIIIINOOOOUUUY", strict=True)),
    **{"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ø": "o", "æ": "ae", "Ø": "O"},
    **{"\u2019": "'", "\u2018": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2026": "..."},
}
"""Letters that ASCII writes otherwise; what is neither here nor in ASCII becomes a blank."""


def number(value: Decimal) -> str:
    """A plain decimal number (type R): at most 6 decimals, no exponent, no zeros at the end."""
    text = f"{round(value, 6):f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def in_ordered_unit(base: Decimal, line: SalesOrderLine, each: str) -> tuple[Decimal, str, Decimal]:
    """A quantity in base units as the buyer counts it: amount, unit and base units in one of it.

    What is no whole number of packs stays in base units, under the unit `each`.
    """
    pack = line.quantity.pack or ONE
    if pack == ONE or base % pack == ZERO:
        return base / pack, line.quantity.unit, pack
    return base, each, ONE


def cents(money: Money) -> str:
    """An amount with two implied decimals (type N2), rounded half up."""
    return number(money.rounded().amount.scaleb(2).to_integral_value())


def day(value: date) -> str:
    """CCYYMMDD."""
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def clock(value: datetime) -> str:
    """HHMM."""
    return f"{value.hour:02d}{value.minute:02d}"


def local(value: datetime, zone: str) -> datetime:
    """`value` as the clocks of `zone` read it; UTC where the zone is unknown."""
    try:
        return value.astimezone(ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return value.astimezone(ZoneInfo("UTC"))


def order_date(order: SalesOrder) -> str:
    """The date of the buyer's order as the buyer wrote it: local to the zone that it was placed in."""
    return day(local(order.placed_at, order.placed_zone or "UTC").date())


def said(order: SalesOrder) -> dict[str, object]:
    """What the buyer's own document said beyond our fields."""
    return order.ext.get("x12", {})


def release_of(order: SalesOrder) -> str:
    """The release number that the buyer gave, from the order's key (`channel/number:release:place`)."""
    tail = order.key.partition("/")[2].removeprefix(order.customer_po)
    return tail.split(":")[1] if tail.startswith(":") else ""


def item_pairs(line: SalesOrderLine, profile: Profile) -> list[str]:
    """Qualifiers and codes of an item: the buyer's own back again (in the partner's order), or ours as VN."""
    given: Sequence[Sequence[str]] = line.ext.get("x12", {}).get("items", [])
    pairs = {pair[0]: pair[1] for pair in given if len(pair) == 2}
    wanted = [q for q in profile.items.sent if q in pairs] or list(pairs)
    if not wanted or (profile.items.sent and "VN" in profile.items.sent and "VN" not in pairs):
        pairs["VN"] = line.item
        wanted = [*wanted, "VN"]
    return [text for qualifier in wanted[:10] for text in (qualifier, pairs[qualifier])]
