"""The carrier of the JSON contract."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from crossdock.connectors.rest_carrier import mapping, wire
from crossdock.model import events
from crossdock.model.base import Value
from crossdock.model.commands import BuyLabel, Command
from crossdock.runtime.connector import (
    Arrival,
    Delivery,
    Done,
    Feed,
    Idempotent,
    LookedUp,
    Outcome,
    Problem,
    Refused,
    Rejected,
    Repetition,
    Sighting,
    Task,
    Translation,
    TryLater,
)
from crossdock.runtime.ports import Exchange
from crossdock.transports import webhooks
from crossdock.transports.change_log import RawMessage, read_changes
from crossdock.transports.rest import Api, ask, problem

_TRACKING = "tracking.updated"


class Settings(Value, frozen=True):
    """One installation. `carrier` is its name in the estate; `secrets` sign its webhooks."""

    system: str
    url: str
    token: str
    carrier: str
    secrets: tuple[str, ...] = ()
    poll_every: timedelta = timedelta(minutes=5)
    timeout: float = 30.0


class RestCarrier:
    """One installation of a carrier that speaks the contract."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._api = Api(settings.url.rstrip("/"), settings.token, settings.timeout)

    @property
    def system(self) -> str:
        return self.settings.system

    @property
    def performs(self) -> Mapping[type[Command], Repetition]:
        # The contract obliges a carrier to know a key for a day.
        return {BuyLabel: Idempotent(key_valid_for=timedelta(days=1))}

    @property
    def feeds(self) -> Sequence[Feed]:
        return (
            Feed(
                "changes",
                self.settings.poll_every,
                functools.partial(read_changes, self._api),
            ),
        )

    def perform(self, task: Task) -> Exchange[Outcome]:
        if not isinstance(task.command, BuyLabel):
            raise TypeError(f"{self.system} does not take {type(task.command).__name__}")
        return self._buy(task.command, task)

    def look_up(self, task: Task) -> Exchange[LookedUp]:
        raise LookupError("every request to this system may be repeated: there is nothing to look up")

    def receive(self, delivery: Delivery, now: datetime) -> Arrival | Rejected:
        rejected = webhooks.rejection(self.settings.secrets, delivery.headers, delivery.body, now)
        return rejected or self.arrival(delivery)

    def arrival(self, delivery: Delivery) -> Arrival:
        return Arrival(delivery.headers["webhook-id"])

    def translate(self, delivery: Delivery, received_at: datetime) -> Translation:
        try:
            message = msgspec.json.decode(delivery.body, type=RawMessage)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return Translation(problems=(problem(error),))
        if message.type != _TRACKING:
            return Translation(problems=(Problem("$.type", f"`{message.type}` is no type of this contract"),))
        try:
            told = msgspec.json.decode(message.data, type=wire.Tracking)
        except msgspec.DecodeError as error:
            found = problem(error)
            return Translation(problems=(Problem("$.data" + found.path.removeprefix("$"), found.reason),))
        event = events.TrackingReported(mapping.tracking_event(told, self.settings.carrier))
        return Translation((Sighting(event, told.at),))

    def _buy(self, command: BuyLabel, task: Task) -> Exchange[Outcome]:
        request = self._api.send("POST", "v1", "labels", body=mapping.label_request(command), key=task.key)
        label = yield from ask(request, wire.Label, task.now)
        if isinstance(label, Refused | TryLater):
            return label
        return Done(
            (
                events.LabelBought(
                    command.fulfillment,
                    command.package.id,
                    label.tracking,
                    command.carrier,
                ),
            )
        )
