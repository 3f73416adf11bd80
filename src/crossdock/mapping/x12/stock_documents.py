"""943 stock transfer shipment advice, out; 944 receipt advice and 947 inventory adjustment, in: a 3PL's stock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from crossdock.formats.x12 import Transaction
from crossdock.mapping.problems import Mapped, mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.order_lines import our_item
from crossdock.mapping.x12.outbound import Body, Outgoing, day, number
from crossdock.mapping.x12.source import Row, Source, with_rest
from crossdock.model.base import Value
from crossdock.model.parties import Party
from crossdock.model.quantities import ZERO

Quality = Literal["available", "damaged", "hold"]
CONDITIONS: dict[str, Quality] = {"01": "damaged", "02": "damaged", "03": "damaged", "07": "hold", "08": "hold"}
"""W1303 (element 412): why part of a receipt is not as it should be; the rest is damaged."""


class StockLine(Value, frozen=True):
    """So much of an item in `unit` (Rec 20/21): received, or (947) added, negative when taken away."""

    item: str
    quantity: Decimal
    unit: str = "EA"
    line: str = ""
    lot: str = ""
    reason: str = ""
    quality: Quality = "available"


class StockDocument(Value, frozen=True):
    """A 944 (receipt of what a 943 announced under `reference`) or a 947 (adjustments)."""

    reference: str
    on: date | None
    lines: tuple[StockLine, ...]
    warehouse_number: str = ""
    ext: dict[str, Any] = {}


def write_transfer_notice(
    reference: str, node: str, lines: Sequence[StockLine], profile: Profile, on: date, carrier: str = ""
) -> Mapped[Body]:
    """The 943 that tells a 3PL what comes; the 944 repeats `reference` (W0602)."""
    out = Outgoing(profile)
    out.add("W06", "N", reference[:22], day(on))
    out.ours("SF")
    out.party("ST", Party(node))
    if carrier:
        out.add("W27", "M", carrier[:4])
    if not lines:
        out.wrong("W04", f"transfer {reference} has no lines")
    for at, line in enumerate(lines, 1):
        lot = [line.lot] if line.lot else []
        unit = out.unit(line.unit, f"W04*{at}")
        out.add(
            "W04",
            number(line.quantity),
            unit,
            "",
            profile.warehouse_item,
            line.item[:48],
            *(["LT", *lot] if lot else []),
        )
        out.add("N9", "LI", (line.line or str(at))[:30])
    out.add("W03", number(sum((line.quantity for line in lines), ZERO)))
    return out.done()


def read_receipt(transaction: Transaction, profile: Profile) -> Mapped[StockDocument]:
    """The receipt of a 944. What a W13 says is damaged or held is taken off its W07 and told by itself."""
    source = Source(transaction, profile)
    head = source.first("W17", "it says which receipt this is")
    if head is None:
        return mapped(None, source.problems)
    on, receipt = source.date(head, 2, "receipt date"), head.at(3)
    reference = head.at(4) or head.at(5)
    if not reference:
        source.wrong(head, 4, "our number of the transfer is missing")
    lines: list[StockLine] = []
    for row in _items(source):
        tag = row.segment[0]
        if tag == "W07":
            lines.append(_line(source, row, 1, 2, 4))
        elif tag == "W13" and lines:
            _exception(source, row, lines)
        elif tag == "N9" and lines:
            lines[-1] = _noted(row, lines[-1])
    if not lines:
        source.odd(head, 0, "the receipt has no W07 line")
    ext = with_rest({}, source.rows)
    value = StockDocument(reference, on, tuple(lines), receipt, {"x12": ext} if ext else {})
    return mapped(value, source.problems)


def read_adjustment(transaction: Transaction, profile: Profile) -> Mapped[StockDocument]:
    """The adjustments of a 947: W19 with its reason (W1901) and signed quantity (W1902)."""
    source = Source(transaction, profile)
    head = source.first("W15", "it says which adjustment this is")
    if head is None:
        return mapped(None, source.problems)
    on, theirs = source.date(head, 1, "adjustment date"), head.at(2)
    lines: list[StockLine] = []
    for row in _items(source):
        if row.segment[0] == "W19":
            line = _line(source, row, 2, 3, 5, may_be_negative=True)
            lines.append(StockLine(line.item, line.quantity, line.unit, line.line, line.lot, row.at(1)))
        elif row.segment[0] == "N9" and lines:
            lines[-1] = _noted(row, lines[-1])
    if not lines:
        source.odd(head, 0, "the adjustment has no W19 line")
    ext = with_rest({}, source.rows)
    value = StockDocument(head.at(3) or theirs, on, tuple(lines), theirs, {"x12": ext} if ext else {})
    return mapped(value, source.problems)


def _items(source: Source) -> list[Row]:
    """The rows from the first item on; header parties are read on the way, and stay in `ext` by their segments."""
    for at, row in enumerate(source.rows):
        if row.segment[0] in ("W07", "W19", "LX"):
            return source.rows[at:]
    return []


def _line(source: Source, row: Row, quantity: int, unit: int, items: int, may_be_negative: bool = False) -> StockLine:
    amount = source.needed(row, quantity, "quantity")
    if amount is not None and amount < ZERO and not may_be_negative:
        source.wrong(row, quantity, f"quantity '{amount}' is below zero")
    codes = [[row.at(at), row.at(at + 1)] for at in (items, items + 2) if row.peek(at + 1)]
    lot = next((code for qualifier, code in codes if qualifier == "LT"), "")
    if row.peek(items - 1):
        codes.append(["UA", row.at(items - 1)])
    item = our_item(codes, source)
    if not item:
        source.wrong(row, items + 1, "no item number that we can use is given")
    return StockLine(item, amount or ZERO, source.unit(row, unit), lot=lot)


def _noted(row: Row, line: StockLine) -> StockLine:
    kind = row.peek(1)
    named = row.at(2) if kind in ("LI", "LT") else ""
    return StockLine(
        line.item,
        line.quantity,
        line.unit,
        named if kind == "LI" else line.line,
        named if kind == "LT" else line.lot,
        line.reason,
        line.quality,
    )


def _exception(source: Source, row: Row, lines: list[StockLine]) -> None:
    """W13: so much of the line before is damaged or held (W1301, W1303)."""
    amount, code = source.needed(row, 1, "quantity"), row.at(3)
    at = next(i for i in range(len(lines) - 1, -1, -1) if lines[i].quality == "available")
    line = lines[at]
    if amount is None:
        return
    if not ZERO <= amount <= line.quantity:
        source.wrong(row, 1, f"quantity {amount} is more than the {line.quantity} received")
        return
    lines[at] = StockLine(line.item, line.quantity - amount, line.unit, line.line, line.lot)
    lines.append(StockLine(line.item, amount, line.unit, line.line, line.lot, code, CONDITIONS.get(code, "damaged")))
