"""Money of an order: each reference counts once; unpaid orders don't release; what came in is booked in the ERP."""

from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.commands import CapturePayment, RegisterPayment
from crossdock.model.events import PaymentCaptured, PaymentFailed, PaymentReceived, PaymentRegistered
from crossdock.model.identifiers import Identifier
from crossdock.model.orders import Payment
from crossdock.model.quantities import ZERO
from crossdock.processes.decision import Identify
from crossdock.processes.order_to_cash.state import Bill, Capture
from crossdock.processes.order_to_cash.step import Step, kind_of
from crossdock.processes.order_to_cash.validation import sound
from crossdock.processes.order_to_cash.worth import due, worth

MONEY_IN = ("capture", "payment")


def received(step: Step, event: PaymentReceived) -> None:
    record(step, event.payment)


def record(step: Step, payment: Payment) -> None:
    """Count a payment, once a reference and kind."""
    state = step.state
    if any(known.reference == payment.reference and known.kind == payment.kind for known in state.payments):
        return
    if not sound(payment.amount, step.order.currency):
        amount = f"{payment.amount.amount} {payment.amount.currency}"
        step.ask(
            f"payment:{payment.reference}",
            f"payment {payment.reference} of {amount} does not fit the order",
            "finance",
        )
        return
    step.set(payments=(*state.payments, payment))
    step.do(Identify(Identifier("payment", payment.reference, step.order.channel)))
    for cause in state.asked:
        if cause == "authorization" or cause.startswith("payment:"):
            step.settle(cause)
    if payment.kind == "authorization" and payment.expires_at is not None and payment.expires_at > step.at:
        step.alarm("authorization", at=payment.expires_at)
    if step.state.entered_in:
        # Money of an order that the ERP holds first is known there.
        step.set(registered=(*step.state.registered, payment.reference))


def failed(step: Step, event: PaymentFailed) -> None:
    """A declined authorisation or capture: that authorisation is worth nothing any more."""
    state = step.state
    kept = tuple(p for p in state.payments if p.kind != "authorization" or p.reference != event.reference)
    if len(kept) < len(state.payments):
        step.set(payments=kept)
    reason = f"payment {event.reference} was declined: {event.reason or 'no reason given'}"
    step.ask(f"payment:{event.reference}", reason, "finance", ("dismiss",))


def covers(step: Step) -> bool:
    """Whether the payer did enough for release: on account by credit, else by money or the promise of it."""
    state = step.state
    if step.on_account or "payment" in state.waived:
        return True
    wanted = due(step.order, state.lines)
    # A part given back out of goodwill makes no debt; all of it given back leaves nothing paid.
    have = ZERO if state.received <= state.refunded else state.received
    if step.order.terms.kind == "card":
        have += _authorised(step)
    return have >= wanted


def _authorised(step: Step) -> Decimal:
    """What authorisations still promise: unexpired, less what was captured of them."""
    valid = [p for p in step.state.payments if p.kind == "authorization" and _is_valid(step, p)]
    total = sum((p.amount.amount for p in valid), ZERO)
    captured = sum((p.amount.amount for p in step.state.payments if p.kind == "capture"), ZERO)
    return max(ZERO, total - captured)


def _is_valid(step: Step, payment: Payment) -> bool:
    return payment.expires_at is None or payment.expires_at > step.at


def capture(step: Step) -> None:
    """Take the authorised money for what has shipped and was not captured yet."""
    state, order = step.state, step.order
    if order.terms.kind != "card" or all(line.captured >= line.shipped for line in state.lines):
        return
    before = {line.id: line.captured for line in state.lines}
    after = {line.id: max(line.captured, line.shipped) for line in state.lines}
    amount = worth(order, after) - (worth(order, before) if any(before.values()) else ZERO)
    step.put_lines(change(line, captured=after[line.id]) for line in state.lines)
    asked = sum((each.amount for each in state.captures if step.under_way(f"capture:{each.n}")), ZERO)
    amount = min(amount, due(order, state.lines) - state.received - asked)
    if amount <= 0:
        return
    authorizations = [p for p in state.payments if p.kind == "authorization"]
    if not step.channel.system or not authorizations:
        reason = f"{amount:f} {order.currency} for shipped goods can't be captured: no gateway or authorisation"
        step.ask("capture", reason, "finance", ("done_by_hand", "dismiss"))
        return
    valid = [p for p in authorizations if _is_valid(step, p)] or authorizations
    new = Capture(len(state.captures) + 1, valid[-1].reference, amount)
    step.set(captures=(*state.captures, new))
    step.issue(f"capture:{new.n}", capture_command(step, new))


def capture_command(step: Step, new: Capture) -> CapturePayment:
    state = step.state
    reference = f"{state.key}/capture/{new.n}"
    amount = step.money(new.amount)
    return CapturePayment(state.key, step.channel.name, step.channel_number, new.authorization, reference, amount)


def captured(step: Step, event: PaymentCaptured) -> None:
    """The gateway took the money. Captures are answered in the order in which they were asked."""
    reference = event.payment.reference
    if any(p.reference == reference and p.kind == event.payment.kind for p in step.state.payments):
        return
    waiting = [token for token in (*step.state.pending, *step.state.stuck.values()) if kind_of(token) == "capture"]
    own = f"capture:{reference.rpartition('/')[2]}"
    if waiting:
        step.resolve(own if own in waiting else waiting[0])
    record(step, event.payment)


def register(step: Step) -> None:
    """Book money that came in at the ERP, against the bill it pays; without one bill for it, as a deposit."""
    state = step.state
    if not state.sale_number or not any(bill.number for bill in state.bills):
        return
    for payment in state.payments:
        token = f"register:{payment.reference}"
        if payment.kind in MONEY_IN and payment.reference not in state.registered and not step.under_way(token):
            bill = _bill_for(step, payment.amount.amount)
            if bill is None and not _all_posted(step):
                continue  # the bill that it pays is still to come
            if bill is not None:
                paid = change(bill, paid=bill.paid + payment.amount.amount)
                step.set(bills=tuple(paid if each.n == bill.n else each for each in step.state.bills))
            step.issue(token, register_command(step, payment, bill.number if bill else ""))


def register_command(step: Step, payment: Payment, invoice: str) -> RegisterPayment:
    return RegisterPayment(step.state.key, step.state.sale_number, step.state.customer, payment, invoice)


def register_again(step: Step, reference: str) -> RegisterPayment | None:
    """The same booking once more, against the bill that the payment covered."""
    for payment in step.state.payments:
        if payment.reference == reference and payment.kind in MONEY_IN:
            paid = [bill.number for bill in step.state.bills if bill.number and bill.paid >= payment.amount.amount]
            return register_command(step, payment, paid[0] if paid else "")
    return None


def _bill_for(step: Step, amount: Decimal) -> Bill | None:
    posted = [bill for bill in step.state.bills if bill.number]
    for bill in posted:
        if (bill.total if bill.total is not None else bill.amount) - bill.paid >= amount:
            return bill
    return posted[0] if len(posted) == 1 and not posted[0].paid and _all_posted(step) else None


def _all_posted(step: Step) -> bool:
    state = step.state
    return all(bill.number for bill in state.bills) and all(line.billed >= line.live for line in state.lines)


def registered(step: Step, event: PaymentRegistered) -> None:
    step.resolve(f"register:{event.reference}")
    if event.reference not in step.state.registered:
        step.set(registered=(*step.state.registered, event.reference))
