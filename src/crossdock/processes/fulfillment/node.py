"""What is asked of the node and what it answers, until goods leave: accepted, refused, picked, packed, cancelled."""

from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.commands import BuyLabel, CancelFulfillment, ChangeFulfillmentAddress, ReleaseFulfillment
from crossdock.model.events import (
    FulfillmentAddressChanged,
    FulfillmentAddressRefused,
    FulfillmentCancellationRefused,
    FulfillmentCancellationRequested,
    FulfillmentCancelled,
    FulfillmentRefused,
    FulfillmentRequested,
    FulfillmentShort,
    GoodsPacked,
    GoodsPicked,
    NodeAccepted,
    NodeCancelled,
)
from crossdock.model.identifiers import Identifier
from crossdock.model.parties import Address
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import FulfillmentLine
from crossdock.processes.decision import Identify
from crossdock.processes.fulfillment.kits import counted
from crossdock.processes.fulfillment.state import WORKING, Stage
from crossdock.processes.fulfillment.step import PROGRESS, Step

SHIPPED = "the goods have already left the node"
CANCEL_BY = "cancel"


def requested(step: Step, event: FulfillmentRequested) -> None:
    """The order releases a share of itself: ask the node. A second request is a repetition."""
    if step.state.request is not None:
        return
    request = event.fulfillment
    lines: dict[str, Decimal] = {}
    for line in request.lines:
        lines[line.line] = lines.get(line.line, ZERO) + line.quantity
    step.set(request=request, stage="requested", deadline=event.deadline, requested=lines, outstanding=lines)
    step.do(Identify(Identifier("fulfillment", request.number)))
    step.issue(ReleaseFulfillment(request, event.deadline))
    step.alarm(PROGRESS, step.estate.promises.accept_within)


def accepted(step: Step, event: NodeAccepted) -> None:
    state = step.state
    if event.node_number and not state.node_number:
        step.set(node_number=event.node_number)
        if event.node_number != step.request.number:
            step.do(Identify(Identifier("fulfillment", event.node_number, step.request.node)))
    if state.stage == "requested":
        start(step, "accepted")


def start(step: Step, stage: Stage) -> None:
    """The node works on it: from here the promise is to ship. Later stages never go back."""
    state = step.state
    if state.stage not in WORKING or WORKING.index(state.stage) >= WORKING.index(stage):
        return
    step.settle("accept")
    step.set(stage=stage)
    if state.stage == "requested":
        due = state.deadline
        if due is not None and due > step.at:
            step.alarm(PROGRESS, at=due)
        else:
            step.alarm(PROGRESS, step.estate.promises.ship_within)


def refused(step: Step, reason: str) -> None:
    """The node won't do what is outstanding. What was to be cancelled is cancelled; the rest goes back to the order."""
    state, request = step.state, step.request
    if not state.outstanding:
        return
    if state.cancelling:
        _cancelled(step, state.cancelling, reason)
    lines = step.take(step.state.outstanding, "refused")
    if lines:
        step.do(FulfillmentRefused(state.key, request.order, request.node, lines, reason))
    ended(step, "refused")


def picked(step: Step, event: GoodsPicked) -> None:
    """Picking ended, once. What is missing of the request is short."""
    if step.state.picked or step.state.stage not in WORKING:
        return
    step.set(picked=True)
    start(step, "picked")
    short = dict(event.short)
    if not short and event.lines:
        units, _ = counted(step.request.lines, event.lines, {}, {})
        short = {line: there - units.get(line, ZERO) for line, there in step.state.outstanding.items()}
    come_short(step, {line: quantity for line, quantity in short.items() if quantity.is_finite() and quantity > 0})


def come_short(step: Step, lines: dict[str, Decimal]) -> None:
    """Units that the node can't ship: those that it was to stop anyway count as cancelled."""
    state = step.state
    if state.cancelling:
        wanted = {line: min(quantity, state.cancelling.get(line, ZERO)) for line, quantity in lines.items()}
        done = _cancelled(step, wanted, "not picked")
        lines = {line: quantity - done.get(line, ZERO) for line, quantity in lines.items()}
    gone = step.take(lines, "short")
    if gone:
        request = step.request
        step.do(FulfillmentShort(state.key, request.order, request.node, gone))
    ended(step, "short")


def packed(step: Step, event: GoodsPacked) -> None:
    """The goods stand in packages; where the order names one of the estate's carriers, labels are bought."""
    if step.state.stage not in WORKING or step.state.stage == "packed":
        return
    start(step, "packed")
    carrier, _, service = step.request.service.partition("/")
    if carrier not in step.estate.carriers:
        return
    for package in event.packages:
        if not package.tracking and package.id not in {**step.state.labels, **step.state.labelling}:
            address = step.request.ship_to.address or Address()
            ordinal = step.issue(BuyLabel(step.state.key, carrier, package, address, service))
            step.set(labelling={**step.state.labelling, package.id: ordinal})


