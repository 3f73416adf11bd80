"""Polls: nothing that changed at the shop is missed, and subscriptions that are gone come back."""

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from crossdock.connectors.shopify.feeds import TOPICS
from crossdock.model.events import DocumentReceived
from crossdock.runtime.connector import FeedPage
from crossdock.runtime.ports import NoAnswer, Request, Response
from tests.connectors.shopify.fake_shop import FakeShop
from tests.connectors.shopify.payloads import RECEIVED, order, shop

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


class Orders:
    """The shop's list of orders: sorted, filtered and paged as Shopify does."""

    def __init__(self, size: int = 2) -> None:
        self.size = size
        self.rows: dict[int, dict[str, Any]] = {}
        self.pages: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[dict[str, list[str]]] = []

    def put(self, id: int, at: datetime) -> None:
        self.rows[id] = order(id=id, updated_at=at.isoformat())

    def handle(self, request: Request) -> Response:
        url = urlsplit(request.url)
        assert url.path == "/admin/api/2026-10/orders.json"
        query = parse_qs(url.query)
        self.asked.append(query)
        if "page_info" in query:
            assert set(query) == {"page_info", "limit"}
            rows = self.pages.pop(query["page_info"][0], None)
            if rows is None:
                return Response(400, {}, b'{"errors": {"page_info": "Invalid value."}}')
        else:
            assert query["status"] == ["any"]
            assert query["order"] == ["updated_at asc"]
            since = datetime.fromisoformat(query["updated_at_min"][0])
            rows = [row for row in self.rows.values() if datetime.fromisoformat(row["updated_at"]) >= since]
            rows.sort(key=lambda row: (row["updated_at"], str(row["id"])))
        now, rest = rows[: self.size], rows[self.size :]
        headers = {}
        if rest:
            token = f"page{len(self.asked)}"
            self.pages[token] = rest
            headers["link"] = (
                f'<https://x/orders.json?limit=250&page_info=prev>; rel="previous", '
                f'<https://x/orders.json?limit=250&page_info={token}>; rel="next"'
            )
        return Response(200, headers, json.dumps({"orders": now}).encode())


def step(there: Any, conversation: Generator[Request, Response, FeedPage]) -> FeedPage:
    response: Any = None
    while True:
        try:
            request = conversation.send(response)
        except StopIteration as end:
            page: FeedPage = end.value
            return page
        response = there.handle(request)


def read(name: str, there: Any, cursor: str, now: datetime = NOW, **settings: Any) -> tuple[list[Any], str]:
    """Reads a feed until it has no more. Answers the bodies and the cursor."""
    (feed,) = [feed for feed in shop(**settings).feeds if feed.name == name]
    bodies: list[Any] = []
    for _ in range(50):
        page = step(there, feed.read(cursor, now))
        bodies.extend(json.loads(delivery.body) for delivery in page.deliveries)
        cursor = page.cursor
        if not page.more:
            return bodies, cursor
    raise AssertionError("the feed never ends")


def ids(bodies: list[Any]) -> list[int]:
    return [body["id"] for body in bodies]


def test_orders_that_no_webhook_told_of_are_found_page_by_page() -> None:
    there = Orders()
    for n in range(5):
        there.put(n + 1, NOW + timedelta(seconds=n))
    bodies, _ = read("orders", there, "")
    assert ids(bodies) == [1, 2, 3, 4, 5]
    assert bodies[0] == there.rows[1]


def test_polled_deliveries_say_what_they_are() -> None:
    there = Orders()
    there.put(1, NOW)
    (feed,) = [feed for feed in shop().feeds if feed.name == "orders"]
    first = step(there, feed.read("", NOW))
    page = step(there, feed.read(first.cursor, NOW))
    assert [delivery.topic for delivery in page.deliveries] == ["orders/polled"]


def test_the_beginning_is_kept_before_the_first_request() -> None:
    """A shop that can't be reached at first must not move the beginning on."""
    there = Orders()
    (feed,) = [feed for feed in shop().feeds if feed.name == "orders"]
    page = step(there, feed.read("", NOW))
    assert (page.deliveries, page.more, there.asked) == ((), True, [])
    there.put(1, NOW + timedelta(minutes=5))
    bodies, _ = read("orders", there, page.cursor, NOW + timedelta(hours=3))
    assert ids(bodies) == [1]


