"""Commands that systems refuse or that can't go on, silence, people's decisions, and orders of the ERP's own."""

import pytest

from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.base import change
from tests.processes.world import KEY, World, order, payment, shipment


@pytest.mark.parametrize(
    ("command", "role"),
    [
        ("QuoteOrder", "sales"),
        ("CreateSale", "operations"),
        ("PostShipment", "operations"),
        ("PostInvoice", "finance"),
        ("ConfirmShipment", "customer_service"),
        ("RegisterPayment", "finance"),
    ],
)
def test_a_refused_command_goes_to_the_right_person_and_is_issued_again_on_retry(command, role):
    world = World()
    world.refuse[command] = "no"
    world.place(order(terms="prepaid", payments=(payment("P1", "payment", 25),)))
    if world.order.shares:
        world.ship()
    (cause,) = world.open_causes
    assert world.exceptions[KEY, cause].role == role
    world.refuse.clear()
    world.act(KEY, cause, "retry")
    again = [each for each in world.of(c.Command) if type(each).__name__ == command]
    assert len(again) == 2
    assert again[0] == again[1]
    if world.order.phase == "released":
        world.ship()
    assert world.order.phase == "closed"
    assert not world.open_causes


def test_a_refused_position_holds_the_order_for_credit():
    world = World()
    world.refuse["ReadCreditPosition"] = "no such customer"
    world.place()
    assert set(world.order.holds) == {"credit"}


def test_a_channel_that_will_not_hear_of_a_shipment_does_not_keep_the_order_open():
    world = World()
    world.refuse["ConfirmShipment"] = "unknown order"
    assert world.place().ship().order.phase == "closed"
    assert len(world.open_causes) == 1


def test_an_invoice_that_is_refused_keeps_the_order_open_until_a_person_posted_it():
    world = World()
    world.refuse["PostInvoice"] = "period closed"
    world.place().ship()
    assert world.order.phase == "settling"
    world.act(KEY, next(iter(world.open_causes)), "done_by_hand", "INV-77")
    assert world.order.phase == "closed"
    assert world.identifiers["invoice", "erp", "INV-77"]


def test_a_sale_entered_by_hand_lets_the_order_go_on_under_its_number():
    world = World()
    world.refuse["CreateSale"] = "item inactive"
    world.place()
    world.act(KEY, "refused:CreateSale:3", "done_by_hand")
    assert world.order.phase == "entering"
    world.act(KEY, "refused:CreateSale:3", "done_by_hand", "SO-5")
    assert world.order.sale_number == "SO-5"
    assert world.order.phase == "released"


def test_dismissing_what_an_order_needs_leaves_it_waiting_with_its_alarm():
    world = World()
    world.refuse["CreateSale"] = "item inactive"
    world.place().act(KEY, "refused:CreateSale:3", "dismiss")
    assert len(world.of(c.CreateSale)) == 1
    world.later(minutes=30)
    assert "late:entering" in world.open_causes
    world.refuse.clear()
    world.act(KEY, "late:entering", "retry")
    assert world.order.phase == "released"


def test_an_abandoned_command_goes_on_when_it_was_done_by_hand_and_is_never_issued_anew_by_us():
    world = World()
    world.mute.add("CreateSale")
    world.place().to(KEY, e.CommandAbandoned("CreateSale", 3, "erp", "unknown"))
    world.act(KEY, "command:CreateSale:3", "retry")
    assert len(world.of(c.CreateSale)) == 1
    world.to(KEY, e.SaleCreated(KEY, "SO-1"))
    assert world.order.phase == "released"
    assert not world.order.stuck


def test_an_abandoned_command_can_be_marked_done():
    world = World()
    world.mute.add("PostShipment")
    world.place().ship().to(KEY, e.CommandAbandoned("PostShipment", 4, "erp", "unknown"))
    assert world.order.phase == "settling"
    world.act(KEY, "command:PostShipment:4", "done_by_hand")
    assert world.order.phase == "closed"


@pytest.mark.parametrize(
    ("muted", "phase", "hours"),
    [
        ("QuoteOrder", "validating", 1),
        ("ReadCreditPosition", "validating", 1),
        ("CreateSale", "entering", 1),
        ("PostInvoice", "settling", 25),
    ],
)
def test_silence_is_noticed_and_the_question_is_settled_when_the_answer_comes(muted, phase, hours):
    world = World()
    world.mute.add(muted)
    world.place()
    if world.order.shares:
        world.ship()
    assert world.order.phase == phase
    assert world.waits()
    world.later(hours=hours)
    assert f"late:{phase}" in world.open_causes
    (command,) = [each for each in world.of(c.Command) if type(each).__name__ == muted]
    world.to(KEY, world.answer(command)[0])
    assert f"late:{phase}" not in world.open_causes


def test_goods_that_do_not_ship_are_noticed_at_the_node_and_at_last_by_the_order():
    world = World().place().later(days=2)
    assert world.open_causes == {"ship"}
    world.later(days=1)
    assert world.open_causes == {"ship", "late:released"}
    world.ship()
    assert not world.open_causes
    assert world.order.phase == "closed"


def test_answers_that_come_twice_change_nothing():
    world = World().place().ship()
    before, issued = world.order, len(world.commands)
    for event in tuple(world.events):
        if not isinstance(event, e.OrderPlaced | e.FulfillmentRequested):
            world.to(KEY, event)
    assert world.order == before
    assert len(world.commands) == issued


# --- entered in the ERP -------------------------------------------------------------------------------------------


def in_erp(**more: object) -> World:
    world = World(stock={("BOLT", "EAST"): 6, ("BOLT", "WEST"): 6})
    return world.place(order(key="erp/77", **more), entered_in="erp", sale_number="77")


def test_an_order_entered_in_the_erp_takes_the_same_stock_ships_and_is_posted_and_billed_there():
    world = in_erp()
    assert [type(each).__name__ for each in world.of(c.Command)] == ["ReleaseFulfillment"] * 2
    for n, place in ((1, "EAST"), (2, "WEST")):
        request = world.states["fulfillment", f"erp/77@{n}"].request
        sent = shipment(f"S{n}", place, _1=str(request.lines[0].quantity))
        world.tell(e.GoodsShipped(place, request.number, sent), e.DockDeparted(place, f"S{n}", request.number))
    assert world.states["order_to_cash", "erp/77"].phase == "closed"
    assert [type(each).__name__ for each in world.of(c.Command)][2:] == ["PostShipment", "PostInvoice"] * 2
    assert {each.sale_number for each in world.of(c.PostInvoice)} == {"77"}


def test_what_cannot_be_had_of_the_erps_order_is_cancelled_there():
    world = World(stock={("BOLT", "EAST"): 6})
    world.place(order(key="erp/77", backorder_allowed=False), entered_in="erp", sale_number="77")
    assert world.of(c.ChangeSale)[0].order.lines[0].quantity.amount == 6


def test_a_change_made_in_the_erp_is_not_sent_back_to_it():
    world = in_erp(terms="prepaid")
    changed = order(key="erp/77", terms="prepaid", revision=2, customer_po="PO")
    more = type(changed.lines[0])("2", "BOLT", changed.lines[0].quantity, changed.lines[0].price)
    world.tell(e.OrderChanged(change(changed, lines=(*changed.lines, more))))
    assert not world.of(c.ChangeSale)
    assert len(world.states["order_to_cash", "erp/77"].lines) == 2
