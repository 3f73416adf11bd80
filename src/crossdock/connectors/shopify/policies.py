"""What the customer asks of delivery, as the shop writes it: tags of the order, or note attributes of the checkout.

| tag or note attribute | meaning |
|---|---|
| `ship-complete` | all lines together or nothing |
| `no-backorder` | what is not there is not waited for |
| `allow-substitution` | another item may be sent instead |
| `not-before:2026-01-05`, `not-after:2026-01-09` | the ship window, local to the receiver |
| `time-zone:America/New_York` | the receiver's time zone |
| `over-tolerance:5` | so many percent more may be shipped |

Attribute names may be written with `_` or blanks and in any case; attributes that say `false`, `no`, `0` or `off` don't
count. A line's own property `requested_on` (or `_requested_on`) is its date. The first shipping line names the service.
"""

from datetime import date
from decimal import Decimal

from crossdock.connectors.shopify.source import Source, date_of, decimal_of
from crossdock.model.orders import Delivery
from crossdock.model.quantities import ZERO

_NO = ("false", "no", "0", "off")


def tags(source: Source) -> dict[str, str]:
    """Tags by name in lower case; `name:value` is split, a bare tag has an empty value."""
    found: dict[str, str] = {}
    for tag in source.see_text("tags").split(","):
        name, _, value = tag.strip().partition(":")
        if name:
            found[_name(name)] = value.strip()
    return found


def attributes(source: Source, field: str = "note_attributes") -> dict[str, str]:
    """Name and value pairs of the checkout (`note_attributes`) or of a line (`properties`), by name in lower case."""
    found = {}
    for pair in source.parts(field):
        name = pair.see_text("name")
        if name:
            found[_name(name)] = pair.see_text("value")
    return found


def delivery(order: Source) -> Delivery:
    """Tags and attributes are looked at only: they stay in `ext` beside what they mean."""
    wishes = _Wishes(order)
    service = next((text for line in order.parts("shipping_lines") if (text := line.see_text("code"))), "")
    return Delivery(
        ship_complete=wishes.flag("ship-complete"),
        backorder_allowed=not wishes.flag("no-backorder"),
        substitution_allowed=wishes.flag("allow-substitution"),
        not_before=wishes.date("not-before"),
        not_after=wishes.date("not-after"),
        time_zone=wishes.text("time-zone"),
        over_tolerance=wishes.share("over-tolerance"),
        service=service,
    )


def requested_on(line: Source) -> date | None:
    properties = attributes(line, "properties")
    text = properties.get("requested-on") or properties.get("-requested-on") or ""
    found = date_of(text)
    if text and found is None:
        line.unfit("properties", f"requested_on must be a date like 2026-01-05, is {text[:40]!r}")
    return found


class _Wishes:
    """Tags, then attributes, which win: they are the customer's own."""

    def __init__(self, order: Source) -> None:
        self._order = order
        self._tags = tags(order)
        self._attributes = attributes(order)

    def flag(self, name: str) -> bool:
        if name in self._attributes:
            return self._attributes[name].lower() not in _NO
        return name in self._tags and self._tags[name].lower() not in _NO

    def text(self, name: str) -> str:
        return self._attributes.get(name) or self._tags.get(name, "")

    def date(self, name: str) -> date | None:
        text = self.text(name)
        found = date_of(text)
        if text and found is None:
            self._unfit(name, f"must be a date like 2026-01-05, is {text[:40]!r}")
        return found

    def share(self, name: str) -> Decimal:
        """Percent as a share of one."""
        text = self.text(name)
        number = decimal_of(text) if text else ZERO
        if number is None or not 0 <= number <= 100:
            self._unfit(name, f"must be a percentage from 0 to 100, is {text[:40]!r}")
            return ZERO
        return number / 100

    def _unfit(self, name: str, reason: str) -> None:
        field = "note_attributes" if name in self._attributes else "tags"
        self._order.unfit(field, f"{name} {reason}")


def _name(text: str) -> str:
    return text.strip().lower().replace("_", "-").replace(" ", "-")
