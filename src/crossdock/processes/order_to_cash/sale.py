"""The ERP's sale: entered, brought up to date, cancelled, always as a whole that the ERP can compare with its own."""

from crossdock.model.base import change
from crossdock.model.commands import CancelSale, ChangeSale, CreateSale
from crossdock.model.events import SaleCancelled, SaleChanged, SaleCreated
from crossdock.model.identifiers import Identifier
from crossdock.processes.decision import CreditIsInErp, Identify
from crossdock.processes.order_to_cash.lines import with_quantities
from crossdock.processes.order_to_cash.step import Step


def ready(step: Step) -> bool:
    """The ERP holds the order; else enters it there."""
    state = step.state
    if state.sale_number:
        return True
    quantities = {line.id: line.live for line in state.lines}
    if not step.under_way("sale") and any(quantities.values()):
        wanted = with_quantities(step.order, quantities)
        _remember(step)
        step.issue("sale", CreateSale(wanted, state.customer, step.policy))
    return False


def _remember(step: Step) -> None:
    """The ERP is told what stands; of an order of its own, that is what it will read from now on."""
    step.put_lines(change(line, in_sale=line.live) if line.in_sale != line.live else line for line in step.state.lines)
    if step.state.entered_in:
        step.put_lines(change(line, wanted=line.live) for line in step.state.lines)
    step.set(sale_behind=False)


def sync(step: Step) -> None:
    """Tell the ERP what changed since it was last told, one command at a time."""
    state = step.state
    if not state.sale_number or state.sale_cancelled:
        return
    if not state.sale_behind and all(line.live == line.in_sale for line in state.lines):
        return
    if any(step.under_way(token) for token in ("sale", "change", "cancel_sale")):
        return
    less = any(line.live < line.in_sale for line in state.lines)
    if less and not any(line.unshipped for line in state.lines):
        _remember(step)
        step.issue("cancel_sale", cancel_command(step))
        return
    wanted = with_quantities(step.order, {line.id: line.live for line in state.lines})
    _remember(step)
    step.issue("change", ChangeSale(wanted, state.sale_number, state.customer))


def cancel_command(step: Step) -> CancelSale:
    state = step.state
    shipped = any(line.shipped for line in state.lines)
    return CancelSale(state.key, state.sale_number, state.reason, remainder_only=shipped)


def created(step: Step, event: SaleCreated) -> None:
    state = step.state
    step.resolve("sale")
    if state.sale_number:
        if state.sale_number != event.sale_number:
            reason = f"the ERP has two sales for this order: {state.sale_number} and {event.sale_number}"
            step.ask(f"second_sale:{event.sale_number}", reason, actions=("done_by_hand", "dismiss"))
        return
    numbered(step, event.sale_number)
    known = Identifier("sale", event.sale_number, step.rules.erp)
    step.do(*(Identify(each) for each in event.identifiers if each != known))


def numbered(step: Step, number: str) -> None:
    """The sale has its number: later positions of the customer contain it."""
    step.set(sale_number=number)
    step.do(Identify(Identifier("sale", number, step.rules.erp)))
    if step.state.credit is not None:
        step.do(CreditIsInErp(step.state.key))


def changed(step: Step, event: SaleChanged) -> None:
    step.resolve("change")


def cancelled(step: Step, event: SaleCancelled) -> None:
    """The ERP did as asked. A sale cancelled there by somebody else, with work under way here, is a question."""
    state = step.state
    if step.resolve("cancel_sale"):
        step.set(sale_cancelled=not any(line.live for line in state.lines))
    elif not state.is_over and not state.sale_cancelled and any(line.unshipped for line in state.lines):
        step.ask("sale_cancelled", "the ERP cancelled the sale, but the order is still open here", "sales")
