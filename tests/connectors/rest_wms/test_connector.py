"""The rest_wms connector before a simulated warehouse."""

from decimal import Decimal

import pytest

from crossdock.connectors.rest_wms.connector import RestWms, Settings
from crossdock.model import events
from crossdock.model.base import change
from crossdock.model.commands import (
    CancelFulfillment,
    ChangeFulfillmentAddress,
    CreateSale,
    NodeCommand,
    ReleaseFulfillment,
)
from crossdock.model.shipments import FulfillmentLine
from crossdock.runtime.connector import Done, Idempotent, Refused, TryLater
from crossdock.runtime.ports import NoAnswer, Response
from crossdock.simulation.systems.faults import Faults
from crossdock.simulation.systems.wms import Instruction, Wms
from tests.support.systems import NOW, SECRET, TOKEN, order
from tests.support.warehouse import CANCEL, CONTRACT, LINES, READDRESS, REFERENCE, RELEASE, WmsBench, made, names


@pytest.fixture
def bench() -> WmsBench:
    return made()


# --- the life of a fulfillment ---------------------------------------------------------------------------------------


def test_a_released_fulfillment_is_accepted_picked_packed_shipped_and_departs(bench: WmsBench) -> None:
    assert bench.perform(RELEASE) == Done(())
    seen = bench.told(seconds=2)
    assert names(seen) == ["NodeAccepted", "GoodsPicked", "GoodsPacked", "GoodsShipped", "DockDeparted"]
    accepted, picked, packed, shipped, departed = seen
    assert accepted == events.NodeAccepted("east", REFERENCE, "F1001")
    assert isinstance(picked, events.GoodsPicked)
    assert {line.line: line.quantity for line in picked.lines} == {"L1": Decimal(4), "L2": Decimal(2)}
    assert isinstance(packed, events.GoodsPacked)
    assert isinstance(shipped, events.GoodsShipped)
    assert shipped.shipment.quantities() == {"L1": Decimal(4), "L2": Decimal(2)}
    assert shipped.shipment.packages == packed.packages
    assert departed == events.DockDeparted("east", shipped.shipment.number, REFERENCE)
    assert bench.system.shelf.on_hand() == {"BOLT": Decimal(4), "NUT": Decimal(6)}


def test_a_warehouse_may_accept_in_its_answer() -> None:
    bench = made(at_once=True)
    assert bench.perform(RELEASE) == Done((events.NodeAccepted("east", REFERENCE, "F1001"),))
    assert "NodeAccepted" not in names(bench.told(seconds=2))


def test_a_release_that_is_repeated_or_whose_answer_was_lost_is_one_fulfillment(bench: WmsBench) -> None:
    assert isinstance(bench.perform(RELEASE, send=bench.losing), NoAnswer)
    assert bench.perform(RELEASE, key="another") == Done(())
    bench.told(seconds=2)
    assert bench.perform(RELEASE) == Done(())
    assert len(bench.rows("released")) == 2
    assert len(bench.rows("shipped")) == 2


def test_a_reference_that_is_used_for_something_else_is_refused(bench: WmsBench) -> None:
    bench.perform(RELEASE)
    other = change(RELEASE, fulfillment=change(RELEASE.fulfillment, lines=LINES[:1]))
    refused = bench.perform(other)
    assert isinstance(refused, Refused)
    assert refused.code == "key_reused"


def test_a_warehouse_may_refuse_an_order(bench: WmsBench) -> None:
    bench.system.instruct("shop", "#1001", Instruction(refuse="no hazardous goods here"))
    bench.perform(RELEASE)
    assert bench.told(seconds=2) == [events.NodeRefused("east", REFERENCE, "no hazardous goods here")]
    assert not bench.rows("shipped")


def test_a_release_for_another_warehouse_is_a_bad_request(bench: WmsBench) -> None:
    other = change(RELEASE, fulfillment=change(RELEASE.fulfillment, node="west"))
    assert isinstance(bench.perform(other), Refused)


def test_a_short_pick_says_what_is_missing_and_ships_the_rest(bench: WmsBench) -> None:
    bench.system.instruct("shop", "#1001", Instruction(short={"BOLT": Decimal(3)}))
    bench.perform(RELEASE)
    seen = bench.told(seconds=2)
    picked = next(event for event in seen if isinstance(event, events.GoodsPicked))
    assert picked.short == {"L1": Decimal(3)}
    assert [(row.line, row.quantity) for row in bench.rows("shipped")] == [("L1", Decimal(1)), ("L2", Decimal(2))]


