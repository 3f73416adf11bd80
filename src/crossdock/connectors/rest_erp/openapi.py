"""The contract as an OpenAPI 3.1 document; `openapi.json` beside it is its committed text."""

from typing import Any

from crossdock.connectors.rest_erp import wire
from crossdock.connectors.rest_erp.feeds import ChangedSales, MovedStock
from crossdock.transports.openapi import Operation, document

_TEXT = """\
What Crossdock asks of an ERP. Every request carries a bearer token. Numbers are decimal strings.

There are no idempotency keys: a POST that is sent twice is booked twice. So whoever does not know what became
of a
POST looks for it first. A write must be visible to look-ups within a second of its answer, and a request
whose sender
has gone must end within 30 seconds.

429 and 503 promise that nothing was done; after 408 and any other 5xx nobody knows.

Messages to Crossdock are Standard Webhooks, sent to `<crossdock>/in/<system>/events`. They repeat what the
lists of
changes say; an ERP without webhooks is read by these lists alone."""

_SALE = "/v1/sales/{number}"
_SINCE = {
    "since": "Only changes at or after this instant (RFC 3339).",
    "page": "`next` of the page before.",
    "limit": "Most rows of a page.",
}


def _posting(what: str, name: str, body: Any, answer: Any, found: Any, by: str) -> tuple[Operation, Operation]:
    path = f"{_SALE}/{what}"
    return (
        Operation(f"post_{name}", "POST", path, f"Book a {name.replace('_', ' ')}.", answer, body, 201),
        Operation(
            f"find_{name}",
            "GET",
            path,
            f"Find it by its {by}.",
            found,
            query={by: "As it was sent."},
            required=(by,),
        ),
    )


OPERATIONS = (
    Operation(
        "quote",
        "POST",
        "/v1/quotes",
        "Who is this, and what do these lines cost?",
        wire.Quote,
        wire.QuoteRequest,
    ),
    Operation(
        "credit",
        "GET",
        "/v1/customers/{number}/credit",
        "What does this customer owe, and what may it owe?",
        wire.Credit,
        query={"currency": "ISO 4217 code."},
    ),
    Operation("create_sale", "POST", "/v1/sales", "Enter an order.", wire.Sale, wire.SaleRequest, 201),
    Operation(
        "find_sales",
        "GET",
        "/v1/sales",
        "All sales that carry a reference.",
        wire.Sales,
        query={"reference": "As it was sent."},
        required=("reference",),
    ),
    Operation("read_sale", "GET", _SALE, "One sale.", wire.Sale),
    Operation(
        "change_sale",
        "PUT",
        _SALE,
        "Bring a sale to a revision of its order; an older one than it has changes nothing.",
        wire.Sale,
        wire.SaleRequest,
    ),
    Operation(
        "cancel_sale",
        "POST",
        f"{_SALE}/cancellation",
        "Cancel a sale, or what is open of it; once more changes nothing.",
        wire.Sale,
        wire.Cancellation,
    ),
    *_posting("shipments", "shipment", wire.ShipmentRequest, wire.PostedShipment, wire.PostedShipments, "number"),
    *_posting("invoices", "invoice", wire.InvoiceRequest, wire.PostedInvoice, wire.PostedInvoices, "bill"),
    *_posting("payments", "payment", wire.PaymentRequest, wire.BookedPayment, wire.BookedPayments, "reference"),
    *_posting(
        "credit-notes",
        "credit_note",
        wire.CreditNoteRequest,
        wire.PostedCreditNote,
        wire.PostedCreditNotes,
        "reference",
    ),
    Operation(
        "changed_sales",
        "GET",
        "/v1/changes/sales",
        "Sales that the ERP's own people entered, changed or cancelled, oldest change first.",
        ChangedSales,
        query=_SINCE,
    ),
    Operation(
        "moved_stock",
        "GET",
        "/v1/changes/stock",
        "Movements of stock that no posted shipment made, oldest first.",
        MovedStock,
        query=_SINCE,
    ),
)

WEBHOOKS = {"sale.changed": wire.Sale, "stock.moved": wire.StockMovement}


def contract() -> dict[str, Any]:
    return document("ERP", "1.0.0", _TEXT, OPERATIONS, WEBHOOKS)
