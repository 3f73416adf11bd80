"""The overlay of one step: instances as they become, and the rows that say so. Merged only where a message succeeds."""

import itertools
from datetime import UTC, datetime, timedelta

import msgspec

from crossdock.journal.batch import Batch
from crossdock.journal.records import (
    BalanceRow,
    CreditRow,
    EventRow,
    IdentifierRow,
    InstanceRow,
    TimerRow,
    partition_of,
)
from crossdock.journal.store import Claim
from crossdock.model.codec import encode
from crossdock.model.events import Event
from crossdock.processes.decision import (
    CreditIsInErp,
    FreeCredit,
    FreeStock,
    HoldCredit,
    Process,
    Reserve,
    ShipStock,
    State,
)
from crossdock.runtime.versions import Newer, Versions, pack, tag

LedgerEffect = Reserve | FreeStock | ShipStock | HoldCredit | CreditIsInErp | FreeCredit

MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(at: int) -> datetime:
    """Microseconds since 1970 as an aware datetime."""
    return _EPOCH + timedelta(microseconds=at)


def micros(at: datetime) -> int:
    """An aware datetime as microseconds since 1970."""
    return (at - _EPOCH) // MICROSECOND


class Held(msgspec.Struct):
    """An instance within the step."""

    process: Process
    id: bytes
    key: str
    partition: int
    state: State
    revision: int
    next_ordinal: int
    parked: bool
    stored_document: object
    is_new: bool
    changed: bool = False


class Item(msgspec.Struct, frozen=True):
    """An event on its way: whom it is for (`target`, empty where routing decides), and where it came from."""

    event: Event
    tag: str
    source: str
    cause: str
    occurred_at: int
    hops: int = 0
    target: bytes = b""
    journaled: bool = False


class Remembered:
    """States as they were committed last, so that a busy instance is not decoded at each step. Only a hint: the row
    read in a claim says which revision counts, and a revision is written once. Keeps the `most` latest ones."""

    def __init__(self, most: int = 2048) -> None:
        self._most = most
        self._states: dict[bytes, tuple[int, State]] = {}

    def state(self, id: bytes, revision: int) -> State | None:
        """The state of that very revision, if it is still remembered."""
        known = self._states.get(id)
        return known[1] if known is not None and known[0] == revision else None

    def committed(self, work: "Work") -> None:
        """A step is durable: remember what it left, and forget what was not touched for longest."""
        states = self._states
        for held in work.touched.values():
            states.pop(held.id, None)
            if not held.state.is_over:
                states[held.id] = (held.revision + 1, held.state)
        for id in list(itertools.islice(states, max(0, len(states) - self._most))):
            del states[id]


