"""Goods leave: shipped, gone from the dock, with the carrier, delivered. The node's rule says when it counts."""

from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.events import (
    DockDeparted,
    FulfillmentDelivered,
    FulfillmentShipped,
    GoodsShipped,
    LabelBought,
    TrackingReported,
)
from crossdock.model.identifiers import Identifier
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import Milestone, Shipment
from crossdock.processes.decision import Identify
from crossdock.processes.fulfillment import node
from crossdock.processes.fulfillment.kits import counted, loose
from crossdock.processes.fulfillment.state import Leg
from crossdock.processes.fulfillment.step import PROGRESS, Step

TAKEN: tuple[Milestone, ...] = (
    "PICKED_UP",
    "IN_TRANSIT",
    "CUSTOMS",
    "OUT_FOR_DELIVERY",
    "READY_FOR_PICKUP",
    "ATTEMPTED",
    "DELIVERED",
    "RETURNING",
    "RETURNED",
)
"""The carrier has it, or had it. Delays and exceptions may come before that and prove nothing."""

TROUBLE: tuple[Milestone, ...] = ("EXCEPTION", "RETURNING", "RETURNED", "CANCELLED")


def shipped(step: Step, event: GoodsShipped) -> None:
    """A shipment is done at the node, once a number. `final` ends the node's work: what is missing is short."""
    state = step.state
    if any(leg.number == event.shipment.number for leg in state.legs):
        return
    shipment = _labelled(step, event.shipment)
    packed = [line for package in shipment.packages for line in package.lines]
    units, parts = counted(step.request.lines, packed, state.packed, {**state.shipped})
    lines = _leave(step, units)
    over = _over(step, {line: quantity - lines.get(line, ZERO) for line, quantity in units.items()}, shipment.number)
    arrived = tuple(n for n in shipment.tracking_numbers() if state.scans.get(n) == "DELIVERED")
    leg = Leg(shipment.number, shipment, lines, over, delivered=arrived)
    step.set(legs=(*step.state.legs, leg), packed=parts)
    step.do(Identify(Identifier("shipment", shipment.number, step.request.node)))
    bought = set(state.labels.values())
    step.do(*(Identify(Identifier("tracking", n)) for n in shipment.tracking_numbers() if n not in bought))
    step.settle("accept")
    _finish(step, event.final)
    look(step)


def _leave(step: Step, units: dict[str, Decimal]) -> dict[str, Decimal]:
    """Units that left: of what was outstanding; then of what had been given back and left all the same."""
    left: dict[str, Decimal] = {}
    for source in ("outstanding", "short", "cancelled", "refused"):
        wanted = {line: quantity - left.get(line, ZERO) for line, quantity in units.items()}
        for line, quantity in step.take(wanted, "shipped", source).items():
            left[line] = left.get(line, ZERO) + quantity
    if step.state.is_over:
        step.set(stage="shipped")
    return left


def _labelled(step: Step, shipment: Shipment) -> Shipment:
    """Packages that the node reports without tracking carry the labels that we bought."""
    labels = step.state.labels
    if not labels or all(package.tracking for package in shipment.packages):
        return shipment
    return change(
        shipment,
        packages=tuple(
            package if package.tracking else change(package, tracking=labels.get(package.id, ""))
            for package in shipment.packages
        ),
    )


def _over(step: Step, extra: dict[str, Decimal], number: str) -> dict[str, Decimal]:
    """Units beyond what was asked for: within tolerance they belong to the customer, beyond it a person decides."""
    state, tolerance = step.state, step.request.over_tolerance
    accepted: dict[str, Decimal] = {}
    for line, quantity in extra.items():
        if quantity <= 0:
            continue
        allowed = state.requested.get(line, ZERO) * tolerance - state.over.get(line, ZERO)
        if quantity <= allowed:
            accepted[line] = quantity
        else:
            reason = f"shipment {number} has {quantity.normalize():f} more of line {line} than was asked for"
            step.ask(f"over_shipped:{number}:{line}", reason, "sales")
    if accepted:
        over = {line: state.over.get(line, ZERO) + accepted.get(line, ZERO) for line in {**state.over, **accepted}}
        step.set(over=over)
    return accepted


def _finish(step: Step, final: bool) -> None:
    """After the last shipment nothing is outstanding: what was to be cancelled is, the rest is short."""
    if final and step.state.outstanding:
        node.come_short(step, dict(step.state.outstanding))
    if final:
        lines = loose(step.request.lines, step.state.packed)
        if lines:
            reason = f"components of kits left without the others on line {', '.join(lines)}"
            step.ask("incomplete_kit", reason, "warehouse")
    node.ended(step, "shipped")
    if not step.state.outstanding:
        step.settle("ship")


