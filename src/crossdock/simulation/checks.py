"""Judges the end of a run: by the systems' own ledgers, by the journal's rows, and by what a reader saw."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from crossdock.journal.records import SENDING, UNKNOWN, WAITING, EventRow, ExceptionRow, InstanceRow, TimerRow
from crossdock.journal.store import Reader
from crossdock.model.base import Value
from crossdock.processes.order_to_cash.state import OrderState
from crossdock.simulation.reconcile import Verdict
from crossdock.simulation.recount import Called
from crossdock.simulation.systems.books import Books
from crossdock.simulation.witness import Fault

PROCESSES = ("order_to_cash", "fulfillment")
_PAGE = 500


class Rest(Value, frozen=True):
    """An instance at the end of a run, with what may wake it."""

    row: InstanceRow
    timers: tuple[TimerRow, ...] = ()
    exceptions: tuple[ExceptionRow, ...] = ()
    commands: tuple[tuple[str, str], ...] = ()
    """Type and state of its commands that are not over."""


def at_rest(reader: Reader) -> list[Rest]:
    """All instances, as the journal holds them."""
    found: list[Rest] = []
    exceptions: defaultdict[bytes, list[ExceptionRow]] = defaultdict(list)
    for exception in reader.exceptions():
        exceptions[exception.instance].append(exception)
    for process in PROCESSES:
        after = b""
        while rows := reader.instances(process, after=after, limit=_PAGE):
            after = rows[-1].id
            timers: defaultdict[bytes, list[TimerRow]] = defaultdict(list)
            for timer in reader.timers_of([row.id for row in rows]):
                timers[timer.instance].append(timer)
            commands: defaultdict[bytes, list[tuple[str, str]]] = defaultdict(list)
            for command in reader.commands_of([row.id for row in rows]):
                if command.state in (WAITING, SENDING, UNKNOWN):
                    commands[command.instance].append((command.type, command.state))
            found.extend(
                Rest(row, tuple(timers[row.id]), tuple(exceptions[row.id]), tuple(commands[row.id])) for row in rows
            )
    return found


def check_rest(rests: Iterable[Rest], now: int) -> Iterator[Fault]:
    """Each instance has ended, or waits with an alarm to come, or is before a person. `now` is by our own clock."""
    for rest in rests:
        row = rest.row
        late = [timer for timer in rest.timers if timer.due_at < now]
        if late:
            yield Fault("alarms", row.key, f"its alarm {late[0].name} was due and did not ring")
        if row.over or rest.exceptions:
            continue
        if rest.commands:
            kind, state = rest.commands[0]
            yield Fault("stuck", row.key, f"{kind} is still {state}, though nothing is wrong any more")
        elif not rest.timers:
            yield Fault("silent", row.key, f"it is {row.phase} without an alarm, and before nobody")


def check_reader(seen: Sequence[EventRow], written: Sequence[EventRow]) -> Iterator[Fault]:
    """A reader with a cursor saw each event once, in order."""
    expected: defaultdict[int, int] = defaultdict(lambda: 1)
    for row in seen:
        if row.n != expected[row.partition]:
            place = f"event {row.partition}-{row.n}"
            yield Fault("reader", place, f"a reader saw it where {expected[row.partition]} was next")
        expected[row.partition] = row.n + 1
    if len(seen) != len(written):
        yield Fault("reader", "events", f"a reader saw {len(seen)} of {len(written)}")
    elif list(seen) != list(written):
        yield Fault("reader", "events", "a reader saw other events than were written")


def check_merged(orders: Mapping[Called, tuple[InstanceRow, OrderState] | None]) -> Iterator[Fault]:
    """Each order that was placed is an instance of its own, and carries its own number."""
    holders: dict[bytes, Called] = {}
    for called, found in sorted(orders.items()):
        name = " ".join(called)
        if found is None:
            yield Fault("lost", name, "Crossdock does not know it")
            continue
        row, state = found
        if row.id in holders:
            yield Fault("merged", name, f"it is one and the same as {' '.join(holders[row.id])}")
        holders[row.id] = called
        if state.order is not None and state.order.number != called[1]:
            yield Fault("merged", name, f"its state is that of {state.order.number}")


def check_credit(books: Books) -> Iterator[Fault]:
    """No customer owes and has on order more than the limit, by the ERP's own books."""
    for number, customer in sorted(books.catalogue.customers.items()):
        if customer.limit is None:
            continue
        exposure = books.receivables(number) + sum((amount for _, amount in books.open_orders(number)), Decimal(0))
        if exposure > customer.limit:
            yield Fault("credit", number, f"{exposure:f} of a limit of {customer.limit:f}")


def check_ledgers(verdict: Verdict, excused: Mapping[Called, str]) -> Iterator[Fault]:
    """What the recount finds. An order before a person may stand where it stands, but nothing of it may be doubled."""
    names = {" ".join(called) for called in excused}
    for finding in verdict.findings:
        order = " ".join(finding.about.split()[:2])
        if finding.fault == "lost" and order in names:
            continue
        yield Fault(finding.fault, finding.about, finding.reason)
    for wrong in verdict.wrong:
        kind, _, rest = wrong.partition(": ")
        order = rest.partition(":")[0]
        if names and " of the orders of " in order:
            continue  # one of the pair may be among the excused
        if order not in names:
            yield Fault("outcome", order, f"{kind}: {rest.partition(': ')[2]}")
