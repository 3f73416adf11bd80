"""A simulated warehouse's stock and its jobs. Stock is physical: nothing leaves a shelf that is not on it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

from crossdock.simulation.systems.base import Json
from crossdock.simulation.systems.ledger import ZERO, Ledger

State = Literal["received", "accepted", "refused", "cancelled", "picked", "empty", "packed", "shipped"]


class Line:
    """What is asked of one order line, in its own units; `parts` are the stocked items in one unit of it."""

    def __init__(self, id: str, item: str, asked: Decimal, parts: Mapping[str, Decimal]) -> None:
        self.id = id
        self.item = item
        self.asked = asked
        self.picked = ZERO
        self.parts = parts or {item: Decimal(1)}

    @staticmethod
    def read(line: Json) -> "Line":
        quantity = Decimal(line["quantity"])
        if not quantity > 0:
            raise ValueError(f"line {line['id']} asks for {quantity}")
        parts = {part["item"]: Decimal(part["per_kit"]) for part in line.get("components", [])}
        return Line(line["id"], line["item"], quantity, parts)


class Job:
    """A fulfillment at work."""

    def __init__(self, reference: str, number: str, called: tuple[str, str], lines: list[Line], ship_to: Json) -> None:
        self.reference = reference
        self.number = number
        self.called = called
        self.lines = lines
        self.ship_to = ship_to
        self.over_tolerance = ZERO
        self.state: State = "received"
        self.reason = ""
        self.packages: list[Json] = []

    @property
    def shown(self) -> str:
        """The contract's state: what became of the release."""
        return self.state if self.state in ("received", "refused") else "accepted"

    def in_parts(self, parts: int) -> list[list[Json]]:
        """The picked quantities, spread over so many packages; none is empty."""
        spread: list[list[Json]] = [[] for _ in range(parts)]
        for line in self.lines:
            left = line.picked
            for n in range(parts):
                share = left if n == parts - 1 else line.picked // parts
                if share > 0:
                    spread[n].append({"id": line.id, "quantity": share})
                left -= share
        return [lines for lines in spread if lines]


class Shelf:
    """Units on the shelf, and units taken from it that have not left yet."""

    def __init__(self, ledger: Ledger, stock: Mapping[str, Decimal], at: datetime) -> None:
        self._ledger = ledger
        self.free = dict(stock)
        self.taken: dict[str, Decimal] = {}
        for item, quantity in sorted(stock.items()):
            ledger.note(at, "opening", item=item, quantity=quantity)

    def on_hand(self) -> dict[str, Decimal]:
        """What is in the building, by item."""
        items = sorted(self.free.keys() | self.taken.keys())
        return {item: self.free.get(item, ZERO) + self.taken.get(item, ZERO) for item in items}

    def move(self, item: str, quantity: Decimal, reason: str, number: str, at: datetime) -> Decimal:
        """Put on or take off by hand; how much it was."""
        moved = max(quantity, -self.free.get(item, ZERO))
        if moved:
            self.free[item] = self.free.get(item, ZERO) + moved
            self._ledger.note(at, "moved", item=item, quantity=moved, document=number, note=reason)
        return moved

    def take(self, line: Line, wanted: Decimal, number: str, at: datetime) -> Decimal:
        """Take as many whole units of a line as there are, up to what is wanted."""
        there = min(self.free.get(item, ZERO) // per for item, per in line.parts.items())
        units = min(wanted, there)
        if units <= 0:
            return ZERO
        for item, per in line.parts.items():
            self.free[item] -= per * units
            self.taken[item] = self.taken.get(item, ZERO) + per * units
            self._ledger.note(at, "taken", item=item, quantity=-per * units, document=number)
        return units

    def leave(self, line: Line, units: Decimal) -> None:
        """Units of a line leave the building."""
        for item, per in line.parts.items():
            self.taken[item] -= per * units
