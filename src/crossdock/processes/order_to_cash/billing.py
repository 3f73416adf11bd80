"""Bills by the customer's policy: at each shipment, once all is shipped, or in advance. Each unit once, freight once.

Over-shipped units within tolerance are billed to customers on account, at the line's price; who paid or authorised a
fixed amount is billed what was ordered.
"""

from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.commands import PostInvoice
from crossdock.model.events import InvoicePosted
from crossdock.model.identifiers import Identifier
from crossdock.model.invoices import Invoice, InvoiceLine
from crossdock.model.orders import SalesOrderLine
from crossdock.model.quantities import ZERO, Money
from crossdock.processes.decision import Identify
from crossdock.processes.order_to_cash import payments
from crossdock.processes.order_to_cash.state import Bill, Line
from crossdock.processes.order_to_cash.step import Step
from crossdock.processes.order_to_cash.worth import worth


def target(step: Step, line: Line) -> Decimal:
    """How many units of a line should be on bills once all is done as it stands."""
    shipped = line.shipped + line.over if step.on_account else line.shipped
    return max(shipped, line.live) if step.policy == "prepaid" else shipped


def bill(step: Step) -> None:
    """Bill what is to be billed by now and is not."""
    state = step.state
    if not state.sale_number or not any(line.shipped or step.policy == "prepaid" for line in state.lines):
        return
    if not _is_time(step):
        return
    units = {}
    for line in state.lines:
        more = target(step, line) - line.billed
        if more > 0:
            units[line.id] = more
    if units:
        _post(step, units)


def _is_time(step: Step) -> bool:
    state = step.state
    match step.policy:
        case "per_shipment":
            return True
        case "complete":
            return not any(line.unshipped for line in state.lines)
        case "prepaid":
            shipped = any(line.shipped for line in state.lines)
            return shipped or (state.stage == "open" and not state.holds and payments.covers(step))


def _post(step: Step, units: dict[str, Decimal]) -> None:
    state, order = step.state, step.order
    first = not state.bills
    before = {line.id: line.billed for line in state.lines}
    after = {line.id: line.billed + units.get(line.id, ZERO) for line in state.lines}
    amount = worth(order, after) - (ZERO if first else worth(order, before))
    step.put_lines(change(line, billed=after[line.id]) for line in state.lines)
    told = {number for each in state.bills for number in each.shipments}
    shipments = tuple(n for share in state.shares for n in share.shipments if n not in told)
    values = {line: worth(order, {line: quantity}, charges=False) for line, quantity in units.items()}
    new = Bill(len(state.bills) + 1, units, values, amount, first, shipments)
    step.set(bills=(*state.bills, new))
    step.issue(f"bill:{new.n}", command(step, new))


def command(step: Step, bill: Bill) -> PostInvoice:
    """A bill as a command, the same each time it is made."""
    state, order = step.state, step.order
    before = dict.fromkeys(bill.lines, ZERO)
    for earlier in state.bills[: bill.n - 1]:
        for line, quantity in earlier.lines.items():
            if line in before:
                before[line] += quantity
    documents = {line.id: line for line in order.lines}
    lines = tuple(
        _line(documents[line], before[line], quantity) for line, quantity in bill.lines.items() if line in documents
    )
    charges = order.charges if bill.freight else ()
    invoice = Invoice("", state.key, lines, Money(bill.amount, order.currency), charges)
    return PostInvoice(state.key, state.sale_number, state.customer, bill.n, invoice, bill.shipments)


def _line(line: SalesOrderLine, before: Decimal, quantity: Decimal) -> InvoiceLine:
    """So many more units of a line; amounts are differences of totals, so that all bills add up to the line."""
    net, base = line.net, line.quantity.base
    price = Money(line.price.amount.amount / line.price.per / line.quantity.pack, net.currency)
    amount = (net * ((before + quantity) / base)).rounded() - (net * (before / base)).rounded()
    return InvoiceLine(line.id, line.item, quantity, price, amount)


def posted(step: Step, event: InvoicePosted) -> None:
    """The ERP's number and total of a bill."""
    step.resolve(f"bill:{event.bill}")
    total = event.invoice.total
    amount = total.amount if total.currency == step.order.currency and total.amount.is_finite() else None
    if not 0 < event.bill <= len(step.state.bills):
        reason = f"the ERP posted invoice {event.invoice.number} as bill {event.bill}, which was not asked for"
        step.ask(f"unknown_bill:{event.bill}", reason, "finance", ("done_by_hand", "dismiss"))
        return
    each = step.state.bills[event.bill - 1]
    if not each.number and event.invoice.number:
        numbered(step, each, event.invoice.number, amount)


def numbered(step: Step, each: Bill, number: str, total: Decimal | None) -> None:
    new = change(each, number=number, total=total)
    step.set(bills=tuple(new if other.n == each.n else other for other in step.state.bills))
    step.do(Identify(Identifier("invoice", number, step.rules.erp)))
