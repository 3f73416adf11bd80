"""The port of a store. SQLite and PostgreSQL keep the same promises behind it; one conformance kit proves it.

A store is synchronous and used by one writer thread; readers have connections of their own. It raises StoreBusy when
another worker holds what is wanted, StoreRejected when rows are not acceptable, StoreUnavailable when the database
can't be reached (whether a commit that was sent took effect is then unknown and read back on reopening), StoreRefused
when it is not usable (damaged, newer, read-only).
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.records import (
    BalanceRow,
    CommandRow,
    CreditRow,
    EventRow,
    ExceptionRow,
    IdentifierRow,
    InboxRow,
    InstanceRow,
    PayloadRow,
    ReplyRow,
    ReservationRow,
    StockWaitRow,
    TimerRow,
    UnmatchedRow,
)


class StoreUnavailable(Exception):
    """The database can't be reached now. What was being committed may or may not be there."""


class StoreBusy(Exception):
    """Another worker or process holds it; try again."""


class StoreRefused(Exception):
    """The database is damaged, newer than this program, not writable, or owned by another process. One sentence."""


class StoreRejected(Exception):
    """The database refuses these rows for what is in them. Nothing was written; a smaller batch may pass."""


class Claim(Protocol):
    """Partitions held by this worker within one open transaction, and what it may read there before it commits."""

    @property
    def next_n(self) -> dict[int, int]:
        """The next event position of each claimed partition."""
        ...

    @property
    def messages(self) -> Sequence[InboxRow]:
        """Inbox messages of the claimed partitions, in order of `seq`."""
        ...

    @property
    def timers(self) -> Sequence[TimerRow]:
        """Timers that are due, by due time, then partition, instance and name."""
        ...

    @property
    def rechecks(self) -> Sequence[UnmatchedRow]:
        """Unmatched events whose `recheck_at` has come."""
        ...

    def payloads(self, dedupes: Iterable[bytes]) -> dict[bytes, PayloadRow]: ...

    def instances(self, ids: Iterable[bytes]) -> dict[bytes, InstanceRow]:
        """Instances with their documents, of any partition that is claimed."""
        ...

    def find(self, hashes: Iterable[bytes]) -> dict[bytes, list[IdentifierRow]]:
        """Who holds these numbers, ordered by partition and instance."""
        ...

    def unmatched(self, hashes: Iterable[bytes]) -> list[UnmatchedRow]:
        """Events waiting under these numbers, of all partitions; rows are locked against other claims."""
        ...

    def commands(self, instances: Iterable[bytes]) -> dict[tuple[bytes, int], CommandRow]: ...

    def balances(self, keys: Iterable[bytes]) -> dict[bytes, BalanceRow]:
        """Stock balances, locked in key order until the claim ends."""
        ...

    def reservations(self, keys: Iterable[bytes]) -> list[ReservationRow]:
        """Who holds parts of these balances, latest first."""
        ...

    def movements_known(self, references: Iterable[bytes]) -> set[bytes]: ...

    def moved_since(self, key: bytes, at: int) -> int:
        """The sum of shipments of ours booked on a balance after an instant, in millionths."""
        ...

    def stock_waits(self, items: Iterable[str]) -> list[StockWaitRow]:
        """Who waits for these items, oldest first."""
        ...

    def credit(self, customers: Iterable[str]) -> dict[str, list[CreditRow]]:
        """Orders in flight of each customer, by order; the customers are locked, in order, until the claim ends."""
        ...

    def credit_of(self, orders: Iterable[str]) -> dict[str, CreditRow]:
        """What these orders take of their customers' limits, locked as `credit` does."""
        ...

    def exceptions(self, instances: Iterable[bytes]) -> list[ExceptionRow]: ...

    def commit(self, batch: Batch) -> Receipt:
        """Write the batch and end the claim. On an error nothing is written and the claim is over."""
        ...

    def release(self) -> None:
        """End the claim and write nothing."""
        ...


