"""Order lines: goods become lines of the order; tips, gift cards and services of the shop become charges.

A line reads the same as long as the customer wants the same of it: what the shop counts on it as work goes on
(`fulfillable_quantity`, `fulfillment_status`) goes to the order's `ext.shopify.line_items`, by line id. Only the
customer's own `properties` (an engraving) go with the line.

Quantities. `quantity` is what was ordered and rises with edits of the order. Units that a refund cancels
(`restock_type: cancel`) stay in the line: they come as cancelled lines of that refund. Units that an edit removes
without such a refund lower the line, and a line of which nothing is left is gone. What was fulfilled or came back was
ordered all the same.
"""

from collections import Counter
from decimal import Decimal
from typing import Literal

from crossdock.connectors.shopify.money import Till
from crossdock.connectors.shopify.policies import requested_on
from crossdock.connectors.shopify.source import Source, plain
from crossdock.model.items import Component
from crossdock.model.orders import SalesOrderLine
from crossdock.model.prices import Charge, Discount, Price, TaxLine
from crossdock.model.quantities import ONE, ZERO, Quantity

MOST = Decimal(1_000_000)
"""A quantity beyond this is taken for a mistake, not for an order."""

_LEFT = ("success", "open", "pending")


class Moves:
    """What refunds and fulfilments say of each line, by line id."""

    def __init__(self, order: Source) -> None:
        self.cancelled: Counter[str] = Counter()
        self.refunded: Counter[str] = Counter()
        self.fulfilled: Counter[str] = Counter()
        self.fulfilments_known = isinstance(order.data.get("fulfillments"), list)
        self.order_cancelled = order.has("cancelled_at")
        for refund in order.parts("refunds"):
            for line in refund.parts("refund_line_items"):
                units = _units(line)
                self.refunded[line.see_text("line_item_id")] += units
                if line.see_text("restock_type") == "cancel":
                    self.cancelled[line.see_text("line_item_id")] += units
        for fulfilment in order.parts("fulfillments"):
            if fulfilment.see_text("status") in _LEFT:
                for line in fulfilment.parts("line_items"):
                    self.fulfilled[line.see_text("id")] += _units(line)

    def has_left(self, line: Source) -> bool:
        """Whether any of a line is fulfilled."""
        return (
            line.see_text("fulfillment_status") in ("fulfilled", "partial") or self.fulfilled[line.see_text("id")] > 0
        )

    def is_done(self, line: Source) -> bool:
        """Whether all of a line is fulfilled or cancelled."""
        id = line.see_text("id")
        whole = line.see_text("fulfillment_status") == "fulfilled"
        return whole or _units(line) <= self.fulfilled[id] + self.cancelled[id]

    def ordered(self, line: Source, id: str, quantity: Decimal) -> Decimal:
        """How much of a line counts as ordered, at most its `quantity`."""
        if self.order_cancelled:
            return quantity
        # A fulfilled line whose fulfilment is not among those told says nothing by what is left to fulfil.
        untold = line.see_text("fulfillment_status") == "fulfilled" and not self.fulfilled[id]
        fulfillable = line.see_decimal("fulfillable_quantity")
        if fulfillable is not None and self.fulfilments_known and not untold:
            return min(quantity, max(fulfillable, ZERO) + self.fulfilled[id] + self.cancelled[id])
        current = line.see_decimal("current_quantity")
        if current is not None:
            return min(quantity, max(current, ZERO) + self.refunded[id])
        return quantity


def shipped(order: Source) -> Literal["", "partly", "wholly"]:
    """How much of what ships the shop counts as fulfilled, by whomever."""
    moves = Moves(order)
    lines = [line for line in order.parts("line_items") if is_goods(line) and line.data.get("requires_shipping", True)]
    if not any(moves.has_left(line) for line in lines):
        return ""
    return "wholly" if all(moves.is_done(line) for line in lines) else "partly"


def is_goods(line: Source) -> bool:
    """Whether a line is something to ship or stock, not a tip, gift card or service that only costs."""
    if line.has("tip") or line.see_flag("gift_card"):
        return False
    return line.has("sku") or line.data.get("requires_shipping") is not False


def goods(line: Source, till: Till, moves: Moves, applications: list[Source]) -> SalesOrderLine | None:
    """Takes one line. None where nothing of it is left, or where it can't be understood (a fatal problem says why)."""
    id = line.see_text("id")
    if not id:
        line.unfit("id", "is missing, so the line can't be named", fatal=True)
        return None
    quantity = _quantity(line)
    price = _price(line, till)
    if quantity is None or price is None or not _has_item(line):
        return None
    ordered = moves.ordered(line, id, quantity)
    if not ordered:
        return None
    if ordered == quantity:
        line.data.pop("quantity")
    till.take(line, "price")
    line.data.pop("id")
    return SalesOrderLine(
        id=id,
        item=line.take_text("sku"),
        quantity=Quantity(ordered),
        price=Price(till.money(price), source="channel"),
        description=line.take_first("name", "title"),
        components=_components(line),
        discounts=discounts(line, till, applications),
        taxes=till.taxes(line),
        requested_on=requested_on(line),
        ext=_own_words(line),
    )


