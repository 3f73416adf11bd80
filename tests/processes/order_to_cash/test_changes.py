"""Amendments and cancellations at each stage: applied, sent on as a change, or refused as too late."""

from decimal import Decimal as D

from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.base import change
from crossdock.model.parties import Address
from crossdock.processes import decision as d
from tests.processes.world import KEY, World, estate, line, order, payment

NEW_ADDRESS = Address(("2 Street",), "Salem", country="US")


def amended(*lines: object, revision: int = 2, **more: object) -> e.OrderChanged:
    return e.OrderChanged(order(*lines, revision=revision, **more))  # type: ignore[arg-type]


def moved(revision: int = 2) -> e.OrderChanged:
    new = order(revision=revision)
    party = change(new.parties.sold_to, address=NEW_ADDRESS)
    return e.OrderChanged(change(new, parties=change(new.parties, sold_to=party)))


def waiting_for_money() -> World:
    return World(stock={("BOLT", "EAST"): 100, ("NUT", "EAST"): 100}).place(order(terms="prepaid"))


# --- before release -----------------------------------------------------------------------------------------------


def test_more_of_a_line_and_a_new_line_before_release_are_priced_reserved_and_brought_to_the_erp():
    world = waiting_for_money().tell(amended(line(quantity=12), line("2", "NUT", 3), terms="prepaid"))
    assert world.line("1").reserved == 12
    assert world.line("2").reserved == 3
    (sale,) = world.of(c.ChangeSale)
    assert [each.quantity.amount for each in sale.order.lines] == [12, 3]
    assert len(world.of(c.QuoteOrder)) == 2


def test_less_of_a_line_before_release_frees_its_stock_and_leaves_the_order():
    world = waiting_for_money().tell(amended(line(quantity=4), terms="prepaid"))
    assert (world.line().ordered, world.line().reserved) == (4, 4)
    assert world.stock["BOLT", "EAST"].reserved == 4
    assert world.of(c.ChangeSale)[0].order.lines[0].quantity.amount == 4


def test_a_line_that_is_left_out_is_gone_and_an_order_without_lines_is_cancelled():
    world = waiting_for_money().tell(amended(line("2", "NUT", 3), terms="prepaid"))
    assert world.line("1").live == 0
    assert world.stock["BOLT", "EAST"].reserved == 0
    world.tell(amended(line("2", "NUT", 0), terms="prepaid", revision=3))
    assert world.order.phase == "cancelled"
    assert world.of(c.CancelSale)
    assert world.stock["NUT", "EAST"].reserved == 0


def test_another_item_on_the_same_line_is_sourced_anew():
    world = waiting_for_money().tell(amended(line(item="NUT", quantity=5), terms="prepaid"))
    assert world.stock["BOLT", "EAST"].reserved == 0
    assert world.stock["NUT", "EAST"].reserved == 5


def test_an_older_or_equal_reading_of_the_order_is_a_repetition():
    world = waiting_for_money().tell(amended(line(quantity=12), terms="prepaid", revision=3))
    before = world.order
    world.tell(amended(line(quantity=9), terms="prepaid", revision=2))
    world.tell(amended(line(quantity=9), terms="prepaid", revision=3))
    assert world.order == before


def test_a_higher_price_is_checked_again_and_held():
    world = waiting_for_money()
    world.list_prices["BOLT"] = "2"
    world.tell(amended(line(price=5), terms="prepaid"))
    assert set(world.order.holds) == {"price"}
    assert not world.of(e.OrderRejected)


def test_more_on_account_is_checked_against_the_limit_again():
    world = World(stock={("BOLT", "EAST"): 6})
    world.place(order(ship_complete=True)).tell(amended(line(quantity=20), ship_complete=True))
    assert [hold.amount.amount for hold in world.of(d.HoldCredit)] == [25, 45]


def test_a_new_address_before_release_goes_out_with_the_release():
    world = World(stock={("BOLT", "EAST"): 0}).place().tell(moved())
    world.stock["BOLT", "EAST"] = type(world.stock["BOLT", "EAST"])(D(10), D(0))
    world.to(KEY, e.StockBecameAvailable("BOLT", "EAST"))
    assert world.fulfillment().request.ship_to.address == NEW_ADDRESS


def test_an_amendment_that_nobody_could_reckon_with_is_refused_and_changes_nothing():
    world = waiting_for_money().tell(amended(line(quantity="NaN"), terms="prepaid"))
    assert world.line().ordered == 10
    assert world.of(c.RefuseChange)[0].what == "change"


# --- after release ------------------------------------------------------------------------------------------------


def test_more_after_release_goes_out_as_another_fulfillment():
    world = World().place().tell(amended(line(quantity=15)))
    assert [share.outstanding("1") for share in world.order.shares] == [10, 5]
    world.ship(1, "S1").ship(2, "S2")
    assert world.order.phase == "closed"
    assert sum(bill.invoice.total.amount for bill in world.of(c.PostInvoice)) == 35


