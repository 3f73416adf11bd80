"""Intake: what arrives is recorded as it came, once, before anybody is told that we have it (promises 1 and 3)."""

from datetime import datetime, timedelta
from hashlib import blake2b

from crossdock.journal.batch import Batch, Intake
from crossdock.journal.records import EVENT, RECEIVED, ExceptionRow, InboxRow, PayloadRow, hash16, partition_of
from crossdock.model.codec import encode
from crossdock.model.events import Event
from crossdock.runtime.connector import Arrival, Delivery
from crossdock.runtime.exceptions import OPEN
from crossdock.runtime.versions import tag
from crossdock.runtime.work import MICROSECOND, micros

# A header may carry a signature or a token: only these are kept.
KEPT_HEADERS = ("content-type", "date", "user-agent", "x-request-id", "traceparent", "idempotency-key")


def dedupe_key(system: str, topic: str, message_id: str) -> bytes:
    """The scope of "the same message": installation, topic and id."""
    return hash16("message", system, topic, message_id)


def intake(
    system: str, delivery: Delivery, arrival: Arrival, now: datetime, partitions: int, retention: timedelta
) -> Intake:
    """The rows of a delivery: its payload, and the message that has it translated."""
    at = micros(now)
    dedupe = dedupe_key(system, delivery.topic, arrival.message_id)
    partition = partition_of(arrival.subject or arrival.message_id, partitions)
    payload = PayloadRow(
        dedupe,
        partition,
        system,
        delivery.topic,
        arrival.message_id,
        blake2b(delivery.body, digest_size=16).digest(),
        at,
        at + retention // MICROSECOND,
        encode({name: value for name, value in delivery.headers.items() if _is_kept(name)}),
        delivery.body,
    )
    cause = f"payload {dedupe.hex()}"
    message = InboxRow(partition, 0, RECEIVED, at, b"", delivery.topic, system, cause, 0, at, dedupe)
    return Intake(payload, message)


def _is_kept(name: str) -> bool:
    if name in KEPT_HEADERS:
        return True
    secret = ("hmac", "signature", "token", "secret", "authorization", "cookie", "key")
    return name.startswith("x-") and not any(word in name for word in secret)


def conflict(known: Intake, at: int) -> Batch:
    """The same id came with another body: it is kept under an id of its own, unapplied, and a person looks at it."""
    payload = known.payload
    kept = payload._replace(
        dedupe=hash16("conflict", payload.dedupe, payload.digest),
        message_id=f"{payload.message_id}#{payload.digest.hex()}",
    )
    reason = f"{payload.topic} {payload.message_id} came again with another body; the first stands, the other is kept"
    exception = ExceptionRow(
        payload.partition,
        kept.dedupe,
        "same_id_other_body",
        hash16("1", "same_id_other_body", payload.system),
        payload.system,
        payload.message_id,
        reason,
        "integration",
        "dismiss",
        OPEN,
        at,
        at,
        1,
        encode({"payload": payload.dedupe.hex(), "other": kept.dedupe.hex()}),
    )
    return Batch(intake=[Intake(kept, None)], exceptions=[exception])


def event_intake(
    event: Event,
    *,
    key: str,
    source: str,
    message_id: str,
    body: bytes,
    now: datetime,
    partitions: int,
    retention: timedelta,
) -> Intake:
    """The rows of an event that arrives as such (an API call): its request as payload, the event as message."""
    at = micros(now)
    dedupe = dedupe_key(source, tag(event), message_id)
    partition = partition_of(key, partitions)
    payload = PayloadRow(
        dedupe,
        partition,
        source,
        tag(event),
        message_id,
        blake2b(body, digest_size=16).digest(),
        at,
        at + retention // MICROSECOND,
        b"{}",
        body,
    )
    cause = f"payload {dedupe.hex()}"
    message = InboxRow(partition, 0, EVENT, at, b"", tag(event), source, cause, 0, at, encode(event))
    return Intake(payload, message)
