"""Posting what left a warehouse: a customer shipment in Tryton under our reference, holding exactly what left.

An open shipment of the sale is cut down to what left, moved to the warehouse that it left, and sent. Tryton plans what
remains in another shipment by itself.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from crossdock.connectors.tryton import records
from crossdock.connectors.tryton.catalog import Catalog
from crossdock.connectors.tryton.client import Record, TrytonClient
from crossdock.connectors.tryton.dispatch import SHIPMENT, Dispatch
from crossdock.connectors.tryton.errors import UserError
from crossdock.connectors.tryton.mapping import (
    Operation,
    Outgoing,
    Unfit,
    cut_moves,
    extra_move,
    leaving,
    trimmed,
)
from crossdock.connectors.tryton.records import MOVE_FIELDS, SHIPMENT_FIELDS, Move, OpenShipment, Sale, Warehouse
from crossdock.connectors.tryton.sales import SALE, Sales
from crossdock.model import commands, events
from crossdock.runtime.connector import Done, Outcome
from crossdock.runtime.ports import Exchange

# What may still be taken back to a draft and cut.
_MARK = "(order "
_TAKE_BACK = {"assigned": "wait", "waiting": "draft"}
_SEND = {
    "draft": "wait",
    "waiting": "assign_try",
    "assigned": "pick",
    "picked": "pack",
    "packed": "do",
    "shipped": "do",
}


class Shipments:
    """Customer shipments."""

    def __init__(self, client: TrytonClient, catalog: Catalog, sales: Sales, dispatch: Dispatch) -> None:
        self._client = client
        self._catalog = catalog
        self._sales = sales
        self._dispatch = dispatch

    def find(self, command: commands.PostShipment) -> Exchange[OpenShipment | None]:
        """The shipment under our reference, whatever its state."""
        domain = [("reference", "=", shipment_reference(command)), ("state", "!=", "cancelled")]
        found = yield from self._client.search_read(SHIPMENT, domain, SHIPMENT_FIELDS, 1)
        return records.shipment(found[0]) if found else None

    def post(self, command: commands.PostShipment, found: OpenShipment | None) -> Exchange[Outcome]:
        """Make the shipment hold what left, and send it."""
        warehouse = yield from self._catalog.warehouse(command.shipment.node)
        if found is None:
            shipment = yield from self._prepare(command, warehouse)
        else:
            shipment = found.id
            sales = yield from self._sales.of_order(command.order, command.sale_number)
            yield from self._trim(sales, (yield from self._dispatch.outgoing(sales)))
        yield from self._send(shipment, warehouse)
        (record,) = yield from self._client.read(SHIPMENT, [shipment], ["number"])
        return Done((events.ShipmentPosted(command.order, command.shipment.number, record["number"] or ""),))

    def _prepare(self, command: commands.PostShipment, warehouse: Warehouse) -> Exchange[int]:
        """A draft shipment under our reference with the moves of what left, written in one transaction."""
        sales = yield from self._sales.of_order(command.order, command.sale_number)
        ways = yield from self._dispatch.outgoing(sales)
        left = leaving(command.lines, ways)
        if not left:
            raise Unfit(f"shipment {command.shipment.number} holds nothing of sale {command.sale_number}")
        best = yield from self._best_open(sales, {origin for origin, _ in left})
        operations: list[Operation] = []
        missing = sorted(left)
        if best is not None:
            yield from self._client.advance(SHIPMENT, best, _TAKE_BACK)
            operations, missing = cut_moves((yield from self._moves(best)), left, warehouse.output)
        if missing:
            extra = yield from self._extra(sales[0], ways, {key: left[key] for key in missing}, warehouse)
            operations.append(("create", extra))
        head: Record = {
            "reference": shipment_reference(command),
            "warehouse": warehouse.id,
            "warehouse_storage": warehouse.storage,
            "warehouse_output": warehouse.output,
            "moves": operations,
        }
        if best is None:
            best = yield from self._enter(sales[0], head)
        else:
            yield from self._client.write(SHIPMENT, [best], head)
        if missing:
            yield from self._trim(sales, ways)
        return best

    def _best_open(self, sales: Sequence[Sale], origins: set[str]) -> Exchange[int | None]:
        """The open shipment, not claimed by another posting, that plans most of what left."""
        candidates = yield from self._free_shipments(sales)
        if not candidates:
            # A worker may not have taken a sale into process yet, and what isn't on account ships by hand only.
            yield from self._sales.draft_rest(sales, "manual_shipment", lambda sale: sale.shipment_method == "manual")
            candidates = yield from self._free_shipments(sales)
        planned: dict[str, set[str]] = {}
        for move in (yield from self._dispatch.moves(sales)):
            planned.setdefault(move.shipment, set()).add(move.origin)
        matches = [(len(planned.get(f"{SHIPMENT},{one.id}", set()) & origins), -one.id) for one in candidates]
        count, number = max(matches, default=(0, 0))
        return -number if count else None

    def _free_shipments(self, sales: Sequence[Sale]) -> Exchange[list[OpenShipment]]:
        """Open shipments that no posting has claimed."""
        found = yield from self._dispatch.open_shipments(sales)
        return [one for one in found if not one.reference and one.state in ("draft", *_TAKE_BACK)]

    def _trim(self, sales: Sequence[Sale], ways: Sequence[Outgoing]) -> Exchange[None]:
        """Take the plans for what this posting moves out of the order's other open shipments."""
        free = {f"{SHIPMENT},{one.id}": one.id for one in (yield from self._free_shipments(sales))}
        moves = yield from self._dispatch.moves(sales)
        for name, operations in sorted(trimmed(moves, ways, free).items()):
            yield from self._client.advance(SHIPMENT, free[name], _TAKE_BACK)
            yield from self._client.write(SHIPMENT, [free[name]], {"moves": operations})
            (record,) = yield from self._client.read(SHIPMENT, [free[name]], ["outgoing_moves"])
            button = "wait" if record["outgoing_moves"] else "cancel"
            yield from self._client.advance(SHIPMENT, free[name], {"draft": button})

    def _moves(self, shipment: int) -> Exchange[list[Move]]:
        (record,) = yield from self._client.read(SHIPMENT, [shipment], ["outgoing_moves"])
        found = yield from self._client.read("stock.move", record["outgoing_moves"], MOVE_FIELDS)
        return [records.move(one) for one in found]

    def _extra(
        self,
        sale: Sale,
        ways: Sequence[Outgoing],
        missing: Mapping[tuple[str, str], Decimal],
        warehouse: Warehouse,
    ) -> Exchange[list[Record]]:
        """Moves for what left beyond what was planned: over, instead of another item, or planned elsewhere."""
        (record,) = yield from self._client.read(SALE, [sale.id], ["company", "currency", "party.customer_location"])
        common = {
            "company": record["company"],
            "currency": record["currency"],
            "from_location": warehouse.output,
            "to_location": records.linked(record, "party").get("customer_location"),
        }
        by_origin = {way.origin: way for way in ways}
        products = {way.item: way.product for way in ways}
        substitutes = [item for _, item in missing if item not in products]
        if substitutes:
            products |= {number: one.id for number, one in (yield from self._catalog.products(substitutes)).items()}
        unknown = [item for item in substitutes if item not in products]
        if unknown:
            raise Unfit(f"Tryton has no item {', '.join(unknown)}")
        return [
            {**common, **extra_move(by_origin[origin], products[item], quantity)}
            for (origin, item), quantity in missing.items()
        ]

    def _enter(self, sale: Sale, head: Mapping[str, object]) -> Exchange[int]:
        fixtures = yield from self._catalog.fixtures()
        values = {
            **head,
            "company": fixtures.company,
            "customer": sale.shipment_party or sale.party,
            "delivery_address": sale.shipment_address,
        }
        (made,) = yield from self._client.create(SHIPMENT, values)
        return made

    def _send(self, shipment: int, warehouse: Warehouse) -> Exchange[None]:
        """Through all states to done. The goods have left: what Tryton counts short is assigned all the same."""
        steps = dict(_SEND)
        if warehouse.storage == warehouse.output:
            steps["assigned"] = "pack"
        waiting = {state: button for state, button in steps.items() if state in ("draft", "waiting")}
        try:
            yield from self._client.advance(SHIPMENT, shipment, waiting, most=3)
        except UserError:
            yield from self._client.advance(SHIPMENT, shipment, {"waiting": "assign_force"})
        yield from self._client.advance(SHIPMENT, shipment, steps)


def shipment_reference(command: commands.PostShipment) -> str:
    """Our name of the shipment there: two warehouses may both have a shipment 17."""
    return f"{command.shipment.number} {command.shipment.node} {mark_of(command.order)}"


def is_ours(reference: str | None) -> bool:
    """Whether a shipment's reference is one of ours, for whatever order."""
    return (reference or "").endswith(")") and f" {_MARK}" in (reference or "")


def mark_of(order: str) -> str:
    """How a reference of ours ends: shipments that end so were posted by us."""
    return f"{_MARK}{order})"
