"""A refund of the shop: money that went back, and units that it took out of the order before they shipped.

Of `refund_line_items`, only `restock_type: cancel` takes units out; `return` and `no_restock` are about goods that were
or will be shipped all the same (REST Admin API, Refund, `restock_type`). The amount is that of the refund's successful
transactions. Refunds that we made carry our mark in their note and ask for nothing.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from crossdock.connectors.shopify.currencies import ISO_4217
from crossdock.connectors.shopify.lines import MOST
from crossdock.connectors.shopify.settings import NOTE_MARK, Settings
from crossdock.connectors.shopify.source import Problems, Source
from crossdock.model.base import Value
from crossdock.model.events import RefundRequested
from crossdock.model.quantities import ZERO, Money


class ReadRefund(Value, frozen=True):
    """The request, or None where it asks for nothing; when it was made, and what of it has no field of ours."""

    event: RefundRequested | None
    id: str
    order: str
    at: datetime | None
    ours: bool
    rest: dict[str, object]


def read_refund(
    body: dict[str, Any], settings: Settings, problems: Problems, currency: str = "", path: str = ""
) -> ReadRefund:
    """Consumes `body`. `currency` is the order's, for refunds whose transactions don't name one."""
    refund = Source(body, problems, path)
    id, order = refund.see_text("id"), refund.see_text("order_id")
    at = refund.see_instant("created_at")
    ours = NOTE_MARK in refund.see_text("note")
    if not id or not order:
        refund.unfit("id" if order else "order_id", "is missing, so nobody knows what is refunded", fatal=True)
        return ReadRefund(None, id, order, at, ours, refund.rest())
    if ours:
        return ReadRefund(None, id, order, at, ours, refund.rest())
    money = _money(refund, currency, settings)
    units = _cancelled(refund)
    if problems.fatal or (not money.amount and not units):
        return ReadRefund(None, id, order, at, ours, refund.rest())
    refund.data.pop("id")
    refund.data.pop("order_id")
    event = RefundRequested(settings.key(order), id, money, refund.take_text("note"), units)
    return ReadRefund(event, id, order, at, ours, refund.rest())


def _money(refund: Source, currency: str, settings: Settings) -> Money:
    """The sum of successful refund transactions; in the presentment currency where orders are read in it."""
    total, known = ZERO, currency
    for one in refund.parts("transactions"):
        if one.see_text("kind") != "refund" or one.see_text("status") not in ("success", "pending"):
            continue
        named = one.see_text("currency").upper()
        if settings.money == "shop" and one.has("amount_set"):
            one, named = _shop_side(one)
        amount = one.see_decimal("amount", fatal=True)
        if known and named and named != known:
            one.unfit("currency", f"is {named}, the refund's other money is {known}", fatal=True)
        known = known or named
        total += amount or ZERO
    known = known or _currency_of_lines(refund, settings)
    if known not in ISO_4217:
        refund.unfit("transactions", f"must name an ISO 4217 currency, is {known or 'missing'}", fatal=True)
    return Money(total, known)


def _currency_of_lines(refund: Source, settings: Settings) -> str:
    """For a refund without money: the currency that its lines are stated in."""
    side = f"{settings.money}_money"
    codes = (
        item.part("subtotal_set").part(side).see_text("currency_code") for item in refund.parts("refund_line_items")
    )
    return next(filter(None, codes), "").upper()


def _shop_side(transaction: Source) -> tuple[Source, str]:
    side = transaction.part("amount_set").part("shop_money")
    return side, side.see_text("currency_code").upper()


def _cancelled(refund: Source) -> dict[str, Decimal]:
    """Units taken out of the order, by line."""
    units: dict[str, Decimal] = {}
    for item in refund.parts("refund_line_items"):
        quantity = item.see_decimal("quantity", fatal=True)
        if item.see_text("restock_type") != "cancel" or quantity is None:
            continue
        line = item.see_text("line_item_id")
        if not line or not 0 < quantity <= MOST or quantity != quantity.to_integral_value():
            item.unfit("quantity", "a cancelled line needs its id and a whole quantity above 0", fatal=True)
            continue
        units[line] = units.get(line, ZERO) + quantity
    return units
