"""Between the canonical model and Tryton's records. Pure.

A sale made by us names each of its lines in the line's note: `line <id>` for order lines, `charge <kind>` and
`discount <n>` for the rest. Quantities there are base units, in the item's default unit of measure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from crossdock.connectors.tryton.client import Record
from crossdock.connectors.tryton.records import Move, Product, SaleLine, Tax
from crossdock.connectors.tryton.wire import Number
from crossdock.model.base import Value, change
from crossdock.model.items import Component, Item
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.parties import Address
from crossdock.model.quantities import ONE, ZERO
from crossdock.model.shipments import FulfillmentLine

# Tryton's product_price_decimal, unless an installation sets another.
PRICE_DIGITS = Decimal("0.0001")
_CENT = Decimal("0.01")
# Tryton's unit symbols to UN/ECE Recommendation 20.
_UNITS = {"u": "EA", "kg": "KGM", "g": "GRM", "l": "LTR", "m": "MTR", "cm": "CMT", "m²": "MTK", "m³": "MTQ", "h": "HUR"}


# What is done to the lines of a record within its own write: create, write, delete, add.
Operation: TypeAlias = tuple[object, ...]
# Base units by the Tryton reference of the sale line or kit component they are for.
Quantities: TypeAlias = Mapping[str, Decimal]


class Unfit(ValueError):
    """An order that can't be said in Tryton's terms; one sentence for people."""


class WantedLine(Value, frozen=True):
    """A sale line as it should be. `quantity` in base units, `unit_price` for one of them."""

    mark: str
    product: Product
    quantity: Decimal
    unit_price: Decimal
    description: str = ""

    def values(self, taxes: Sequence[int]) -> Record:
        """The line as a record to create."""
        return {
            "type": "line",
            "product": self.product.id,
            "quantity": Number(self.quantity),
            "unit": self.product.unit,
            "unit_price": self.unit_price,
            "description": self.description,
            "note": self.mark,
            "taxes": [("add", list(taxes))],
        }


# --- sales -----------------------------------------------------------------------------------------------------------


def line_mark(line: str) -> str:
    return f"line {line}"


def charge_mark(kind: str) -> str:
    return f"charge {kind}"


def line_of(mark: str) -> str:
    """The order line that a mark names; empty for charges and discounts."""
    kind, _, name = mark.partition(" ")
    return name if kind == "line" else ""


def items_of(order: SalesOrder, charge_items: Mapping[str, str]) -> tuple[str, ...]:
    """The numbers of all items that an order takes in Tryton, service items for its charges included."""
    charges = [charge_items.get(charge.kind, "") for charge in order.charges]
    discounts = [charge_items.get("discount", "")] if order.discounts else []
    return tuple(dict.fromkeys([*(line.item for line in order.lines), *filter(None, [*charges, *discounts])]))


def wanted_lines(
    order: SalesOrder, products: Mapping[str, Product], charge_items: Mapping[str, str]
) -> tuple[WantedLine, ...]:
    """The sale lines that an order asks for. Raises Unfit where an item is unknown or a price can't be said."""
    lines = [_wanted_line(line, _known(products, line.item)) for line in order.lines]
    amounts: dict[str, Decimal] = {}
    for charge in order.charges:
        amounts[charge.kind] = amounts.get(charge.kind, ZERO) + charge.amount.amount
    for kind, amount in amounts.items():
        lines.append(_service(charge_mark(kind), _service_item(products, charge_items, kind), amount, kind))
    for n, discount in enumerate(order.discounts, 1):
        item = _service_item(products, charge_items, "discount")
        lines.append(_service(f"discount {n}", item, -discount.amount.amount, discount.reason or "discount"))
    return tuple(lines)


def _wanted_line(line: SalesOrderLine, product: Product) -> WantedLine:
    quantity = line.quantity.base
    if quantity <= 0:
        raise Unfit(f"line {line.id} has no quantity")
    unit_price = (line.net.amount / quantity).quantize(PRICE_DIGITS)
    if abs(unit_price * quantity - line.net.amount) >= _CENT / 2:
        raise Unfit(f"line {line.id}: {line.net.amount} for {quantity} is no unit price with four decimals")
    return WantedLine(line_mark(line.id), product, quantity, unit_price, line.description or product.name)


def _service(mark: str, product: Product, amount: Decimal, description: str) -> WantedLine:
    return WantedLine(mark, product, ONE, amount, description)


def _known(products: Mapping[str, Product], number: str) -> Product:
    product = products.get(number)
    if product is None or not product.salable:
        raise Unfit(f"the ERP sells no item {number}")
    return product


def _service_item(products: Mapping[str, Product], charge_items: Mapping[str, str], kind: str) -> Product:
    number = charge_items.get(kind)
    if not number:
        raise Unfit(f"no service item is set for {kind}: add it to charge_items")
    return _known(products, number)


def without_settled_charges(order: SalesOrder, actual: Sequence[SaleLine]) -> tuple[SalesOrder, list[SaleLine]]:
    """The order and its sale's lines without the charges that agree: people book them on whatever item they like."""
    there: dict[str, Decimal] = {}
    for line in actual:
        there[line.mark] = there.get(line.mark, ZERO) + line.quantity * line.unit_price
    here: dict[str, Decimal] = {}
    for charge in order.charges:
        mark = charge_mark(charge.kind)
        here[mark] = here.get(mark, ZERO) + charge.amount.amount
    settled = {mark for mark, amount in here.items() if there.get(mark) == amount}
    charges = tuple(charge for charge in order.charges if charge_mark(charge.kind) not in settled)
    return change(order, charges=charges), [line for line in actual if line.mark not in settled]


