"""What a node answers until goods leave: accepted, refused, short, cancelled, silent, out of order."""

from decimal import Decimal as D

import pytest

from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.shipments import Package, PackedLine
from tests.processes.world import F1, KEY, World, order, shipment


def waiting(**more: object) -> World:
    """Requested, and the node says nothing by itself."""
    world = World()
    world.mute.update(("ReleaseFulfillment", "CancelFulfillment"))
    return world.place(order(**more))


def number(world: World) -> str:
    return world.fulfillment().request.number


def test_a_request_goes_to_its_node_with_our_number_and_its_deadline():
    world = waiting()
    (release,) = world.of(c.ReleaseFulfillment)
    assert (release.place, release.fulfillment.number) == ("EAST", "shop-1001-1")
    assert release.deadline is not None
    assert world.fulfillment().phase == "requested"
    assert "accepted" in world.waits(F1, "fulfillment")


def test_the_same_request_twice_is_one():
    world = waiting()
    (request,) = world.of(e.FulfillmentRequested)
    world.tell(request)
    assert len(world.of(c.ReleaseFulfillment)) == 1


def test_the_node_may_be_found_by_its_own_number_once_it_accepted():
    world = waiting().tell(e.NodeAccepted("EAST", "shop-1001-1", "W-9"))
    assert world.fulfillment().phase == "accepted"
    assert world.identifiers["fulfillment", "EAST", "W-9"]
    assert "ship" in world.waits(F1, "fulfillment")


def test_goods_that_ship_before_the_node_said_that_it_accepted_count():
    world = waiting().ship()
    assert world.order.phase == "closed"
    world.tell(e.NodeAccepted("EAST", number(world), "W-9"))
    assert world.fulfillment().phase == "shipped"


def test_a_truck_that_leaves_before_its_shipment_is_known_is_remembered():
    world = World(stock={("BOLT", "WEST"): 10}).place()
    world.tell(e.DockDeparted("WEST", "S1", number(world)))
    assert world.line().shipped == 0
    world.tell(e.GoodsShipped("WEST", number(world), shipment("S1", "WEST", _1=10)))
    assert world.line().shipped == 10


def test_stages_never_go_back():
    world = World().place()
    world.tell(
        e.GoodsPacked("EAST", number(world), ()),
        e.GoodsPicked("EAST", number(world), (PackedLine("1", D(10)),)),
        e.NodeAccepted("EAST", number(world)),
    )
    assert world.fulfillment().phase == "packed"


def test_picking_that_ends_short_is_reported_once():
    world = World().place()
    picked = e.GoodsPicked("EAST", number(world), (PackedLine("1", D(7)),))
    world.tell(picked, picked)
    assert [short.lines for short in world.of(e.FulfillmentShort)] == [{"1": D(3)}]


def test_a_fulfillment_of_which_nothing_can_be_picked_is_over():
    world = World().place().tell(e.GoodsPicked("EAST", "shop-1001-1", (), {"1": D(10)}))
    assert world.fulfillment().phase == "short"
    assert world.fulfillment().is_over
    assert not [target for target in world.alarms if target[0] == "fulfillment"]


def test_a_refusal_of_the_nodes_system_is_the_nodes():
    world = waiting()
    world.to(F1, e.CommandRefused("ReleaseFulfillment", 1, "east", "unknown item"))
    assert world.fulfillment().phase == "refused"
    assert world.of(e.FulfillmentRefused)[0].reason == "unknown item"


# --- cancelling ---------------------------------------------------------------------------------------------------


def ask(world: World, **lines: int) -> World:
    wanted = {name.lstrip("_"): D(n) for name, n in lines.items()}
    return world.tell(e.FulfillmentCancellationRequested(F1, KEY, wanted, "stop"))


def test_all_of_it_is_cancelled_when_the_node_agrees():
    world = ask(waiting())
    assert world.of(c.CancelFulfillment)[0].lines == ()
    world.tell(e.NodeCancelled("EAST", number(world)))
    assert world.fulfillment().phase == "cancelled"
    assert world.of(e.FulfillmentCancelled)[0].lines == {"1": D(10)}


