"""What the runtime tells an instance: time, refusals, people's actions; and what only stands on a timeline."""

from datetime import date, datetime
from typing import Literal

from crossdock.model.events.base import Event
from crossdock.model.identifiers import Identifier


class AlarmRang(Event, frozen=True, tag=True):
    """A time that an instance set for itself has come. `due` is when it was to ring."""

    alarm: str
    due: datetime


class CommandRefused(Event, frozen=True, tag=True):
    """A system said no for good to a command or query of this instance (a business rule or a bad request)."""

    command: str
    ordinal: int
    system: str
    reason: str
    code: str = ""


class CommandAbandoned(Event, frozen=True, tag=True):
    """A command can't go on without a person: attempts are spent, or its outcome is unknown and unsafe to repeat."""

    command: str
    ordinal: int
    system: str
    reason: str


class ActionTaken(Event, frozen=True, tag=True):
    """A person acted on an exception of this instance; `done_by_hand` comes with the outside reference."""

    exception: str
    action: Literal["retry", "done_by_hand", "dismiss"]
    by: str
    reason: str = ""
    reference: str = ""


class DocumentReceived(Event, frozen=True, tag=True):
    """A document or webhook that starts nothing by itself, kept on its object's timeline."""

    system: str
    topic: str
    summary: str
    identifiers: tuple[Identifier, ...] = ()
    on: date | None = None
