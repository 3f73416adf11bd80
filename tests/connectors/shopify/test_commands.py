"""What we tell the shop: each thing once, whatever answer is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from crossdock.model.commands import (
    CapturePayment,
    Command,
    ConfirmCancellation,
    ConfirmShipment,
    RefundPayment,
    RefuseChange,
)
from crossdock.model.events import ChannelInformed, PaymentCaptured
from crossdock.model.quantities import Money
from crossdock.model.shipments import FulfillmentLine, Package, PackedLine, Shipment
from crossdock.runtime.connector import Done, Idempotent, LookUp, NotFound, Refused, Task
from crossdock.runtime.ports import NoAnswer
from tests.connectors.shopify.fake_shop import FakeShop
from tests.connectors.shopify.payloads import events, order, refund, shop

NOW = datetime(2026, 3, 3, 10, tzinfo=UTC)
AUTHORIZED = {"id": 50, "kind": "authorization", "status": "success", "amount": "100.00", "authorization": "auth-key"}
PAID = {"id": 60, "kind": "sale", "status": "success", "amount": "30.00", "gateway": "bogus"}


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def package(id: str, tracking: str, **lines: int) -> Package:
    packed = tuple(PackedLine(line.removeprefix("l"), Decimal(quantity)) for line, quantity in lines.items())
    return Package(id, packed, tracking=tracking)


def shipment(*packages: Package, number: str = "S-1") -> ConfirmShipment:
    return ConfirmShipment("shop/7001", "shop", "7001", Shipment(number, "east", packages, carrier="UPS"))


SHIP = shipment(package("A", "1Z1", l11=2), package("B", "1Z2", l11=1, l12=2))
CANCEL = ConfirmCancellation("shop/7001", "shop", "7001", "out of stock")
CANCEL_LINES = ConfirmCancellation("shop/7001", "shop", "7001", "short", (FulfillmentLine("11", "BOLT-8", Decimal(1)),))
REFUSE = RefuseChange("shop/7001", "shop", "7001", "change", "the goods have already left", 2)
CAPTURE = CapturePayment("shop/7001", "shop", "7001", "7001/authorization", "shop/7001/capture/1", usd("40.00"))
REFUND = RefundPayment("shop/7001", "shop", "7001", "7001/payment", "shop/7001/refund/1", usd("12.00"), "damaged")


def task(command: Command, key: str = "ab12") -> Task:
    return Task(command, key, 1, NOW)


def ready() -> FakeShop:
    there = FakeShop()
    there.transactions = [dict(AUTHORIZED), dict(PAID)]
    return there


def perform(there: FakeShop, command: Command, key: str = "ab12") -> Any:
    return there.run(shop().perform(task(command, key)))


def look_up(there: FakeShop, command: Command, key: str = "ab12") -> Any:
    return there.run(shop().look_up(task(command, key)))


def effects(there: FakeShop) -> dict[str, Any]:
    """What the shop's people see of our doings."""
    return {
        "fulfilled": sorted((one["tracking_number"], str(one["line_items"])) for one in there.fulfilments),
        "cancelled": there.order.get("cancel_reason"),
        "refunds": sorted((str(one["refund_line_items"]), str(one["transactions"])) for one in there.refunds),
        "captured": [row["amount"] for row in there.captures()],
        "tags": there.order["tags"],
        "note": there.order["note"],
    }


