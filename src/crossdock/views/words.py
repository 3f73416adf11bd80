"""Events, numbers and times in words: one short sentence each, as customer service would say it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from crossdock.model import events as e
from crossdock.model.orders import PromiseLine
from crossdock.model.quantities import Money


def spaced(name: str) -> str:
    """`ReleaseFulfillment` as `release fulfillment`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


_OURS = ("order_to_cash", "fulfillment", "journal", "clock")
_SCHEMES = {"customer_po": "customer PO", "sscc": "SSCC"}


def who(source: str) -> str:
    """Who said it: a system or a program's key by its name; what our processes and ledgers say is Crossdock's."""
    if source in _OURS:
        return "Crossdock"
    return f"{source.removeprefix('api:')} (API)" if source.startswith("api:") else source


def identifier(scheme: str, value: str) -> str:
    """`tracking 1Z99`, `customer PO 77`."""
    return f"{_SCHEMES.get(scheme, scheme.replace('_', ' '))} {value}"


def phase(name: str) -> str:
    """`partly_shipped` as `partly shipped`."""
    return name.replace("_", " ")


def number(value: Decimal) -> str:
    """A quantity without idle zeros or exponents: `12`, `0.5`."""
    return f"{value.normalize():f}" if value else "0"


def count(amount: int, thing: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{amount:,} {thing}" + ("" if amount == 1 else "s")


def money(value: Money) -> str:
    """`1,234.50 USD`, to the currency's smallest unit."""
    return f"{value.rounded().amount:,f} {value.currency}"


def moment(at: datetime) -> str:
    """`2026-03-02 09:05:07 UTC`: the zone always stands with the time."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def clock(at: datetime) -> str:
    """`09:05:07 UTC`, where the day stands beside it."""
    return f"{at.astimezone(UTC):%H:%M:%S} UTC"


def promise(line: PromiseLine) -> str:
    """`4 from east by 2026-03-04 (America/New_York)`, or that there is no date yet."""
    where = f" from {line.node}" if line.node else ""
    if line.date is None:
        return f"{number(line.quantity)}{where}, no date yet"
    zone = f" ({line.time_zone})" if line.time_zone else ""
    return f"{number(line.quantity)}{where} by {line.date}{zone}"


def lines(quantities: Mapping[str, Decimal]) -> str:
    """`line 1: 3, line 2: 5`; nothing named means all."""
    return ", ".join(f"line {line}: {number(quantity)}" for line, quantity in quantities.items()) or "all of it"


def sentence(event: e.Event) -> str:
    """What happened, in a sentence."""
    for group in (_customer, _erp, _warehouse, _ours, _fulfillment):
        if said := group(event):
            return said
    return spaced(type(event).__name__)


def _customer(event: e.Event) -> str:
    match event:
        case e.OrderPlaced(order, entered_in):
            by = order.parties.sold_to.name or order.parties.sold_to.number or order.parties.sold_to.email or "a guest"
            where = f"in {entered_in}" if entered_in else f"on {order.channel}"
            return f"{by} ordered {count(len(order.lines), 'line')} as {order.number} {where}, {money(order.gross)}"
        case e.OrderChanged(order):
            return f"the order was changed, now {count(len(order.lines), 'line')}, {money(order.gross)}"
        case e.CancellationRequested(_, reason, wanted):
            return f"cancellation asked for: {lines(wanted)}" + (f" ({reason})" if reason else "")
        case e.PaymentReceived(_, payment):
            what = {"authorization": "authorised", "capture": "captured", "payment": "paid", "refund": "refunded"}
            return f"{money(payment.amount)} {what[payment.kind]} ({payment.reference})"
        case e.PaymentFailed(_, reference, reason):
            return f"payment {reference} failed" + (f": {reason}" if reason else "")
        case e.RefundRequested(_, reference, amount, reason):
            return f"refund {reference} of {money(amount)}" + (f": {reason}" if reason else "")
        case e.PersonalDataRequested(_, kind, customer):
            return f"customer {customer} asked to {'see' if kind == 'export' else 'erase'} their personal data"
        case e.HoldPlaced(_, hold, by, reason):
            return f"{by} put it on hold ({hold})" + (f": {reason}" if reason else "")
        case e.HoldReleased(_, hold, by, reason):
            return f"{by} lifted the hold ({hold})" + (f": {reason}" if reason else "")
        case e.ActionTaken(cause, action, by, reason):
            return f"{by} chose {action.replace('_', ' ')} for {cause}" + (f": {reason}" if reason else "")
    return ""


def _erp(event: e.Event) -> str:
    match event:
        case e.OrderQuoted(_, customer, quotes, problem):
            if problem:
                return f"can't price it: {problem}"
            problems = "; ".join(f"line {quote.line}: {quote.problem}" for quote in quotes if quote.problem)
            priced = sum(1 for quote in quotes if quote.price is not None)
            return f"knows customer {customer} and prices {count(priced, 'line')}" + (
                f"; {problems}" if problems else ""
            )
        case e.CreditPositionRead(_, position):
            limit = f", limit {money(position.limit)}" if position.limit else ", no limit"
            return f"credit position read: owes {money(position.receivables)}{limit}"
        case e.SaleCreated(_, number):
            return f"entered as sale {number}"
        case e.SaleChanged(_, revision):
            return f"sale brought to revision {revision}"
        case e.SaleCancelled():
            return "cancelled the sale"
        case e.ShipmentPosted(_, shipment, document):
            return f"shipment {shipment} booked out" + (f" as {document}" if document else "")
        case e.InvoicePosted(_, _, invoice):
            return f"invoice {invoice.number} posted, {money(invoice.total)}"
        case e.PaymentRegistered(_, reference):
            return f"payment {reference} booked"
        case e.CreditNotePosted(_, _, note):
            return f"credit note {note.number} posted, {money(note.total)}"
        case e.PaymentCaptured(_, payment):
            return f"{money(payment.amount)} captured ({payment.reference})"
        case e.ChannelInformed(_, about, reference):
            return f"was told of the {about}" + (f" {reference}" if reference else "")
        case e.CommandRefused(command, _, system, reason):
            return f"{system} refused to {spaced(command)}: {reason}"
        case e.CommandAbandoned(command, _, system, reason):
            return f"{spaced(command)} in {system} can't go on: {reason}"
    return ""


def _warehouse(event: e.Event) -> str:
    match event:
        case e.NodeAccepted(node, _, number):
            return f"{node} took it on" + (f" as {number}" if number else "")
        case e.NodeRefused(node, _, reason):
            return f"{node} refused it" + (f": {reason}" if reason else "")
        case e.GoodsPicked(node, _, _, short):
            return f"picked at {node}" + (f", short {lines(short)}" if short else "")
        case e.GoodsPacked(node, _, packages):
            return f"packed at {node} in {count(len(packages), 'package')}"
        case e.GoodsShipped(node, _, shipment):
            return f"shipment {shipment.number} reported by {node}"
        case e.DockDeparted(node, shipment):
            return f"shipment {shipment} left the dock of {node}"
        case e.NodeCancelled(node):
            return f"{node} stopped it"
        case e.NodeCancellationRefused(node, _, reason):
            return f"{node} can't stop it any more" + (f": {reason}" if reason else "")
        case e.LabelBought(_, _, tracking, carrier):
            return f"label bought from {carrier}: {tracking}"
        case e.TrackingReported(tracking):
            guess = " (estimate)" if tracking.estimated else ""
            place = f", {tracking.place}" if tracking.place else ""
            return f"{tracking.tracking} {tracking.milestone.replace('_', ' ').lower()}{place}{guess}"
    return ""


def _ours(event: e.Event) -> str:
    match event:
        case e.StockReserved(_, allocations, short):
            held = ", ".join(f"{number(each.quantity)} {each.item} at {each.node}" for each in allocations)
            return f"stock held: {held or 'none'}" + (f"; short {lines(short)}" if short else "")
        case e.CreditGranted(_, exposure):
            return f"credit granted, exposure {money(exposure)}"
        case e.CreditDenied(_, exposure, limit):
            return f"credit denied: exposure {money(exposure)} passes the limit of {money(limit)}"
        case e.StockBecameAvailable(item, node):
            return f"{item} came in at {node}"
        case e.StockMoved(node, item, quantity, reason):
            return f"{number(quantity)} {item} moved at {node} ({reason})"
        case e.StockCounted(node, item, on_hand):
            return f"{number(on_hand)} {item} counted at {node}"
        case e.ReservationLost(_, line, node, item, quantity):
            return f"{number(quantity)} {item} held for line {line} at {node} are gone"
        case e.OrderPromised(_, promises):
            dates = sorted({str(promise.date) for promise in promises if promise.date})
            return f"promised for {', '.join(dates)}" if dates else "promised without a date"
        case e.FulfillmentRequested(fulfillment):
            return f"released to {fulfillment.node} as {fulfillment.number}"
        case e.OrderRejected(_, reason):
            return f"rejected: {reason}"
        case e.OrderCancelled(_, reason):
            return "cancelled" + (f": {reason}" if reason else "")
        case e.OrderClosed():
            return "closed: all is shipped and billed"
        case e.ChangeRefused(_, what, reason):
            return f"{what} refused: {reason}"
        case e.AlarmRang(alarm):
            return f"time is up ({alarm.replace('_', ' ')})"
        case e.DocumentReceived(system, topic, summary):
            return f"{system} sent {topic}: {summary}"
    return ""


def _fulfillment(event: e.Event) -> str:
    match event:
        case e.FulfillmentAccepted(_, _, node_number):
            return "the node accepted it" + (f" as {node_number}" if node_number else "")
        case e.FulfillmentRefused(_, _, node, quantities, reason):
            return f"{node} refused {lines(quantities)}" + (f": {reason}" if reason else "")
        case e.FulfillmentShipped(_, _, shipment):
            numbers = ", ".join(shipment.tracking_numbers())
            return f"shipped from {shipment.node} as {shipment.number}" + (f", tracking {numbers}" if numbers else "")
        case e.FulfillmentShort(_, _, node, short):
            return f"{node} was short: {lines(short)}"
        case e.FulfillmentCancellationRequested(_, _, quantities, reason):
            return f"asked back from the node: {lines(quantities)}" + (f" ({reason})" if reason else "")
        case e.FulfillmentCancelled(_, _, node, quantities):
            return f"{node} gave back {lines(quantities)}"
        case e.FulfillmentCancellationRefused(_, _, quantities, reason):
            return f"too late to stop {lines(quantities)}" + (f": {reason}" if reason else "")
        case e.FulfillmentAddressChanged(_, _, address):
            return f"the node was sent a new address in {address.city or address.country or 'another place'}"
        case e.FulfillmentAddressRefused(_, _, reason):
            return "too late for a new address" + (f": {reason}" if reason else "")
        case e.FulfillmentDelivered():
            return "all of it was delivered"
    return ""
