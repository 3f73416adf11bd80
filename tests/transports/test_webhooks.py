"""Standard Webhooks: the published vector, tolerance, rotation."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crossdock.runtime.connector import Rejected
from crossdock.transports import webhooks

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + base64.b64encode(b"another secret of 24 byte").decode()
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
AT = datetime.fromtimestamp(1614265330, UTC)
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
HEADERS = {"webhook-id": ID, "webhook-timestamp": "1614265330", "webhook-signature": SIGNATURE}


def rejection(
    headers: Any = HEADERS, body: bytes = BODY, now: datetime = AT, secrets: tuple[str, ...] = (SECRET,)
) -> Any:
    return webhooks.rejection(secrets, headers, body, now)


def test_the_published_vector_is_signed_so() -> None:
    assert webhooks.signature(SECRET, ID, 1614265330, BODY) == SIGNATURE


def test_the_published_vector_is_taken() -> None:
    assert rejection() is None


def test_a_secret_may_come_without_its_prefix() -> None:
    assert rejection(secrets=(SECRET.removeprefix("whsec_"),)) is None


def test_a_message_signed_with_several_secrets_is_taken_by_any_of_them() -> None:
    headers = webhooks.headers((OTHER, SECRET), ID, AT, BODY)
    assert headers["webhook-signature"].count("v1,") == 2
    assert rejection(headers) is None
    assert rejection(headers, secrets=(OTHER,)) is None


def test_a_receiver_that_rotates_keeps_several_secrets() -> None:
    assert rejection(secrets=(OTHER, SECRET)) is None


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({}, BODY + b"\n"),
        ({"webhook-id": ID + "x"}, BODY),
        ({"webhook-timestamp": "1614265331"}, BODY),
        ({"webhook-signature": "v1,AAAA"}, BODY),
        ({"webhook-signature": SIGNATURE.replace("v1,", "v2,")}, BODY),
        ({"webhook-signature": "v1,\u00e9"}, BODY),
    ],
)
def test_whatever_is_not_as_it_was_signed_is_answered_401(change: Any, body: Any) -> None:
    assert rejection(HEADERS | change, body).status == 401


def test_a_message_is_taken_up_to_five_minutes_from_our_clock_and_not_beyond() -> None:
    for side in (1, -1):
        assert rejection(now=AT + side * timedelta(minutes=5)) is None
        assert rejection(now=AT + side * timedelta(minutes=5, seconds=1)).status == 401


@pytest.mark.parametrize("name", HEADERS)
def test_a_missing_header_is_named(name: Any) -> None:
    headers = {key: value for key, value in HEADERS.items() if key != name}
    assert rejection(headers) == Rejected(400, f"the header {name} is missing")


@pytest.mark.parametrize("value", ["soon", "1e9", "-5", "9" * 30, "١٢٣"])
def test_a_timestamp_that_is_none_is_answered_400(value: Any) -> None:
    assert rejection(HEADERS | {"webhook-timestamp": value}).status == 400


def test_without_a_secret_nothing_is_taken() -> None:
    assert rejection(secrets=()).status == 401


def test_a_secret_that_is_not_base64_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="must be base64"):
        webhooks.signing_key("whsec_not base64!")
