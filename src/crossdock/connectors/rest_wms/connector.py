"""The warehouse of the JSON contract: every request may be repeated, and what a webhook loses its log of
changes brings."""

import functools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from crossdock.connectors.rest_wms import mapping, wire
from crossdock.model import events
from crossdock.model.base import Value
from crossdock.model.commands import (
    CancelFulfillment,
    ChangeFulfillmentAddress,
    Command,
    ReleaseFulfillment,
)
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

# The contract obliges a warehouse to know a reference and a key for a week.
_KEYS = Idempotent(key_valid_for=timedelta(days=7))


class Settings(Value, frozen=True):
    """One installation. `nodes` maps our nodes to the system's warehouse codes, the first being the one that
    messages
    without a code are about; `secrets` sign its webhooks."""

    system: str
    url: str
    token: str
    nodes: dict[str, str]
    secrets: tuple[str, ...] = ()
    poll_every: timedelta = timedelta(minutes=1)
    timeout: float = 30.0


class RestWms:
    """One installation of a warehouse system that speaks the contract."""

    def __init__(self, settings: Settings) -> None:
        if not settings.nodes:
            raise ValueError(f"the warehouse system {settings.system} needs a node that it serves")
        self.settings = settings
        self._api = Api(settings.url.rstrip("/"), settings.token, settings.timeout)
        self._by_code = {code: node for node, code in settings.nodes.items()}
        self._by_code.setdefault("", next(iter(settings.nodes)))

    @property
    def system(self) -> str:
        return self.settings.system

    @property
    def performs(self) -> Mapping[type[Command], Repetition]:
        return {
            ReleaseFulfillment: _KEYS,
            CancelFulfillment: _KEYS,
            ChangeFulfillmentAddress: _KEYS,
        }

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
        match task.command:
            case ReleaseFulfillment():
                return self._release(task.command, task)
            case CancelFulfillment():
                return self._cancel(task.command, task)
            case ChangeFulfillmentAddress():
                return self._readdress(task.command, task)
        raise TypeError(f"{self.system} does not take {type(task.command).__name__}")

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
        reader = mapping.READERS.get(message.type)
        if reader is None:
            return Translation(problems=(Problem("$.type", f"`{message.type}` is no type of this contract"),))
        try:
            event = reader(bytes(message.data), self._node, message.timestamp)
        except msgspec.DecodeError as error:
            found = problem(error)
            return Translation(problems=(Problem("$.data" + found.path.removeprefix("$"), found.reason),))
        return Translation((Sighting(event, message.timestamp),))

    def _node(self, code: str) -> str:
        return self._by_code.get(code, code)

    def _release(self, command: ReleaseFulfillment, task: Task) -> Exchange[Outcome]:
        body = mapping.release_request(command, self.settings.nodes)
        request = self._api.send("POST", "v1", "fulfillments", body=body, key=command.fulfillment.number)
        answer = yield from ask(request, wire.Fulfillment, task.now)
        node = command.fulfillment.node
        match answer:
            case Refused() | TryLater():
                return answer
            case wire.Fulfillment(state="accepted"):
                return Done((events.NodeAccepted(node, answer.reference, answer.number),))
            case wire.Fulfillment(state="refused"):
                return Done((events.NodeRefused(node, answer.reference, answer.reason),))
        return Done(())

    def _cancel(self, command: CancelFulfillment, task: Task) -> Exchange[Outcome]:
        body = mapping.cancellation_request(command)
        path = ("v1", "fulfillments", command.reference, "cancellation")
        answer = yield from ask(
            self._api.send("POST", *path, body=body, key=task.key),
            wire.CancellationResult,
            task.now,
        )
        match answer:
            case Refused() | TryLater():
                return answer
            case wire.CancellationResult(result="cancelled"):
                stopped = mapping.quantities(answer.lines)
                return Done((events.NodeCancelled(command.node, command.reference, stopped),))
            case wire.CancellationResult(result="refused"):
                return Done((events.NodeCancellationRefused(command.node, command.reference, answer.reason),))
        return Done(())

    def _readdress(self, command: ChangeFulfillmentAddress, task: Task) -> Exchange[Outcome]:
        path = ("v1", "fulfillments", command.reference, "address")
        request = self._api.send("PUT", *path, body=wire.AddressChange(command.address), key=task.key)
        answer = yield from ask(request, wire.Fulfillment, task.now)
        if isinstance(answer, Refused | TryLater):
            return answer
        return Done((events.ChannelInformed(command.order, "address", command.reference),))
