"""Faults in the rules: bills, buckets, sales, postings."""

from typing import Any

from crossdock.model.base import change
from crossdock.processes.order_to_cash import billing, sale, shipping
from crossdock.processes.order_to_cash import lines as lines_module
from crossdock.processes.order_to_cash.process import OrderToCash
from crossdock.simulation.mutants.mutant import mutant, nothing


def _freight_each_time(original: Any) -> Any:
    return lambda step, bill: original(step, change(bill, freight=True))


def _bills_again(original: Any) -> Any:
    def target(step: Any, line: Any) -> Any:
        wanted = original(step, line)
        return wanted + line.billed if len(step.state.bills) == 1 and line.billed else wanted

    return target


def _loses_a_unit(original: Any) -> Any:
    def move(line: Any, quantity: Any, source: Any, to: Any) -> Any:
        moved_line, moved = original(line, quantity, source, to)
        if moved > 4 and to == "reserved":
            moved_line = change(moved_line, **{to: getattr(moved_line, to) - 1})
        return moved_line, moved

    return move


def _posts_again(original: Any) -> Any:
    def posted(step: Any, event: Any) -> None:
        original(step, event)
        if step.state.sent:
            step.issue(f"again:{event.shipment}", shipping.post_command(step, step.state.sent[0]))

    return posted


def _one_for_all(original: Any) -> Any:
    def route(self: OrderToCash, event: Any) -> Any:
        found = original(self, event)
        number: str = getattr(getattr(event, "order", None), "number", "")
        return change(found, keys=(number,)) if found.starts and number else found

    return route


PROCESSES = (
    mutant(
        "bill_freight_twice",
        "freight is on every bill",
        "none",
        billing,
        "command",
        _freight_each_time,
    ),
    mutant(
        "bill_units_twice",
        "what the first bill has is billed again",
        "none",
        billing,
        "target",
        _bills_again,
    ),
    mutant(
        "lose_a_unit",
        "a unit is lost on its way from open to reserved",
        "none",
        lines_module,
        "move",
        _loses_a_unit,
    ),
    mutant(
        "never_tell_the_erp_of_changes",
        "what changed after the sale was entered is not passed on",
        "none",
        sale,
        "sync",
        nothing,
    ),
    mutant(
        "post_a_shipment_twice",
        "each posting that is answered is asked for again",
        "none",
        shipping,
        "posted",
        _posts_again,
    ),
    mutant(
        "merge_orders_of_two_shops",
        "orders are told apart by their number alone",
        "none",
        OrderToCash,
        "route",
        _one_for_all,
    ),
)
