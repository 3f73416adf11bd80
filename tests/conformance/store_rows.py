"""Rows for tests of stores: each maker gives a whole row, of which a test states what matters to it."""

from hashlib import blake2b

from crossdock.journal.batch import Batch, Intake
from crossdock.journal.records import (
    RECEIVED,
    WAITING,
    BalanceRow,
    CommandRow,
    CommandUpdate,
    CreditRow,
    EventRow,
    ExceptionRow,
    IdentifierRow,
    InboxRow,
    InstanceRow,
    MovementRow,
    PayloadRow,
    ReservationRow,
    StockWaitRow,
    TimerRow,
    UnmatchedRow,
    hash16,
)
from crossdock.journal.store import Claim, Store

DAY = 86_400_000_000
NOW = 1_700_000_000_000_000


def name(text: str) -> bytes:
    """A hash to name anything by."""
    return hash16("test", text)


def payload(id: str, body: bytes = b"{}", at: int = NOW, kept: int = 90 * DAY) -> PayloadRow:
    digest = blake2b(body, digest_size=16).digest()
    return PayloadRow(name(id), 0, "shop", "orders/create", id, digest, at, at + kept, b"{}", body)


def message(body: bytes = b"{}", at: int = NOW, partition: int = 0, kind: str = RECEIVED) -> InboxRow:
    return InboxRow(partition, 0, kind, at, b"", "orders/create", "shop", "test", 0, at, body)


def intake(id: str, body: bytes = b"{}", at: int = NOW, kept: int = 90 * DAY) -> Intake:
    return Intake(payload(id, body, at, kept), message(name(id), at))


def event(n: int, instance: bytes = b"i" * 16, partition: int = 0, body: bytes = b"{}") -> EventRow:
    return EventRow(partition, n, instance, "OrderPlaced", 1, "shop", "test", NOW, NOW, body)


def instance(
    id: bytes, phase: str = "placed", revision: int = 1, document: bytes | None = b"paper", partition: int = 0
) -> InstanceRow:
    return InstanceRow(
        partition, id, "order_to_cash", "shop/1", 1, revision, phase, False, False, 1, NOW, b"state", document
    )


def command(id: bytes, ordinal: int = 1, system: str = "erp", due: int = NOW, state: str = WAITING) -> CommandRow:
    return CommandRow(0, id, ordinal, 1, system, "CreateSale", name("about"), state, 0, due, 0, NOW, NOW, "", "", b"{}")


def update(
    row: CommandRow, state: str, attempts: int = 1, due: int = NOW, worker: str = "w1", before: str = ""
) -> CommandUpdate:
    """From the row's state and attempts, or from `before` with the same attempts as after."""
    known = row.attempts if not before else attempts
    return CommandUpdate(
        state, attempts, due, NOW + 1, worker, "", 0, row.instance, row.ordinal, before or row.state, known
    )


def timer(id: bytes, called: str = "ship_by", due: int = NOW, generation: int = 1) -> TimerRow:
    return TimerRow(0, id, called, generation, due)


def identifier(value: str, id: bytes, scheme: str = "order", issuer: str = "shop") -> IdentifierRow:
    return IdentifierRow(hash16(scheme, issuer, value), 0, id, scheme, issuer, value)


def unmatched(number: str, event: str, recheck: int = NOW, tries: int = 0) -> UnmatchedRow:
    return UnmatchedRow(name(number), 0, name(event), NOW, recheck, tries, "GoodsShipped", "wms", "test", NOW, b"{}")


def balance(item: str, on_hand: int = 10, reserved: int = 0) -> BalanceRow:
    return BalanceRow(name(item), item, "main", on_hand, reserved, 0)


def movement(reference: str, item: str, quantity: int = -1, at: int = NOW, reason: str = "shipment") -> MovementRow:
    return MovementRow(name(reference), 0, name(item), item, "main", quantity, reason, at, "")


def reservation(item: str, id: bytes, quantity: int, line: str = "1", at: int = NOW) -> ReservationRow:
    return ReservationRow(name(item), id, line, 0, "shop/1", item, "main", quantity, at)


def stock_wait(item: str, id: bytes, since: int = NOW) -> StockWaitRow:
    return StockWaitRow(item, id, 0, since)


def credit(customer: str, order: str, amount: int = 100, posted_at: int = 0) -> CreditRow:
    return CreditRow(customer, order, order, "USD", amount, posted_at)


def exception(id: bytes, cause: str = "price", at: int = NOW, state: str = "open", reason: str = "why") -> ExceptionRow:
    return ExceptionRow(0, id, cause, name("group"), "erp", "shop/1", reason, "sales", "retry", state, at, at, 1, b"{}")


def claimed(store: Store, now: int = NOW, limit: int = 1000) -> Claim:
    """A claim where there is work."""
    claim = store.claim(now, limit)
    assert claim is not None
    return claim


def step(store: Store, batch: Batch, now: int = NOW) -> None:
    """Commit a claim's batch; a message is sent first so that there is something to claim, and consumed with it."""
    store.commit(Batch(inbox=[message()]))
    claim = claimed(store, now)
    batch.consumed.extend((row.partition, row.seq) for row in claim.messages)
    claim.commit(batch)
