"""The contract of a connector: ask, perform, observe. A connector is pure: it yields requests, others send them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from crossdock.model.base import Value
from crossdock.model.commands import Command
from crossdock.model.events import Event
from crossdock.runtime.ports import Exchange

# --- what an operation does there when it is repeated --------------------------------------------------------------


class Asks(Value, frozen=True):
    """It changes nothing there."""


class Idempotent(Value, frozen=True):
    """Repeating it with the same key changes nothing more, while the key is remembered there."""

    key_valid_for: timedelta


class LookUp(Value, frozen=True):
    """Look for our reference first. "Not found" counts only `visible_within` after the last attempt could have ended,
    which is up to `may_still_run_for` after it began."""

    visible_within: timedelta
    may_still_run_for: timedelta


class Unsafe(Value, frozen=True):
    """Can neither be repeated nor looked up: an unknown outcome goes to a person."""


Repetition = Asks | Idempotent | LookUp | Unsafe


# --- performing ----------------------------------------------------------------------------------------------------


class Task(Value, frozen=True):
    """A command to carry out. `key` names it at the other system for good; `attempt` counts from 1."""

    command: Command
    key: str
    attempt: int
    now: datetime


class Done(Value, frozen=True):
    """It is done, or answered; these events say what happened there."""

    events: tuple[Event, ...]


class Refused(Value, frozen=True):
    """The system says no, and would say so again: a business rule, a bad request. One sentence, in its words."""

    reason: str
    code: str = ""


class TryLater(Value, frozen=True):
    """It certainly did not happen, and may work later. `after` is the system's own wish."""

    reason: str
    after: timedelta | None = None


class NotFound(Value, frozen=True):
    """Look-up only: nothing there carries our reference."""


Outcome = Done | Refused | TryLater
LookedUp = Done | Refused | TryLater | NotFound


# --- observing -----------------------------------------------------------------------------------------------------


class Delivery(Value, frozen=True):
    """Something a system sent or a feed read: a webhook, a polled record, a document. Header names in lower case."""

    topic: str
    body: bytes
    headers: Mapping[str, str] = {}


class Arrival(Value, frozen=True):
    """How a delivery is journaled: its id within (system, topic), and the key of the object it is about, if known."""

    message_id: str
    subject: str = ""


class Rejected(Value, frozen=True):
    """Why a delivery is not taken: an HTTP status (400, 401, 404, 413) and one sentence."""

    status: int
    reason: str


class Sighting(Value, frozen=True):
    """An event and when it happened there."""

    event: Event
    occurred_at: datetime


class Problem(Value, frozen=True):
    """What could not be read, by its path in the source's own terms."""

    path: str
    reason: str


class Translation(Value, frozen=True):
    """What a delivery means: events, and problems that a person must see. Both may be there: one bad field
    does not lose the order."""

    sightings: tuple[Sighting, ...] = ()
    problems: tuple[Problem, ...] = ()


class FeedPage(Value, frozen=True):
    """What a poll found, and where to go on. `more` asks for the next page at once."""

    deliveries: tuple[Delivery, ...]
    cursor: str
    more: bool = False


class Feed(msgspec.Struct, frozen=True):
    """A poll: `read(cursor, now)`, from an empty cursor at first. Reading twice is harmless: deliveries are deduped."""

    name: str
    every: timedelta
    read: Callable[[str, datetime], Exchange[FeedPage]]


class Connector(Protocol):
    """One installation of one kind of system, by its name in the estate."""

    @property
    def system(self) -> str: ...

    @property
    def performs(self) -> Mapping[type[Command], Repetition]:
        """The commands and queries it takes, and how each may be repeated."""
        ...

    @property
    def feeds(self) -> Sequence[Feed]: ...

    def perform(self, task: Task) -> Exchange[Outcome]:
        """Carry a command out. NotSent and NoAnswer may pass through: the lane knows what they mean."""
        ...

    def look_up(self, task: Task) -> Exchange[LookedUp]:
        """Only for `LookUp` operations: find what an attempt with this key left behind, and finish it where it is
        half done (a created sale that was not confirmed)."""
        ...

    def receive(self, delivery: Delivery, now: datetime) -> Arrival | Rejected:
        """Check a webhook's signature over its raw bytes and say how to journal it. Must not read the whole meaning."""
        ...

    def arrival(self, delivery: Delivery) -> Arrival:
        """The same for a delivery of one of our own feeds, which needs no signature."""
        ...

    def translate(self, delivery: Delivery, received_at: datetime) -> Translation:
        """What a journaled delivery means. Never raises on bad content: it names problems."""
        ...
