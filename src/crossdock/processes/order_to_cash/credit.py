"""Credit, for orders on account: the customer's position is read, and the order's amount taken of the limit."""

from crossdock.model.commands import ReadCreditPosition
from crossdock.model.events import CreditDenied, CreditGranted, CreditPositionRead
from crossdock.processes.decision import FreeCredit, HoldCredit
from crossdock.processes.order_to_cash import holds
from crossdock.processes.order_to_cash.step import Step
from crossdock.processes.order_to_cash.worth import due


def ready(step: Step) -> bool:
    """The order's amount is within the limit, or needs none; else reads the position."""
    state = step.state
    if state.entered_in or not step.on_account or state.credit is not None:
        return True
    if "credit" not in state.holds:
        read(step)
    return False


def read(step: Step) -> None:
    if not step.under_way("credit") and not step.state.crediting:
        step.issue("credit", ReadCreditPosition(step.state.key, step.state.customer, step.order.currency))


def position_read(step: Step, event: CreditPositionRead) -> None:
    """Take the order's amount of the limit; the ledger answers in the same step."""
    if not step.resolve("credit"):
        return
    state, position = step.state, event.position
    waived = "credit" in state.waived
    if state.stage != "open" or not step.on_account:
        return
    if position.receivables.currency != step.order.currency:
        _deny(step, f"the credit position of {position.customer} is in {position.receivables.currency}")
    elif position.blocked and not waived:
        _deny(step, f"customer {position.customer} is blocked")
    else:
        amount = step.money(due(step.order, state.lines))
        step.set(crediting=True)
        step.do(HoldCredit(state.key, state.key, amount, position, over_limit=waived))


def granted(step: Step, event: CreditGranted) -> None:
    if not step.state.crediting:
        return
    step.set(crediting=False)
    if step.state.stage != "open":
        step.do(FreeCredit(step.state.key))
        return
    step.set(credit=due(step.order, step.state.lines))
    holds.lift(step, "credit")


def denied(step: Step, event: CreditDenied) -> None:
    if not step.state.crediting:
        return
    step.set(crediting=False)
    if "credit" in step.state.waived:
        step.set(credit=due(step.order, step.state.lines))
        return
    limit, exposure = event.limit, event.exposure
    _deny(step, f"exposure of {exposure.amount:f} {exposure.currency} would pass the limit of {limit.amount:f}")


def _deny(step: Step, reason: str) -> None:
    if step.state.stage == "open":
        holds.place(step, "credit", reason)


def free(step: Step) -> None:
    """The order takes no credit any more."""
    state = step.state
    if state.credit is not None or state.crediting:
        step.set(credit=None)
        step.do(FreeCredit(state.key))
