"""What a fulfillment waits for, what happens when that takes too long, and what people decide about it."""

from crossdock.model.events import ActionTaken, AlarmRang, CommandAbandoned, CommandRefused
from crossdock.processes.decision import Waiting
from crossdock.processes.fulfillment import leaving, node
from crossdock.processes.fulfillment.state import WORKING, FulfillmentState
from crossdock.processes.fulfillment.step import PROGRESS, Step


def rang(step: Step, event: AlarmRang) -> None:
    """An alarm of ours. One that was silenced or replaced says nothing."""
    due = step.state.alarms.get(event.alarm)
    if due is None or event.due < due or step.at < due:
        return
    step.set(alarms={name: when for name, when in step.state.alarms.items() if name != event.alarm})
    if event.alarm == node.CANCEL_BY:
        step.ask("cancel", f"{step.request.node} has not said whether it stopped {step.request.number}", again=True)
        step.alarm(node.CANCEL_BY, step.estate.promises.accept_within)
        return
    _late(step)


def _late(step: Step) -> None:
    state, request, promises = step.state, step.request, step.estate.promises
    if state.stage == "requested":
        reason = f"{request.node} has not accepted {request.number}; it was asked to stop, to source elsewhere"
        step.ask("accept", reason, again=True)
        if state.cancelling is None:
            step.set(cancelling=dict(state.outstanding))
            node.ask_node(step, dict(state.outstanding), "not accepted in time")
        step.alarm(PROGRESS, promises.accept_within)
    elif state.stage in WORKING:
        step.ask("ship", f"{request.node} has not shipped {request.number} by the promised time", again=True)
        step.alarm(PROGRESS, promises.ship_within)
    elif state.stage == "shipped" and not all(leg.posted for leg in state.legs):
        reason = f"{request.number} is ready at {request.node}, but nobody says that it left"
        step.ask("depart", reason, again=True)
        step.alarm(PROGRESS, promises.depart_within)
    elif state.stage == "shipped":
        step.ask("deliver", f"{request.number} has not been delivered", "customer_service", again=True)
        step.alarm(PROGRESS, promises.deliver_within)


def acted(step: Step, event: ActionTaken) -> None:
    """A person decided. done_by_hand: the node said by other ways that it will not ship, or that the goods left."""
    cause = event.exception
    if cause.startswith(("command:CancelFulfillment", "command:ReleaseFulfillment")):
        _about_command(step, event)
        return
    if cause not in step.state.asked:
        return
    step.settle(cause)
    match cause.partition(":")[0], event.action:
        case "accept", "done_by_hand":
            step.set(cancelling=step.state.cancelling or dict(step.state.outstanding))
            node.stopped_by_hand(step)
        case "cancel", "done_by_hand":
            node.stopped_by_hand(step)
        case "cancel", "dismiss":
            node.cancellation_refused(step, event.reason or "the node goes on")
        case "depart", "done_by_hand":
            leaving.left_by_hand(step)
        case "deliver", "done_by_hand":
            leaving.arrived_by_hand(step)


def _about_command(step: Step, event: ActionTaken) -> None:
    cancels = event.exception.startswith("command:CancelFulfillment")
    match event.action:
        case "done_by_hand" if cancels:
            node.stopped_by_hand(step)
        case "dismiss" if cancels:
            node.cancellation_refused(step, event.reason or "the node was not told")
        case "done_by_hand":
            node.start(step, "accepted")
        case "dismiss":
            node.refused(step, event.reason or "the node was not told")
        case _:
            pass


def command_refused(step: Step, event: CommandRefused) -> None:
    """A refusal by the node's system is the node's."""
    reason = event.reason or f"{event.system} refused"
    match event.command:
        case "ReleaseFulfillment":
            node.refused(step, reason)
        case "CancelFulfillment":
            node.cancellation_refused(step, reason)
        case "ChangeFulfillmentAddress" if step.state.addresses:
            step.set(addresses=step.state.addresses - 1)
            node.refuse_address(step, reason)
        case "BuyLabel":
            step.ask(f"label:{event.ordinal}", f"{event.system} sold no label: {reason}", "warehouse")
            _without_label(step, event.ordinal)


def command_abandoned(step: Step, event: CommandAbandoned) -> None:
    """The runtime asks a person. Goods don't wait for a label that may never come."""
    if event.command == "BuyLabel":
        _without_label(step, event.ordinal)


def _without_label(step: Step, ordinal: int) -> None:
    for package, issued in step.state.labelling.items():
        if issued == ordinal:
            leaving.unlabelled(step, package)
            return


def waiting(state: FulfillmentState) -> tuple[Waiting, ...]:
    """For people: what it waits for, the main wait first."""
    request = state.request
    if request is None or state.is_over:
        return ()
    until = state.alarms.get(PROGRESS)
    found = []
    if state.stage == "requested":
        found.append(Waiting(f"{request.number} to be accepted", request.node, until))
    elif state.stage in WORKING:
        found.append(Waiting(f"{request.number} to ship", request.node, until))
    elif not all(leg.posted for leg in state.legs):
        found.append(Waiting(f"{request.number} to leave the dock", request.node, until))
    else:
        found.append(Waiting(f"{request.number} to be delivered", "the carrier", until))
    if state.cancelling is not None:
        found.append(Waiting(f"{request.number} to be stopped", request.node, state.alarms.get(node.CANCEL_BY)))
    return tuple(found)