def test_less_after_release_is_asked_of_the_node_and_applied_when_it_confirms():
    world = World().place()
    world.mute.add("CancelFulfillment")
    world.tell(amended(line(quantity=6)))
    assert world.line().ordered == 10
    assert not world.of(c.ChangeSale)
    (asked,) = world.of(c.CancelFulfillment)
    assert [each.quantity for each in asked.lines] == [4]
    world.to(f"{KEY}@1", e.NodeCancelled("EAST", asked.reference, {"1": D(4)}))
    assert (world.line().ordered, world.line().released, world.line().cancelled) == (6, 6, 0)
    assert world.of(c.ChangeSale)[0].order.lines[0].quantity.amount == 6
    assert world.ship().order.phase == "closed"
    assert not world.of(c.ConfirmCancellation)


def test_less_after_release_is_refused_when_the_node_cannot_stop_and_then_it_ships_and_is_billed():
    world = World().place()
    world.refuse["CancelFulfillment"] = "packed already"
    world.tell(amended(line(quantity=6)))
    assert world.of(c.RefuseChange)[0].what == "change"
    assert world.of(e.ChangeRefused)
    world.ship()
    assert world.line().shipped == 10
    assert world.of(c.PostInvoice)[0].invoice.total.amount == 25
    assert world.order.phase == "closed"


def test_the_same_decrease_in_a_later_revision_is_not_asked_for_twice():
    world = World().place()
    world.mute.add("CancelFulfillment")
    world.tell(amended(line(quantity=6), revision=2), amended(line(quantity=6), revision=3))
    assert len(world.of(c.CancelFulfillment)) == 1


def test_a_decrease_taken_back_while_the_node_is_asked_ends_with_what_is_wanted():
    for answer in ("stops", "ships"):
        world = World().place()
        world.mute.add("CancelFulfillment")
        world.tell(amended(line(quantity=6), revision=2), amended(line(quantity=10), revision=3))
        number = world.fulfillment().request.number
        if answer == "stops":
            world.to(f"{KEY}@1", e.NodeCancelled("EAST", number, {"1": D(4)}))
            assert world.line().live == 10
        else:
            world.mute.clear()
            world.ship(1, "S1")
            assert (world.line().shipped, world.line().live) == (10, 10)
            assert world.fulfillment(2).phase == "cancelled"


def test_less_than_has_shipped_is_too_late():
    world = World(stock={("BOLT", "EAST"): 6}).place().ship(1, "S1")
    world.tell(amended(line(quantity=2)))
    assert (world.line().shipped, world.line().backordered, world.line().live) == (6, 0, 6)
    assert world.of(c.RefuseChange)
    assert world.order.phase == "closed"


def test_a_new_address_after_release_is_sent_to_the_node():
    world = World().place().tell(moved())
    (told,) = world.of(c.ChangeFulfillmentAddress)
    assert told.address == NEW_ADDRESS
    assert not world.of(c.RefuseChange)


def test_a_node_may_refuse_a_new_address_as_too_late():
    world = World().place()
    world.refuse["ChangeFulfillmentAddress"] = "label printed"
    world.tell(moved())
    assert [(each.what, each.reason) for each in world.of(c.RefuseChange)] == [("address", "label printed")]


def test_any_change_of_a_closed_order_is_refused_but_its_echo_is_not():
    world = World().place().ship()
    echo = order(revision=2)
    world.tell(e.OrderChanged(change(echo, customer_po="added later")))
    assert not world.of(c.RefuseChange)
    world.tell(amended(line(quantity=12), revision=3))
    assert world.of(c.RefuseChange)[0].revision == 3


def test_the_channels_echo_of_a_cancellation_changes_nothing():
    world = World(stock={("BOLT", "EAST"): 6}).place(order(backorder_allowed=False))
    issued = len(world.commands)
    world.tell(amended(line(quantity=6), backorder_allowed=False))
    assert len(world.commands) == issued
    assert (world.line().released, world.line().cancelled) == (6, 4)


# --- cancellations ------------------------------------------------------------------------------------------------


def test_an_order_cancelled_while_it_is_priced_ends_there_and_the_late_answer_changes_nothing():
    world = World()
    world.mute.add("QuoteOrder")
    world.place().tell(e.CancellationRequested(KEY, "oops"))
    assert world.order.phase == "cancelled"
    world.to(KEY, world.quote(order()))
    assert [type(each).__name__ for each in world.of(c.Command)] == ["QuoteOrder", "ConfirmCancellation"]


def test_an_order_cancelled_while_the_erp_enters_it_is_cancelled_there_too_once_it_has_its_number():
    world = World()
    world.mute.add("CreateSale")
    world.place().tell(e.CancellationRequested(KEY, "oops"))
    assert not world.of(c.CancelSale)
    world.to(KEY, e.SaleCreated(KEY, "SO-9"))
    (cancel,) = world.of(c.CancelSale)
    assert (cancel.sale_number, cancel.remainder_only) == ("SO-9", False)


