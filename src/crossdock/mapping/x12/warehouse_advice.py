"""945 warehouse shipping advice, in: what a 3PL shipped for one fulfillment of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from crossdock.formats.x12 import Transaction
from crossdock.mapping.problems import Mapped, Problem, mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.units import KILOGRAMS_PER
from crossdock.mapping.x12.order_lines import our_item
from crossdock.mapping.x12.parties import PARTY_TAGS, NamedParty, read_party
from crossdock.mapping.x12.source import Row, Source, as_time, at_zone, with_rest
from crossdock.model.base import Value, change
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import FulfillmentOrder, Package, PackedLine, Shipment


class AdvisedLine(Value, frozen=True):
    """One W12: ordered, shipped and missing, in `unit`. `line` is what the 3PL repeats of ours (N9*LI), if it does."""

    line: str
    item: str
    shipped: Decimal
    unit: str
    ordered: Decimal | None = None
    difference: Decimal = ZERO
    status: str = ""
    lot: str = ""
    description: str = ""


class WarehouseAdvice(Value, frozen=True):
    """A 945: `reference` is our fulfillment's number (W0602), `shipment` what left, `lines` each W12 as told."""

    reference: str
    shipment: Shipment
    lines: tuple[AdvisedLine, ...]
    purpose: str = ""
    customer_po: str = ""
    bill_of_lading: str = ""
    ext: dict[str, Any] = {}


@dataclass(slots=True)
class _Group:
    """An LX: its marks and what stands under them."""

    number: str
    rows: list[Row] = field(default_factory=list)
    sscc: str = ""
    tracking: str = ""
    lines: list[AdvisedLine] = field(default_factory=list)
    packed: list[PackedLine] = field(default_factory=list)
    plates: list[tuple[str, Decimal | None]] = field(default_factory=list)
    weight: Decimal | None = None


def read_warehouse_advice(transaction: Transaction, profile: Profile, node: str = "") -> Mapped[WarehouseAdvice]:
    """The advice of a 945. `node` is ours for the warehouse; the partner's name where it is empty."""
    source = Source(transaction, profile)
    head = source.first("W06", "it says which order was shipped")
    if head is None:
        return mapped(None, source.problems)
    purpose, reference = head.at(1), head.at(2)
    if not reference:
        source.wrong(head, 2, "our order number is missing")
    shipped_at = _shipped_at(source, head)
    header, groups, summary = _sections(source.rows)
    carrier, parties = _header(source, header)
    for group in groups:
        _read_group(source, group)
    if not any(group.lines for group in groups):
        source.wrong(head, 0, "the advice has no W12 line")
    _totals(source, summary, groups)
    number = head.at(4) or reference
    said: dict[str, object] = {"parties": [one.told() for one in parties]}
    ext = with_rest(said, [*header, *summary, *(row for group in groups for row in group.rows)])
    shipment = Shipment(
        number, node or profile.partner, _packages(source, groups), carrier, shipped_at, {"x12": ext} if ext else {}
    )
    lines = tuple(line for group in groups for line in group.lines)
    value = WarehouseAdvice(reference, shipment, lines, purpose, head.at(6), head.peek(4), {"x12": ext} if ext else {})
    return mapped(value, source.problems)


def _shipped_at(source: Source, head: Row) -> datetime | None:
    """G62*11 (shipped) with its time, else W0603, at midnight of the partner's zone."""
    day = source.date(head, 3, "ship date")
    for row in source.rows:
        if row.segment[0] == "G62" and row.peek(1) == "11":
            said = source.date(row, 2, "ship date")
            at = as_time(row.peek(4))
            if said is not None:
                return at_zone(datetime.combine(said, at or time()), row.peek(5), source.profile.time_zone)
    return at_zone(datetime.combine(day, time()), "", source.profile.time_zone) if day else None


def _sections(rows: Sequence[Row]) -> tuple[list[Row], list[_Group], list[Row]]:
    """Header, one group for each LX (or one for W12s without), and summary."""
    header: list[Row] = []
    groups: list[_Group] = []
    summary: list[Row] = []
    for row in rows:
        tag = row.segment[0]
        if tag == "LX":
            groups.append(_Group(row.at(1)))
        elif tag == "W12" and not groups:
            groups.append(_Group("1", [row]))
        elif tag == "W03":
            summary.append(row)
        elif groups:
            groups[-1].rows.append(row)
        else:
            header.append(row)
    return header, groups, summary


def _header(source: Source, rows: Sequence[Row]) -> tuple[str, list[NamedParty]]:
    """The carrier (W2702, a SCAC) and the parties."""
    carrier, parties, at = "", [], 0
    while at < len(rows):
        row, end = rows[at], at + 1
        if row.segment[0] == "N1":
            while end < len(rows) and rows[end].segment[0] in PARTY_TAGS:
                end += 1
            parties.append(read_party(rows[at:end], source.profile))
        elif row.segment[0] == "W27":
            carrier = row.at(2) or row.at(3)
        at = end
    return carrier, parties


def _read_group(source: Source, group: _Group) -> None:
    plates: list[tuple[str, Decimal | None]] = []
    for row in group.rows:
        tag, kind = row.segment[0], row.peek(1)
        if tag == "MAN":
            if kind in ("GM", "AA", "SM") and not group.sscc:
                group.sscc = _sscc(row.at(2))
            elif kind in ("CP", "CA") and not group.tracking:
                group.tracking = row.at(2)
        elif tag == "W12":
            _pack(group, plates)
            group.lines.append(_line(source, row, group))
        elif tag == "N9" and kind == "LV":
            count = source.number(row, 3, "quantity") if row.peek(3) else None
            plates.append((row.at(2), count))
        elif group.lines:
            _detail(row, tag, kind, group)
    _pack(group, plates)


