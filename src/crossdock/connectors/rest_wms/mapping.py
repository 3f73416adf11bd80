"""Between the contract's JSON and the canonical model. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

import msgspec

from crossdock.connectors.rest_wms import wire
from crossdock.model import events
from crossdock.model.commands import CancelFulfillment, ReleaseFulfillment
from crossdock.model.events import Event
from crossdock.model.parties import Party
from crossdock.model.shipments import Package, PackedLine, Shipment
from crossdock.transports.wire import text

# --- to the warehouse -----------------------------------------------------------------------------


def release_request(command: ReleaseFulfillment, warehouses: Mapping[str, str]) -> wire.ReleaseRequest:
    asked = command.fulfillment
    return wire.ReleaseRequest(
        reference=asked.number,
        order_number=asked.order_number,
        channel=asked.channel,
        warehouse=warehouses.get(asked.node, asked.node),
        ship_to=_consignee(asked.ship_to),
        lines=tuple(
            wire.RequestLine(
                line.line,
                line.item,
                text(line.quantity),
                tuple(wire.Component(part.item, text(part.per_kit)) for part in line.components),
            )
            for line in asked.lines
        ),
        service=asked.service,
        over_tolerance=text(asked.over_tolerance),
        ship_by=command.deadline,
    )


def cancellation_request(command: CancelFulfillment) -> wire.CancellationRequest:
    lines = tuple(wire.LineQuantity(line.line, text(line.quantity)) for line in command.lines)
    return wire.CancellationRequest(lines, command.reason)


def _consignee(party: Party) -> wire.Consignee:
    return wire.Consignee(party.name, party.email, party.phone, party.address)


# --- from the warehouse ---------------------------------------------------------------------------


def quantities(lines: tuple[wire.LineQuantity, ...]) -> dict[str, Decimal]:
    """By line; a line listed twice counts twice."""
    total: dict[str, Decimal] = {}
    for line in lines:
        total[line.id] = total.get(line.id, Decimal(0)) + Decimal(line.quantity)
    return total


Nodes = Callable[[str], str]
"""From the warehouse's code, empty where the message has none, to our node."""

T = TypeVar("T", bound=msgspec.Struct)


def _reader(kind: type[T], meaning: Callable[[T, Nodes, datetime], Event]) -> Callable[[bytes, Nodes, datetime], Event]:
    decode = msgspec.json.Decoder(kind).decode
    return lambda data, nodes, at: meaning(decode(data), nodes, at)


def _picked(told: wire.Picked, nodes: Nodes, at: datetime) -> Event:
    return events.GoodsPicked(nodes(told.warehouse), told.reference, _packed_lines(told.lines), quantities(told.short))


def _packed(told: wire.Packed, nodes: Nodes, at: datetime) -> Event:
    return events.GoodsPacked(nodes(told.warehouse), told.reference, _packages(told.packages))


def _shipped(told: wire.Shipped, nodes: Nodes, at: datetime) -> Event:
    sent = told.shipment
    shipment = Shipment(
        sent.number,
        nodes(told.warehouse),
        _packages(sent.packages),
        sent.carrier,
        sent.shipped_at or at,
    )
    return events.GoodsShipped(nodes(told.warehouse), told.reference, shipment, told.final)


def _moved(told: wire.StockMoved, nodes: Nodes, at: datetime) -> Event:
    return events.StockMoved(
        nodes(told.warehouse),
        told.item,
        Decimal(told.quantity),
        told.reason,
        told.reference,
    )


def _counted(told: wire.StockCounted, nodes: Nodes, at: datetime) -> Event:
    return events.StockCounted(
        nodes(told.warehouse),
        told.item,
        Decimal(told.on_hand),
        told.counted_at,
        told.reference,
    )


def _packed_lines(lines: tuple[wire.PackedLine, ...]) -> tuple[PackedLine, ...]:
    return tuple(PackedLine(one.id, Decimal(one.quantity), one.item, one.lot, one.serials) for one in lines)


def _packages(packages: tuple[wire.Package, ...]) -> tuple[Package, ...]:
    return tuple(
        Package(
            one.id,
            _packed_lines(one.lines),
            one.sscc,
            one.tracking,
            Decimal(one.weight_kg) if one.weight_kg is not None else None,
        )
        for one in packages
    )


READERS: Mapping[str, Callable[[bytes, Nodes, datetime], Event]] = {
    "fulfillment.accepted": _reader(
        wire.Accepted,
        lambda told, nodes, at: events.NodeAccepted(nodes(told.warehouse), told.reference, told.number),
    ),
    "fulfillment.refused": _reader(
        wire.RefusedRelease,
        lambda told, nodes, at: events.NodeRefused(nodes(told.warehouse), told.reference, told.reason),
    ),
    "fulfillment.picked": _reader(wire.Picked, _picked),
    "fulfillment.packed": _reader(wire.Packed, _packed),
    "fulfillment.shipped": _reader(wire.Shipped, _shipped),
    "shipment.departed": _reader(
        wire.Departed,
        lambda told, nodes, at: events.DockDeparted(nodes(told.warehouse), told.shipment, told.reference),
    ),
    "fulfillment.cancelled": _reader(
        wire.Cancelled,
        lambda told, nodes, at: events.NodeCancelled(nodes(told.warehouse), told.reference, quantities(told.lines)),
    ),
    "fulfillment.cancellation_refused": _reader(
        wire.CancellationRefused,
        lambda told, nodes, at: events.NodeCancellationRefused(nodes(told.warehouse), told.reference, told.reason),
    ),
    "stock.moved": _reader(wire.StockMoved, _moved),
    "stock.counted": _reader(wire.StockCounted, _counted),
}
"""What each type of webhook means: JSON data, nodes and the message's own time in, an event out."""
