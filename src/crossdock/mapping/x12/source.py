"""A transaction set as it is being read: rows that remember which of their elements were understood.

What nobody asked for is left over, and goes into the business object's `ext` whole: so nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crossdock.formats.x12 import Transaction
from crossdock.formats.x12.values import is_date, is_decimal, is_integer, is_time
from crossdock.mapping import units
from crossdock.mapping.problems import Problem
from crossdock.mapping.profile import Profile
from crossdock.model.quantities import Money

_LARGEST = Decimal(10) ** 12
_DIGITS = 20
"""A number beyond these is no quantity or price, and products of such would not stay exact."""

ZONES = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AT": "America/Anchorage",
    "HT": "Pacific/Honolulu",
    "NT": "America/St_Johns",
    "TT": "America/Halifax",
    "UT": "UTC",
    "GM": "UTC",
}
"""Time codes (element 623) that change with daylight saving."""
OFFSETS = {
    **{"ES": -5, "ED": -4, "CS": -6, "CD": -5, "MS": -7, "MD": -6, "PS": -8, "PD": -7, "AS": -9, "AD": -8},
    **{f"{hours:02d}": hours for hours in range(1, 13)},
    **{f"{25 - hours:02d}": -hours for hours in range(1, 13)},
}
"""Time codes that are fixed: hours east of UTC. 01-12 are east, 24-13 are 1-12 hours west (ISO)."""


class Row:
    """One segment. `number` counts from ST as 1; `read` has a bit for each element that was taken."""

    __slots__ = ("number", "read", "segment")

    def __init__(self, number: int, segment: list[str]) -> None:
        self.number = number
        self.segment = segment
        self.read = 1

    @property
    def tag(self) -> str:
        return self.segment[0]

    def at(self, element: int) -> str:
        """Element `element`, taken: it reaches a field. Blanks around it go."""
        if element >= len(self.segment):
            return ""
        self.read |= 1 << element
        return self.segment[element].strip()

    def peek(self, element: int) -> str:
        """Element `element`, looked at but not taken."""
        return self.segment[element].strip() if element < len(self.segment) else ""

    def keep(self) -> None:
        """Let the whole segment go into `ext`, though some of it was taken: no field has all that it says."""
        self.read = 1

    def where(self, element: int = 0) -> str:
        """The place in the partner's words: `PO1*3, element 2`."""
        first = self.peek(1)[:20]
        name = f"{self.tag}*{first}" if first and element != 1 else f"{self.tag} (segment {self.number})"
        return f"{name}, element {element}" if element else name

    def is_left(self) -> bool:
        """Whether an element with content was not taken."""
        read = self.read
        if read == (1 << len(self.segment)) - 1:
            return False
        return any(value and not read >> at & 1 and not value.isspace() for at, value in enumerate(self.segment))


