"""When allocated goods leave each node: the node's local date, its cutoff, workdays and handling time."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crossdock.estate.model import Node
from crossdock.model.orders import PromiseLine
from crossdock.model.quantities import ZERO
from crossdock.model.stock import Allocation


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """The IANA zone of that name; UTC where the name is empty or unknown."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def promise(
    allocations: Sequence[Allocation],
    short: Mapping[str, Decimal],
    nodes: Mapping[str, Node],
    at: datetime,
    not_before: date | None = None,
) -> tuple[PromiseLine, ...]:
    """One promise for each line and node, in the order of allocations, and one without date for what is short."""
    quantities: dict[tuple[str, str], Decimal] = {}
    for allocation in allocations:
        key = (allocation.line, allocation.node)
        quantities[key] = quantities.get(key, ZERO) + allocation.quantity
    lines = []
    for (line, name), quantity in quantities.items():
        node = nodes.get(name) or Node(name, "")
        leaves = ship_date(node, at, not_before)
        lines.append(PromiseLine(line, quantity, leaves, node.time_zone, name, "on_hand"))
    lines.extend(PromiseLine(line, quantity, None, "", "", "none") for line, quantity in short.items() if quantity > 0)
    return tuple(lines)


def ship_date(node: Node, at: datetime, not_before: date | None = None) -> date:
    """The node's local date on which goods leave that are released at `at`.

    Work begins today before the cutoff on a workday, else on the next workday; `handling_days` workdays later the
    goods leave. A node without workdays works every day.
    """
    local = at.astimezone(zone(node.time_zone))
    day = local.date()
    if local.time() >= node.cutoff:
        day += timedelta(days=1)
    day = _workday(node, day)
    for _ in range(node.handling_days):
        day = _workday(node, day + timedelta(days=1))
    return _workday(node, not_before) if not_before is not None and not_before > day else day


def _workday(node: Node, day: date) -> date:
    workdays = [weekday for weekday in node.workdays if 0 <= weekday <= 6]
    while workdays and day.weekday() not in workdays:
        day += timedelta(days=1)
    return day
