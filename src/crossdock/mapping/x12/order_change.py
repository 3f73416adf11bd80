"""860 purchase order change, in: merged onto the order it changes, by the buyer's line numbers and change codes.

What may still be changed is the process's to decide; here the buyer's wish becomes the order's next revision.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from crossdock.formats.x12 import Transaction
from crossdock.mapping.problems import Mapped, Problem, mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.order_header import read_header, split
from crossdock.mapping.x12.order_lines import POC, read_line
from crossdock.mapping.x12.source import Source, currency_of, left_over
from crossdock.model.base import Value, change
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.quantities import ZERO

Action = Literal["add", "delete", "increase", "decrease", "price", "date", "replace", "none"]
ACTIONS: dict[str, Action] = {
    "AI": "add",
    "DI": "delete",
    "QI": "increase",
    "QD": "decrease",
    "PC": "price",
    "PQ": "replace",
    "CT": "date",
    "RS": "date",
    "CA": "replace",
    "CC": "replace",
    "RZ": "replace",
    "RA": "replace",
    "MU": "replace",
    "CE": "replace",
    "NC": "none",
    "OC": "none",
}
"""POC02 (element 670)."""


class OrderChange(Value, frozen=True):
    """An 860: which order (BCH03), what for, and its lines' changes. `cancels` when all of it is called off."""

    number: str
    release: str
    cancels: bool
    lines: tuple[tuple[Action, SalesOrderLine], ...]
    sequence: str = ""
    requested_on: date | None = None
    not_before: date | None = None
    not_after: date | None = None
    ext: dict[str, object] = {}


def read_order_change(transaction: Transaction, profile: Profile) -> Mapped[OrderChange]:
    """What an 860 asks for, before it is merged."""
    source = Source(transaction, profile)
    bch = source.first("BCH", "it says which order is changed")
    if bch is None:
        return mapped(None, source.problems)
    number, release, sequence, purpose = bch.at(3), bch.at(4), bch.at(5), bch.at(1)
    if not number:
        source.wrong(bch, 3, "the purchase order number is missing")
    currency = currency_of(source)
    header_rows, line_rows, summary = split(source.rows, "POC", ("CTT", "SE"))
    header = read_header(source, header_rows, currency)
    changes = []
    for at, rows in enumerate(line_rows, 1):
        code = rows[0].at(2)
        action = ACTIONS.get(code)
        read = read_line(source, rows, POC, at, currency)
        if action is None:
            source.wrong(rows[0], 2, f"change code '{code[:20]}' is not known")
        else:
            changes.append((action, read.line))
    cancels = purpose in ("01", "03")
    if not changes and not cancels:
        source.odd(bch, 0, "the change has no POC line; only its header may differ")
    for one in header.named:
        one.used = False
    for row in header_rows:
        if row.segment[0] in ("ITD", "TXI"):
            row.keep()  # terms and taxes are not changed by what is merged
    said = {"purpose": purpose, "type": bch.at(2), "notes": header.notes, "summary": left_over(summary)}
    value = OrderChange(
        *(number, release, cancels, tuple(changes), sequence),
        *(header.requested, header.not_before, header.not_after, header.ext(said)),
    )
    return mapped(value, source.problems)


def merge_change(asked: OrderChange, order: SalesOrder, at: datetime) -> Mapped[SalesOrder]:
    """`order` as its next revision with the changes in it; problems name lines that the order does not have.

    POC03 is the quantity after the change for replacements, and by how much for QI and QD.
    """
    lines = {line.id: line for line in order.lines}
    found: list[Problem] = []
    for action, line in asked.lines:
        before = lines.get(line.id)
        if action == "add":
            if before is not None:
                _add(found, line.id, "the order has this line already")
            else:
                lines[line.id] = line
        elif before is None:
            _add(found, line.id, "the order has no such line")
        elif action == "delete":
            del lines[line.id]
        else:
            lines[line.id] = _changed(before, line, action, found)
    if not lines:
        _add(found, "", "no line would be left; a cancellation says so in BCH01")
    delivery = change(
        order.delivery,
        not_before=asked.not_before or order.delivery.not_before,
        not_after=asked.not_after or order.delivery.not_after,
    )
    if asked.requested_on is not None:
        lines = {key: change(line, requested_on=asked.requested_on) for key, line in lines.items()}
    revised = change(
        order, delivery=delivery, lines=tuple(lines.values()), revision=order.revision + 1, changed_at=at, total=None
    )
    return mapped(revised, found)


def _add(found: list[Problem], line: str, what: str) -> None:
    found.append(Problem(f"POC*{line}" if line else "POC", what))


def _changed(before: SalesOrderLine, line: SalesOrderLine, action: Action, found: list[Problem]) -> SalesOrderLine:
    """`before` with what the change says; what it leaves out stays."""
    amount = line.quantity.amount
    if action in ("increase", "decrease"):
        amount = before.quantity.amount + (amount if action == "increase" else -amount)
        if amount <= ZERO:
            _add(found, line.id, f"quantity {before.quantity.amount} cannot be taken down to {amount}")
        before = change(before, quantity=change(before.quantity, amount=amount))
    elif action == "replace" and amount > ZERO:
        before = change(before, quantity=change(line.quantity, pack=before.quantity.pack))
    if line.price.amount.amount > ZERO and action in ("price", "replace"):
        before = change(before, price=line.price)
    if line.requested_on is not None:
        before = change(before, requested_on=line.requested_on)
    return before