def test_a_stated_beginning_is_where_the_poll_begins() -> None:
    there = Orders()
    there.put(1, NOW - timedelta(days=3))
    there.put(2, NOW - timedelta(days=1))
    assert ids(read("orders", there, "", since=NOW - timedelta(days=2))[0]) == [2]


def test_changes_that_become_readable_late_are_found_within_the_overlap() -> None:
    there = Orders()
    there.put(1, NOW)
    _, cursor = read("orders", there, "")
    there.put(2, NOW - timedelta(seconds=90))
    there.put(3, NOW + timedelta(seconds=1))
    assert ids(read("orders", there, cursor)[0]) == [2, 1, 3]


def test_orders_of_one_instant_are_not_cut_apart_by_a_page() -> None:
    there = Orders()
    for n in range(7):
        there.put(n + 1, NOW)
    assert ids(read("orders", there, "")[0]) == [1, 2, 3, 4, 5, 6, 7]


def test_an_empty_sweep_stays_where_it_is() -> None:
    there = Orders()
    _, cursor = read("orders", there, "")
    assert read("orders", there, cursor, NOW + timedelta(days=1)) == ([], cursor)


def test_a_page_that_the_shop_has_forgotten_begins_the_sweep_again() -> None:
    there = Orders()
    for n in range(5):
        there.put(n + 1, NOW + timedelta(hours=n))
    (feed,) = [feed for feed in shop().feeds if feed.name == "orders"]
    cursor = step(there, feed.read("", NOW)).cursor
    cursor = step(there, feed.read(cursor, NOW)).cursor
    there.pages.clear()
    assert ids(read("orders", there, cursor)[0]) == [2, 3, 4, 5]


def test_an_order_that_does_not_say_when_it_changed_moves_nothing_on() -> None:
    there = Orders()
    there.put(1, NOW)
    there.rows[2] = {**order(id=2), "updated_at": NOW.isoformat(), "id": "two"}
    bodies, cursor = read("orders", there, "")
    assert ids(bodies) == [1, "two"]
    assert json.loads(cursor)["id"] == 1


@pytest.mark.parametrize(
    "response",
    [Response(500), Response(401, {}, b'{"errors": "no"}'), Response(429), Response(200, {}, b"{}"), Response(200)],
)
@pytest.mark.parametrize("name", ["orders", "subscriptions"])
def test_what_can_not_be_read_is_no_answer_and_the_cursor_stays(name: str, response: Response) -> None:
    there = FakeShop()
    there.script = [response]
    (feed,) = [feed for feed in shop().feeds if feed.name == name]
    with pytest.raises(NoAnswer):
        step(there, feed.read('{"at": "2026-03-02T15:00:00Z"}', NOW))


def test_missing_subscriptions_are_made_and_reported() -> None:
    there = FakeShop()
    bodies, cursor = read("subscriptions", there, "")
    assert [one["topic"] for one in there.subscriptions] == list(TOPICS)
    assert there.subscriptions[1]["address"] == "https://hub.example/in/storefront/orders/cancelled"
    assert [body["created"] for body in bodies] == [list(TOPICS)]
    assert read("subscriptions", there, cursor) == ([], cursor)


def test_a_subscription_that_was_deleted_comes_back() -> None:
    there = FakeShop()
    _, cursor = read("subscriptions", there, "")
    there.subscriptions = [one for one in there.subscriptions if one["topic"] != "orders/create"]
    there.subscriptions.append({"topic": "orders/create", "address": "https://somebody.else/hook"})
    (feed,) = [feed for feed in shop().feeds if feed.name == "subscriptions"]
    (delivery,) = step(there, feed.read(cursor, NOW)).deliveries
    (sighting,) = shop().translate(delivery, RECEIVED).sightings
    assert isinstance(sighting.event, DocumentReceived)
    assert "orders/create" in sighting.event.summary
    assert len(there.subscriptions) == len(TOPICS) + 1
    assert shop().arrival(delivery).subject == ""


def test_a_subscription_that_somebody_made_meanwhile_is_not_reported() -> None:
    there = FakeShop()
    read("subscriptions", there, "")
    there.script = [Response(200, {}, b'{"webhooks": []}')]
    assert read("subscriptions", there, "")[0] == []


def test_without_a_callback_subscriptions_are_left_to_people() -> None:
    assert [feed.name for feed in shop(callback="").feeds] == ["orders"]
