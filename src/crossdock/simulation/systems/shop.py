"""A simulated Shopify-shaped shop: customers order, pay, change their minds; its Admin API and webhooks are Shopify's
in shape (REST Admin API, 2026-10; webhook headers and HMAC as Shopify documents them)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from crossdock.model.parties import Address
from crossdock.runtime.ports import Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.base import Callback, Failure, Json, Simulated, encode, reply
from crossdock.simulation.systems.catalogue import Catalogue
from crossdock.simulation.systems.faults import NONE, Faults
from crossdock.simulation.systems.shop_admin import Admin
from crossdock.simulation.systems.shop_orders import Basket, ShopOrder, cents, new_order, readdress, stamp

_TOPICS = ("orders/create", "orders/updated", "orders/cancelled", "refunds/create", "app/uninstalled")
_TICK = timedelta(milliseconds=1)


class Shop(Simulated):
    """One shop. `first` begins its order numbers; ids of different shops differ. With an intake it starts
    subscribed."""

    def __init__(
        self,
        name: str,
        token: str,
        secret: str,
        intake: str,
        catalogue: Catalogue,
        first: int = 1001,
        faults: Faults = NONE,
        chance: Chance | None = None,
        card_valid: timedelta = timedelta(days=7),
    ) -> None:
        super().__init__(name, token, faults, chance)
        self.secret = secret
        self.catalogue = catalogue
        self.card_valid = card_valid
        self.orders: dict[int, ShopOrder] = {}
        self.subscriptions: list[Json] = []
        self._by_number: dict[str, ShopOrder] = {}
        self._notices = 0
        self._ids = (
            450_000_000 + int.from_bytes(hashlib.blake2b(name.encode(), digest_size=2).digest(), "big") * 1_000_000
        )
        self._next = first
        self._muted: dict[str, tuple[str, ...]] = {}
        self._twice: set[str] = set()
        if intake:
            for topic in _TOPICS:
                self.subscribe(topic, f"{intake}/in/{name}/{topic}")
        Admin(self)

    # --- what customers do -----------------------------------------------------------------------------------------

    def place(
        self,
        basket: Basket,
        now: datetime,
        *,
        placed_at: datetime | None = None,
        never: tuple[str, ...] = (),
        twice: bool = False,
    ) -> str:
        """An order's number. `never` are topics that are not sent for it; `twice` sends each webhook of it twice."""
        self.advance(now)
        order = new_order(self.new_id(1), self._next, basket, self.catalogue, placed_at or now, now)
        self.new_id(99)  # its lines and the rest of it are numbered from its own id
        self._next += 1
        self.orders[order.id] = order
        self._by_number[order.number] = order
        self._muted[order.number] = never
        if twice:
            self._twice.add(order.number)
        total = Decimal(order.body["total_price"])
        if basket.paid_by == "card":
            order.auth_expires = (placed_at or now) + self.card_valid
            self.transact(order, "authorization", total, placed_at or now)
        if basket.paid_by == "prepaid":
            self.transact(order, "sale", total, now)
            order.reckon(self.catalogue)
        order.settle()
        for line in order.lines():
            self.note(order, "placed", now, line, Decimal(line["quantity"]))
        self.notify("orders/create", order, now)
        return order.number

    def edit(self, number: str, quantities: dict[str, int], now: datetime) -> None:
        """A customer changes quantities, by item; 0 takes a line away, an item that is not there adds one."""
        order = self._order(number)
        for item, wanted in quantities.items():
            line = next((one for one in order.lines() if one["sku"] == item), None)
            if line is None:
                extra = new_order(0, 0, Basket(((item, Decimal(wanted)),), ""), self.catalogue, now, now)
                line = next(extra.lines())
                line["id"] = self.new_id(1)
                order.body["line_items"].append(line)
            gone = line["current_quantity"] - line["fulfillable_quantity"]
            line["quantity"] = max(line["quantity"], wanted)
            line["current_quantity"] = wanted
            line["fulfillable_quantity"] = max(wanted - gone, 0)
            self.note(order, "edited", now, line, Decimal(wanted))
        order.reckon(self.catalogue)
        self.changed(order, now)

    def move(self, number: str, address: Address, now: datetime) -> None:
        """A customer corrects the address."""
        order = self._order(number)
        readdress(order, address)
        self.changed(order, now)

    def pay(self, number: str, now: datetime) -> None:
        """A customer pays what is outstanding."""
        order = self._order(number)
        self.transact(order, "sale", Decimal(order.body["total_outstanding"]), now)
        order.reckon(self.catalogue)
        self.changed(order, now)

    def cancel(self, number: str, now: datetime) -> None:
        """A customer cancels."""
        self.set_cancelled(self._order(number), "customer", now, "by customer")

    def refund(self, number: str, amount: Decimal, now: datetime) -> None:
        """The shop's staff gives money back, and no goods return."""
        order = self._order(number)
        parent = next(one for one in order.transactions if one["kind"] in ("sale", "capture"))
        moved = [{"parent_id": parent["id"], "amount": cents(amount), "kind": "refund", "gateway": "bogus"}]
        self.give_back(order, {"note": "goodwill", "refund_line_items": [], "transactions": moved}, now, "by staff")

    @property
    def next_number(self) -> str:
        """What the next order will be called."""
        return f"#{self._next}"

    def _order(self, number: str) -> ShopOrder:
        return self._by_number[number]

    # --- what an order goes through, whoever asked -----------------------------------------------------------------

    def new_id(self, step: int) -> int:
        self._ids += step
        return self._ids

    def transact(self, order: ShopOrder, kind: str, amount: Decimal, now: datetime, parent: int | None = None) -> Json:
        """Money is authorised or moves."""
        made = {
            "id": self.new_id(1),
            "order_id": order.id,
            "parent_id": parent,
            "kind": kind,
            "status": "success",
            "amount": cents(amount),
            "currency": order.body["currency"],
            "gateway": "bogus",
            "created_at": stamp(now),
            "authorization": f"auth-{self._ids}",
            "message": None,
        }
        order.transactions.append(made)
        number = (self.name, order.number)
        self.ledger.note(
            now, f"gateway_{kind}", number, amount=amount, document=str(made["id"]), other=str(parent or "")
        )
        return made

    def set_cancelled(self, order: ShopOrder, reason: str, now: datetime, by: str) -> None:
        if order.body["cancelled_at"] or any(order.body["fulfillments"]):
            raise Failure(422, "Cannot cancel an order that is cancelled or has fulfillments")
        order.body |= {"cancelled_at": stamp(now), "cancel_reason": reason}
        for line in order.lines():
            self.note(order, "cancelled", now, line, Decimal(line["current_quantity"]), note=by)
            line["current_quantity"] = line["fulfillable_quantity"] = 0
        self.changed(order, now)
        self.notify("orders/cancelled", order, now)

    def give_back(self, order: ShopOrder, asked: Json, now: datetime, by: str) -> Json:
        """A refund: cancelled units, money, or both."""
        refund: Json = {
            "id": self.new_id(1),
            "order_id": order.id,
            "created_at": stamp(now),
            "note": asked.get("note", ""),
            "refund_line_items": [],
            "transactions": [],
        }
        for one in asked.get("refund_line_items", []):
            line = order.line(one["line_item_id"])
            units = int(one["quantity"])
            if units > line["fulfillable_quantity"]:
                raise Failure(422, "Quantity cannot refund more items than were purchased")
            line["current_quantity"] -= units
            line["fulfillable_quantity"] -= units
            kind = {"line_item_id": line["id"], "quantity": units, "restock_type": one["restock_type"]}
            refund["refund_line_items"].append({"id": self.new_id(1), **kind})
            self.note(order, "cancelled", now, line, Decimal(units), str(refund["id"]), note=by)
        for one in asked.get("transactions", []):
            amount = Decimal(one["amount"])
            self._leaves_enough(order, int(one["parent_id"]), amount)
            refund["transactions"].append(self.transact(order, "refund", amount, now, int(one["parent_id"])))
        order.body["refunds"].append(refund)
        self.changed(order, now)
        self.notify("refunds/create", order, now, refund)
        return refund

    def _leaves_enough(self, order: ShopOrder, parent: int, amount: Decimal) -> None:
        paid = sum(Decimal(one["amount"]) for one in order.transactions if one["id"] == parent)
        back = sum(Decimal(one["amount"]) for one in order.transactions if one["parent_id"] == parent)
        if amount > paid - back:
            raise Failure(422, "Refund amount is more than what is left of the transaction")

    def changed(self, order: ShopOrder, now: datetime) -> None:
        """Statuses follow, the time of change moves on, and subscribers hear of it."""
        order.settle()
        order.changed_at = max(now, order.changed_at + _TICK)
        order.body["updated_at"] = stamp(order.changed_at)
        self.notify("orders/updated", order, now)

    def note(
        self,
        order: ShopOrder,
        kind: str,
        now: datetime,
        line: Json,
        quantity: Decimal,
        document: str = "",
        other: str = "",
        note: str = "",
    ) -> None:
        """A row of the ledger about a line."""
        self.ledger.note(
            now,
            kind,
            (self.name, order.number),
            line=str(line["id"]),
            item=line["sku"],
            quantity=quantity,
            amount=Decimal(line["price"]) * quantity,
            document=document or str(order.id),
            other=other,
            note=note,
        )

    # --- webhooks --------------------------------------------------------------------------------------------------

    def subscribe(self, topic: str, address: str) -> Json:
        if any(one["topic"] == topic and one["address"] == address for one in self.subscriptions):
            raise Failure(422, "address for this topic has already been taken")
        made = {"id": self.new_id(1), "topic": topic, "address": address, "format": "json"}
        self.subscriptions.append(made)
        self.subscribed = True
        return made

    def unsubscribe(self) -> None:
        super().unsubscribe()
        self.subscriptions.clear()

    def notify(self, topic: str, order: ShopOrder, now: datetime, about: Json | None = None) -> None:
        """Send a notice to each address that subscribed to the topic."""
        body = encode(about or order.body)
        never, twice = topic in self._muted[order.number], order.number in self._twice
        for address in [one["address"] for one in self.subscriptions if one["topic"] == topic]:
            self._notices += 1
            id = f"{self.name}-{self._notices}"
            self.call_back(id, topic, body, now, to=address, never=never, twice=twice)

    def request_for(self, callback: Callback, now: datetime) -> Request:
        digest = hmac.new(self.secret.encode(), callback.body, hashlib.sha256).digest()
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": callback.type,
            "X-Shopify-Webhook-Id": callback.id,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-Shop-Domain": f"{self.name}.example",
            "X-Shopify-Api-Version": "2026-10",
            "X-Shopify-Triggered-At": stamp(now),
        }
        return Request("POST", callback.to, headers, callback.body, 5.0)

    # --- how Shopify speaks ----------------------------------------------------------------------------------------

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return headers.get("x-shopify-access-token") == self.token

    def refusal(self, failure: Failure) -> Response:
        words = "[API] Invalid API key or access token" if failure.status == 401 else failure.detail
        return reply({"errors": words}, failure.status)
