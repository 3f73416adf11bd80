"""What comes next, read from the state alone: each part looks whether its turn has come and was not taken yet.

Events only write down what happened; this decides what follows. So a late, repeated or early event can't do a thing
twice, and a person who lifts a hold sets everything behind it going.
"""

from crossdock.processes.order_to_cash import (
    billing,
    cancelling,
    closing,
    credit,
    payments,
    quoting,
    refunds,
    release,
    sale,
    sourcing,
    watch,
)
from crossdock.processes.order_to_cash.step import Step


def advance(step: Step) -> None:
    """Everything whose turn it is, in the order in which an order proceeds."""
    cancelling.conclude(step)
    if step.state.stage == "open":
        _toward_release(step)
    _settle(step)
    watch.watch(step)


def _toward_release(step: Step) -> None:
    """Priced, credited, sourced, entered, released: the first that is not ready stops the rest."""
    for ready in (quoting.ready, credit.ready, sourcing.ready, sale.ready):
        if not ready(step):
            return
    release.release(step)


def _settle(step: Step) -> None:
    """Tell the ERP and the channel what they should know, bill, capture, book, credit, close."""
    if not step.state.lines:
        return
    cancelling.conclude(step)
    sale.sync(step)
    cancelling.tell(step)
    payments.capture(step)
    billing.bill(step)
    payments.register(step)
    refunds.credit(step)
    closing.close(step)
