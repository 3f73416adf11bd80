"""What is remembered of one sales order: where each unit stands, what was asked of whom, and what is owed."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

from crossdock.model.base import Value
from crossdock.model.items import Component
from crossdock.model.orders import Payment, SalesOrder
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import FulfillmentLine, Shipment
from crossdock.model.stock import Allocation
from crossdock.processes.decision import State

Bucket = Literal["open", "backordered", "reserved", "released", "shipped", "cancelled"]
BUCKETS: tuple[Bucket, ...] = ("open", "backordered", "reserved", "released", "shipped", "cancelled")


class Line(Value, frozen=True):
    """One order line in base units. ordered = open + backordered + reserved + released + shipped + cancelled.

    `over` was shipped beyond what was ordered and stands beside the sum. `billed` and `captured` count units on bills
    and on captures asked for. `held` names the stock behind `reserved`. `in_sale` is what the ERP was told, `told`
    how many cancelled units the channel knows of, `wanted` the channel's own figure as it last read.
    """

    id: str
    item: str
    ordered: Decimal
    open: Decimal = ZERO
    backordered: Decimal = ZERO
    reserved: Decimal = ZERO
    released: Decimal = ZERO
    shipped: Decimal = ZERO
    cancelled: Decimal = ZERO
    over: Decimal = ZERO
    billed: Decimal = ZERO
    captured: Decimal = ZERO
    in_sale: Decimal = ZERO
    told: Decimal = ZERO
    wanted: Decimal = ZERO
    components: tuple[Component, ...] = ()
    substitutes: tuple[str, ...] = ()
    held: tuple[Allocation, ...] = ()

    @property
    def live(self) -> Decimal:
        """What the customer still gets or got of it."""
        return self.ordered - self.cancelled

    @property
    def unsourced(self) -> Decimal:
        return self.open + self.backordered

    @property
    def unshipped(self) -> Decimal:
        return self.open + self.backordered + self.reserved + self.released

    @property
    def adds_up(self) -> bool:
        """Each unit is in one bucket, and what is reserved is held somewhere."""
        return (
            self.ordered == self.unshipped + self.shipped + self.cancelled
            and min(self.open, self.backordered, self.reserved, self.released, self.shipped, self.cancelled) >= 0
            and self.reserved == sum((each.quantity for each in self.held), ZERO)
        )


class Share(Value, frozen=True):
    """What was released to one node. `allocations` are still out there; `cancelling` and `amending` were asked back.

    A `firm` share refused to stop once, and is not asked again.
    """

    key: str
    number: str
    node: str
    allocations: tuple[Allocation, ...]
    cancelling: dict[str, Decimal] = {}
    amending: dict[str, Decimal] = {}
    shipments: tuple[str, ...] = ()
    firm: bool = False

    def outstanding(self, line: str) -> Decimal:
        return sum((each.quantity for each in self.allocations if each.line == line), ZERO)

    def free(self, line: str) -> Decimal:
        """How much of a line may still be asked back."""
        if self.firm:
            return ZERO
        return self.outstanding(line) - self.cancelling.get(line, ZERO) - self.amending.get(line, ZERO)

    def lines(self) -> dict[str, Decimal]:
        total: dict[str, Decimal] = {}
        for each in self.allocations:
            total[each.line] = total.get(each.line, ZERO) + each.quantity
        return total


class Sent(Value, frozen=True):
    """A shipment that the ERP or the channel has yet to hear of. `id` is `<n of the share>:<shipment number>`."""

    id: str
    fulfillment: str
    shipment: Shipment
    lines: tuple[FulfillmentLine, ...]


class Bill(Value, frozen=True):
    """One bill: units by line and what they come to, without freight by line (`values`), with it in all (`amount`).

    `number` and `total` are the ERP's, once it posted it; `paid` and `credited` what was booked against it.
    """

    n: int
    lines: dict[str, Decimal]
    values: dict[str, Decimal]
    amount: Decimal
    freight: bool = False
    shipments: tuple[str, ...] = ()
    number: str = ""
    total: Decimal | None = None
    paid: Decimal = ZERO
    credited: Decimal = ZERO


class Capture(Value, frozen=True):
    """Money asked of an authorisation, for the units of one shipment."""

    n: int
    authorization: str
    amount: Decimal


class Credit(Value, frozen=True):
    """A credit note asked of the ERP: `reference` is the refund's own or ours."""

    reference: str
    reverses: str
    amount: Decimal
    reason: str = ""


