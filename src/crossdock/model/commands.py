"""What a system is to do (commands, imperative) or to answer now (queries). Each belongs to one instance of ours.

`about` is the business object whose order matters at the system: two commands about one object never overtake each
other. `owner` names who must do it, in the estate's terms: the owner of a kind of object, a node, or a channel.
"""

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from crossdock.model.invoices import Invoice
from crossdock.model.orders import Payment, SalesOrder
from crossdock.model.parties import Address
from crossdock.model.quantities import Money
from crossdock.model.shipments import FulfillmentLine, FulfillmentOrder, Package, Shipment

OwnerKind = Literal["sales_order", "credit", "price", "node", "channel", "carrier", "invoice"]


class Command(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """Base of commands and queries. Subclasses say whose they are (`OWNER`) and whether they only ask (`QUERY`)."""

    VERSION: ClassVar[int] = 1
    OWNER: ClassVar[OwnerKind] = "sales_order"
    QUERY: ClassVar[bool] = False

    @property
    def about(self) -> str:
        """The business object at the outside system whose commands stay in order."""
        raise TypeError(f"{type(self).__name__} does not say what it is about")

    @property
    def place(self) -> str:
        """Which node, channel or carrier, for owners of those kinds."""
        return ""


class OrderCommand(Command, frozen=True):
    """About one sales order."""

    order: str

    @property
    def about(self) -> str:
        return self.order


class QuoteOrder(Command, frozen=True, tag=True):
    """Ask: who is this customer, what do these lines cost, which items and kits are they? Answer: OrderQuoted."""

    OWNER = "price"
    QUERY = True
    order: SalesOrder

    @property
    def about(self) -> str:
        return self.order.key


class ReadCreditPosition(OrderCommand, frozen=True, tag=True):
    """Ask: what does this customer owe? Answer: CreditPositionRead."""

    OWNER = "credit"
    QUERY = True
    customer: str
    currency: str


class CreateSale(Command, frozen=True, tag=True):
    """Enter the order in the ERP under our key as reference. Answer: SaleCreated.

    `billing` says when PostInvoice will come: at each shipment, once all is shipped, or in advance.
    """

    order: SalesOrder
    customer: str
    billing: Literal["per_shipment", "complete", "prepaid"] = "per_shipment"

    @property
    def about(self) -> str:
        return self.order.key


class ChangeSale(Command, frozen=True, tag=True):
    """Bring the ERP's sale to this revision of the order. Answer: SaleChanged."""

    order: SalesOrder
    sale_number: str
    customer: str

    @property
    def about(self) -> str:
        return self.order.key


class CancelSale(OrderCommand, frozen=True, tag=True):
    """Cancel the ERP's sale; after a shipment, only what is open. Answer: SaleCancelled."""

    sale_number: str
    reason: str = ""
    remainder_only: bool = False


class PostShipment(OrderCommand, frozen=True, tag=True):
    """Book a shipment out of stock in the ERP. Answer: ShipmentPosted."""

    sale_number: str
    fulfillment: str
    shipment: Shipment
    lines: tuple[FulfillmentLine, ...]


class PostInvoice(OrderCommand, frozen=True, tag=True):
    """Bill these lines and charges. `bill` counts the order's bills from 1. Answer: InvoicePosted."""

    OWNER = "invoice"
    sale_number: str
    customer: str
    bill: int
    invoice: Invoice
    shipments: tuple[str, ...] = ()


class RegisterPayment(OrderCommand, frozen=True, tag=True):
    """Book a payment against an order's invoice or as a deposit. Answer: PaymentRegistered."""

    OWNER = "invoice"
    sale_number: str
    customer: str
    payment: Payment
    invoice: str = ""


class PostCreditNote(OrderCommand, frozen=True, tag=True):
    """Credit a refund against an invoice. `reference` is the refund's own. Answer: CreditNotePosted."""

    OWNER = "invoice"
    sale_number: str
    customer: str
    reference: str
    amount: Money
    reverses: str = ""
    reason: str = ""


class ReleaseFulfillment(Command, frozen=True, tag=True):
    """Ask a node to pick, pack and ship. Answer: NodeAccepted or NodeRefused, at once or later by webhook."""

    OWNER = "node"
    fulfillment: FulfillmentOrder
    deadline: datetime | None = None

    @property
    def about(self) -> str:
        return self.fulfillment.key

    @property
    def place(self) -> str:
        return self.fulfillment.node


class NodeCommand(Command, frozen=True):
    """About one fulfillment at its node. `reference` is our fulfillment number."""

    OWNER = "node"
    fulfillment: str
    reference: str
    node: str

    @property
    def about(self) -> str:
        return self.fulfillment

    @property
    def place(self) -> str:
        return self.node


class CancelFulfillment(NodeCommand, frozen=True, tag=True):
    """Ask a node to stop; `lines` empty means all. Answer: NodeCancelled or NodeCancellationRefused."""

    lines: tuple[FulfillmentLine, ...] = ()
    reason: str = ""


class ChangeFulfillmentAddress(NodeCommand, frozen=True, tag=True):
    """Tell a node of a new ship-to. Answer: ChannelInformed about `address`, or refused as too late."""

    order: str
    address: Address


class BuyLabel(Command, frozen=True, tag=True):
    """Buy a label for a package. Answer: LabelBought."""

    OWNER = "carrier"
    fulfillment: str
    carrier: str
    package: Package
    ship_to: Address
    service: str = ""

    @property
    def about(self) -> str:
        return f"{self.fulfillment}/{self.package.id}"

    @property
    def place(self) -> str:
        return self.carrier


class ChannelCommand(Command, frozen=True):
    """About one order at the channel where it was placed. `number` is the channel's own id of it."""

    OWNER = "channel"
    order: str
    channel: str
    number: str

    @property
    def about(self) -> str:
        return self.order

    @property
    def place(self) -> str:
        return self.channel


class ConfirmShipment(ChannelCommand, frozen=True, tag=True):
    """Tell the channel what shipped, with tracking. Answer: ChannelInformed about `shipment`."""

    shipment: Shipment


class ConfirmCancellation(ChannelCommand, frozen=True, tag=True):
    """Tell the channel that an order is cancelled or rejected, or some of its lines. Answer: ChannelInformed."""

    reason: str
    lines: tuple[FulfillmentLine, ...] = ()


class RefuseChange(ChannelCommand, frozen=True, tag=True):
    """Tell the channel that a change or cancellation came too late. Answer: ChannelInformed about `refusal`."""

    what: str
    reason: str
    revision: int = 0


class CapturePayment(ChannelCommand, frozen=True, tag=True):
    """Capture authorised money at the channel's gateway. Answer: PaymentCaptured, or refused."""

    authorization: str
    reference: str
    amount: Money


class RefundPayment(ChannelCommand, frozen=True, tag=True):
    """Give captured money back at the channel's gateway. Answer: ChannelInformed about `refund`."""

    payment: str
    reference: str
    amount: Money
    reason: str = ""
