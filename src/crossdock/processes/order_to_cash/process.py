"""Order to cash, from a customer's order to a paid-for delivery. Pure: the runtime does the work."""

from collections.abc import Iterable
from datetime import datetime

from crossdock.estate.model import Estate
from crossdock.model.events import (
    ActionTaken,
    AlarmRang,
    CancellationRequested,
    ChannelInformed,
    CommandAbandoned,
    CommandRefused,
    CreditDenied,
    CreditGranted,
    CreditNotePosted,
    CreditPositionRead,
    Event,
    FulfillmentAddressRefused,
    FulfillmentCancellationRefused,
    FulfillmentCancelled,
    FulfillmentRefused,
    FulfillmentShipped,
    FulfillmentShort,
    HoldPlaced,
    HoldReleased,
    InvoicePosted,
    OrderChanged,
    OrderPlaced,
    OrderQuoted,
    PaymentCaptured,
    PaymentFailed,
    PaymentReceived,
    PaymentRegistered,
    RefundRequested,
    ReservationLost,
    SaleCancelled,
    SaleChanged,
    SaleCreated,
    ShipmentPosted,
    StockBecameAvailable,
    StockReserved,
)
from crossdock.processes.decision import NOT_OURS, AskPerson, Decision, Route, State, Waiting
from crossdock.processes.order_to_cash import (
    billing,
    cancelling,
    changes,
    credit,
    flow,
    holds,
    outcomes,
    payments,
    placing,
    quoting,
    refunds,
    sale,
    shipping,
    sourcing,
    watch,
)
from crossdock.processes.order_to_cash.state import OrderState
from crossdock.processes.order_to_cash.step import Rules, Step

BY_KEY = (
    CancellationRequested,
    PaymentReceived,
    PaymentFailed,
    RefundRequested,
    HoldPlaced,
    HoldReleased,
    OrderQuoted,
    CreditPositionRead,
    SaleCreated,
    SaleChanged,
    SaleCancelled,
    ShipmentPosted,
    InvoicePosted,
    PaymentRegistered,
    CreditNotePosted,
    PaymentCaptured,
    ChannelInformed,
    StockReserved,
    CreditGranted,
    CreditDenied,
    ReservationLost,
    FulfillmentRefused,
    FulfillmentShipped,
    FulfillmentShort,
    FulfillmentCancelled,
    FulfillmentCancellationRefused,
    FulfillmentAddressRefused,
)
"""They name the order by its key."""

DIRECT = (StockBecameAvailable, AlarmRang, CommandRefused, CommandAbandoned, ActionTaken)
"""The runtime addresses them to the instance."""


class OrderToCash:
    """One instance per sales order, by its key."""

    name = "order_to_cash"
    state_type: type[State] = OrderState
    events: Iterable[type[Event]] = (OrderPlaced, OrderChanged, *BY_KEY, *DIRECT)

    def __init__(self, estate: Estate) -> None:
        self._rules = Rules(estate)

    def route(self, event: Event) -> Route:
        """By the order's key. An order that was changed before we heard of it begins with the change."""
        match event:
            case OrderPlaced(order) | OrderChanged(order):
                return Route((order.key,), starts=True)
            case _ if isinstance(event, BY_KEY):
                return Route((event.order,))
            case _:
                return NOT_OURS

    def new(self, key: str) -> OrderState:
        return OrderState(key)

    def decide(self, state: State, event: Event, at: datetime) -> Decision:
        """What the event says is written down; what follows is read from the state."""
        assert isinstance(state, OrderState)
        step = Step(self._rules, state, at)
        if state.order is None:
            return self._begin(step, event)
        self._take_in(step, event)
        flow.advance(step)
        return step.decision()

    def waiting(self, state: State) -> tuple[Waiting, ...]:
        assert isinstance(state, OrderState)
        return watch.waiting(state)

    def _begin(self, step: Step, event: Event) -> Decision:
        match event:
            case OrderPlaced():
                placing.placed(step, event)
            case OrderChanged(order):
                placing.placed(step, OrderPlaced(order))
            case _:
                what = type(event).__name__
                return step.state.then(AskPerson("no_order", f"{what} came for an order that is not known here"))
        flow.advance(step)
        return step.decision()

    def _take_in(self, step: Step, event: Event) -> None:
        _from_people(step, event)
        _from_systems(step, event)
        _from_us(step, event)


def _from_people(step: Step, event: Event) -> None:
    """The customer, the channel, and people of ours."""
    match event:
        case OrderPlaced(order) | OrderChanged(order):
            changes.changed(step, order)
        case CancellationRequested():
            cancelling.requested(step, event)
        case PaymentReceived():
            payments.received(step, event)
        case PaymentFailed():
            payments.failed(step, event)
        case RefundRequested():
            refunds.requested(step, event)
        case HoldPlaced():
            holds.placed_by_hand(step, event)
        case HoldReleased():
            holds.released_by_hand(step, event)
        case ActionTaken():
            outcomes.acted(step, event)


def _from_systems(step: Step, event: Event) -> None:
    """What other systems answer."""
    match event:
        case OrderQuoted():
            quoting.quoted(step, event)
        case CreditPositionRead():
            credit.position_read(step, event)
        case SaleCreated():
            sale.created(step, event)
        case SaleChanged():
            sale.changed(step, event)
        case SaleCancelled():
            sale.cancelled(step, event)
        case ShipmentPosted():
            shipping.posted(step, event)
        case InvoicePosted():
            billing.posted(step, event)
        case PaymentRegistered():
            payments.registered(step, event)
        case PaymentCaptured():
            payments.captured(step, event)
        case CreditNotePosted():
            refunds.posted(step, event)
        case ChannelInformed():
            shipping.informed(step, event)
        case CommandRefused():
            outcomes.refused(step, event)
        case CommandAbandoned():
            outcomes.abandoned_command(step, event)


def _from_us(step: Step, event: Event) -> None:
    """Our own ledgers, the order's fulfillments, and the clock."""
    match event:
        case StockReserved():
            sourcing.reserved(step, event)
        case StockBecameAvailable():
            sourcing.available(step, event)
        case ReservationLost():
            sourcing.lost(step, event)
        case CreditGranted():
            credit.granted(step, event)
        case CreditDenied():
            credit.denied(step, event)
        case FulfillmentShipped():
            shipping.shipped(step, event)
        case FulfillmentShort():
            shipping.short(step, event)
        case FulfillmentRefused():
            shipping.refused(step, event)
        case FulfillmentCancelled():
            shipping.cancelled(step, event)
        case FulfillmentCancellationRefused():
            shipping.cancellation_refused(step, event)
        case FulfillmentAddressRefused():
            changes.address_refused(step, event)
        case AlarmRang():
            watch.rang(step, event)
