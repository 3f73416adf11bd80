"""Fulfillment, from a released share of an order to its delivery. Pure: the runtime does the work."""

from collections.abc import Iterable
from datetime import datetime

from crossdock.estate.model import Estate
from crossdock.model.events import (
    ActionTaken,
    AlarmRang,
    CommandAbandoned,
    CommandRefused,
    DockDeparted,
    Event,
    FulfillmentAddressChanged,
    FulfillmentCancellationRequested,
    FulfillmentRequested,
    GoodsPacked,
    GoodsPicked,
    GoodsShipped,
    LabelBought,
    NodeAccepted,
    NodeCancellationRefused,
    NodeCancelled,
    NodeRefused,
    TrackingReported,
)
from crossdock.model.identifiers import Identifier
from crossdock.processes.decision import NOT_OURS, AskPerson, Decision, Route, State, Waiting
from crossdock.processes.fulfillment import leaving, node, watch
from crossdock.processes.fulfillment.state import FulfillmentState
from crossdock.processes.fulfillment.step import Step

FROM_NODES = (
    NodeAccepted,
    NodeRefused,
    GoodsPicked,
    GoodsPacked,
    GoodsShipped,
    NodeCancelled,
    NodeCancellationRefused,
)
"""They name the fulfillment by the number that we gave the node."""


class Fulfillment:
    """One instance per order and node, keyed `<order key>@<n>`."""

    name = "fulfillment"
    state_type: type[State] = FulfillmentState
    events: Iterable[type[Event]] = (
        FulfillmentRequested,
        FulfillmentCancellationRequested,
        FulfillmentAddressChanged,
        *FROM_NODES,
        DockDeparted,
        LabelBought,
        TrackingReported,
        AlarmRang,
        CommandRefused,
        CommandAbandoned,
        ActionTaken,
    )

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    def route(self, event: Event) -> Route:
        """By key from the order; by our number from nodes; by shipment or tracking number from docks and carriers.

        A truck or package may carry goods of several fulfillments. What comes before its number is known waits.
        """
        match event:
            case FulfillmentRequested(fulfillment):
                return Route((fulfillment.key,), starts=True)
            case FulfillmentCancellationRequested() | FulfillmentAddressChanged() | LabelBought():
                return Route((event.fulfillment,))
            case DockDeparted(reference=str(reference)) if reference:
                return Route(by=(Identifier("fulfillment", reference),))
            case DockDeparted(place, shipment):
                return Route(by=(Identifier("shipment", shipment, place),), many=True)
            case TrackingReported(tracking):
                return Route(by=(Identifier("tracking", tracking.tracking),), many=True)
            case _ if isinstance(event, FROM_NODES):
                return Route(by=(Identifier("fulfillment", event.reference),))
            case _:
                return NOT_OURS

    def new(self, key: str) -> FulfillmentState:
        return FulfillmentState(key)

    def decide(self, state: State, event: Event, at: datetime) -> Decision:
        """What follows from an event. Nothing goes back: a late word about an earlier stage changes nothing."""
        assert isinstance(state, FulfillmentState)
        step = Step(self._estate, state, at)
        if state.request is None and not isinstance(event, FulfillmentRequested):
            what = type(event).__name__
            return state.then(AskPerson("no_request", f"{what} came for a fulfillment that nobody requested"))
        self._take_in(step, event)
        return step.decision()

    def waiting(self, state: State) -> tuple[Waiting, ...]:
        assert isinstance(state, FulfillmentState)
        return watch.waiting(state)

    def _take_in(self, step: Step, event: Event) -> None:
        match event:
            # the order
            case FulfillmentRequested():
                node.requested(step, event)
            case FulfillmentCancellationRequested():
                node.cancellation_requested(step, event)
            case FulfillmentAddressChanged():
                node.address_changed(step, event)
            # the node
            case NodeAccepted():
                node.accepted(step, event)
            case NodeRefused(reason=reason):
                node.refused(step, reason)
            case GoodsPicked():
                node.picked(step, event)
            case GoodsPacked():
                node.packed(step, event)
            case GoodsShipped():
                leaving.shipped(step, event)
            case DockDeparted():
                leaving.departed(step, event)
            case NodeCancelled():
                node.node_cancelled(step, event)
            case NodeCancellationRefused(reason=reason):
                node.cancellation_refused(step, reason)
            # the carrier
            case LabelBought():
                leaving.labelled(step, event)
            case TrackingReported():
                leaving.tracked(step, event)
            # time, refusals and people
            case AlarmRang():
                watch.rang(step, event)
            case CommandRefused():
                watch.command_refused(step, event)
            case CommandAbandoned():
                watch.command_abandoned(step, event)
            case ActionTaken():
                watch.acted(step, event)
