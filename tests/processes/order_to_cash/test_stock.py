"""Stock for an order: where from, what is short, what is lost, and what nodes do with it."""

from datetime import date
from decimal import Decimal as D

from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.items import Item
from crossdock.model.quantities import ONE
from crossdock.model.shipments import Package, PackedLine, Shipment
from crossdock.processes import decision as d
from tests.processes.world import F1, KEY, World, estate, kit, line, order


def come_in(world: World, item: str, node: str, quantity: int) -> World:
    balance = world.stock.get((item, node))
    on_hand = (balance.on_hand if balance else D(0)) + quantity
    world.stock[item, node] = type(next(iter(world.stock.values())))(on_hand, balance.reserved if balance else D(0))
    return world.to(KEY, e.StockBecameAvailable(item, node))


def test_what_is_there_ships_and_the_rest_is_backordered_until_stock_comes_in():
    world = World(stock={("BOLT", "EAST"): 6}).place()
    assert (world.line().released, world.line().backordered) == (6, 4)
    assert world.of(d.WaitForStock)[0].items == ("BOLT",)
    world.ship(1, "S1")
    assert world.order.phase == "backordered"
    come_in(world, "BOLT", "EAST", 10)
    assert world.line().released == 4
    assert world.of(d.StopWaitingForStock)
    world.ship(2, "S2")
    assert world.order.phase == "closed"
    assert len(world.of(c.PostInvoice)) == 2


def test_the_promise_names_quantity_date_zone_node_and_basis_and_no_date_for_what_is_short():
    world = World(stock={("BOLT", "EAST"): 6}).place()
    held, short = world.of(e.OrderPromised)[0].promises
    assert (held.quantity, held.date, held.time_zone, held.node, held.basis) == (
        6,
        date(2026, 3, 2),
        "America/New_York",
        "EAST",
        "on_hand",
    )
    assert (short.quantity, short.date, short.basis) == (4, None, "none")


def test_a_backorder_that_waits_too_long_is_tried_again_and_asked_about():
    world = World(stock={("BOLT", "EAST"): 0}).place().later(days=7)
    assert len(world.of(d.Reserve)) == 2
    assert world.open_causes == {"backorder"}
    come_in(world, "BOLT", "EAST", 10)
    assert not world.open_causes
    assert world.order.phase == "released"


def test_without_backorders_the_short_rest_is_cancelled_and_the_channel_and_erp_are_told():
    world = World(stock={("BOLT", "EAST"): 6}).place(order(backorder_allowed=False))
    assert (world.line().released, world.line().cancelled) == (6, 4)
    told = world.of(c.ConfirmCancellation)
    assert [(each.line, each.quantity) for each in told[0].lines] == [("1", 4)]
    assert world.of(c.CreateSale)[0].order.lines[0].quantity.amount == 6
    world.ship()
    assert world.order.phase == "closed"
    assert not world.of(c.CancelSale)


def test_without_backorders_and_stock_the_order_is_cancelled():
    world = World(stock={("BOLT", "EAST"): 0}).place(order(backorder_allowed=False))
    assert world.order.phase == "cancelled"
    assert world.of(e.OrderCancelled)
    assert world.of(c.ConfirmCancellation)[0].lines == ()
    assert not world.of(c.CreateSale)
    assert not world.alarms


def test_a_ship_complete_order_takes_nothing_until_it_can_take_all():
    world = World(stock={("BOLT", "EAST"): 6}).place(order(ship_complete=True))
    assert world.line().backordered == 10
    assert world.stock["BOLT", "EAST"].reserved == 0
    come_in(world, "BOLT", "WEST", 4)
    assert {share.node for share in world.order.shares} == {"EAST", "WEST"}


def test_a_ship_complete_order_without_backorders_is_cancelled_whole():
    world = World(stock={("BOLT", "EAST"): 6}).place(order(ship_complete=True, backorder_allowed=False))
    assert world.order.phase == "cancelled"
    assert world.stock["BOLT", "EAST"].reserved == 0


def test_a_channel_may_keep_an_order_at_one_node():
    stock = {("BOLT", "EAST"): 4, ("BOLT", "WEST"): 9}
    world = World(estate(single_node=True), stock).place()
    assert [(share.node, share.outstanding("1")) for share in world.order.shares] == [("WEST", 9)]


