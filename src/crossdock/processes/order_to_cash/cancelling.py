"""Cancellations and rejections: applied to what is here, asked back from nodes, refused for what is gone."""

from collections.abc import Mapping
from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.commands import ConfirmCancellation, RefuseChange
from crossdock.model.events import (
    CancellationRequested,
    ChangeRefused,
    FulfillmentCancellationRequested,
    OrderCancelled,
    OrderRejected,
)
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import FulfillmentLine
from crossdock.model.stock import Allocation
from crossdock.processes.decision import FreeStock, StopWaitingForStock
from crossdock.processes.order_to_cash import credit
from crossdock.processes.order_to_cash import lines as buckets
from crossdock.processes.order_to_cash.state import Line, Notice, Share
from crossdock.processes.order_to_cash.step import Step
from crossdock.processes.order_to_cash.validation import sound_quantities

TOO_LATE = "the goods have already left"


def requested(step: Step, event: CancellationRequested) -> None:
    """The customer wants all of it, or some units, cancelled. The same request twice is one."""
    lines = ",".join(f"{line}={quantity}" for line, quantity in sorted(event.lines.items()))
    name = event.reference or f"{lines}/{event.reason}"
    if name in step.state.requests or step.state.stage in ("cancelled", "rejected"):
        return
    if not sound_quantities(event.lines):
        step.ask("cancellation", f"a cancellation with impossible quantities came in: {lines}", "sales")
        return
    step.set(requests=(*step.state.requests, name))
    wanted = event.lines or {line.id: line.live for line in step.state.lines if line.unshipped}
    asked_before = any(share.cancelling for share in step.state.shares)
    cancelled = cancel(step, wanted, event.reason or "cancelled by the customer")
    beyond = bool(event.lines) and any(cancelled.get(line, ZERO) < quantity for line, quantity in wanted.items())
    if beyond or not (cancelled or asked_before):
        refuse(step, "cancellation", TOO_LATE)


def cancel(step: Step, wanted: Mapping[str, Decimal], reason: str) -> dict[str, Decimal]:
    """Cancel up to these units by line: what is here at once, what was released by asking its nodes.

    Answers how many are cancelled or asked for; the rest has left.
    """
    step.set(reason=reason)
    done: dict[str, Decimal] = {}
    asked: dict[str, Decimal] = {}
    freed: list[Allocation] = []
    lines = []
    for line in step.state.lines:
        rest = wanted.get(line.id, ZERO)
        for bucket in buckets.UNSOURCED:
            line, moved = buckets.move(line, rest, bucket, "cancelled")
            rest -= moved
        line, given = buckets.unhold(line, rest, "cancelled")
        freed.extend(given)
        rest -= buckets.total(given)
        done[line.id] = wanted.get(line.id, ZERO) - rest
        if rest > 0 and line.released:
            asked[line.id] = rest
        lines.append(line)
    step.put_lines(lines)
    if freed:
        step.do(FreeStock(step.state.key, tuple(freed)))
    for line_id, quantity in ask_back(step, asked, "cancelling", reason).items():
        done[line_id] += quantity
    return {line_id: quantity for line_id, quantity in done.items() if quantity}


def ask_back(step: Step, wanted: Mapping[str, Decimal], purpose: str, reason: str) -> dict[str, Decimal]:
    """Ask nodes for released units, latest share first; answers how many were asked by line."""
    asked: dict[str, Decimal] = {}
    rest = dict(wanted)
    for share in reversed(step.state.shares):
        lines: dict[str, Decimal] = {}
        for line in share.lines():
            take = min(rest.get(line, ZERO), share.free(line))
            if take > 0:
                lines[line] = take
                rest[line] -= take
                asked[line] = asked.get(line, ZERO) + take
        if lines:
            ask_share(step, share, lines, purpose, reason)
    return asked


def ask_share(step: Step, share: Share, lines: dict[str, Decimal], purpose: str, reason: str) -> None:
    known: dict[str, Decimal] = getattr(share, purpose)
    more = {line: known.get(line, ZERO) + lines.get(line, ZERO) for line in {**known, **lines}}
    step.put_share(change(share, **{purpose: more}))
    named = {} if lines == share.lines() else lines
    step.do(FulfillmentCancellationRequested(share.key, step.state.key, named, reason))


def reject(step: Step, reason: str) -> None:
    """The order can't be done at all; nothing of it was released."""
    _drop_all(step)
    step.set(stage="rejected", reason=reason, holds={})
    step.do(OrderRejected(step.state.key, reason))
    _end(step)


def _drop_all(step: Step) -> None:
    cancel(step, {line.id: line.unshipped for line in step.state.lines}, step.state.reason)


def conclude(step: Step) -> None:
    """When nothing is left of an order that shipped nothing, it is cancelled."""
    state = step.state
    if state.stage != "open" or state.reserving:
        return
    if any(line.unshipped or line.shipped for line in state.lines):
        return
    step.set(stage="cancelled", holds={})
    step.do(OrderCancelled(state.key, state.reason))
    _end(step)


def _end(step: Step) -> None:
    credit.free(step)
    if step.state.waits_for_stock:
        step.set(waits_for_stock=False)
        step.do(StopWaitingForStock())
    for name in tuple(step.state.alarms):
        step.silence(name)
    for cause in step.state.asked:
        if cause.startswith(("hold:", "late:", "backorder")):
            step.settle(cause)


def tell(step: Step) -> None:
    """Tell the channel of cancelled units once no node is still being asked."""
    state = step.state
    if all(line.cancelled == line.told for line in state.lines):
        return
    if any(share.cancelling for share in state.shares):
        return
    untold = tuple(
        FulfillmentLine(line.id, line.item, line.cancelled - line.told)
        for line in state.lines
        if line.cancelled > line.told
    )
    whole = not any(line.live for line in state.lines)
    step.put_lines(change(line, told=line.cancelled) for line in state.lines)
    notify(step, "tell", Notice(state.reason, lines=() if whole else untold))


def refuse(step: Step, what: str, reason: str) -> None:
    """Tell the channel, and the record, that a change or cancellation can't be done."""
    step.do(ChangeRefused(step.state.key, what, reason))
    notify(step, "refuse", Notice(reason, what))


def notify(step: Step, kind: str, notice: Notice) -> None:
    """Tell the channel, where it has a system; the notice is kept until it was heard."""
    if step.channel.system:
        token = f"{kind}:{step.state.issued + 1}"
        step.set(notices={**step.state.notices, token: notice})
        step.issue(token, notice_command(step, notice))


def notice_command(step: Step, notice: Notice) -> ConfirmCancellation | RefuseChange:
    key, channel, number = step.state.key, step.channel.name, step.channel_number
    if notice.what:
        return RefuseChange(key, channel, number, notice.what, notice.reason, step.state.revision)
    return ConfirmCancellation(key, channel, number, notice.reason, notice.lines)


def shrunk(step: Step, line: Line, quantity: Decimal) -> tuple[Line, Decimal]:
    """Take up to `quantity` units that have not been released out of a line; answers how many were not there."""
    for bucket in buckets.UNSOURCED:
        line, gone = buckets.shrink(line, quantity, bucket)
        quantity -= gone
    taken, left = buckets.split(line.held, min(quantity, line.reserved))
    if taken:
        line, gone = buckets.shrink(change(line, held=left), buckets.total(taken), "reserved")
        quantity -= gone
        step.do(FreeStock(step.state.key, taken))
    return line, quantity
