"""The sales order as the customer placed it. It does not change as work proceeds; a new revision replaces it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from crossdock.model.base import Value
from crossdock.model.identifiers import Identifier
from crossdock.model.items import Component
from crossdock.model.parties import Parties
from crossdock.model.prices import Charge, Discount, Price, TaxLine
from crossdock.model.quantities import ZERO, Money, Quantity


class PaymentTerms(Value, frozen=True):
    """How an order is paid: `on_account` uses credit, `prepaid` precedes release, `card` is captured at shipment."""

    kind: Literal["on_account", "prepaid", "card"] = "on_account"
    net_days: int = 0
    name: str = ""


class Payment(Value, frozen=True):
    """Money promised or moved for an order. `reference` is the payer's or gateway's number and identifies it."""

    reference: str
    kind: Literal["authorization", "capture", "payment", "refund"]
    amount: Money
    at: datetime
    expires_at: datetime | None = None


class Delivery(Value, frozen=True):
    """What the customer asks of shipping. Dates are local to the ship-to; None leaves the side open."""

    ship_complete: bool = False
    backorder_allowed: bool = True
    substitution_allowed: bool = False
    not_before: date | None = None
    not_after: date | None = None
    time_zone: str = ""
    over_tolerance: Decimal = ZERO
    service: str = ""


class SalesOrderLine(Value, frozen=True):
    """One line: an item, how much of it, at which price. `id` is the placer's own and never reused in the order."""

    id: str
    item: str
    quantity: Quantity
    price: Price
    description: str = ""
    components: tuple[Component, ...] = ()
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    requested_on: date | None = None
    ext: dict[str, Any] = {}

    @property
    def net(self) -> Money:
        """Quantity times price less discounts, before tax that is not inclusive."""
        total = self.price.amount * (self.quantity.amount / self.price.per)
        for discount in self.discounts:
            total = total - discount.amount
        return total


class SalesOrder(Value, frozen=True):
    """A customer's order. `key`, `<channel>/<the channel's own id>`, names it for good; `number` is what people say."""

    key: str
    number: str
    channel: str
    placed_at: datetime
    currency: str
    parties: Parties
    lines: tuple[SalesOrderLine, ...]
    terms: PaymentTerms = PaymentTerms()
    delivery: Delivery = Delivery()
    charges: tuple[Charge, ...] = ()
    discounts: tuple[Discount, ...] = ()
    taxes: tuple[TaxLine, ...] = ()
    total: Money | None = None
    payments: tuple[Payment, ...] = ()
    revision: int = 1
    changed_at: datetime | None = None
    placed_zone: str = ""
    legal_entity: str = ""
    customer_po: str = ""
    customer_note: str = ""
    identifiers: tuple[Identifier, ...] = ()
    ext: dict[str, dict[str, Any]] = {}

    @property
    def net(self) -> Money:
        """Lines, charges and order discounts, before tax that is not inclusive."""
        total = Money(ZERO, self.currency)
        for line in self.lines:
            total = total + line.net
        for charge in self.charges:
            total = total + charge.amount
        for discount in self.discounts:
            total = total - discount.amount
        return total

    @property
    def tax(self) -> Money:
        """Tax that comes on top: inclusive tax is already in the prices."""
        total = Money(ZERO, self.currency)
        for tax in (*self.taxes, *(tax for line in self.lines for tax in line.taxes)):
            if not tax.inclusive:
                total = total + tax.amount
        return total

    @property
    def gross(self) -> Money:
        """What the customer owes for all of it."""
        return (self.net + self.tax).rounded()


class PromiseLine(Value, frozen=True):
    """What one line was promised: how much, when it leaves, from where, and on what ground."""

    line: str
    quantity: Decimal
    date: date | None
    time_zone: str
    node: str
    basis: Literal["on_hand", "inbound", "lead_time", "none"]
