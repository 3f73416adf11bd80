"""What people did in the ERP itself, by poll and by webhook."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.connectors.rest_erp.connector import RestErp, Settings
from crossdock.connectors.rest_erp.openapi import contract
from crossdock.model import commands, events
from crossdock.runtime.connector import Arrival, Delivery, Done, FeedPage, Rejected
from crossdock.runtime.ports import NoAnswer
from crossdock.simulation.systems.erp import Erp
from crossdock.simulation.systems.faults import Faults
from tests.support.contracts import Contract
from tests.support.systems import CATALOGUE, NOW, SECRET, TOKEN, Bench, delivery, order, usd

LINE = {"id": "1", "item": "NUT", "quantity": "3", "unit_price": "1.00", "tax": "0.18"}
CALLED = {"customer": {"number": "C-1", "name": "Byron Ltd"}, "currency": "USD", "lines": [LINE]}


class ErpBench(Bench):
    system: Erp

    def enter(self, **more: Any) -> str:
        return self.system.enter({**CALLED, "placed_at": self.now, **more}, self.now)

    def sales(self, cursor: str = "") -> FeedPage:
        page = self.read(self.connector.feeds[0], cursor)
        assert isinstance(page, FeedPage), page
        return page

    def seen(self, delivered: Delivery) -> list[events.Event]:
        translation = self.connector.translate(delivered, self.now)
        assert translation.problems == ()
        return [sighting.event for sighting in translation.sightings]


@pytest.fixture
def bench() -> ErpBench:
    settings = Settings("erp", "http://erp.test", TOKEN, secrets=(SECRET,), nodes={"east": "WH1"})
    return ErpBench(RestErp(settings), Erp("erp", TOKEN, CATALOGUE, SECRET, "http://hub.test"))


def test_a_phone_order_is_an_order_of_the_erps_channel(bench: ErpBench) -> None:
    number = bench.enter(delivery={"ship_complete": True}, terms={"kind": "on_account", "net_days": 30})
    (delivered,) = bench.sales().deliveries
    (placed,) = bench.seen(delivered)
    assert isinstance(placed, events.OrderPlaced)
    assert (placed.entered_in, placed.sale_number) == ("erp", number)
    found = placed.order
    assert (found.key, found.number, found.channel) == (f"erp/{number}", number, "erp")
    assert found.lines[0].price.amount == usd("1.00")
    assert (found.gross, found.terms.net_days, found.delivery.ship_complete) == (usd("3.18"), 30, True)
    assert found.parties.sold_to.number == "C-1"


def test_our_own_sales_are_not_seen_again(bench: ErpBench) -> None:
    assert isinstance(bench.perform(commands.CreateSale(order(), "C-1")), Done)
    assert bench.sales().deliveries == ()


def test_a_changed_phone_order_is_seen_even_by_those_that_missed_its_beginning(bench: ErpBench) -> None:
    number = bench.enter()
    bench.system.amend(number, [LINE | {"quantity": "5"}], bench.now)
    placed, changed = bench.seen(bench.sales().deliveries[0])
    assert isinstance(placed, events.OrderPlaced)
    assert isinstance(changed, events.OrderChanged)
    assert (changed.order.revision, changed.order.lines[0].quantity.amount) == (2, Decimal(5))


def test_a_cancelled_phone_order_asks_for_its_cancellation(bench: ErpBench) -> None:
    number = bench.enter()
    bench.system.cancel(number, "called again", bench.now)
    _, cancelled = bench.seen(bench.sales().deliveries[0])
    assert cancelled == events.CancellationRequested(f"erp/{number}", "called again")


def test_a_sale_of_ours_that_a_clerk_cancels_is_a_cancellation_of_our_order(bench: ErpBench) -> None:
    bench.perform(commands.CreateSale(order(), "C-1"))
    bench.system.cancel("SO1001", "no such street", bench.now)
    assert bench.seen(bench.sales().deliveries[0]) == [
        events.CancellationRequested(order().key, "no such street"),
    ]


def test_a_sale_of_ours_that_a_clerk_changes_is_told_on_its_timeline(bench: ErpBench) -> None:
    bench.perform(commands.CreateSale(order(), "C-1"))
    bench.system.amend("SO1001", [LINE], bench.now)
    (told,) = bench.seen(bench.sales().deliveries[0])
    assert isinstance(told, events.DocumentReceived)
    assert told.identifiers[0].value == "SO1001"


def test_a_poll_goes_on_behind_its_cursor_and_overlaps(bench: ErpBench) -> None:
    bench.enter()
    first = bench.sales()
    bench.wait(minutes=1)
    bench.enter()
    second = bench.sales(first.cursor)
    assert [len(page.deliveries) for page in (first, second)] == [1, 2]
    again = {bench.connector.arrival(one).message_id for one in first.deliveries}
    assert again < {bench.connector.arrival(one).message_id for one in second.deliveries}
    bench.wait(minutes=10)
    bench.enter()
    third = bench.sales(bench.sales(second.cursor).cursor)
    assert len(third.deliveries) == 1 + sum(1 for _ in bench.sales(third.cursor).deliveries) - 1


def test_a_change_committed_out_of_order_within_the_overlap_is_not_missed(bench: ErpBench) -> None:
    bench.enter()
    page = bench.sales()
    bench.now -= timedelta(seconds=90)
    late = bench.enter()
    bench.now += timedelta(seconds=90)
    numbers = [msgspec.json.decode(one.body)["number"] for one in bench.sales(page.cursor).deliveries]
    assert late in numbers


def test_a_long_list_comes_in_pages_that_skip_nothing(bench: ErpBench) -> None:
    numbers = {bench.enter() for _ in range(450)}
    cursor, seen, pages = "", set(), 0
    while True:
        page = bench.sales(cursor)
        seen |= {msgspec.json.decode(one.body)["number"] for one in page.deliveries}
        pages, cursor = pages + 1, page.cursor
        if not page.more:
            break
    assert (seen, pages) == (numbers, 3)


def test_stock_moved_in_the_erp_is_seen_at_our_node(bench: ErpBench) -> None:
    bench.system.move_stock("BOLT", "WH1", Decimal(-2), "adjustment", bench.now)
    page = bench.read(bench.connector.feeds[1])
    assert isinstance(page, FeedPage)
    assert bench.seen(page.deliveries[0]) == [events.StockMoved("east", "BOLT", Decimal(-2), "adjustment", "MV1001")]


def test_a_feed_that_can_not_be_read_now_raises_no_answer(bench: ErpBench) -> None:
    bench.system.faults = Faults(storm=1.0)
    assert isinstance(bench.read(bench.connector.feeds[0]), NoAnswer)


def test_a_webhook_says_the_same_as_the_poll(bench: ErpBench) -> None:
    bench.enter()
    bench.system.move_stock("BOLT", "WH1", Decimal(5), "receipt", bench.now)
    sent = bench.wait(seconds=1)
    assert [Contract(contract()).check_webhook(one.request) for one in sent] == ["sale.changed", "stock.moved"]
    told, moved = (delivery(one) for one in sent)
    assert bench.connector.receive(told, bench.now) == Arrival("erp-1")
    assert bench.seen(told) == bench.seen(bench.sales().deliveries[0])
    assert isinstance(bench.seen(moved)[0], events.StockMoved)


def test_a_webhook_with_a_wrong_signature_is_answered_401(bench: ErpBench) -> None:
    bench.enter()
    told = delivery(bench.wait(seconds=1)[0])
    forged = Delivery(told.topic, told.body.replace(b"NUT", b"SET"), told.headers)
    rejected = bench.connector.receive(forged, bench.now)
    assert isinstance(rejected, Rejected)
    assert rejected.status == 401


def problems(bench: ErpBench, changed: dict[str, Any]) -> list[str]:
    bench.enter()
    sale = msgspec.json.decode(bench.sales().deliveries[0].body) | changed
    translation = bench.connector.translate(Delivery("sale.changed", msgspec.json.encode(sale)), NOW)
    assert translation.sightings == ()
    return [problem.path for problem in translation.problems]


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"lines": [LINE | {"quantity": 3}]}, "$.lines[0].quantity"),
        ({"lines": [LINE, LINE | {"id": "2", "quantity": "-1"}]}, "$.lines[1].quantity"),
        ({"lines": [LINE | {"quantity": "0"}]}, "$.lines[0].quantity"),
        ({"lines": [LINE | {"quantity": "1e9"}]}, "$.lines[0].quantity"),
        ({"lines": [LINE | {"quantity": "NaN"}]}, "$.lines[0].quantity"),
        ({"lines": [LINE | {"quantity": "9" * 30}]}, "$.lines[0].quantity"),
        ({"lines": [LINE, LINE]}, "$.lines[1].id"),
        ({"lines": []}, "$.lines"),
        ({"currency": "dollars"}, "$.currency"),
        ({"placed_at": "yesterday"}, "$.placed_at"),
        ({"placed_at": "2026-03-02T09:00:00"}, "$.placed_at"),
        ({"state": "lost"}, "$.state"),
        ({"number": ""}, "$.number"),
    ],
)
def test_a_sale_that_does_not_read_is_named_by_the_path_of_its_fault(
    bench: ErpBench, changed: dict[str, Any], path: str
) -> None:
    assert problems(bench, changed) == [path]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_bytes_that_are_no_message_are_a_problem_and_no_error(bench: ErpBench, body: bytes) -> None:
    for told in (Delivery("sale.changed", body), Delivery("events", body, {"webhook-id": "1"})):
        assert len(bench.connector.translate(told, NOW).problems) == 1


def test_an_unknown_type_of_message_is_a_problem(bench: ErpBench) -> None:
    body = b'{"type": "sale.eaten", "timestamp": "2026-03-02T09:00:00Z", "data": {}}'
    (problem,) = bench.connector.translate(Delivery("events", body, {"webhook-id": "1"}), NOW).problems
    assert problem.path == "$.type"