class Difference(Value, frozen=True):
    """What brings a sale to what is wanted: lines to add, to change (by id) and to take away."""

    added: tuple[WantedLine, ...] = ()
    changed: tuple[tuple[SaleLine, WantedLine], ...] = ()
    gone: tuple[SaleLine, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


def difference(wanted: Sequence[WantedLine], actual: Iterable[SaleLine]) -> Difference:
    """By mark. A line that stands at nothing is as good as gone."""
    by_mark = {line.mark: line for line in actual}
    names = {line.mark for line in wanted}
    pairs = [(by_mark[line.mark], line) for line in wanted if line.mark in by_mark]
    return Difference(
        added=tuple(line for line in wanted if line.mark not in by_mark),
        changed=tuple(pair for pair in pairs if not _same(*pair)),
        gone=tuple(line for mark, line in by_mark.items() if mark not in names and line.quantity),
    )


def _same(actual: SaleLine, wanted: WantedLine) -> bool:
    return (
        actual.product == wanted.product.id
        and actual.quantity == wanted.quantity
        and actual.unit_price == wanted.unit_price
    )


def same_address(record: Record, address: Address) -> bool:
    """Whether a Tryton address (with `country.code`) says the same."""
    country = (record.get("country.") or {}).get("code") or ""
    there = (record["street"], record["city"], record["postal_code"], country, record["party_name"])
    here = ("\n".join(address.lines), address.city, address.postal_code, address.country, addressee(address))
    return tuple(map(_folded, there)) == tuple(map(_folded, here))


def addressee(address: Address) -> str:
    return address.company or address.name


def _folded(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


# --- shipments -------------------------------------------------------------------------------------------------------


class Outgoing(Value, frozen=True):
    """What a sale line lets go: the move's origin (line or kit component), its item, and how much goes into one."""

    line: str
    sale_line: int
    origin: str
    product: int
    item: str
    unit: int
    unit_price: Decimal
    ordered: Decimal
    per_line_unit: Decimal = ONE
    component: bool = False


def leaving(lines: Sequence[FulfillmentLine], outgoing: Sequence[Outgoing]) -> dict[tuple[str, str], Decimal]:
    """Base units that left, by origin and item. Of a kit its components left; a substitute left in its item's place.

    Raises Unfit where the sale has no such line.
    """
    left: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        ways = [way for way in outgoing if way.line == line.line]
        if not ways:
            raise Unfit(f"the ERP's sale has no line {line.line} to ship")
        for way in ways:
            key = (way.origin, way.item if way.component else line.item or way.item)
            left[key] = left.get(key, ZERO) + line.quantity * way.per_line_unit
    return {key: quantity for key, quantity in left.items() if quantity}


def cut_moves(
    moves: Sequence[Move], left: Mapping[tuple[str, str], Decimal], from_location: int
) -> tuple[list[Operation], list[tuple[str, str]]]:
    """What makes a shipment's moves exactly what left: changes for Tryton, and what left without a move yet."""
    operations: list[Operation] = []
    deleted: list[int] = []
    missing = set(left)
    for move in moves:
        key = (move.origin, move.item)
        if key in missing:
            missing.discard(key)
            values = {"quantity": Number(left[key]), "from_location": from_location}
            operations.append(("write", [move.id], values))
        else:
            deleted.append(move.id)
    if deleted:
        operations.insert(0, ("delete", deleted))
    return operations, sorted(missing)


def trimmed(
    moves: Sequence[Move], outgoing: Sequence[Outgoing], shipments: Collection[str]
) -> dict[str, list[Operation]]:
    """What takes away from these shipments the plans for goods that move elsewhere already: changes by shipment."""
    surplus = {way.origin: -way.ordered for way in outgoing}
    for move in moves:
        if move.origin in surplus:
            surplus[move.origin] += move.quantity
    operations: dict[str, list[Operation]] = {}
    for move in moves:
        less = min(surplus.get(move.origin, ZERO), move.quantity)
        if move.shipment not in shipments or less <= 0:
            continue
        surplus[move.origin] -= less
        rest = move.quantity - less
        change_of: Operation = ("write", [move.id], {"quantity": Number(rest)}) if rest else ("delete", [move.id])
        operations.setdefault(move.shipment, []).append(change_of)
    return operations


def extra_move(way: Outgoing, product: int, quantity: Decimal) -> Record:
    """A move for what no shipment planned."""
    return {
        "product": product,
        "unit": way.unit,
        "quantity": Number(quantity),
        "unit_price": way.unit_price.quantize(PRICE_DIGITS),
        "origin": way.origin,
    }


# --- items -----------------------------------------------------------------------------------------------------------


def item_of(product: Product) -> Item:
    kind = product.kind
    return Item(
        number=product.number,
        name=product.name,
        base_unit=_UNITS.get(product.unit_symbol, product.unit_symbol),
        kind="kit" if kind == "kit" else "service" if kind == "service" else "goods",
        components=tuple(Component(part.item, part.quantity) for part in product.parts),
    )


def tax_on(amount: Decimal, taxes: Iterable[int], known: Mapping[int, Tax]) -> Decimal:
    """What taxes come to on an untaxed amount, each rounded to the cent; group taxes count by their members."""
    total = ZERO
    for number in taxes:
        members = [tax for tax in known.values() if tax.id == number or tax.parent == number]
        total += sum(((amount * tax.rate + tax.amount).quantize(_CENT) for tax in members), ZERO)
    return total
