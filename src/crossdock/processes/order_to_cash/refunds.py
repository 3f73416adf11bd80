"""Refunds and credit notes. A refund is not a return: nothing comes back to stock by it.

What is to be credited is a level, so that a refund and the cancellation behind it count once whichever comes first:
units billed and no longer wanted, and refunded money beyond what was overpaid; never more than was billed.
"""

from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.commands import PostCreditNote
from crossdock.model.events import CreditNotePosted, RefundRequested
from crossdock.model.identifiers import Identifier
from crossdock.model.orders import Payment
from crossdock.model.quantities import ZERO, Money
from crossdock.processes.decision import Identify
from crossdock.processes.order_to_cash import cancelling
from crossdock.processes.order_to_cash.state import Bill, Credit, OrderState
from crossdock.processes.order_to_cash.step import Step
from crossdock.processes.order_to_cash.validation import sound, sound_quantities
from crossdock.processes.order_to_cash.worth import due


def requested(step: Step, event: RefundRequested) -> None:
    """Money was given back, each reference once; unshipped units that it names are cancelled."""
    state = step.state
    if any(p.kind == "refund" and p.reference == event.reference for p in state.payments):
        return
    if not sound(event.amount, step.order.currency) or not sound_quantities(event.cancelled_lines):
        step.ask(f"refund:{event.reference}", f"refund {event.reference} does not fit the order", "finance")
        return
    payment = Payment(event.reference, "refund", event.amount, step.at)
    step.set(payments=(*state.payments, payment))
    step.do(Identify(Identifier("payment", event.reference, step.order.channel)))
    if event.cancelled_lines:
        wanted = event.cancelled_lines
        cancelled = cancelling.cancel(step, wanted, event.reason or "refunded")
        if state.stage == "open" and any(cancelled.get(line, ZERO) < wanted[line] for line in wanted):
            _late(step, wanted)


def _late(step: Step, wanted: dict[str, Decimal]) -> None:
    """Refunded units that shipped: no refusal where they are cancelled already, else the channel must know."""
    known = {line.id: line.cancelled for line in step.state.lines}
    if any(known.get(line, ZERO) < quantity for line, quantity in wanted.items()):
        cancelling.refuse(step, "cancellation", cancelling.TOO_LATE)


def owed(step: Step) -> Decimal:
    """Money received beyond what the order comes to as it stands, and not yet given back."""
    state = step.state
    if not state.received:
        return ZERO
    return max(ZERO, state.received - state.refunded - due(step.order, state.lines))


def credit(step: Step) -> None:
    """Credit in the ERP what was billed and is not owed any more, once the bills have their numbers."""
    state = step.state
    unwanted = any(line.billed > line.live + line.over for line in state.lines)
    if not state.bills or not (unwanted or state.refunded):
        return
    missing = _level(step, unwanted) - sum((each.amount for each in state.credits), ZERO)
    if missing <= 0 or not all(each.number for each in state.bills):
        return
    reference = _reference(step)
    for part, bill in enumerate(state.bills):
        amount = min(missing, _total(bill) - bill.credited)
        if amount <= 0:
            continue
        missing -= amount
        name = reference if amount and not part else f"{reference}/{bill.n}"
        new = Credit(name, bill.number, amount, step.state.reason)
        credited = change(bill, credited=bill.credited + amount)
        step.set(
            credits=(*step.state.credits, new),
            bills=tuple(credited if each.n == bill.n else each for each in step.state.bills),
        )
        step.issue(f"credit:{name}", command(step, new))


def _level(step: Step, unwanted: bool) -> Decimal:
    """How much should be credited in all."""
    state = step.state
    billed = sum((_total(bill) for bill in state.bills), ZERO)
    level = _unwanted(state, billed) if unwanted else ZERO
    overpaid = max(ZERO, state.received - due(step.order, state.lines))
    level = Money(level, step.order.currency).rounded().amount
    return min(billed, level + max(ZERO, state.refunded - overpaid))


def _unwanted(state: OrderState, billed: Decimal) -> Decimal:
    """What units on bills come to that will not ship; with freight when none ships."""
    kept = {line.id: min(line.billed, line.live + line.over) for line in state.lines}
    if not any(kept.values()):
        return billed
    level = ZERO
    for line in state.lines:
        if line.billed > kept[line.id]:
            value = sum((bill.values.get(line.id, ZERO) for bill in state.bills), ZERO)
            level += value * (line.billed - kept[line.id]) / line.billed
    return level


def _total(bill: Bill) -> Decimal:
    return bill.total if bill.total is not None else bill.amount


def _reference(step: Step) -> str:
    """The latest refund's own reference, unless it was credited already: then one of ours."""
    used = {each.reference for each in step.state.credits}
    for payment in reversed(step.state.payments):
        if payment.kind == "refund" and payment.reference not in used:
            return payment.reference
    return f"{step.state.key}/credit/{len(used) + 1}"


def command(step: Step, credit: Credit) -> PostCreditNote:
    state = step.state
    amount = step.money(credit.amount)
    return PostCreditNote(
        state.key, state.sale_number, state.customer, credit.reference, amount, credit.reverses, credit.reason
    )


def posted(step: Step, event: CreditNotePosted) -> None:
    if step.resolve(f"credit:{event.reference}") and event.credit_note.number:
        step.do(Identify(Identifier("credit_note", event.credit_note.number, step.rules.erp)))
