"""The contract's JSON bodies, as values."""

from typing import Literal

from crossdock.model.base import Value
from crossdock.model.parties import Address
from crossdock.transports.wire import Count, Instant, Name


class LabelRequest(Value, frozen=True):
    """`package` is the number on the package that is handed over."""

    package: Name
    ship_to: Address
    service: str = ""
    sscc: str = ""
    weight_kg: Count | None = None


class Label(Value, frozen=True):
    package: Name
    tracking: Name


class Tracking(Value, frozen=True):
    """`code` is the carrier's own word for it. An `estimated` one says what is expected, not what
    happened."""

    tracking: Name
    milestone: Literal[
        "PRE_TRANSIT",
        "PICKED_UP",
        "IN_TRANSIT",
        "CUSTOMS",
        "OUT_FOR_DELIVERY",
        "READY_FOR_PICKUP",
        "ATTEMPTED",
        "DELIVERED",
        "DELAYED",
        "EXCEPTION",
        "RETURNING",
        "RETURNED",
        "CANCELLED",
        "UNKNOWN",
    ]
    at: Instant
    code: str = ""
    reason: str = ""
    place: str = ""
    estimated: bool = False