def test_nothing_is_picked_that_is_not_on_the_shelf(bench: WmsBench) -> None:
    assert bench.system.move("NUT", Decimal(-9), "sale", bench.now) == Decimal(-9)
    bench.perform(RELEASE)
    picked = next(event for event in bench.told(seconds=2) if isinstance(event, events.GoodsPicked))
    assert picked.short == {"L2": Decimal(2)}
    assert bench.rows("short")[0].note == "nothing on the shelf"


def test_an_empty_pick_ships_nothing(bench: WmsBench) -> None:
    for item in ("BOLT", "NUT"):
        bench.system.move(item, Decimal(-100), "adjustment", bench.now)
    bench.perform(RELEASE)
    seen = bench.told(seconds=2)
    assert names(seen)[-1] == "GoodsPicked"
    assert not bench.rows("shipped")


def test_over_shipment_stays_within_the_orders_tolerance(bench: WmsBench) -> None:
    bench.system.instruct("shop", "#1001", Instruction(over={"BOLT": Decimal(5)}))
    bench.perform(RELEASE)
    shipped = next(event for event in bench.told(seconds=2) if isinstance(event, events.GoodsShipped))
    assert shipped.shipment.quantities()["L1"] == Decimal(6)


def test_a_fulfillment_may_ship_in_parts(bench: WmsBench) -> None:
    bench.system.instruct("shop", "#1001", Instruction(parts=2))
    bench.perform(RELEASE)
    shipped = [event for event in bench.told(seconds=2) if isinstance(event, events.GoodsShipped)]
    assert [one.final for one in shipped] == [False, True]
    assert [one.shipment.quantities() for one in shipped] == [{"L1": Decimal(2), "L2": Decimal(1)}] * 2
    assert shipped[0].shipment.number != shipped[1].shipment.number


# --- cancelling and changing -----------------------------------------------------------------------------------------


def test_a_fulfillment_is_cancelled_before_it_is_picked(bench: WmsBench) -> None:
    bench.perform(RELEASE)
    answer = bench.perform(CANCEL, "c1")
    assert answer == Done((events.NodeCancelled("east", REFERENCE, {"L1": Decimal(4), "L2": Decimal(2)}),))
    assert bench.perform(CANCEL, "c1") == answer
    assert len(bench.rows("stopped")) == 2
    assert bench.told(seconds=2) == []


def test_some_lines_may_be_cancelled_and_the_rest_ships(bench: WmsBench) -> None:
    bench.perform(RELEASE)
    some = change(CANCEL, lines=(FulfillmentLine("L1", "BOLT", Decimal(3)),))
    assert bench.perform(some, "c1") == Done((events.NodeCancelled("east", REFERENCE, {"L1": Decimal(3)}),))
    bench.told(seconds=2)
    assert [row.quantity for row in bench.rows("shipped")] == [Decimal(1), Decimal(2)]


def test_a_cancellation_whose_answer_was_lost_stops_only_once(bench: WmsBench) -> None:
    bench.perform(RELEASE)
    some = change(CANCEL, lines=(FulfillmentLine("L1", "BOLT", Decimal(1)),))
    bench.perform(some, "c1", send=bench.losing)
    assert bench.perform(some, "c1") == Done((events.NodeCancelled("east", REFERENCE, {"L1": Decimal(1)}),))
    assert [row.quantity for row in bench.rows("stopped")] == [Decimal(1)]


def test_what_is_picked_can_not_be_cancelled(bench: WmsBench) -> None:
    bench.perform(RELEASE)
    bench.wait(milliseconds=90)
    (refused,) = bench.perform(CANCEL, "c1").events  # type: ignore[union-attr]
    assert isinstance(refused, events.NodeCancellationRefused)
    assert "picked" in refused.reason


