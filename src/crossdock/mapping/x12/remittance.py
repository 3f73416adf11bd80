"""820 payment order and remittance advice, in: what a buyer paid, invoice by invoice, with its deductions in words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from crossdock.formats.x12 import Transaction
from crossdock.mapping.problems import Mapped, mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.source import Row, Source, currency_of, with_rest
from crossdock.model.base import Value, change
from crossdock.model.quantities import ZERO, Money

ITEM = "IX"
"""RMT01 of an item within an invoice: its amounts are in the invoice's already."""


class Deduction(Value, frozen=True):
    """An adjustment (ADX, or RMR07 and RMR08): negative is paid less. `reason` is the code in words, if known."""

    amount: Money
    code: str
    reason: str = ""


class Remitted(Value, frozen=True):
    """One item paid: an invoice (`IV`) or another document (`qualifier`), what was paid, its gross and discount."""

    reference: str
    qualifier: str
    paid: Money
    gross: Money | None = None
    discount: Money | None = None
    deductions: tuple[Deduction, ...] = ()

    @property
    def is_short(self) -> bool:
        """Whether less was paid than the gross less the discount taken."""
        if self.gross is None:
            return False
        discount = self.discount.amount if self.discount else ZERO
        return self.paid.amount < self.gross.amount - discount


class Remittance(Value, frozen=True):
    """An 820: the payment's own number (TRN02) and amount, and the items that it pays."""

    number: str
    amount: Money
    paid_on: date | None
    items: tuple[Remitted, ...]
    adjustments: tuple[Deduction, ...] = ()
    method: str = ""
    ext: dict[str, Any] = {}


def read_remittance(transaction: Transaction, profile: Profile) -> Mapped[Remittance]:
    """The payment of an 820 (BPR, or BPS of older versions)."""
    source = Source(transaction, profile)
    head = next((row for row in source.rows if row.segment[0] in ("BPR", "BPS")), None)
    if head is None:
        source.first("BPR", "it says how much was paid")
        return mapped(None, source.problems)
    currency = currency_of(source)
    amount = source.needed(head, 2, "payment amount")
    sign = -1 if head.peek(3) == "D" else 1
    paid_on = source.date(head, 16, "payment date") if head.segment[0] == "BPR" else None
    method = head.at(4) if head.segment[0] == "BPR" else head.at(1)
    number = ""
    items: list[Remitted] = []
    adjustments: list[Deduction] = []
    for row in source.rows:
        tag = row.segment[0]
        if tag == "TRN":
            number = number or row.at(2)
        elif tag == "RMR" or (tag == "RMT" and row.peek(1) != ITEM):
            items.append(_item(source, row, currency))
        elif tag == "ADX":
            deduction = _deduction(source, row, 1, 2, currency)
            if items and not row.peek(3):
                items[-1] = change(items[-1], deductions=(*items[-1].deductions, deduction))
            else:
                adjustments.append(deduction)
    total = Money((amount or ZERO) * sign, currency)
    applied = sum((one.paid.amount for one in items), ZERO) + sum((one.amount.amount for one in adjustments), ZERO)
    if items and applied != total.amount:
        source.odd(head, 2, f"the payment is {total.amount}, but its items and adjustments add up to {applied}")
    ext = with_rest({}, source.rows)
    value = Remittance(number, total, paid_on, tuple(items), tuple(adjustments), method, {"x12": ext} if ext else {})
    return mapped(value, source.problems)


def _item(source: Source, row: Row, currency: str) -> Remitted:
    """RMR: paid, gross and discount in 04 to 06; RMT: gross, paid and discount in 03 to 05 (paid defaults to gross)."""
    if row.segment[0] == "RMT":
        gross, paid = _money(source, row, 3, currency), _money(source, row, 4, currency)
        discount = _money(source, row, 5, currency)
        paid = paid or gross
    else:
        paid, gross = _money(source, row, 4, currency), _money(source, row, 5, currency)
        discount = _money(source, row, 6, currency)
    if paid is None:
        source.wrong(row, 4, "the amount paid is missing")
    deductions = (_deduction(source, row, 8, 7, currency),) if row.segment[0] == "RMR" and row.peek(8) else ()
    return Remitted(row.at(2), row.at(1), paid or Money(ZERO, currency), gross, discount, deductions)


def _money(source: Source, row: Row, element: int, currency: str) -> Money | None:
    amount = source.number(row, element, "amount")
    return Money(amount, currency) if amount is not None else None


def _deduction(source: Source, row: Row, amount: int, code: int, currency: str) -> Deduction:
    found: Decimal | None = source.needed(row, amount, "adjustment")
    said = row.at(code)
    return Deduction(Money(found or ZERO, currency), said, source.profile.deductions.get(said, ""))
