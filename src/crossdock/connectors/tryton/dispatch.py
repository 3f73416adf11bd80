"""What an order's sales in Tryton let go: its lines and kit components, the moves made for them, and its shipments."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from crossdock.connectors.tryton import records
from crossdock.connectors.tryton.client import TrytonClient
from crossdock.connectors.tryton.mapping import Outgoing, line_of
from crossdock.connectors.tryton.records import (
    LINE_FIELDS,
    MOVE_FIELDS,
    SHIPMENT_FIELDS,
    Move,
    OpenShipment,
    Sale,
    SaleLine,
)
from crossdock.model.quantities import ZERO
from crossdock.runtime.ports import Exchange

SHIPMENT = "stock.shipment.out"
UNDER_WAY = ("draft", "waiting", "assigned", "picked", "packed", "shipped")


class Dispatch:
    """Reads what goes out for the sales of an order."""

    def __init__(self, client: TrytonClient) -> None:
        self._client = client

    def outgoing(self, sales: Sequence[Sale]) -> Exchange[list[Outgoing]]:
        """Each goods line, and each component of a kit line in its place."""
        ids = [sale.id for sale in sales]
        domain = [("sale", "in", ids), ("type", "=", "line"), ("product.type", "!=", "service")]
        found = yield from self._client.search_read("sale.line", domain, LINE_FIELDS)
        lines = [records.sale_line(record, {}) for record in found]
        kits = {line.id: line for line in lines if line.kind == "kit"}
        ways = [_way(line) for line in lines if line.kind != "kit"]
        return [*ways, *(yield from self._components(kits))] if kits else ways

    def _components(self, kits: dict[int, SaleLine]) -> Exchange[list[Outgoing]]:
        fields = ("line", "product", "product.code", "quantity", "quantity_ratio", "unit", "price_ratio")
        domain = [("line", "in", list(kits))]
        found = yield from self._client.search_read("sale.line.component", domain, fields)
        return [
            Outgoing(
                line=line_of(kits[record["line"]].mark),
                sale_line=record["line"],
                origin=f"sale.line.component,{record['id']}",
                product=record["product"],
                item=records.linked(record, "product").get("code") or "",
                unit=record["unit"],
                unit_price=kits[record["line"]].unit_price * (record["price_ratio"] or ZERO),
                ordered=Decimal(record["quantity"] or 0),
                per_line_unit=Decimal(record["quantity_ratio"] or 0),
                component=True,
            )
            for record in found
        ]

    def moves(self, sales: Sequence[Sale]) -> Exchange[list[Move]]:
        """The moves to the customer that are not cancelled."""
        ids = yield from self._linked(sales, "moves")
        found = yield from self._client.read("stock.move", ids, MOVE_FIELDS)
        return [move for move in map(records.move, found) if move.state != "cancelled"]

    def shipped(self, sales: Sequence[Sale]) -> Exchange[dict[int, Decimal]]:
        """Base units shipped by sale line; of a kit, as many as its most shipped component makes."""
        ways = {way.origin: way for way in (yield from self.outgoing(sales))}
        gone: dict[str, Decimal] = {}
        for move in (yield from self.moves(sales)):
            if move.state == "done" and move.origin in ways:
                gone[move.origin] = gone.get(move.origin, ZERO) + move.quantity
        return _by_line(ways, gone)

    def open_shipments(self, sales: Sequence[Sale]) -> Exchange[list[OpenShipment]]:
        """The shipments that are neither done nor cancelled, oldest first."""
        ids = yield from self._linked(sales, "shipments")
        found = yield from self._client.read(SHIPMENT, ids, SHIPMENT_FIELDS)
        return [one for one in map(records.shipment, found) if one.state in UNDER_WAY]

    def _linked(self, sales: Sequence[Sale], field: str) -> Exchange[list[int]]:
        found = yield from self._client.read("sale.sale", [sale.id for sale in sales], [field])
        return sorted({number for record in found for number in record[field]})


def _way(line: SaleLine) -> Outgoing:
    return Outgoing(
        line=line_of(line.mark),
        sale_line=line.id,
        origin=f"sale.line,{line.id}",
        product=line.product or 0,
        item=line.item,
        unit=line.unit or 0,
        unit_price=line.unit_price,
        ordered=line.quantity,
    )


def _by_line(ways: dict[str, Outgoing], gone: dict[str, Decimal]) -> dict[int, Decimal]:
    shipped: dict[int, Decimal] = {}
    for origin, quantity in gone.items():
        way = ways[origin]
        made = quantity / way.per_line_unit if way.per_line_unit else ZERO
        made = made.to_integral_value(ROUND_CEILING) if way.component else made
        shipped[way.sale_line] = max(shipped.get(way.sale_line, ZERO), made)
    return shipped
