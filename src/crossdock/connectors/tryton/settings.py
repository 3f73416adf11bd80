"""What one installation of Tryton is told by its estate."""

from datetime import timedelta

from msgspec import field

from crossdock.model.base import Value
from crossdock.runtime.connector import LookUp

# A commit is visible to the next request at once. A request whose sender is gone runs on to its end: the slowest
# measured (posting an invoice on a busy server) took some seconds, and waits for locks are bounded by Tryton's retries.
_LOOK_UP = LookUp(visible_within=timedelta(seconds=1), may_still_run_for=timedelta(seconds=60))


class Settings(Value, frozen=True):
    """One installation.

    `nodes` maps our nodes to warehouse codes; a sale stands in the warehouse `warehouse` until it ships from another.
    `charge_items` are the service items that charges (by kind) and discounts are booked on. `prepaid_terms` are payment
    terms that give no credit. `payment_method` names the invoice payment method for money that comes in elsewhere.
    `observe_stock` is off where another system owns the stock. `service` is the carrier's service (`ups/ground`) of
    orders that people enter in Tryton, whose sales name none.
    """

    system: str
    url: str
    database: str
    user: str
    password: str
    channel: str = "erp"
    guest_customer: str = ""
    nodes: dict[str, str] = {}
    warehouse: str = ""
    charge_items: dict[str, str] = field(default_factory=lambda: {"freight": "FREIGHT", "discount": "DISCOUNT"})
    prepaid_terms: tuple[str, ...] = ("Prepaid", "Upon Receipt")
    payment_method: str = "Crossdock"
    observe_stock: bool = True
    service: str = ""
    poll_every: timedelta = timedelta(seconds=30)
    overlap: timedelta = timedelta(minutes=2)
    look_up: LookUp = _LOOK_UP
    timeout: float = 60.0
