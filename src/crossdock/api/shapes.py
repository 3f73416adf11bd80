"""What the API sends and takes, beside the order itself. All amounts travel as strings that keep every digit."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from crossdock.api.problems import FieldProblem
from crossdock.views.fulfillments import FulfillmentView
from crossdock.views.orders import HoldView, LineView

Named = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Words = Annotated[str, msgspec.Meta(max_length=2000)]


class Problem(msgspec.Struct, frozen=True):
    """An error (RFC 9457): `detail` is one sentence that says what, where and what to do."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[FieldProblem, ...] = ()


class Promise(msgspec.Struct, frozen=True):
    """What a line was promised: so much, leaving by `date` (local to `time_zone`; null: no date yet), from a node."""

    line: str
    quantity: Decimal
    date: date | None
    time_zone: str
    node: str
    basis: Literal["on_hand", "inbound", "lead_time", "none"]


class Waiting(msgspec.Struct, frozen=True):
    """What the order waits for, up to whom, and when that is looked at again."""

    what: str
    whom: str
    until: datetime | None = None


class Question(msgspec.Struct, frozen=True):
    """An exception: what can't go on without a person, and what may be done about it."""

    id: str
    cause: str
    about: str
    reason: str
    role: str
    actions: tuple[str, ...]
    since: datetime
    times: int
    system: str = ""


class Order(msgspec.Struct, frozen=True):
    """Where an order stands."""

    key: str
    number: str
    phase: str
    over: bool = False
    promises: tuple[Promise, ...] = ()
    waits_for: tuple[Waiting, ...] = ()
    questions: tuple[Question, ...] = ()
    channel: str = ""
    customer: str = ""
    payment: str = ""
    sale_number: str = ""
    reason: str = ""
    holds: tuple[HoldView, ...] = ()
    lines: tuple[LineView, ...] = ()
    fulfillments: tuple[FulfillmentView, ...] = ()


class Listed(msgspec.Struct, frozen=True):
    """An order in a list."""

    key: str
    number: str
    phase: str
    over: bool
    changed_at: datetime


class Orders(msgspec.Struct, frozen=True):
    """A page of orders; `next` is the cursor of the page behind it, null at the end."""

    orders: tuple[Listed, ...]
    next: str | None = None


class Exceptions(msgspec.Struct, frozen=True):
    """A page of open exceptions, oldest first."""

    exceptions: tuple[Question, ...]
    total: int
    next: str | None = None


class Hit(msgspec.Struct, frozen=True):
    """An object that holds a number."""

    key: str
    process: str
    phase: str
    changed_at: datetime


class Release(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lift one hold of an order."""

    hold: Named
    reason: Words = ""


class Cancellation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cancel the order, or so many units by line."""

    reason: Words = ""
    lines: dict[str, Decimal] = {}


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person decided about an exception. `reference` is the number of what was done by hand."""

    action: Literal["retry", "done_by_hand", "dismiss"]
    reason: Words = ""
    reference: Annotated[str, msgspec.Meta(max_length=200)] = ""


class Taken(msgspec.Struct, frozen=True):
    """It is recorded and will be worked on."""

    status: Literal["taken"] = "taken"


class Health(msgspec.Struct, frozen=True):
    """`reasons` says, in sentences, what is not as it should be."""

    status: str
    reasons: tuple[str, ...] = ()
