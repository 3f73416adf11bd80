"""Fulfilments out: each package of a shipment becomes one fulfilment with its tracking number.

Shopify keeps one tracking number a fulfilment (REST Admin API, Fulfillment). A package is looked up by that number,
and a package without one carries `<shipment>/<package>` instead. What is already there is never sent again, so that a
shipment that was cut off half-way is finished by doing it again. A package without contents has nothing to confirm.

Before the first one the order gets a tag of ours: goods that are fulfilled on an order without it were shipped by
somebody else.
"""

from decimal import Decimal
from typing import Any

from crossdock.connectors.shopify.marks import read, write_down
from crossdock.connectors.shopify.settings import SHIPPED_TAG, Settings
from crossdock.connectors.shopify.source import decimal_of
from crossdock.connectors.shopify.wire import Api, members
from crossdock.model.commands import ConfirmShipment
from crossdock.model.events import ChannelInformed
from crossdock.model.quantities import ZERO
from crossdock.runtime.connector import Done, LookedUp, NotFound, Outcome, Refused, Task
from crossdock.runtime.ports import Exchange

_VOID = ("cancelled", "error", "failure")
_OPEN = ("open", "in_progress")


class Shipping:
    """ConfirmShipment at one shop."""

    def __init__(self, api: Api, settings: Settings) -> None:
        self._api = api
        self._notify = settings.notify_customer

    def perform(self, command: ConfirmShipment, task: Task) -> Exchange[Outcome]:
        known = yield from self._tracking_numbers(command.number)
        return (yield from self._complete(command, known))

    def look_up(self, command: ConfirmShipment, task: Task) -> Exchange[LookedUp]:
        known = yield from self._tracking_numbers(command.number)
        if not known.intersection(_parcels(command)):
            return NotFound()
        return (yield from self._complete(command, known))

    def _complete(self, command: ConfirmShipment, known: set[str]) -> Exchange[Outcome]:
        missing = {number: units for number, units in _parcels(command).items() if number not in known}
        if missing:
            order = yield from read(self._api, command.number)
            yield from write_down(self._api, order, SHIPPED_TAG)
            body = yield from self._api.get(f"orders/{command.number}/fulfillment_orders.json")
            still_open = _Fulfillable(members(body, "fulfillment_orders"))
            for number, units in missing.items():
                refused = yield from self._fulfil(command, number, units, still_open)
                if refused is not None:
                    return refused
        return Done((ChannelInformed(command.order, "shipment", command.shipment.number),))

    def _fulfil(
        self, command: ConfirmShipment, number: str, units: dict[str, Decimal], still_open: "_Fulfillable"
    ) -> Exchange[Refused | None]:
        taken = still_open.take(units)
        if not taken:
            return Refused(
                f"order {command.number} has nothing open in the shop for the package {number} of shipment "
                f"{command.shipment.number}{still_open.why}",
                "nothing_fulfillable",
            )
        tracking = {"number": number, "company": command.shipment.carrier}
        wanted = {
            "notify_customer": self._notify,
            "tracking_info": {name: value for name, value in tracking.items() if value},
            "line_items_by_fulfillment_order": taken,
        }
        yield from self._api.send("POST", "fulfillments.json", {"fulfillment": wanted})
        return None

    def _tracking_numbers(self, order: str) -> Exchange[set[str]]:
        body = yield from self._api.get(f"orders/{order}/fulfillments.json", limit=250)
        found: set[str] = set()
        for one in members(body, "fulfillments"):
            if one.get("status") not in _VOID:
                listed = one.get("tracking_numbers")
                numbers = [one.get("tracking_number"), *(listed if isinstance(listed, list) else ())]
                found.update(str(number) for number in numbers if number)
        return found


def _parcels(command: ConfirmShipment) -> dict[str, dict[str, Decimal]]:
    """Units by order line, by the number that names the package there. Packages of one tracking number are one."""
    parcels: dict[str, dict[str, Decimal]] = {}
    for package in command.shipment.packages:
        if package.lines:
            number = package.tracking or f"{command.shipment.number}/{package.id}"
            units = parcels.setdefault(number, {})
            for packed in package.lines:
                units[packed.line] = units.get(packed.line, ZERO) + packed.quantity
    return parcels


class _Fulfillable:
    """What is open of each order line, by fulfillment order. Taking lowers it."""

    def __init__(self, orders: list[dict[str, Any]]) -> None:
        self._open: list[tuple[int, int, str, int]] = []
        held = [str(order.get("id")) for order in orders if order.get("status") in ("on_hold", "scheduled")]
        self.why = f"; fulfillment order {', '.join(held)} is on hold or scheduled: release it there" if held else ""
        for order in orders:
            if order.get("status") in _OPEN:
                for line in members(order, "line_items"):
                    units = int(decimal_of(line.get("fulfillable_quantity", line.get("quantity"))) or ZERO)
                    self._open.append((order.get("id", 0), line.get("id", 0), str(line.get("line_item_id")), units))

    def take(self, units: dict[str, Decimal]) -> list[dict[str, object]]:
        """Contents as Shopify wants them; what was shipped beyond what is open there can't be told."""
        wanted = dict(units)
        taken: dict[int, list[dict[str, int]]] = {}
        for index, (order, id, line, left) in enumerate(self._open):
            now = min(int(wanted.get(line, ZERO)), left)
            if now > 0:
                taken.setdefault(order, []).append({"id": id, "quantity": now})
                wanted[line] -= now
                self._open[index] = (order, id, line, left - now)
        return [
            {"fulfillment_order_id": order, "fulfillment_order_line_items": lines} for order, lines in taken.items()
        ]
