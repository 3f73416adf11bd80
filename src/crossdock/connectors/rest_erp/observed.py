"""What deliveries of the ERP mean: orders its people entered, changed or cancelled, and stock they moved."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from crossdock.connectors.rest_erp import wire
from crossdock.connectors.rest_erp.mapping import order_of
from crossdock.model.events import (
    CancellationRequested,
    DocumentReceived,
    Event,
    OrderChanged,
    OrderPlaced,
    StockMoved,
)
from crossdock.model.identifiers import Identifier
from crossdock.runtime.connector import Delivery, Problem, Sighting, Translation
from crossdock.transports.change_log import RawMessage
from crossdock.transports.rest import problem


def translate(delivery: Delivery, system: str, channel: str, nodes: Mapping[str, str]) -> Translation:
    """A webhook's envelope is opened; a polled row is the data itself."""
    try:
        topic, data = _opened(delivery)
        match topic:
            case "sale.changed":
                return _sale(msgspec.json.decode(data, type=wire.Sale), system, channel)
            case "stock.moved":
                return _movement(msgspec.json.decode(data, type=wire.StockMovement), nodes)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Translation(problems=(problem(error),))
    return Translation(problems=(Problem("$.type", f"`{topic}` is no type of this contract"),))


def _opened(delivery: Delivery) -> tuple[str, bytes]:
    if "webhook-id" not in delivery.headers:
        return delivery.topic, delivery.body
    message = msgspec.json.decode(delivery.body, type=RawMessage)
    return message.type, bytes(message.data)


def _sale(sale: wire.Sale, system: str, channel: str) -> Translation:
    own = sale.entered_by == "staff"
    unfit = _absurdities(sale) if own else ()
    if unfit:
        return Translation(problems=tuple(unfit))
    seen: list[Event] = []
    if own:
        # The first sight of a sale may already be a later revision: who knows it takes the change, who
        # doesn't the order.
        order = order_of(sale, system, channel)
        seen.append(OrderPlaced(order, system, sale.number))
        if sale.revision > 1 and sale.state == "open":
            seen.append(OrderChanged(order))
    if sale.cancelled_by == "staff":
        key = f"{channel}/{sale.number}" if own else sale.reference
        seen.append(CancellationRequested(key, sale.cancel_reason or f"cancelled in {system}"))
    elif not own:
        number = Identifier("sale", sale.number, system)
        summary = f"{sale.number} was changed by hand; what was ordered through us stays as it is"
        seen.append(DocumentReceived(system, "sale.changed", summary, (number,)))
    return Translation(tuple(Sighting(event, sale.changed_at) for event in seen))


def _absurdities(sale: wire.Sale) -> list[Problem]:
    unfit = [
        Problem(f"$.lines[{n}].quantity", "must be more than nothing")
        for n, line in enumerate(sale.lines)
        if Decimal(line.quantity) == 0
    ]
    ids = [line.id for line in sale.lines]
    unfit += [
        Problem(f"$.lines[{n}].id", f"`{id}` is the id of an earlier line") for n, id in enumerate(ids) if id in ids[:n]
    ]
    return unfit if sale.lines else [Problem("$.lines", "an order needs a line")]


def _movement(moved: wire.StockMovement, nodes: Mapping[str, str]) -> Translation:
    node = nodes.get(moved.warehouse, moved.warehouse)
    event = StockMoved(node, moved.item, Decimal(moved.quantity), moved.reason, moved.reference)
    return Translation((Sighting(event, moved.at),))
