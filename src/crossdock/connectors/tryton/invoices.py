"""Bills and credit notes in Tryton, each entered once under our reference and posted.

A bill is a draft that Tryton makes of what it sees unbilled in the sale, cut down to what we bill; the rest shows up
in its next draft. A credit note is entered whole, as it takes back an amount and not goods.
"""

from collections.abc import Sequence
from decimal import Decimal

from crossdock.connectors.tryton.billing import BilledLine, CreditLine, billed_quantities, credit_lines, cut_bill
from crossdock.connectors.tryton.catalog import Catalog
from crossdock.connectors.tryton.client import Record, TrytonClient
from crossdock.connectors.tryton.errors import UserWarning
from crossdock.connectors.tryton.mapping import Unfit
from crossdock.connectors.tryton.records import Sale
from crossdock.connectors.tryton.sales import SALE, Sales
from crossdock.connectors.tryton.wire import Number
from crossdock.model import commands, events
from crossdock.model.base import change
from crossdock.model.invoices import CreditNote
from crossdock.model.quantities import Money
from crossdock.runtime.connector import Done, Outcome
from crossdock.runtime.ports import Exchange

INVOICE = "account.invoice"
INVOICE_FIELDS = ("number", "state", "invoice_date", "total_amount", "amount_to_pay", "reference", "currency.code")
_POST = {"draft": "post", "validated": "post"}
_LINE_FIELDS = ("origin", "quantity", "invoice", "type", "unit_price", "amount", "account", "taxes")


