"""Lanes: everything between us and one system. They choose what goes out next and record what came of it.

No I/O: whoever drives a lane takes the started attempts, sends what their exchanges yield, and reports how they ended.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field

from crossdock.estate.model import Estate, Limits
from crossdock.journal.batch import Answer, Batch
from crossdock.journal.records import EVENT, SENDING, UNKNOWN, WAITING, CommandRow, CommandUpdate, InboxRow, hash16
from crossdock.journal.store import Reader
from crossdock.model.codec import encode
from crossdock.model.commands import Command
from crossdock.runtime.attempts import Ended, Verdict, after_attempt, after_crash, after_look_up
from crossdock.runtime.connector import Asks, Connector, Idempotent, LookUp, Outcome, Refused, Repetition, Task
from crossdock.runtime.ports import Entropy, Exchange
from crossdock.runtime.versions import Newer, Versions, tag
from crossdock.runtime.work import MICROSECOND, instant

REFILL_AT = 64
REFILL_TO = 512


@dataclass(slots=True)
class Attempt:
    """One attempt or look-up under way: drive `exchange`, then tell the lane how it ended."""

    row: CommandRow
    exchange: Exchange[Outcome]
    repetition: Repetition
    is_look_up: bool
    is_recorded: bool


@dataclass(slots=True)
class Lane:
    """One system's queue in memory: the due part of what the journal holds for it."""

    system: str
    connector: Connector
    limits: Limits
    queue: list[tuple[int, int, int, int, CommandRow]] = field(default_factory=list)  # heap: due, created, ordinal, tie
    queued: set[tuple[bytes, int]] = field(default_factory=set)
    first: dict[bytes, tuple[bytes, int]] = field(default_factory=dict)  # the unfinished command of each object
    held_back: dict[bytes, list[CommandRow]] = field(default_factory=dict)  # those behind it
    under_way: int = 0
    read_back: set[bytes] = field(default_factory=set)  # objects whose first command was read from the journal
    more_in_journal: bool = True
    next_in_journal: int | None = None  # when the next command is due that was not when the journal was last read


