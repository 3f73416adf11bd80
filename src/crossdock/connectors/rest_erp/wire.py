"""The contract's JSON bodies, as values. `openapi.py` documents them; `mapping.py` gives them meaning."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from crossdock.model.base import Value
from crossdock.model.parties import Address
from crossdock.transports.wire import Amount, Change, Count, Currency, Instant, Name


class Customer(Value, frozen=True):
    """Who buys, by what is known: the ERP's number, or name and e-mail."""

    number: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    guest: bool = False
    tax_exempt: bool = False
    address: Address | None = None


# --- quotes ---------------------------------------------------------------------------------------


class QuoteLineRequest(Value, frozen=True):
    """`discount` is taken off the whole line before tax."""

    id: Name
    item: Name
    quantity: Count
    unit: Name = "EA"
    discount: Amount = "0"


class QuoteRequest(Value, frozen=True):
    customer: Customer
    currency: Currency
    lines: tuple[QuoteLineRequest, ...]


class Component(Value, frozen=True):
    item: Name
    per_kit: Count


class Item(Value, frozen=True):
    """A kit has components; its `number` is the ERP's, even where it was asked for by another name."""

    number: Name
    name: str = ""
    base_unit: Name = "EA"
    kind: Literal["goods", "kit", "service"] = "goods"
    components: tuple[Component, ...] = ()
    weight_kg: Count | None = None
    lot_tracked: bool = False
    serial_tracked: bool = False
    substitutes: tuple[str, ...] = ()


class Price(Value, frozen=True):
    """For `per` units of `unit`."""

    amount: Amount
    unit: Name = "EA"
    per: Count = "1"
    source: Literal["list", "contract", "promotion", "manual"] = "list"
    valid_from: date | None = None
    valid_to: date | None = None


class QuoteLine(Value, frozen=True):
    """Either a price, the line's tax and the item, or a problem: why there is none."""

    id: Name
    price: Price | None = None
    tax: Amount | None = None
    item: Item | None = None
    problem: str = ""


class Quote(Value, frozen=True):
    """`customer` is the ERP's number; empty with a `problem` where it knows none such."""

    customer: str
    currency: Currency
    lines: tuple[QuoteLine, ...]
    problem: str = ""
    on_account_allowed: bool = True


# --- credit ---------------------------------------------------------------------------------------


class OpenOrder(Value, frozen=True):
    """What is not yet billed of a sale. `reference` is the one it was entered under, or empty."""

    sale: Name
    amount: Amount
    reference: str = ""


class Credit(Value, frozen=True):
    """No `limit` means none is set."""

    customer: Name
    currency: Currency
    receivables: Amount
    open_orders: tuple[OpenOrder, ...]
    limit: Amount | None = None
    blocked: bool = False


# --- sales ----------------------------------------------------------------------------------------


class SaleLine(Value, frozen=True):
    """`id` is the placer's own and stays; `unit_price` is for `per` units; `tax` is the line's."""

    id: Name
    item: Name
    quantity: Count
    unit_price: Amount
    per: Count = "1"
    unit: Name = "EA"
    pack: Count = "1"
    discount: Amount = "0"
    tax: Amount = "0"
    description: str = ""
    components: tuple[Component, ...] = ()
    requested_on: date | None = None


class Charge(Value, frozen=True):
    kind: Literal["freight", "handling", "deposit", "other"]
    amount: Amount
    description: str = ""


class Terms(Value, frozen=True):
    kind: Literal["on_account", "prepaid", "card"] = "on_account"
    net_days: int = 0
    name: str = ""


class Delivery(Value, frozen=True):
    """What the customer asks of shipping. Dates are local to the ship-to; `over_tolerance` is a share of each line."""

    ship_complete: bool = False
    backorder_allowed: bool = True
    substitution_allowed: bool = False
    not_before: date | None = None
    not_after: date | None = None
    time_zone: str = ""
    over_tolerance: Count = "0"
    service: str = ""


