"""Table tests over every (state, event) pair of both processes."""

import pytest

from crossdock.processes.decision import State
from crossdock.processes.fulfillment.state import FulfillmentState
from crossdock.processes.order_to_cash.state import OrderState
from tests.processes import pairs
from tests.processes.world import F1, KEY, World


@pytest.fixture(scope="module")
def seen():
    return pairs.watched()


@pytest.mark.parametrize(
    ("name", "kind", "odd"),
    [("order_to_cash", OrderState, pairs.odd_orders), ("fulfillment", FulfillmentState, pairs.odd_fulfillments)],
)
def test_every_event_may_come_in_every_state_and_come_again(seen, name, kind, odd):
    world = World()
    process = world.processes[name]
    states = pairs.distinct_states(seen, kind, most=1)
    events = [*pairs.distinct_events(seen, process, most=3), *odd()]
    assert {type(event) for event in events} >= set(process.events)
    assert len(states) > 20
    for state, at in states:
        for event in events:
            pairs.examine(world, process, state, event, at)


@pytest.mark.parametrize(("name", "key"), [("order_to_cash", KEY), ("fulfillment", F1)])
def test_an_event_for_an_instance_that_has_not_begun_is_a_question(name, key):
    world = World()
    process = world.processes[name]
    beginning = {"OrderPlaced", "OrderChanged", "FulfillmentRequested"}
    odd = pairs.odd_orders() if name == "order_to_cash" else pairs.odd_fulfillments()
    for event in odd:
        if type(event).__name__ not in beginning:
            decision = process.decide(process.new(key), event, world.now)
            assert decision.state == process.new(key)
            assert len(decision.effects) == 1


def test_every_phase_that_people_see_is_reached(seen):
    def phases(kind: type[State]) -> set[str]:
        return {state.phase for state, _, _ in seen if isinstance(state, kind)}

    assert phases(OrderState) >= {
        "announced",
        "validating",
        "held",
        "entering",
        "scheduled",
        "unpaid",
        "backordered",
        "released",
        "partly_shipped",
        "settling",
        "closed",
        "cancelled",
    }
    assert phases(FulfillmentState) >= {"announced", "requested", "accepted", "picked", "packed", "at_dock", "shipped"}
