"""Which lines make a bill, and which make a credit note of an amount. Pure."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from crossdock.connectors.tryton.client import Record
from crossdock.connectors.tryton.mapping import Operation, Quantities, Unfit, charge_mark, line_mark, tax_on
from crossdock.connectors.tryton.records import SaleLine, Tax
from crossdock.connectors.tryton.wire import Number
from crossdock.model.base import Value
from crossdock.model.invoices import Invoice
from crossdock.model.quantities import ZERO

_CENT = Decimal("0.01")


class BilledLine(Value, frozen=True):
    """A line of a draft invoice; `origin` is the Tryton reference of the sale line it bills."""

    id: int
    invoice: int
    origin: str
    quantity: Decimal


class CreditLine(Value, frozen=True):
    """An untaxed amount to take back, and the invoice line whose account and origin it takes."""

    amount: Decimal
    like: int
    account: int
    taxes: tuple[int, ...]


def billed_quantities(invoice: Invoice, lines: Sequence[SaleLine], first: bool) -> dict[str, Decimal]:
    """What is billed by origin. Discounts of the whole order go with its first bill. Raises Unfit for unknown lines."""
    by_mark = {line.mark: line for line in lines}
    billed: dict[str, Decimal] = {}
    for wanted in invoice.lines:
        line = by_mark.get(line_mark(wanted.line))
        if line is None:
            raise Unfit(f"the ERP's sale has no line {wanted.line} to bill")
        billed[_origin(line)] = billed.get(_origin(line), ZERO) + wanted.quantity
    for charge in invoice.charges:
        services = [line for line in lines if line.mark == charge_mark(charge.kind)]
        if not services:
            raise Unfit(f"the ERP's sale has no charge for {charge.kind} to bill")
        billed |= {_origin(line): line.quantity for line in services}
    if first:
        billed |= {_origin(line): line.quantity for mark, line in by_mark.items() if mark.startswith("discount ")}
    return {origin: quantity for origin, quantity in billed.items() if quantity}


def _origin(line: SaleLine) -> str:
    return f"sale.line,{line.id}"


def cut_bill(drafted: Sequence[BilledLine], wanted: Quantities, chosen: int) -> tuple[list[Operation], list[int]]:
    """What makes the chosen draft exactly the bill, taking lines over from the sale's other drafts; and the drafts
    that are empty then."""
    operations: list[Operation] = []
    spare: list[int] = []
    taken: list[int] = []
    left_over: dict[int, int] = {}
    missing = dict(wanted)
    for line in sorted(drafted, key=lambda one: one.invoice != chosen):
        if line.origin in missing:
            quantity = missing.pop(line.origin)
            if line.invoice != chosen:
                taken.append(line.id)
            if quantity != line.quantity:
                operations.append(("write", [line.id], {"quantity": Number(quantity)}))
        elif line.invoice == chosen:
            spare.append(line.id)
        else:
            left_over[line.invoice] = left_over.get(line.invoice, 0) + 1
    if taken:
        operations.insert(0, ("add", taken))
    if spare:
        operations.append(("delete", spare))
    others = {line.invoice for line in drafted if line.id in taken}
    return operations, sorted(others - left_over.keys())


def credit_lines(gross: Decimal, billed: Sequence[Record], taxes: Mapping[int, Tax]) -> list[CreditLine]:
    """Lines whose amounts and taxes come to a gross amount, spread over the invoice's tax groups by their share.

    Taxes are rounded to the cent, so that some gross amounts belong to no untaxed one: an untaxed line takes the cent.
    Raises Unfit where the invoice has no lines.
    """
    groups: dict[tuple[int, ...], list[Record]] = {}
    for line in billed:
        groups.setdefault(tuple(sorted(line["taxes"])), []).append(line)
    worth = {key: _gross(sum((line["amount"] for line in lines), ZERO), key, taxes) for key, lines in groups.items()}
    total = sum(worth.values(), ZERO)
    if not total:
        raise Unfit("the invoice to credit comes to nothing")
    credit: list[CreditLine] = []
    rest = gross
    for key, lines in groups.items():
        share = _rounded(gross * worth[key] / total)
        net = _net(share, key, taxes)
        rest -= _gross(net, key, taxes)
        if net:
            credit.append(CreditLine(net, lines[0]["id"], lines[0]["account"], key))
    if rest:
        credit.append(CreditLine(rest, billed[0]["id"], billed[0]["account"], ()))
    return credit


def _net(gross: Decimal, group: tuple[int, ...], taxes: Mapping[int, Tax]) -> Decimal:
    """The untaxed amount whose taxed amount is nearest to `gross`, in cents."""
    rate = tax_on(Decimal(100), group, taxes) / 100
    guess = _rounded(gross / (1 + rate))
    near = (guess + _CENT * step for step in (0, -1, 1))
    return min(near, key=lambda net: abs(_gross(net, group, taxes) - gross))


def _gross(net: Decimal, group: tuple[int, ...], taxes: Mapping[int, Tax]) -> Decimal:
    return net + tax_on(net, group, taxes)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