class SaleRequest(Value, frozen=True):
    """An order as the customer placed it. `reference` is the sender's own and not unique there."""

    reference: Name
    order_number: Name
    channel: Name
    customer: Customer
    currency: Currency
    placed_at: Instant
    lines: Annotated[tuple[SaleLine, ...], Meta(min_length=1)]
    revision: Annotated[int, Meta(ge=1)] = 1
    billing: Literal["per_shipment", "complete", "prepaid"] = "per_shipment"
    customer_po: str = ""
    terms: Terms = Terms()
    delivery: Delivery = Delivery()
    ship_to: Customer | None = None
    bill_to: Customer | None = None
    charges: tuple[Charge, ...] = ()
    total: Amount | None = None
    note: str = ""


class Sale(Value, frozen=True):
    """A sale as the ERP holds it. `entered_by` tells those that its own people took from those of this
    API."""

    number: Name
    state: Literal["open", "cancelled", "closed"]
    entered_by: Literal["api", "staff"]
    customer: Customer
    currency: Currency
    placed_at: Instant
    changed_at: Instant
    lines: tuple[SaleLine, ...]
    reference: str = ""
    order_number: str = ""
    channel: str = ""
    revision: Annotated[int, Meta(ge=1)] = 1
    customer_po: str = ""
    terms: Terms = Terms()
    delivery: Delivery = Delivery()
    ship_to: Customer | None = None
    bill_to: Customer | None = None
    charges: tuple[Charge, ...] = ()
    total: Amount | None = None
    note: str = ""
    cancelled_by: Literal["", "api", "staff"] = ""
    cancel_reason: str = ""
    remainder_cancelled: bool = False


class Sales(Value, frozen=True):
    sales: tuple[Sale, ...]


class Cancellation(Value, frozen=True):
    """`remainder_only` closes what is open and keeps what was shipped."""

    reason: str = ""
    remainder_only: bool = False


# --- what follows a sale --------------------------------------------------------------------------


class PostedLine(Value, frozen=True):
    id: Name
    item: Name
    quantity: Count


class ShipmentRequest(Value, frozen=True):
    """`number` is the warehouse's own; `warehouse` is the ERP's code of it."""

    number: Name
    warehouse: Name
    lines: tuple[PostedLine, ...]
    carrier: str = ""
    tracking: tuple[str, ...] = ()
    shipped_at: Instant | None = None


class PostedShipment(Value, frozen=True):
    number: Name
    document: Name


class PostedShipments(Value, frozen=True):
    shipments: tuple[PostedShipment, ...]


class InvoiceLine(Value, frozen=True):
    id: Name
    item: Name
    quantity: Count
    unit_price: Amount
    amount: Amount


class InvoiceRequest(Value, frozen=True):
    """`bill` counts the sale's bills from 1."""

    bill: Annotated[int, Meta(ge=1)]
    lines: tuple[InvoiceLine, ...]
    total: Amount
    currency: Currency
    charges: tuple[Charge, ...] = ()
    shipments: tuple[str, ...] = ()


class PostedInvoice(Value, frozen=True):
    bill: int
    number: Name
    total: Amount
    currency: Currency
    on: date | None = None
    due: date | None = None


class PostedInvoices(Value, frozen=True):
    invoices: tuple[PostedInvoice, ...]


class PaymentRequest(Value, frozen=True):
    """`reference` is the payer's or gateway's. Without an `invoice` it is a deposit on the sale."""

    reference: Name
    kind: Literal["capture", "payment", "refund"]
    amount: Amount
    currency: Currency
    at: Instant
    invoice: str = ""


class BookedPayment(Value, frozen=True):
    reference: Name
    document: Name


class BookedPayments(Value, frozen=True):
    payments: tuple[BookedPayment, ...]


class CreditNoteRequest(Value, frozen=True):
    """`reference` is the refund's own; `reverses` is the invoice, or empty for the sale's latest."""

    reference: Name
    amount: Amount
    currency: Currency
    reverses: str = ""
    reason: str = ""


class PostedCreditNote(Value, frozen=True):
    reference: Name
    number: Name
    amount: Amount
    currency: Currency
    reverses: str = ""


class PostedCreditNotes(Value, frozen=True):
    credit_notes: tuple[PostedCreditNote, ...]


# --- stock ----------------------------------------------------------------------------------------


class StockMovement(Value, frozen=True):
    """A movement that no order of this API made. `reference` is the ERP's own number of it, and unique."""

    reference: Name
    warehouse: Name
    item: Name
    quantity: Change
    reason: Literal["receipt", "adjustment", "sale", "return", "transfer"]
    at: Instant
