"""What snapshots of Tryton's records mean."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from crossdock.connectors.tryton.connector import Tryton
from crossdock.connectors.tryton.settings import Settings
from crossdock.connectors.tryton.sightings import SeenLine, SeenSale, crossing
from crossdock.model.events import CancellationRequested, OrderChanged, OrderPlaced
from crossdock.runtime.connector import Delivery, Rejected

AT = datetime(2026, 1, 2, 3, tzinfo=UTC)
LATER = datetime(2026, 1, 2, 4, tzinfo=UTC)
WEST, EAST = ("WEST", "storage"), ("EAST", "storage")


@pytest.fixture
def tryton() -> Tryton:
    return Tryton(Settings("erp", "http://erp.example", "d", "u", "p", nodes={"west": "WEST"}))


def seen(**fields: object) -> Delivery:
    line = SeenLine("5", "SKU-1", "goods", Decimal(2), Decimal("9.90"))
    whole = SeenSale("17", "open", AT, 1, "USD", "C-1", "Kim", (line,))
    return Delivery("sale", msgspec.json.encode(msgspec.structs.replace(whole, **fields)))


def events(tryton: Tryton, delivery: Delivery) -> list[object]:
    return [sighting.event for sighting in tryton.translate(delivery, LATER).sightings]


def test_a_sale_that_people_entered_is_an_order_of_the_erps_channel(tryton):
    (sighting,) = tryton.translate(seen(), LATER).sightings
    assert isinstance(sighting.event, OrderPlaced)
    assert (sighting.event.order.key, sighting.occurred_at) == ("erp/17", AT)


def test_a_later_revision_is_a_change_for_who_knows_the_order(tryton):
    placed, changed = events(tryton, seen(revision=3))
    assert isinstance(placed, OrderPlaced)
    assert isinstance(changed, OrderChanged)
    assert changed.order.revision == 3


def test_a_cancelled_sale_is_a_cancellation_under_the_key_that_we_know_it_by(tryton):
    assert events(tryton, seen(state="cancelled")) == [CancellationRequested("erp/17", "cancelled in erp")]
    ours = seen(state="cancelled", ours="shop/9")
    assert events(tryton, ours) == [CancellationRequested("shop/9", "cancelled in erp")]


def test_a_sale_without_goods_is_a_problem(tryton):
    translation = tryton.translate(seen(lines=()), LATER)
    assert [problem.path for problem in translation.problems] == ["lines"]
    assert translation.sightings == ()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"number": 1}'])
def test_content_that_does_not_read_is_a_problem_and_no_error(tryton, body):
    assert tryton.translate(Delivery("sale", body), LATER).problems


def test_a_topic_of_nobodys_is_a_problem_and_a_webhook_is_not_taken(tryton):
    assert tryton.translate(Delivery("weather", b"{}"), LATER).problems
    assert isinstance(tryton.receive(Delivery("sale", b"{}"), LATER), Rejected)


@pytest.mark.parametrize(
    ("came", "went", "found"),
    [
        (WEST, ("", "customer"), [("WEST", -3, "sale")]),
        (("", "customer"), WEST, [("WEST", 3, "return")]),
        (("", "supplier"), WEST, [("WEST", 3, "receipt")]),
        (WEST, ("", "supplier"), [("WEST", -3, "return")]),
        (WEST, ("", "lost_found"), [("WEST", -3, "adjustment")]),
        (("", "lost_found"), WEST, [("WEST", 3, "adjustment")]),
        (WEST, EAST, [("WEST", -3, "transfer"), ("EAST", 3, "transfer")]),
        (WEST, WEST, []),
        (("", "supplier"), ("", "customer"), []),
    ],
)
def test_a_move_counts_where_it_crosses_a_warehouses_boundary(came, went, found):
    moved = crossing(1, "SKU-1", Decimal(3), AT, came, went)
    assert [(one.warehouse, one.quantity, one.reason) for one in moved] == found
