"""940 warehouse shipping order, out: one fulfillment for a 3PL to pick, pack and ship; and its cancellation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crossdock.mapping.problems import Mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.outbound import Body, Outgoing, day, number
from crossdock.model.orders import SalesOrder
from crossdock.model.parties import Party
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import FulfillmentLine, FulfillmentOrder


def write_warehouse_order(
    fulfillment: FulfillmentOrder,
    profile: Profile,
    on: date,
    order: SalesOrder | None = None,
    *,
    cancel: bool = False,
) -> Mapped[Body]:
    """The 940 of a fulfillment: W0502 is our number, that the 945 repeats; N9*LI the order line of each item.

    A kit goes out as its components, under the kit's line. `order` adds the buyer's PO, dates and notes.
    """
    out = Outgoing(profile)
    po = order.customer_po if order else ""
    out.add("W05", "F" if cancel else "N", fulfillment.number[:22], po[:22])
    out.party("ST", fulfillment.ship_to)
    out.ours("DE")
    out.party("WH", Party(fulfillment.node))
    out.add("N9", "CO", fulfillment.order_number[:30])
    delivery = order.delivery if order else None
    if delivery and delivery.not_after:
        out.add("G62", "02" if cancel else "54", day(delivery.not_after))
    out.add("G62", "10", day(max(on, delivery.not_before) if delivery and delivery.not_before else on))
    for note in (order.customer_note.splitlines() if order else [])[:5]:
        out.add("NTE", "WHI", note[:80])
    if fulfillment.service:
        out.add("W66", "PP", "M", "", "", fulfillment.service[:35])
    total, count = ZERO, 0
    for line in fulfillment.lines:
        for item, quantity in _parts(line):
            count += 1
            total += quantity
            _line(out, count, line.line, item, quantity)
    if not count:
        out.wrong("LX", f"fulfillment {fulfillment.number} has no lines")
    out.add("W76", number(total))
    return out.done()


def _parts(line: FulfillmentLine) -> list[tuple[str, Decimal]]:
    if not line.components:
        return [(line.item, line.quantity)]
    return [(part.item, part.per_kit * line.quantity) for part in line.components]


def _line(out: Outgoing, count: int, line: str, item: str, quantity: Decimal) -> None:
    unit = out.unit(out.profile.default_unit, f"LX*{count}")
    out.add("LX", str(count))
    out.add("W01", number(quantity), unit, "", out.profile.warehouse_item, item[:48])
    out.add("N9", "LI", line[:30])
