"""Polls of what people did in the ERP itself: sales entered there, and stock moved by hand.

Each reads again from a span before the latest change it saw, because the ERP may commit changes out of the
order of
their times; what is read twice is the same bytes and is taken once.
"""

import functools
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from crossdock.connectors.rest_erp.wire import Sale, StockMovement
from crossdock.model.base import Value
from crossdock.runtime.connector import Delivery, Feed, FeedPage, Refused, TryLater
from crossdock.runtime.ports import Exchange, NoAnswer
from crossdock.transports.rest import Api, ask, encode
from crossdock.transports.wire import Instant

_LIMIT = 200


class Page(Value, frozen=True):
    """Changes as they stand on the wire, in the order of their times; `until` is the latest of them."""

    rows: tuple[msgspec.Raw, ...]
    until: Instant | None = None
    next: Annotated[str, Meta(description="Give it as `page` for the rest; empty at the end.")] = ""


class ChangedSales(Value, frozen=True):
    """A page of sales, in the order of `changed_at`; `until` is the latest of them."""

    rows: tuple[Sale, ...]
    until: Instant | None = None
    next: str = ""


class MovedStock(Value, frozen=True):
    """A page of movements, in the order of `at`; `until` is the latest of them."""

    rows: tuple[StockMovement, ...]
    until: Instant | None = None
    next: str = ""


class Position(Value, frozen=True):
    """How far a feed has read: changes up to `until`, and within the present sweep the page to go on with."""

    since: datetime | None = None
    until: datetime | None = None
    page: str = ""


def sales_feed(api: Api, every: timedelta, overlap: timedelta) -> Feed:
    return Feed("sales", every, functools.partial(_read, api, "sales", "sale.changed", overlap))


def stock_feed(api: Api, every: timedelta, overlap: timedelta) -> Feed:
    return Feed("stock", every, functools.partial(_read, api, "stock", "stock.moved", overlap))


def _read(api: Api, what: str, topic: str, overlap: timedelta, cursor: str, now: datetime) -> Exchange[FeedPage]:
    at = msgspec.json.decode(cursor, type=Position) if cursor else Position()
    since = at.since.isoformat() if at.since else None
    request = api.get("v1", "changes", what, since=since, page=at.page or None, limit=_LIMIT)
    page = yield from ask(request, Page, now)
    if isinstance(page, Refused | TryLater):
        raise NoAnswer(f"changed {what} can't be read: {page.reason}")
    deliveries = tuple(Delivery(topic, bytes(row)) for row in page.rows)
    latest = max(filter(None, (at.until, page.until)), default=None)
    if page.next:
        return FeedPage(
            deliveries,
            encode(Position(at.since, latest, page.next)).decode(),
            more=True,
        )
    since_next = at.since if latest is None else max(filter(None, (at.since, latest - overlap)))
    return FeedPage(deliveries, encode(Position(since_next, latest)).decode())
