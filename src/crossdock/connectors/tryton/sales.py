"""Sales in Tryton: found by our key as reference, entered and confirmed once."""

from collections.abc import Sequence

from crossdock.connectors.tryton import records
from crossdock.connectors.tryton.catalog import Catalog
from crossdock.connectors.tryton.client import Record, TrytonClient
from crossdock.connectors.tryton.errors import UserError, UserWarning
from crossdock.connectors.tryton.mapping import (
    Unfit,
    WantedLine,
    items_of,
    wanted_lines,
)
from crossdock.connectors.tryton.records import LINE_FIELDS, SALE_FIELDS, Customer, Sale, SaleLine
from crossdock.connectors.tryton.settings import Settings
from crossdock.model import commands, events
from crossdock.model.identifiers import Identifier
from crossdock.model.orders import SalesOrder
from crossdock.runtime.connector import Done, Outcome, Refused
from crossdock.runtime.ports import Exchange, NoAnswer

SALE = "sale.sale"
CONFIRM = {"draft": "quote", "quotation": "confirm"}
CANCEL = {"draft": "cancel", "quotation": "cancel", "confirmed": "draft"}


class Sales:
    """What can be done to a sale as a whole."""

    def __init__(self, client: TrytonClient, catalog: Catalog, settings: Settings) -> None:
        self._client = client
        self._catalog = catalog
        self._settings = settings

    # --- reading -----------------------------------------------------------------------------------------------------

    def by_reference(self, reference: str) -> Exchange[Sale | None]:
        """The sale under our reference; cancelled ones don't count. Raises NoAnswer where there are several."""
        domain = [("reference", "=", reference), ("state", "!=", "cancelled")]
        found = yield from self._client.search_read(SALE, domain, SALE_FIELDS)
        if len(found) > 1:
            numbers = ", ".join(str(record["number"] or f"id {record['id']}") for record in found)
            raise NoAnswer(f"several sales carry the reference {reference}: {numbers}; cancel all but one in Tryton")
        return records.sale(found[0]) if found else None

    def by_number(self, number: str) -> Exchange[Sale]:
        """A sale by Tryton's own number. Raises Unfit where there is none."""
        found = yield from self._client.search_read(SALE, [("number", "=", number)], SALE_FIELDS, 1)
        if not found:
            raise Unfit(f"Tryton has no sale {number}")
        return records.sale(found[0])

    def lines(self, sale: Sale) -> Exchange[list[SaleLine]]:
        domain = [("sale", "=", sale.id), ("type", "=", "line")]
        found = yield from self._client.search_read("sale.line", domain, LINE_FIELDS, None, [("id", "ASC")])
        return [records.sale_line(record, self._settings.charge_items) for record in found]

    # --- create ------------------------------------------------------------------------------------------------------

    def find_created(self, command: commands.CreateSale) -> Exchange[Sale | None]:
        return (yield from self.by_reference(command.order.key))

    def create(self, command: commands.CreateSale, found: Sale | None) -> Exchange[Outcome]:
        """Enter and confirm the sale. What Tryton refuses is cancelled there again."""
        number = found.id if found else (yield from self._enter(command))
        try:
            yield from self._client.advance(SALE, number, CONFIRM)
        except (UserError, UserWarning) as refusal:
            over = yield from self.over_limit(number)
            yield from self._client.advance(SALE, number, CANCEL)
            return Refused(str(refusal), "credit" if over else "rule")
        (record,) = yield from self._client.read(SALE, [number], SALE_FIELDS)
        sale = records.sale(record)
        named = Identifier("sale", sale.number, self._settings.system)
        revision = command.order.revision
        return Done((events.SaleCreated(command.order.key, sale.number, revision, (named,)),))

    def _enter(self, command: commands.CreateSale) -> Exchange[int]:
        order = command.order
        customer = yield from self.customer(command.customer)
        billed = order.parties.billed.number
        payer = customer
        if billed and billed not in (customer.number, order.parties.sold_to.number):
            payer = yield from self.customer(billed)
        lines = yield from self.line_values(order, (yield from self.wanted(order)), customer)
        warehouse = yield from self._catalog.warehouse()
        fixtures = yield from self._catalog.fixtures()
        on_account = order.terms.kind == "on_account"
        head: Record = {
            "company": fixtures.company,
            "party": customer.id,
            "invoice_party": payer.id if payer.id != customer.id else None,
            "invoice_address": (yield from self._catalog.address(payer, order.parties.billed.address)),
            "shipment_address": (yield from self._catalog.address(customer, order.parties.shipped.address)),
            "currency": (yield from self._catalog.currency(order.currency)),
            "payment_term": payer.term,
            "warehouse": warehouse.id,
            "reference": order.key,
            "description": f"{order.channel} {order.number}"[:100],
            "comment": _comment(order),
            "sale_date": order.placed_at.date(),
            # Bills and shipments are ours to say, line by line. What is paid otherwise than on account takes no
            # credit: Tryton checks the limit only of sales that ship on order.
            "invoice_method": "manual",
            "shipment_method": "order" if on_account else "manual",
            "lines": [("create", lines)],
        }
        (made,) = yield from self._client.create(SALE, head)
        return made

    # --- what a sale needs -------------------------------------------------------------------------------------------

    def customer(self, number: str) -> Exchange[Customer]:
        customer = yield from self._catalog.customer(number)
        if customer is None:
            raise Unfit(f"Tryton has no customer {number}" if number else "the order names no customer")
        return customer

    def wanted(self, order: SalesOrder) -> Exchange[tuple[WantedLine, ...]]:
        charge_items = self._settings.charge_items
        products = yield from self._catalog.products(items_of(order, charge_items))
        return wanted_lines(order, products, charge_items)

    def line_values(self, order: SalesOrder, lines: Sequence[WantedLine], customer: Customer) -> Exchange[list[Record]]:
        values: list[Record] = []
        for line in lines:
            taxes: tuple[int, ...] = ()
            if not order.parties.sold_to.tax_exempt:
                taxes = yield from self._catalog.taxes(customer, line.product)
            values.append(line.values(taxes))
        return values

    def over_limit(self, number: int) -> Exchange[bool]:
        """Whether the sale would take its customer past the limit; the refusal's words are in the user's language."""
        fields = ("untaxed_amount", "party.credit_amount", "party.credit_limit_amount")
        (record,) = yield from self._client.read(SALE, [number], fields)
        party = records.linked(record, "party")
        limit = party.get("credit_limit_amount")
        return limit is not None and party["credit_amount"] + record["untaxed_amount"] > limit


def _comment(order: SalesOrder) -> str | None:
    """What people in the ERP should read: the customer's own number and note."""
    lines = [f"Customer PO {order.customer_po}"] if order.customer_po else []
    return "\n".join([*lines, order.customer_note]).strip() or None
