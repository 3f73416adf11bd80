"""An order comes in: from a channel, or entered in the ERP."""

from crossdock.model.base import change
from crossdock.model.events import OrderPlaced, OrderRejected
from crossdock.model.identifiers import Identifier
from crossdock.model.orders import SalesOrder
from crossdock.processes.decision import Identify
from crossdock.processes.order_to_cash import cancelling, payments
from crossdock.processes.order_to_cash.lines import started
from crossdock.processes.order_to_cash.state import Notice
from crossdock.processes.order_to_cash.step import Step
from crossdock.processes.order_to_cash.validation import problems


def placed(step: Step, event: OrderPlaced) -> None:
    """Begin with an order. Orders entered in the ERP are priced and credited there already."""
    order = event.order
    identifiers = _identifiers(order)
    step.set(stage="open", order=order, revision=order.revision, changed_at=order.changed_at)
    step.do(*(Identify(each) for each in identifiers))
    wrong = problems(order)
    if wrong:
        _impossible(step, "; ".join(wrong))
        return
    step.put_lines(started(line) for line in order.lines)
    if event.entered_in:
        customer = order.parties.sold_to.number
        step.set(entered_in=event.entered_in, quoted=True, customer=customer, sale_number=event.sale_number)
        step.put_lines(change(line, in_sale=line.ordered) for line in step.state.lines)
        if event.sale_number:
            step.do(Identify(Identifier("sale", event.sale_number, event.entered_in)))
    elif order.net.amount < step.channel.minimum:
        net, least = order.net.amount, step.channel.minimum
        cancelling.reject(step, f"the order of {net:f} {order.currency} is below the minimum of {least:f}")
        return
    for payment in order.payments:
        payments.record(step, payment)


def _identifiers(order: SalesOrder) -> list[Identifier]:
    found = [Identifier("order", order.number, order.channel)]
    if order.customer_po:
        found.append(Identifier("customer_po", order.customer_po, order.parties.sold_to.number))
    return list(dict.fromkeys((*found, *order.identifiers)))


def _impossible(step: Step, reason: str) -> None:
    """An order that nobody could reckon with is rejected before anything follows from it."""
    step.set(stage="rejected", reason=reason)
    step.do(OrderRejected(step.state.key, reason))
    if step.channel.system:
        cancelling.notify(step, "tell", Notice(reason))
    else:
        step.ask("impossible", reason, "sales", ("dismiss",))
