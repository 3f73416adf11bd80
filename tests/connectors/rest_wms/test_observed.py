"""What a warehouse tells by webhook, and the log of changes that heals lost ones."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.connectors.rest_wms.connector import RestWms, Settings
from crossdock.model import events
from crossdock.runtime.connector import Arrival, Delivery, FeedPage, Rejected
from crossdock.simulation.systems.wms import Instruction
from tests.support.systems import NOW, SECRET, TOKEN, delivery
from tests.support.warehouse import REFERENCE, RELEASE, WmsBench, made, names


@pytest.fixture
def bench() -> WmsBench:
    return made()


# --- webhooks and the log that heals them ----------------------------------------------------------------------------


def test_the_log_brings_what_a_webhook_lost_under_the_same_id_and_bytes(bench: WmsBench) -> None:
    bench.system.instruct("shop", "#1001", Instruction(never=("shipped", "departed")))
    bench.perform(RELEASE)
    sent = {one.request.headers["webhook-id"]: one.request.body for one in bench.wait(seconds=2)}
    page = bench.read(bench.connector.feeds[0])
    assert isinstance(page, FeedPage)
    logged = {bench.connector.arrival(one).message_id: one.body for one in page.deliveries}
    assert sent.items() <= logged.items()
    kinds = names([event for one in page.deliveries for event in bench.events(one)])
    assert kinds == [
        *["StockCounted"] * 2,
        "NodeAccepted",
        "GoodsPicked",
        "GoodsPacked",
        "GoodsShipped",
        "DockDeparted",
    ]
    assert bench.read(bench.connector.feeds[0], page.cursor) == FeedPage((), page.cursor)


def test_a_long_log_comes_in_pages(bench: WmsBench) -> None:
    for _ in range(250):
        bench.system.move("BOLT", Decimal(1), "receipt", bench.now)
    first = bench.read(bench.connector.feeds[0])
    assert isinstance(first, FeedPage)
    assert (len(first.deliveries), first.more) == (200, True)
    second = bench.read(bench.connector.feeds[0], first.cursor)
    assert isinstance(second, FeedPage)
    assert (len(second.deliveries), second.more) == (52, False)


def test_a_webhook_that_is_sent_twice_has_one_id(bench: WmsBench) -> None:
    bench.system.instruct("shop", "#1001", Instruction(twice=True))
    bench.perform(RELEASE)
    ids = [one.request.headers["webhook-id"] for one in bench.wait(seconds=2)]
    assert len(ids) == 2 * len(set(ids)) == 10


def test_a_webhook_that_is_not_taken_is_sent_again(bench: WmsBench) -> None:
    bench.system.move("BOLT", Decimal(1), "receipt", bench.now)
    (first,) = bench.system.due(bench.now)
    bench.system.told(first.ticket, 503, bench.now)
    (again,) = bench.wait(seconds=1)
    assert (again.request.body, again.request.headers["webhook-id"]) == (
        first.request.body,
        first.request.headers["webhook-id"],
    )


def test_a_wrong_signature_is_answered_401(bench: WmsBench) -> None:
    bench.system.secrets = ["whsec_" + "QUJD" * 8]
    bench.system.move("BOLT", Decimal(1), "receipt", bench.now)
    rejected = bench.connector.receive(delivery(bench.wait(seconds=1)[0]), bench.now)
    assert isinstance(rejected, Rejected)
    assert rejected.status == 401


def test_while_a_secret_is_rotated_both_sign(bench: WmsBench) -> None:
    bench.system.secrets = ["whsec_" + "QUJD" * 8, SECRET]
    bench.system.move("BOLT", Decimal(1), "receipt", bench.now)
    assert isinstance(bench.connector.receive(delivery(bench.wait(seconds=1)[0]), bench.now), Arrival)


SHIPPED = {"number": "s", "packages": [{"id": "p", "lines": [{"id": "1", "quantity": 2}]}]}
STOCK = {"reference": "r", "warehouse": "WH1", "item": "BOLT"}


@pytest.mark.parametrize(
    ("type", "data", "path"),
    [
        (
            "fulfillment.shipped",
            {"reference": "r", "shipment": SHIPPED},
            "$.data.shipment.packages[0].lines[0].quantity",
        ),
        (
            "fulfillment.picked",
            {"reference": "r", "lines": [{"id": "1", "quantity": "-2"}]},
            "$.data.lines[0].quantity",
        ),
        ("fulfillment.accepted", {}, "$.data"),
        ("stock.counted", STOCK | {"on_hand": "1", "counted_at": "now"}, "$.data.counted_at"),
        ("stock.moved", STOCK | {"quantity": "1", "reason": "theft"}, "$.data.reason"),
        ("stock.eaten", {}, "$.type"),
    ],
)
def test_a_message_that_does_not_read_is_named_by_the_path_of_its_fault(
    bench: WmsBench, type: str, data: dict[str, Any], path: str
) -> None:
    body = msgspec.json.encode({"type": type, "timestamp": NOW, "data": data})
    translation = bench.connector.translate(Delivery("events", body, {"webhook-id": "1"}), NOW)
    assert [problem.path for problem in translation.problems] == [path]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'{"type": "stock.moved"}'])
def test_bytes_that_are_no_message_are_a_problem_and_no_error(bench: WmsBench, body: bytes) -> None:
    assert len(bench.connector.translate(Delivery("events", body), NOW).problems) == 1


def test_a_system_of_several_warehouses_says_which_one_a_message_is_about() -> None:
    connector = RestWms(Settings("wms", "http://wms.test", TOKEN, {"east": "WH1", "west": "WH2"}, (SECRET,)))
    told = {"reference": REFERENCE, "shipment": {"number": "S1", "packages": []}}
    nodes = []
    for where in ({}, {"warehouse": "WH1"}, {"warehouse": "WH2"}, {"warehouse": "WH9"}):
        body = msgspec.json.encode({"type": "fulfillment.shipped", "timestamp": NOW, "data": told | where})
        (sighting,) = connector.translate(Delivery("events", body), NOW).sightings
        assert isinstance(sighting.event, events.GoodsShipped)
        nodes.append((sighting.event.node, sighting.event.shipment.node))
    assert nodes == [("east", "east"), ("east", "east"), ("west", "west"), ("WH9", "WH9")]
