"""Lines of an order as a buyer writes them: the PO1 loop of an 850 and the POC loop of an 860."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from crossdock.mapping import units
from crossdock.mapping.profile import PriceBasis
from crossdock.mapping.x12.allowances import Amounts, read_allowance, read_tax
from crossdock.mapping.x12.source import Row, Source, with_rest
from crossdock.model.orders import SalesOrderLine
from crossdock.model.prices import Price
from crossdock.model.quantities import ONE, ZERO, Money, Quantity


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a line segment has its elements."""

    quantity: int
    unit: int
    price: int
    basis: int
    items: int
    needs_quantity: bool = True


PO1 = Layout(2, 3, 4, 5, 6)
POC = Layout(3, 5, 6, 7, 8, needs_quantity=False)


@dataclass(slots=True)
class Destination:
    """One ship-to of an SDQ and how much of the line it gets, in the line's unit."""

    qualifier: str
    code: str
    amount: Decimal
    row: Row
    element: int


@dataclass(slots=True)
class ReadLine:
    """A line, its segment, and what its loop says beside it."""

    line: SalesOrderLine
    head: Row
    destinations: list[Destination] = field(default_factory=list)
    amounts: Amounts = field(default_factory=Amounts)


def read_line(source: Source, rows: Sequence[Row], layout: Layout, ordinal: int, currency: str) -> ReadLine:
    """The line of a PO1 or POC row and the rows of its loop; `ordinal` names it where the buyer does not."""
    head = rows[0]
    at, qty = layout, layout.quantity
    amount = source.needed(head, qty, "quantity") if at.needs_quantity else source.number(head, qty, "quantity")
    if amount is not None and (amount < ZERO or (amount == ZERO and at.needs_quantity)):
        source.wrong(head, qty, f"quantity '{amount}' is not above zero")
    unit = source.unit(head, at.unit)
    loop = _Loop(source, currency, unit)
    for row in rows[1:]:
        loop.take(row)
    price = _price(source, head, at, loop, currency, unit)
    codes = _items(head, at.items)
    item = _our_item(source, head, codes, at.items)
    pack = loop.pack if units.is_package(unit) else ONE
    line = SalesOrderLine(
        head.at(1) or str(ordinal),
        item,
        Quantity(amount or ZERO, unit, pack),
        price,
        " ".join(loop.descriptions),
        discounts=tuple(loop.amounts.discounts),
        taxes=tuple(loop.amounts.taxes),
        requested_on=loop.requested,
    )
    read = ReadLine(line, head, loop.destinations, loop.amounts)
    ext = with_rest({"items": codes, "notes": loop.notes, "basis": head.at(at.basis)}, rows)
    read.line = _with_ext(line, ext)
    return read


def _with_ext(line: SalesOrderLine, ext: dict[str, Any]) -> SalesOrderLine:
    return SalesOrderLine(
        line.id,
        line.item,
        line.quantity,
        line.price,
        line.description,
        line.components,
        line.discounts,
        line.taxes,
        line.requested_on,
        {"x12": ext} if ext else {},
    )


