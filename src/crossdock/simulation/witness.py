"""Watches every commit of a run and says at once what must never be written, whatever came before.

It keeps sums of its own from the batches alone and asks neither the store nor the code that it judges.
"""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.records import (
    ABANDONED,
    DONE,
    REFUSED,
    SENDING,
    CommandRow,
    CommandUpdate,
    EventRow,
    InstanceRow,
    TimerRow,
)
from crossdock.model.base import Value
from crossdock.processes.order_to_cash.state import OrderState

MILLION = 1_000_000
_ENDS = (DONE, REFUSED, ABANDONED)
_Command = tuple[bytes, int]


class Fault(Value, frozen=True):
    """A promise that a run broke: which checker says so, about what, in one sentence with its numbers."""

    checker: str
    about: str
    reason: str

    def __str__(self) -> str:
        return f"{self.checker}: {self.about}: {self.reason}"


class Witness:
    """Sees all batches that were written, through all lives of the process. `faults` is what it found."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.events: list[EventRow] = []
        self._next_n: dict[int, int] = {}
        self._recorded_at = 0
        self._reserved: defaultdict[bytes, int] = defaultdict(int)
        self._holds: defaultdict[tuple[bytes, bytes, str], int] = defaultdict(int)
        self._line_holds: defaultdict[tuple[bytes, str], int] = defaultdict(int)
        self._moved: set[bytes] = set()
        self._messages: dict[tuple[str, str, str], bytes] = {}
        self._taken: set[bytes] = set()
        self._answers: set[tuple[str, str, bytes]] = set()
        self._timers: dict[tuple[bytes, str], TimerRow] = {}
        self._open: defaultdict[bytes, dict[_Command, CommandRow]] = defaultdict(dict)
        self._about: dict[_Command, CommandRow] = {}
        self._attempts: dict[_Command, int] = {}
        self._decoder = msgspec.json.Decoder(OrderState)

    def written(self, batch: Batch, receipt: Receipt) -> None:
        """Judge one batch."""
        self._check_positions(batch.events)
        self._check_answers(batch.events)
        self._check_alarms(batch)
        self._check_intake(batch, receipt)
        self._check_stock(batch)
        for row in batch.instances:
            self._check_buckets(row)
        self._check_commands(batch, receipt)

    def _say(self, checker: str, about: str, reason: str) -> None:
        self.faults.append(Fault(checker, about, reason))

    # --- events and states ------------------------------------------------------------------------------------------

    def _check_positions(self, rows: Iterable[EventRow]) -> None:
        for row in rows:
            wanted = self._next_n.get(row.partition, 1)
            place = f"event {row.partition}-{row.n}"
            if row.n != wanted:
                self._say("positions", place, f"{wanted} was next")
            self._next_n[row.partition] = row.n + 1
            if row.recorded_at < self._recorded_at:
                back = (self._recorded_at - row.recorded_at) / 1e6
                self._say("recorded_at", place, f"it was recorded {back:g} s before the event that it follows")
            self._recorded_at = max(self._recorded_at, row.recorded_at)
            self.events.append(row)

    def _check_buckets(self, row: InstanceRow) -> None:
        if row.parked:
            self._say("parked", row.key, f"{row.process} could not decide")
        if row.process != "order_to_cash":
            return
        for line in self._decoder.decode(row.state).lines:
            if not line.adds_up:
                self._say("buckets", f"{row.key} line {line.id}", f"the units of {line} do not add up")
            held = self._line_holds[row.id, line.id]
            if not line.components and held != (line.reserved + line.released) * MILLION:
                stands = f"{line.reserved:f} reserved and {line.released:f} released"
                self._say("holds", f"{row.key} line {line.id}", f"{held / MILLION:g} are held, {stands}")

    def _check_answers(self, rows: Iterable[EventRow]) -> None:
        """What a system answered is told once. Two packages of one shipment differ in their bodies."""
        for row in rows:
            if row.cause.startswith("command "):
                name = (row.cause, row.type, row.body)
                if name in self._answers:
                    self._say("answers", row.type, f"the answer to {row.cause} was told twice")
                self._answers.add(name)

    def _check_alarms(self, batch: Batch) -> None:
        for row in batch.events:
            if row.type == "AlarmRang":
                name = msgspec.json.decode(row.body)["alarm"]
                timer = self._timers.get((row.instance, name))
                if timer is None:
                    self._say("alarms", name, "it rang, though nobody had set it or it was silenced")
                elif timer.due_at > row.recorded_at:
                    self._say("alarms", name, f"it rang {(timer.due_at - row.recorded_at) / 1e6:g} s before its time")
        for _, instance, name in batch.timers_gone:
            self._timers.pop((instance, name), None)
        for timer in batch.timers:
            self._timers[timer.instance, timer.name] = timer

    def acknowledged(self, body: bytes, status: int) -> None:
        """Somebody outside was told that we have a message."""
        if 200 <= status < 300 and _digest(body) not in self._taken:
            self._say("acknowledged", "a webhook", f"its sender was told {status} before it was in the journal")

    def _check_intake(self, batch: Batch, receipt: Receipt) -> None:
        for intake, became in zip(batch.intake, receipt.intake, strict=False):
            payload = intake.payload
            name = (payload.system, payload.topic, payload.message_id)
            self._taken.add(payload.digest)
            if became == "new" and intake.message is not None:
                if name in self._messages:
                    self._say("dedupe", " ".join(name), "the same message was taken in twice")
                self._messages[name] = payload.digest
            if became == "different":
                self._say("dedupe", " ".join(name), "the same id came with another body")

    # --- stock ------------------------------------------------------------------------------------------------------

    def _check_stock(self, batch: Batch) -> None:
        took_more: set[bytes] = set()
        for row in batch.reservations:
            hold = (row.key, row.instance, row.line)
            self._holds[hold] += row.quantity
            self._reserved[row.key] += row.quantity
            self._line_holds[row.instance, row.line] += row.quantity
            if row.quantity > 0:
                took_more.add(row.key)
            if self._holds[hold] < 0:
                about = f"{row.order} line {row.line}"
                self._say("reservations", about, f"it gave back more {row.item} at {row.node} than it held")
        owners: set[bytes] = set()
        for move in batch.movements:
            if move.reference in self._moved:
                self._say("movements", f"{move.item} at {move.node}", f"{move.note} was booked twice")
            self._moved.add(move.reference)
            if move.reason != "shipment" and move.quantity < 0:
                owners.add(move.key)
        counted = any(row.type == "StockCounted" for row in batch.events)
        for balance in batch.balances:
            about = f"{balance.item} at {balance.node}"
            if balance.reserved != self._reserved[balance.key]:
                held = self._reserved[balance.key] / 1e6
                self._say("balances", about, f"{balance.reserved / 1e6:g} reserved, but orders hold {held:g}")
            beyond = balance.reserved > balance.on_hand
            if beyond and balance.key in took_more and balance.key not in owners and not counted:
                there = f"{balance.reserved / 1e6:g} promised of {balance.on_hand / 1e6:g}"
                self._say("promised_twice", about, there)

    # --- commands ---------------------------------------------------------------------------------------------------

    def _check_commands(self, batch: Batch, receipt: Receipt) -> None:
        for row in batch.commands:
            name = (row.instance, row.ordinal)
            if name in self._about:
                self._say("commands", f"{row.type} {row.ordinal}", "it was issued twice")
            self._about[name] = row
            self._open[row.about][name] = row
        updates = list(zip(batch.command_updates, receipt.updates, strict=False))
        updates += [(answer.update, held) for answer, held in zip(batch.answers, receipt.answers, strict=False)]
        for update, held in updates:
            if held:
                self._check_update(update)

    def _check_update(self, update: CommandUpdate) -> None:
        name = (update.instance, update.ordinal)
        row = self._about.get(name)
        if row is None:
            return
        open_there = self._open[row.about]
        if update.state in (SENDING, DONE, REFUSED):
            earlier = [other for other in open_there.values() if _before(other, row)]
            if earlier:
                first = min(earlier, key=lambda other: (other.created_at, other.ordinal))
                about = f"{row.type} {row.ordinal} to {row.system}"
                self._say("order", about, f"it overtook {first.type} {first.ordinal} about the same object")
        if update.state in _ENDS:
            open_there.pop(name, None)


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()


def _before(other: CommandRow, row: CommandRow) -> bool:
    same = other.instance == row.instance
    return same and other.ordinal < row.ordinal
