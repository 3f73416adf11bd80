"""One batch: everything that one commit writes. `commit(batch)` is the only way anything is written."""

from dataclasses import dataclass, field

from crossdock.journal.records import (
    BalanceRow,
    CommandRow,
    CommandUpdate,
    CreditRow,
    CursorRow,
    EventRow,
    ExceptionRow,
    IdentifierRow,
    InboxRow,
    InstanceRow,
    MovementRow,
    PayloadRow,
    ReplyRow,
    ReservationRow,
    StockWaitRow,
    TimerRow,
    UnmatchedRow,
)


@dataclass(slots=True)
class Intake:
    """A payload and the inbox message that it becomes, if it is new."""

    payload: PayloadRow
    message: InboxRow | None


@dataclass(slots=True)
class Answer:
    """The end of an attempt and what its instance is told of it: told only where the update holds, so that committing
    it again after a lost answer tells nothing twice."""

    update: CommandUpdate
    messages: list[InboxRow]


@dataclass(slots=True)
class Batch:
    """Rows to write together. Lists are applied in the order of the fields; within one, in their own order.

    What goes, goes first: an alarm that rang and is set again in the same step stands.
    """

    intake: list[Intake] = field(default_factory=list)
    inbox: list[InboxRow] = field(default_factory=list)
    consumed: list[tuple[int, int]] = field(default_factory=list)  # (partition, seq)
    events: list[EventRow] = field(default_factory=list)  # n given by the engine, gapless from the claim's next_n
    instances: list[InstanceRow] = field(default_factory=list)  # upsert by (partition, id)
    commands: list[CommandRow] = field(default_factory=list)
    command_updates: list[CommandUpdate] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    timers_gone: list[tuple[int, bytes, str]] = field(default_factory=list)  # (partition, instance, name)
    timers: list[TimerRow] = field(default_factory=list)  # upsert by (partition, instance, name)
    identifiers: list[IdentifierRow] = field(default_factory=list)  # insert or ignore by (hash, instance)
    unmatched: list[UnmatchedRow] = field(default_factory=list)  # upsert by (hash, event)
    matched: list[bytes] = field(default_factory=list)  # `event` of rows that go; applied before `unmatched`
    balances: list[BalanceRow] = field(default_factory=list)  # upsert by key, under the claim's lock
    movements: list[MovementRow] = field(default_factory=list)  # insert or ignore by reference
    reservations: list[ReservationRow] = field(
        default_factory=list
    )  # added to (key, instance, line); zero rows go away
    stock_waits_gone: list[bytes] = field(default_factory=list)  # instance
    stock_waits: list[StockWaitRow] = field(default_factory=list)  # insert or ignore by (item, instance)
    credit_gone: list[tuple[str, str]] = field(default_factory=list)  # (customer, order)
    credit: list[CreditRow] = field(default_factory=list)  # upsert by (customer, order)
    # Upsert by (partition, instance, cause): an open one keeps first_at and counts times up, a closed one opens anew.
    exceptions: list[ExceptionRow] = field(default_factory=list)
    # (state, at, partition, instance, cause): closes one that is open; where none is, nothing happens.
    exceptions_over: list[tuple[str, int, int, bytes, str]] = field(default_factory=list)
    replies: list[ReplyRow] = field(default_factory=list)
    cursors: list[CursorRow] = field(default_factory=list)  # upsert by name

    def rows(self) -> int:
        """How many rows it writes."""
        rows = 0
        for name in self.__slots__:
            rows += len(getattr(self, name))
        for intake in self.intake:
            rows += intake.message is not None
        for answer in self.answers:
            rows += len(answer.messages)
        return rows


@dataclass(slots=True)
class Receipt:
    """What became of a commit. Intakes answer in order: `new`, `same` (the first message again) or `different`
    (the same id with another body; nothing was written for it). Updates and answers say whether they held."""

    intake: list[str] = field(default_factory=list)
    updates: list[bool] = field(default_factory=list)
    answers: list[bool] = field(default_factory=list)