class Invoices:
    """Customer invoices and credit notes."""

    def __init__(self, client: TrytonClient, catalog: Catalog, sales: Sales) -> None:
        self._client = client
        self._catalog = catalog
        self._sales = sales

    def by_reference(self, reference: str) -> Exchange[int | None]:
        domain = [("reference", "=", reference), ("type", "=", "out"), ("state", "!=", "cancelled")]
        found = yield from self._client.search_read(INVOICE, domain, ["state"], 1)
        return int(found[0]["id"]) if found else None

    def of_sales(self, sales: Sequence[Sale]) -> Exchange[list[Record]]:
        """The invoices that are not cancelled, oldest first."""
        linked = yield from self._client.read(SALE, [sale.id for sale in sales], ["invoices"])
        ids = sorted({number for record in linked for number in record["invoices"]})
        found = yield from self._client.read(INVOICE, ids, INVOICE_FIELDS)
        return [one for one in found if one["state"] != "cancelled"]

    # --- bills -------------------------------------------------------------------------------------------------------

    def find_bill(self, command: commands.PostInvoice) -> Exchange[int | None]:
        return (yield from self.by_reference(bill_reference(command)))

    def bill(self, command: commands.PostInvoice, found: int | None) -> Exchange[Outcome]:
        """Draw the bill up, and post it."""
        number = found or (yield from self._draw_up(command))
        try:
            yield from self._client.advance(INVOICE, number, _POST)
        except UserWarning as warning:
            # The order said which taxes there are; Tryton warns where an item's usual ones lack.
            if warning.kind != "invoice_taxes" or not (yield from self._is_ours(command.sale_number)):
                raise
            yield from self._client.waive(warning.name)
            yield from self._client.advance(INVOICE, number, _POST)
        fields = (*INVOICE_FIELDS, "lines_to_pay.maturity_date")
        (record,) = yield from self._client.read(INVOICE, [number], fields)
        dues = [line["maturity_date"] for line in record["lines_to_pay."] if line["maturity_date"]]
        posted = change(
            command.invoice,
            number=record["number"],
            on=record["invoice_date"],
            due=max(dues, default=None),
            total=Money(record["total_amount"], command.invoice.total.currency),
        )
        return Done((events.InvoicePosted(command.order, command.bill, posted),))

    def _is_ours(self, sale_number: str) -> Exchange[bool]:
        """Whether we entered the sale."""
        fixtures = yield from self._catalog.fixtures()
        domain = [("number", "=", sale_number), ("create_uid", "=", fixtures.user)]
        return bool((yield from self._client.search_read(SALE, domain, ["state"], 1)))

    def _draw_up(self, command: commands.PostInvoice) -> Exchange[int]:
        """A draft under our reference with what is billed, written in one transaction."""
        sales = yield from self._sales.of_order(command.order, command.sale_number)
        lines = yield from self._sales.lines(sales)
        wanted = billed_quantities(command.invoice, lines, first=command.bill == 1)
        drafted = yield from self._drafted(sales)
        if not wanted.keys() <= {line.origin for line in drafted}:
            yield from self._sales.draft_rest(sales, "manual_invoice", lambda sale: sale.invoice_method == "manual")
            drafted = yield from self._drafted(sales)
        unbillable = sorted(wanted.keys() - {line.origin for line in drafted})
        if unbillable:
            raise Unfit(f"sale {command.sale_number} has nothing left to bill for {', '.join(unbillable)}")
        chosen = min(line.invoice for line in drafted if line.origin in wanted)
        operations, emptied = cut_bill(drafted, wanted, chosen)
        values: Record = {"reference": bill_reference(command), "lines": operations}
        yield from self._client.write(INVOICE, [chosen], values)
        if emptied:
            yield from self._client.delete(INVOICE, emptied)
        return chosen

    def _drafted(self, sales: Sequence[Sale]) -> Exchange[list[BilledLine]]:
        """The lines of drafts that no bill of ours has claimed."""
        invoices = yield from self.of_sales(sales)
        drafts = [one["id"] for one in invoices if one["state"] == "draft" and not one["reference"]]
        domain = [("invoice", "in", drafts), ("type", "=", "line")]
        found = yield from self._client.search_read("account.invoice.line", domain, _LINE_FIELDS)
        return [BilledLine(one["id"], one["invoice"], one["origin"] or "", Decimal(one["quantity"])) for one in found]

    # --- credit notes ------------------------------------------------------------------------------------------------

    def find_credit_note(self, command: commands.PostCreditNote) -> Exchange[int | None]:
        return (yield from self.by_reference(credit_reference(command)))

    def credit(self, command: commands.PostCreditNote, found: int | None) -> Exchange[Outcome]:
        """Credit an amount, tax included, against the invoice it reverses or the sale's latest."""
        number = found or (yield from self._enter_credit_note(command))
        yield from self._client.advance(INVOICE, number, _POST)
        (record,) = yield from self._client.read(INVOICE, [number], INVOICE_FIELDS)
        amount = Money(-record["total_amount"], command.amount.currency)
        note = CreditNote(record["number"], command.reverses, amount, command.reason)
        return Done((events.CreditNotePosted(command.order, command.reference, note),))

    def _enter_credit_note(self, command: commands.PostCreditNote) -> Exchange[int]:
        invoice = yield from self._reversed(command)
        fields = ("party", "invoice_address", "account", "currency", "journal", "payment_term", "company")
        (head,) = yield from self._client.read(INVOICE, [invoice], fields)
        domain = [("invoice", "=", invoice), ("type", "=", "line")]
        billed = yield from self._client.search_read(
            "account.invoice.line", domain, _LINE_FIELDS, None, [("id", "ASC")]
        )
        fixtures = yield from self._catalog.fixtures()
        lines = credit_lines(command.amount.amount, billed, fixtures.taxes)
        description = command.reason or f"Credit {command.reference}"
        values: Record = {
            **{name: head[name] for name in fields},
            "type": "out",
            "reference": credit_reference(command),
            "description": description,
            "lines": [("create", [_credit_line(line, description) for line in lines])],
        }
        (made,) = yield from self._client.create(INVOICE, values)
        return made

    def _reversed(self, command: commands.PostCreditNote) -> Exchange[int]:
        """The id of the posted invoice that is credited. Raises Unfit where there is none."""
        if command.reverses:
            domain = [("number", "=", command.reverses), ("type", "=", "out")]
            found = yield from self._client.search_read(INVOICE, domain, ["state"], 1)
        else:
            sales = yield from self._sales.of_order(command.order, command.sale_number)
            posted = [one for one in (yield from self.of_sales(sales)) if one["state"] in ("posted", "paid")]
            found = posted[-1:]
        if not found:
            raise Unfit(
                f"Tryton has no posted invoice {command.reverses or f'of sale {command.sale_number}'} to credit"
            )
        return int(found[0]["id"])


def bill_reference(command: commands.PostInvoice) -> str:
    return f"{command.order} bill {command.bill}"


def credit_reference(command: commands.PostCreditNote) -> str:
    return f"{command.order} credit {command.reference}"


def _credit_line(credit: CreditLine, description: str) -> Record:
    """One unit taken back at an amount, booked like a line of the invoice, and taxed as `taxes` says."""
    return {
        "type": "line",
        "quantity": Number(Decimal(-1)),
        "unit_price": credit.amount,
        "description": description,
        "account": credit.account,
        "origin": f"account.invoice.line,{credit.like}",
        "taxes": [("add", list(credit.taxes))] if credit.taxes else [],
    }
