"""One batch: everything that one commit writes. `commit(batch)` is the only way anything is written."""

import msgspec

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


class Intake(msgspec.Struct):
    """A payload and the inbox message that it becomes, if it is new."""

    payload: PayloadRow
    message: InboxRow | None


class Answer(msgspec.Struct):
    """The end of an attempt and what its instance is told of it: told only where the update holds, so that committing
    it again after a lost answer tells nothing twice."""

    update: CommandUpdate
    messages: list[InboxRow]


class Batch(msgspec.Struct):
    """Rows to write together. Lists are applied in the order of the fields; within one, in their own order.

    What goes, goes first: an alarm that rang and is set again in the same step stands.
    """

    intake: list[Intake] = []
    inbox: list[InboxRow] = []
    consumed: list[tuple[int, int]] = []  # (partition, seq)
    events: list[EventRow] = []  # n given by the engine, gapless from the claim's next_n
    instances: list[InstanceRow] = []  # upsert by (partition, id)
    commands: list[CommandRow] = []
    command_updates: list[CommandUpdate] = []
    answers: list[Answer] = []
    timers_gone: list[tuple[int, bytes, str]] = []  # (partition, instance, name)
    timers: list[TimerRow] = []  # upsert by (partition, instance, name)
    identifiers: list[IdentifierRow] = []  # insert or ignore by (hash, instance)
    unmatched: list[UnmatchedRow] = []  # upsert by (hash, event)
    matched: list[bytes] = []  # `event` of rows that go; applied before `unmatched`
    balances: list[BalanceRow] = []  # upsert by key, under the claim's lock
    movements: list[MovementRow] = []  # insert or ignore by reference
    reservations: list[ReservationRow] = []  # added to (key, instance, line); zero rows go away
    stock_waits_gone: list[bytes] = []  # instance
    stock_waits: list[StockWaitRow] = []  # insert or ignore by (item, instance)
    credit_gone: list[tuple[str, str]] = []  # (customer, order)
    credit: list[CreditRow] = []  # upsert by (customer, order)
    # Upsert by (partition, instance, cause): an open one keeps first_at and counts times up, a closed one opens anew.
    exceptions: list[ExceptionRow] = []
    # (state, at, partition, instance, cause): closes one that is open; where none is, nothing happens.
    exceptions_over: list[tuple[str, int, int, bytes, str]] = []
    replies: list[ReplyRow] = []
    cursors: list[CursorRow] = []  # upsert by name

    def rows(self) -> int:
        """How many rows it writes."""
        rows = 0
        for name in self.__struct_fields__:
            rows += len(getattr(self, name))
        for intake in self.intake:
            rows += intake.message is not None
        for answer in self.answers:
            rows += len(answer.messages)
        return rows


class Receipt(msgspec.Struct):
    """What became of a commit. Intakes answer in order: `new`, `same` (the first message again) or `different`
    (the same id with another body; nothing was written for it). Updates and answers say whether they held."""

    intake: list[str] = []
    updates: list[bool] = []
    answers: list[bool] = []