class Source:
    """Rows of one transaction set between ST and SE, with the problems found in them so far."""

    def __init__(self, transaction: Transaction, profile: Profile) -> None:
        segments = transaction.segments
        last = len(segments) - 1 if segments and segments[-1][0] == "SE" else len(segments)
        self.rows = [Row(number, segment) for number, segment in enumerate(segments[1:last], 2)]
        self.profile = profile
        self.problems: list[Problem] = []

    def wrong(self, row: Row | None, element: int, what: str, severity: Literal["error", "warning"] = "error") -> None:
        where, number = (row.where(element), row.number) if row else ("", 0)
        self.problems.append(Problem(where, what, number, element, severity))

    def odd(self, row: Row | None, element: int, what: str) -> None:
        self.wrong(row, element, what, "warning")

    def first(self, tag: str, what: str) -> Row | None:
        """The first row `tag`; a problem where there is none."""
        for row in self.rows:
            if row.segment[0] == tag:
                return row
        self.problems.append(Problem(tag, f"the segment {tag} is missing: {what}"))
        return None

    def number(self, row: Row, element: int, what: str) -> Decimal | None:
        """A decimal number; None where it is missing, or none (which is a problem)."""
        text = row.at(element)
        if not text:
            return None
        if len(text) <= 12 and text.isascii() and text.isdigit():
            return Decimal(text)
        if is_decimal(text) and "E" not in text and len(text) <= _DIGITS:
            found = Decimal(text)
            if abs(found) < _LARGEST:
                return found
        self.wrong(row, element, f"{what} '{text[:40]}' is no number")
        return None

    def needed(self, row: Row, element: int, what: str) -> Decimal | None:
        """As `number`, and a problem where it is missing."""
        found = self.number(row, element, what)
        if found is None and not row.peek(element):
            self.wrong(row, element, f"{what} is missing")
        return found

    def cents(self, row: Row, element: int, currency: str, what: str) -> Money | None:
        """An amount with two implied decimals (type N2)."""
        text = row.at(element)
        if not text:
            return None
        if is_integer(text) and len(text) <= _DIGITS and abs(Decimal(text)) < _LARGEST:
            return Money(Decimal(text).scaleb(-2), currency)
        if is_decimal(text) and "E" not in text and len(text) <= _DIGITS and abs(Decimal(text)) < _LARGEST:
            self.odd(row, element, f"{what} '{text}' has a decimal point where two decimals are implied; it is taken")
            return Money(Decimal(text), currency)
        self.wrong(row, element, f"{what} '{text[:40]}' is no amount")
        return None

    def unit(self, row: Row, element: int) -> str:
        """A unit in Rec 20/21; the profile's where none is given."""
        text = row.at(element)
        if not text:
            return self.profile.default_unit
        found = units.from_x12(text, self.profile.units)
        if found is None:
            self.wrong(row, element, f"unit '{text[:20]}' is not known; name it in the partner's units")
            return self.profile.default_unit
        return found

    def date(self, row: Row, element: int, what: str) -> date | None:
        """CCYYMMDD or YYMMDD (from 1970 to 2069)."""
        text = row.at(element)
        if not text:
            return None
        found = as_date(text)
        if found is None:
            self.wrong(row, element, f"{what} '{text[:40]}' is no date")
        return found

    def moment(self, row: Row, element: int, what: str, zone: str = "") -> datetime | None:
        """Date, time and time code in three elements from `element` on; at `zone` or the profile's if local."""
        day = self.date(row, element, what)
        clock, code = row.at(element + 1), row.at(element + 2)
        if day is None:
            return None
        at = as_time(clock)
        if clock and at is None:
            self.wrong(row, element + 1, f"time '{clock[:20]}' is no time of day")
        return at_zone(datetime.combine(day, at or time()), code, zone or self.profile.time_zone)


def as_date(text: str) -> date | None:
    """A date of X12; None if it is none that a calendar of ours has."""
    if not is_date(text):
        return None
    if len(text) == 8:
        year = int(text[:4])
        return date(year, int(text[4:6]), int(text[6:])) if year else None
    short = int(text[:2])
    year = short + (1900 if short >= 70 else 2000)
    return date(year, int(text[2:4]), int(text[4:]))


def as_time(text: str) -> time | None:
    """HHMM, HHMMSS, with tenths or hundredths of a second dropped."""
    if not is_time(text):
        return None
    return time(int(text[:2]), int(text[2:4]), int(text[4:6] or 0))


def at_zone(local: datetime, code: str, zone: str) -> datetime:
    """`local` in UTC, read by the time code (element 623), or in `zone` where that is empty, local (LT) or unknown."""
    try:
        if code in OFFSETS:
            return (local - timedelta(hours=OFFSETS[code])).replace(tzinfo=UTC)
        return local.replace(tzinfo=ZoneInfo(ZONES.get(code, zone) or "UTC")).astimezone(ZoneInfo("UTC"))
    except (OverflowError, ValueError, ZoneInfoNotFoundError):
        return local.replace(tzinfo=ZoneInfo("UTC"))


def left_over(rows: Iterable[Row]) -> list[list[str]]:
    """The segments with something that no field has, whole."""
    return [row.segment for row in rows if row.is_left()]


def with_rest(ext: dict[str, object], rows: Sequence[Row]) -> dict[str, object]:
    """`ext` with what is left over of `rows` under `segments`; entries without content go."""
    rest = left_over(rows)
    kept = {name: value for name, value in ext.items() if value}
    if rest:
        kept["segments"] = rest
    return kept


def currency_of(source: Source) -> str:
    """The document's currency (CUR02), or the profile's."""
    found = ""
    for row in source.rows:
        if row.segment[0] == "CUR" and row.peek(2):
            code = row.at(2)
            if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
                source.wrong(row, 2, f"'{code[:20]}' is no currency code")
                continue
            if found and code != found:
                source.wrong(row, 2, f"currency {code} differs from the {found} before it")
            found = found or code
    return found or source.profile.currency
