"""What is remembered of one node's share of an order."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

from crossdock.model.base import Value
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import FulfillmentOrder, Shipment
from crossdock.processes.decision import State

Stage = Literal[
    "new", "requested", "accepted", "picked", "packed", "shipped", "delivered", "refused", "short", "cancelled"
]
WORKING: tuple[Stage, ...] = ("requested", "accepted", "picked", "packed")
"""Stages in which the node may still ship something."""


class Leg(Value, frozen=True):
    """One shipment. `lines` and `over` are what it counts for; it waits for its posting until `posted`."""

    number: str
    shipment: Shipment
    lines: dict[str, Decimal]
    over: dict[str, Decimal] = {}
    posted: bool = False
    delivered: tuple[str, ...] = ()

    @property
    def is_delivered(self) -> bool:
        numbers = self.shipment.tracking_numbers()
        return bool(numbers) and set(numbers) <= set(self.delivered)


class FulfillmentState(State, frozen=True):
    """One fulfillment. requested = outstanding + shipped + short + cancelled + refused, by line.

    `outstanding` is what the node still works on; `cancelling` what it was asked to stop (None: not asked), `stops`
    what it said since then that it stopped. `packed` counts components of kits that left. `departed` names shipments
    whose truck left before we heard of them, `scans` what carriers said of a tracking number, `labels` tracking
    numbers bought by package, `labelling` labels still awaited, by the ordinal of the command. `waits` says whether
    the alarm is for leaving the dock or for delivery.
    """

    VERSION: ClassVar[int] = 1
    DOCUMENT: ClassVar[str] = "request"

    key: str
    request: FulfillmentOrder | None = None
    stage: Stage = "new"
    deadline: datetime | None = None
    node_number: str = ""
    requested: dict[str, Decimal] = {}
    outstanding: dict[str, Decimal] = {}
    shipped: dict[str, Decimal] = {}
    short: dict[str, Decimal] = {}
    cancelled: dict[str, Decimal] = {}
    refused: dict[str, Decimal] = {}
    over: dict[str, Decimal] = {}
    packed: dict[str, Decimal] = {}
    cancelling: dict[str, Decimal] | None = None
    picked: bool = False
    legs: tuple[Leg, ...] = ()
    departed: tuple[str, ...] = ()
    scans: dict[str, str] = {}
    labels: dict[str, str] = {}
    labelling: dict[str, int] = {}
    issued: int = 0
    waits: Literal["", "depart", "deliver"] = ""
    addresses: int = 0
    stops: tuple[str, ...] = ()
    alarms: dict[str, datetime] = {}
    asked: tuple[str, ...] = ()

    @property
    def phase(self) -> str:
        if self.stage == "shipped" and not all(leg.posted for leg in self.legs):
            return "at_dock"
        return "announced" if self.stage == "new" else self.stage

    @property
    def is_over(self) -> bool:
        """Delivered, or nothing left that could be; without tracking numbers nobody will say that it arrived."""
        if self.stage == "shipped":
            return all(leg.posted and not leg.shipment.tracking_numbers() for leg in self.legs)
        return self.stage in ("delivered", "refused", "short", "cancelled")

    @property
    def adds_up(self) -> bool:
        """Each unit is in one bucket."""
        parts = (self.outstanding, self.shipped, self.short, self.cancelled, self.refused)
        return all(
            quantity == sum((part.get(line, ZERO) for part in parts), ZERO) for line, quantity in self.requested.items()
        ) and all(quantity >= 0 for part in parts for quantity in part.values())
