"""Polls: orders by their last change, which finds what no webhook told; and the webhook subscriptions themselves.

Orders are read in sweeps. A sweep begins `overlap` before the latest change that the one before saw, because changes
become readable out of the order of their times, and follows the Link header page by page. What is read twice is the
same state of the same order, and is taken once. A page that the shop has forgotten (400) begins the sweep again.
"""

import functools
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from crossdock.connectors.shopify.settings import Settings
from crossdock.connectors.shopify.translate import POLLED, SUBSCRIPTIONS
from crossdock.connectors.shopify.wire import Api, Stopped, members
from crossdock.model.base import Value, change
from crossdock.runtime.connector import Delivery, Feed, FeedPage, Refused
from crossdock.runtime.ports import Exchange, NoAnswer, Response

TOPICS = ("app/uninstalled", "orders/cancelled", "orders/create", "orders/updated", "refunds/create")
"""What we subscribe to. The privacy topics are part of the app's own settings at Shopify."""

_LIMIT = 250
_NEXT = re.compile(r'<([^<>]*)>\s*;[^,]*\brel="?next"?')
_encode = msgspec.json.encode


class Position(Value, frozen=True):
    """The latest change seen, as (instant, order id); within a sweep, the page to go on with."""

    at: datetime
    id: int = 0
    page: str = ""


class _Stamp(msgspec.Struct):
    id: int = 0
    updated_at: datetime | None = None


def orders_feed(api: Api, settings: Settings) -> Feed:
    return Feed("orders", settings.poll_every, functools.partial(_read_orders, api, settings))


def subscriptions_feed(api: Api, settings: Settings) -> Feed:
    return Feed(SUBSCRIPTIONS, settings.check_subscriptions_every, functools.partial(_check, api, settings))


def _read_orders(api: Api, settings: Settings, cursor: str, now: datetime) -> Exchange[FeedPage]:
    if not cursor:
        # Before the first request: a shop that can't be reached at first must not move the beginning on.
        return FeedPage((), _written(Position(settings.since or now)), more=True)
    position = msgspec.json.decode(cursor, type=Position)
    try:
        response, body = yield from _page(api, settings, position)
    except Stopped as stopped:
        if position.page and isinstance(stopped.outcome, Refused) and stopped.outcome.code == "400":
            return FeedPage((), _written(change(position, page="")), more=True)
        raise NoAnswer(f"the shop's orders can't be read: {stopped.outcome.reason}") from None
    found = _raw_orders(response, body)
    latest = max([(position.at, position.id), *(_stamp(raw, position) for raw in found)])
    page = _next_page(response)
    deliveries = tuple(Delivery(POLLED, bytes(raw)) for raw in found)
    return FeedPage(deliveries, _written(Position(*latest, page=page)), more=bool(page))


def _page(api: Api, settings: Settings, position: Position) -> Exchange[tuple[Response, dict[str, Any]]]:
    if position.page:
        return (yield from api.page("orders.json", limit=_LIMIT, page_info=position.page))
    since = (position.at - settings.overlap).astimezone(UTC).isoformat(timespec="seconds")
    return (
        yield from api.page("orders.json", status="any", limit=_LIMIT, order="updated_at asc", updated_at_min=since)
    )


def _raw_orders(response: Response, body: dict[str, Any]) -> list[msgspec.Raw]:
    """The orders' own bytes, so that what is journaled is what the shop said."""
    if not isinstance(body.get("orders"), list):
        raise NoAnswer("the shop answered a list of orders without `orders`")
    return msgspec.json.decode(response.body, type=dict[str, list[msgspec.Raw]])["orders"]


def _stamp(raw: msgspec.Raw, position: Position) -> tuple[datetime, int]:
    """When an order last changed; one that does not say so moves nothing on."""
    try:
        stamp = msgspec.json.decode(raw, type=_Stamp)
    except msgspec.DecodeError:
        return position.at, position.id
    if stamp.updated_at is None or stamp.updated_at.tzinfo is None:
        return position.at, position.id
    return stamp.updated_at.astimezone(UTC), stamp.id


def _next_page(response: Response) -> str:
    """`page_info` of the Link header's next page (RFC 8288); "" on the last."""
    found = _NEXT.search(response.headers.get("link", ""))
    return parse_qs(urlsplit(found.group(1)).query).get("page_info", [""])[0] if found else ""


def _written(position: Position) -> str:
    return _encode(position).decode()


def _check(api: Api, settings: Settings, cursor: str, now: datetime) -> Exchange[FeedPage]:
    """Makes subscriptions that are missing, and reports which. Those of others are left alone."""
    created = []
    try:
        body = yield from api.get("webhooks.json", limit=_LIMIT)
        if not isinstance(body.get("webhooks"), list):
            raise NoAnswer("the shop answered a list of subscriptions without `webhooks`")
        present = {(one.get("topic"), one.get("address")) for one in members(body, "webhooks")}
        for topic in TOPICS:
            address = f"{settings.callback.rstrip('/')}/{topic}"
            if (topic, address) not in present and (yield from _subscribe(api, topic, address)):
                created.append(topic)
    except Stopped as stopped:
        raise NoAnswer(f"the shop's webhook subscriptions can't be checked: {stopped.outcome.reason}") from None
    cursor = _encode({"checked": now}).decode()
    report = _encode({"created": created, "at": now})
    return FeedPage((Delivery(SUBSCRIPTIONS, report),) if created else (), cursor)


def _subscribe(api: Api, topic: str, address: str) -> Exchange[bool]:
    """False where somebody made it meanwhile."""
    wanted = {"webhook": {"topic": topic, "address": address, "format": "json"}}
    try:
        yield from api.send("POST", "webhooks.json", wanted)
    except Stopped as stopped:
        if isinstance(stopped.outcome, Refused) and "already been taken" in stopped.outcome.reason:
            return False
        raise
    return True
