"""Invoices and credit notes, and a customer's credit position."""

from datetime import date, datetime
from decimal import Decimal

from crossdock.model.base import Value
from crossdock.model.prices import Charge
from crossdock.model.quantities import Money


class InvoiceLine(Value, frozen=True):
    """So many units of an order line at its price."""

    line: str
    item: str
    quantity: Decimal
    unit_price: Money
    amount: Money


class Invoice(Value, frozen=True):
    """A bill for what was shipped or ordered; `number` is the ERP's once posted."""

    number: str
    order: str
    lines: tuple[InvoiceLine, ...]
    total: Money
    charges: tuple[Charge, ...] = ()
    on: date | None = None
    due: date | None = None


class CreditNote(Value, frozen=True):
    """Takes back all or part of one invoice, which it names."""

    number: str
    reverses: str
    total: Money
    reason: str = ""


class OpenOrder(Value, frozen=True):
    """An order that the ERP counts against credit, under the reference we gave it."""

    reference: str
    amount: Money


class CreditPosition(Value, frozen=True):
    """What a customer owes and may owe. What was written before `as_of` is in it. `limit` None is no limit."""

    customer: str
    limit: Money | None
    receivables: Money
    open_orders: tuple[OpenOrder, ...]
    as_of: datetime
    blocked: bool = False
