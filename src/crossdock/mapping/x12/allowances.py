"""SAC and TXI, in: allowances, charges and taxes of an order or a line."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from crossdock.mapping.x12.source import Row, Source
from crossdock.model.prices import Charge, Discount, TaxLine
from crossdock.model.quantities import ZERO, Money

HUNDRED = Decimal(100)


@dataclass(slots=True)
class Amounts:
    """What adds to or takes off. `percents` are allowances (and charges, negative) as a share of the goods' value."""

    discounts: list[Discount] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    taxes: list[TaxLine] = field(default_factory=list)
    percents: list[tuple[str, str, Decimal]] = field(default_factory=list)
    """(code, reason, fraction); charges are negative."""


def read_allowance(source: Source, row: Row, currency: str, into: Amounts) -> None:
    """One SAC: A and C with an amount (SAC05, N2) or a percentage (SAC07). Its codes keep the segment in `ext`."""
    indicator, code, reason = row.peek(1), row.peek(2) or row.peek(4), row.peek(15)
    if indicator not in ("A", "C"):
        return
    money = source.cents(row, 5, currency, "amount")
    percent = source.number(row, 7, "percentage")
    if money is None:
        if percent is not None:
            fraction = percent / HUNDRED
            into.percents.append((code, reason, fraction if indicator == "A" else -fraction))
    elif indicator == "A":
        into.discounts.append(Discount(money, reason, code))
    elif code in source.profile.tax_charges:
        into.taxes.append(TaxLine(money, ZERO, name=reason or code))
    else:
        into.charges.append(Charge(source.profile.charge(code), money, reason or code))


def read_tax(source: Source, row: Row, currency: str, into: Amounts) -> None:
    """One TXI: type (TXI01), amount (TXI02), percentage (TXI03), jurisdiction (TXI05), exemption (TXI06)."""
    amount, percent = source.number(row, 2, "tax amount"), source.number(row, 3, "tax percentage")
    name, place, exempt = row.at(1), row.at(5), row.at(6)
    rate = percent / HUNDRED if percent is not None else ZERO
    if amount is None and percent is None and not exempt:
        row.read = 1
        return
    into.taxes.append(TaxLine(Money(amount or ZERO, currency), rate, place, name, exemption=exempt))


def percent_of(goods: Money, amounts: Amounts) -> tuple[list[Discount], list[Charge]]:
    """The percentages of `amounts` as amounts of `goods`."""
    discounts, charges = [], []
    for code, reason, fraction in amounts.percents:
        money = (goods * abs(fraction)).rounded()
        if fraction >= ZERO:
            discounts.append(Discount(money, reason, code))
        else:
            charges.append(Charge("other", money, reason or code))
    return discounts, charges