EVERY = {"ship": SHIP, "cancel": CANCEL, "cancel lines": CANCEL_LINES, "capture": CAPTURE, "refund": REFUND}
ANSWERS = {
    "ship": ChannelInformed("shop/7001", "shipment", "S-1"),
    "cancel": ChannelInformed("shop/7001", "cancellation"),
    "cancel lines": ChannelInformed("shop/7001", "cancellation"),
    "refund": ChannelInformed("shop/7001", "refund", "shop/7001/refund/1"),
    "refuse": ChannelInformed("shop/7001", "refusal"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_each_command_is_answered_by_its_event(name: str) -> None:
    assert perform(ready(), {**EVERY, "refuse": REFUSE}[name]) == Done((ANSWERS[name],))


def test_a_capture_answers_with_the_money_under_the_commands_reference() -> None:
    (event,) = perform(ready(), CAPTURE).events
    assert isinstance(event, PaymentCaptured)
    assert (event.payment.reference, event.payment.kind, event.payment.amount) == (
        "shop/7001/capture/1",
        "capture",
        usd("40.00"),
    )


@pytest.mark.parametrize("name", EVERY)
def test_before_an_attempt_nothing_is_found(name: str) -> None:
    assert look_up(ready(), EVERY[name]) == NotFound()


@pytest.mark.parametrize("commits", [True, False], ids=["committed", "never arrived"])
@pytest.mark.parametrize("name", EVERY)
def test_whatever_answer_is_lost_it_happens_exactly_once(name: str, commits: bool) -> None:
    """Cuts off every write in turn; then looks up as the lane does, and performs again where nothing is found."""
    undisturbed = ready()
    expected = perform(undisturbed, EVERY[name])
    assert undisturbed.writes > 0
    for cut in range(1, undisturbed.writes + 1):
        there = ready()
        there.lose, there.commits_lost = cut, commits
        with pytest.raises(NoAnswer):
            perform(there, EVERY[name])
        found = look_up(there, EVERY[name])
        if found == NotFound():
            found = perform(there, EVERY[name])
        assert found == expected
        assert effects(there) == effects(undisturbed)


@pytest.mark.parametrize("name", EVERY)
def test_doing_it_again_changes_nothing(name: str) -> None:
    there = ready()
    first = perform(there, EVERY[name])
    before = effects(there)
    assert perform(there, EVERY[name]) == first
    assert look_up(there, EVERY[name]) == first
    assert effects(there) == before


def test_every_command_says_how_it_may_be_repeated() -> None:
    performs = shop().performs
    assert {kind for kind, repetition in performs.items() if isinstance(repetition, LookUp)} == {
        type(command) for command in EVERY.values()
    }
    assert isinstance(performs[RefuseChange], Idempotent)


# --- shipments -----------------------------------------------------------------------------------------------------


def test_each_package_is_a_fulfilment_with_its_tracking_number() -> None:
    there = ready()
    perform(there, SHIP)
    assert [(one["tracking_number"], one["company"], one["line_items"]) for one in there.fulfilments] == [
        ("1Z1", "UPS", [{"id": 11, "quantity": 2}]),
        ("1Z2", "UPS", [{"id": 11, "quantity": 1}, {"id": 12, "quantity": 2}]),
    ]
    assert there.order["tags"] == "vip, crossdock-shipped"


def test_packages_of_one_tracking_number_are_one_fulfilment() -> None:
    there = ready()
    perform(there, shipment(package("A", "1Z1", l11=2), package("B", "1Z1", l11=1)))
    assert [one["line_items"] for one in there.fulfilments] == [[{"id": 11, "quantity": 3}]]


def test_a_package_without_tracking_goes_by_our_own_number() -> None:
    there = ready()
    perform(there, shipment(package("A", "", l11=2)))
    assert [one["tracking_number"] for one in there.fulfilments] == ["S-1/A"]


def test_more_than_was_ordered_is_told_up_to_what_is_open() -> None:
    there = ready()
    perform(there, shipment(package("A", "1Z1", l11=5)))
    assert there.fulfilments[0]["line_items"] == [{"id": 11, "quantity": 3}]


def test_a_cancelled_fulfilment_with_the_same_number_does_not_count() -> None:
    there = ready()
    there.fulfilments = [{"status": "cancelled", "tracking_number": "1Z1", "line_items": []}]
    assert look_up(there, shipment(package("A", "1Z1", l11=1))) == NotFound()


def test_a_shipment_of_what_others_fulfilled_is_refused() -> None:
    there = ready()
    there.fulfilments = [{"status": "success", "tracking_number": "other", "line_items": [{"id": 11, "quantity": 3}]}]
    refused = perform(there, shipment(package("A", "1Z1", l11=1)))
    assert isinstance(refused, Refused)
    assert "nothing open" in refused.reason


def test_a_fulfilment_order_on_hold_is_named() -> None:
    there = ready()
    there.hold = True
    assert "on hold" in perform(there, SHIP).reason


# --- cancellations and refusals ------------------------------------------------------------------------------------


def test_a_cancellation_says_why_in_the_shops_words_and_ours() -> None:
    there = ready()
    perform(there, CANCEL)
    assert there.order["cancel_reason"] == "inventory"
    assert "cancelled: out of stock" in there.order["note"]


def test_an_order_that_is_cancelled_there_already_is_not_cancelled_again() -> None:
    there = ready()
    there.order["cancelled_at"] = "2026-03-03T09:00:00Z"
    assert isinstance(perform(there, CANCEL), Done)
    assert there.writes == 0


def test_a_cancellation_of_a_fulfilled_order_is_refused_in_the_shops_words() -> None:
    there = ready()
    perform(there, SHIP)
    assert perform(there, CANCEL) == Refused("base: Cannot cancel a fulfilled order", "422")


def test_the_shops_notice_of_our_own_doing_is_known_as_ours() -> None:
    there = ready()
    perform(there, CANCEL_LINES)
    assert [type(event).__name__ for event in events("refunds/create", refund(**there.refunds[0]))] == [
        "DocumentReceived"
    ]
    perform(there, CANCEL)
    body = order(tags=there.order["tags"], note=there.order["note"], cancelled_at=there.order["cancelled_at"])
    assert [type(event).__name__ for event in events("orders/cancelled", body)] == ["DocumentReceived"]


def test_units_that_the_shop_cancelled_itself_are_not_cancelled_again() -> None:
    there = ready()
    item = {"line_item_id": 11, "quantity": 1, "restock_type": "cancel"}
    there.refunds = [{"id": 5, "note": "by hand", "refund_line_items": [item], "transactions": []}]
    assert isinstance(perform(there, CANCEL_LINES, "ab12"), Done)
    assert isinstance(look_up(there, CANCEL_LINES, "ab12"), Done)
    assert there.open_units(11) == 2
    perform(there, CANCEL_LINES, "cd34")
    assert there.open_units(11) == 1


def test_whichever_is_confirmed_first_the_shop_ends_with_all_that_is_cancelled() -> None:
    """The shop cancelled one unit and we another: the first command finds one gone, the second does the other."""
    there = ready()
    perform(there, CANCEL_LINES, "ours")
    item = {"line_item_id": 11, "quantity": 1, "restock_type": "cancel"}
    there.refunds.append({"id": 5, "note": "by hand", "refund_line_items": [item], "transactions": []})
    perform(there, CANCEL_LINES, "theirs")
    assert there.open_units(11) == 1


def test_lines_of_an_order_that_is_cancelled_there_need_no_more() -> None:
    there = ready()
    there.order["cancelled_at"] = "2026-03-03T09:00:00Z"
    assert isinstance(perform(there, CANCEL_LINES), Done)
    assert there.writes == 0


def test_cancelled_lines_go_back_to_the_location_that_they_were_to_leave_from() -> None:
    there = ready()
    perform(there, CANCEL_LINES)
    (made,) = there.refunds
    item = {"line_item_id": 11, "quantity": 1, "restock_type": "cancel", "location_id": 77}
    assert (made["refund_line_items"], made["transactions"]) == ([item], [])


def test_a_refusal_is_written_once_whichever_command_brings_it() -> None:
    there = ready()
    perform(there, REFUSE, "ab12")
    perform(there, REFUSE, "ab12")
    perform(there, REFUSE, "cd34")
    assert there.order["note"] == "ring twice\nchange refused: the goods have already left [crossdock ab12]"
    assert there.order["tags"] == "vip, crossdock-refused"
    assert there.writes == 1


# --- money ---------------------------------------------------------------------------------------------------------


def test_two_captures_of_one_amount_are_told_apart() -> None:
    there = ready()
    perform(there, CAPTURE, "ab12")
    assert look_up(there, CAPTURE, "cd34") == NotFound()
    perform(there, CAPTURE, "cd34")
    assert [row["amount"] for row in there.captures()] == ["40.00", "40.00"]
    assert isinstance(look_up(there, CAPTURE, "ab12"), Done)


def test_a_capture_keeps_the_customers_own_attributes() -> None:
    there = ready()
    there.order["note_attributes"] = [{"name": "gift", "value": "yes"}]
    perform(there, CAPTURE)
    assert {"name": "gift", "value": "yes"} in there.order["note_attributes"]


def test_a_capture_is_of_the_authorisation_that_is_named() -> None:
    for reference in ("50", "auth-key", "7001/authorization"):
        there = ready()
        there.transactions.insert(0, {**AUTHORIZED, "id": 40, "status": "failure"})
        command = CapturePayment("shop/7001", "shop", "7001", reference, "r", usd("40.00"))
        perform(there, command)
        assert [row["parent_id"] for row in there.captures()] == [50]


def test_a_capture_without_an_authorisation_is_refused() -> None:
    there = ready()
    there.transactions = []
    assert perform(there, CAPTURE).code == "no_authorization"


def test_a_capture_beyond_the_authorisation_is_refused_in_the_shops_words() -> None:
    command = CapturePayment("shop/7001", "shop", "7001", "50", "r", usd("100.01"))
    assert "more than what is authorized" in perform(ready(), command).reason


def test_a_declined_capture_is_refused_with_the_gateways_reason_and_may_be_tried_again() -> None:
    there = ready()
    row = {**AUTHORIZED, "id": 70, "kind": "capture", "status": "failure", "amount": "40.00", "message": "expired"}
    answer = {"transaction": row}
    conversation = shop().perform(task(CAPTURE))
    original = there._capture
    there._capture = lambda _: (201, answer)  # type: ignore[method-assign, assignment]
    assert there.run(conversation) == Refused("the gateway declined the capture: expired", "failure")
    there._capture = original  # type: ignore[method-assign]
    there.transactions.append(row)
    assert look_up(there, CAPTURE) == NotFound()
    assert isinstance(perform(there, CAPTURE, "cd34"), Done)


def test_a_refund_is_spread_over_what_was_captured() -> None:
    there = ready()
    there.transactions.append({**PAID, "id": 61, "kind": "capture", "amount": "5.00"})
    perform(there, REFUND)
    assert [(row["parent_id"], row["amount"]) for row in there.refunds[0]["transactions"]] == [
        (61, "5.00"),
        (60, "7.00"),
    ]


def test_a_refund_counts_what_was_refunded_before() -> None:
    there = ready()
    perform(there, REFUND, "ab12")
    perform(there, REFUND, "cd34")
    third = perform(there, REFUND, "ef56")
    assert isinstance(third, Refused)
    assert "not refunded yet" in third.reason
