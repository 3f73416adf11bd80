"""Sales in Tryton: found by our key as reference, entered and confirmed once."""

from collections.abc import Callable, Sequence

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
# What follows an order's key in the references of the sales for lines that were added later.
_ADDITION = " addition "
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

    def of_order(self, order: str, number: str) -> Exchange[list[Sale]]:
        """The sale of an order by its number, and the additions to it that are not cancelled. Raises Unfit."""
        main = yield from self.by_number(number)
        start = f"{order}{_ADDITION}"
        domain = [("reference", "like", f"{start}%"), ("state", "!=", "cancelled")]
        found = yield from self._client.search_read(SALE, domain, SALE_FIELDS)
        # An underscore in a key stands for any character in a pattern.
        additions = [sale for sale in map(records.sale, found) if sale.reference.startswith(start)]
        return [main, *sorted(additions, key=lambda sale: sale.id)]

    def lines(self, sales: Sequence[Sale]) -> Exchange[list[SaleLine]]:
        domain = [("sale", "in", [sale.id for sale in sales]), ("type", "=", "line")]
        found = yield from self._client.search_read("sale.line", domain, LINE_FIELDS, None, [("id", "ASC")])
        return [records.sale_line(record, self._settings.charge_items) for record in found]

    def draft_rest(self, sales: Sequence[Sale], button: str, by_hand: Callable[[Sale], bool]) -> Exchange[None]:
        """Have Tryton draft what a sale still lacks: where that is done by hand, by its button; else by processing.

        Tryton refuses the button where nothing is left to draft, which the caller sees by what it then finds.
        """
        for sale in sales:
            try:
                yield from self._client.press(SALE, button if by_hand(sale) else "process", [sale.id])
            except UserError:
                field = "to_invoice" if button == "manual_invoice" else "to_ship"
                (record,) = yield from self._client.read(SALE, [sale.id], [field])
                if record[field]:
                    raise

    # --- create ------------------------------------------------------------------------------------------------------

    def find_created(self, command: commands.CreateSale) -> Exchange[Sale | None]:
        return (yield from self.by_reference(command.order.key))

    def create(self, command: commands.CreateSale, found: Sale | None) -> Exchange[Outcome]:
        """Enter and confirm the sale."""
        order = command.order
        if found is None:
            found = yield from self._enter(order, command.customer, order.key, (yield from self.wanted(order)))
        sale = yield from self.confirmed(found)
        if isinstance(sale, Refused):
            return sale
        named = Identifier("sale", sale.number, self._settings.system)
        return Done((events.SaleCreated(order.key, sale.number, order.revision, (named,)),))

    def add(self, order: SalesOrder, customer: str, lines: Sequence[WantedLine]) -> Exchange[Sale | Refused]:
        """A second sale for lines that came to an order later: Tryton adds no line to a sale in process."""
        # A line is added once: the first one names the sale, whatever else the same revision adds at another time.
        reference = f"{order.key}{_ADDITION}{lines[0].mark}"
        found = yield from self.by_reference(reference)
        if found is None:
            found = yield from self._enter(order, customer, reference, lines)
        return (yield from self.confirmed(found))

    def confirmed(self, sale: Sale) -> Exchange[Sale | Refused]:
        """The sale with its number. What Tryton refuses is cancelled there again."""
        try:
            yield from self._client.advance(SALE, sale.id, CONFIRM)
        except (UserError, UserWarning) as refusal:
            over = yield from self.over_limit(sale.id)
            yield from self._client.advance(SALE, sale.id, CANCEL)
            return Refused(str(refusal), "credit" if over else "rule")
        return (yield from self._by_id(sale.id))

    def _by_id(self, number: int) -> Exchange[Sale]:
        (record,) = yield from self._client.read(SALE, [number], SALE_FIELDS)
        return records.sale(record)

    def _enter(
        self, order: SalesOrder, customer_number: str, reference: str, wanted: Sequence[WantedLine]
    ) -> Exchange[Sale]:
        customer = yield from self.customer(customer_number)
        billed = order.parties.billed.number
        payer = customer
        if billed and billed not in (customer.number, order.parties.sold_to.number):
            payer = yield from self.customer(billed)
        lines = yield from self.line_values(order, wanted, customer)
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
            "reference": reference,
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
        return (yield from self._by_id(made))

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


def order_of_reference(reference: str) -> str:
    """The order's key in a reference of ours."""
    return reference.partition(_ADDITION)[0]


def _comment(order: SalesOrder) -> str | None:
    """What people in the ERP should read: the customer's own number and note."""
    lines = [f"Customer PO {order.customer_po}"] if order.customer_po else []
    return "\n".join([*lines, order.customer_note]).strip() or None