def look(step: Step) -> None:
    """What counts as gone, as delivered, and what is waited for now."""
    for leg in step.state.legs:
        if _counts(step, leg):
            post(step, leg)
    _delivered(step)
    _wait(step)


def _wait(step: Step) -> None:
    """What the fulfillment waits for now that something has left the shelves, with an alarm when that changes."""
    state, promises = step.state, step.estate.promises
    if state.stage != "shipped":
        if state.legs:
            node.start(step, "packed")
        return
    waits = "deliver" if all(leg.posted for leg in state.legs) else "depart"
    if waits == state.waits:
        return
    step.set(waits=waits)
    if waits == "depart":
        step.alarm(PROGRESS, promises.depart_within)
    elif any(leg.shipment.tracking_numbers() for leg in state.legs):
        step.alarm(PROGRESS, promises.deliver_within)
    else:
        step.silence(PROGRESS)


def _counts(step: Step, leg: Leg) -> bool:
    """Whether a shipment counts as gone by the node's rule. Labels that are being bought are waited for: the customer
    is to have the tracking number."""
    if leg.posted or any(package.id in step.state.labelling for package in leg.shipment.packages):
        return False
    rule = step.node.posting
    if rule == "on_shipped":
        return True
    taken = any(step.state.scans.get(number) in TAKEN for number in leg.shipment.tracking_numbers())
    return taken or (rule == "dock_departure" and leg.number in step.state.departed)


def post(step: Step, leg: Leg) -> None:
    """The goods are gone for good: the order may ship stock, post and bill."""
    state = step.state
    posted = change(leg, posted=True)
    step.set(legs=tuple(posted if each.number == leg.number else each for each in state.legs))
    step.do(FulfillmentShipped(state.key, step.request.order, leg.shipment, leg.over, leg.lines))
    if all(each.posted for each in step.state.legs):
        step.settle("depart")


def labelled(step: Step, event: LabelBought) -> None:
    """A label has its number; packages that left in the meantime carry it."""
    state = step.state
    awaited = event.package in state.labelling
    if not event.tracking or (event.package in state.labels and not awaited):
        return
    step.set(labels={**state.labels, event.package: event.tracking})
    step.do(Identify(Identifier("tracking", event.tracking)))
    step.set(legs=tuple(change(leg, shipment=_labelled(step, leg.shipment)) for leg in state.legs))
    unlabelled(step, event.package)


def unlabelled(step: Step, package: str) -> None:
    """Nobody waits for this label any more."""
    left = {each: ordinal for each, ordinal in step.state.labelling.items() if each != package}
    step.set(labelling=left)
    look(step)


def departed(step: Step, event: DockDeparted) -> None:
    """The truck left; kept where the shipment itself is not known yet."""
    state = step.state
    if event.shipment not in state.departed:
        step.set(departed=(*state.departed, event.shipment))
    look(step)


def tracked(step: Step, event: TrackingReported) -> None:
    """What a carrier says of a package. An estimate never moves a state; nor does what comes after delivery."""
    tracking = event.tracking
    known = step.state.scans.get(tracking.tracking, "")
    if tracking.estimated or known == "DELIVERED" or known == tracking.milestone:
        return
    if not (known in TAKEN and tracking.milestone not in TAKEN):
        step.set(scans={**step.state.scans, tracking.tracking: tracking.milestone})
    if tracking.milestone in TROUBLE:
        what = tracking.reason or tracking.milestone.lower()
        step.ask(f"delivery:{tracking.tracking}", f"package {tracking.tracking}: {what}", "customer_service")
    if tracking.milestone == "DELIVERED":
        step.settle(f"delivery:{tracking.tracking}")
        legs = tuple(
            change(leg, delivered=(*leg.delivered, tracking.tracking))
            if tracking.tracking in leg.shipment.tracking_numbers() and tracking.tracking not in leg.delivered
            else leg
            for leg in step.state.legs
        )
        step.set(legs=legs)
    look(step)


def _delivered(step: Step) -> None:
    """Every package of every shipment arrived."""
    state = step.state
    if state.stage != "shipped" or not all(leg.posted and leg.is_delivered for leg in state.legs):
        return
    step.set(stage="delivered")
    step.silence(PROGRESS)
    step.settle("deliver", "depart")
    step.do(FulfillmentDelivered(state.key, step.request.order))


def left_by_hand(step: Step) -> None:
    """A person knows that everything left."""
    for leg in step.state.legs:
        if not leg.posted:
            post(step, leg)
    look(step)


def arrived_by_hand(step: Step) -> None:
    """A person knows that everything arrived."""
    legs = tuple(change(leg, delivered=leg.shipment.tracking_numbers()) for leg in step.state.legs)
    step.set(legs=legs, stage="delivered")
    step.silence(PROGRESS)
    step.do(FulfillmentDelivered(step.state.key, step.request.order))