@pytest.mark.parametrize("firm", [True, False])
def test_a_warehouse_may_decide_on_a_cancellation_later(bench: WmsBench, firm: bool) -> None:
    bench.system.instruct("shop", "#1001", Instruction(later=True, firm=firm))
    bench.perform(RELEASE)
    assert bench.perform(CANCEL, "c1") == Done(())
    kinds = names(bench.told(seconds=2))
    assert ("NodeCancellationRefused" in kinds, "NodeCancelled" in kinds) == (firm, not firm)
    assert ("GoodsShipped" in kinds) is firm


def test_an_address_is_changed_until_the_goods_are_packed(bench: WmsBench) -> None:
    bench.perform(RELEASE)
    assert bench.perform(READDRESS, "a1") == Done((events.ChannelInformed("shop/1", "address", REFERENCE),))
    assert bench.system.jobs[REFERENCE].ship_to["address"]["city"] == "Lexington"
    bench.wait(seconds=2)
    refused = bench.perform(READDRESS, "a2")
    assert isinstance(refused, Refused)
    assert refused.code == "too_late"


@pytest.mark.parametrize("command", [CANCEL, READDRESS])
def test_what_the_warehouse_does_not_know_is_refused(bench: WmsBench, command: NodeCommand) -> None:
    assert isinstance(bench.perform(command), Refused)


# --- stock -----------------------------------------------------------------------------------------------------------


def test_a_warehouse_counts_its_stock_at_the_start() -> None:
    settings = Settings("wms-east", "http://wms.test", TOKEN, {"east": "WH1"}, (SECRET,))
    system = Wms("wms-east", TOKEN, SECRET, "http://hub.test", "WH1", {"BOLT": Decimal(10)}, NOW)
    bench = WmsBench(RestWms(settings), system)
    assert bench.told(seconds=1) == [events.StockCounted("east", "BOLT", Decimal(10), NOW, "M1001")]


def test_what_is_picked_and_has_not_left_still_counts(bench: WmsBench) -> None:
    bench.perform(RELEASE)
    bench.wait(milliseconds=90)
    assert bench.system.shelf.on_hand()["BOLT"] == Decimal(10)
    bench.wait(seconds=2)
    assert bench.system.shelf.on_hand()["BOLT"] == Decimal(4)


def test_stock_that_moves_behind_our_back_is_told(bench: WmsBench) -> None:
    bench.system.move("BOLT", Decimal(-2), "sale", bench.now)
    bench.system.move("NUT", Decimal(25), "receipt", bench.now)
    assert bench.told(seconds=1) == [
        events.StockMoved("east", "BOLT", Decimal(-2), "sale", "M1003"),
        events.StockMoved("east", "NUT", Decimal(25), "receipt", "M1004"),
    ]


# --- the contract and the wire ---------------------------------------------------------------------------------------


def test_all_that_travels_is_as_the_openapi_document_says(bench: WmsBench) -> None:
    bench.perform(RELEASE)
    for command, key in ((READDRESS, "a"), (CANCEL, "c")):
        bench.perform(command, key)
    bench.read(bench.connector.feeds[0])
    fresh = made()
    for request in bench.requests:
        CONTRACT.check(request, fresh.system.handle(request, fresh.now))


def test_each_operation_may_be_repeated_under_its_key(bench: WmsBench) -> None:
    assert set(bench.connector.performs) == {ReleaseFulfillment, CancelFulfillment, ChangeFulfillmentAddress}
    assert all(isinstance(how, Idempotent) for how in bench.connector.performs.values())


def test_a_busy_warehouse_is_tried_later(bench: WmsBench) -> None:
    bench.system.faults = Faults(storm=1.0)
    for command in (RELEASE, CANCEL, READDRESS):
        assert isinstance(bench.perform(command), TryLater)
    assert not bench.rows("released")


def test_an_answer_unlike_the_contract_leaves_the_outcome_unknown(bench: WmsBench) -> None:
    assert isinstance(bench.perform(RELEASE, send=bench.answering(Response(200, {}, b"<html>"))), NoAnswer)


def test_a_command_of_another_kind_of_system_is_an_error_of_the_programmer(bench: WmsBench) -> None:
    with pytest.raises(TypeError, match="does not take CreateSale"):
        bench.perform(CreateSale(order(), "C-1"))


def test_a_warehouse_system_without_a_node_can_not_be_set_up() -> None:
    with pytest.raises(ValueError, match="needs a node"):
        RestWms(Settings("wms", "http://wms.test", TOKEN, {}))
