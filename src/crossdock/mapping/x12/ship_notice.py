"""856 ship notice, out: what a shipment holds, as a tree of HL levels in the shape that the partner wants.

S shipment, O order, T pallet, P package, I item, in any sequence that starts with S: SOTPI, SOPI, STPI, SOI, SPOI.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from crossdock.mapping.problems import Mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.outbound import (
    Body,
    Outgoing,
    clock,
    day,
    in_ordered_unit,
    item_pairs,
    local,
    number,
    order_date,
    release_of,
    said,
)
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import Package, PackedLine, Shipment

POUNDS_PER_KG = Decimal("2.2046226218")


@dataclass(frozen=True, slots=True)
class _Entry:
    """So much of one line in one package: a leaf of the tree."""

    order: SalesOrder
    line: SalesOrderLine
    package: Package
    packed: PackedLine
    pallet: str


def sscc_is_valid(sscc: str) -> bool:
    """18 digits with their check digit (GS1 General Specifications, 7.9)."""
    if len(sscc) != 18 or not (sscc.isascii() and sscc.isdigit()):
        return False
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(sscc[:17]))
    return (10 - total % 10) % 10 == int(sscc[17])


def write_ship_notice(
    shipment: Shipment,
    orders: Sequence[SalesOrder],
    profile: Profile,
    made_at: datetime,
    pallets: Mapping[str, str] | None = None,
) -> Mapped[Body]:
    """The 856 of one shipment to one destination, for all orders in it. `pallets`: pallet SSCC by package id.

    A packed line that belongs to several orders by its id alone belongs to the first that orders its item.
    """
    out = Outgoing(profile)
    asn = profile.ship_notice
    entries = _entries(out, shipment, orders, pallets or {})
    if not entries:
        out.wrong("BSN", f"shipment {shipment.number} holds nothing of these orders")
        return out.done()
    made = local(made_at, profile.time_zone)
    out.add("BSN", "00", shipment.number[:30].rjust(2, "0"), day(made.date()), clock(made), asn.structure_code)
    tree = _Tree(out, shipment, entries)
    tree.write(entries, asn.structure, "")
    out.add("CTT", str(tree.count))
    return out.done()


def _entries(
    out: Outgoing, shipment: Shipment, orders: Sequence[SalesOrder], pallets: Mapping[str, str]
) -> list[_Entry]:
    found = []
    seen: dict[str, str] = {}
    for package in shipment.packages:
        where = f"package {package.id}"
        if "P" in out.profile.ship_notice.structure:
            if not sscc_is_valid(package.sscc):
                out.wrong(where, f"its SSCC '{package.sscc}' is no SSCC-18 with a right check digit")
            elif package.sscc in seen:
                out.wrong(where, f"its SSCC {package.sscc} is package {seen[package.sscc]}'s already")
            seen[package.sscc] = package.id
        for packed in package.lines:
            match = _line_of(packed, orders)
            if match is None:
                out.wrong(where, f"line '{packed.line}' (item {packed.item}) is in none of the orders")
            else:
                found.append(_Entry(*match, package, packed, pallets.get(package.id, "")))
    return found


def _line_of(packed: PackedLine, orders: Sequence[SalesOrder]) -> tuple[SalesOrder, SalesOrderLine] | None:
    named = [(order, line) for order in orders for line in order.lines if line.id == packed.line]
    for order, line in named:
        if packed.item in ("", line.item):
            return order, line
    return named[0] if named else None


class _Tree:
    """Writes HL levels: entries are grouped by the level's key, then by the levels below."""

    def __init__(self, out: Outgoing, shipment: Shipment, entries: Sequence[_Entry]) -> None:
        self.out, self.shipment, self.entries = out, shipment, entries
        self.count = 0
        self._levels: dict[str, tuple[Callable[[_Entry], object], Callable[[list[_Entry]], None]]] = {
            "S": (lambda entry: "", self._shipment),
            "O": (lambda entry: entry.order.key, self._order),
            "T": (lambda entry: entry.pallet, self._pallet),
            "P": (lambda entry: entry.package.id, self._package),
            "I": (lambda entry: (entry.order.key, entry.line.id, entry.packed.lot), self._item),
        }

    def write(self, entries: Sequence[_Entry], levels: str, parent: str) -> None:
        """The levels from the first of `levels` down, under HL `parent`."""
        if not levels:
            return
        code, below = levels[0], levels[1:]
        level = self._levels.get(code)
        if level is None:
            self.out.wrong("HL", f"level '{code}' of the structure is none of S, O, T, P and I")
            return
        key, content = level
        groups: dict[object, list[_Entry]] = {}
        for entry in entries:
            groups.setdefault(key(entry), []).append(entry)
        for group in groups.values():
            if code == "T" and not group[0].pallet:
                self.write(group, below, parent)  # packages on no pallet stand where the pallet would
                continue
            self.count += 1
            own = str(self.count)
            self.out.add("HL", own, parent, code, "1" if below else "0")
            content(group)
            self.write(group, below, own)

    def _shipment(self, entries: list[_Entry]) -> None:
        out, shipment, order = self.out, self.shipment, entries[0].order
        packages = {entry.package.id: entry.package for entry in entries}
        kilograms = sum((package.weight_kg or ZERO for package in packages.values()), ZERO)
        weight = (
            ["G", number((kilograms * POUNDS_PER_KG).quantize(Decimal("0.01"))), "LB"] if kilograms else ["", "", ""]
        )
        out.add("TD1", out.profile.ship_notice.packaging, str(len(packages)), "", "", "", *weight)
        if shipment.carrier:
            out.add("TD5", "B", "2", shipment.carrier, "M" if len(packages) > 1 else "", order.delivery.service[:35])
        if shipment.number:
            out.add("REF", "BM", shipment.number[:30])
        tracking = shipment.tracking_numbers()
        if tracking and "P" not in out.profile.ship_notice.structure:
            out.add("REF", "CN", tracking[0][:30])
        if shipment.shipped_at:
            zone = order.delivery.time_zone or out.profile.time_zone
            left = local(shipment.shipped_at, zone)
            out.add("DTM", out.profile.ship_notice.ship_date, day(left.date()), clock(left))
        out.ours("SF")
        out.party("ST", order.parties.shipped)

    def _order(self, entries: list[_Entry]) -> None:
        order = entries[0].order
        self.out.add("PRF", order.customer_po or order.number, release_of(order), "", order_date(order))
        references = said(order).get("references", [])
        for qualifier, value, *_ in references if isinstance(references, list) else []:
            if qualifier in ("DP", "IA", "MR"):
                self.out.add("REF", qualifier, value[:30])
        if len({entry.order.key for entry in self.entries}) > 1:
            self.out.party("BY", order.parties.sold_to)

    def _pallet(self, entries: list[_Entry]) -> None:
        self._mark(entries[0].pallet)

    def _package(self, entries: list[_Entry]) -> None:
        package = entries[0].package
        self._mark(package.sscc)
        if package.tracking:
            self.out.add("MAN", "CP", package.tracking[:48])

    def _mark(self, sscc: str) -> None:
        asn = self.out.profile.ship_notice
        if sscc:
            self.out.add("MAN", asn.mark, f"00{sscc}" if asn.with_ai else sscc)

    def _item(self, entries: list[_Entry]) -> None:
        """Quantity shipped in the unit ordered."""
        out, line = self.out, entries[0].line
        total = sum((entry.packed.quantity for entry in entries), ZERO)
        shipped, unit_shipped, pack = in_ordered_unit(total, line, out.profile.default_unit)
        lot = ["LT", entries[0].packed.lot] if entries[0].packed.lot else []
        out.add("LIN", line.id[:20], *item_pairs(line, out.profile), *lot)
        unit = out.unit(unit_shipped, f"line {line.id}")
        out.add("SN1", line.id[:20], number(shipped), unit, "", number(line.quantity.base / pack), unit)
        if line.description:
            out.add("PID", "F", "", "", "", line.description[:80])
        for serial in (serial for entry in entries for serial in entry.packed.serials):
            out.add("REF", "SE", serial[:30])
