"""Amendments: the order as it now reads. Applied to what is here, asked of nodes, or refused for what has left.

A line's quantity is read against what the channel said before: the difference is what the customer wants more or less
of it. Channels differ in whether cancelled units stay in the figure; one that reads as before, or as what stands (an
echo of our own cancellation), asks for nothing. After a decrease that came too late, an increase counts beyond what
stands.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.events import FulfillmentAddressChanged, FulfillmentAddressRefused
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.parties import Address
from crossdock.model.quantities import ZERO
from crossdock.processes.decision import FreeStock
from crossdock.processes.order_to_cash import cancelling, credit, payments
from crossdock.processes.order_to_cash.lines import grow, started, with_quantities
from crossdock.processes.order_to_cash.state import Line, OrderState
from crossdock.processes.order_to_cash.step import Step
from crossdock.processes.order_to_cash.validation import problems
from crossdock.processes.order_to_cash.worth import due

_NOT_SOLD = ("revision", "changed_at", "ext", "payments", "total", "customer_note", "identifiers")
"""What may change of an order without the ERP's sale becoming another."""


@dataclass(slots=True)
class Amendment:
    """What a changed order comes to: lines as they may read now, lines to ask back, and what is too late."""

    documents: list[SalesOrderLine] = field(default_factory=list)
    asked: dict[str, Decimal] = field(default_factory=dict)
    too_late: list[str] = field(default_factory=list)


def changed(step: Step, order: SalesOrder) -> None:
    """Take a newer reading of the order over; older or equal ones are repetitions."""
    state = step.state
    if not _is_newer(state, order):
        return
    step.set(revision=order.revision, changed_at=order.changed_at)
    for payment in order.payments:
        payments.record(step, payment)
    old = step.order
    if not _differs(old, order) and not any(share.amending for share in state.shares):
        return
    standing = tuple(line for line in order.lines if line.quantity.amount != 0)
    wrong = problems(change(order, lines=standing)) if standing else []
    if wrong:
        cancelling.refuse(step, "change", "; ".join(wrong))
    elif not state.is_over:
        _apply(step, old, order)
    elif _wants_else(step, old, order):
        cancelling.refuse(step, "change", f"the order is {state.stage}")


def _wants_else(step: Step, old: SalesOrder, new: SalesOrder) -> bool:
    """Whether an order that is over would have to be another: an echo of what became of it asks for nothing."""
    after = {line.id: line.quantity.base for line in new.lines}
    else_ = any(target and step.state.line(id) is None for id, target in after.items())
    lines = []
    for line in step.state.lines:
        target = after.get(line.id, ZERO)
        else_ = else_ or target not in (line.wanted, line.live)
        lines.append(change(line, wanted=target))
    step.put_lines(lines)
    return else_ or (step.state.stage == "closed" and old.parties.shipped.address != new.parties.shipped.address)


def _is_newer(state: OrderState, order: SalesOrder) -> bool:
    if order.revision != state.revision:
        return order.revision > state.revision
    if order.changed_at is None:
        return False
    return state.changed_at is None or order.changed_at.timestamp() > state.changed_at.timestamp()


def _differs(old: SalesOrder, new: SalesOrder) -> bool:
    """Whether anything changed that work or bills depend on."""
    return (
        old.lines != new.lines
        or old.parties != new.parties
        or old.delivery != new.delivery
        or old.terms != new.terms
        or old.charges != new.charges
        or old.discounts != new.discounts
        or old.taxes != new.taxes
        or old.total != new.total
        or old.customer_po != new.customer_po
    )


def _apply(step: Step, old: SalesOrder, new: SalesOrder) -> None:
    amendment = Amendment()
    wanted = {line.id: line for line in new.lines if line.quantity.amount != 0}
    before = {line.id: line for line in old.lines}
    for line in new.lines:
        if line.id in wanted:
            _line(step, amendment, before.get(line.id), line)
    for line in old.lines:
        if line.id not in wanted:
            _line(step, amendment, line, None)
    unshipped = any(line.unshipped for line in step.state.lines)
    moved = old.parties.shipped.address != new.parties.shipped.address
    if moved and not unshipped:
        amendment.too_late.append("the address")
    step.set(order=change(new, lines=tuple(amendment.documents)))
    if amendment.asked:
        cancelling.ask_back(step, amendment.asked, "amending", "the customer changed the order")
    if moved and unshipped and new.parties.shipped.address is not None:
        _send_address(step, new.parties.shipped.address)
    _check_again(step, old)
    if amendment.too_late:
        cancelling.refuse(step, "change", f"too late for {', '.join(amendment.too_late)}: {cancelling.TOO_LATE}")


