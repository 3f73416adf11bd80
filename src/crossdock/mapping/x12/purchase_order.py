"""850 purchase order, in: a buyer's order becomes our sales order; one with SDQ becomes one for each ship-to.

X12 850, 003010 to 005010 as public partner guides use it. Purpose (BEG01) and type (BEG02) say what is meant.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any, Literal

from crossdock.formats.x12 import Transaction
from crossdock.mapping.problems import Mapped, mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.allowances import percent_of
from crossdock.mapping.x12.order_header import Header, read_header, split
from crossdock.mapping.x12.order_lines import PO1, Destination, ReadLine, read_line
from crossdock.mapping.x12.parties import ISSUERS
from crossdock.mapping.x12.source import Row, Source, at_zone, currency_of, left_over
from crossdock.model.base import Value, change
from crossdock.model.identifiers import Identifier
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.parties import Parties, Party
from crossdock.model.prices import Charge, Discount
from crossdock.model.quantities import ZERO, Money, Quantity

Purpose = Literal["original", "cancellation", "replacement", "change", "confirmation", "duplicate", "other"]
PURPOSES: dict[str, Purpose] = {
    "00": "original",
    "01": "cancellation",
    "03": "cancellation",
    "04": "change",
    "05": "replacement",
    "06": "confirmation",
    "07": "duplicate",
    "18": "replacement",
}
OrderType = Literal["stand_alone", "blanket", "release", "dropship", "change", "other"]
TYPES: dict[str, OrderType] = {
    **dict.fromkeys(("SA", "NE", "OS", "RO", "KN", "NS", "ZZ"), "stand_alone"),
    **dict.fromkeys(("BK", "BE", "BL", "BQ"), "blanket"),
    **dict.fromkeys(("RL", "RE", "BY"), "release"),
    "DS": "dropship",
    "CP": "change",
}


class PurchaseOrder(Value, frozen=True):
    """An 850: what it is for, and the sales orders that it makes. A blanket order makes them to be released later."""

    number: str
    purpose: Purpose
    type: OrderType
    orders: tuple[SalesOrder, ...]
    release: str = ""


@dataclass(slots=True)
class _Read:
    """The parts of the document."""

    source: Source
    number: str
    release: str
    placed_at: datetime
    header: Header
    lines: list[ReadLine]
    currency: str
    total: Money | None
    ext: dict[str, Any] = field(default_factory=dict)


def read_purchase_order(transaction: Transaction, profile: Profile, received_at: datetime) -> Mapped[PurchaseOrder]:
    """The orders of an 850. `received_at` (UTC) stands where the order has no date."""
    source = Source(transaction, profile)
    beg = source.first("BEG", "it says which order this is")
    if beg is None:
        return mapped(None, source.problems)
    purpose, order_type, number, release = beg.at(1), beg.at(2), beg.at(3), beg.peek(4)
    release = "" if release in ("NA", "N/A") else beg.at(4)
    if not number:
        source.wrong(beg, 3, "the purchase order number is missing")
    day = source.date(beg, 5, "order date")
    placed = at_zone(datetime.combine(day, time()), "", profile.time_zone) if day else received_at
    currency = currency_of(source)
    header_rows, line_rows, summary = split(source.rows, "PO1", ("CTT", "SE"))
    header = read_header(source, header_rows, currency)
    lines = [read_line(source, rows, PO1, at, currency) for at, rows in enumerate(line_rows, 1)]
    _unique(source, lines)
    total = _summary(source, summary, lines, currency)
    said = {"purpose": purpose, "type": order_type, "summary": left_over(summary)}
    read = _Read(source, number, release, placed, header, lines, currency, total, header.ext(said))
    if not lines:
        source.wrong(beg, 0, "the order has no PO1 line")
    orders = _orders(read)
    value = PurchaseOrder(
        number, PURPOSES.get(purpose, "other"), TYPES.get(order_type, "other"), tuple(orders), release
    )
    return mapped(value, source.problems)


def _unique(source: Source, lines: list[ReadLine]) -> None:
    """Line ids name lines for good: a repeated one cannot be answered."""
    seen: dict[str, int] = {}
    for read in lines:
        first = seen.setdefault(read.line.id, read.head.number)
        if first != read.head.number:
            source.wrong(read.head, 1, f"line '{read.line.id[:20]}' was used before, at segment {first}")


def _summary(source: Source, summary: list[Row], lines: list[ReadLine], currency: str) -> Money | None:
    """CTT's count and hash total are checked (CTT01, CTT02); AMT with TT is the order's total."""
    total = None
    for row in summary:
        if row.segment[0] == "CTT":
            count = source.number(row, 1, "line count")
            if count is not None and count != len(lines):
                source.odd(row, 1, f"the count of lines is {count}, but {len(lines)} PO1 are there")
            hashed = source.number(row, 2, "hash total")
            sums = sum((read.line.quantity.amount for read in lines), ZERO)
            if hashed is not None and hashed != sums:
                source.odd(row, 2, f"the hash total is {hashed}, but the quantities add up to {sums}")
        elif row.segment[0] == "AMT" and row.peek(1) in ("TT", "GV"):
            row.at(1)
            amount = source.number(row, 2, "total amount")
            total = Money(amount, currency) if amount is not None else total
    return total


def _orders(read: _Read) -> list[SalesOrder]:
    """One order, or one for each destination of the SDQs, in the order in which they are first named."""
    split_lines = [one for one in read.lines if one.destinations]
    if not split_lines:
        return [_order(read, "", [one.line for one in read.lines], read.header.parties(read.source))]
    places: dict[str, Destination] = {}
    shares: dict[str, list[SalesOrderLine]] = {}
    for one in read.lines:
        _check_sum(read.source, one)
        for place in one.destinations:
            key = f"{place.qualifier}:{place.code}"
            places.setdefault(key, place)
            shares.setdefault(key, []).append(_share(one.line, place.amount))
        if not one.destinations:
            read.source.wrong(
                one.head, 0, "it has no SDQ, though other lines of the order have: its ship-to is not clear"
            )
    base = read.header.parties(read.source)
    return [
        _order(read, place.code, _merged(shares[key]), change(base, ship_to=_destination(read, place)), first=at == 0)
        for at, (key, place) in enumerate(places.items())
    ]


def _check_sum(source: Source, one: ReadLine) -> None:
    if one.destinations:
        sums = sum((place.amount for place in one.destinations), ZERO)
        if sums != one.line.quantity.amount:
            said = f"quantity {one.line.quantity.amount} is not the sum {sums} of its SDQ destinations"
            source.wrong(one.head, PO1.quantity, said)


def _share(line: SalesOrderLine, amount: Decimal) -> SalesOrderLine:
    """A destination's part of a line; amounts taken off go with the quantity."""
    quantity = Quantity(amount, line.quantity.unit, line.quantity.pack)
    whole = line.quantity.amount
    if not (line.discounts or line.taxes) or not whole:
        return change(line, quantity=quantity)
    discounts = tuple(change(one, amount=(one.amount * (amount / whole)).rounded()) for one in line.discounts)
    taxes = tuple(change(one, amount=(one.amount * (amount / whole)).rounded()) for one in line.taxes)
    return change(line, quantity=quantity, discounts=discounts, taxes=taxes)


