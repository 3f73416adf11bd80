"""Facts, in the past tense. A process decides on them; the journal keeps them for good.

`order` and `fulfillment` fields hold keys of business objects of ours. An event that comes from outside may not know
our key; it then carries the numbers it does know, and `route` finds whom it concerns.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal

import msgspec

from crossdock.model.identifiers import Identifier
from crossdock.model.invoices import CreditNote, CreditPosition, Invoice
from crossdock.model.items import Item
from crossdock.model.orders import Payment, PromiseLine, SalesOrder
from crossdock.model.parties import Address
from crossdock.model.prices import Price
from crossdock.model.quantities import Money
from crossdock.model.shipments import FulfillmentOrder, Package, PackedLine, Shipment, TrackingEvent
from crossdock.model.stock import Allocation


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """Base of all facts. `VERSION` rises with every change of fields, and an upgrade comes with it."""

    VERSION: ClassVar[int] = 1


# --- the customer and the channel -------------------------------------------------------------------------------


class OrderPlaced(Event, frozen=True, tag=True):
    """A customer ordered, in a shop, by API or document, or in the ERP itself (`entered_in` names that system)."""

    order: SalesOrder
    entered_in: str = ""
    sale_number: str = ""


class OrderChanged(Event, frozen=True, tag=True):
    """The channel's order now reads so: the whole new order, with a higher revision or later `changed_at`."""

    order: SalesOrder


class CancellationRequested(Event, frozen=True, tag=True):
    """The customer or channel wants the order, or some quantity of its lines, cancelled.

    `reference` is the request's own, where it has one; requests with equal reference, or without one equal in all,
    are one request.
    """

    order: str
    reason: str = ""
    lines: dict[str, Decimal] = {}
    reference: str = ""


class PaymentReceived(Event, frozen=True, tag=True):
    """Money was authorised, captured or paid for an order; each reference counts once."""

    order: str
    payment: Payment


class PaymentFailed(Event, frozen=True, tag=True):
    """An authorisation or capture was declined."""

    order: str
    reference: str
    reason: str = ""


class RefundRequested(Event, frozen=True, tag=True):
    """The channel gave money back (`reference` is the refund's own). Nothing comes back to stock by it."""

    order: str
    reference: str
    amount: Money
    reason: str = ""
    cancelled_lines: dict[str, Decimal] = {}


class PersonalDataRequested(Event, frozen=True, tag=True):
    """A customer asked to see (`export`) or erase (`redact`) what is kept of them."""

    system: str
    kind: Literal["export", "redact"]
    customer: str
    orders: tuple[str, ...] = ()


# --- people ------------------------------------------------------------------------------------------------------


class HoldPlaced(Event, frozen=True, tag=True):
    """Somebody stopped an order before release."""

    order: str
    hold: str
    by: str
    reason: str = ""


class HoldReleased(Event, frozen=True, tag=True):
    """Somebody lifted one hold of an order: `credit`, `price`, `payment`, `address` or a hold placed by hand."""

    order: str
    hold: str
    by: str
    reason: str = ""


# --- answers of the ERP ------------------------------------------------------------------------------------------


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


# --- our own ledgers ---------------------------------------------------------------------------------------------


class StockReserved(Event, frozen=True, tag=True):
    """What the stock ledger could hold for an order. `short` is what it could not, by line."""

    order: str
    allocations: tuple[Allocation, ...]
    short: dict[str, Decimal] = {}
    attempt: int = 1


class CreditGranted(Event, frozen=True, tag=True):
    """The order fits within the customer's limit, with everything else in flight."""

    order: str
    exposure: Money


class CreditDenied(Event, frozen=True, tag=True):
    """The order would pass the customer's limit."""

    order: str
    exposure: Money
    limit: Money


class StockBecameAvailable(Event, frozen=True, tag=True):
    """A balance rose while orders waited for the item; those that wait try again, oldest first."""

    item: str
    node: str


class ReservationLost(Event, frozen=True, tag=True):
    """Stock that is held for a line is gone: counted away or sold over the counter. The ledger still holds it for the
    order: one that is not released frees it and sources again, one that is released hears of it by a short pick."""

    order: str
    line: str
    node: str
    item: str
    quantity: Decimal
    reason: str = ""


# --- what our processes say to each other ------------------------------------------------------------------------


class OrderPromised(Event, frozen=True, tag=True):
    """Dates and quantities were promised to the customer, line by line."""

    order: str
    promises: tuple[PromiseLine, ...]


class FulfillmentRequested(Event, frozen=True, tag=True):
    """An order releases a share of itself to a node."""

    fulfillment: FulfillmentOrder
    deadline: datetime | None = None


class FulfillmentCancellationRequested(Event, frozen=True, tag=True):
    """The order wants back what it released: all of it, or some quantity by line."""

    fulfillment: str
    order: str
    lines: dict[str, Decimal] = {}
    reason: str = ""


class FulfillmentAddressChanged(Event, frozen=True, tag=True):
    """The order's ship-to changed after release."""

    fulfillment: str
    order: str
    address: Address


class FulfillmentAccepted(Event, frozen=True, tag=True):
    """The node took the fulfillment on, under its own number."""

    fulfillment: str
    order: str
    node_number: str = ""


class FulfillmentRefused(Event, frozen=True, tag=True):
    """The node won't do it; nothing of it left."""

    fulfillment: str
    order: str
    node: str
    lines: dict[str, Decimal]
    reason: str = ""


