"""What customers, channels and people of ours say."""

from decimal import Decimal
from typing import Literal

from crossdock.model.events.base import Event
from crossdock.model.orders import Payment, SalesOrder
from crossdock.model.quantities import Money


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
