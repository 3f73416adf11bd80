"""What people do by hand in Tryton: phone orders entered, changed and called off, money taken in.

They work in Tryton's own client, which prices and taxes lines as these do; and they press again where it says that
the books are locked.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from crossdock.connectors.tryton.catalog import Catalog
from crossdock.connectors.tryton.client import Record
from crossdock.connectors.tryton.records import Customer, Product
from crossdock.connectors.tryton.settings import Settings
from crossdock.connectors.tryton.wire import Number
from crossdock.simulation.tryton.dataset import FREIGHT
from crossdock.simulation.tryton.exchange import carry_out
from crossdock.simulation.tryton.process import TrytonServer
from crossdock.simulation.tryton.provision import CLERK, CLERK_PASSWORD, PAYMENT_METHOD, Desk


class Office:
    """A clerk at work in a provisioned database, in its first warehouse."""

    def __init__(self, server: TrytonServer) -> None:
        self.desk = Desk(server.url, server.database, CLERK, CLERK_PASSWORD)
        self.desk.use_company()
        settings = Settings("", server.url, server.database, CLERK, CLERK_PASSWORD)
        self._catalog = Catalog(self.desk.client, settings)

    def enter(
        self,
        customer: str,
        quantities: Mapping[str, Decimal],
        today: date,
        *,
        freight: Decimal = Decimal(0),
        reference: str = "",
    ) -> str:
        """Enter and confirm a phone order at the customer's prices; its number. Raises UserError beyond its credit."""
        party = carry_out(self._catalog.customer(customer))
        if party is None:
            raise LookupError(f"Tryton has no customer {customer}")
        products = carry_out(self._catalog.products([*quantities, FREIGHT]))
        lines = [self._line(products[item], party, quantity, today) for item, quantity in quantities.items()]
        if freight:
            lines.append(self._line(products[FREIGHT], party, Decimal(1), today, freight))
        warehouse = carry_out(self._catalog.warehouse())
        (sale,) = self.desk.create(
            "sale.sale",
            {
                "company": self.desk.client.context["company"],
                "party": party.id,
                "invoice_address": party.addresses[0],
                "shipment_address": party.addresses[0],
                "payment_term": party.term,
                "currency": self._currency(),
                "warehouse": warehouse.id,
                "reference": reference or None,
                "sale_date": today,
                "invoice_method": "fulfillment",
                "shipment_method": "order",
                "lines": [("create", lines)],
            },
        )
        self.desk.press("sale.sale", "quote", sale)
        self.desk.press("sale.sale", "confirm", sale)
        return str(self.desk.one("sale.sale", [("id", "=", sale)], "number")["number"])

    def amend(self, number: str, quantities: Mapping[str, Decimal], today: date) -> None:
        """Change the quantities of a sale in process, by item."""
        sale = self.desk.id("sale.sale", ("number", "=", number))
        fields = ("product", "product.code", "unit", "unit_price", "description")
        found = carry_out(self.desk.client.search_read("sale.line", [("sale", "=", sale)], fields))
        lines = [
            {
                "action": "line",
                "line": line["id"],
                "product": line["product"],
                "quantity": Number(quantities[line["product."]["code"]]),
                "unit": line["unit"],
                "unit_price": line["unit_price"],
                "description": line["description"],
            }
            for line in found
            if line["product."]["code"] in quantities
        ]
        values = {"sale": sale, "date": today, "description": "by phone", "lines": [("create", lines)]}
        (amendment,) = self.desk.create("sale.amendment", values)
        self.desk.press("sale.amendment", "validate_amendment", amendment)

    def call_off(self, number: str) -> None:
        """Cancel what is open of a sale in process: its open shipments go, and are not to be made again."""
        sale = self.desk.one("sale.sale", [("number", "=", number)], "shipments", "shipments.state")
        for shipment in sale["shipments."]:
            if shipment["state"] in ("draft", "waiting", "assigned"):
                self.desk.press("stock.shipment.out", "cancel", shipment["id"])
        context = {"active_model": "sale.sale", "active_id": sale["id"], "active_ids": [sale["id"]]}
        wizard = "wizard.sale.handle.shipment.exception"
        session, *_ = self.desk.call(f"{wizard}.create", **context)
        asked = self.desk.call(f"{wizard}.execute", session, {}, "ask", **context)
        moves = asked["view"]["defaults"]["domain_moves"]
        form = {"ask": {"domain_moves": moves, "ignore_moves": moves, "recreate_moves": []}}
        self.desk.call(f"{wizard}.execute", session, form, "handle", **context)
        self.desk.call(f"{wizard}.delete", session, **context)

    def receive(self, customer: str, amount: Decimal, today: date) -> None:
        """Book money that a customer brings on its account."""
        desk = self.desk
        party = desk.id("party.party", ("code", "=", customer))
        fields = ("journal", "debit_account")
        method = desk.one("account.invoice.payment.method", [("name", "=", PAYMENT_METHOD)], *fields)
        receivable = desk.one("account.configuration", [], "default_account_receivable")
        money = {"account": method["debit_account"], "debit": amount, "credit": Decimal(0)}
        owed = {"account": receivable["default_account_receivable"], "party": party}
        (entry,) = desk.create(
            "account.move",
            {
                "company": desk.client.context["company"],
                "journal": method["journal"],
                "period": desk.id("account.period", ("start_date", "<=", today), ("end_date", ">=", today)),
                "date": today,
                "description": f"received from {customer}",
                "lines": [("create", [money, {**owed, "debit": Decimal(0), "credit": amount}])],
            },
        )
        desk.press("account.move", "post", entry)

    def _currency(self) -> int:
        fixtures = carry_out(self._catalog.fixtures())
        return next(iter(fixtures.currencies.values()))

    def _line(
        self, product: Product, party: Customer, quantity: Decimal, today: date, price: Decimal | None = None
    ) -> Record:
        """A line as Tryton's own client fills it in."""
        if price is None:
            context = {
                "customer": party.id,
                "price_list": party.price_list,
                "currency": self._currency(),
                "quantity": Number(quantity),
                "sale_date": today,
            }
            fields = ["sale_price_uom"]
            (priced,) = carry_out(self.desk.client.read("product.product", [product.id], fields, context))
            price = priced["sale_price_uom"]
        taxes = carry_out(self._catalog.taxes(party, product))
        return {
            "type": "line",
            "product": product.id,
            "quantity": Number(quantity),
            "unit": product.unit,
            "unit_price": price,
            "taxes": [("add", list(taxes))] if taxes else [],
        }
