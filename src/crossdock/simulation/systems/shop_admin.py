"""The simulated shop's Admin API: the calls that the Shopify connector makes, as Shopify answers them."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from crossdock.runtime.ports import Response
from crossdock.simulation.systems.base import Call, Failure, Json, reply
from crossdock.simulation.systems.shop_orders import ShopOrder, order_behind

if TYPE_CHECKING:
    from crossdock.simulation.systems.shop import Shop

PREFIX = "/admin/api/2026-10"
_SETTABLE = ("tags", "note", "note_attributes")


class Admin:
    """Routes of one shop."""

    def __init__(self, shop: "Shop") -> None:
        self._shop = shop
        self._pages: dict[str, list[int]] = {}
        one = "/orders/{id}"
        self._route("GET", "/orders.json", self._list)
        self._route("GET", f"{one}.json", lambda call: reply({"order": self._order(call).body}))
        self._route("PUT", f"{one}.json", self._update)
        self._route(
            "GET", f"{one}/fulfillments.json", self._of("fulfillments", lambda order: order.body["fulfillments"])
        )
        self._route("GET", f"{one}/refunds.json", self._of("refunds", lambda order: order.body["refunds"]))
        self._route("GET", f"{one}/transactions.json", self._of("transactions", lambda order: order.transactions))
        self._route("GET", f"{one}/fulfillment_orders.json", self._of("fulfillment_orders", self._fulfillment_orders))
        self._route("POST", "/fulfillments.json", self._fulfil)
        self._route("POST", f"{one}/cancel.json", self._cancel)
        self._route("POST", f"{one}/refunds.json", self._refund)
        self._route("POST", f"{one}/transactions.json", self._capture)
        self._route("GET", "/webhooks.json", lambda call: reply({"webhooks": shop.subscriptions}))
        self._route("POST", "/webhooks.json", self._subscribe)

    def _route(self, method: str, template: str, handler: Callable[[Call], Response]) -> None:
        self._shop.route(method, PREFIX + template.replace(".json", r"\.json"), handler)

    def _order(self, call: Call) -> ShopOrder:
        order = self._shop.orders.get(int(call.path["id"])) if call.path["id"].isdigit() else None
        if order is None:
            raise Failure(404, "Not Found")
        return order

    def _of(self, name: str, rows: Callable[[ShopOrder], list[Json]]) -> Callable[[Call], Response]:
        return lambda call: reply({name: rows(self._order(call))})

    # --- reads -----------------------------------------------------------------------------------------------------

    def _list(self, call: Call) -> Response:
        limit = min(int(call.query.get("limit", "50")), 250)
        if "page_info" in call.query:
            if call.query["page_info"] not in self._pages:
                raise Failure(400, "Invalid value for page_info")
            ids = self._pages[call.query["page_info"]]
        else:
            since = datetime.fromisoformat(call.query.get("updated_at_min", "1970-01-01T00:00:00+00:00"))
            stamped = [(one.changed_at, id) for id, one in self._shop.orders.items() if one.changed_at >= since]
            ids = [id for _, id in sorted(stamped)]
        page, rest = ids[:limit], ids[limit:]
        response = reply({"orders": [self._shop.orders[id].body for id in page]})
        if not rest:
            return response
        info = f"page{len(self._pages) + 1}"
        self._pages[info] = rest
        link = f'<https://{self._shop.name}.example{PREFIX}/orders.json?limit={limit}&page_info={info}>; rel="next"'
        return Response(200, {**response.headers, "link": link}, response.body)

    def _fulfillment_orders(self, order: ShopOrder) -> list[Json]:
        lines = [
            {
                "id": int(line["id"]) + 5_000_000_000,
                "line_item_id": line["id"],
                "quantity": line["quantity"],
                "fulfillable_quantity": line["fulfillable_quantity"],
            }
            for line in order.lines()
        ]
        still_open = any(line["fulfillable_quantity"] for line in lines)
        status = "cancelled" if order.body["cancelled_at"] else ("open" if still_open else "closed")
        one = {"id": order.fulfillment_order, "order_id": order.id, "status": status, "assigned_location_id": 1}
        return [one | {"line_items": lines}]

    # --- writes ----------------------------------------------------------------------------------------------------

    def _update(self, call: Call) -> Response:
        order = self._order(call)
        asked = call.body["order"]
        if asked.get("note") and asked["note"] != order.body["note"]:
            called = (self._shop.name, order.number)
            self._shop.ledger.note(call.now, "noted", called, document=str(order.id), note=asked["note"])
        order.body |= {name: value for name, value in asked.items() if name in _SETTABLE}
        self._shop.changed(order, call.now)
        return reply({"order": order.body})

    def _fulfil(self, call: Call) -> Response:
        asked = call.body["fulfillment"]
        (part,) = asked["line_items_by_fulfillment_order"]
        order = self._shop.orders.get(order_behind(part["fulfillment_order_id"]))
        if order is None:
            raise Failure(404, "Not Found")
        wanted = [
            (order.line(int(one["id"]) - 5_000_000_000), int(one["quantity"]))
            for one in part["fulfillment_order_line_items"]
        ]
        for line, units in wanted:
            if units < 1 or units > line["fulfillable_quantity"]:
                raise Failure(422, f"Line {line['id']} has only {line['fulfillable_quantity']} left to fulfil")
        tracking = asked.get("tracking_info", {})
        made = {
            "id": self._shop.new_id(1),
            "order_id": order.id,
            "status": "success",
            "tracking_company": tracking.get("company"),
            "tracking_number": tracking.get("number"),
            "tracking_numbers": [tracking["number"]] if tracking.get("number") else [],
            "line_items": [{"id": line["id"], "quantity": units} for line, units in wanted],
        }
        for line, units in wanted:
            line["fulfillable_quantity"] -= units
            line["fulfillment_status"] = "partial" if line["fulfillable_quantity"] else "fulfilled"
            number = str(tracking.get("number") or "")
            self._shop.note(order, "fulfilled", call.now, line, Decimal(units), str(made["id"]), number)
        order.body["fulfillments"].append(made)
        self._shop.changed(order, call.now)
        return reply({"fulfillment": made}, 201)

    def _cancel(self, call: Call) -> Response:
        order = self._order(call)
        self._shop.set_cancelled(order, call.body.get("reason", "other"), call.now, "by api")
        return reply({"order": order.body})

    def _refund(self, call: Call) -> Response:
        order = self._order(call)
        return reply({"refund": self._shop.give_back(order, call.body["refund"], call.now, "by api")}, 201)

    def _capture(self, call: Call) -> Response:
        order, asked = self._order(call), call.body["transaction"]
        parent = next((one for one in order.transactions if one["id"] == asked["parent_id"]), None)
        if parent is None or parent["kind"] != "authorization":
            raise Failure(422, "the parent transaction is no authorization")
        if order.auth_expires is not None and call.now > order.auth_expires:
            raise Failure(422, "the authorization has expired")
        amount = Decimal(asked["amount"])
        if amount > Decimal(parent["amount"]) - order.moved("capture"):
            raise Failure(422, "the amount is more than what is left of the authorization")
        made = self._shop.transact(order, "capture", amount, call.now, parent["id"])
        order.reckon(self._shop.catalogue)
        self._shop.changed(order, call.now)
        return reply({"transaction": made}, 201)

    def _subscribe(self, call: Call) -> Response:
        asked = call.body["webhook"]
        return reply({"webhook": self._shop.subscribe(asked["topic"], asked["address"])}, 201)
