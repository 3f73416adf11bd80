"""The engine: one transaction a step. It reads inboxes in order, lets processes decide, and commits what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crossdock.estate.model import Estate
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.records import DELIVERY, RECEIVED, CommandRow, InboxRow, PayloadRow, TimerRow, UnmatchedRow
from crossdock.journal.store import Claim, PromptStore, Store, StoreRejected
from crossdock.model.events import AlarmRang
from crossdock.processes.decision import Process
from crossdock.runtime.connector import Connector
from crossdock.runtime.delivery import Deliveries
from crossdock.runtime.documents import read_payload
from crossdock.runtime.exceptions import unreadable_message
from crossdock.runtime.versions import Newer, Versions
from crossdock.runtime.work import Item, Remembered, Work, instant

Entry = InboxRow | TimerRow | UnmatchedRow

MOST_MESSAGES = 16_384
"""Of one step, when all before them are for a newer program."""


@dataclass(slots=True)
class Stepped:
    """What a step did, for those who wait for it: new commands for lanes, instances that changed."""

    messages: int
    rows: int
    commands: list[CommandRow] = field(default_factory=list)
    touched: list[bytes] = field(default_factory=list)


class Engine:
    """Steps over a store. Between steps it holds nothing that it could not read again."""

    def __init__(
        self,
        store: Store,
        estate: Estate,
        processes: Sequence[Process],
        connectors: Mapping[str, Connector],
        versions: Versions | None = None,
        batch_size: int = 512,
    ) -> None:
        self._store = store
        self._connectors = dict(connectors)
        self._versions = versions or Versions()
        self._processes = {process.name: process for process in processes}
        self._deliveries = Deliveries(estate, processes)
        self._remembered = Remembered()
        self._batch_size = batch_size
        self._last: int | None = None  # unknown until the journal is read

    def take(self, batch: Batch, now: int) -> tuple[Stepped, Receipt] | None:
        """Record a batch and work off what it brings, with what waited, in one transaction. None: this store can't.

        Where it raises StoreRejected or StoreBusy nothing was written: record and step apart then.
        """
        if not isinstance(self._store, PromptStore):
            return None
        now = self._forward(now)
        claim, receipt = self._store.claim_with(batch, now, self._batch_size)
        work, stepped = self._work(claim, now)
        claim.commit(work.batch)
        self._remembered.committed(work)
        return stepped, receipt

    def step(self, now: int) -> Stepped | None:
        """Work off one batch of messages and due timers. None: there was nothing to do.

        A batch that the database refuses is halved until the one message in it stands alone before a person.
        """
        now = self._forward(now)
        limit = self._batch_size
        while True:
            claim = self._store.claim(now, limit)
            if claim is None:
                return None
            work, stepped = self._work(claim, now)
            try:
                claim.commit(work.batch)
            except StoreRejected as error:
                entries = _in_order(claim)
                if len(entries) <= 1:
                    return self._set_aside(now, entries, str(error))
                limit = max(1, min(limit, len(entries)) // 2)
                continue
            self._remembered.committed(work)
            if stepped.messages or len(claim.messages) < limit or limit >= MOST_MESSAGES:
                return stepped
            # All of them are for a newer program: look behind them.
            limit *= 4

    def _forward(self, now: int) -> int:
        """The time, never before that of an earlier step."""
        if self._last is None:
            self._last = self._last_recorded()
        self._last = max(now, self._last)
        return self._last

    def _last_recorded(self) -> int:
        """A clock that was set back while nobody ran must not take `recorded_at` back with it."""
        reader = self._store.reader()
        try:
            return reader.last_recorded()
        finally:
            reader.close()

    def _work(self, claim: Claim, now: int) -> tuple[Work, Stepped]:
        try:
            work = self._decide(claim, now)
            return work, self._stepped(work)
        except BaseException:
            # Whatever went wrong, the partitions must not stay locked.
            claim.release()
            raise

    def _stepped(self, work: Work) -> Stepped:
        batch = work.finish()
        messages = len(batch.consumed) + len(work.claim.timers) + len(work.claim.rechecks) - work.left
        return Stepped(messages, batch.rows(), list(batch.commands), sorted(work.touched))

    def _decide(self, claim: Claim, now: int) -> Work:
        work = Work(claim, now, self._versions, self._processes, self._store.partitions, self._remembered)
        received = [message.body for message in claim.messages if message.kind == RECEIVED]
        payloads = claim.payloads(received) if received else {}
        wave = [item for entry in _in_order(claim) for item in self._items(work, entry, payloads)]
        while wave:
            self._deliveries.deliver(work, wave)
            wave, work.followups = work.followups, []
            if not wave:
                wave = self._deliveries.awaited(work)
        return work

    def _items(self, work: Work, entry: Entry, payloads: Mapping[bytes, PayloadRow]) -> list[Item]:
        """The events that a message, timer or recheck stands for; consumed with this step."""
        match entry:
            case TimerRow():
                work.fire(entry)
                rang = AlarmRang(entry.name, instant(entry.due_at))
                return [
                    Item(
                        rang,
                        "AlarmRang",
                        "clock",
                        f"alarm {entry.name}",
                        entry.due_at,
                        target=entry.instance,
                    )
                ]
            case UnmatchedRow():
                return self._deliveries.recheck(work, entry, self._versions)
            case InboxRow() if entry.kind == RECEIVED:
                items = read_payload(work, entry, payloads.get(entry.body), self._connectors)
                work.batch.consumed.append((entry.partition, entry.seq))
                return items
            case InboxRow():
                try:
                    event = self._versions.event(entry.type, entry.body)
                except Newer:
                    return []  # it stays in the inbox for a worker that knows it
                work.batch.consumed.append((entry.partition, entry.seq))
                journaled = entry.kind == DELIVERY
                return [
                    Item(
                        event,
                        entry.type,
                        entry.source,
                        entry.cause,
                        entry.occurred_at,
                        entry.hops,
                        entry.instance,
                        journaled,
                    )
                ]

    def _set_aside(self, now: int, refused: list[Entry], reason: str) -> Stepped | None:
        """The one message that the database refuses goes before a person, as it came."""
        claim = self._store.claim(now, 1)
        if claim is None:
            return None
        entries = _in_order(claim)
        if entries != refused:
            claim.release()  # another worker has it, or something else is first now
            return None
        work = Work(claim, now, self._versions, self._processes, self._store.partitions)
        for entry in entries:
            unreadable_message(work, entry, reason)
        stepped = self._stepped(work)
        claim.commit(work.batch)
        return stepped


def _in_order(claim: Claim) -> list[Entry]:
    """Messages as they came; a timer or recheck behind everything received before it was due."""
    merged: list[Entry] = []
    clock: list[Entry] = [*claim.timers, *claim.rechecks]
    clock.sort(key=_due)
    position = 0
    for message in claim.messages:
        while position < len(clock) and _due(clock[position]) < message.at:
            merged.append(clock[position])
            position += 1
        merged.append(message)
    return merged + clock[position:]


def _due(entry: Entry) -> int:
    match entry:
        case TimerRow():
            return entry.due_at
        case UnmatchedRow():
            return entry.recheck_at
        case InboxRow():
            return entry.at
