"""What the ERP, and the channel about money, answers to our commands and queries."""

import msgspec

from crossdock.model.events.base import Event
from crossdock.model.identifiers import Identifier
from crossdock.model.invoices import CreditNote, CreditPosition, Invoice
from crossdock.model.items import Item
from crossdock.model.orders import Payment
from crossdock.model.prices import Price
from crossdock.model.quantities import Money


class LineQuote(msgspec.Struct, frozen=True, omit_defaults=True):
    """The ERP's price for one line, or why it has none. A kit's components come from the item's owner."""

    line: str
    price: Price | None = None
    tax: Money | None = None
    item: Item | None = None
    problem: str = ""


class OrderQuoted(Event, frozen=True, tag=True):
    """The ERP knows the customer and prices the lines; `customer` is its number, `problem` says why it can't."""

    order: str
    customer: str
    lines: tuple[LineQuote, ...]
    problem: str = ""
    on_account_allowed: bool = True


class CreditPositionRead(Event, frozen=True, tag=True):
    """A customer's credit position as the ERP sees it."""

    order: str
    position: CreditPosition


class SaleCreated(Event, frozen=True, tag=True):
    """The ERP holds the order now, under its own number."""

    order: str
    sale_number: str
    revision: int = 1
    identifiers: tuple[Identifier, ...] = ()


class SaleChanged(Event, frozen=True, tag=True):
    """The ERP took a change of the order over."""

    order: str
    revision: int


class SaleCancelled(Event, frozen=True, tag=True):
    """The ERP cancelled the order there, or what was open of it."""

    order: str


class ShipmentPosted(Event, frozen=True, tag=True):
    """The ERP booked a shipment out."""

    order: str
    shipment: str
    document: str = ""


class InvoicePosted(Event, frozen=True, tag=True):
    """The ERP billed; `bill` is our ordinal of the bill within the order."""

    order: str
    bill: int
    invoice: Invoice


class PaymentRegistered(Event, frozen=True, tag=True):
    """The ERP booked a payment of ours."""

    order: str
    reference: str


class CreditNotePosted(Event, frozen=True, tag=True):
    """The ERP booked a credit note for a refund."""

    order: str
    reference: str
    credit_note: CreditNote


class PaymentCaptured(Event, frozen=True, tag=True):
    """The channel's gateway captured money that was authorised."""

    order: str
    payment: Payment


class ChannelInformed(Event, frozen=True, tag=True):
    """The channel knows what we told it: a shipment with tracking, a cancellation, a promise."""

    order: str
    about: str
    reference: str = ""
