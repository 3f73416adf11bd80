"""Goods leave: by the node's posting rule, in parts, repeated, over, late; then they travel."""

from decimal import Decimal as D

from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.shipments import Package, PackedLine, Shipment, TrackingEvent
from tests.processes.world import F1, World, estate, order, shipment


def at(node: str) -> World:
    return World(estate(nodes=(node,)), {("BOLT", node): 10}).place()


def scan(world: World, milestone: str, tracking: str = "T-S1", **more: object) -> World:
    return world.tell(e.TrackingReported(TrackingEvent(tracking, milestone, world.now, **more)))  # type: ignore[arg-type]


def test_a_node_that_posts_on_shipping_counts_at_once():
    assert at("EAST").ship(depart=False).line().shipped == 10


def test_a_node_that_posts_on_departure_waits_for_the_truck():
    world = at("WEST").ship(depart=False)
    assert world.fulfillment().phase == "at_dock"
    assert world.line().shipped == 0
    assert not world.of(c.PostShipment)
    world.tell(e.DockDeparted("WEST", "S1"))
    assert world.line().shipped == 10
    assert world.fulfillment().phase == "shipped"


def test_a_carriers_scan_proves_that_the_truck_left():
    assert scan(at("WEST").ship(depart=False), "IN_TRANSIT").line().shipped == 10


def test_a_node_that_posts_on_acceptance_waits_for_the_carrier_and_not_for_the_truck():
    world = at("PARCEL").ship(depart=True)
    assert world.line().shipped == 0
    assert scan(world, "PRE_TRANSIT").line().shipped == 0
    assert scan(world, "PICKED_UP").line().shipped == 10


def test_an_estimate_never_moves_a_state():
    world = scan(at("PARCEL").ship(), "DELIVERED", estimated=True)
    assert world.line().shipped == 0
    assert world.fulfillment().phase == "at_dock"


def test_a_delay_or_exception_before_pickup_proves_nothing():
    world = scan(scan(at("PARCEL").ship(), "DELAYED"), "EXCEPTION")
    assert world.line().shipped == 0


def test_a_truck_that_nobody_saw_leave_is_asked_about_and_may_be_posted_by_hand():
    world = at("WEST").ship(depart=False).later(hours=12)
    assert "depart" in world.open_causes
    world.act(F1, "depart", "done_by_hand")
    assert world.order.phase == "closed"


def test_a_shipment_reported_twice_counts_once():
    world = at("EAST").ship(_1=4, final=False, depart=False)
    world.ship(_1=4, final=False, depart=False)
    assert world.line().shipped == 4
    assert len(world.of(c.PostShipment)) == 1


def test_parts_add_up_and_the_last_one_ends_the_work():
    world = at("EAST").ship(1, "S1", final=False, _1=4)
    assert world.fulfillment().phase == "packed"
    world.ship(1, "S2", _1=6)
    assert world.fulfillment().phase == "shipped"
    assert world.order.phase == "closed"


def test_a_final_shipment_that_lacks_something_is_short():
    world = at("EAST").ship(_1=8)
    assert world.fulfillment().short == {"1": D(2)}
    assert world.line().backordered == 2


def test_what_left_after_it_was_given_back_is_shipped_after_all():
    world = World().place(order(terms="on_account"))
    number = world.fulfillment().request.number
    world.tell(e.GoodsPicked("EAST", number, (), {"1": D(3)}))
    assert world.line().backordered == 3
    world.ship(_1=10)
    assert (world.line().shipped, world.line().backordered) == (10, 0)
    assert world.fulfillment().short == {}
    assert world.order.phase == "closed"


def test_what_left_after_it_was_cancelled_is_a_question_to_a_person():
    world = World().place()
    number = world.fulfillment().request.number
    world.tell(e.CancellationRequested(world.order.key))
    assert world.order.phase == "cancelled"
    world.tell(e.GoodsShipped("EAST", number, shipment("S1", "EAST", _1=10)))
    assert "shipped_beyond:1" in world.open_causes
    assert world.fulfillment().phase == "shipped"
    assert not world.of(c.PostInvoice)


