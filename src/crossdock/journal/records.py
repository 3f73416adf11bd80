"""The rows of the journal. All instants are whole microseconds since 1970 UTC; all hashes 16 bytes of BLAKE2b.

Tuples, so that they go to the database as they are. Column order here is column order there.
"""

from hashlib import blake2b
from typing import NamedTuple

import msgspec

_pack = msgspec.msgpack.Encoder().encode  # every part with its type and length in front

# Command states.
WAITING = "waiting"  # not sent, or to be sent again at `due_at`
SENDING = "sending"  # an attempt was committed at `changed_at`; after a crash its outcome is unknown
UNKNOWN = "unknown"  # the attempt of `changed_at` had no answer; to be looked up at `due_at`
DONE = "done"
REFUSED = "refused"
ABANDONED = "abandoned"  # before a person

# Inbox kinds.
RECEIVED = "received"  # a payload to translate
EVENT = "event"  # an event that its target journals
DELIVERY = "delivery"  # an event journaled elsewhere


def hash16(*parts: str | bytes) -> bytes:
    """One 16-byte hash over parts that can't run into each other; a text and its bytes are different parts."""
    return blake2b(_pack(parts), digest_size=16).digest()


def instance_id(process: str, key: str) -> bytes:
    """The id of an instance follows from what it is."""
    return hash16(process, key)


def partition_of(key: str, partitions: int) -> int:
    """Where a business object lives. What stands behind `@` in a key is a part of the object and lives with it."""
    if partitions == 1:
        return 0
    return int.from_bytes(blake2b(key.partition("@")[0].encode(), digest_size=4).digest(), "big") % partitions


class PayloadRow(NamedTuple):
    """What arrived, as it was, once. `dedupe` is scope + id; `digest` tells the same message from another one."""

    dedupe: bytes
    partition: int
    system: str
    topic: str
    message_id: str
    digest: bytes
    received_at: int
    expires_at: int
    headers: bytes
    body: bytes


class InboxRow(NamedTuple):
    """A message for a partition. `seq` is given by the store (0 before). `instance` is empty where routing decides.

    `type` is the event's type, with its version behind a slash where that is not 1; RECEIVED messages carry the topic,
    and the payload's dedupe hash as body.
    """

    partition: int
    seq: int
    kind: str
    at: int
    instance: bytes
    type: str
    source: str
    cause: str
    hops: int
    occurred_at: int
    body: bytes


class EventRow(NamedTuple):
    """A fact at position (partition, n). `cause` is the position, command or payload that it follows from."""

    partition: int
    n: int
    instance: bytes
    type: str
    version: int
    source: str
    cause: str
    occurred_at: int
    recorded_at: int
    body: bytes


class InstanceRow(NamedTuple):
    """An instance at rest. `revision` counts writes; `document` None leaves the stored document as it is."""

    partition: int
    id: bytes
    process: str
    key: str
    version: int
    revision: int
    phase: str
    over: bool
    parked: bool
    next_ordinal: int
    changed_at: int
    state: bytes
    document: bytes | None


class CommandRow(NamedTuple):
    """Something a system is to do or answer. `key` is instance + version + ordinal and never changes with attempts."""

    partition: int
    instance: bytes
    ordinal: int
    version: int
    system: str
    type: str
    about: bytes
    state: str
    attempts: int
    due_at: int
    deadline: int
    created_at: int
    changed_at: int
    worker: str
    note: str
    body: bytes


class CommandUpdate(NamedTuple):
    """An attempt begun or ended. It holds only while the row is in `from_state` with `attempts` attempts."""

    state: str
    attempts_after: int
    due_at: int
    changed_at: int
    worker: str
    note: str
    partition: int
    instance: bytes
    ordinal: int
    from_state: str
    attempts: int


class TimerRow(NamedTuple):
    """An alarm of an instance. A later generation of the same name makes this one silent."""

    partition: int
    instance: bytes
    name: str
    generation: int
    due_at: int


class IdentifierRow(NamedTuple):
    """A business number of an instance; several may hold the same. `hash` is over (process, scheme, issuer, value)."""

    hash: bytes
    partition: int
    instance: bytes
    scheme: str
    issuer: str
    value: str


class UnmatchedRow(NamedTuple):
    """An event that concerns nobody yet, under one of its numbers; rows of one event share `event`."""

    hash: bytes
    partition: int
    event: bytes
    since: int
    recheck_at: int
    tries: int
    type: str
    source: str
    cause: str
    occurred_at: int
    body: bytes


class BalanceRow(NamedTuple):
    """A stock balance in millionths of the base unit. `counted_at` is the owner's last count."""

    key: bytes
    item: str
    node: str
    on_hand: int
    reserved: int
    counted_at: int


class MovementRow(NamedTuple):
    """One change of a balance, for good. `reference` makes it count once."""

    reference: bytes
    partition: int
    key: bytes
    item: str
    node: str
    quantity: int
    reason: str
    at: int
    note: str


class ReservationRow(NamedTuple):
    """What an order line holds of a balance; in a batch, by how much that changes."""

    key: bytes
    instance: bytes
    line: str
    partition: int
    order: str
    item: str
    node: str
    quantity: int
    at: int


class StockWaitRow(NamedTuple):
    """An instance that wants to know when an item comes in."""

    item: str
    instance: bytes
    partition: int
    since: int


class CreditRow(NamedTuple):
    """What an order in flight takes of a customer's limit, in minor units. `posted_at` 0: not in the ERP."""

    customer: str
    order: str
    reference: str
    currency: str
    amount: int
    posted_at: int


class ExceptionRow(NamedTuple):
    """Work that needs a person. One open exception an instance and cause."""

    partition: int
    instance: bytes
    cause: str
    group: bytes
    system: str
    subject: str
    reason: str
    role: str
    actions: str
    state: str
    first_at: int
    last_at: int
    times: int
    detail: bytes


class ReplyRow(NamedTuple):
    """The first answer to a request with an idempotency key, to be given again."""

    dedupe: bytes
    status: int
    body: bytes


class CursorRow(NamedTuple):
    """How far a feed or view has read."""

    name: str
    value: str
    at: int
