"""What a process may decide: a new state and effects. The runtime carries effects out; a process never does."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Protocol, TypeVar

import msgspec

from crossdock.model.base import Value
from crossdock.model.commands import Command
from crossdock.model.events import Event
from crossdock.model.identifiers import Identifier
from crossdock.model.invoices import CreditPosition
from crossdock.model.quantities import Money
from crossdock.model.stock import Allocation, Demand, SourcingPolicy


class SetAlarm(Value, frozen=True):
    """Ring `after` a span from the event's time, or `at` an instant. Setting a name again replaces its older time."""

    name: str
    after: timedelta | None = None
    at: datetime | None = None


class ClearAlarm(Value, frozen=True):
    """Silence an alarm; one that already rang but was not read yet stays silent too."""

    name: str


class Identify(Value, frozen=True):
    """The instance may be found by this number from now on."""

    identifier: Identifier


class Reserve(Value, frozen=True):
    """Hold stock in this very transaction; the answer is StockReserved in the same batch."""

    order: str
    demands: tuple[Demand, ...]
    policy: SourcingPolicy
    attempt: int = 1


class FreeStock(Value, frozen=True):
    """Give held stock back."""

    order: str
    allocations: tuple[Allocation, ...]


class ShipStock(Value, frozen=True):
    """What was held has left the node: on hand and reserved both fall. `reference` names the shipment and counts once.
    `over` left beyond what was held: only on hand falls."""

    order: str
    allocations: tuple[Allocation, ...]
    reference: str
    over: tuple[Allocation, ...] = ()


class WaitForStock(Value, frozen=True):
    """Wake this instance with StockBecameAvailable when one of the items comes in, oldest waiter first."""

    items: tuple[str, ...]


class StopWaitingForStock(Value, frozen=True):
    """No longer wake it."""


class HoldCredit(Value, frozen=True):
    """Take `amount` of a customer's limit for this order, all in-flight orders counted; CreditGranted or CreditDenied.

    With `over_limit`, a person let it pass: it is taken and granted whatever the limit.
    """

    order: str
    reference: str
    amount: Money
    position: CreditPosition
    over_limit: bool = False


class CreditIsInErp(Value, frozen=True):
    """The ERP counts the order itself now: positions read from here on contain it."""

    order: str


class FreeCredit(Value, frozen=True):
    """The order takes no credit any more."""

    order: str


class AskPerson(Value, frozen=True):
    """Open an exception: why it can't go on, who must act, and what may be done. Same `cause` twice is one."""

    cause: str
    reason: str
    role: str = "operations"
    actions: tuple[str, ...] = ("retry", "done_by_hand", "dismiss")


class Settle(Value, frozen=True):
    """The exception of that cause is over."""

    cause: str


def abandoned(command: str, ordinal: int) -> str:
    """The cause under which the runtime opens the exception of an abandoned command, and ActionTaken names it.

    On `retry` the runtime sends the same command again, under the same key; the process learns the answer as ever.
    """
    return f"command:{command}:{ordinal}"


Effect = (
    Command
    | Event
    | SetAlarm
    | ClearAlarm
    | Identify
    | Reserve
    | FreeStock
    | ShipStock
    | WaitForStock
    | StopWaitingForStock
    | HoldCredit
    | CreditIsInErp
    | FreeCredit
    | AskPerson
    | Settle
)


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Base of instance states. `VERSION` rises with every change of fields, and an upgrade comes with it.

    `DOCUMENT` names the field that holds the business document: it is stored apart, and written only when it changes.
    """

    VERSION: ClassVar[int] = 1
    DOCUMENT: ClassVar[str] = ""

    @property
    def phase(self) -> str:
        """Where it stands, in a word that people know."""
        raise TypeError(f"{type(self).__name__} has no phase")

    @property
    def is_over(self) -> bool:
        """Nothing more is expected; late events are still accepted."""
        return False

    def then(self, *effects: Effect) -> "Decision":
        return Decision(self, effects)


class Decision(msgspec.Struct, frozen=True):
    """The state after an event, and what follows from it, in order."""

    state: State
    effects: tuple[Effect, ...] = ()

    def then(self, *effects: Effect) -> "Decision":
        return Decision(self.state, (*self.effects, *effects))


class Route(Value, frozen=True):
    """Whom an event concerns: instances by key, or by the numbers it carries.

    `starts` lets the first key begin a new instance. With `by`, none found means that the event waits under its
    numbers; more than one found is an exception unless `many`.
    """

    keys: tuple[str, ...] = ()
    starts: bool = False
    by: tuple[Identifier, ...] = ()
    many: bool = False


NOT_OURS = Route()


class Waiting(Value, frozen=True):
    """What an instance waits for: for whom, until when, and what happens then. For people."""

    what: str
    whom: str
    until: datetime | None = None


S = TypeVar("S", bound=State, contravariant=True)


class Process(Protocol):
    """The pure rules of one business process, made with the estate's rules for it."""

    @property
    def name(self) -> str: ...

    @property
    def state_type(self) -> type[State]: ...

    @property
    def events(self) -> Iterable[type[Event]]:
        """The event types it wants to see at all."""
        ...

    def route(self, event: Event) -> Route:
        """Whom it concerns. NOT_OURS: none of this process."""
        ...

    def new(self, key: str) -> State:
        """The state of an instance before its first event."""
        ...

    def decide(self, state: State, event: Event, at: datetime) -> Decision:
        """What follows. `at` is when the event was recorded. Raises nothing for any (state, event) pair."""
        ...

    def waiting(self, state: State) -> tuple[Waiting, ...]:
        """What it waits for now."""
        ...
