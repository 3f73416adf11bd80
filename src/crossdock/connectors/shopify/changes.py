"""Cancellations and refusals out.

A whole order is cancelled with a tag of ours set first: the webhook that follows is then known as an echo. Some of
its lines are cancelled by a refund of no money, whose note carries the command's key. A refusal is a line in the
order's note, and a tag for people to filter by; the same words are written once, whatever command brings them, so that
the notice of our own note can't start a ring of refusals.
"""

from typing import Any

from crossdock.connectors.shopify.settings import CANCELLED_TAG, REFUSED_TAG, mark
from crossdock.connectors.shopify.wire import Api, Stopped, members
from crossdock.model.commands import ConfirmCancellation, RefuseChange
from crossdock.model.events import ChannelInformed
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
            return (yield from self._cancel_lines(command, task.key))
        order = yield from read(self._api, command.number)
        if not order.get("cancelled_at"):
            note = f"cancelled: {command.reason} {mark(task.key)}" if command.reason else ""
            known = mark(task.key) in str(order.get("note") or "")
            yield from write_down(self._api, order, CANCELLED_TAG, "" if known else note)
            wanted = {"reason": reason_code(command.reason), "email": self._notify}
            try:
                yield from self._api.send("POST", f"orders/{command.number}/cancel.json", wanted)
            except Stopped as stopped:
                if isinstance(stopped.outcome, Refused):
                    return (yield from self._refused(command, stopped.outcome))
                raise
        return _informed(command)

    def look_up(self, command: ConfirmCancellation, task: Task) -> Exchange[LookedUp]:
        if command.lines:
            found = yield from refund_with(self._api, command.number, task.key)
        else:
            found = (yield from read(self._api, command.number)).get("cancelled_at") is not None
        return _informed(command) if found else NotFound()

    def _refused(self, command: ConfirmCancellation, refused: Refused) -> Exchange[Outcome]:
        """The shop says no; where somebody else cancelled meanwhile, that is what was wanted."""
        order = yield from read(self._api, command.number)
        return _informed(command) if order.get("cancelled_at") else refused

    def _cancel_lines(self, command: ConfirmCancellation, key: str) -> Exchange[Outcome]:
        if (yield from refund_with(self._api, command.number, key)):
            return _informed(command)
        body = yield from self._api.get(f"orders/{command.number}/fulfillment_orders.json")
        locations = {
            str(line.get("line_item_id")): order.get("assigned_location_id")
            for order in members(body, "fulfillment_orders")
            for line in members(order, "line_items")
        }
        items: list[dict[str, object]] = []
        for line in command.lines:
            id: object = int(line.line) if line.line.isdigit() else line.line
            item = {"line_item_id": id, "quantity": int(line.quantity), "restock_type": "cancel"}
            location = locations.get(line.line)
            items.append(item | ({"location_id": location} if location else {}))
        wanted = {
            "note": f"{command.reason} {mark(key)}".strip(),
            "notify": self._notify,
            "refund_line_items": items,
            "transactions": [],
        }
        yield from self._api.send("POST", f"orders/{command.number}/refunds.json", {"refund": wanted})
        return _informed(command)


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


def read(api: Api, number: str) -> Exchange[dict[str, Any]]:
    """What of an order our commands need to see."""
    fields = "id,tags,note,note_attributes,cancelled_at,financial_status"
    body = yield from api.get(f"orders/{number}.json", fields=fields)
    order = body.get("order")
    return order if isinstance(order, dict) else {}


def write_down(api: Api, order: dict[str, Any], tag: str, note: str = "") -> Exchange[None]:
    """Adds a line of note, and a tag unless it stands there already."""
    tags = [text for one in str(order.get("tags") or "").split(",") if (text := one.strip())]
    notes = str(order.get("note") or "")
    wanted: dict[str, object] = {}
    if tag not in tags:
        wanted["tags"] = ", ".join([*tags, tag])
    if note:
        wanted["note"] = f"{notes}\n{note}".strip()
    if wanted:
        id = order.get("id")
        yield from api.send("PUT", f"orders/{id}.json", {"order": {"id": id, **wanted}})


def refund_with(api: Api, number: str, key: str) -> Exchange[bool]:
    """Whether a refund of the order carries our key in its note."""
    body = yield from api.get(f"orders/{number}/refunds.json", limit=250)
    return any(mark(key) in str(refund.get("note") or "") for refund in members(body, "refunds"))


def reason_code(reason: str) -> str:
    """Shopify's word for a reason in ours: customer, inventory, fraud, declined or other."""
    text = reason.lower()
    return next((code for code, words in _REASONS.items() if any(word in text for word in words)), "other")


def _informed(command: ConfirmCancellation) -> Done:
    return Done((ChannelInformed(command.order, "cancellation"),))
