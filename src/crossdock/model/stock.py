"""Stock as a ledger: movements make balances, reservations hold parts of them for orders."""

from decimal import Decimal
from typing import Literal

from crossdock.model.base import Value
from crossdock.model.items import Component


class Demand(Value, frozen=True):
    """What one order line asks of stock, in base units; a kit asks for its components together at one node."""

    line: str
    item: str
    quantity: Decimal
    components: tuple[Component, ...] = ()
    substitutes: tuple[str, ...] = ()

    def parts(self) -> tuple[Component, ...]:
        """The stocked items behind one unit of the line."""
        return self.components or (Component(self.item),)


class SourcingPolicy(Value, frozen=True):
    """Where demands may be taken from. `nodes` in order of preference; `ship_complete` takes all or nothing."""

    nodes: tuple[str, ...]
    ship_complete: bool = False
    partial_lines: bool = True
    single_node: bool = False


class Allocation(Value, frozen=True):
    """So much of a line at one node, in the line's base units. `item` differs from the line's for a substitute."""

    line: str
    node: str
    quantity: Decimal
    item: str
    components: tuple[Component, ...] = ()

    def parts(self) -> tuple[tuple[str, Decimal], ...]:
        """Stocked item and quantity behind this allocation."""
        if not self.components:
            return ((self.item, self.quantity),)
        return tuple((part.item, part.per_kit * self.quantity) for part in self.components)


class Balance(Value, frozen=True):
    """One stock key's count: what is there and what of it is held for orders."""

    on_hand: Decimal
    reserved: Decimal

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved


MovementReason = Literal["receipt", "shipment", "adjustment", "count", "sale", "return", "transfer"]