def test_delivered_is_when_every_package_arrived():
    world = at("EAST")
    two = Shipment(
        "S1",
        "EAST",
        (
            Package("A", (PackedLine("1", D(5)),), tracking="T1"),
            Package("B", (PackedLine("1", D(5)),), tracking="T2"),
        ),
    )
    world.tell(e.GoodsShipped("EAST", "shop-1001-1", two))
    assert scan(world, "DELIVERED", "T1").fulfillment().phase == "shipped"
    assert scan(world, "DELIVERED", "T2").fulfillment().phase == "delivered"
    assert len(world.of(e.FulfillmentDelivered)) == 1
    assert scan(world, "IN_TRANSIT", "T2").fulfillment().phase == "delivered"
    assert not world.alarms


def test_trouble_on_the_way_is_a_question_until_it_arrives():
    world = scan(at("EAST").ship(), "EXCEPTION", reason="address unknown")
    assert world.open_causes == {"delivery:T-S1"}
    assert not scan(world, "DELIVERED").open_causes


def test_what_does_not_arrive_is_asked_about():
    world = at("EAST").ship().later(days=10)
    assert "deliver" in world.open_causes
    world.act(F1, "deliver", "done_by_hand")
    assert world.fulfillment().phase == "delivered"


def test_goods_without_tracking_are_over_when_they_left():
    world = at("EAST")
    bare = Shipment("S1", "EAST", (Package("A", (PackedLine("1", D(10)),)),))
    world.tell(e.GoodsShipped("EAST", "shop-1001-1", bare))
    assert world.fulfillment().is_over
    assert not world.alarms


def test_a_truck_may_carry_several_fulfillments_and_a_package_may_serve_several():
    route = World().processes["fulfillment"].route
    assert route(e.DockDeparted("WEST", "S1")).many
    assert route(e.TrackingReported(TrackingEvent("T", "PICKED_UP", World().now))).many
    assert not route(e.NodeAccepted("WEST", "N")).many


def test_impossible_quantities_in_packages_count_for_nothing():
    world = at("EAST").ship(_1="-4", final=False).ship(1, "S2", _1="NaN", final=False)
    assert world.fulfillment().outstanding == {"1": D(10)}


# --- labels that come late ----------------------------------------------------------------------------------------


def late_label() -> World:
    """Packed and shipped while the carrier still makes the label."""
    world = World()
    world.mute.add("BuyLabel")
    world.place(order(service="parcel"))
    package = Package("P1", (PackedLine("1", D(10)),))
    world.tell(e.GoodsPacked("EAST", "shop-1001-1", (package,)))
    return world.tell(e.GoodsShipped("EAST", "shop-1001-1", Shipment("S1", "EAST", (package,))))


def test_a_shipment_waits_for_its_label_so_that_the_customer_has_the_tracking_number():
    world = late_label()
    assert world.fulfillment().phase == "at_dock"
    assert not world.of(c.ConfirmShipment)
    world.to(F1, e.LabelBought(F1, "P1", "T1", "parcel"))
    assert world.of(c.ConfirmShipment)[0].shipment.tracking_numbers() == ("T1",)
    assert scan(world, "DELIVERED", "T1").fulfillment().phase == "delivered"


def test_a_shipment_does_not_wait_for_a_label_that_will_not_come():
    for event in (
        e.CommandRefused("BuyLabel", 2, "parcel", "no such service"),
        e.CommandAbandoned("BuyLabel", 2, "parcel", "attempts are spent"),
    ):
        world = late_label().to(F1, event)
        assert world.of(c.ConfirmShipment)
        assert world.order.phase == "closed"


def test_a_label_that_is_awaited_too_long_is_asked_about_with_the_departure():
    world = late_label().later(hours=12)
    assert "depart" in world.open_causes
    world.act(F1, "depart", "done_by_hand")
    assert world.order.phase == "closed"
