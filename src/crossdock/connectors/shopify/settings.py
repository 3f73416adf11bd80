"""What one installation of the Shopify connector is told, and the marks that it leaves on orders there."""

from datetime import datetime, timedelta
from typing import Literal

from crossdock.model.base import Value
from crossdock.runtime.connector import LookUp

# Tags, attributes and notes of ours at the shop: by them our own doings are known when they come back as webhooks.
CANCELLED_TAG = "crossdock-cancelled"
REFUSED_TAG = "crossdock-refused"
SHIPPED_TAG = "crossdock-shipped"
CAPTURE_ATTRIBUTE = "crossdock capture"
CONFIRMED_ATTRIBUTE = "crossdock cancelled"
NOTE_MARK = "[crossdock "

# Shopify documents no delay before a write is seen by reads of the same order; a minute is twice what it lets a
# request run.
_LOOK_UP = LookUp(visible_within=timedelta(seconds=5), may_still_run_for=timedelta(seconds=60))


class Settings(Value, frozen=True):
    """One shop. `url` is `https://<shop>.myshopify.com`; `token` an Admin API access token; `secrets` the app's client
    secrets (several while one is rotated); `callback` our own public address of its webhooks, `https://hub/in/<system>`,
    empty where subscriptions are kept by hand.

    `money` says whose amounts an order carries: the shop's currency, or the one the customer saw. Orders placed before
    `since` are left to whoever had them; the poll begins there, or without it when it first runs. `authorization_valid`
    holds where Shopify does not say when an authorisation expires.
    """

    system: str
    url: str
    token: str
    channel: str = "shop"
    secrets: tuple[str, ...] = ()
    callback: str = ""
    api_version: str = "2026-10"
    money: Literal["shop", "presentment"] = "shop"
    accept_test_orders: bool = False
    legal_entity: str = ""
    notify_customer: bool = True
    since: datetime | None = None
    poll_every: timedelta = timedelta(minutes=1)
    overlap: timedelta = timedelta(minutes=2)
    check_subscriptions_every: timedelta = timedelta(minutes=10)
    authorization_valid: timedelta = timedelta(days=7)
    look_up: LookUp = _LOOK_UP
    timeout: float = 30.0

    def key(self, order: str) -> str:
        """Our key of the order with that id of the shop's."""
        return f"{self.channel}/{order}"


def mark(key: str) -> str:
    """What a note carries so that a look-up finds it by the command's key."""
    return f"{NOTE_MARK}{key}]"
