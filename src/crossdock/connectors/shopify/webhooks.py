"""Webhooks in: is it Shopify's, which notice is it, which order is it about.

Source: shopify.dev, "Verify webhook deliveries": `X-Shopify-Hmac-Sha256` is the base64 HMAC-SHA256 of the raw body with
the app's client secret; `X-Shopify-Webhook-Id` is one per notice and the same on its retries. After a secret is rotated
Shopify may sign with the old one for an hour, so that several secrets are tried.
"""

import base64
import binascii
import hashlib
import hmac

import msgspec

from crossdock.connectors.shopify.settings import Settings
from crossdock.connectors.shopify.translate import topic_of
from crossdock.runtime.connector import Arrival, Delivery, Rejected

MOST_BYTES = 10 * 1024 * 1024


class _Numbers(msgspec.Struct):
    """All that intake reads of a body."""

    id: int | str | None = None
    order_id: int | str | None = None
    updated_at: str | None = None
    order: "_Numbers | None" = None
    refund: "_Numbers | None" = None


_decode = msgspec.json.Decoder(_Numbers).decode


def receive(delivery: Delivery, settings: Settings) -> Arrival | Rejected:
    """401 for a signature that is not of any of our secrets, 413 for a body beyond 10 MB."""
    if len(delivery.body) > MOST_BYTES:
        return Rejected(413, f"the body is larger than {MOST_BYTES} bytes")
    given = delivery.headers.get("x-shopify-hmac-sha256", "")
    if not given:
        return Rejected(401, "the header X-Shopify-Hmac-Sha256 is missing")
    if not any(is_signed(delivery.body, secret, given) for secret in settings.secrets):
        return Rejected(401, "the signature in X-Shopify-Hmac-Sha256 is not that of any secret we share")
    notice = delivery.headers.get("x-shopify-webhook-id", "").strip()
    return Arrival(notice or f"{topic_of(delivery)}#{_digest(delivery.body)}", subject(delivery, settings))


def arrival(delivery: Delivery, settings: Settings) -> Arrival:
    """A record of our own feeds: one per state of an order. The hash is there because fields outside the order proper
    (the customer's order count) change without its `updated_at`."""
    numbers = _numbers(delivery.body)
    state = f"{numbers.id or ''}@{numbers.updated_at or ''}#{_digest(delivery.body)[:16]}"
    return Arrival(state, subject(delivery, settings))


def is_signed(body: bytes, secret: str, given: str) -> bool:
    """Constant-time check of one secret. Some clients wrap the base64 in white space."""
    try:
        signature = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        return False
    expected = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return bool(secret) and hmac.compare_digest(expected, signature)


def subject(delivery: Delivery, settings: Settings) -> str:
    """Our key of the order that a delivery is about; "" where it can't be told cheaply."""
    topic = topic_of(delivery)
    numbers = _numbers(delivery.body)
    numbers = numbers.order or numbers.refund or numbers
    id = numbers.id if topic.startswith("orders/") else numbers.order_id
    return settings.key(str(id)) if id not in (None, "") else ""


def _numbers(body: bytes) -> _Numbers:
    try:
        return _decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _Numbers()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
