"""Which node gives how much of each demand. Deterministic: the same snapshot, demands and policy give the same answer."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from crossdock.model.quantities import ZERO
from crossdock.model.stock import Allocation, Balance, Demand, SourcingPolicy

Snapshot = Mapping[tuple[str, str], Balance]
"""Balances by (item, node). What it does not name is not there."""


class Allocated(NamedTuple):
    """What can be held, and what can't, by line (only lines that are short, in the demand's base units)."""

    allocations: list[Allocation]
    short: dict[str, Decimal]


def allocate(snapshot: Snapshot, demands: Sequence[Demand], policy: SourcingPolicy) -> Allocated:
    """Serve demands in their order from the policy's nodes in theirs, never more than available or demanded.

    A node that can serve everything alone is taken before a split; then, for each line, a node that can serve it
    alone. Kits are whole, with all components of a kit from one node. Substitutes come after the item itself.
    `ship_complete` gives all or nothing; without `partial_lines`, a line is given whole or not at all.
    """
    best: Allocated | None = None
    for node in policy.nodes:
        alone = _over(snapshot, demands, (node,), policy.partial_lines)
        if not alone.short:
            return alone
        if policy.single_node and (best is None or _served(alone) > _served(best)):
            best = alone
    if best is None:
        best = _over(snapshot, demands, policy.nodes, policy.partial_lines)
    return _nothing(demands) if best.short and policy.ship_complete else best


def _nothing(demands: Sequence[Demand]) -> Allocated:
    short: dict[str, Decimal] = {}
    for demand in demands:
        if demand.quantity > 0:
            short[demand.line] = short.get(demand.line, ZERO) + demand.quantity
    return Allocated([], short)


def _served(allocated: Allocated) -> Decimal:
    return sum((allocation.quantity for allocation in allocated.allocations), ZERO)


def _over(snapshot: Snapshot, demands: Sequence[Demand], nodes: Sequence[str], partial: bool) -> Allocated:
    left: dict[tuple[str, str], Decimal] = {}
    allocations: list[Allocation] = []
    short: dict[str, Decimal] = {}
    for demand in demands:
        if demand.quantity <= 0:
            continue
        taken = _line(snapshot, left, demand, nodes)
        missing = demand.quantity - sum((allocation.quantity for allocation in taken), ZERO)
        if missing and not partial:
            taken, missing = [], demand.quantity
        for allocation in taken:
            for item, amount in allocation.parts():
                key = (item, allocation.node)
                left[key] = _left(snapshot, left, key) - amount
        allocations.extend(taken)
        if missing:
            short[demand.line] = short.get(demand.line, ZERO) + missing
    return Allocated(allocations, short)


def _left(snapshot: Snapshot, left: Mapping[tuple[str, str], Decimal], key: tuple[str, str]) -> Decimal:
    known = left.get(key)
    if known is not None:
        return known
    balance = snapshot.get(key)
    return max(ZERO, balance.available) if balance is not None else ZERO


def _line(
    snapshot: Snapshot, left: Mapping[tuple[str, str], Decimal], demand: Demand, nodes: Sequence[str]
) -> list[Allocation]:
    """One demand: the item before its substitutes; a node that serves what is missing alone before a split."""
    taken: list[Allocation] = []
    missing = demand.quantity
    items = (demand.item,) if demand.components else dict.fromkeys((demand.item, *demand.substitutes))
    for item in items:
        able = [(node, _able(snapshot, left, demand, item, node)) for node in nodes]
        alone = [(node, amount) for node, amount in able if amount >= missing]
        for node, amount in alone[:1] or able:
            take = min(amount, missing)
            if take > 0:
                taken.append(Allocation(demand.line, node, take, item, demand.components))
                missing -= take
        if not missing:
            break
    return taken


def _able(
    snapshot: Snapshot, left: Mapping[tuple[str, str], Decimal], demand: Demand, item: str, node: str
) -> Decimal:
    """How much of a demand a node could serve: for a kit, whole kits by their scarcest component."""
    if not demand.components:
        return _left(snapshot, left, (item, node))
    needed: dict[str, Decimal] = {}
    for part in demand.components:
        if part.per_kit > 0:
            needed[part.item] = needed.get(part.item, ZERO) + part.per_kit
    if not needed:
        return ZERO
    kits = min(_left(snapshot, left, (part, node)) / per_kit for part, per_kit in needed.items())
    return kits.to_integral_value(ROUND_FLOOR)
