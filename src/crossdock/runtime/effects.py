"""What a decision asks for, as rows. Built apart for each message and merged only when all of it could be built."""

from datetime import timedelta

import msgspec

from crossdock.estate.model import Estate
from crossdock.journal.records import (
    WAITING,
    CommandRow,
    ExceptionRow,
    IdentifierRow,
    StockWaitRow,
    TimerRow,
    hash16,
)
from crossdock.model.codec import encode
from crossdock.model.commands import Command
from crossdock.model.events import Event
from crossdock.processes.decision import (
    AskPerson,
    ClearAlarm,
    Decision,
    FreeStock,
    Identify,
    Reserve,
    SetAlarm,
    Settle,
    ShipStock,
    StopWaitingForStock,
    WaitForStock,
)
from crossdock.runtime import exceptions
from crossdock.runtime.credit import CreditDesk
from crossdock.runtime.routing import number_hash
from crossdock.runtime.stock import StockDesk
from crossdock.runtime.work import Held, Item, LedgerEffect, Work, micros


class Rows(msgspec.Struct):
    """What one decision writes, beside the state."""

    item: Item
    cause: str
    next_ordinal: int
    events: list[Event] = []
    commands: list[CommandRow] = []
    timers: list[TimerRow] = []
    silenced: list[str] = []
    identifiers: list[IdentifierRow] = []
    stock_waits: list[StockWaitRow] = []
    stops_waiting: bool = False
    ledger: list[LedgerEffect] = []
    exceptions: list[ExceptionRow] = []
    settled: list[str] = []

    def merge(self, work: Work, held: Held) -> None:
        batch = work.batch
        held.next_ordinal = self.next_ordinal
        batch.commands.extend(self.commands)
        for name in self.silenced:
            work.silence(held, name)
        for timer in self.timers:
            work.set_timer(timer)
        for row in self.identifiers:
            work.identify(row)
        batch.stock_waits.extend(self.stock_waits)
        if self.stops_waiting:
            batch.stock_waits_gone.append(held.id)
        batch.exceptions.extend(self.exceptions)
        batch.exceptions_over.extend(("settled", work.now, held.partition, held.id, cause) for cause in self.settled)
        for event in self.events:
            work.emit(held, event, held.process.name, self.cause, self.item.hops)
        for effect in self.ledger:
            work.ledger.append((held, effect, self.cause, self.item.hops))


class Effects:
    """Turns decisions into rows, by the estate's addresses."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._stock = StockDesk()
        self._credit = CreditDesk()

    def rows(self, work: Work, held: Held, decision: Decision, item: Item, cause: str) -> Rows:
        """All rows of a decision. Raises what makes it impossible (an address the estate does not declare)."""
        rows = Rows(item, cause, held.next_ordinal)
        for effect in decision.effects:
            match effect:
                case Command():
                    rows.commands.append(self._command(work, held, effect, rows.next_ordinal))
                    rows.next_ordinal += 1
                case Event():
                    rows.events.append(effect)
                case SetAlarm():
                    due = effect.at if effect.at is not None else work.at + (effect.after or timedelta())
                    rows.timers.append(
                        TimerRow(
                            held.partition,
                            held.id,
                            effect.name,
                            held.revision + 1,
                            micros(due),
                        )
                    )
                case ClearAlarm():
                    rows.silenced.append(effect.name)
                case Identify(number):
                    rows.identifiers.append(
                        IdentifierRow(
                            number_hash(held.process.name, number),
                            held.partition,
                            held.id,
                            number.scheme,
                            number.issuer,
                            number.value,
                        )
                    )
                case WaitForStock(items):
                    rows.stock_waits.extend(
                        StockWaitRow(stock_item, held.id, held.partition, work.now) for stock_item in items
                    )
                case StopWaitingForStock():
                    rows.stops_waiting = True
                case AskPerson():
                    rows.exceptions.append(exceptions.question(work, held, effect))
                case Settle(name):
                    rows.settled.append(name)
                case _:
                    rows.ledger.append(effect)
        return rows

    def settle_ledgers(self, work: Work) -> None:
        """Carry out what this wave asked of stock and credit, in order; the answers are events of the next wave."""
        asked, work.ledger = work.ledger, []
        if not asked:
            return
        self._stock.load(work, [effect for _, effect, _, _ in asked])
        self._credit.load(work, [effect for _, effect, _, _ in asked])
        for held, effect, cause, hops in asked:
            match effect:
                case Reserve() | FreeStock() | ShipStock():
                    answer = self._stock.carry_out(work, held, effect)
                case _:
                    answer = self._credit.carry_out(work, effect)
            if answer is not None:
                work.emit(held, answer, "journal", cause, hops, to_itself=True)
        self._stock.freed(work, [(effect, cause, hops) for _, effect, cause, hops in asked])

    def _command(self, work: Work, held: Held, command: Command, ordinal: int) -> CommandRow:
        kind = type(command)
        system = self._estate.system_for(command)
        deadline = getattr(command, "deadline", None)
        return CommandRow(
            held.partition,
            held.id,
            ordinal,
            kind.VERSION,
            system,
            kind.__name__,
            hash16(system, command.about),
            WAITING,
            0,
            work.now,
            micros(deadline) if deadline else 0,
            work.now,
            work.now,
            "",
            "",
            encode(command),
        )
