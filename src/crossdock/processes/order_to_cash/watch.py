"""What the order waits for now, with an alarm for it, and what happens when the alarm rings."""

from datetime import datetime, timedelta

from crossdock.model.events import AlarmRang
from crossdock.processes.decision import Waiting
from crossdock.processes.order_to_cash import credit, refunds, release, sourcing
from crossdock.processes.order_to_cash.state import OrderState
from crossdock.processes.order_to_cash.step import Step, kind_of

PROGRESS = "progress"

_WORDS: dict[str, tuple[str, str]] = {
    "validating": ("prices, items, customer and credit from the ERP", "the ERP"),
    "held": ("a hold to be lifted", "a person"),
    "backordered": ("stock to come in", "the stock's owner"),
    "entering": ("the ERP to enter the sale", "the ERP"),
    "scheduled": ("the customer's ship window to open", "the clock"),
    "unpaid": ("payment", "the customer"),
    "incomplete": ("the rest of an order that ships complete", "the stock's owner"),
    "released": ("the goods to ship", "the nodes"),
    "partly_shipped": ("the rest of the goods to ship", "the nodes"),
    "settling": ("shipments, bills and payments to be booked", "the ERP"),
    "refund_due": ("money to be given back", "finance"),
}

_STUCK = {
    "quote": "a decision on the customer or the prices",
    "credit": "a decision on the credit note or credit position",
    "sale": "a decision on the sale in the ERP",
    "change": "a decision on the change of the sale in the ERP",
    "cancel_sale": "a decision on cancelling the sale in the ERP",
    "post": "a decision on booking the shipment out",
    "bill": "a decision on the invoice",
    "register": "a decision on booking the payment",
    "capture": "a decision on the payment",
    "inform": "somebody to tell the channel of the shipment",
    "tell": "somebody to tell the channel of the cancellation",
    "refuse": "somebody to tell the channel that the change came too late",
}
"""What a person is to do about a command that can't go on, by its kind."""


def current(step: Step) -> tuple[str, timedelta | None, datetime | None]:
    """The main wait: its name, and a span or an instant after which it is too long."""
    state, promises = step.state, step.rules.promises
    if state.stage != "open":
        return _after_the_end(step)
    if state.holds:
        return "held", promises.hold_review_within, None
    if not state.quoted:
        return "validating", promises.validate_within, None
    if "credit" in state.pending or state.crediting:
        return "validating", promises.validate_within, None
    released = any(line.released for line in state.lines)
    if any(line.reserved for line in state.lines):
        if not state.sale_number:
            return "entering", promises.enter_within, None
        if not released:
            return _before_release(step)
    if released:
        shipped = any(line.shipped for line in state.lines)
        within = promises.ship_within + promises.depart_within + promises.post_within
        return ("partly_shipped" if shipped else "released"), within, None
    if any(line.unsourced for line in state.lines):
        if not state.sale_number:
            return "entering", promises.enter_within, None
        return "backordered", None, None
    return "settling", promises.bill_within, None


def _before_release(step: Step) -> tuple[str, timedelta | None, datetime | None]:
    promises = step.rules.promises
    if step.order.delivery.ship_complete and any(line.unsourced for line in step.state.lines):
        return "incomplete", None, None
    opens = release.opens_at(step)
    if opens is not None and step.at < opens:
        return "scheduled", None, opens
    return "unpaid", promises.payment_within, None


def _after_the_end(step: Step) -> tuple[str, timedelta | None, datetime | None]:
    if step.state.pending:
        return "settling", step.rules.promises.bill_within, None
    if refunds.owed(step) > 0:
        return "refund_due", step.rules.promises.hold_review_within, None
    return "", None, None


def watch(step: Step) -> None:
    """Set the alarm of the main wait when it changes; what was asked because the old one took too long is over."""
    name, span, at = current(step)
    before = step.state.watching
    if name == before and (at is None or step.state.alarms.get(PROGRESS) == at):
        return
    if name != before:
        step.settle(f"late:{before}")
        step.set(watching=name)
    if span is not None or at is not None:
        step.alarm(PROGRESS, span, at)
    else:
        step.silence(PROGRESS)


def rang(step: Step, event: AlarmRang) -> None:
    """An alarm of ours. One that was silenced or replaced says nothing."""
    due = step.state.alarms.get(event.alarm)
    if due is None or event.due < due or step.at < due:
        return
    step.set(alarms={name: when for name, when in step.state.alarms.items() if name != event.alarm})
    match event.alarm:
        case "progress":
            _late(step)
        case "backorder":
            step.ask(
                "backorder",
                "still waiting for stock; wait on, source elsewhere or cancel?",
                "sales",
                again=True,
            )
            step.set(avoid={})
            sourcing.try_again(step)
        case "authorization":
            if any(line.unshipped for line in step.state.lines):
                step.ask("authorization", "the card's authorisation expired before all was shipped", "finance")


def _late(step: Step) -> None:
    """The main wait took too long: look again at what can change by itself, ask a person about the rest."""
    name = step.state.watching
    step.set(watching="")
    if name == "scheduled":
        return
    if name == "held":
        if "credit" in step.state.holds:
            credit.read(step)
        for hold, reason in step.state.holds.items():
            step.ask(f"hold:{hold}", reason.reason or f"held: {hold}", again=True)
        step.alarm(PROGRESS, step.rules.promises.hold_review_within)
        step.set(watching=name)
        return
    what, whom = _WORDS.get(name, ("", ""))
    role = "finance" if name in ("unpaid", "settling", "refund_due") else "operations"
    step.ask(f"late:{name}", f"waiting for {what} ({whom}) for longer than promised", role, again=True)
    _, span, _ = current(step)
    if span is not None:
        step.alarm(PROGRESS, span)
    step.set(watching=name)


def waiting(state: OrderState) -> tuple[Waiting, ...]:
    """For people: everything that is awaited, the main wait first."""
    found = []
    until = state.alarms.get(PROGRESS)
    if state.watching in _WORDS and state.watching != "held":
        what, whom = _WORDS[state.watching]
        found.append(Waiting(what, whom, until))
    for name, hold in state.holds.items():
        found.append(Waiting(f"hold {name}: {hold.reason}".rstrip(": "), "a person", until))
    if state.watching != "backordered" and any(line.backordered for line in state.lines) and not state.is_over:
        found.append(Waiting("stock to come in", "the stock's owner", state.alarms.get("backorder")))
    found.extend(Waiting(_STUCK.get(kind_of(token), token), "a person") for token in state.stuck.values())
    return tuple(found)
