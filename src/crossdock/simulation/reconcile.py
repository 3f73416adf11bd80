"""Judges a run by the systems' own ledgers: what was lost, doubled or oversold, and how each kind of order ended."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal

from crossdock.model.base import Value
from crossdock.simulation.recount import Books, Called, OrderCount, recount
from crossdock.simulation.story import Expected, Story
from crossdock.simulation.systems.ledger import ZERO, Row, write_csv

Fault = Literal["lost", "duplicated", "oversold"]


class Finding(Value, frozen=True):
    """Something that must not be: what, of which order (or item), in one sentence with its numbers."""

    fault: Fault
    about: str
    reason: str


class Verdict(Value, frozen=True):
    """`outcomes` counts by kind how many orders ended right and wrong; `wrong` says of each wrong one what was
    expected.
    `waiting` counts orders that wait as they should, or that Crossdock gives a reason for."""

    orders: int
    units: Decimal
    complete: int
    waiting: int
    findings: tuple[Finding, ...]
    outcomes: dict[str, dict[str, int]]
    wrong: tuple[str, ...]

    def count(self, fault: Fault) -> int:
        return sum(1 for finding in self.findings if finding.fault == fault)

    @property
    def is_clean(self) -> bool:
        return not self.findings and not self.wrong


def reconcile(
    rows: Iterable[Row], stories: Mapping[Called, Story], reasons: Mapping[Called, str] | None = None
) -> Verdict:
    """Recount the ledgers. `stories` says what each order was to be; `reasons` why Crossdock says that an order waits:
    an order that it gives a reason for is not lost while it waits, but its kind's outcome may still be wrong; and one
    that
    is complete must wait for nothing."""
    books = recount(rows)
    reasons = reasons or {}
    findings: list[Finding] = []
    for called, order in sorted(books.orders.items()):
        story = stories.get(called)
        expected = story.expected if story else Expected()
        findings += _check_order(order, expected, called in reasons, books)
    findings += _never_placed(books, stories)
    findings += _check_labels(books)
    findings += _check_stock(books)
    outcomes, wrong = _judge(books, stories, reasons)
    found = [order.outcome for order in books.orders.values()]
    units = sum((line.ordered for order in books.orders.values() for line in order.lines.values()), ZERO)
    waiting = sum(1 for one in found if one in ("waiting", "partly_shipped"))
    complete = sum(1 for one in found if one in ("complete", "partly_cancelled"))
    return Verdict(len(books.orders), units, complete, waiting, tuple(findings), outcomes, tuple(wrong))


def write_ledgers(rows: Iterable[Row], folder: Path) -> None:
    """One CSV a system, so that anyone can recount. Makes the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    by_system: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_system[row.system].append(row)
    for system, found in sorted(by_system.items()):
        write_csv(found, folder / f"{system}.csv")