def _detail(row: Row, tag: str, kind: str, group: _Group) -> None:
    """What follows a W12: our line, the lot and the description."""
    line = group.lines[-1]
    if tag == "N9" and kind == "LI":
        group.lines[-1] = change(line, line=row.at(2))
    elif tag == "N9" and kind == "LT" and row.peek(2):
        group.lines[-1] = change(line, lot=row.at(2))
    elif tag == "G69":
        group.lines[-1] = change(line, description=row.at(1))


def _line(source: Source, row: Row, group: _Group) -> AdvisedLine:
    """One W12. Some warehouses write an element too many before the item; a qualifier in W1208 shows it."""
    shifted = 1 if len(row.peek(7)) > 3 and len(row.peek(8)) == 2 else 0
    if shifted:
        source.odd(row, 7, "an item qualifier stands in element 8; the elements from 7 on are read one later")
    ordered, shipped = source.number(row, 2, "quantity ordered"), source.needed(row, 3, "quantity shipped")
    missing = source.number(row, 4, "quantity difference")
    for element, value in ((2, ordered), (3, shipped)):
        if value is not None and value < ZERO:
            source.wrong(row, element, f"quantity '{value}' is below zero")
    codes = [[row.peek(7 + shifted), row.peek(8 + shifted)]] if row.peek(8 + shifted) else []
    if row.peek(6 + shifted):
        codes.append(["UA", row.peek(6 + shifted)])
    item = our_item(codes, source)
    if not item:
        source.odd(row, 8, "no item number is given")
    lot = row.at(9 + shifted)
    weight = source.number(row, 10 + shifted, "weight")
    if weight is not None:
        row.read &= ~(1 << 10 + shifted)  # the weight of one line is in no field; that of its package may be
    unit = {"L": "LB", "K": "KG", "G": "GR"}.get(row.peek(12 + shifted), "")
    if weight is not None and unit and row.peek(11 + shifted) in ("G", "A1", ""):
        group.weight = (group.weight or ZERO) + weight * Decimal(KILOGRAMS_PER[unit])
    return AdvisedLine(
        *("", item, shipped or ZERO, source.unit(row, 5), ordered, missing or ZERO, row.at(1), lot),
    )


def _sscc(mark: str) -> str:
    """The 18 digits, with or without the application identifier 00 before them."""
    return mark[2:] if len(mark) == 20 and mark.startswith("00") else mark


def _pack(group: _Group, plates: list[tuple[str, Decimal | None]]) -> None:
    """Keep the licence plates read since the last W12 with that line, then start anew."""
    if group.lines and len(group.packed) < len(group.lines):
        line = group.lines[-1]
        group.packed.append(PackedLine(line.line, line.shipped, line.item, line.lot))
        group.plates += plates
        counts = [count for _, count in plates if count is not None]
        if len(counts) < len(plates) or sum(counts, ZERO) != line.shipped:
            group.plates = [(plate, None) for plate, _ in group.plates]
        plates.clear()


def _packages(source: Source, groups: Sequence[_Group]) -> tuple[Package, ...]:
    """One package for each plate where plates say how much they hold of the one line, else one for each LX."""
    found: list[Package] = []
    for group in groups:
        packed = tuple(one for one in group.packed if one.quantity > ZERO)
        if not packed:
            continue
        counts = [count for _, count in group.plates]
        if len(packed) == 1 and len(counts) > 1 and None not in counts:
            for plate, count in group.plates:
                part = change(packed[0], quantity=count)
                found.append(Package(plate, (part,), _sscc(plate), group.tracking))
            continue
        plate = group.plates[0][0] if group.plates else ""
        sscc = group.sscc or (_sscc(plate) if len(_sscc(plate)) == 18 else "")
        name = plate or sscc or group.number or str(len(found) + 1)
        found.append(Package(name, packed, sscc, group.tracking, group.weight))
    return tuple(found)


def _totals(source: Source, summary: Sequence[Row], groups: Sequence[_Group]) -> None:
    """W0301, the number of units shipped, is checked against the lines."""
    for row in summary:
        told = source.number(row, 1, "units shipped")
        shipped = sum((line.shipped for group in groups for line in group.lines), ZERO)
        if told is not None and told != shipped:
            source.odd(row, 1, f"the units shipped are {told} in all, but the lines add up to {shipped}")


def on_fulfillment(advice: WarehouseAdvice, fulfillment: FulfillmentOrder) -> Mapped[Shipment]:
    """The shipment with every packed line named by our order line: as the 3PL repeats it, else by its item."""
    problems: list[Problem] = []
    by_item = {line.item: line.line for line in reversed(fulfillment.lines)}
    parts = {part.item: line.line for line in fulfillment.lines for part in line.components}
    ids = {line.line for line in fulfillment.lines}
    packages = []
    for package in advice.shipment.packages:
        lines = []
        for packed in package.lines:
            known = packed.line if packed.line in ids else by_item.get(packed.item) or parts.get(packed.item, "")
            if not known:
                said = f"item {packed.item or 'without a number'} is no line of {fulfillment.number}"
                problems.append(Problem(f"package {package.id}", said))
            lines.append(change(packed, line=known))
        packages.append(change(package, lines=tuple(lines)))
    return mapped(change(advice.shipment, packages=tuple(packages)), problems)
