"""810 invoice, out: a posted bill with the buyer's own numbers, in the unit and at the price ordered."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crossdock.mapping.problems import Mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.outbound import (
    Body,
    Outgoing,
    cents,
    day,
    in_ordered_unit,
    item_pairs,
    local,
    number,
    order_date,
    release_of,
)
from crossdock.model.invoices import Invoice, InvoiceLine
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.prices import Charge
from crossdock.model.quantities import ONE, ZERO, Money
from crossdock.model.shipments import Shipment

CHARGE_CODES = {"freight": "D240", "handling": "D500", "deposit": "C930", "other": "H000"}


def write_invoice(
    invoice: Invoice, order: SalesOrder, profile: Profile, shipment: Shipment | None = None
) -> Mapped[Body]:
    """The 810 of an invoice. Its total must be its lines, charges and taxes; what it is less is told as allowance."""
    out = Outgoing(profile)
    if invoice.on is None or not invoice.number:
        out.wrong("BIG", f"the invoice of order {order.number} is not posted: it has no number or date")
        return out.done()
    po = order.customer_po or order.number
    kind = "DI" if invoice.total.amount >= ZERO else "CR"
    out.add("BIG", day(invoice.on), invoice.number[:22], order_date(order), po, release_of(order), "", kind)
    if invoice.total.currency != "USD":
        out.add("CUR", "SE", invoice.total.currency)
    if shipment is not None and shipment.number:
        out.add("REF", "BM", shipment.number[:30])
    if shipment is not None and shipment.tracking_numbers():
        out.add("REF", "CN", shipment.tracking_numbers()[0][:30])
    out.ours("RI")
    out.party("BT", order.parties.billed)
    out.party("ST", order.parties.shipped)
    _terms(out, order, invoice.on, invoice.due)
    if shipment is not None and shipment.shipped_at is not None:
        out.add("DTM", "011", day(local(shipment.shipped_at, profile.time_zone).date()))
    lines = {line.id: line for line in order.lines}
    goods = Money(ZERO, invoice.total.currency)
    for billed in invoice.lines:
        goods = goods + billed.amount
        _line(out, billed, lines.get(billed.line))
    out.add("TDS", cents(invoice.total))
    if shipment is not None and shipment.carrier:
        out.add("CAD", "", "", "", shipment.carrier[:4] if len(shipment.carrier) <= 4 else "", shipment.carrier[:35])
    _rest(out, invoice, order, goods)
    out.add("CTT", str(len(invoice.lines)))
    return out.done()


def _terms(out: Outgoing, order: SalesOrder, on: date, due: date | None) -> None:
    """ITD: what was agreed, with the date due."""
    days = order.terms.net_days or ((due - on).days if due else 0)
    if days or order.terms.name or due:
        net_date = day(due) if due else ""
        out.add(
            *("ITD", "05", "3", "", "", "", net_date, str(max(days, 0)) if days else ""),
            *("", "", "", "", order.terms.name[:80]),
        )


def _line(out: Outgoing, billed: InvoiceLine, ordered: SalesOrderLine | None) -> None:
    """IT1 in the unit ordered; the difference of quantity times price to the amount goes into a line allowance."""
    where = f"IT1*{billed.line}"
    if ordered is None:
        out.wrong(where, "the line is none of the order's")
        return
    quantity, unit_billed, pack = in_ordered_unit(billed.quantity, ordered, out.profile.default_unit)
    unit_price, per, basis = round(billed.unit_price.amount * pack, 4), ONE, ""
    agreed = ordered.price
    if round(agreed.amount.amount / agreed.per, 4) == unit_price:
        unit_price, per = agreed.amount.amount, agreed.per
        basis = str(ordered.ext.get("x12", {}).get("basis", ""))
    unit = out.unit(unit_billed, where)
    out.add(
        *("IT1", billed.line[:20], number(quantity), unit, number(unit_price), basis),
        *item_pairs(ordered, out.profile),
    )
    if ordered.description:
        out.add("PID", "F", "", "", "", ordered.description[:80])
    extended = Money(quantity * unit_price / per, billed.amount.currency).rounded()
    _difference(out, billed.amount.rounded() - extended, "of the line")


def _rest(out: Outgoing, invoice: Invoice, order: SalesOrder, goods: Money) -> None:
    """Charges, and what is left between lines, charges and total: tax on top, or an allowance."""
    total = goods
    for charge in invoice.charges:
        _charge(out, charge)
        total = total + charge.amount
    left = invoice.total.rounded() - total.rounded()
    if left.amount > ZERO and order.tax.amount > ZERO:
        out.add("SAC", "C", "H850", "", "", cents(left), "", "", "", "", "", "", "", "", "", "Tax")
    else:
        _difference(out, left, "of the invoice")


def _charge(out: Outgoing, charge: Charge) -> None:
    code = next((c for c, kind in out.profile.charges.items() if kind == charge.kind), CHARGE_CODES[charge.kind])
    text = charge.description or charge.kind.capitalize()
    out.add("SAC", "C", code, "", "", cents(charge.amount), "", "", "", "", "", "", "", "", "", text[:80])


def _difference(out: Outgoing, left: Money, what: str) -> None:
    if left.amount == Decimal(0):
        return
    kind, code = ("A", "C310") if left.amount < ZERO else ("C", "H000")
    positive = left if left.amount > ZERO else left * -1
    name = "Discount" if kind == "A" else "Charge"
    out.add("SAC", kind, code, "", "", cents(positive), "", "", "", "", "", "", "", "", "", f"{name} {what}")