def write_expected(stories: Mapping[Called, Story], path: Path) -> None:
    """How each order was to end, as CSV beside the ledgers."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("channel", "order", "kind", "outcomes"))
        for (channel, number), story in sorted(stories.items()):
            out.writerow((channel, number, story.kind, " or ".join(story.expected.outcomes)))


# --- one order -------------------------------------------------------------------------------------------------------


def _check_order(order: OrderCount, expected: Expected, has_reason: bool, books: Books) -> Iterator[Finding]:
    waits = has_reason or bool({"waiting", "partly_shipped"} & set(expected.outcomes))
    yield from _check_sale(order, waits)
    yield from _check_units(order, expected, waits)
    yield from _check_money(order)
    yield from _check_tracking(order, books)


def _check_sale(order: OrderCount, waits: bool) -> Iterator[Finding]:
    sales = order.sales()
    if len(sales) > 1:
        yield Finding("duplicated", order.name, f"the ERP holds it as {', '.join(sales)}")
    if not sales and order.outcome in ("waiting", "partly_shipped", "complete", "partly_cancelled") and not waits:
        yield Finding("lost", order.name, "the ERP never heard of it, and the channel was told nothing")
    if sales and order.outcome in ("rejected", "cancelled"):
        yield Finding("lost", order.name, f"it is {order.outcome}, but the ERP still holds {', '.join(sales)}")


def _check_units(order: OrderCount, expected: Expected, waits: bool) -> Iterator[Finding]:
    """Each unit wanted is shipped, each unit shipped is posted and billed, once."""
    for id, line in sorted(order.lines.items()):
        about = f"{order.name} line {id} ({line.item})"
        allowed = expected.over.get(line.item, ZERO)
        held_back = line.released - line.given_back
        # What was wanted once may have left before the customer wanted less of it; the kind's outcome judges that.
        if line.shipped > line.most + allowed:
            yield Finding("duplicated", about, f"{line.shipped:f} shipped of {line.most:f} ordered")
        if held_back > line.most:
            yield Finding("duplicated", about, f"{held_back:f} released of {line.most:f} ordered")
        again = line.released_again()
        if again:
            yield Finding("duplicated", about, f"{again:f} released again after they had been stopped")
        if line.wanted > line.shipped and not waits and order.outcome != "too_late":
            yield Finding("lost", about, f"{line.wanted - line.shipped:f} wanted and not shipped")
        if line.posted != line.shipped:
            fault: Fault = "duplicated" if line.posted > line.shipped else "lost"
            yield Finding(fault, about, f"{line.shipped:f} shipped, {line.posted:f} posted in the ERP")
        if line.billed > max(line.shipped, line.wanted):
            yield Finding("duplicated", about, f"{line.shipped:f} shipped, {line.billed:f} billed")
        if line.billed < min(line.shipped, line.ordered):
            yield Finding("lost", about, f"{line.shipped:f} shipped, {line.billed:f} billed")


def _check_money(order: OrderCount) -> Iterator[Finding]:
    for kind, invoices in sorted(order.charged.items()):
        if len(invoices) > 1:
            yield Finding("duplicated", order.name, f"{kind} is billed by {', '.join(invoices)}")
    for shipment, documents in sorted(order.postings.items()):
        if len(documents) > 1:
            yield Finding("duplicated", order.name, f"shipment {shipment} is posted as {', '.join(sorted(documents))}")
    for reference, times in sorted(order.paid.items()):
        if times > 1:
            yield Finding("duplicated", order.name, f"payment {reference} is booked {times} times")
    for reference, amounts in sorted(order.credited.items()):
        if len(amounts) > 1:
            yield Finding("duplicated", order.name, f"refund {reference} is credited {len(amounts)} times")
    captured, authorised = order.gateway["gateway_capture"], order.gateway["gateway_authorization"]
    if captured > authorised:
        yield Finding("duplicated", order.name, f"{captured:f} captured of {authorised:f} authorised")
    received = captured + order.gateway["gateway_sale"]
    if order.gateway["gateway_refund"] > received:
        yield Finding("duplicated", order.name, f"more was given back than the {received:f} received")


def _check_tracking(order: OrderCount, books: Books) -> Iterator[Finding]:
    """Each package has one label; a shop's order shows each shipped unit under its package's tracking number."""
    told = not any(line.called_off for line in order.lines.values())
    for parcel in sorted(order.parcels.values(), key=lambda one: one.id):
        labels = books.labels.get(parcel.id, [])
        if not labels:
            yield Finding("lost", order.name, f"package {parcel.id} left without a tracking number")
            continue
        if not (order.in_shop and told):
            continue
        shown: Mapping[str, Decimal] = order.tracked.get(labels[0], {})
        for id, units in sorted(parcel.units.items()):
            line = order.lines[id]
            beyond = max(line.shipped - line.wanted, ZERO)
            if shown.get(id, ZERO) < units - beyond:
                reason = f"{units:f} of line {id} left in {labels[0]}, the shop shows {shown.get(id, ZERO):f}"
                yield Finding("lost", order.name, reason)
    if order.in_shop:
        for id, line in sorted(order.lines.items()):
            if line.fulfilled > line.shipped:
                reason = f"line {id}: {line.shipped:f} shipped, the shop shows {line.fulfilled:f}"
                yield Finding("duplicated", order.name, reason)


# --- all orders, all stock -------------------------------------------------------------------------------------------


def _never_placed(books: Books, stories: Mapping[Called, Story]) -> Iterator[Finding]:
    for channel, number in sorted(stories.keys() - books.orders.keys()):
        yield Finding("lost", f"{channel} {number}", "no ledger knows it")
    for (channel, number), order in sorted(books.orders.items()):
        if not order.placed:
            yield Finding("duplicated", f"{channel} {number}", "systems work on it, and nobody ever placed it")


def _check_labels(books: Books) -> Iterator[Finding]:
    for package, labels in sorted(books.labels.items()):
        if len(labels) > 1:
            yield Finding("duplicated", f"package {package}", f"it has the labels {', '.join(labels)}")


def _check_stock(books: Books) -> Iterator[Finding]:
    """No balance is ever below nothing, and no warehouse was asked for what it did not have, but for stock that its own
    people took in between."""
    taken_away: set[tuple[str, str]] = set()
    for (system, item), rows in sorted(books.stock.items()):
        balance = ZERO
        for row in rows:
            balance += row.quantity
            if balance < 0:
                yield Finding("oversold", f"{item} at {system}", f"its balance is {balance:f} after {row.document}")
                break
        if any(row.kind == "moved" and row.quantity < 0 for row in rows):
            taken_away.add((system, item))
    for row in books.shorts:
        if row.note == "nothing on the shelf" and (row.system, row.item) not in taken_away:
            about = f"{row.item} at {row.system}"
            yield Finding(
                "oversold", about, f"{row.quantity:f} were promised to {row.channel} {row.order} and not there"
            )


# --- kinds -----------------------------------------------------------------------------------------------------------


def _judge(
    books: Books, stories: Mapping[Called, Story], reasons: Mapping[Called, str]
) -> tuple[dict[str, dict[str, int]], list[str]]:
    outcomes: dict[str, Counter[str]] = {}
    wrong: list[str] = []
    for called, story in sorted(stories.items()):
        order = books.orders.get(called)
        complaint = "no ledger knows it" if order is None else _complaint(order, story.expected)
        if order is not None and not complaint and order.outcome == "complete" and called in reasons:
            complaint = "complete, and Crossdock has not ended it"
        reason = f"; it waits: {reasons[called]}" if complaint and called in reasons else ""
        outcomes.setdefault(story.kind, Counter(right=0, wrong=0))["wrong" if complaint else "right"] += 1
        if complaint:
            wrong.append(f"{story.kind}: {called[0]} {called[1]}: {complaint}{reason}")
    for kind, complaint in _pairs(books, stories):
        outcomes[kind]["wrong"] += 1
        outcomes[kind]["right"] -= 1
        wrong.append(f"{kind}: {complaint}")
    return {kind: dict(counts) for kind, counts in sorted(outcomes.items())}, wrong


def _complaint(order: OrderCount, expected: Expected) -> str:
    """What is not as it must be; empty where all is."""
    checks: tuple[Callable[[], str], ...] = (
        lambda: (
            "" if order.outcome in expected.outcomes else f"{order.outcome}, expected {' or '.join(expected.outcomes)}"
        ),
        lambda: _units_complaint(order, expected),
        lambda: (
            ""
            if len(order.warehouses) >= expected.nodes
            else f"shipped from {len(order.warehouses)} warehouses, expected {expected.nodes}"
        ),
        lambda: _credit_complaint(order, expected.credited),
    )
    return next((complaint for check in checks if (complaint := check())), "")


def _units_complaint(order: OrderCount, expected: Expected) -> str:
    if not expected.shipped or not order.shipped or order.shipped_by_item() in expected.shipped:
        return ""
    shown = ", ".join(f"{quantity:f} {item}" for item, quantity in sorted(order.shipped_by_item().items()))
    return f"shipped {shown}"


def _credit_complaint(order: OrderCount, wanted: Decimal) -> str:
    credited = sum((amount for amounts in order.credited.values() for amount in amounts), ZERO)
    return "" if not wanted or credited == wanted else f"{credited:f} credited, expected {wanted:f}"


def _pairs(books: Books, stories: Mapping[Called, Story]) -> Iterator[tuple[str, str]]:
    pairs: dict[str, list[Called]] = defaultdict(list)
    for called, story in sorted(stories.items()):
        if story.expected.pair:
            pairs[story.expected.pair].append(called)
    for pair, members in sorted(pairs.items()):
        story = stories[members[0]]
        complete = sum(1 for one in members if one in books.orders and books.orders[one].outcome == "complete")
        if complete != story.expected.together:
            yield story.kind, f"{complete} of the orders of {pair} are complete, expected {story.expected.together}"
