"""A shop in memory that answers the requests of the connector, and drops answers where a test says so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Generator
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from crossdock.runtime.ports import NoAnswer, Request, Response

T = TypeVar("T")
Answer = tuple[int, Any]
_BASE = "/admin/api/2026-10/"
_VOID = ("cancelled", "error", "failure")


class FakeShop:
    """One order with its effects. `lose` is the number of the write whose answer is dropped, from 1; 0 for none."""

    def __init__(self) -> None:
        self.order: dict[str, Any] = {"id": 7001, "tags": "vip", "note": "ring twice", "note_attributes": []}
        self.lines = {11: 3, 12: 2}
        self.fulfilments: list[dict[str, Any]] = []
        self.refunds: list[dict[str, Any]] = []
        self.transactions: list[dict[str, Any]] = []
        self.subscriptions: list[dict[str, Any]] = []
        self.hold = False
        self.requests: list[Request] = []
        self.writes = 0
        self.lose = 0
        self.commits_lost = True
        self.script: list[Response] = []
        self._last_id = 100

    # --- driving ----------------------------------------------------------------------------------------------------

    def run(self, conversation: Generator[Request, Response, T]) -> T:
        """Drives a conversation to its end, as a lane does; NoAnswer passes out."""
        response: Any = None
        lost: NoAnswer | None = None
        while True:
            try:
                request = conversation.throw(lost) if lost else conversation.send(response)
            except StopIteration as end:
                value: T = end.value
                return value
            response, lost = None, None
            try:
                response = self.handle(request)
            except NoAnswer as error:
                lost = error

    def handle(self, request: Request) -> Response:
        assert request.headers["x-shopify-access-token"] == "a-token"
        self.requests.append(request)
        if self.script:
            return self.script.pop(0)
        if request.method != "GET":
            self.writes += 1
            if self.writes == self.lose:
                if self.commits_lost:
                    self._answer(request)
                raise NoAnswer("the answer was lost")
        status, body = self._answer(request)
        return Response(status, {"content-type": "application/json"}, json.dumps(body).encode())

    def _answer(self, request: Request) -> Answer:
        url = urlsplit(request.url)
        assert url.path.startswith(_BASE)
        path = url.path.removeprefix(_BASE)
        body = json.loads(request.body) if request.body else {}
        for method, pattern, answer in self._routes():
            if method == request.method and re.fullmatch(pattern, path):
                return answer(body | {"query": parse_qs(url.query)})
        return 404, {"errors": "Not Found"}

    def _routes(self) -> list[tuple[str, str, Callable[[dict[str, Any]], Answer]]]:
        return [
            ("GET", r"orders/7001\.json", lambda _: (200, {"order": self.order})),
            ("PUT", r"orders/7001\.json", self._put),
            ("GET", r"orders/7001/fulfillments\.json", lambda _: (200, {"fulfillments": self.fulfilments})),
            ("GET", r"orders/7001/fulfillment_orders\.json", self._fulfillment_orders),
            ("GET", r"orders/7001/transactions\.json", lambda _: (200, {"transactions": self.transactions})),
            ("GET", r"orders/7001/refunds\.json", lambda _: (200, {"refunds": self.refunds})),
            ("GET", r"webhooks\.json", lambda _: (200, {"webhooks": self.subscriptions})),
            ("POST", r"fulfillments\.json", self._fulfil),
            ("POST", r"orders/7001/cancel\.json", self._cancel),
            ("POST", r"orders/7001/refunds\.json", self._refund),
            ("POST", r"orders/7001/transactions\.json", self._capture),
            ("POST", r"webhooks\.json", self._subscribe),
        ]

    # --- effects ----------------------------------------------------------------------------------------------------

    def _id(self) -> int:
        self._last_id += 1
        return self._last_id

    def open_units(self, line: int) -> int:
        sent: int = sum(
            item["quantity"]
            for one in self.fulfilments
            if one["status"] not in _VOID
            for item in one["line_items"]
            if item["id"] == line
        )
        back: int = sum(
            item["quantity"]
            for one in self.refunds
            for item in one["refund_line_items"]
            if item["line_item_id"] == line
        )
        return self.lines[line] - sent - back

    def _fulfillment_orders(self, _: dict[str, Any]) -> Answer:
        items = [{"id": n * 10, "line_item_id": n, "fulfillable_quantity": self.open_units(n)} for n in self.lines]
        status = "on_hold" if self.hold else "open"
        return 200, {
            "fulfillment_orders": [{"id": 1, "status": status, "assigned_location_id": 77, "line_items": items}]
        }

    def _put(self, body: dict[str, Any]) -> Answer:
        self.order = {**self.order, **body["order"]}
        return 200, {"order": self.order}

    def _fulfil(self, body: dict[str, Any]) -> Answer:
        wanted = body["fulfillment"]
        items = [
            {"id": item["id"] // 10, "quantity": item["quantity"]}
            for order in wanted["line_items_by_fulfillment_order"]
            for item in order["fulfillment_order_line_items"]
        ]
        if any(item["quantity"] > self.open_units(item["id"]) for item in items):
            return 422, {"errors": ["Invalid fulfillment order line item quantity requested."]}
        made = {"id": self._id(), "status": "success", "line_items": items, **wanted["tracking_info"]}
        self.fulfilments.append({**made, "tracking_number": made.pop("number")})
        return 201, {"fulfillment": self.fulfilments[-1]}

    def _cancel(self, body: dict[str, Any]) -> Answer:
        if self.order.get("cancelled_at") or self.fulfilments:
            return 422, {"errors": {"base": ["Cannot cancel a fulfilled order"]}}
        self.order = {**self.order, "cancelled_at": "2026-03-03T10:00:00Z", "cancel_reason": body["reason"]}
        return 200, {"order": self.order}

    def _refund(self, body: dict[str, Any]) -> Answer:
        wanted = body["refund"]
        if any(item["quantity"] > self.open_units(item["line_item_id"]) for item in wanted["refund_line_items"]):
            return 422, {"errors": {"refund_line_items.quantity": ["cannot refund more items than were purchased"]}}
        for row in wanted["transactions"]:
            self.transactions.append({**row, "id": self._id(), "status": "success"})
        self.refunds.append({**wanted, "id": self._id()})
        return 201, {"refund": self.refunds[-1]}

    def _capture(self, body: dict[str, Any]) -> Answer:
        wanted = body["transaction"]
        parent = next(row for row in self.transactions if row["id"] == wanted["parent_id"])
        taken = sum((Decimal(row["amount"]) for row in self.captures()), Decimal(0))
        if taken + Decimal(wanted["amount"]) > Decimal(parent["amount"]):
            return 422, {"errors": {"base": ["The amount is more than what is authorized"]}}
        made = {
            **wanted,
            "id": self._id(),
            "status": "success",
            "created_at": "2026-03-03T10:00:00Z",
            "gateway": "bogus",
        }
        self.transactions.append(made)
        return 201, {"transaction": made}

    def captures(self) -> list[dict[str, Any]]:
        return [row for row in self.transactions if row["kind"] == "capture"]

    def _subscribe(self, body: dict[str, Any]) -> Answer:
        wanted = body["webhook"]
        if any((one["topic"], one["address"]) == (wanted["topic"], wanted["address"]) for one in self.subscriptions):
            return 422, {"errors": {"address": ["for this topic has already been taken"]}}
        self.subscriptions.append({**wanted, "id": self._id()})
        return 201, {"webhook": self.subscriptions[-1]}