# --- cancelling --------------------------------------------------------------------------------------------------


def cancellation_requested(step: Step, event: FulfillmentCancellationRequested) -> None:
    """The order wants units back: ask the node, or answer that they have left."""
    state = step.state
    wanted = event.lines or state.outstanding
    known = state.cancelling or {}
    free = {line: there - known.get(line, ZERO) for line, there in state.outstanding.items()}
    asked = {line: min(quantity, free.get(line, ZERO)) for line, quantity in wanted.items()}
    asked = {line: quantity for line, quantity in asked.items() if quantity > 0}
    if not asked:
        if not known or event.lines:
            step.do(FulfillmentCancellationRefused(state.key, step.request.order, dict(event.lines), SHIPPED))
        return
    step.set(cancelling={line: known.get(line, ZERO) + asked.get(line, ZERO) for line in {**known, **asked}})
    ask_node(step, asked, event.reason)


def ask_node(step: Step, lines: dict[str, Decimal], reason: str) -> None:
    """Ask the node to stop; all of what is outstanding is asked for as all."""
    request = step.request
    whole = lines == step.state.outstanding and not step.state.legs
    named = () if whole else tuple(_line(step, line, quantity) for line, quantity in lines.items())
    step.set(stops=())
    step.issue(CancelFulfillment(step.state.key, request.number, request.node, named, reason))
    step.alarm(CANCEL_BY, step.estate.promises.accept_within)


def _line(step: Step, id: str, quantity: Decimal) -> FulfillmentLine:
    line = step.line(id)
    return change(line, quantity=quantity) if line is not None else FulfillmentLine(id, "", quantity)


def node_cancelled(step: Step, event: NodeCancelled) -> None:
    """The node stopped what it names, else what it was asked, else all. It may say so twice between two requests."""
    state = step.state
    name = ",".join(f"{line}={quantity}" for line, quantity in sorted(event.lines.items()))
    if name in state.stops:
        return
    step.set(stops=tuple(dict.fromkeys((*state.stops, name))))
    lines = {line: quantity for line, quantity in event.lines.items() if quantity.is_finite() and quantity > 0}
    _cancelled(step, lines or state.cancelling or state.outstanding, "")
    ended(step, "cancelled")


def _cancelled(step: Step, lines: dict[str, Decimal], reason: str) -> dict[str, Decimal]:
    done = step.take(lines, "cancelled")
    if not done:
        return done
    known = step.state.cancelling
    if known is not None:
        left = {line: quantity - done.get(line, ZERO) for line, quantity in known.items()}
        left = {line: quantity for line, quantity in left.items() if quantity > 0}
        step.set(cancelling=left or None)
        if not left:
            step.silence(CANCEL_BY)
            step.settle("cancel")
    request = step.request
    step.do(FulfillmentCancelled(step.state.key, request.order, request.node, done, reason))
    return done


def cancellation_refused(step: Step, reason: str) -> None:
    """The node can't stop any more; it was asked, and ships all the same."""
    asked = step.state.cancelling
    if asked is None:
        return
    step.set(cancelling=None)
    step.silence(CANCEL_BY)
    step.settle("cancel")
    step.do(FulfillmentCancellationRefused(step.state.key, step.request.order, asked, reason))


def ended(step: Step, stage: Stage) -> None:
    """Nothing is outstanding: over, unless something shipped that is still on its way."""
    state = step.state
    if state.outstanding or state.is_over:
        return
    if state.cancelling is not None:
        cancellation_refused(step, SHIPPED)
    if state.legs:
        if step.state.stage in WORKING:
            step.set(stage="shipped")
        return
    step.set(stage=stage)
    step.silence(PROGRESS)
    step.settle("accept", "ship", "cancel")


# --- the address -------------------------------------------------------------------------------------------------


def address_changed(step: Step, event: FulfillmentAddressChanged) -> None:
    """Tell the node, unless all has left; the order hears of a refusal."""
    state, request = step.state, step.request
    ship_to = change(request.ship_to, address=event.address)
    if ship_to == request.ship_to:
        return
    if not state.outstanding:
        refuse_address(step, SHIPPED)
        return
    step.set(request=change(request, ship_to=ship_to), addresses=state.addresses + 1)
    step.issue(ChangeFulfillmentAddress(state.key, request.number, request.node, request.order, event.address))


def refuse_address(step: Step, reason: str) -> None:
    step.do(FulfillmentAddressRefused(step.state.key, step.request.order, reason))


def stopped_by_hand(step: Step) -> None:
    """The node confirmed by other ways that it stops what it was asked to."""
    if step.state.cancelling is None:
        return
    _cancelled(step, step.state.cancelling, "confirmed by hand")
    ended(step, "cancelled")