def test_a_substitute_is_taken_only_where_the_customer_allows_it():
    def world(allowed: bool) -> World:
        world = World(stock={("BOLT", "EAST"): 4, ("SCREW", "EAST"): 9})
        world.items["BOLT"] = Item("BOLT", substitutes=("SCREW",))
        return world.place(order(substitution_allowed=allowed))

    assert world(False).line().backordered == 6
    allowed = world(True)
    assert allowed.line().released == 10
    request = allowed.fulfillment().request
    assert [(each.item, each.quantity) for each in request.lines] == [("BOLT", 4), ("SCREW", 6)]
    allowed.ship()
    assert allowed.order.phase == "closed"
    assert allowed.stock["SCREW", "EAST"].on_hand == 3


# --- kits ---------------------------------------------------------------------------------------------------------


def kits(quantity: int = 3) -> World:
    world = World(stock={("BOLT", "EAST"): 10, ("NUT", "EAST"): 3, ("NUT", "WEST"): 99})
    world.items["KIT"] = kit()
    return world.place(order(line(item="KIT", quantity=quantity)))


def packed(number: str, **parts: int) -> Shipment:
    lines = tuple(PackedLine("1", D(n), item) for item, n in parts.items())
    return Shipment(number, "EAST", (Package("P", lines, tracking="T"),), "parcel")


def test_a_kit_is_sold_as_one_line_and_picked_as_its_components():
    world = kits()
    (asked,) = world.fulfillment().request.lines
    assert [(part.item, part.per_kit) for part in asked.components] == [("BOLT", 2), ("NUT", ONE)]
    assert world.stock["BOLT", "EAST"].reserved == 6
    world.ship()
    assert world.order.phase == "closed"
    assert world.stock["BOLT", "EAST"].on_hand == 4
    assert world.stock["NUT", "EAST"].on_hand == 0


def test_only_complete_sets_of_a_kit_count_as_shipped():
    world = kits()
    number = world.fulfillment().request.number
    world.tell(e.GoodsShipped("EAST", number, packed("S1", BOLT=6, NUT=2), final=False))
    assert world.line().shipped == 2
    world.tell(e.GoodsShipped("EAST", number, packed("S2", NUT=1)))
    assert world.line().shipped == 3
    assert world.order.phase == "closed"
    assert world.stock["NUT", "EAST"].on_hand == 0


def test_components_that_left_without_the_others_are_a_question():
    world = kits()
    world.tell(e.GoodsShipped("EAST", world.fulfillment().request.number, packed("S1", BOLT=6, NUT=2)))
    assert "incomplete_kit" in world.open_causes
    assert (world.line().shipped, world.line().backordered) == (2, 1)


# --- lost, short, refused -----------------------------------------------------------------------------------------


def test_a_reservation_that_is_lost_before_release_is_sourced_again():
    world = World(stock={("BOLT", "EAST"): 10, ("BOLT", "WEST"): 10})
    world.place(order(terms="prepaid"))
    assert world.line().held[0].node == "EAST"
    world.stock["BOLT", "EAST"] = type(world.stock["BOLT", "EAST"])(D(7), D(10))
    world.to(KEY, e.ReservationLost(KEY, "1", "EAST", "BOLT", D(3), "sale"))
    assert [(each.node, each.quantity) for each in world.line().held] == [("EAST", 7), ("WEST", 3)]


def test_a_lost_component_gives_back_the_whole_kit():
    world = World(stock={("BOLT", "EAST"): 6, ("NUT", "EAST"): 3})
    world.items["KIT"] = kit()
    world.place(order(line(item="KIT", quantity=3), terms="prepaid"))
    world.stock["BOLT", "EAST"] = type(world.stock["BOLT", "EAST"])(D(5), D(6))
    world.to(KEY, e.ReservationLost(KEY, "1", "EAST", "BOLT", D(1), "count"))
    assert (world.line().reserved, world.line().backordered) == (2, 1)
    assert world.stock["NUT", "EAST"].reserved == 2


