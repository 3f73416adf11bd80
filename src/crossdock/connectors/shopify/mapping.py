"""Shopify's order to ours and back to nothing lost: what has no field of ours goes to `ext.shopify`.

Shape: the REST Admin API's Order, which is also the body of order webhooks. Amounts are Decimal, in the shop's currency
or in the customer's (setting `money`). Empty values (null, "", [], {}) carry nothing and are left out of `ext`.
A value that can't be read is named as a problem and stays in `ext`; where the order would mean something else without
it (its id, currency or lines; a line's id, item, quantity or price) there is no order.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

from crossdock.connectors.shopify import lines, payments
from crossdock.connectors.shopify.money import Till
from crossdock.connectors.shopify.parties import parties
from crossdock.connectors.shopify.policies import delivery
from crossdock.connectors.shopify.settings import NOTE_MARK, Settings
from crossdock.connectors.shopify.source import Problems, Source, zone_of
from crossdock.model.base import Value
from crossdock.model.identifiers import Identifier
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.prices import Charge, Discount, TaxLine
from crossdock.model.quantities import ZERO


class Reading(Value, frozen=True):
    """The order; or why there is none without a problem: its lines were all removed, or it never had goods."""

    order: SalesOrder | None
    empty_because: Literal["", "removed", "no goods"] = ""


class _Contents:
    """Lines and what is charged beside them, as they are read."""

    def __init__(self) -> None:
        self.lines: list[SalesOrderLine] = []
        self.charges: list[Charge] = []
        self.taxes: list[TaxLine] = []
        self.kept: list[dict[str, object]] = []
        self.empty_because: Literal["removed", "no goods"] = "no goods"

    def keep(self, rest: dict[str, object]) -> None:
        """What of a line has no field of ours; a line's id alone says nothing more."""
        if rest.keys() - {"id"}:
            self.kept.append(rest)


def read_order(body: dict[str, Any], settings: Settings, problems: Problems, received_at: datetime) -> Reading:
    """Consumes `body`. No order where a problem is fatal, or where nothing is to be delivered."""
    order = Source(body, problems)
    id = order_id(order)
    till = Till(order, settings)
    placed = order.take_instant("created_at") or received_at
    changed = order.take_instant("updated_at")
    paid = payments.payments(order, till, id, placed, changed or placed, settings.authorization_valid)
    terms, wishes = payments.terms(order), delivery(order)
    buyers = parties(order, settings.channel)
    contents = _contents(order, till)
    freight, freight_taxes, freight_off = _freight(order, till)
    discounts = _order_discounts(order, till, contents, freight_off)
    taxes = (*contents.taxes, *freight_taxes)
    if not taxes and not any(line.taxes for line in contents.lines):
        taxes = till.taxes(order)
    total = till.take(order, "total_price")
    if problems.fatal:
        return Reading(None)
    if not contents.lines:
        return Reading(None, contents.empty_because)
    number = order.take_text("name") or order.take_text("order_number") or id
    order.data.pop("id")
    customer_po = order.take_text("po_number")
    return Reading(
        SalesOrder(
            key=settings.key(id),
            number=number,
            channel=settings.channel,
            placed_at=placed.astimezone(UTC),
            currency=till.currency,
            parties=buyers,
            lines=tuple(contents.lines),
            terms=terms,
            delivery=wishes,
            charges=(*freight, *contents.charges),
            discounts=discounts,
            taxes=taxes,
            total=None if total is None else till.money(total),
            payments=paid,
            changed_at=changed.astimezone(UTC) if changed else None,
            placed_zone=zone_of(placed),
            legal_entity=settings.legal_entity,
            customer_po=customer_po,
            customer_note=_note(order),
            identifiers=identifiers(number, id, customer_po, settings.channel),
            ext=_ext(order, contents.kept),
        )
    )


def order_id(order: Source) -> str:
    """The order's immutable id. Fatal where there is none."""
    id = order.see_text("id")
    if not id or "/" in id or len(id) > 64:
        order.unfit("id", "is missing or no id, so the order can't be named", fatal=True)
    return id


def identifiers(number: str, id: str, customer_po: str, channel: str) -> tuple[Identifier, ...]:
    """The numbers that a person may hold of this order."""
    found = [Identifier("order", number, channel)]
    if id != number:
        found.append(Identifier("external", id, channel))
    if customer_po:
        found.append(Identifier("customer_po", customer_po, channel))
    return tuple(found)


def _contents(order: Source, till: Till) -> _Contents:
    """Takes `line_items` out of the order."""
    found = _Contents()
    moves = lines.Moves(order)
    applications = order.parts("discount_applications")
    items = order.parts("line_items")
    if not items:
        order.unfit("line_items", "are missing, so nothing is ordered", fatal=True)
    for item in items:
        charges, taxes = lines.duties(item, till)
        found.charges.extend(charges)
        found.taxes.extend(taxes)
        if lines.is_goods(item):
            line = lines.goods(item, till, moves, applications)
            if line is not None:
                found.lines.append(line)
                found.keep({"id": line.id, **item.rest()})
                continue
            found.empty_because = "removed"
        else:
            charge = lines.cost(item, till)
            found.charges.extend([charge] if charge else [])
            found.taxes.extend(till.taxes(item))
        found.keep(item.rest())
    ids = [line.id for line in found.lines]
    if len(set(ids)) != len(ids):
        order.unfit("line_items", "two lines have the same id, so they can't be told apart", fatal=True)
    if items:
        order.data.pop("line_items")
    tip = None if any(item.has("tip") for item in items) else till.see(order, "total_tip_received")
    if tip:
        till.take(order, "total_tip_received")
        found.charges.append(Charge("other", till.money(tip), "tip"))
    return found


def _freight(order: Source, till: Till) -> tuple[tuple[Charge, ...], tuple[TaxLine, ...], Decimal]:
    """One charge for each shipping line that costs something, less what is taken off it; and what was taken off."""
    charges: list[Charge] = []
    taxes: list[TaxLine] = []
    all_off = ZERO
    for line in order.parts("shipping_lines"):
        if line.see_flag("is_removed"):
            continue
        price = till.see(line, "price") or ZERO
        off = sum((till.see(share, "amount") or ZERO for share in line.parts("discount_allocations")), ZERO)
        reduced = till.see(line, "discounted_price")
        if not off and reduced is not None:
            off = price - reduced
        if price != off:
            if not off:
                till.take(line, "price")
            charges.append(Charge("freight", till.money(price - off), line.take_text("title")))
        taxes.extend(till.taxes(line))
        all_off += off
    return tuple(charges), tuple(taxes), all_off


def _order_discounts(order: Source, till: Till, contents: _Contents, freight_off: Decimal) -> tuple[Discount, ...]:
    """An order's own discount, where no line says its share of it."""
    amount = till.see(order, "total_discounts")
    if not amount or any(line.discounts for line in contents.lines) or amount <= freight_off:
        return ()
    if not freight_off:
        till.take(order, "total_discounts")
    codes = order.parts("discount_codes")
    code = codes[0].see_text("code") if codes else ""
    return (Discount(till.money(amount - freight_off), code=code),)


def _note(order: Source) -> str:
    """What the customer or merchant wrote, without the lines that we added."""
    note = order.see_text("note")
    if NOTE_MARK not in note:
        return order.take_text("note")
    return "\n".join(line for line in note.splitlines() if NOTE_MARK not in line).strip()


def _ext(order: Source, kept: list[dict[str, object]]) -> dict[str, dict[str, object]]:
    rest = order.rest()
    if kept:
        rest["line_items"] = kept
    return {"shopify": rest} if rest else {}
