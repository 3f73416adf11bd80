"""Items and kits, and the key under which stock is counted."""

from decimal import Decimal
from typing import Literal

from crossdock.model.base import Value
from crossdock.model.identifiers import Identifier
from crossdock.model.quantities import ONE, Money


class Component(Value, frozen=True):
    """One part of a kit: `per_kit` base units of `item` go into each kit."""

    item: str
    per_kit: Decimal = ONE


class Item(Value, frozen=True):
    """What is sold and stocked, by its owner's item number. A kit has components and no stock of its own."""

    number: str
    name: str = ""
    base_unit: str = "EA"
    kind: Literal["goods", "kit", "service"] = "goods"
    components: tuple[Component, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    weight_kg: Decimal | None = None
    lot_tracked: bool = False
    serial_tracked: bool = False
    substitutes: tuple[str, ...] = ()


class StockKey(Value, frozen=True):
    """What one balance counts: item and node, and where they matter lot, serial, quality status and owner."""

    item: str
    node: str
    lot: str = ""
    serial: str = ""
    quality: Literal["available", "inspection", "blocked"] = "available"
    owner: str = ""


class PriceBreak(Value, frozen=True):
    """A unit price that holds from a quantity on."""

    from_quantity: Decimal
    price: Money