class Notice(Value, frozen=True):
    """What the channel is to be told: cancelled units (none: all), or that a change was refused."""

    reason: str
    what: str = ""
    lines: tuple[FulfillmentLine, ...] = ()


class Hold(Value, frozen=True):
    """Why the order may not go on, and who said so."""

    reason: str
    by: str = ""


class OrderState(State, frozen=True):
    """One sales order. `pending` maps what is asked of other systems to the ordinal of the command; `stuck` maps the
    cause of an open exception to what of it can't go on. `waived` names holds that a person lifted, and who did.
    `requests` are the cancellations already seen, `avoid` the nodes that let the order down, and when."""

    VERSION: ClassVar[int] = 1
    DOCUMENT: ClassVar[str] = "order"

    key: str
    order: SalesOrder | None = None
    stage: Literal["new", "open", "closed", "cancelled", "rejected"] = "new"
    entered_in: str = ""
    revision: int = 0
    changed_at: datetime | None = None
    quoted: bool = False
    quote_again: bool = False
    customer: str = ""
    crediting: bool = False
    credit: Decimal | None = None
    holds: dict[str, Hold] = {}
    waived: dict[str, str] = {}
    lines: tuple[Line, ...] = ()
    attempt: int = 0
    reserving: bool = False
    avoid: dict[str, datetime] = {}
    waits_for_stock: bool = False
    sale_number: str = ""
    sale_cancelled: bool = False
    sale_behind: bool = False
    shares: tuple[Share, ...] = ()
    sent: tuple[Sent, ...] = ()
    bills: tuple[Bill, ...] = ()
    captures: tuple[Capture, ...] = ()
    payments: tuple[Payment, ...] = ()
    registered: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    requests: tuple[str, ...] = ()
    alarms: dict[str, datetime] = {}
    reason: str = ""
    notices: dict[str, Notice] = {}
    issued: int = 0
    pending: dict[str, int] = {}
    stuck: dict[str, str] = {}
    asked: tuple[str, ...] = ()
    watching: str = ""

    @property
    def is_over(self) -> bool:
        return self.stage in ("closed", "cancelled", "rejected")

    @property
    def phase(self) -> str:
        """One word for people: the stage when over, else what it waits for or does."""
        if self.stage != "open":
            return "announced" if self.stage == "new" else self.stage
        return self.watching or "open"

    def line(self, id: str) -> Line | None:
        for line in self.lines:
            if line.id == id:
                return line
        return None

    def share(self, key: str) -> Share | None:
        for share in self.shares:
            if share.key == key:
                return share
        return None

    @property
    def received(self) -> Decimal:
        """Money that is ours: captured or paid."""
        return sum((p.amount.amount for p in self.payments if p.kind in ("capture", "payment")), ZERO)

    @property
    def refunded(self) -> Decimal:
        return sum((p.amount.amount for p in self.payments if p.kind == "refund"), ZERO)

    @property
    def payment(self) -> Literal["unpaid", "authorised", "captured", "paid", "refunded"]:
        """The payment axis, apart from all others."""
        if self.received and self.refunded >= self.received:
            return "refunded"
        kinds = {payment.kind for payment in self.payments}
        if "payment" in kinds:
            return "paid"
        if "capture" in kinds:
            return "captured"
        return "authorised" if "authorization" in kinds else "unpaid"
