"""What nodes report: shipped in parts, short, refused, cancelled. Each unit finds its bucket, each system is told."""

from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.commands import ConfirmShipment, PostShipment
from crossdock.model.events import (
    ChannelInformed,
    FulfillmentCancellationRefused,
    FulfillmentCancelled,
    FulfillmentRefused,
    FulfillmentShipped,
    FulfillmentShort,
    ShipmentPosted,
)
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import FulfillmentLine, Shipment
from crossdock.model.stock import Allocation
from crossdock.processes.decision import FreeStock, ShipStock
from crossdock.processes.order_to_cash import cancelling
from crossdock.processes.order_to_cash import lines as buckets
from crossdock.processes.order_to_cash.changes import amended, grown_back
from crossdock.processes.order_to_cash.state import Line, Sent, Share
from crossdock.processes.order_to_cash.step import Step, kind_of


def shipped(step: Step, event: FulfillmentShipped) -> None:
    """Goods left: out of stock, into the ERP, to the customer. One shipment of a fulfillment counts once."""
    share = step.state.share(event.fulfillment)
    shipment = event.shipment
    if share is None:
        _unknown(step, event.fulfillment, f"shipment {shipment.number}")
        return
    if shipment.number in share.shipments:
        return
    gone: list[Allocation] = []
    unheld: list[Allocation] = []
    left = share.allocations
    for line_id, quantity in buckets.sane(event.lines).items():
        taken, left = _take(left, line_id, quantity, shipment)
        gone.extend(taken)
        unheld.extend(_book(step, line_id, taken, quantity))
    for line_id, quantity in buckets.sane(event.over).items():
        line = step.state.line(line_id)
        if line is not None:
            step.put_line(change(line, over=line.over + quantity))
            unheld.append(Allocation(line_id, share.node, quantity, line.item, line.components))
    step.put_share(change(share, allocations=left, shipments=(*share.shipments, shipment.number)))
    unheld = [change(each, node=share.node) for each in unheld]
    if gone or unheld:
        reference = f"{share.key}/{shipment.number}"
        step.do(ShipStock(step.state.key, buckets.merged(gone), reference, buckets.merged(unheld)))
        _tell(step, share, shipment, buckets.merged((*gone, *unheld)))


def _take(
    allocations: tuple[Allocation, ...], line: str, quantity: Decimal, shipment: Shipment
) -> tuple[tuple[Allocation, ...], tuple[Allocation, ...]]:
    """Units of a line out of a share: of the item that the packages name first, where there are several."""
    items = {each.item for each in allocations if each.line == line}
    taken: tuple[Allocation, ...] = ()
    if len(items) > 1:
        for package in shipment.packages:
            for packed in package.lines:
                if packed.line == line and packed.item in items and packed.quantity.is_finite():
                    part, allocations = buckets.split(
                        allocations,
                        min(packed.quantity, quantity),
                        lambda each, item=packed.item: each.line == line and each.item == item,  # type: ignore[misc]
                    )
                    quantity -= buckets.total(part)
                    taken += part
    rest, allocations = buckets.split(allocations, quantity, lambda each: each.line == line)
    return taken + rest, allocations


def _book(step: Step, line_id: str, taken: tuple[Allocation, ...], quantity: Decimal) -> list[Allocation]:
    """Released units are shipped. Beyond them, units without stock are (they had been given back); else a question."""
    line = step.state.line(line_id)
    if line is None:
        _unknown(step, line_id, f"{quantity} units of it")
        return []
    line, moved = buckets.move(line, buckets.total(taken), "released", "shipped")
    rest = quantity - moved
    unheld = ZERO
    for bucket in buckets.UNSOURCED:
        line, found = buckets.move(line, rest, bucket, "shipped")
        rest -= found
        unheld += found
    line, elsewhere = buckets.unhold(line, rest, "open")
    if elsewhere:
        line, found = buckets.move(line, buckets.total(elsewhere), "open", "shipped")
        rest -= found
        unheld += found
        step.do(FreeStock(step.state.key, elsewhere))
    step.put_line(line)
    if rest > 0:
        reason = f"{rest.normalize():f} more of line {line_id} left than the order still wanted"
        step.ask(f"shipped_beyond:{line_id}", reason, "sales", ("done_by_hand", "dismiss"))
    return [Allocation(line_id, "", unheld, line.item, line.components)] if unheld else []


def _tell(step: Step, share: Share, shipment: Shipment, gone: tuple[Allocation, ...]) -> None:
    n = share.key.rpartition("@")[2]
    lines = tuple(FulfillmentLine(each.line, each.item, each.quantity, each.components) for each in gone)
    sent = Sent(f"{n}:{shipment.number}", share.key, shipment, lines)
    step.set(sent=(*step.state.sent, sent))
    step.issue(f"post:{sent.id}", post_command(step, sent))
    if step.channel.system:
        step.issue(f"inform:{sent.id}", inform_command(step, sent))


