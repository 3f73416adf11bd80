"""How an order is paid, read from its financial status. Webhooks carry no transactions: the status is what they prove.

| status | terms | money |
|---|---|---|
| authorized | card | one authorisation of what is outstanding, `<order id>/authorization` |
| any other, with payment terms agreed | on account | as below |
| paid, partially_refunded, refunded | prepaid | one payment of the total, `<order id>/payment` |
| pending with a purchase order number | on account | none |
| pending otherwise, partially_paid, voided, expired | prepaid | none yet |

One fact has one reference whichever delivery tells it, so it counts once. Once we capture, an attribute of ours stands
on the order: it then keeps its card terms and its authorisation, because the captures are known from our own commands.
Where a payload does carry `transactions`, these are the payments, by transaction id. A part paid by gift card while the
rest is authorised is `<order id>/gift_card`. A payment that grew by an edit is `<order id>/payment/<new total>`.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from crossdock.connectors.shopify.money import Till
from crossdock.connectors.shopify.policies import attributes
from crossdock.connectors.shopify.settings import CAPTURE_ATTRIBUTE
from crossdock.connectors.shopify.source import Source
from crossdock.model.orders import Payment, PaymentTerms
from crossdock.model.quantities import ZERO

PAID = ("paid", "partially_refunded", "refunded")
_KNOWN = (*PAID, "authorized", "pending", "partially_paid", "voided", "expired", "unpaid")
_MOVES: dict[str, Literal["authorization", "payment", "capture"]] = {
    "authorization": "authorization",
    "sale": "payment",
    "capture": "capture",
}


def we_capture(order: Source) -> bool:
    """Whether we captured money of this order ourselves, or are about to."""
    prefix = CAPTURE_ATTRIBUTE.replace(" ", "-")
    return any(name.startswith(prefix) for name in attributes(order))


def terms(order: Source) -> PaymentTerms:
    """The status and gateways stay in `ext`, verbatim beside what they mean. Agreed terms stand once they are paid too:
    an order must not read differently because work on it went on."""
    status = order.see_text("financial_status")
    if status and status not in _KNOWN:
        order.unfit("financial_status", f"is not one that we know: {status[:40]!r}; taken as pending")
    if status == "authorized" or we_capture(order):
        return PaymentTerms("card")
    agreed = order.part("payment_terms")
    if agreed or (status in ("", "pending") and order.has("po_number")):
        days = agreed.see_decimal("due_in_days")
        net = int(days) if days is not None and 0 <= days <= 3650 else 0
        return PaymentTerms("on_account", net, agreed.see_text("payment_terms_name"))
    return PaymentTerms("prepaid")


def payments(
    order: Source, till: Till, id: str, placed_at: datetime, changed_at: datetime, valid: timedelta
) -> tuple[Payment, ...]:
    """The money that the payload proves. `valid` is how long an authorisation holds where it does not say."""
    placed_at, changed_at = placed_at.astimezone(UTC), changed_at.astimezone(UTC)
    if order.has("transactions"):
        return _transactions(order, till, placed_at, valid)
    total = till.see(order, "total_price") or ZERO
    outstanding = till.see(order, "total_outstanding")
    status = order.see_text("financial_status")
    if status == "authorized" or (we_capture(order) and total):
        open_amount = outstanding if outstanding and status == "authorized" else total
        held = Payment(f"{id}/authorization", "authorization", till.money(open_amount), placed_at, placed_at + valid)
        card = total - open_amount
        if card > 0 and _with_gift_card(order):
            return Payment(f"{id}/gift_card", "payment", till.money(card), placed_at), held
        return (held,)
    if status in PAID and total:
        return _paid(order, till, id, total, changed_at)
    return ()


def _with_gift_card(order: Source) -> bool:
    names = order.data.get("payment_gateway_names")
    return isinstance(names, list) and "gift_card" in names


def _paid(order: Source, till: Till, id: str, total: Decimal, at: datetime) -> tuple[Payment, ...]:
    first = Payment(f"{id}/payment", "payment", till.money(total), at)
    now = till.see(order, "current_total_price")
    if now is None or now <= total:
        return (first,)
    return first, Payment(f"{id}/payment/{now}", "payment", till.money(now - total), at)


def _transactions(order: Source, till: Till, placed_at: datetime, valid: timedelta) -> tuple[Payment, ...]:
    found = []
    for one in order.parts("transactions"):
        kind = _MOVES.get(one.see_text("kind"))
        amount = one.see_decimal("amount")
        id = one.see_text("id")
        if kind is None or not amount or not id or one.see_text("status") != "success":
            continue
        at = (one.see_instant("created_at") or placed_at).astimezone(UTC)
        expires = (one.see_instant("authorization_expires_at") or at + valid).astimezone(UTC)
        found.append(Payment(id, kind, till.money(amount), at, expires if kind == "authorization" else None))
    return tuple(found)
