"""A system's log of the webhooks it sends, read by poll: what a webhook lost, the log brings.

A message is the same whichever way it comes: same id, same topic, same bytes. So whoever reads both reads it
once.
"""

from collections.abc import Generator
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from crossdock.model.base import Value
from crossdock.runtime.connector import Delivery, FeedPage, Refused, TryLater
from crossdock.runtime.ports import NoAnswer, Request, Response
from crossdock.transports.rest import Api, ask

TOPIC = "events"


class Change(Value, frozen=True):
    """One message of the log."""

    id: Annotated[
        str,
        Meta(min_length=1, max_length=200, description="The webhook-id it is sent under."),
    ]
    payload: Annotated[str, Meta(description="The webhook's body, character for character.")]


class Changes(Value, frozen=True):
    """A page of the log."""

    changes: tuple[Change, ...]
    cursor: Annotated[str, Meta(description="Where to go on: give it as `after` next time.")]
    more: Annotated[bool, Meta(description="There are further messages now.")] = False


class Message(Value, frozen=True):
    """A webhook's body: its type, when it happened there, and the data of that type."""

    type: Annotated[str, Meta(min_length=1)]
    timestamp: Annotated[datetime, Meta(tz=True)]
    data: Any


class RawMessage(msgspec.Struct, frozen=True):
    """The same with its data not yet read."""

    type: Annotated[str, Meta(min_length=1)]
    timestamp: Annotated[datetime, Meta(tz=True)]
    data: msgspec.Raw


def read_changes(api: Api, cursor: str, now: datetime, limit: int = 200) -> Generator[Request, Response, FeedPage]:
    """The messages after a cursor, as deliveries. Raises NoAnswer where the log can't be read now."""
    page = yield from ask(api.get("v1", "changes", after=cursor or None, limit=limit), Changes, now)
    if isinstance(page, Refused | TryLater):
        raise NoAnswer(f"the log of changes can't be read: {page.reason}")
    deliveries = tuple(Delivery(TOPIC, change.payload.encode(), {"webhook-id": change.id}) for change in page.changes)
    return FeedPage(deliveries, page.cursor, page.more)
