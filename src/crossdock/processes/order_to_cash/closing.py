"""An order closes when every unit is shipped or cancelled, billed, and every system has heard of it."""

from crossdock.model.events import OrderClosed
from crossdock.processes.order_to_cash import billing, credit
from crossdock.processes.order_to_cash.payments import MONEY_IN
from crossdock.processes.order_to_cash.step import Step, kind_of

BINDING = frozenset({"sale", "change", "cancel_sale", "post", "bill", "capture", "register", "credit"})
"""Commands without whose outcome the books are open. That a channel can't be told does not keep an order open."""


def close(step: Step) -> None:
    state = step.state
    if state.stage != "open" or any(line.unshipped for line in state.lines):
        return
    if not any(line.shipped for line in state.lines) or not state.quoted:
        return
    if any(kind_of(token) in BINDING for token in state.stuck.values()):
        return
    if any(kind_of(token) in BINDING or kind_of(token) == "inform" for token in state.pending):
        return
    if any(line.billed < billing.target(step, line) for line in state.lines):
        return
    if any(p.kind in MONEY_IN and p.reference not in state.registered for p in state.payments):
        return
    step.set(stage="closed", holds={})
    credit.free(step)
    for name in tuple(step.state.alarms):
        step.silence(name)
    for cause in step.state.asked:
        if cause.startswith(("hold:", "late:", "backorder", "authorization")):
            step.settle(cause)
    step.do(OrderClosed(state.key))