def test_some_of_it_is_cancelled_and_the_rest_goes_on():
    world = ask(waiting(), _1=4)
    world.tell(e.NodeCancelled("EAST", number(world), {"1": D(4)}))
    assert world.fulfillment().outstanding == {"1": D(6)}
    assert world.fulfillment().cancelling is None


def test_the_same_request_to_stop_asks_the_node_once():
    world = ask(ask(waiting()))
    assert len(world.of(c.CancelFulfillment)) == 1


def test_a_request_to_stop_after_everything_left_is_refused_at_once():
    world = ask(World().place().ship())
    assert not world.of(c.CancelFulfillment)
    assert world.of(e.FulfillmentCancellationRefused)


def test_a_node_that_ships_some_while_asked_to_stop_all_cancels_the_rest():
    world = ask(waiting()).ship(_1=6)
    assert world.fulfillment().shipped == {"1": D(6)}
    assert world.fulfillment().cancelled == {"1": D(4)}


def test_a_node_that_refuses_the_work_it_was_to_stop_has_stopped_it():
    world = ask(waiting(), _1=4).tell(e.NodeRefused("EAST", number(waiting()), "no"))
    assert world.fulfillment().cancelled == {"1": D(4)}
    assert world.fulfillment().refused == {"1": D(6)}


def test_a_node_that_will_not_say_whether_it_stopped_is_asked_about():
    world = ask(World().place())  # accepted, so only the cancellation waits
    world.mute.add("CancelFulfillment")
    world = ask(waiting()).later(hours=1)
    assert "cancel" in world.open_causes
    world.act(F1, "cancel", "done_by_hand")
    assert world.fulfillment().phase == "cancelled"


@pytest.mark.parametrize("action", ["done_by_hand", "dismiss"])
def test_a_person_says_what_became_of_a_cancellation_that_could_not_be_sent(action):
    world = ask(waiting())
    world.to(F1, e.CommandAbandoned("CancelFulfillment", 2, "east", "no answer"))
    world.act(F1, "command:CancelFulfillment:2", action)
    assert world.fulfillment().cancelling is None
    assert world.fulfillment().phase == ("cancelled" if action == "done_by_hand" else "requested")


def test_silence_after_the_request_asks_a_person_and_the_node_to_stop():
    world = waiting().later(hours=1)
    assert "accept" in world.open_causes
    assert world.of(c.CancelFulfillment)
    world.tell(e.NodeAccepted("EAST", number(world)), e.NodeCancellationRefused("EAST", number(world), "picked"))
    assert world.fulfillment().phase == "accepted"
    assert "accept" not in world.open_causes
    assert world.ship().order.phase == "closed"


# --- labels -------------------------------------------------------------------------------------------------------


def test_labels_are_bought_from_the_carrier_that_the_order_names_and_travel_with_the_shipment():
    world = World().place(order(service="parcel/express"))
    package = Package("P1", (PackedLine("1", D(10)),))
    world.tell(e.GoodsPacked("EAST", number(world), (package,)))
    (label,) = world.of(c.BuyLabel)
    assert (label.carrier, label.service) == ("parcel", "express")
    sent = type(shipment("S1", "EAST"))("S1", "EAST", (package,))
    world.tell(e.GoodsShipped("EAST", number(world), sent))
    assert world.of(c.ConfirmShipment)[0].shipment.tracking_numbers() == ("L-P1",)


def test_no_label_is_bought_without_a_carrier_of_the_estate_or_with_tracking():
    world = World().place()
    world.tell(e.GoodsPacked("EAST", number(world), (Package("P1", ()),)))
    world = World().place(order(service="parcel"))
    world.tell(e.GoodsPacked("EAST", number(world), (Package("P1", (), tracking="T"),)))
    assert not world.of(c.BuyLabel)


def test_a_person_who_says_that_a_silent_node_will_not_ship_sends_the_order_elsewhere():
    world = World(stock={("BOLT", "EAST"): 20, ("BOLT", "WEST"): 20})
    world.mute.update(("ReleaseFulfillment", "CancelFulfillment"))
    world.place().later(hours=1)
    world.act(F1, "accept", "done_by_hand")
    assert world.fulfillment(1).phase == "cancelled"
    assert world.order.shares[1].node == "WEST"
