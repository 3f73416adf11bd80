"""The simulated ERP: it speaks the JSON contract, has no idempotency keys, and books whatever it is told,
twice if told
twice. So whatever is doubled shows in its ledger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from crossdock.runtime.ports import Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.base import Call, Failure, Json, reply
from crossdock.simulation.systems.books import Books, Sale
from crossdock.simulation.systems.catalogue import Catalogue
from crossdock.simulation.systems.contract import SigningSystem
from crossdock.simulation.systems.faults import NONE, Faults


class Erp(SigningSystem):
    """Prices, credit, sales, shipments, invoices and payments. `visible_after` delays what a look-up can see
    of a write."""

    def __init__(
        self,
        name: str,
        token: str,
        catalogue: Catalogue,
        secret: str = "",
        intake: str = "",
        faults: Faults = NONE,
        chance: Chance | None = None,
        visible_after: timedelta = timedelta(),
    ) -> None:
        super().__init__(name, token, secret, intake, faults, chance)
        self.catalogue = catalogue
        self.books = Books(self.ledger, catalogue)
        self.visible_after = visible_after
        sale = "/v1/sales/{number}"
        self.route("POST", "/v1/quotes", self._quote)
        self.route("GET", "/v1/customers/{number}/credit", self._credit)
        self.route("POST", "/v1/sales", self._create)
        self.route("GET", "/v1/sales", self._search)
        self.route("GET", sale, lambda call: reply(self._sale(call).body))
        self.route("PUT", sale, self._change)
        self.route("POST", f"{sale}/cancellation", self._cancel)
        self.route("POST", f"{sale}/shipments", self._posting(self.books.post_shipment))
        self.route("GET", f"{sale}/shipments", self._listing("shipments", "number"))
        self.route("POST", f"{sale}/invoices", self._posting(self.books.post_invoice))
        self.route("GET", f"{sale}/invoices", self._listing("invoices", "bill"))
        self.route("POST", f"{sale}/payments", self._posting(self.books.register_payment))
        self.route("GET", f"{sale}/payments", self._listing("payments", "reference"))
        self.route("POST", f"{sale}/credit-notes", self._posting(self.books.post_credit_note))
        self.route("GET", f"{sale}/credit-notes", self._listing("credit_notes", "reference"))
        self.route("GET", "/v1/changes/sales", self._changed_sales)
        self.route("GET", "/v1/changes/stock", lambda call: self._page(call, self.books.movements, "at"))

    @property
    def next_number(self) -> str:
        """What the next sale will be called."""
        return self.books.next_sale

    # --- what its own people do -------------------------------------------------------------------

    def enter(self, body: Json, now: datetime) -> str:
        """A clerk enters a phone order: the contract's sale request without reference. The sale's number."""
        self.advance(now)
        sale = self.books.create(body | {"reference": ""}, now, "staff")
        self.tell("sale.changed", sale.body, now)
        return sale.number

    def amend(self, number: str, lines: list[Json], now: datetime) -> None:
        """A clerk changes the lines of a sale that was entered here."""
        self.advance(now)
        sale = self.books.sales[number]
        body = sale.body | {"lines": lines, "revision": sale.body["revision"] + 1, "total": None}
        self.books.change(sale, body, now, "staff")
        self.tell("sale.changed", sale.body, now)

    def cancel(self, number: str, reason: str, now: datetime) -> None:
        """A clerk cancels a sale."""
        self.advance(now)
        sale = self.books.sales[number]
        self.books.cancel(sale, {"reason": reason}, now, "staff")
        self.tell("sale.changed", sale.body, now)

    def move_stock(self, item: str, warehouse: str, quantity: Decimal, reason: str, now: datetime) -> None:
        """A clerk books a movement of stock here."""
        self.advance(now)
        moved = self.books.move(item, warehouse, quantity, reason, now)
        self.tell("stock.moved", moved, now)

    def pay(self, customer: str, amount: Decimal, now: datetime) -> None:
        """A customer pays what it owed before."""
        self.advance(now)
        self.books.receive(customer, amount, now)

    # --- queries ----------------------------------------------------------------------------------

    def _quote(self, call: Call) -> Response:
        asked = call.body["customer"]
        customer = self.books.customer(asked.get("number", ""), asked.get("email", ""))
        if customer is None and not asked.get("guest", False):
            who = asked.get("number") or asked.get("email") or asked.get("name") or "without number"
            return reply(
                {
                    "customer": "",
                    "currency": call.body["currency"],
                    "lines": [],
                    "problem": f"unknown customer {who}",
                }
            )
        number = customer.number if customer else ""
        lines = [self._quote_line(line, number) for line in call.body["lines"]]
        on_account = customer.on_account if customer else False
        answer = {"customer": number, "currency": self.catalogue.currency, "lines": lines}
        return reply(answer | {"on_account_allowed": on_account})

    def _quote_line(self, asked: Json, customer: str) -> Json:
        item = self.catalogue.items.get(asked["item"])
        if item is None:
            return {"id": asked["id"], "problem": f"unknown item {asked['item']}"}
        price, source = self.catalogue.price(item.number, customer)
        net = price * Decimal(asked["quantity"]) - Decimal(asked.get("discount", "0"))
        components = [{"item": part, "per_kit": per} for part, per in item.components]
        return {
            "id": asked["id"],
            "price": {"amount": price, "unit": "EA", "source": source},
            "tax": self.catalogue.tax(net, customer),
            "item": {
                "number": item.number,
                "name": item.name,
                "kind": "kit" if components else "goods",
                "components": components,
                "weight_kg": item.weight_kg,
                "substitutes": list(item.substitutes),
            },
        }

    def _credit(self, call: Call) -> Response:
        customer = self.books.customer(call.path["number"], "")
        if customer is None:
            raise Failure(404, f"unknown customer {call.path['number']}", "unknown_customer")
        open_orders = [
            {"sale": sale.number, "reference": sale.body["reference"], "amount": amount}
            for sale, amount in self.books.open_orders(customer.number)
        ]
        receivables = self.books.receivables(customer.number)
        answer = {
            "customer": customer.number,
            "currency": self.catalogue.currency,
            "receivables": receivables,
        }
        return reply(answer | {"open_orders": open_orders, "limit": customer.limit})

    # --- sales ------------------------------------------------------------------------------------

    def _sale(self, call: Call) -> Sale:
        sale = self.books.sales.get(call.path["number"])
        if sale is None:
            raise Failure(404, f"there is no sale {call.path['number']}", "unknown_sale")
        return sale

    def _create(self, call: Call) -> Response:
        return reply(self.books.create(call.body, call.now, "api").body, 201)

    def _search(self, call: Call) -> Response:
        seen = call.now - self.visible_after
        found = [
            sale.body for sale in self.books.by_reference.get(call.query["reference"], []) if sale.entered_at <= seen
        ]
        return reply({"sales": found})

    def _change(self, call: Call) -> Response:
        sale = self._sale(call)
        self.books.change(sale, call.body, call.now, "api")
        return reply(sale.body)

    def _cancel(self, call: Call) -> Response:
        sale = self._sale(call)
        self.books.cancel(sale, call.body, call.now, "api")
        return reply(sale.body)

    def _posting(self, book: Callable[[Sale, Json, datetime], Json]) -> Callable[[Call], Response]:
        return lambda call: reply(book(self._sale(call), call.body, call.now), 201)

    def _listing(self, what: str, by: str) -> Callable[[Call], Response]:
        def found(call: Call) -> Response:
            rows: list[Json] = getattr(self._sale(call), what)
            return reply({what: [row for row in rows if str(row[by]) == call.query[by]]})

        return found

    # --- changes ----------------------------------------------------------------------------------

    def _changed_sales(self, call: Call) -> Response:
        by_staff = [self.books.sales[number].body for number in self.books.touched_by_staff]
        return self._page(call, by_staff, "changed_at")

    def _page(self, call: Call, rows: list[dict[str, Any]], time: str) -> Response:
        since = datetime.fromisoformat(call.query["since"]) if "since" in call.query else None
        found = sorted((row for row in rows if since is None or row[time] >= since), key=lambda row: row[time])
        start, limit = int(call.query.get("page", "0")), int(call.query.get("limit", "200"))
        page = found[start : start + limit]
        rest = str(start + limit) if start + limit < len(found) else ""
        return reply({"rows": page, "until": page[-1][time] if page else None, "next": rest})
