"""Release: held stock goes to its nodes as fulfillments, once nothing stands in the way."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from crossdock.model.base import change
from crossdock.model.events import FulfillmentRequested
from crossdock.model.shipments import FulfillmentLine, FulfillmentOrder
from crossdock.model.stock import Allocation
from crossdock.planning.promise import zone
from crossdock.processes.order_to_cash import holds, payments
from crossdock.processes.order_to_cash.lines import merged, move
from crossdock.processes.order_to_cash.state import Share
from crossdock.processes.order_to_cash.step import Step


def release(step: Step) -> None:
    """Release all that is reserved, if the order may go: not held, paid, complete where it must be, window open."""
    state = step.state
    if not any(line.reserved for line in state.lines) or state.holds:
        return
    if step.order.delivery.ship_complete and any(line.unsourced for line in state.lines):
        return
    opens = opens_at(step)
    if opens is not None and step.at < opens:
        return
    if _is_past(step) and "ship_window" not in state.waived:
        reason = f"the customer takes nothing after {step.order.delivery.not_after}; ship all the same?"
        holds.place(step, "ship_window", reason)
        return
    if payments.covers(step):
        _to_nodes(step)


def opens_at(step: Step) -> datetime | None:
    """The instant at which the ship window opens: the start of its first day where the goods go."""
    first = step.order.delivery.not_before
    return None if first is None else datetime.combine(first, time(), tzinfo=_zone(step))


def _is_past(step: Step) -> bool:
    last = step.order.delivery.not_after
    return last is not None and step.at >= datetime.combine(last, time(), tzinfo=_zone(step)) + timedelta(days=1)


def _zone(step: Step) -> ZoneInfo:
    return zone(step.order.delivery.time_zone or step.channel.time_zone)


def _to_nodes(step: Step) -> None:
    by_node: dict[str, list[Allocation]] = {}
    lines = []
    for line in step.state.lines:
        for allocation in line.held:
            by_node.setdefault(allocation.node, []).append(allocation)
        if line.held:
            line, _ = move(change(line, held=()), line.reserved, "reserved", "released")
        lines.append(line)
    step.put_lines(lines)
    for node, allocations in by_node.items():
        _to_node(step, node, merged(allocations))


def _to_node(step: Step, node: str, allocations: tuple[Allocation, ...]) -> None:
    state, order = step.state, step.order
    n = len(state.shares) + 1
    bare = order.number.lstrip("#")
    fulfillment = FulfillmentOrder(
        f"{state.key}@{n}",
        f"{order.channel}-{bare}-{n}",
        state.key,
        order.number,
        order.channel,
        node,
        order.parties.shipped,
        tuple(FulfillmentLine(each.line, each.item, each.quantity, each.components) for each in allocations),
        order.delivery.service,
        order.delivery.over_tolerance,
    )
    share = Share(fulfillment.key, fulfillment.number, node, allocations)
    step.set(shares=(*state.shares, share))
    step.do(FulfillmentRequested(fulfillment, step.at + step.rules.promises.ship_within))
