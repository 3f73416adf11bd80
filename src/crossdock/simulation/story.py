"""What customers, clerks and warehouse people do, as data: an order, the steps that follow it, and how it must end."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from crossdock.model.base import Value
from crossdock.model.parties import Address
from crossdock.simulation.systems.catalogue import Catalogue
from crossdock.simulation.systems.shop_orders import Basket
from crossdock.simulation.systems.wms import Instruction

Outcome = Literal["complete", "partly_cancelled", "cancelled", "rejected", "waiting", "partly_shipped", "too_late"]
"""What the ledgers show of an order: all shipped; shipped but for what was cancelled; cancelled or turned away, nothing
shipped; nothing or some shipped and the rest still wanted; changed or cancelled, and shipped as before all the same."""


# --- what people do --------------------------------------------------------------------------------------------------


class Edit(Value, frozen=True):
    """The customer changes quantities in the shop, by item."""

    quantities: dict[str, int]


class Move(Value, frozen=True):
    """The customer corrects the address."""

    address: Address


class Pay(Value, frozen=True):
    """The customer pays what is outstanding."""


class Cancel(Value, frozen=True):
    """The customer cancels in the shop, or a clerk does for a phone order."""


class Refund(Value, frozen=True):
    """The shop's staff gives money back."""

    amount: Decimal


class Stock(Value, frozen=True):
    """Stock moves at a warehouse: a receipt, or a counter sale (negative)."""

    node: str
    item: str
    quantity: Decimal


class SettleAccount(Value, frozen=True):
    """The customer pays the ERP what it owed before."""

    amount: Decimal


class Release(Value, frozen=True):
    """A person of ours lifts a hold of the order."""

    hold: str


class Rewrite(Value, frozen=True):
    """A clerk changes the quantities of a phone order, by item."""

    quantities: dict[str, int]


Action = Edit | Move | Pay | Cancel | Refund | Stock | SettleAccount | Release | Rewrite


class When(Value, frozen=True):
    """A step's turn comes `after` a span from the one before, once the systems show `seen` of the order: `entered` in
    the ERP, `released` to a warehouse, `shipped` or `billed`, or once it is `held` before a person here."""

    after: timedelta = timedelta()
    seen: Literal["", "entered", "released", "shipped", "billed", "held"] = ""


class Step(Value, frozen=True):
    when: When
    action: Action


# --- how it must end -------------------------------------------------------------------------------------------------


class Expected(Value, frozen=True):
    """How an order must end: one of these outcomes, with these units shipped by item, one set of them, where it
    matters.

    `over` are units beyond those wanted that are allowed by item. `nodes` is the least number of warehouses that
    shipped.
    `credited` must have been credited in the ERP. Of the orders of one `pair`, `together` says how many must be
    complete.
    """

    outcomes: tuple[Outcome, ...] = ("complete",)
    shipped: tuple[dict[str, Decimal], ...] = ()
    over: dict[str, Decimal] = {}
    nodes: int = 0
    credited: Decimal = Decimal(0)
    pair: str = ""
    together: int = 0


class Phone(Value, frozen=True):
    """An order that a clerk takes by phone and enters in the ERP."""

    lines: tuple[tuple[str, Decimal], ...]
    customer: str
    freight: Decimal = Decimal("10.00")
    ship_complete: bool = False
    not_before: date | None = None


class Story(Value, frozen=True):
    """One order of a kind: `at` a span from the start it is placed at a channel, by basket or phone. `placed_before` is
    how long ago its shop says it was placed. `instructions` are for warehouses, `never` webhook topics of the shop that
    are not sent for it; `twice` sends each twice."""

    kind: str
    at: timedelta
    channel: str
    order: Basket | Phone
    steps: tuple[Step, ...] = ()
    expected: Expected = Expected()
    instructions: dict[str, Instruction] = {}
    placed_before: timedelta = timedelta()
    never: tuple[str, ...] = ()
    twice: bool = False


class Mix(Value, frozen=True):
    """All stories, and the master data and opening stock (by node, then item) that they need."""

    stories: tuple[Story, ...]
    catalogue: Catalogue
    stock: dict[str, dict[str, Decimal]]
