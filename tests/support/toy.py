"""A small process for tests of the engine: parcels that are asked for, answered and counted."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from crossdock.estate.model import Channel, Estate, Limits, Node, System
from crossdock.journal.batch import Batch
from crossdock.journal.records import EVENT, InboxRow, partition_of
from crossdock.journal.store import Store
from crossdock.model.codec import encode
from crossdock.model.commands import CancelSale
from crossdock.model.events import (
    ActionTaken,
    AlarmRang,
    CancellationRequested,
    CommandAbandoned,
    Event,
    HoldPlaced,
    HoldReleased,
    OrderClosed,
    PaymentFailed,
    ReservationLost,
    SaleCancelled,
    ShipmentPosted,
    StockBecameAvailable,
    StockReserved,
)
from crossdock.model.identifiers import Identifier
from crossdock.model.stock import Demand, SourcingPolicy
from crossdock.processes.decision import (
    NOT_OURS,
    AskPerson,
    ClearAlarm,
    Decision,
    Identify,
    Reserve,
    Route,
    SetAlarm,
    Settle,
    State,
    WaitForStock,
    Waiting,
)
from crossdock.runtime.versions import tag


class Parcel(State, frozen=True):
    """What the toy remembers: everything that happened to it."""

    DOCUMENT = "paper"
    key: str = ""
    seen: tuple[str, ...] = ()
    paper: str | None = None

    @property
    def phase(self) -> str:
        return self.seen[-1] if self.seen else "new"

    @property
    def is_over(self) -> bool:
        return "closed" in self.seen


class Toy:
    """Starts with HoldPlaced; its reason says what it does next."""

    name = "toy"
    state_type = Parcel
    events: Iterable[type[Event]] = (
        HoldPlaced, HoldReleased, CancellationRequested, PaymentFailed, ShipmentPosted, OrderClosed,
    )  # fmt: skip

    def route(self, event: Event) -> Route:
        match event:
            case HoldPlaced(order):
                return Route(keys=(order,), starts=True)
            case HoldReleased(order) | CancellationRequested(order) | OrderClosed(order):
                return Route(keys=(order,))
            case PaymentFailed(_, reference):
                return Route(by=(Identifier("payment", reference),))
            case ShipmentPosted(_, shipment):
                return Route(by=(Identifier("shipment", shipment),), many=True)
        return NOT_OURS

    def new(self, key: str) -> Parcel:
        return Parcel(key=key)

    def decide(self, state: Parcel, event: Event, at: datetime) -> Decision:
        def saw(word: str) -> Decision:
            return Parcel(state.key, (*state.seen, word), state.paper).then()

        match event:
            case HoldPlaced(_, hold, _, reason):
                if "raise" in reason and "retried" not in state.seen:
                    raise RuntimeError("the toy broke")
                started = Parcel(state.key, (*state.seen, "placed"), f"paper of {state.key}")
                return started.then(*self._effects(state.key, hold, reason))
            case HoldReleased():
                return saw("released").then(ClearAlarm("ring"), Settle("question"))
            case CancellationRequested(_, reason):
                if reason == "tell":
                    return saw("told").then(OrderClosed("other"))
                if reason == "loop":
                    return saw("looped").then(CancellationRequested(state.key, "loop"))
                return saw("cancelled")
            case StockReserved(_, allocations, short):
                total = sum(allocation.quantity for allocation in allocations)
                return saw(f"reserved {total} short {sum(short.values())}")
            case StockBecameAvailable() | ReservationLost() | AlarmRang() | SaleCancelled() | PaymentFailed():
                return saw(type(event).__name__)
            case ShipmentPosted() | CommandAbandoned():
                return saw(type(event).__name__)
            case OrderClosed():
                return saw("closed")
            case ActionTaken():
                return saw("retried")
        return Decision(state)

    def _effects(self, key: str, hold: str, reason: str) -> list:
        effects: list = []
        for word in reason.split():
            verb, _, value = word.partition("=")
            if verb == "alarm":
                effects.append(SetAlarm("ring", after=timedelta(seconds=int(value))))
            if verb == "number":
                effects.append(Identify(Identifier("payment", value)))
            if verb == "shipment":
                effects.append(Identify(Identifier("shipment", value)))
            if verb == "reserve":
                demand = Demand("1", "bolt", Decimal(value))
                effects.append(Reserve(key, (demand,), SourcingPolicy(("wh1",))))
            if verb == "wait":
                effects.append(WaitForStock((value,)))
            if verb == "command":
                effects.append(CancelSale(key, value))
            if verb == "ask":
                effects.append(AskPerson("question", "what now?"))
        return effects

    def waiting(self, state: Parcel) -> tuple[Waiting, ...]:
        return ()


ESTATE = Estate(
    "toys",
    systems={"erp": System("erp", "toy", "http://erp", limits=Limits(concurrency=2, attempts=3))},
    owners=dict.fromkeys(("sales_order", "price", "credit", "invoice"), "erp"),
    nodes={"wh1": Node("wh1", "erp")},
    channels={"shop": Channel("shop", "erp")},
)


def put(store: Store, *events: Event, at: int = 1, instance: bytes = b"") -> None:
    """Events into the inboxes, as intake would."""
    rows = []
    for event in events:
        key = getattr(event, "order", "") or "nobody"
        partition = partition_of(key, store.partitions)
        rows.append(InboxRow(partition, 0, EVENT, at, instance, tag(event), "test", "test", 0, at, encode(event)))
    store.commit(Batch(inbox=rows))