def cost(line: Source, till: Till) -> Charge | None:
    """A tip, gift card or service as a charge. The line itself stays in `ext` whole."""
    quantity = _quantity(line)
    price = _price(line, till)
    if quantity is None or price is None:
        return None
    off = sum((till.see(share, "amount") or ZERO for share in line.parts("discount_allocations")), ZERO)
    amount = price * quantity - (off or till.see(line, "total_discount") or ZERO)
    kind = "tip" if line.has("tip") else "gift card" if line.see_flag("gift_card") else ""
    title = line.see_text("title") or line.see_text("name")
    text = f"{kind}: {title}" if kind and title else kind or title
    return Charge("deposit" if kind == "gift card" else "other", till.money(amount), text)


def duties(line: Source, till: Till) -> tuple[tuple[Charge, ...], tuple[TaxLine, ...]]:
    """Import duties of a line, as charges of the order with their taxes."""
    charges: list[Charge] = []
    taxes: list[TaxLine] = []
    for duty in line.parts("duties"):
        side = duty.part("presentment_money" if till.presentment else "shop_money")
        priced = duty.has("price") or duty.has("price_set")
        amount = till.see(duty, "price") if priced else side.see_decimal("amount")
        if amount:
            if priced:
                till.take(duty, "price")
            else:
                side.take_decimal("amount")
            code = duty.take_text("harmonized_system_code")
            charges.append(Charge("other", till.money(amount), f"duty {code}".strip()))
        taxes.extend(till.taxes(duty))
    return tuple(charges), tuple(taxes)


def discounts(line: Source, till: Till, applications: list[Source]) -> tuple[Discount, ...]:
    """Takes what allocations say; a line without any falls back to `total_discount`."""
    found = []
    for share in line.parts("discount_allocations"):
        amount = till.see(share, "amount")
        if amount:
            till.take(share, "amount")
            found.append(Discount(till.money(amount), *_named(share, applications)))
    if not found and (amount := till.see(line, "total_discount")):
        till.take(line, "total_discount")
        found.append(Discount(till.money(amount)))
    return tuple(found)


def _named(share: Source, applications: list[Source]) -> tuple[str, str]:
    """Reason and code of a discount, by its place in the order's `discount_applications`."""
    index = share.see_decimal("discount_application_index")
    if index is None or index != int(index) or not 0 <= index < len(applications):
        return "", ""
    application = applications[int(index)]
    reason = application.see_text("title") or application.see_text("description") or application.see_text("type")
    return reason, application.see_text("code")


def _quantity(line: Source) -> Decimal | None:
    if "quantity" not in line.data:
        line.unfit("quantity", "is missing", fatal=True)
        return None
    quantity = line.see_decimal("quantity", fatal=True)
    if quantity is None:
        return None
    if quantity < 0 or quantity > MOST or quantity != quantity.to_integral_value():
        line.unfit("quantity", f"must be a whole number from 0 to {MOST}, is {quantity}", fatal=True)
        return None
    return quantity


def _price(line: Source, till: Till) -> Decimal | None:
    price = till.see(line, "price", fatal=True)
    if price is None:
        line.unfit("price", f"is missing in {till.currency}", fatal=True)
    elif price < 0:
        line.unfit("price", f"must not be negative, is {price}", fatal=True)
        return None
    return price


def _has_item(line: Source) -> bool:
    if not line.see_text("sku"):
        line.unfit("sku", "is missing, so nobody knows which item to ship", fatal=True)
        return False
    return True


def _components(line: Source) -> tuple[Component, ...]:
    """A bundle that names its parts: `components` of `sku` and `quantity` per bundle. Else the item's owner knows."""
    parts = []
    for part in line.parts("components"):
        sku = part.take_text("sku")
        per_kit = part.take_decimal("quantity") if part.has("quantity") else ONE
        if not sku or per_kit is None or per_kit <= 0:
            part.unfit("sku", "a component needs a sku and a quantity above 0", fatal=True)
            continue
        parts.append(Component(sku, per_kit))
    return tuple(parts)


def _own_words(line: Source) -> dict[str, object]:
    if not line.has("properties"):
        return {}
    return {"shopify": {"properties": plain(line.data.pop("properties"))}}


def _units(line: Source) -> int:
    units = line.see_decimal("quantity")
    return int(units) if units is not None and 0 <= units <= MOST else 0
