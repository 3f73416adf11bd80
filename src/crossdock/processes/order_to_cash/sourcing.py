"""Stock for the order: reserve, promise, wait for what is short, and source again what was lost."""

from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.events import OrderPromised, ReservationLost, StockBecameAvailable, StockReserved
from crossdock.model.quantities import ZERO
from crossdock.model.stock import Allocation, Demand, SourcingPolicy
from crossdock.planning.promise import promise
from crossdock.processes.decision import FreeStock, Reserve, StopWaitingForStock, WaitForStock
from crossdock.processes.order_to_cash import lines as buckets
from crossdock.processes.order_to_cash.state import Line
from crossdock.processes.order_to_cash.step import Step


def ready(step: Step) -> bool:
    """Nothing is open any more: each unit is held, waited for, released or cancelled. Else reserves."""
    if step.state.reserving:
        return False
    if any(line.open for line in step.state.lines):
        reserve(step)
        return False
    return True


def reserve(step: Step) -> None:
    """Ask the ledger for all that has no stock yet; the answer comes in the same step."""
    state, delivery = step.state, step.order.delivery
    demands = tuple(
        Demand(line.id, line.item, line.unsourced, line.components, line.substitutes)
        for line in state.lines
        if line.unsourced
    )
    if not demands:
        return
    channel = step.channel
    nodes = tuple(node for node in step.rules.nodes_for(channel) if node not in state.avoid)
    policy = SourcingPolicy(nodes, delivery.ship_complete, single_node=channel.single_node)
    step.set(attempt=state.attempt + 1, reserving=True)
    step.do(Reserve(state.key, demands, policy, state.attempt + 1))


def reserved(step: Step, event: StockReserved) -> None:
    """Hold what there is; what is short waits or is cancelled, by the customer's wish."""
    state = step.state
    if not state.reserving or event.attempt != state.attempt:
        return
    step.set(reserving=False)
    if state.stage != "open":
        if event.allocations:
            step.do(FreeStock(state.key, event.allocations))
        return
    lines = {line.id: line for line in state.lines}
    held: list[Allocation] = []
    surplus: list[Allocation] = []
    for allocation in event.allocations:
        line = lines.get(allocation.line)
        taken = ZERO
        if line is not None:
            lines[line.id], taken = buckets.hold(line, allocation)
        if taken:
            held.append(change(allocation, quantity=taken))
        if taken < allocation.quantity:
            surplus.append(change(allocation, quantity=allocation.quantity - taken))
    if surplus:
        step.do(FreeStock(state.key, tuple(surplus)))
    step.put_lines(lines.values())
    short = {line.id: line.unsourced for line in step.state.lines if line.unsourced}
    _shelve(step, bool(short))
    if held or event.attempt == 1:
        waits = short if step.order.delivery.backorder_allowed else {}
        window = step.order.delivery.not_before
        promises = promise(held, waits, step.rules.nodes, step.at, window)
        if promises:
            step.do(OrderPromised(state.key, promises))


def _shelve(step: Step, short: bool) -> None:
    """What could not be had: backordered, or cancelled where the customer takes no backorders."""
    delivery = step.order.delivery
    if not short:
        if step.state.waits_for_stock:
            step.set(waits_for_stock=False)
            step.do(StopWaitingForStock())
        step.silence("backorder")
        step.settle("backorder")
        return
    if delivery.backorder_allowed:
        step.put_lines(buckets.move(line, line.open, "open", "backordered")[0] for line in step.state.lines)
        step.set(waits_for_stock=True)
        step.do(WaitForStock(_items(step.state.lines)))
        if "backorder" not in step.state.alarms:
            step.alarm("backorder", step.rules.promises.backorder_review_within)
        return
    step.set(reason="out of stock")
    whole = delivery.ship_complete and not step.state.shares
    freed: list[Allocation] = []
    lines = []
    for line in step.state.lines:
        for bucket in buckets.UNSOURCED:
            line, _ = buckets.move(line, line.unsourced, bucket, "cancelled")
        if whole:
            line, given = buckets.unhold(line, line.reserved, "cancelled")
            freed.extend(given)
        lines.append(line)
    step.put_lines(lines)
    if freed:
        step.do(FreeStock(step.state.key, tuple(freed)))


def _items(lines: tuple[Line, ...]) -> tuple[str, ...]:
    """The stocked items that backordered lines wait for."""
    wanted: dict[str, None] = {}
    for line in lines:
        if line.backordered:
            parts = tuple(part.item for part in line.components) or (line.item, *line.substitutes)
            wanted.update(dict.fromkeys(parts))
    return tuple(wanted)


def available(step: Step, event: StockBecameAvailable) -> None:
    """Stock came in: try again for what waits. A node that let us down is asked again once its stock rises later."""
    since = step.state.avoid.get(event.node)
    if since is not None and since < step.at:
        step.set(avoid={node: when for node, when in step.state.avoid.items() if node != event.node})
    if event.node not in step.state.avoid and event.item in _items(step.state.lines):
        try_again(step)


def try_again(step: Step) -> None:
    """Backordered units are open again; sourcing follows if nothing else stands in the way."""
    if step.state.stage == "open":
        step.put_lines(buckets.move(line, line.backordered, "backordered", "open")[0] for line in step.state.lines)


def lost(step: Step, event: ReservationLost) -> None:
    """Stock that was held is gone. What a node already works on is left to the node: it ships or comes up short."""
    line = step.state.line(event.line)
    if line is None or not event.quantity.is_finite() or event.quantity <= 0:
        return
    kits = buckets.kits_of(line, event.item, event.quantity)

    def there(allocation: Allocation) -> bool:
        return allocation.node == event.node and any(item == event.item for item, _ in allocation.parts())

    taken, left = buckets.split(line.held, kits, there)
    amount: Decimal = buckets.total(taken)
    if amount:
        line, _ = buckets.move(change(line, held=left), amount, "reserved", "open")
        step.put_line(line)
        step.do(FreeStock(step.state.key, taken))