class FulfillmentShipped(Event, frozen=True, tag=True):
    """Goods left the node for this order, and the posting rule of the node is met.

    `lines` are base units by order line, up to what was asked for (complete sets of a kit); `over` what is beyond it
    and within tolerance.
    """

    fulfillment: str
    order: str
    shipment: Shipment
    over: dict[str, Decimal] = {}
    lines: dict[str, Decimal] = {}


class FulfillmentShort(Event, frozen=True, tag=True):
    """The node could not pick these quantities; it keeps working on the rest."""

    fulfillment: str
    order: str
    node: str
    lines: dict[str, Decimal]


class FulfillmentCancelled(Event, frozen=True, tag=True):
    """The node gave these quantities back unshipped."""

    fulfillment: str
    order: str
    node: str
    lines: dict[str, Decimal]
    reason: str = ""


class FulfillmentCancellationRefused(Event, frozen=True, tag=True):
    """Too late: the node ships these quantities all the same."""

    fulfillment: str
    order: str
    lines: dict[str, Decimal] = {}
    reason: str = ""


class FulfillmentAddressRefused(Event, frozen=True, tag=True):
    """Too late: the node ships to the address that it was given first."""

    fulfillment: str
    order: str
    reason: str = ""


class FulfillmentDelivered(Event, frozen=True, tag=True):
    """Every package of the fulfillment reached the consignee."""

    fulfillment: str
    order: str


class OrderRejected(Event, frozen=True, tag=True):
    """The order can't be done, and the customer is told why."""

    order: str
    reason: str


class OrderCancelled(Event, frozen=True, tag=True):
    """All that was open is cancelled and nothing was shipped."""

    order: str
    reason: str = ""


class OrderClosed(Event, frozen=True, tag=True):
    """Everything shipped is billed and paid or owed; nothing is left to do."""

    order: str


class ChangeRefused(Event, frozen=True, tag=True):
    """A change or cancellation of the order came too late or can't be done; the customer is told."""

    order: str
    what: str
    reason: str


# --- the warehouses ----------------------------------------------------------------------------------------------


class NodeAccepted(Event, frozen=True, tag=True):
    """A warehouse took our order over as its own. `reference` is our fulfillment number."""

    node: str
    reference: str
    node_number: str = ""


class NodeRefused(Event, frozen=True, tag=True):
    """A warehouse refused our order."""

    node: str
    reference: str
    reason: str = ""


class GoodsPicked(Event, frozen=True, tag=True):
    """Picking ended with these quantities by line; what is missing of the request is short."""

    node: str
    reference: str
    lines: tuple[PackedLine, ...]
    short: dict[str, Decimal] = {}


class GoodsPacked(Event, frozen=True, tag=True):
    """The goods stand in packages, not yet gone."""

    node: str
    reference: str
    packages: tuple[Package, ...]


class GoodsShipped(Event, frozen=True, tag=True):
    """The warehouse says that a shipment is done. It may still stand on the dock. `final` ends the fulfillment."""

    node: str
    reference: str
    shipment: Shipment
    final: bool = True


class DockDeparted(Event, frozen=True, tag=True):
    """The truck with this shipment left the node's dock."""

    node: str
    shipment: str
    reference: str = ""


class NodeCancelled(Event, frozen=True, tag=True):
    """A warehouse stopped these quantities, as asked."""

    node: str
    reference: str
    lines: dict[str, Decimal] = {}


class NodeCancellationRefused(Event, frozen=True, tag=True):
    """A warehouse can't stop any more."""

    node: str
    reference: str
    reason: str = ""


# --- stock, as its owner sees it ---------------------------------------------------------------------------------


class StockMoved(Event, frozen=True, tag=True):
    """The stock owner moved stock without an order of ours: a counter sale, a receipt. Counts once a reference."""

    node: str
    item: str
    quantity: Decimal
    reason: Literal["receipt", "adjustment", "sale", "return", "transfer"]
    reference: str


class StockCounted(Event, frozen=True, tag=True):
    """The stock owner's own balance at an instant."""

    node: str
    item: str
    on_hand: Decimal
    counted_at: datetime
    reference: str


# --- carriers ----------------------------------------------------------------------------------------------------


class LabelBought(Event, frozen=True, tag=True):
    """A carrier gave a tracking number for a package."""

    fulfillment: str
    package: str
    tracking: str
    carrier: str


class TrackingReported(Event, frozen=True, tag=True):
    """A carrier said where a package is."""

    tracking: TrackingEvent


# --- time and refusal --------------------------------------------------------------------------------------------


class AlarmRang(Event, frozen=True, tag=True):
    """A time that an instance set for itself has come. `due` is when it was to ring."""

    alarm: str
    due: datetime


class CommandRefused(Event, frozen=True, tag=True):
    """A system said no for good to a command or query of this instance (a business rule or a bad request)."""

    command: str
    ordinal: int
    system: str
    reason: str
    code: str = ""


class CommandAbandoned(Event, frozen=True, tag=True):
    """A command can't go on without a person: attempts are spent, or its outcome is unknown and unsafe to repeat."""

    command: str
    ordinal: int
    system: str
    reason: str


class ActionTaken(Event, frozen=True, tag=True):
    """A person acted on an exception of this instance; `done_by_hand` comes with the outside reference."""

    exception: str
    action: Literal["retry", "done_by_hand", "dismiss"]
    by: str
    reason: str = ""
    reference: str = ""


class DocumentReceived(Event, frozen=True, tag=True):
    """A document or webhook that starts nothing by itself, kept on its object's timeline."""

    system: str
    topic: str
    summary: str
    identifiers: tuple[Identifier, ...] = ()
    on: date | None = None