def _merged(lines: list[SalesOrderLine]) -> list[SalesOrderLine]:
    """One entry a line, where a destination is named twice under it."""
    by_id: dict[str, SalesOrderLine] = {}
    for line in lines:
        before = by_id.get(line.id)
        if before is not None:
            line = change(line, quantity=change(line.quantity, amount=line.quantity.amount + before.quantity.amount))
        by_id[line.id] = line
    return list(by_id.values())


def _destination(read: _Read, place: Destination) -> Party:
    """The ship-to that an SDQ names: one of the N1 loops with its code, else the code alone."""
    for named in read.header.named:
        if named.code == place.code and named.qualifier == place.qualifier:
            return named.party
    profile = read.source.profile
    number = Identifier("customer", place.code, ISSUERS.get(place.qualifier, profile.partner))
    return Party(number=profile.customers.get(f"{place.qualifier}:{place.code}", ""), identifiers=(number,))


def _order(read: _Read, place: str, lines: list[SalesOrderLine], parties: Parties, first: bool = True) -> SalesOrder:
    """One sales order. Amounts of the whole purchase order stand in its first."""
    source, header = read.source, read.header
    charges, discounts = _amounts(read, lines, first)
    asked = [change(line, requested_on=line.requested_on or header.requested) for line in lines]
    ext = read.ext
    if place:
        ext = {**ext, "destination": place, "total": str(read.total.amount) if read.total else ""}
    return SalesOrder(
        order_key(source.profile, read.number, read.release, place),
        "-".join(part for part in (read.number, read.release, place) if part),
        source.profile.sells_through,
        read.placed_at,
        read.currency,
        parties,
        tuple(asked),
        header.terms,
        header.delivery(source.profile.time_zone),
        charges,
        discounts,
        tuple(header.amounts.taxes) if first else (),
        None if place else read.total,
        placed_zone=source.profile.time_zone,
        customer_po=read.number,
        customer_note="\n".join(header.notes),
        identifiers=(Identifier("customer_po", read.number, source.profile.partner),) if read.number else (),
        ext={"x12": ext},
    )


def _amounts(read: _Read, lines: list[SalesOrderLine], first: bool) -> tuple[tuple[Charge, ...], tuple[Discount, ...]]:
    header = read.header.amounts
    goods = sum((line.net for line in lines), Money(ZERO, read.currency))
    discounts, charges = percent_of(goods, header)
    ids = {line.id: line for line in lines}
    for one in read.lines:
        line = ids.get(one.line.id)
        if line is not None and (one.amounts.charges or one.amounts.percents):
            off, on = percent_of(line.net, one.amounts)
            discounts += off
            charges += on + (one.amounts.charges if first else [])
    if first:
        discounts = header.discounts + discounts
        charges = header.charges + charges
    return tuple(charges), tuple(discounts)


def order_key(profile: Profile, number: str, release: str = "", place: str = "") -> str:
    """The key of an order: channel and PO number, with release and destination where there are any."""
    tail = f":{release}:{place}" if place else f":{release}" if release else ""
    return f"{profile.sells_through}/{number}{tail}"