def post_command(step: Step, sent: Sent) -> PostShipment:
    return PostShipment(step.state.key, step.state.sale_number, sent.fulfillment, sent.shipment, sent.lines)


def inform_command(step: Step, sent: Sent) -> ConfirmShipment:
    return ConfirmShipment(step.state.key, step.channel.name, step.channel_number, sent.shipment)


def posted(step: Step, event: ShipmentPosted) -> None:
    told(step, "post", event.shipment)


def informed(step: Step, event: ChannelInformed) -> None:
    """The channel knows of a shipment, cancellation or refusal; its own reference may stand in place of ours."""
    kinds = {"shipment": "inform", "cancellation": "tell", "refusal": "refuse"}
    if event.about in kinds:
        told(step, kinds[event.about], event.reference)


def told(step: Step, kind: str, number: str) -> None:
    """The first awaited command of a kind that names this number is answered; else the first of its kind."""
    waiting = [token for token in (*step.state.pending, *step.state.stuck.values()) if kind_of(token) == kind]
    named = [token for token in waiting if number and token.endswith(f":{number}")]
    for token in (named or waiting)[:1]:
        step.resolve(token)
    forget(step)


def forget(step: Step) -> None:
    """Shipments and notices that everybody heard of need not be kept."""
    kept = tuple(
        sent for sent in step.state.sent if step.under_way(f"post:{sent.id}") or step.under_way(f"inform:{sent.id}")
    )
    if len(kept) < len(step.state.sent):
        step.set(sent=kept)
    notices = {token: notice for token, notice in step.state.notices.items() if step.under_way(token)}
    if len(notices) < len(step.state.notices):
        step.set(notices=notices)


def short(step: Step, event: FulfillmentShort) -> None:
    _given_back(step, event.fulfillment, event.lines, let_down=True)


def refused(step: Step, event: FulfillmentRefused) -> None:
    share = step.state.share(event.fulfillment)
    lines = event.lines or (share.lines() if share else {})
    _given_back(step, event.fulfillment, lines, let_down=True)


def cancelled(step: Step, event: FulfillmentCancelled) -> None:
    _given_back(step, event.fulfillment, event.lines, let_down=False)


def _given_back(step: Step, key: str, lines: dict[str, Decimal], let_down: bool) -> None:
    """Units come back unshipped: those asked for leave the order or are cancelled, the rest is sourced elsewhere."""
    share = step.state.share(key)
    if share is None:
        _unknown(step, key, "units given back")
        return
    freed: list[Allocation] = []
    for line_id, quantity in buckets.sane(lines).items():
        taken, left = buckets.split(share.allocations, quantity, lambda each, id=line_id: each.line == id)  # type: ignore[misc]
        line = step.state.line(line_id)
        if line is None or not taken:
            continue
        freed.extend(taken)
        share, line, rest = _settle_asked(step, change(share, allocations=left), line, buckets.total(taken))
        line, reopened = buckets.move(line, rest, "released", "open")
        let_down = let_down or bool(reopened)
        step.put_line(line)
    if not freed:
        return
    step.put_share(share)
    step.do(FreeStock(step.state.key, tuple(freed)))
    if let_down:
        step.set(avoid={**step.state.avoid, share.node: step.at})


def _settle_asked(step: Step, share: Share, line: Line, quantity: Decimal) -> tuple[Share, Line, Decimal]:
    """Of units given back, take those that an amendment, then those that a cancellation asked for."""
    wanted = min(quantity, share.amending.get(line.id, ZERO))
    if wanted:
        line, gone = buckets.shrink(line, wanted, "released")
        quantity -= gone
        share = change(share, amending=_less(share.amending, line.id, gone))
        amended(step, line)
    wanted = min(quantity, share.cancelling.get(line.id, ZERO))
    if wanted:
        line, gone = buckets.move(line, wanted, "released", "cancelled")
        quantity -= gone
        share = change(share, cancelling=_less(share.cancelling, line.id, gone))
    return share, line, quantity


def _less(asked: dict[str, Decimal], line: str, quantity: Decimal) -> dict[str, Decimal]:
    rest = {**asked, line: asked[line] - quantity}
    return {each: amount for each, amount in rest.items() if amount > 0}


def cancellation_refused(step: Step, event: FulfillmentCancellationRefused) -> None:
    """The node ships all the same: the customer is told that it was too late, for what had been asked."""
    share = step.state.share(event.fulfillment)
    if share is None:
        return
    lines = event.lines or {**share.cancelling, **share.amending}
    cancelling_, amending = dict(share.cancelling), dict(share.amending)
    what = ""
    for line in lines:
        if cancelling_.pop(line, None):
            what = "cancellation"
        if amending.pop(line, None):
            what = what or "change"
    if what:
        step.put_share(change(share, cancelling=cancelling_, amending=amending, firm=True))
        grown_back(step)
        cancelling.refuse(step, what, event.reason or cancelling.TOO_LATE)


def _unknown(step: Step, key: str, what: str) -> None:
    step.ask(f"unknown:{key}", f"{what} came for {key}, which this order did not release")
