"""What an estate declares. `estate.toml` maps onto it field by field; `estate.parse` reads it."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Literal

from crossdock.model.base import Value
from crossdock.model.commands import Command
from crossdock.model.parties import LegalEntity


class Limits(Value, frozen=True):
    """One system's limits, for all flows together. `rate` is requests a second, 0 for none."""

    concurrency: int = 4
    rate: float = 0.0
    timeout: timedelta = timedelta(seconds=30)
    attempts: int = 12
    backoff: timedelta = timedelta(milliseconds=500)
    backoff_most: timedelta = timedelta(minutes=5)


class System(Value, frozen=True):
    """An outside system. `kind` names its connector; secrets are references (`env:NAME`, `file:PATH`), never values."""

    name: str
    kind: str
    url: str
    settings: dict[str, object] = {}
    secrets: dict[str, str] = {}
    limits: Limits = Limits()


class Node(Value, frozen=True):
    """A place that ships: a warehouse or 3PL. `posting` says when its shipments count as gone."""

    name: str
    system: str
    code: str = ""
    posting: Literal["on_shipped", "dock_departure", "carrier_acceptance"] = "on_shipped"
    time_zone: str = "UTC"
    cutoff: time = time(16, 0)
    handling_days: int = 0
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)


class PricePolicy(Value, frozen=True):
    """What to do when an order's price or tax is not the ERP's by more than the tolerance (of the line, in percent)."""

    beyond: Literal["honour", "hold", "refuse"] = "hold"
    tolerance_percent: Decimal = Decimal("1")


class Channel(Value, frozen=True):
    """Where orders come from. `guest_customer` is the ERP's customer that guest checkouts are booked on.

    `unknown` says what becomes of orders with a customer or item that the ERP does not know; `single_node` keeps each
    sourcing of an order at one node.
    """

    name: str
    system: str
    price: PricePolicy = PricePolicy()
    minimum: Decimal = Decimal(0)
    nodes: tuple[str, ...] = ()
    guest_customer: str = ""
    time_zone: str = "UTC"
    unknown: Literal["hold", "refuse"] = "hold"
    single_node: bool = False


class Billing(Value, frozen=True):
    """How customers are billed, by number (`*`: all): at each shipment, once all is shipped, or in advance."""

    customers: dict[str, Literal["per_shipment", "complete", "prepaid"]] = {}


class Promises(Value, frozen=True):
    """How long each step may take before its alarm rings."""

    validate_within: timedelta = timedelta(minutes=15)
    enter_within: timedelta = timedelta(minutes=30)
    release_within: timedelta = timedelta(minutes=15)
    accept_within: timedelta = timedelta(hours=1)
    ship_within: timedelta = timedelta(days=2)
    depart_within: timedelta = timedelta(hours=12)
    post_within: timedelta = timedelta(hours=4)
    bill_within: timedelta = timedelta(hours=24)
    deliver_within: timedelta = timedelta(days=10)
    hold_review_within: timedelta = timedelta(days=1)
    backorder_review_within: timedelta = timedelta(days=7)
    payment_within: timedelta = timedelta(days=7)
    unmatched_within: timedelta = timedelta(hours=1)


class Estate(Value, frozen=True):
    """One installation. `owners` says which system holds each kind of business object."""

    name: str
    systems: dict[str, System] = {}
    owners: dict[str, str] = {}
    nodes: dict[str, Node] = {}
    channels: dict[str, Channel] = {}
    carriers: dict[str, str] = {}
    legal_entity: LegalEntity = LegalEntity("default", "Default", "USD")
    billing: Billing = Billing()
    promises: Promises = Promises()
    retention: timedelta = timedelta(days=90)

    def system_for(self, command: Command) -> str:
        """Which system must do it. KeyError names what the estate does not declare."""
        match command.OWNER:
            case "node":
                return self.nodes[command.place].system
            case "channel":
                return self.channels[command.place].system
            case "carrier":
                return self.carriers[command.place]
            case kind:
                return self.owners[kind]
