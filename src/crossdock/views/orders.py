"""An order as people see it: who ordered what, where each unit stands, what was promised, what holds it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from crossdock.journal.records import InstanceRow
from crossdock.journal.store import Reader
from crossdock.model.base import Value
from crossdock.model.events import OrderPromised
from crossdock.model.orders import PromiseLine, SalesOrder
from crossdock.model.quantities import Money
from crossdock.processes.decision import Process
from crossdock.processes.order_to_cash.state import BUCKETS, OrderState
from crossdock.runtime.versions import Newer, Versions
from crossdock.runtime.work import instant
from crossdock.views.related import ORDER


class LineView(Value, frozen=True):
    """One line: ordered = the sum of `buckets`, in base units. `promises` is what the customer was told of it."""

    id: str
    item: str
    description: str
    ordered: Decimal
    buckets: dict[str, Decimal]
    billed: Decimal
    promises: tuple[PromiseLine, ...] = ()


class HoldView(Value, frozen=True):
    """What keeps the order from release."""

    name: str
    reason: str
    by: str = ""


class OrderView(Value, frozen=True):
    """A sales order now. `total` is what the customer owes for all of it; `payment` its own axis."""

    key: str
    number: str
    channel: str
    customer: str
    customer_number: str
    phase: str
    over: bool
    placed_at: datetime
    changed_at: datetime
    total: Money
    payment: str
    sale_number: str = ""
    customer_po: str = ""
    reason: str = ""
    holds: tuple[HoldView, ...] = ()
    lines: tuple[LineView, ...] = ()


def order(
    row: InstanceRow,
    processes: Mapping[str, Process],
    versions: Versions,
    promises: tuple[PromiseLine, ...] = (),
) -> OrderView | None:
    """The order of a row. None where it is no order, or one that only a newer program can read."""
    process = processes.get(row.process)
    if row.process != ORDER or process is None:
        return None
    try:
        state = versions.state(process, row.version, row.state, row.document)
    except Newer:
        return None
    if not isinstance(state, OrderState) or state.order is None:
        return None
    placed = state.order
    return OrderView(
        row.key,
        placed.number,
        placed.channel,
        customer_name(placed),
        state.customer or placed.parties.sold_to.number,
        row.phase,
        row.over,
        placed.placed_at,
        instant(row.changed_at),
        placed.gross,
        state.payment,
        state.sale_number,
        placed.customer_po,
        state.reason,
        tuple(HoldView(name, hold.reason, hold.by) for name, hold in state.holds.items()),
        _lines(state, placed, promises),
    )


def customer_name(placed: SalesOrder) -> str:
    """Who ordered, by the best name there is."""
    buyer = placed.parties.sold_to
    return buyer.name or buyer.number or buyer.email or "a guest"


def _lines(state: OrderState, placed: SalesOrder, promises: tuple[PromiseLine, ...]) -> tuple[LineView, ...]:
    described = {line.id: line.description for line in placed.lines}
    return tuple(
        LineView(
            line.id,
            line.item,
            described.get(line.id, ""),
            line.ordered,
            {bucket: getattr(line, bucket) for bucket in BUCKETS if getattr(line, bucket)},
            line.billed,
            tuple(promise for promise in promises if promise.line == line.id),
        )
        for line in state.lines
    )


def promises(reader: Reader, id: bytes, versions: Versions) -> tuple[PromiseLine, ...]:
    """What was promised last, line by line; nothing before the first promise."""
    for row in reversed(reader.events_of([id])):
        if row.type == OrderPromised.__name__:
            tag = row.type if row.version == 1 else f"{row.type}/{row.version}"
            try:
                promised = versions.event(tag, row.body)
            except Newer:
                continue
            assert isinstance(promised, OrderPromised)
            return promised.promises
    return ()