class Reader(Protocol):
    """Read-only questions, outside any claim. Used from any one thread at a time."""

    def instance(self, id: bytes) -> InstanceRow | None: ...

    def find(self, value: str) -> list[IdentifierRow]:
        """Every instance that holds this value under any scheme and issuer."""
        ...

    def events_of(self, instances: Sequence[bytes], limit: int = 1000) -> list[EventRow]: ...

    def events_after(self, cursor: dict[int, int], limit: int) -> list[EventRow]:
        """The next events of each partition behind the cursor, in order within a partition; never skips one."""
        ...

    def identifiers_of(self, instances: Sequence[bytes]) -> list[IdentifierRow]: ...

    def commands_of(self, instances: Sequence[bytes]) -> list[CommandRow]: ...

    def timers_of(self, instances: Sequence[bytes]) -> list[TimerRow]: ...

    def exceptions(self, state: str = "open", instances: Sequence[bytes] | None = None) -> list[ExceptionRow]: ...

    def reply(self, dedupe: bytes) -> ReplyRow | None: ...

    def payload(self, dedupe: bytes) -> PayloadRow | None: ...

    def commands_due(self, system: str, now: int, limit: int) -> list[CommandRow]:
        """Commands of a system that wait, or wait to be looked up, and are due; by due time, instance and ordinal.
        None is among them that stands behind an earlier, unfinished one about the same object."""
        ...

    def commands_next_due(self, system: str, now: int) -> int | None:
        """When the next command of a system is due that is not due yet."""
        ...

    def commands_sending(self, worker: str = "") -> list[CommandRow]:
        """Attempts under way (`sending`), of one worker or of all: after a crash, those without an outcome."""
        ...

    def last_recorded(self) -> int:
        """The latest `recorded_at` of any partition's last event; 0 where there is none."""
        ...

    def next_due(self) -> int | None:
        """When the next timer or recheck is due. Commands are the lanes' affair."""
        ...

    def has_inbox(self) -> bool: ...

    def cursor(self, name: str) -> str | None: ...

    def balances(self) -> list[BalanceRow]: ...

    def counts(self) -> dict[str, int]:
        """Instances by process and phase (`order_to_cash/closed`), open exceptions, inbox and waiting commands."""
        ...

    def instances(
        self, process: str, over: bool | None = None, after: bytes = b"", limit: int = 100
    ) -> list[InstanceRow]:
        """Instances of a process by id, for paging."""
        ...

    def close(self) -> None: ...


class Store(Protocol):
    """A journal's database."""

    @property
    def partitions(self) -> int: ...

    @property
    def warnings(self) -> Sequence[str]:
        """What is known to be wrong with this database's program, in sentences, for the log at start."""
        ...

    def commit(self, batch: Batch) -> Receipt:
        """Write what needs no claim: intake, inbox, attempts, cursors, replies. Group commit is the caller's."""
        ...

    def claim(self, now: int, limit: int) -> Claim | None:
        """Hold partitions with messages, due timers or rechecks, up to about `limit` messages. None: nothing to do."""
        ...

    def purge(self, now: int, after: bytes = b"", limit: int = 500) -> tuple[int, bytes]:
        """Delete expired payloads, and the replies to them, among the next `limit` behind `after`. Gives how many went
        and where to go on; b"" at the end. A payload that a waiting message may need stays."""
        ...

    def reader(self) -> Reader: ...

    def close(self) -> None: ...


@runtime_checkable
class PromptStore(Store, Protocol):
    """A store that can have messages decided in the very transaction that records them."""

    def claim_with(self, batch: Batch, now: int, limit: int) -> tuple[Claim, Receipt]:
        """Write what needs no claim, as `commit` does, and claim as `claim` does, in one transaction: the batch's new
        messages are among the claim's, behind those that waited, as far as its partitions can be had.

        The batch is durable once the claim is committed; where the claim is released or fails, nothing was written.
        Raises StoreBusy, StoreRejected or StoreUnavailable as `commit` does.
        """
        ...