class Work:
    """What one step has read and what it will write."""

    def __init__(
        self,
        claim: Claim,
        now: int,
        versions: Versions,
        processes: dict[str, Process],
        partitions: int,
        remembered: Remembered | None = None,
    ) -> None:
        self.claim = claim
        self.now = now
        self.at = instant(now)
        self.batch = Batch()
        self.partitions = partitions
        self.followups: list[Item] = []
        self.newly_known: list[bytes] = []  # identifier hashes and instance keys that unmatched events may wait for
        self.touched: dict[bytes, Held] = {}
        self.identified: dict[bytes, list[IdentifierRow]] = {}  # what this step made known
        self.ledger: list[tuple[Held, LedgerEffect, str, int]] = []  # asked of stock and credit, with cause and hops
        self.balances: dict[bytes, BalanceRow] = {}
        self.balances_changed: set[bytes] = set()
        self.credit: dict[str, dict[str, CreditRow]] = {}  # by customer and order
        self.known_movements: set[bytes] = set()  # references booked before or in this step
        self.credit_changes: dict[tuple[str, str], CreditRow | None] = {}  # None: no longer taken
        self._fired: list[tuple[int, bytes, str]] = []
        self._timers: dict[tuple[bytes, str], TimerRow | None] = {}  # None: silenced in this step
        self._versions = versions
        self._remembered = remembered or Remembered()
        self._processes = processes
        self._next_n = dict(claim.next_n)
        self._held: dict[bytes, Held | None] = {}
        self._newer: set[bytes] = set()
        self.left = 0  # messages put back for a newer program

    def owns(self, partition: int) -> bool:
        return partition in self._next_n

    def partition_of(self, key: str) -> int:
        return partition_of(key, self.partitions)

    def load(self, ids: set[bytes]) -> None:
        """Read instances that the step has not seen yet."""
        wanted = sorted(ids - self._held.keys())
        if not wanted:
            return
        rows = self.claim.instances(wanted)
        for id in wanted:
            row = rows.get(id)
            self._held[id] = None if row is None else self._read(row)

    def is_newer(self, id: bytes) -> bool:
        """Whether an instance was written by a newer program: what is for it is left to that one."""
        return id in self._newer

    def _read(self, row: InstanceRow) -> Held | None:
        process = self._processes.get(row.process)
        try:
            if process is None:
                raise Newer(row.process)
            state = self._remembered.state(row.id, row.revision)
            if state is None:
                state = self._versions.state(process, row.version, row.state, row.document)
        except Newer:
            self._newer.add(row.id)
            return None
        document = getattr(state, state.DOCUMENT) if state.DOCUMENT else None
        return Held(
            process,
            row.id,
            row.key,
            row.partition,
            state,
            row.revision,
            row.next_ordinal,
            row.parked,
            document,
            False,
        )

    def held(self, id: bytes) -> Held | None:
        if id not in self._held:
            self.load({id})
        return self._held[id]

    def begin(self, process: Process, id: bytes, key: str) -> Held:
        """A new instance, there once a decision about it succeeds."""
        held = Held(
            process,
            id,
            key,
            self.partition_of(key),
            process.new(key),
            0,
            1,
            False,
            None,
            True,
        )
        self._held[id] = held
        return held

    def forget(self, held: Held) -> None:
        """Undo `begin`: the first decision failed."""
        self._held[held.id] = None

    def journal(self, item: Item, instance: bytes, partition: int) -> str:
        """Append an event to a claimed partition; returns its position as text, the cause of what follows."""
        n = self._next_n[partition]
        self._next_n[partition] = n + 1
        kind = type(item.event)
        self.batch.events.append(
            EventRow(
                partition,
                n,
                instance,
                kind.__name__,
                kind.VERSION,
                item.source,
                item.cause,
                item.occurred_at,
                self.now,
                encode(item.event),
            )
        )
        return f"{partition}-{n}"

    def emit(
        self,
        held: Held,
        event: Event,
        source: str,
        cause: str,
        hops: int,
        to_itself: bool = False,
    ) -> None:
        """A fact that an instance or a ledger states: journaled now, delivered in the next wave."""
        target = held.id if to_itself else b""
        name = tag(event)
        item = Item(event, name, source, cause, self.now, hops + 1, target, True)
        position = self.journal(item, held.id, held.partition)
        self.followups.append(Item(event, name, source, position, self.now, hops + 1, target, True))

    def identify(self, row: IdentifierRow) -> None:
        """An instance may be found by this number, from here on within the step too."""
        self.batch.identifiers.append(row)
        self.identified.setdefault(row.hash, []).append(row)
        self.newly_known.append(row.hash)

    def set_timer(self, row: TimerRow) -> None:
        self._timers[row.instance, row.name] = row

    def silence(self, held: Held, name: str) -> None:
        """Clear an alarm, also one that is due in this very step and not read yet."""
        self._timers[held.id, name] = None

    def fire(self, row: TimerRow) -> None:
        """A due timer was read. It is gone with this step, unless the step sets it anew."""
        self._fired.append((row.partition, row.instance, row.name))

    def rings(self, instance: bytes, name: str) -> bool:
        """Whether a fired timer still counts: nothing in this step has silenced or replaced it before its turn."""
        return (instance, name) not in self._timers

    def changed(self, held: Held) -> None:
        held.changed = True
        self.touched[held.id] = held

    def finish(self) -> Batch:
        """All rows of the step; each changed instance, timer and balance is written once."""
        gone = [fired for fired in self._fired if fired[1:] not in self._timers]
        for (instance, name), timer in self._timers.items():
            if timer is None:
                gone.append((self.touched[instance].partition, instance, name))
            else:
                self.batch.timers.append(timer)
        self.batch.timers_gone.extend(gone)
        for customer_and_order, row in self.credit_changes.items():
            if row is None:
                self.batch.credit_gone.append(customer_and_order)
            else:
                self.batch.credit.append(row)
        self.batch.balances = [self.balances[key] for key in sorted(self.balances_changed)]
        for held in self.touched.values():
            state = held.state
            body, document = pack(state, held.stored_document)
            if held.is_new and document is None:
                document = b""
            self.batch.instances.append(
                InstanceRow(
                    held.partition,
                    held.id,
                    held.process.name,
                    held.key,
                    state.VERSION,
                    held.revision + 1,
                    "parked" if held.parked else state.phase,
                    state.is_over,
                    held.parked,
                    held.next_ordinal,
                    self.now,
                    body,
                    document,
                )
            )
        return self.batch
