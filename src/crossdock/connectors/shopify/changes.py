"""Cancellations and refusals out.

A whole order is cancelled with a tag of ours set first: the webhook that follows is then known as an echo.

Some of its units are cancelled by a refund of no money. We are told to confirm every cancelled unit, those that the
shop cancelled itself included, and no number says which are which. So each command first says on the order, in an
attribute with its key, what it confirms; what all of them confirm less what the shop's refunds cancelled is still to be
done. Run again, or looked up after a lost answer, it comes to nothing more.

A refusal is a line in the order's note, and a tag for people to filter by; the same words are written once, whatever
command brings them, so that the notice of our own note can't start a ring of refusals.
"""

from collections import Counter

from crossdock.connectors.shopify.marks import (
    Row,
    announce,
    announced,
    is_marked,
    read,
    refunds,
    write_down,
)
from crossdock.connectors.shopify.settings import CANCELLED_TAG, CONFIRMED_ATTRIBUTE, REFUSED_TAG, mark
from crossdock.connectors.shopify.source import decimal_of
from crossdock.connectors.shopify.wire import Api, Stopped, members
from crossdock.model.commands import ConfirmCancellation, RefuseChange
from crossdock.model.events import ChannelInformed
from crossdock.model.quantities import ZERO
from crossdock.runtime.connector import Done, LookedUp, NotFound, Outcome, Refused, Task
from crossdock.runtime.ports import Exchange

_REASONS = {
    "customer": ("customer", "buyer"),
    "inventory": ("stock", "inventory", "sold out", "unavailable", "discontinued", "backorder"),
    "fraud": ("fraud",),
    "declined": ("declined", "payment", "unpaid"),
}


class Cancelling:
    """ConfirmCancellation at one shop."""

    def __init__(self, api: Api, *, notify: bool) -> None:
        self._api = api
        self._notify = notify

    def perform(self, command: ConfirmCancellation, task: Task) -> Exchange[Outcome]:
        if command.lines:
            return (yield from self._cancel_units(command, task.key))
        order = yield from read(self._api, command.number)
        if not order.get("cancelled_at"):
            note = f"cancelled: {command.reason} {mark(task.key)}" if command.reason else ""
            yield from write_down(self._api, order, CANCELLED_TAG, "" if is_marked(order, task.key) else note)
            wanted = {"reason": reason_code(command.reason), "email": self._notify}
            try:
                yield from self._api.send("POST", f"orders/{command.number}/cancel.json", wanted)
            except Stopped as stopped:
                if isinstance(stopped.outcome, Refused):
                    return (yield from self._refused(command, stopped.outcome))
                raise
        return _informed(command)

    def look_up(self, command: ConfirmCancellation, task: Task) -> Exchange[LookedUp]:
        order = yield from read(self._api, command.number)
        if order.get("cancelled_at"):
            return _informed(command)
        if not command.lines or task.key not in announced(order, CONFIRMED_ATTRIBUTE):
            return NotFound()
        made = yield from refunds(self._api, command.number)
        return NotFound() if missing(command, order, made) else _informed(command)

    def _refused(self, command: ConfirmCancellation, refused: Refused) -> Exchange[Outcome]:
        """The shop says no; where somebody else cancelled meanwhile, that is what was wanted."""
        order = yield from read(self._api, command.number)
        return _informed(command) if order.get("cancelled_at") else refused

    def _cancel_units(self, command: ConfirmCancellation, key: str) -> Exchange[Outcome]:
        order = yield from read(self._api, command.number)
        if order.get("cancelled_at"):
            return _informed(command)
        confirms = ",".join(f"{line}={units}" for line, units in sorted(_units(command).items()))
        order = yield from announce(self._api, order, CONFIRMED_ATTRIBUTE, key, confirms)
        made = yield from refunds(self._api, command.number)
        wanted = missing(command, order, made)
        if wanted:
            locations = yield from self._locations(command.number)
            body = {
                "note": f"{command.reason} {mark(key)}".strip(),
                "notify": self._notify,
                "refund_line_items": [_item(line, units, locations.get(line)) for line, units in wanted.items()],
                "transactions": [],
            }
            yield from self._api.send("POST", f"orders/{command.number}/refunds.json", {"refund": body})
        return _informed(command)

    def _locations(self, number: str) -> Exchange[dict[str, object]]:
        """From where each line was to leave: there its units go back to stock."""
        body = yield from self._api.get(f"orders/{number}/fulfillment_orders.json")
        return {
            str(line.get("line_item_id")): order.get("assigned_location_id")
            for order in members(body, "fulfillment_orders")
            for line in members(order, "line_items")
        }


class Refusing:
    """RefuseChange at one shop: the customer's wish came too late."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def perform(self, command: RefuseChange, task: Task) -> Exchange[Outcome]:
        order = yield from read(self._api, command.number)
        words = f"{command.what} refused: {command.reason}"
        note = "" if words in str(order.get("note") or "") else f"{words} {mark(task.key)}"
        yield from write_down(self._api, order, REFUSED_TAG, note)
        return Done((ChannelInformed(command.order, "refusal"),))


def missing(command: ConfirmCancellation, order: Row, made: list[Row]) -> dict[str, int]:
    """Units by line that our commands confirm and no refund has cancelled yet, at most the command's own."""
    confirmed: Counter[str] = Counter()
    for value in announced(order, CONFIRMED_ATTRIBUTE).values():
        for part in value.split(","):
            line, _, units = part.partition("=")
            confirmed[line] += int(units) if units.isdigit() else 0
    cancelled: Counter[str] = Counter()
    for refund in made:
        for item in members(refund, "refund_line_items"):
            if item.get("restock_type") == "cancel":
                cancelled[str(item.get("line_item_id"))] += int(decimal_of(item.get("quantity")) or ZERO)
    own = _units(command)
    left = {line: min(units, confirmed[line] - cancelled[line]) for line, units in own.items()}
    return {line: units for line, units in left.items() if units > 0}


def reason_code(reason: str) -> str:
    """Shopify's word for a reason in ours: customer, inventory, fraud, declined or other."""
    text = reason.lower()
    return next((code for code, words in _REASONS.items() if any(word in text for word in words)), "other")


def _units(command: ConfirmCancellation) -> dict[str, int]:
    units: Counter[str] = Counter()
    for line in command.lines:
        units[line.line] += int(line.quantity)
    return dict(units)


def _item(line: str, units: int, location: object) -> Row:
    id: object = int(line) if line.isdigit() else line
    item = {"line_item_id": id, "quantity": units, "restock_type": "cancel"}
    return item | ({"location_id": location} if location else {})


def _informed(command: ConfirmCancellation) -> Done:
    return Done((ChannelInformed(command.order, "cancellation"),))