class _Loop:
    """What the segments behind a PO1 or POC add up to."""

    def __init__(self, source: Source, currency: str, unit: str) -> None:
        self.source, self.currency, self.unit = source, currency, unit
        self.descriptions: list[str] = []
        self.notes: list[str] = []
        self.destinations: list[Destination] = []
        self.amounts = Amounts()
        self.price: Money | None = None
        self.per = ONE
        self.pack = ONE
        self.requested: date | None = None
        self._rank = len(source.profile.dates.requested)

    def take(self, row: Row) -> None:
        tag = row.segment[0]
        if tag == "PID" and row.peek(5):
            self.descriptions.append(row.at(5))
            if row.peek(1) == "F":
                row.at(1)
        elif tag == "CTP":
            self._ctp(row)
        elif tag == "PO4":
            self._pack(row)
        elif tag == "SDQ":
            self._destinations(row)
        elif tag == "DTM":
            self._date(row, row.peek(1), 2)
        elif tag == "SCH":
            self._date(row, row.peek(5), 6)
        elif tag == "SAC":
            read_allowance(self.source, row, self.currency, self.amounts)
        elif tag == "TXI":
            read_tax(self.source, row, self.currency, self.amounts)
        elif tag in ("MSG", "MTX", "NTE"):
            element = 1 if tag == "MSG" else 2
            if row.peek(element):
                self.notes.append(row.at(element))

    def _ctp(self, row: Row) -> None:
        """A unit price (CTP03); the per of it in CTP06 and CTP07 as a multiplier is left to people."""
        if self.price is None and row.peek(3):
            amount = self.source.number(row, 3, "price")
            row.keep()
            if amount is not None:
                self.price = Money(amount, self.currency)

    def _pack(self, row: Row) -> None:
        """PO401 packs in one unit ordered, each of PO414 pieces."""
        for element in (1, 14):
            count = self.source.number(row, element, "pack") if row.peek(element) else None
            if count is not None and count > ZERO:
                self.pack *= count
        row.keep()
        if self.pack >= Decimal(10) ** 9:
            self.source.wrong(row, 1, f"pack '{self.pack}' is too large")
            self.pack = ONE

    def _destinations(self, row: Row) -> None:
        qualifier, unit = row.at(2), self.source.unit(row, 1)
        if unit != self.unit:
            self.source.wrong(row, 1, f"the unit of the destinations is {unit}, but that of the line {self.unit}")
        for at in range(3, min(len(row.segment), 23), 2):
            code = row.at(at)
            if not code and not row.peek(at + 1):
                continue
            amount = self.source.needed(row, at + 1, "quantity")
            if not code:
                self.source.wrong(row, at, "the destination is missing")
            elif amount is not None and amount <= ZERO:
                self.source.wrong(row, at + 1, f"quantity '{amount}' is not above zero")
            elif amount is not None:
                self.destinations.append(Destination(qualifier, code, amount, row, at))

    def _date(self, row: Row, qualifier: str, at: int) -> None:
        """The line's requested date: by the profile's order of qualifiers, then the earliest. The segment, whose
        qualifier no field has, stays in `ext`."""
        ranks = self.source.profile.dates.requested
        if qualifier not in ranks:
            return
        day = self.source.date(row, at, "date")
        rank = ranks.index(qualifier)
        if day is not None and (self.requested is None or (rank, day) < (self._rank, self.requested)):
            self.requested, self._rank = day, rank


def _price(source: Source, head: Row, at: Layout, loop: _Loop, currency: str, unit: str) -> Price:
    """PO104 by its basis (PO105), else the loop's CTP, else none: then the price list holds."""
    amount = source.number(head, at.price, "price")
    code = head.peek(at.basis)
    basis = source.profile.basis(code)
    if basis is None:
        source.odd(
            head, at.basis, f"basis of price '{code[:20]}' is not known; the price is taken as one for each unit"
        )
        basis = PriceBasis()
    money = Money(amount, currency) if amount is not None else loop.price
    if money is None:
        if not head.peek(at.price) and at.needs_quantity:
            source.odd(head, at.price, "no price is given; our price list holds")
        return Price(Money(ZERO, currency), unit, source="list")
    if money.amount < ZERO:
        source.wrong(head, at.price, f"price '{money.amount}' is below zero")
    if basis.unit and basis.unit != unit:
        source.odd(head, at.basis, f"the price is for one {basis.unit}, the quantity in {unit}")
    return Price(money, basis.unit or unit, basis.per, basis.source)


def _items(head: Row, first: int) -> list[list[str]]:
    """Qualifier and code pairs from element `first` on."""
    pairs = []
    for at in range(first, len(head.segment), 2):
        if head.peek(at + 1):
            pairs.append([head.at(at), head.at(at + 1)])
    return pairs


def our_item(codes: Sequence[Sequence[str]], source: Source) -> str:
    """Our item number for the partner's codes: cross-reference first, then by preferred qualifier; empty if none."""
    items = source.profile.items
    for qualifier, code in codes:
        found = items.cross_reference.get(f"{qualifier}:{code}")
        if found:
            return found
    for wanted in items.ours:
        for qualifier, code in codes:
            if qualifier == wanted:
                return code
    return ""


def _our_item(source: Source, head: Row, codes: list[list[str]], element: int) -> str:
    item = our_item(codes, source)
    if not item and not codes:
        source.wrong(head, element, "no item number is given")
    elif not item:
        said = ", ".join(f"{qualifier} {code}" for qualifier, code in codes)[:80]
        source.wrong(
            head, element, f"no item number that we can use is among {said}; name its qualifier in the profile"
        )
    return item
