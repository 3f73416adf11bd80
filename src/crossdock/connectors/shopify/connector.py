"""One Shopify shop: what it tells us by webhook and poll, and what we tell it.

Reads and writes go through the REST-shaped Admin API (docs/decisions/shopify-rest-shapes.md). Every command leaves
something behind there that tells it apart, so that an answer that was lost is looked up and nothing happens twice.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from crossdock.connectors.shopify import feeds, webhooks
from crossdock.connectors.shopify.changes import Cancelling, Refusing
from crossdock.connectors.shopify.money_out import Capturing, Refunding
from crossdock.connectors.shopify.settings import Settings
from crossdock.connectors.shopify.shipping import Shipping
from crossdock.connectors.shopify.translate import translate
from crossdock.connectors.shopify.wire import Api, Stopped
from crossdock.model.commands import (
    CapturePayment,
    Command,
    ConfirmCancellation,
    ConfirmShipment,
    RefundPayment,
    RefuseChange,
)
from crossdock.runtime.connector import (
    Arrival,
    Delivery,
    Feed,
    Idempotent,
    LookedUp,
    Outcome,
    Refused,
    Rejected,
    Repetition,
    Task,
    Translation,
    TryLater,
)
from crossdock.runtime.ports import Exchange

T = TypeVar("T")

# The note that a refusal leaves is there as long as the order is.
_FOR_GOOD = Idempotent(key_valid_for=timedelta(days=3650))


class Shopify:
    """One installation, by its name in the estate."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._api = Api(settings)
        shipping = Shipping(self._api, settings)
        cancelling = Cancelling(self._api, notify=settings.notify_customer)
        capturing = Capturing(self._api)
        refunding = Refunding(self._api, settings)
        self._perform: Mapping[type[Command], Callable[[Any, Task], Exchange[Outcome]]] = {
            ConfirmShipment: shipping.perform,
            ConfirmCancellation: cancelling.perform,
            RefuseChange: Refusing(self._api).perform,
            CapturePayment: capturing.perform,
            RefundPayment: refunding.perform,
        }
        self._look_up: Mapping[type[Command], Callable[[Any, Task], Exchange[LookedUp]]] = {
            ConfirmShipment: shipping.look_up,
            ConfirmCancellation: cancelling.look_up,
            CapturePayment: capturing.look_up,
            RefundPayment: refunding.look_up,
        }

    @property
    def system(self) -> str:
        return self.settings.system

    @property
    def performs(self) -> Mapping[type[Command], Repetition]:
        return {kind: self.settings.look_up if kind in self._look_up else _FOR_GOOD for kind in self._perform}

    @property
    def feeds(self) -> Sequence[Feed]:
        orders = feeds.orders_feed(self._api, self.settings)
        return (orders, feeds.subscriptions_feed(self._api, self.settings)) if self.settings.callback else (orders,)

    def perform(self, task: Task) -> Exchange[Outcome]:
        return _ended(self._perform[type(task.command)](task.command, task))

    def look_up(self, task: Task) -> Exchange[LookedUp]:
        return _ended(self._look_up[type(task.command)](task.command, task))

    def receive(self, delivery: Delivery, now: datetime) -> Arrival | Rejected:
        return webhooks.receive(delivery, self.settings)

    def arrival(self, delivery: Delivery) -> Arrival:
        return webhooks.arrival(delivery, self.settings)

    def translate(self, delivery: Delivery, received_at: datetime) -> Translation:
        return translate(delivery, self.settings, received_at)


def _ended(conversation: Exchange[T]) -> Exchange[T | Refused | TryLater]:
    """A conversation whose every end is an outcome."""
    try:
        return (yield from conversation)
    except Stopped as stopped:
        return stopped.outcome
