"""855 purchase order acknowledgment, out: what we promise of a buyer's order, line by line, in the buyer's codes.

One 855 answers one 850: the orders that an SDQ made are summed back by line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from crossdock.mapping.problems import Mapped
from crossdock.mapping.profile import AnswerCodes, Profile
from crossdock.mapping.x12.outbound import Body, Outgoing, day, item_pairs, number, order_date, release_of
from crossdock.model.base import Value
from crossdock.model.orders import PromiseLine, SalesOrder, SalesOrderLine
from crossdock.model.quantities import ONE, ZERO, Money

Outcome = Literal["accepted", "quantity", "price", "date", "backordered", "rejected", "substituted"]


class LineAnswer(Value, frozen=True):
    """What becomes of so much of a line, in its own unit. `reason` is ours, `item` a substitute, `price` a new one."""

    line: str
    outcome: Outcome
    quantity: Decimal
    date: date | None = None
    reason: str = ""
    item: str = ""
    price: Money | None = None


def answers_from_promises(
    order: SalesOrder, promises: Sequence[PromiseLine], rejected: Mapping[str, str]
) -> tuple[LineAnswer, ...]:
    """Answers for each line: what stands on stock or on its way is accepted with its date, the rest backordered.

    `promises` are in base units; `rejected` gives a reason by line id.
    """
    found: list[LineAnswer] = []
    for line in order.lines:
        if line.id in rejected:
            found.append(LineAnswer(line.id, "rejected", line.quantity.amount, reason=rejected[line.id]))
            continue
        pack = line.quantity.pack or ONE
        open_amount = line.quantity.amount
        for promise in (one for one in promises if one.line == line.id):
            amount = min(promise.quantity / pack, open_amount)
            if amount <= ZERO:
                continue
            open_amount -= amount
            outcome: Outcome = "backordered" if promise.basis == "none" else "accepted"
            if outcome == "accepted" and promise.date and line.requested_on and promise.date > line.requested_on:
                outcome = "date"
            found.append(LineAnswer(line.id, outcome, amount, promise.date))
        if open_amount > ZERO:
            found.append(LineAnswer(line.id, "backordered", open_amount))
    return tuple(found)


def write_order_response(
    orders: Sequence[SalesOrder], answers: Mapping[str, Sequence[LineAnswer]], profile: Profile, on: date
) -> Mapped[Body]:
    """The 855 for the orders of one purchase order. `answers` by order key; `on` is the day of the answer."""
    out = Outgoing(profile)
    if not orders:
        out.wrong("BAK", "there is no order to answer")
        return out.done()
    first, codes = orders[0], profile.answer
    summed = [(line, _summed(line, orders, answers)) for line in _lines(orders)]
    verdict = _verdict([answer for _, lines in summed for answer in lines], codes)
    po = first.customer_po or first.number
    out.add("BAK", codes.purpose, verdict, po, order_date(first), release_of(first), "", "", "", day(on))
    if first.currency != "USD":
        out.add("CUR", "SE", first.currency)
    out.ours("SE")
    out.party("BY", first.parties.sold_to)
    if len(orders) == 1:
        out.party("ST", first.parties.ship_to)
    for line, parts in summed:
        _write_line(out, line, parts)
    out.add("CTT", str(len(summed)))
    return out.done()


def _lines(orders: Sequence[SalesOrder]) -> list[SalesOrderLine]:
    """Each line once, in the buyer's order as far as the orders show it."""
    found: dict[str, SalesOrderLine] = {}
    for order in orders:
        for line in order.lines:
            found.setdefault(line.id, line)
    return list(found.values())


def _summed(
    line: SalesOrderLine, orders: Sequence[SalesOrder], answers: Mapping[str, Sequence[LineAnswer]]
) -> list[LineAnswer]:
    """The answers to a line over all orders; equal outcomes at equal dates are one."""
    sums: dict[tuple[object, ...], LineAnswer] = {}
    for order in orders:
        for answer in answers.get(order.key, ()):
            if answer.line != line.id:
                continue
            key = (answer.outcome, answer.date, answer.reason, answer.item, answer.price and answer.price.amount)
            before = sums.get(key)
            quantity = answer.quantity + (before.quantity if before else ZERO)
            sums[key] = LineAnswer(
                line.id, answer.outcome, quantity, answer.date, answer.reason, answer.item, answer.price
            )
    return list(sums.values())


def _verdict(answers: Sequence[LineAnswer], codes: AnswerCodes) -> str:
    outcomes = {answer.outcome for answer in answers}
    if outcomes <= {"accepted"}:
        return codes.accepted
    return codes.rejected if outcomes == {"rejected"} else codes.changed


def _write_line(out: Outgoing, line: SalesOrderLine, answers: Sequence[LineAnswer]) -> None:
    where = f"PO1*{line.id}"
    unit = out.unit(line.quantity.unit, where)
    ordered = sum((answer.quantity for answer in answers), ZERO) or line.quantity.amount
    price = number(line.price.amount.amount) if line.price.amount.amount else ""
    basis = str(line.ext.get("x12", {}).get("basis", "")) if price else ""
    out.add("PO1", line.id, number(ordered), unit, price, basis, *item_pairs(line, out.profile))
    if line.description:
        out.add("PID", "F", "", "", "", line.description[:80])
    for answer in answers:
        code = _code(answer, out.profile.answer)
        dated = [out.profile.answer.date_qualifier, day(answer.date)] if answer.date else ["", ""]
        substitute = ["", "VN", answer.item] if answer.item else []
        out.add("ACK", code, number(answer.quantity), unit, *dated, *substitute)
        if answer.price is not None:
            out.add("CTP", "", "", number(answer.price.amount))


def _code(answer: LineAnswer, codes: AnswerCodes) -> str:
    if answer.outcome == "rejected" and answer.reason in codes.reasons:
        return codes.reasons[answer.reason]
    return {
        "accepted": codes.line_accepted,
        "quantity": codes.line_quantity,
        "price": codes.line_price,
        "date": codes.line_date,
        "backordered": codes.line_backordered,
        "rejected": codes.line_rejected,
        "substituted": codes.line_substituted,
    }[answer.outcome]
