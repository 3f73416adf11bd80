"""What we read of an order before we change it, and the marks that we leave on it: tags, lines of note, attributes.

Shopify replaces each of these fields whole, so what stands there is always kept beside what is added.
"""

from typing import Any

from crossdock.connectors.shopify.settings import mark
from crossdock.connectors.shopify.wire import Api, members
from crossdock.runtime.ports import Exchange

Row = dict[str, Any]


def read(api: Api, number: str) -> Exchange[Row]:
    """What of an order our commands need to see."""
    fields = "id,tags,note,note_attributes,cancelled_at,financial_status"
    body = yield from api.get(f"orders/{number}.json", fields=fields)
    order = body.get("order")
    return order if isinstance(order, dict) else {}


def write_down(api: Api, order: Row, tag: str, note: str = "") -> Exchange[None]:
    """Adds a line of note, and a tag unless it stands there already."""
    tags = [text for one in str(order.get("tags") or "").split(",") if (text := one.strip())]
    wanted: Row = {}
    if tag not in tags:
        wanted["tags"] = ", ".join([*tags, tag])
    if note:
        wanted["note"] = f"{order.get('note') or ''}\n{note}".strip()
    if wanted:
        yield from _put(api, order, wanted)


def announced(order: Row, name: str) -> dict[str, str]:
    """The values of our attributes `<name> <key>`, by the key of the command that left them."""
    pairs = members(order, "note_attributes")
    ours = [pair for pair in pairs if str(pair.get("name")).startswith(f"{name} ")]
    return {str(pair["name"]).removeprefix(f"{name} "): str(pair.get("value") or "") for pair in ours}


def announce(api: Api, order: Row, name: str, key: str, value: str) -> Exchange[Row]:
    """Says on the order what a command is about to do, before it does it. Answers the order as it then reads."""
    full = f"{name} {key}"
    others = [pair for pair in members(order, "note_attributes") if pair.get("name") != full]
    attributes = {"note_attributes": [*others, {"name": full, "value": value}]}
    if announced(order, name).get(key) != value:
        yield from _put(api, order, attributes)
    return {**order, **attributes}


def refunds(api: Api, number: str) -> Exchange[list[Row]]:
    body = yield from api.get(f"orders/{number}/refunds.json", limit=250)
    return members(body, "refunds")


def is_marked(row: Row, key: str) -> bool:
    """Whether a note carries our mark of that command."""
    return mark(key) in str(row.get("note") or "")


def _put(api: Api, order: Row, fields: Row) -> Exchange[None]:
    id = order.get("id")
    yield from api.send("PUT", f"orders/{id}.json", {"order": {"id": id, **fields}})