def test_an_order_cancelled_before_release_frees_stock_and_credit():
    world = World(stock={("BOLT", "EAST"): 6}).place(order(ship_complete=True))
    world.tell(e.CancellationRequested(KEY))
    assert world.order.phase == "cancelled"
    assert world.of(d.FreeCredit)
    assert world.of(d.StopWaitingForStock)
    assert world.of(c.CancelSale)
    assert not world.alarms
    assert not world.open_causes


def test_an_order_cancelled_after_release_is_cancelled_when_the_node_agrees():
    world = World().place().tell(e.CancellationRequested(KEY))
    assert world.of(c.CancelFulfillment)[0].lines == ()
    assert world.order.phase == "cancelled"
    assert world.fulfillment().phase == "cancelled"
    assert world.stock["BOLT", "EAST"].reserved == 0
    assert len(world.of(c.ConfirmCancellation)) == 1


def test_a_node_may_refuse_to_stop_and_then_it_ships_and_is_billed():
    world = World().place()
    world.refuse["CancelFulfillment"] = "on the truck"
    world.tell(e.CancellationRequested(KEY))
    assert world.of(c.RefuseChange)[0].reason == "on the truck"
    assert world.ship().order.phase == "closed"
    assert world.of(c.PostInvoice)


def test_goods_that_leave_before_the_node_answers_refuse_the_cancellation():
    world = World().place()
    world.mute.add("CancelFulfillment")
    world.tell(e.CancellationRequested(KEY)).ship()
    assert world.order.phase == "closed"
    assert len(world.of(c.RefuseChange)) == 1


def test_what_has_shipped_stays_and_the_rest_is_cancelled():
    world = World(stock={("BOLT", "EAST"): 6}).place().ship(1, "S1").tell(e.CancellationRequested(KEY))
    assert (world.line().shipped, world.line().cancelled) == (6, 4)
    assert world.of(c.CancelSale)[0].remainder_only
    assert [each.quantity for each in world.of(c.ConfirmCancellation)[0].lines] == [4]
    assert world.order.phase == "closed"


def test_cancelling_after_everything_left_is_too_late():
    world = World().place().ship().tell(e.CancellationRequested(KEY))
    assert world.order.phase == "closed"
    assert world.of(c.RefuseChange)[0].what == "cancellation"


def test_some_units_of_a_line_can_be_cancelled_and_the_same_request_counts_once():
    world = World(stock={("BOLT", "EAST"): 8}).place()
    request = e.CancellationRequested(KEY, "too many", {"1": D(5)})
    world.tell(request, request)
    assert (world.line().cancelled, world.line().released) == (5, 5)
    assert [each.quantity for each in world.of(c.ConfirmCancellation)[0].lines] == [5]


def test_requests_with_their_own_numbers_are_two():
    world = waiting_for_money()
    for reference in ("c1", "c2", "c1"):
        world.tell(e.CancellationRequested(KEY, "too many", {"1": D(2)}, reference))
    assert world.line().cancelled == 4


def test_an_order_of_a_channel_without_a_system_tells_nobody():
    world = World()
    api = order(key="api/1")
    world.place(api)
    world.tell(e.CancellationRequested("api/1"))
    assert world.states["order_to_cash", "api/1"].phase == "cancelled"
    assert not world.of(c.ChannelCommand)


def test_a_paid_order_that_is_cancelled_waits_for_its_refund():
    world = World(estate(), {("BOLT", "EAST"): 9})
    paid = order(terms="prepaid", payments=(payment("P1", "payment", 25),), ship_complete=True)
    world.place(paid).tell(e.CancellationRequested(KEY))
    assert world.order.phase == "cancelled"
    assert "given back" in world.waits()


# --- how channels count -------------------------------------------------------------------------------------------


def test_a_channel_that_keeps_cancelled_units_in_its_figure_may_ask_for_more_beyond_it():
    world = waiting_for_money().tell(e.CancellationRequested(KEY, "", {"1": D(4)}))
    world.tell(amended(line(quantity=12), terms="prepaid"))
    assert (world.line().live, world.line().cancelled) == (8, 4)


def test_a_channel_that_takes_cancelled_units_out_of_its_figure_may_ask_for_more_beyond_it():
    world = waiting_for_money().tell(e.CancellationRequested(KEY, "", {"1": D(4)}))
    world.tell(amended(line(quantity=6), terms="prepaid", revision=2))
    assert world.line().live == 6
    world.tell(amended(line(quantity=8), terms="prepaid", revision=3))
    assert world.line().live == 8


def test_after_a_decrease_that_came_too_late_only_what_goes_beyond_what_stands_is_more():
    world = World().place()
    world.refuse["CancelFulfillment"] = "packed already"
    for revision, quantity in enumerate((6, 6, 8, 10, 12), start=2):
        world.tell(amended(line(quantity=quantity), revision=revision))
    assert world.line().live == 12
    assert len(world.of(c.CancelFulfillment)) == 1
    assert len(world.of(c.RefuseChange)) == 1


def test_the_same_impossible_change_of_a_closed_order_is_refused_once():
    world = World().place().ship()
    for revision in (2, 3, 4):
        world.tell(amended(line(quantity=12), revision=revision))
    assert len(world.of(c.RefuseChange)) == 1
