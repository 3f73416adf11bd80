"""Whose a webhook is, which notice it is, and which order it is about."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from crossdock.runtime.connector import Arrival, Delivery, Rejected
from tests.connectors.shopify.payloads import RECEIVED, order, refund, shop


def signed(body: bytes, secret: str = "s3cret", topic: str = "orders/create", **headers: str) -> Delivery:
    signature = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    given = {"x-shopify-hmac-sha256": signature, "x-shopify-topic": topic, "x-shopify-webhook-id": "w-1"}
    return Delivery(topic, body, {**given, **{name.replace("_", "-"): value for name, value in headers.items()}})


BODY = json.dumps(order(), indent=1).encode()


def test_a_signed_webhook_is_known_by_its_id_and_its_order() -> None:
    assert shop().receive(signed(BODY), RECEIVED) == Arrival("w-1", "shop/7001")


def test_the_signature_of_a_known_vector_is_taken() -> None:
    """Worked out apart with `printf '{"id":1}' | openssl dgst -sha256 -hmac hush -binary | base64`."""
    delivery = Delivery(
        "orders/create",
        b'{"id":1}',
        {"x-shopify-hmac-sha256": "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=", "x-shopify-webhook-id": "w"},
    )
    assert shop(secrets=("hush",)).receive(delivery, RECEIVED) == Arrival("w", "shop/1")


def test_the_signature_is_over_the_raw_bytes() -> None:
    same_json = json.dumps(order()).encode()
    moved = Delivery("orders/create", same_json, signed(BODY).headers)
    assert isinstance(shop().receive(moved, RECEIVED), Rejected)


def test_white_space_around_the_signature_does_not_matter() -> None:
    delivery = signed(BODY)
    wrapped = f"{delivery.headers['x-shopify-hmac-sha256']}\n"
    again = Delivery(delivery.topic, BODY, {**delivery.headers, "x-shopify-hmac-sha256": wrapped})
    assert isinstance(shop().receive(again, RECEIVED), Arrival)


@pytest.mark.parametrize("secret", ["old", "new"])
def test_while_a_secret_is_rotated_both_are_taken(secret: str) -> None:
    assert isinstance(shop(secrets=("new", "old")).receive(signed(BODY, secret), RECEIVED), Arrival)


@pytest.mark.parametrize("header", ["", "x", "ä", "AAAA", "not base64!"])
def test_a_wrong_or_missing_signature_is_401(header: str) -> None:
    delivery = Delivery("orders/create", BODY, {"x-shopify-hmac-sha256": header} if header else {})
    rejected = shop().receive(delivery, RECEIVED)
    assert isinstance(rejected, Rejected)
    assert rejected.status == 401


@pytest.mark.parametrize("secrets", [(), ("",), ("other",)])
def test_without_the_right_secret_nothing_is_taken(secrets: tuple[str, ...]) -> None:
    for secret in ("s3cret", ""):
        rejected = shop(secrets=secrets).receive(signed(BODY, secret), RECEIVED)
        assert isinstance(rejected, Rejected)
        assert rejected.status == 401


def test_a_body_beyond_ten_megabytes_is_413() -> None:
    rejected = shop().receive(signed(b'{"id": 1, "note": "' + b"x" * (10 * 1024 * 1024) + b'"}'), RECEIVED)
    assert isinstance(rejected, Rejected)
    assert rejected.status == 413


def test_without_a_webhook_id_the_topic_and_the_bytes_name_the_notice() -> None:
    first = shop().receive(signed(BODY, x_shopify_webhook_id=""), RECEIVED)
    again = shop().receive(signed(BODY, x_shopify_webhook_id=""), RECEIVED)
    other = shop().receive(signed(BODY, topic="orders/updated", x_shopify_webhook_id=""), RECEIVED)
    assert first == again != other
    assert isinstance(first, Arrival)
    assert first.message_id.startswith("orders/create#")


@pytest.mark.parametrize(
    ("topic", "body", "subject"),
    [
        ("orders/updated", order(), "shop/7001"),
        ("orders/create", {"order": order()}, "shop/7001"),
        ("refunds/create", refund(), "shop/7001"),
        ("refunds/create", {"refund": refund()}, "shop/7001"),
        ("order_transactions/create", {"id": 3, "order_id": 7001}, "shop/7001"),
        ("customers/redact", {"customer": {"id": 5}}, ""),
        ("app/uninstalled", {"id": 9}, ""),
        ("orders/create", {"id": None}, ""),
        ("orders/create", {"id": [1]}, ""),
        ("orders/create", [], ""),
    ],
)
def test_the_subject_is_read_cheaply(topic: str, body: object, subject: str) -> None:
    assert shop().receive(signed(json.dumps(body).encode(), topic=topic), RECEIVED) == Arrival("w-1", subject)


def test_a_body_that_can_not_be_read_is_journaled_all_the_same() -> None:
    assert shop().receive(signed(b"{broken"), RECEIVED) == Arrival("w-1", "")


def test_a_polled_order_is_known_by_its_state() -> None:
    def arrive(**fields: object) -> Arrival:
        return shop().arrival(Delivery("orders/polled", json.dumps(order(**fields)).encode()))

    first = arrive()
    assert first.subject == "shop/7001"
    assert first.message_id.startswith("7001@2026-03-02T09:30:00-05:00#")
    assert arrive() == first
    assert arrive(updated_at="2026-03-02T09:31:00-05:00").message_id != first.message_id
    assert arrive(note="another body of the same time").message_id != first.message_id
