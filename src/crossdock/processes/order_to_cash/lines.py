"""Moving units between the buckets of a line. Nothing else writes them, so they always add up."""

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, Decimal

from crossdock.model.base import change
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.quantities import ZERO
from crossdock.model.stock import Allocation
from crossdock.processes.order_to_cash.state import Bucket, Line

UNSOURCED: tuple[Bucket, ...] = ("open", "backordered")


def started(line: SalesOrderLine) -> Line:
    """A new line with all its units open."""
    base = line.quantity.base
    return Line(line.id, line.item, base, open=base, wanted=base, components=line.components)


def move(line: Line, quantity: Decimal, source: Bucket, target: Bucket) -> tuple[Line, Decimal]:
    """Move up to `quantity` units; also says how many there were to move."""
    there: Decimal = getattr(line, source)
    moved = min(quantity, there)
    if moved <= 0:
        return line, ZERO
    return change(line, **{source: there - moved, target: getattr(line, target) + moved}), moved


def grow(line: Line, quantity: Decimal) -> Line:
    """The customer wants more of it."""
    return change(line, ordered=line.ordered + quantity, open=line.open + quantity)


def shrink(line: Line, quantity: Decimal, source: Bucket) -> tuple[Line, Decimal]:
    """The customer wants less: up to `quantity` units of a bucket leave the order."""
    there: Decimal = getattr(line, source)
    gone = min(quantity, there)
    if gone <= 0:
        return line, ZERO
    return change(line, **{source: there - gone, "ordered": line.ordered - gone}), gone


def hold(line: Line, allocation: Allocation) -> tuple[Line, Decimal]:
    """Reserve up to an allocation's units of what is backordered or open; says how many it took."""
    taken = ZERO
    for bucket in UNSOURCED:
        line, moved = move(line, allocation.quantity - taken, bucket, "reserved")
        taken += moved
    if taken:
        line = change(line, held=merged((*line.held, change(allocation, quantity=taken))))
    return line, taken


def unhold(line: Line, quantity: Decimal, target: Bucket) -> tuple[Line, tuple[Allocation, ...]]:
    """Take up to `quantity` units out of `reserved`; gives back the stock that was behind them."""
    taken, left = split(line.held, quantity)
    line, _ = move(change(line, held=left), total(taken), "reserved", target)
    return line, taken


def merged(allocations: Iterable[Allocation]) -> tuple[Allocation, ...]:
    """One allocation for each line, node and item, in order of appearance."""
    found: dict[tuple[str, str, str], Allocation] = {}
    for each in allocations:
        key = (each.line, each.node, each.item)
        known = found.get(key)
        found[key] = each if known is None else change(known, quantity=known.quantity + each.quantity)
    return tuple(found.values())


def split(
    allocations: Iterable[Allocation], quantity: Decimal, fits: Callable[[Allocation], bool] = lambda _: True
) -> tuple[tuple[Allocation, ...], tuple[Allocation, ...]]:
    """The first `quantity` units of the allocations that fit, last come first given, and what stays."""
    taken: list[Allocation] = []
    left: list[Allocation] = []
    for each in reversed(tuple(allocations)):
        take = min(quantity, each.quantity) if fits(each) else ZERO
        if take > 0:
            quantity -= take
            taken.append(change(each, quantity=take))
        if each.quantity - max(take, ZERO) > 0:
            left.append(change(each, quantity=each.quantity - max(take, ZERO)))
    return tuple(taken), tuple(reversed(left))


def sane(quantities: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Quantities that are some: what is nothing, less or no number counts for nothing."""
    return {line: quantity for line, quantity in quantities.items() if quantity.is_finite() and quantity > 0}


def total(allocations: Iterable[Allocation]) -> Decimal:
    return sum((each.quantity for each in allocations), ZERO)


def kits_of(line: Line, item: str, quantity: Decimal) -> Decimal:
    """How many units of the line fall with so many of a stocked item: whole kits for a component."""
    per_kit = sum((part.per_kit for part in line.components if part.item == item), ZERO)
    if per_kit <= 0:
        return quantity
    return (quantity / per_kit).to_integral_value(ROUND_CEILING)


def with_quantities(order: SalesOrder, wanted: Mapping[str, Decimal]) -> SalesOrder:
    """The order with these base quantities; lines of nothing, and lines not named, are left out."""
    lines = []
    for line in order.lines:
        base = wanted.get(line.id, ZERO)
        if base == line.quantity.base:
            lines.append(line)
        elif base > 0:
            share = base / line.quantity.base
            quantity = change(line.quantity, amount=base / line.quantity.pack)
            discounts = tuple(change(each, amount=(each.amount * share).rounded()) for each in line.discounts)
            taxes = tuple(change(each, amount=(each.amount * share).rounded()) for each in line.taxes)
            lines.append(change(line, quantity=quantity, discounts=discounts, taxes=taxes))
    return (
        order
        if len(lines) == len(order.lines) and all(new is old for new, old in zip(lines, order.lines, strict=True))
        else change(order, lines=tuple(lines))
    )