def _line(step: Step, amendment: Amendment, old: SalesOrderLine | None, new: SalesOrderLine | None) -> None:
    """One line: new, more, less, another item, or the same."""
    id = new.id if new is not None else old.id if old is not None else ""
    line = step.state.line(id)
    if line is None:
        if new is not None:
            step.put_line(started(new))
            amendment.documents.append(new)
        return
    if old is not None and new is not None and new.item != old.item:
        _other_item(step, amendment, line, old, new)
        return
    _quantity(step, amendment, line, new.quantity.base if new is not None else ZERO)
    line = step.state.line(id) or line
    waits = amendment.asked.get(id) or id in amendment.too_late or any(id in s.amending for s in step.state.shares)
    kept = old if waits or line.live > (new.quantity.base if new is not None else ZERO) else new
    if kept is not None:
        amendment.documents.append(kept)


def _quantity(step: Step, amendment: Amendment, line: Line, target: Decimal) -> None:
    """What the channel's figure asks for, compared with the one before."""
    asked = sum((share.amending.get(line.id, ZERO) for share in step.state.shares), ZERO)
    standing, before = line.live - asked, line.wanted
    line = change(line, wanted=target)
    step.put_line(line)
    if target in (before, standing):
        return
    more = target - max(before, standing)
    if more > 0:
        step.put_line(grow(line, more))
    elif target < before:
        _less(step, amendment, line, min(before - target, standing))


def _less(step: Step, amendment: Amendment, line: Line, quantity: Decimal) -> None:
    """Fewer units: what is here leaves at once, released units are asked back, shipped ones are too late."""
    line, rest = cancelling.shrunk(step, line, quantity)
    step.put_line(line)
    if rest <= 0:
        return
    free = sum((share.free(line.id) for share in step.state.shares), ZERO)
    if free > 0:
        amendment.asked[line.id] = min(rest, free)
    if rest > free:
        amendment.too_late.append(line.id)


def _other_item(step: Step, amendment: Amendment, line: Line, old: SalesOrderLine, new: SalesOrderLine) -> None:
    """The same line with another item: only while nothing of it was released."""
    if line.released or line.shipped:
        amendment.too_late.append(line.id)
        amendment.documents.append(old)
        return
    if line.held:
        step.do(FreeStock(step.state.key, line.held))
    step.put_line(change(started(new), in_sale=line.in_sale, billed=line.billed))
    amendment.documents.append(new)


def _send_address(step: Step, address: Address) -> None:
    for share in step.state.shares:
        if share.allocations:
            step.do(FulfillmentAddressChanged(share.key, step.state.key, address))


def _check_again(step: Step, old: SalesOrder) -> None:
    """A changed order is priced and credited again, and brought to the ERP, unless it came from there."""
    state = step.state
    if state.entered_in:
        step.put_lines(change(line, in_sale=line.live) for line in state.lines)
        return
    quantities = {line.id: line.live for line in state.lines}
    before, new = with_quantities(old, quantities), with_quantities(step.order, quantities)
    same_lines = before.lines == new.lines
    if not same_lines or before != change(new, **{name: getattr(before, name) for name in _NOT_SOLD}):
        step.set(sale_behind=True)
    priced = (new.charges, new.discounts, new.taxes) == (old.charges, old.discounts, old.taxes)
    if not (same_lines and priced):
        waived = {name: by for name, by in state.waived.items() if name != "price"}
        step.set(quoted=False, quote_again=step.under_way("quote"), waived=waived)
    if not step.on_account:
        credit.free(step)
    elif state.credit is not None and due(new, state.lines) > state.credit:
        waived = {name: by for name, by in step.state.waived.items() if name != "credit"}
        step.set(credit=None, waived=waived)


def amended(step: Step, line: Line) -> None:
    """A node gave back what an amendment asked for: the order now reads so, and the ERP is to know."""
    wanted = {document.id: document.quantity.base for document in step.order.lines} | {line.id: line.live}
    step.set(order=with_quantities(step.order, wanted), sale_behind=not step.state.entered_in)


def address_refused(step: Step, event: FulfillmentAddressRefused) -> None:
    if step.state.share(event.fulfillment) is not None:
        cancelling.refuse(step, "address", event.reason or cancelling.TOO_LATE)


def grown_back(step: Step) -> None:
    """Units that an amendment could not get back stay; what was opened in their place leaves again."""
    for document in step.order.lines:
        line = step.state.line(document.id)
        if line is None or any(document.id in share.amending for share in step.state.shares):
            continue
        surplus = line.live - document.quantity.base
        if surplus > 0:
            line, rest = cancelling.shrunk(step, line, surplus)
            step.put_line(line)
            cancelling.ask_back(step, {line.id: rest}, "amending", "the customer changed the order")
