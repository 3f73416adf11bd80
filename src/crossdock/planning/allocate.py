"""Which node gives how much of each demand. Deterministic: equal snapshot, demands and policy give an equal answer."""

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
    alone. Kits are whole, with all components of a kit from one node. Substitutes fill what the items themselves
    leave short. `ship_complete` gives all or nothing; without `partial_lines`, a line is given whole or not at all;
    with `single_node`, all comes from the node that serves most.
    """
    best: _Plan | None = None
    for node in policy.nodes:
        alone = _Plan(snapshot, (node,), policy.partial_lines).serve(demands)
        if not alone.short:
            return alone.allocated()
        if policy.single_node and (best is None or alone.served > best.served):
            best = alone
    if best is None:
        best = _Plan(snapshot, policy.nodes, policy.partial_lines).serve(demands)
    best.substitute(demands)
    return _nothing(demands) if best.short and policy.ship_complete else best.allocated()


def _nothing(demands: Sequence[Demand]) -> Allocated:
    short: dict[str, Decimal] = {}
    for demand in demands:
        if demand.quantity > 0:
            short[demand.line] = short.get(demand.line, ZERO) + demand.quantity
    return Allocated([], short)


class _Plan:
    """Stock given to demands so far, what is left of it, and what each demand still misses."""

    def __init__(self, snapshot: Snapshot, nodes: Sequence[str], partial: bool) -> None:
        self._snapshot = snapshot
        self._nodes = nodes
        self._partial = partial
        self._left: dict[tuple[str, str], Decimal] = {}
        self._lines: list[str] = []
        self._taken: list[list[Allocation]] = []
        self._missing: list[Decimal] = []

    @property
    def short(self) -> bool:
        return any(self._missing)

    @property
    def served(self) -> Decimal:
        return sum((each.quantity for taken in self._taken for each in taken), ZERO)

    def allocated(self) -> Allocated:
        short: dict[str, Decimal] = {}
        for line, missing in zip(self._lines, self._missing, strict=True):
            if missing:
                short[line] = short.get(line, ZERO) + missing
        return Allocated([each for taken in self._taken for each in taken], short)

    def serve(self, demands: Sequence[Demand]) -> "_Plan":
        """Each demand by its own item."""
        for demand in demands:
            missing = max(ZERO, demand.quantity)
            taken = self._take(demand, (demand.item,), missing)
            self._lines.append(demand.line)
            self._taken.append(taken)
            self._missing.append(missing - sum((each.quantity for each in taken), ZERO))
        return self

    def substitute(self, demands: Sequence[Demand]) -> None:
        """What is still missing, by substitutes; a line that must be whole may be made of both."""
        for n, demand in enumerate(demands):
            if self._missing[n] and demand.substitutes and not demand.components:
                items = tuple(dict.fromkeys((demand.item, *demand.substitutes)))
                more = self._take(demand, items, self._missing[n])
                self._taken[n] = [*self._taken[n], *more]
                self._missing[n] -= sum((each.quantity for each in more), ZERO)

    def _take(self, demand: Demand, items: Sequence[str], missing: Decimal) -> list[Allocation]:
        """Up to `missing` units of a demand: each item from a node that has all of it, else from several."""
        taken: list[Allocation] = []
        for item in items:
            able = [(node, self._able(demand, item, node)) for node in self._nodes] if missing else []
            alone = [(node, amount) for node, amount in able if amount >= missing]
            for node, amount in alone[:1] or able:
                take = min(amount, missing)
                if demand.components:
                    take = take.to_integral_value(ROUND_FLOOR)
                if take > 0:
                    taken.append(Allocation(demand.line, node, take, item, demand.components))
                    missing -= take
        if missing and not self._partial:
            return []
        for allocation in taken:
            for item, amount in allocation.parts():
                key = (item, allocation.node)
                self._left[key] = self._there(key) - amount
        return taken

    def _there(self, key: tuple[str, str]) -> Decimal:
        known = self._left.get(key)
        if known is not None:
            return known
        balance = self._snapshot.get(key)
        return max(ZERO, balance.available) if balance is not None else ZERO

    def _able(self, demand: Demand, item: str, node: str) -> Decimal:
        """How much of a demand a node could serve: for a kit, whole kits by their scarcest component."""
        if not demand.components:
            return self._there((item, node))
        needed: dict[str, Decimal] = {}
        for part in demand.components:
            if part.per_kit > 0:
                needed[part.item] = needed.get(part.item, ZERO) + part.per_kit
        if not needed:
            return ZERO
        kits = min(self._there((part, node)) / per_kit for part, per_kit in needed.items())
        return kits.to_integral_value(ROUND_FLOOR)
