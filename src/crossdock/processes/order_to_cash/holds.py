"""Holds: what keeps an order from release, why, and who lifted it."""

from crossdock.model.events import ChangeRefused, HoldPlaced, HoldReleased
from crossdock.processes.order_to_cash.state import Hold
from crossdock.processes.order_to_cash.step import Step

CHECKED = frozenset({"customer", "item", "price", "terms", "credit"})
"""Holds of our own checks: with one of them the order takes no stock yet."""

RECHECKED = frozenset({"customer", "item"})
"""Lifting them by hand can't make the ERP know a customer or item: it is asked again instead."""

_ROLES = {
    "credit": "finance",
    "terms": "finance",
    "payment": "finance",
    "price": "sales",
    "customer": "sales",
    "item": "sales",
}


def place(step: Step, name: str, reason: str, by: str = "") -> None:
    """Hold the order and ask a person: retry checks again, done_by_hand lets it pass, dismiss leaves it held."""
    step.set(holds={**step.state.holds, name: Hold(reason, by)})
    step.ask(f"hold:{name}", reason, _ROLES.get(name, "operations"))


def lift(step: Step, name: str) -> None:
    """The hold is over."""
    if name in step.state.holds:
        step.set(holds={each: hold for each, hold in step.state.holds.items() if each != name})
    step.settle(f"hold:{name}")


def checked(step: Step) -> bool:
    """Whether none of our own checks holds it."""
    holds = step.state.holds
    return not holds or CHECKED.isdisjoint(holds)


def placed_by_hand(step: Step, event: HoldPlaced) -> None:
    state = step.state
    if state.stage != "open" or not any(line.unshipped - line.released for line in state.lines):
        name = f"hold:{event.hold}:{event.by}"
        if name not in state.requests:
            step.set(requests=(*state.requests, name))
            step.do(ChangeRefused(state.key, "hold", "nothing of the order is left to hold"))
        return
    if event.hold not in state.holds:
        hold = Hold(event.reason, event.by)
        step.set(holds={**state.holds, event.hold: hold})


def released_by_hand(step: Step, event: HoldReleased) -> None:
    if event.hold in step.state.holds:
        let_pass(step, event.hold, event.by)


def let_pass(step: Step, name: str, by: str) -> None:
    """A person lifts one hold, this once."""
    if name in RECHECKED:
        step.set(quoted=False)
    else:
        step.set(waived={**step.state.waived, name: by})
    lift(step, name)
