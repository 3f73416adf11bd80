"""What our own stock and credit ledgers state."""

from decimal import Decimal

from crossdock.model.events.base import Event
from crossdock.model.quantities import Money
from crossdock.model.stock import Allocation


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
