"""Between the contract's JSON and the canonical model. Pure."""

from crossdock.connectors.rest_carrier import wire
from crossdock.model.commands import BuyLabel
from crossdock.model.shipments import TrackingEvent
from crossdock.transports.wire import text


def label_request(command: BuyLabel) -> wire.LabelRequest:
    package = command.package
    weight = text(package.weight_kg) if package.weight_kg is not None else None
    return wire.LabelRequest(package.id, command.ship_to, command.service, package.sscc, weight)


def tracking_event(told: wire.Tracking, carrier: str) -> TrackingEvent:
    return TrackingEvent(
        told.tracking,
        told.milestone,
        told.at,
        carrier,
        told.code,
        told.reason,
        told.place,
        told.estimated,
    )
