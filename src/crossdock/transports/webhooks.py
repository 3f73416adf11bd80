"""Signed webhooks as Standard Webhooks 1.0 has them: HMAC-SHA256 over `id.timestamp.body`, base64, prefixed
`v1,`.

Source: the Standard Webhooks specification, "Signature scheme" and "Verifying webhooks". Secrets read
`whsec_<base64>`.
A sender that rotates its secret sends several signatures, a receiver that rotates keeps several secrets; one
match is enough.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from crossdock.runtime.connector import Rejected

TOLERANCE = timedelta(minutes=5)
_PREFIX = "whsec_"


def signing_key(secret: str) -> bytes:
    """The bytes behind `whsec_<base64>`. ValueError where it is not base64."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("a webhook secret must be base64, with or without whsec_ before it") from None


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, `v1,<base64>`. `timestamp` is in whole seconds since 1970 UTC."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(signing_key(secret), signed, hashlib.sha256).digest()).decode()


def headers(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message sent now, signed with each secret."""
    timestamp = int(at.timestamp())
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in secrets),
    }


def rejection(secrets: Sequence[str], received: Mapping[str, str], body: bytes, now: datetime) -> Rejected | None:
    """Why a message is not taken: 400 where its headers are unfit, 401 where they don't prove it. None:
    authentic."""
    message_id = received.get("webhook-id", "")
    timestamp = received.get("webhook-timestamp", "")
    signatures = received.get("webhook-signature", "")
    for name, value in (
        ("id", message_id),
        ("timestamp", timestamp),
        ("signature", signatures),
    ):
        if not value:
            return Rejected(400, f"the header webhook-{name} is missing")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        return Rejected(400, "the header webhook-timestamp must be whole seconds since 1970")
    sent = datetime.fromtimestamp(int(timestamp), UTC)
    if abs(now - sent) > TOLERANCE:
        return Rejected(401, "the message's timestamp is more than 5 minutes from our clock")
    expected = [signature(secret, message_id, int(timestamp), body).encode() for secret in secrets]
    given = [part.encode() for part in signatures.split(" ")]
    matches = [hmac.compare_digest(one, other) for one in expected for other in given]
    return None if any(matches) else Rejected(401, "the message's signature is not that of any secret we share")