class Lanes:
    """All lanes of one worker."""

    def __init__(
        self,
        estate: Estate,
        connectors: Mapping[str, Connector],
        entropy: Entropy,
        worker: str,
        versions: Versions | None = None,
    ) -> None:
        self._lanes = {
            name: Lane(name, connector, estate.systems[name].limits) for name, connector in sorted(connectors.items())
        }
        self._entropy = entropy
        self._worker = worker
        self._versions = versions or Versions()
        self._tie = 0

    # --- what waits -----------------------------------------------------------------------------------------------

    def recover(self, reader: Reader, now: int) -> Batch:
        """At start: attempts that a dead worker left without outcome become unknown, to be repeated or looked up."""
        batch = Batch()
        for row in reader.commands_sending():
            repetition = self._repetition(row)
            if repetition is not None:
                self._conclude(batch, row, after_crash(row, repetition, row.system), row.attempts, now)
        return batch

    def offer(self, rows: list[CommandRow]) -> None:
        """Commands that were just committed; spares reading them back."""
        for row in rows:
            lane = self._lanes.get(row.system)
            if lane is None or row.about in lane.read_back:
                continue  # the journal gives it out when what was read before it is over
            if lane.next_in_journal is not None:
                lane.more_in_journal = True  # it may stand behind one that waits there to be repeated
            if lane.more_in_journal:
                # Left to the journal, which gives out nothing behind an unfinished one: read again when that is over.
                lane.read_back.add(row.about)
            else:
                self._enqueue(lane, row)

    def refill(self, reader: Reader, now: int) -> None:
        """Read what is due from the journal into lanes that run low."""
        for lane in self._lanes.values():
            if lane.next_in_journal is not None and lane.next_in_journal <= now:
                lane.more_in_journal = True
            if lane.more_in_journal and len(lane.queue) < REFILL_AT:
                rows = reader.commands_due(lane.system, now, REFILL_TO)
                lane.more_in_journal = len(rows) == REFILL_TO
                lane.next_in_journal = reader.commands_next_due(lane.system, now)
                for row in rows:
                    lane.read_back.add(row.about)
                    self._enqueue(lane, row)

    def _enqueue(self, lane: Lane, row: CommandRow) -> None:
        id = (row.instance, row.ordinal)
        if id not in lane.queued:
            lane.queued.add(id)
            self._tie += 1
            # Commands of one step are due together: the ordinal keeps those about one object in their order.
            heapq.heappush(lane.queue, (row.due_at, row.created_at, row.ordinal, self._tie, row))

    def next_due(self) -> int | None:
        """When the next command is due, of lanes that have room for it."""
        dues = [
            due
            for lane in self._lanes.values()
            if lane.under_way < lane.limits.concurrency
            for due in (lane.queue[0][0] if lane.queue else None, lane.next_in_journal)
            if due is not None
        ]
        return min(dues, default=None)

    def under_way(self) -> int:
        return sum(lane.under_way for lane in self._lanes.values())

    # --- attempts -------------------------------------------------------------------------------------------------

    def start(self, now: int) -> tuple[list[Attempt], Batch]:
        """Attempts to begin now, and the record that must be committed before any byte of theirs leaves."""
        attempts: list[Attempt] = []
        batch = Batch()
        for lane in self._lanes.values():
            while lane.queue and lane.under_way < lane.limits.concurrency and lane.queue[0][0] <= now:
                row = heapq.heappop(lane.queue)[-1]
                if lane.first.setdefault(row.about, (row.instance, row.ordinal)) != (row.instance, row.ordinal):
                    lane.held_back.setdefault(row.about, []).append(row)
                    continue
                attempt = self._attempt(lane, row, now, batch)
                if attempt is not None:
                    attempts.append(attempt)
        return attempts, batch

    def _attempt(self, lane: Lane, row: CommandRow, now: int, batch: Batch) -> Attempt | None:
        try:
            command = self._versions.command(row.type, row.version, row.body)
        except Newer:
            self._leave(lane, row)
            return None  # a worker of the newer program will do it
        repetition = lane.connector.performs.get(type(command))
        if repetition is None:
            refused = Refused(f"the connector of {row.system} can't do {row.type}", "unsupported")
            verdict = after_attempt(row, refused, Asks(), lane.limits, row.attempts, 0.0)
            self._conclude(batch, row, verdict, row.attempts, now)
            self._leave(lane, row)
            lane.read_back.discard(row.about)
            lane.more_in_journal = True  # read after this refusal is written, which comes before the next refill
            return None
        is_look_up = row.state == UNKNOWN
        is_recorded = not is_look_up and not isinstance(repetition, Asks | Idempotent)
        if is_recorded:
            before, known = row.state, row.attempts
            batch.command_updates.append(self._update(row, SENDING, known + 1, row.due_at, now, "", before, known))
            row = row._replace(state=SENDING, attempts=row.attempts + 1, changed_at=now)
        elif not is_look_up:
            row = row._replace(attempts=row.attempts + 1)
        task = Task(command, command_key(row), max(row.attempts, 1), instant(now))
        exchange = self._exchange(lane, command, task, is_look_up)
        lane.under_way += 1
        return Attempt(row, exchange, repetition, is_look_up, is_recorded)

    def _exchange(self, lane: Lane, command: Command, task: Task, is_look_up: bool) -> Exchange[Outcome]:
        if is_look_up:
            return lane.connector.look_up(task)  # type: ignore[return-value]  # NotFound is among what a look-up ends with
        return lane.connector.perform(task)

    def not_recorded(self, attempts: list[Attempt], held: list[bool]) -> list[Attempt]:
        """Drop the attempts whose record did not hold: somebody else changed the command. The rest may be sent."""
        told = iter(held)
        allowed: list[Attempt] = []
        for attempt in attempts:
            if attempt.is_recorded and not next(told):
                lane = self._lanes[attempt.row.system]
                lane.under_way -= 1
                # It is not over: what waits behind it is read from the journal, in order, and not let go on here.
                lane.read_back.add(attempt.row.about)
                self._leave(lane, attempt.row)
                lane.more_in_journal = True
                attempt.exchange.close()
            else:
                allowed.append(attempt)
        return allowed

    def take_back(self, attempts: list[Attempt], now: int) -> Batch:
        """Their record may or may not be in the journal, and nothing was sent. What takes it back, if it is there:
        commit this, however often it takes, then say `taken_back`. Until then nothing overtakes them."""
        batch = Batch()
        for attempt in attempts:
            attempt.exchange.close()
            if attempt.is_recorded:
                row = attempt.row
                update = self._update(
                    row, WAITING, row.attempts - 1, now, now, "could not be recorded", SENDING, row.attempts
                )
                batch.command_updates.append(update)
        return batch

    def taken_back(self, attempts: list[Attempt]) -> None:
        """The journal holds them as they were before: they are read again."""
        for attempt in attempts:
            lane = self._lanes[attempt.row.system]
            lane.under_way -= 1
            lane.read_back.add(attempt.row.about)
            self._leave(lane, attempt.row)
        for lane in self._lanes.values():
            lane.more_in_journal = True

    def look_again(self, system: str = "") -> None:
        """Something is due in the journal that was not there when it was read, for one system or any: an outcome that
        could be written only late, a command that a person let go on."""
        for lane in self._lanes.values():
            lane.more_in_journal = lane.more_in_journal or system in ("", lane.system)

    def finish(self, attempt: Attempt, ended: Ended, now: int) -> Batch:
        """Record how an attempt ended. Its answer goes to the instance's inbox in the same commit."""
        row = attempt.row
        lane = self._lanes[row.system]
        fraction = self._entropy.fraction()
        if attempt.is_look_up and isinstance(attempt.repetition, LookUp):
            elapsed = (now - row.changed_at) * MICROSECOND
            verdict = after_look_up(row, ended, attempt.repetition, lane.limits, elapsed, fraction)
        else:
            verdict = after_attempt(row, ended, attempt.repetition, lane.limits, row.attempts, fraction)
        batch = Batch()
        before = row.attempts if attempt.is_look_up or attempt.is_recorded else row.attempts - 1
        after = self._conclude(batch, row, verdict, before, now)
        lane.under_way -= 1
        if after.state in (WAITING, UNKNOWN):
            # It stays the first of its object: nothing about the object overtakes it while it waits to be repeated.
            lane.queued.discard((row.instance, row.ordinal))
            self._enqueue(lane, after)
        else:
            self._leave(lane, row)
        return batch

    def written(self, row: CommandRow) -> None:
        """The end of an attempt stands in the journal. Where its command is over and came from there, those behind it
        are given out only from now on."""
        lane = self._lanes[row.system]
        if row.about in lane.read_back and row.about not in lane.first:
            lane.read_back.discard(row.about)
            lane.more_in_journal = True

    def _leave(self, lane: Lane, row: CommandRow) -> None:
        """A command is finished here; those that waited behind it come in again, in order, or are read from the journal
        once its end is written there."""
        lane.queued.discard((row.instance, row.ordinal))
        lane.first.pop(row.about, None)
        from_journal = row.about in lane.read_back
        for behind in lane.held_back.pop(row.about, ()):
            lane.queued.discard((behind.instance, behind.ordinal))
            if not from_journal:
                self._enqueue(lane, behind)

    def _conclude(self, batch: Batch, row: CommandRow, verdict: Verdict, known_attempts: int, now: int) -> CommandRow:
        due = now + verdict.after // MICROSECOND
        # An unknown outcome keeps the time its attempt began: look-ups reckon from it.
        changed = row.changed_at if verdict.state == UNKNOWN else now
        messages = [
            InboxRow(
                row.partition,
                0,
                EVENT,
                now,
                row.instance,
                tag(event),
                row.system,
                f"command {command_key(row)}",
                0,
                now,
                encode(event),
            )
            for event in verdict.events
        ]
        note = verdict.note
        update = self._update(row, verdict.state, row.attempts, due, changed, note, row.state, known_attempts)
        batch.answers.append(Answer(update, messages))
        return row._replace(state=verdict.state, due_at=due, changed_at=changed, note=note)

    def _update(
        self, row: CommandRow, state: str, attempts: int, due: int, at: int, note: str, before: str, known: int
    ) -> CommandUpdate:
        """`before` and `known` are the state and the number of attempts that the journal must still hold."""
        return CommandUpdate(
            state, attempts, due, at, self._worker, note, row.partition, row.instance, row.ordinal, before, known
        )

    def _repetition(self, row: CommandRow) -> Repetition | None:
        lane = self._lanes.get(row.system)
        if lane is None:
            return None
        try:
            command = self._versions.command(row.type, row.version, row.body)
        except Newer:
            return None
        return lane.connector.performs.get(type(command))


def command_key(row: CommandRow) -> str:
    """What names a command at another system, for good: instance + version + ordinal, never the attempt."""
    return hash16(row.instance, str(row.version), str(row.ordinal)).hex()
