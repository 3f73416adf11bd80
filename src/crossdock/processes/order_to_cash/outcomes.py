"""Commands that a system refused or that can't go on, and what people decide about them."""

from crossdock.model.commands import Command
from crossdock.model.events import ActionTaken, CommandAbandoned, CommandRefused
from crossdock.model.orders import Payment
from crossdock.processes.decision import abandoned
from crossdock.processes.order_to_cash import (
    billing,
    cancelling,
    credit,
    holds,
    payments,
    refunds,
    sale,
    shipping,
    sourcing,
)
from crossdock.processes.order_to_cash.step import Step, kind_of
from crossdock.processes.order_to_cash.worth import due

NEEDED = frozenset({"quote", "credit", "sale"})
"""What an order can't go on without."""

KINDS: dict[str, tuple[str, str]] = {
    # command: the kind of its token, and who must see to it
    "QuoteOrder": ("quote", "sales"),
    "ReadCreditPosition": ("credit", "finance"),
    "CreateSale": ("sale", "operations"),
    "ChangeSale": ("change", "operations"),
    "CancelSale": ("cancel_sale", "operations"),
    "PostShipment": ("post", "operations"),
    "PostInvoice": ("bill", "finance"),
    "RegisterPayment": ("register", "finance"),
    "PostCreditNote": ("credit", "finance"),
    "CapturePayment": ("capture", "finance"),
    "ConfirmShipment": ("inform", "customer_service"),
    "ConfirmCancellation": ("tell", "customer_service"),
    "RefuseChange": ("refuse", "customer_service"),
}


def _token(step: Step, command: str, ordinal: int) -> str | None:
    """What an outcome is about: the awaited command of that kind and ordinal."""
    if command not in KINDS:
        return None
    for token, issued in step.state.pending.items():
        if issued == ordinal and kind_of(token) == KINDS[command][0]:
            return token
    return None


def refused(step: Step, event: CommandRefused) -> None:
    """A system said no for good. The order goes on where it can; a person decides about the rest."""
    token = _token(step, event.command, event.ordinal)
    cause = f"refused:{event.command}:{event.ordinal}"
    if token is None or cause in step.state.stuck:
        return
    role = KINDS[event.command][1]
    step.set(pending={name: n for name, n in step.state.pending.items() if name != token})
    reason = f"{event.system} refused {event.command}: {event.reason}"
    if token == "credit" or (token == "sale" and event.code == "credit"):
        holds.place(step, "credit", reason)
        return
    step.set(stuck={**step.state.stuck, cause: token})
    step.ask(cause, reason, role)


def abandoned_command(step: Step, event: CommandAbandoned) -> None:
    """The runtime asks a person; here only what it was is kept, for when they say that it is done."""
    token = _token(step, event.command, event.ordinal)
    if token is not None:
        cause = abandoned(event.command, event.ordinal)
        step.set(stuck={**step.state.stuck, cause: token})


def acted(step: Step, event: ActionTaken) -> None:
    """A person decided about an exception of ours."""
    cause = event.exception
    token = step.state.stuck.get(cause)
    if token is not None:
        _about_command(step, event, token)
        return
    if cause not in step.state.asked:
        return
    step.settle(cause)
    name = cause.partition(":")[2]
    match cause.partition(":")[0], event.action:
        case "hold", "done_by_hand":
            if name in step.state.holds:
                holds.let_pass(step, name, event.by)
        case "hold", "retry":
            _check_again(step, name)
        case "late", "retry":
            _send_needed(step)
        case "backorder", "retry":
            step.set(avoid={})
            sourcing.try_again(step)
        case "authorization", "done_by_hand":
            step.set(waived={**step.state.waived, "payment": event.by})


def _check_again(step: Step, hold: str) -> None:
    """Look again at the reason of a hold; the answer lifts or keeps it."""
    if hold not in step.state.holds:
        return
    if hold == "credit":
        credit.read(step)
    elif hold in holds.CHECKED:
        step.set(quoted=False)
    else:
        holds.lift(step, hold)


def _send_needed(step: Step) -> None:
    """What the order can't go on without, and was refused, is asked again."""
    stuck = step.state.stuck
    refusals = [cause for cause, token in stuck.items() if token in NEEDED and cause.startswith("refused:")]
    for cause in refusals:
        step.settle(cause)
    step.set(stuck={cause: token for cause, token in stuck.items() if cause not in refusals})


def _about_command(step: Step, event: ActionTaken, token: str) -> None:
    """Retry issues a refused command again (the runtime itself repeats an abandoned one, under its key);
    done_by_hand goes on as if it had answered, with the number that the person gives; dismiss goes on without,
    where an order can."""
    cause = event.exception
    if event.action == "retry":
        if cause.startswith("refused:"):
            step.set(stuck={each: stuck for each, stuck in step.state.stuck.items() if each != cause})
            step.settle(cause)
            _issue_again(step, token)
        return
    step.set(asked=tuple(each for each in step.state.asked if each != cause))
    if event.action == "dismiss" and token in NEEDED:
        return  # it waits on; the alarm of its wait asks again
    if event.action == "done_by_hand" and token == "sale" and not event.reference:
        step.ask(cause, "which number has the sale in the ERP?")
        return
    step.resolve(token)
    if event.action == "done_by_hand":
        _done(step, token, event)
    shipping.forget(step)


def _issue_again(step: Step, token: str) -> None:
    """The same command with a new ordinal. What an order needs is issued by itself where it is missing."""
    command = _again(step, token)
    if command is not None:
        step.issue(token, command)


def _again(step: Step, token: str) -> Command | None:
    state = step.state
    kind, _, name = token.partition(":")
    match kind:
        case "post":
            return next((shipping.post_command(step, sent) for sent in state.sent if sent.id == name), None)
        case "inform":
            return next((shipping.inform_command(step, sent) for sent in state.sent if sent.id == name), None)
        case "bill":
            return next((billing.command(step, each) for each in state.bills if str(each.n) == name), None)
        case "capture":
            return next((payments.capture_command(step, each) for each in state.captures if str(each.n) == name), None)
        case "register":
            return payments.register_again(step, name)
        case "credit" if name:
            return next((refunds.command(step, each) for each in state.credits if each.reference == name), None)
        case "cancel_sale":
            return sale.cancel_command(step)
        case "tell" | "refuse" if token in state.notices:
            return cancelling.notice_command(step, state.notices[token])
        case "change":
            step.set(sale_behind=True)
    return None


def _done(step: Step, token: str, event: ActionTaken) -> None:
    kind, _, name = token.partition(":")
    match kind:
        case "quote":
            customer = event.reference or step.state.customer or step.order.parties.sold_to.number
            step.set(quoted=bool(customer), customer=customer)
        case "credit" if not name:
            step.set(waived={**step.state.waived, "credit": event.by}, credit=due(step.order, step.state.lines))
        case "sale" if not step.state.sale_number:
            sale.numbered(step, event.reference)
        case "cancel_sale":
            step.set(sale_cancelled=not any(line.live for line in step.state.lines))
        case "bill":
            for each in step.state.bills:
                if str(each.n) == name and not each.number:
                    billing.numbered(step, each, event.reference or "by hand", None)
        case "capture":
            for asked in step.state.captures:
                if str(asked.n) == name:
                    reference = event.reference or f"{step.state.key}/capture/{asked.n}"
                    payments.record(step, Payment(reference, "capture", step.money(asked.amount), step.at))
        case "register":
            step.set(registered=(*step.state.registered, name))
