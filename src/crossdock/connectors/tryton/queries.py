"""What the connector answers now: prices and taxes of an order, a customer's credit position, stock by warehouse."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from crossdock.connectors.tryton import records
from crossdock.connectors.tryton.catalog import Catalog
from crossdock.connectors.tryton.client import Record, TrytonClient
from crossdock.connectors.tryton.mapping import item_of, tax_on
from crossdock.connectors.tryton.records import Customer, Product, Warehouse
from crossdock.connectors.tryton.sales import order_of_reference
from crossdock.connectors.tryton.settings import Settings
from crossdock.connectors.tryton.wire import Number
from crossdock.model import commands, events
from crossdock.model.events import LineQuote
from crossdock.model.invoices import CreditPosition, OpenOrder
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.prices import Price
from crossdock.model.quantities import ZERO, Money
from crossdock.runtime.connector import Done, Outcome, Refused
from crossdock.runtime.ports import Exchange


class Queries:
    """Questions; they change nothing."""

    def __init__(self, client: TrytonClient, catalog: Catalog, settings: Settings) -> None:
        self._client = client
        self._catalog = catalog
        self._settings = settings

    # --- prices ------------------------------------------------------------------------------------------------------

    def quote(self, command: commands.QuoteOrder, now: datetime) -> Exchange[Outcome]:
        """Customer, prices, taxes and items of an order. What is unknown is named by line."""
        order = command.order
        sold_to = order.parties.sold_to
        number = sold_to.number or (self._settings.guest_customer if sold_to.guest else "")
        customer = yield from self._catalog.customer(number, sold_to.email)
        if customer is None:
            named = number or sold_to.email
            problem = f"Tryton has no customer {named}" if named else "the order names no customer"
            return Done((events.OrderQuoted(order.key, "", (), problem),))
        products = yield from self._catalog.products({line.item for line in order.lines})
        prices = yield from self._prices(order, customer, products, now.date())
        quotes = []
        for line in order.lines:
            product = products.get(line.item)
            if product is None or not product.salable:
                quotes.append(LineQuote(line.id, problem=f"Tryton sells no item {line.item}"))
            elif (amount := prices.get(line.id)) is None:
                quotes.append(LineQuote(line.id, item=item_of(product), problem=f"{line.item} has no price"))
            else:
                quotes.append((yield from self._line_quote(order, line, product, customer, amount)))
        allowed = customer.term is not None and customer.term_name not in self._settings.prepaid_terms
        return Done((events.OrderQuoted(order.key, customer.number, tuple(quotes), on_account_allowed=allowed),))

    def _prices(
        self, order: SalesOrder, customer: Customer, products: dict[str, Product], today: date
    ) -> Exchange[dict[str, Decimal | None]]:
        """Prices of one base unit by line. The quantity goes by the context: one request for each."""
        currency = yield from self._catalog.currency(order.currency)
        prices: dict[str, Decimal | None] = {}
        known = [line for line in order.lines if line.item in products]
        for quantity in sorted({line.quantity.base for line in known}):
            lines = [line for line in known if line.quantity.base == quantity]
            context = {
                "customer": customer.id,
                "price_list": customer.price_list,
                "currency": currency,
                "quantity": Number(quantity),
                "sale_date": today,
            }
            ids = sorted({products[line.item].id for line in lines})
            found = yield from self._client.read("product.product", ids, ["sale_price_uom"], context)
            by_id = {record["id"]: record["sale_price_uom"] for record in found}
            prices |= {line.id: by_id[products[line.item].id] for line in lines}
        return prices

    def _line_quote(
        self, order: SalesOrder, line: SalesOrderLine, product: Product, customer: Customer, amount: Decimal
    ) -> Exchange[LineQuote]:
        price = Price(
            Money(amount * line.quantity.pack, order.currency),
            line.quantity.unit,
            source="contract" if customer.price_list else "list",
        )
        taxes: tuple[int, ...] = ()
        if not order.parties.sold_to.tax_exempt:
            taxes = yield from self._catalog.taxes(customer, product)
        fixtures = yield from self._catalog.fixtures()
        discount = sum((one.amount.amount for one in line.discounts), ZERO)
        net = (amount * line.quantity.base - discount).quantize(Decimal("0.01"))
        tax = Money(tax_on(net, taxes, fixtures.taxes), order.currency)
        return LineQuote(line.id, price, tax, item_of(product))

    # --- credit ------------------------------------------------------------------------------------------------------

    def credit(self, command: commands.ReadCreditPosition, now: datetime) -> Exchange[Outcome]:
        """What the customer owes, and its open orders as Tryton counts them: untaxed, what is not billed yet."""
        customer = yield from self._catalog.customer(command.customer)
        if customer is None:
            return Refused(f"Tryton has no customer {command.customer}", "customer")
        # Open orders first: one that is billed between the two reads counts twice rather than not at all.
        open_orders = yield from self._open_orders(customer)
        fields = ("credit_limit_amount", "receivable", "currency.code")
        (record,) = yield from self._client.read("party.party", [customer.id], fields)
        currency = records.linked(record, "currency").get("code") or command.currency
        limit = record["credit_limit_amount"]
        position = CreditPosition(
            customer.number,
            None if limit is None else Money(limit, currency),
            Money(record["receivable"] or ZERO, currency),
            tuple(OpenOrder(reference, Money(amount, currency)) for reference, amount in open_orders.items()),
            now,
        )
        return Done((events.CreditPositionRead(command.order, position),))

    def _open_orders(self, customer: Customer) -> Exchange[dict[str, Decimal]]:
        """Unbilled amounts by our reference, or by the key that an order entered in Tryton has with us."""
        domain = [
            ("sale.party", "=", customer.id),
            ("sale.state", "in", ["confirmed", "processing"]),
            ("type", "=", "line"),
            ("quantity", ">", 0),
        ]
        fields = ("quantity", "unit_price", "sale.reference", "sale.number", "sale.create_uid")
        found = yield from self._client.search_read(
            "sale.line", domain, (*fields, "invoice_lines.quantity", "invoice_lines.invoice_state")
        )
        fixtures = yield from self._catalog.fixtures()
        amounts: dict[str, Decimal] = {}
        for line in sorted(found, key=lambda one: int(one["id"])):
            sale = records.linked(line, "sale")
            ours = sale["create_uid"] == fixtures.user
            name = order_of_reference(sale["reference"]) if ours else f"{self._settings.channel}/{sale['number']}"
            amounts[name] = amounts.get(name, ZERO) + _unbilled(line) * line["unit_price"]
        return {name: amount.quantize(Decimal("0.01")) for name, amount in amounts.items() if amount}

    # --- stock -------------------------------------------------------------------------------------------------------

    def stock(self, warehouse: Warehouse, products: Iterable[Product], today: date) -> Exchange[dict[str, Decimal]]:
        """What a warehouse holds by item number, all its locations together. Kits hold nothing of their own."""
        goods = {product.id: product.number for product in products if product.kind == "goods"}
        context = {"locations": [warehouse.id], "stock_date_end": today, "with_childs": True}
        found = yield from self._client.read("product.product", sorted(goods), ["quantity"], context)
        return {goods[record["id"]]: Decimal(record["quantity"]) for record in found}


def _unbilled(line: Record) -> Decimal:
    posted = [one for one in line["invoice_lines."] if one["invoice_state"] in ("posted", "paid")]
    return max(ZERO, Decimal(line["quantity"]) - sum((Decimal(one["quantity"]) for one in posted), ZERO))