def test_a_short_pick_is_sourced_from_another_node_and_not_from_the_same():
    world = World(stock={("BOLT", "EAST"): 20, ("BOLT", "WEST"): 10}).place()
    world.tell(e.GoodsPicked("EAST", world.fulfillment().request.number, (PackedLine("1", D(7)),)))
    assert [(share.node, share.outstanding("1")) for share in world.order.shares] == [("EAST", 7), ("WEST", 3)]
    world.ship(1, "S1").ship(2, "S2")
    assert world.order.phase == "closed"


def test_a_short_pick_that_nobody_else_can_fill_is_backordered_until_that_nodes_stock_rises():
    world = World(stock={("BOLT", "EAST"): 20}).place()
    world.tell(e.GoodsPicked("EAST", world.fulfillment().request.number, (), {"1": D(3)}))
    assert world.line().backordered == 3
    world.now = world.now.replace(hour=12)
    come_in(world, "BOLT", "EAST", 5)
    assert world.line().released == 10


def test_a_short_pick_without_backorders_cancels_the_rest_in_the_erp_and_the_channel():
    world = World(stock={("BOLT", "EAST"): 20}).place(order(backorder_allowed=False))
    world.ship(1, "S1", _1=7)
    assert (world.line().shipped, world.line().cancelled) == (7, 3)
    assert world.of(c.CancelSale)[0].remainder_only
    assert [each.quantity for each in world.of(c.ConfirmCancellation)[0].lines] == [3]
    assert world.of(c.PostInvoice)[0].invoice.total.amount == D("19.00")
    assert world.order.phase == "closed"


def test_a_node_that_refuses_loses_the_order_to_another():
    world = World(stock={("BOLT", "EAST"): 20, ("BOLT", "WEST"): 20})
    world.mute.add("ReleaseFulfillment")
    world.place()
    world.tell(e.NodeRefused("EAST", world.fulfillment().request.number, "on strike"))
    assert world.fulfillment(1).phase == "refused"
    assert world.order.shares[1].node == "WEST"
    assert world.stock["BOLT", "EAST"].reserved == 0


def test_a_node_that_does_not_answer_is_asked_to_stop_and_the_order_goes_elsewhere():
    world = World(stock={("BOLT", "EAST"): 20, ("BOLT", "WEST"): 20})
    world.mute.add("ReleaseFulfillment")
    world.place().later(hours=1)
    assert world.fulfillment(1).phase == "cancelled"
    assert world.order.shares[1].node == "WEST"
    assert world.line().cancelled == 0


# --- over-shipment ------------------------------------------------------------------------------------------------


def test_over_shipment_within_tolerance_stands_beside_the_sum_and_is_billed_on_account():
    world = World().place(order(over_tolerance=D("0.1"))).ship(1, "S1", _1=11)
    assert (world.line().shipped, world.line().over) == (10, 1)
    assert world.of(c.PostInvoice)[0].invoice.total.amount == D("27.00")
    assert world.of(c.PostShipment)[0].lines[0].quantity == 11
    assert world.stock["BOLT", "EAST"].on_hand == 89
    assert world.order.phase == "closed"


def test_over_shipment_beyond_tolerance_is_a_question_and_is_not_billed():
    world = World().place(order(over_tolerance=D("0.1"))).ship(1, "S1", _1=12)
    assert world.open_causes == {"over_shipped:S1:1"}
    assert (world.line().shipped, world.line().over) == (10, 0)
    assert world.of(c.PostInvoice)[0].invoice.total.amount == D("25.00")
    assert world.fulfillment(1).key == F1


# --- the ship window ----------------------------------------------------------------------------------------------


def test_an_order_waits_for_its_ship_window_and_releases_when_it_opens_where_the_goods_go():
    world = World().place(order(not_before=date(2026, 3, 10), time_zone="America/New_York"))
    assert world.order.phase == "scheduled"
    assert world.of(e.OrderPromised)[0].promises[0].date == date(2026, 3, 10)
    world.later(days=7, hours=18)
    assert world.order.phase == "scheduled"  # 03:00 UTC on the 10th is still the 9th there
    world.later(hours=1, minutes=1)
    assert world.order.phase == "released"
    assert not world.open_causes


def test_an_order_whose_window_has_closed_is_held_for_a_person():
    world = World().place(order(not_after=date(2026, 3, 1)))
    assert set(world.order.holds) == {"ship_window"}
    world.tell(e.HoldReleased(KEY, "ship_window", "sam"))
    assert world.order.phase == "released"
