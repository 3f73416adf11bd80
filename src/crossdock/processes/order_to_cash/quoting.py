"""Is the customer known, are the items, and are price and tax the ERP's? Never silently repriced."""

from crossdock.model.base import change
from crossdock.model.commands import QuoteOrder
from crossdock.model.events import OrderQuoted
from crossdock.model.orders import SalesOrder
from crossdock.processes.order_to_cash import cancelling, holds
from crossdock.processes.order_to_cash.step import Step
from crossdock.processes.order_to_cash.validation import price_differences


def ready(step: Step) -> bool:
    """Priced, and no check holds it; else asks the ERP."""
    if not step.state.quoted:
        if not step.under_way("quote"):
            step.issue("quote", QuoteOrder(_as_known(step)))
            step.set(quote_again=False)
        return False
    return holds.checked(step)


def _as_known(step: Step) -> SalesOrder:
    """The order with the channel's customer for guests in place of nobody."""
    order = step.order
    party = order.parties.sold_to
    if not party.guest or not step.channel.guest_customer:
        return order
    known = change(party, number=step.channel.guest_customer)
    return change(order, parties=change(order.parties, sold_to=known))


def quoted(step: Step, event: OrderQuoted) -> None:
    """The ERP's answer: all known and priced within tolerance, or a hold or refusal by the channel's rule."""
    if not step.resolve("quote") or step.state.stage != "open":
        return
    if step.state.quote_again:
        step.set(quote_again=False, quoted=False)
        return
    step.set(quoted=True)
    guest = step.channel.guest_customer if step.order.parties.sold_to.guest else ""
    customer = event.customer or guest
    if event.problem or not customer:
        _unknown(step, "customer", event.problem or "the ERP knows no such customer")
        return
    holds.lift(step, "customer")
    step.set(customer=customer)
    unknown = [f"line {quote.line}: {quote.problem}" for quote in event.lines if quote.problem]
    if unknown:
        _unknown(step, "item", "; ".join(unknown))
        return
    holds.lift(step, "item")
    _take_items(step, event)
    _judge_prices(step, event)
    if event.on_account_allowed or not step.on_account or "terms" in step.state.waived:
        holds.lift(step, "terms")
    elif not step.state.is_over:
        holds.place(step, "terms", f"customer {customer} may not buy on account")


def _unknown(step: Step, what: str, reason: str) -> None:
    if step.channel.unknown == "refuse" and not step.state.shares and not step.state.sale_number:
        cancelling.reject(step, reason)
    else:
        holds.place(step, what, reason)


def _take_items(step: Step, event: OrderQuoted) -> None:
    """What the item's owner says of kits, and of substitutes where the customer allows them."""
    substitution = step.order.delivery.substitution_allowed
    items = {quote.line: quote.item for quote in event.lines if quote.item is not None}
    lines = []
    for line in step.state.lines:
        item = items.get(line.id)
        if item is not None and (item.components or (substitution and item.substitutes)):
            line = change(
                line,
                components=line.components or item.components,
                substitutes=item.substitutes if substitution else (),
            )
        lines.append(line)
    step.put_lines(lines)


def _judge_prices(step: Step, event: OrderQuoted) -> None:
    policy = step.channel.price
    if policy.beyond == "honour" or "price" in step.state.waived:
        holds.lift(step, "price")
        return
    differences = price_differences(step.order, event, policy)
    if not differences:
        holds.lift(step, "price")
        return
    reason = "; ".join(differences)
    if policy.beyond == "refuse" and not step.state.shares and not step.state.sale_number:
        cancelling.reject(step, reason)
    else:
        holds.place(step, "price", reason)
