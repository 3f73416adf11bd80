"""Every state that the stories reach, against every event that anybody tells: late, repeated, out of order."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.codec import encode
from crossdock.model.items import Item
from crossdock.model.orders import SalesOrder
from crossdock.model.shipments import Package, TrackingEvent
from crossdock.processes import decision as d
from tests.processes.world import F1, KEY, World, check, estate, kit, line, order, payment, shipment, usd

D = Decimal
Seen = tuple[d.State, e.Event, datetime]

# What our own ledgers and instances say is told once, within one transaction; a second telling would be a second fact.
TOLD_ONCE = (
    e.ReservationLost,
    e.FulfillmentShort,
    e.FulfillmentCancelled,
    e.FulfillmentRefused,
    e.FulfillmentAddressRefused,
    e.FulfillmentCancellationRequested,
)


def stories() -> Iterable[World]:
    """Worlds in which each kind of order runs its course, to be watched."""

    def world(stock: dict[tuple[str, str], int] | None = None, **channel: object) -> World:
        return World(estate(**channel), stock)

    yield world()
    yield world({("BOLT", "EAST"): 6, ("BOLT", "WEST"): 3})
    yield world({("BOLT", "PARCEL"): 99}, nodes=("PARCEL",))
    yield world({("BOLT", "WEST"): 99}, nodes=("WEST",))
    unlimited = world({("BOLT", "EAST"): 6, ("NUT", "EAST"): 4, ("SCREW", "WEST"): 9})
    unlimited.items = {"KIT": kit(), "BOLT": Item("BOLT", substitutes=("SCREW",))}
    yield unlimited
    poor = world()
    poor.limit = usd(1)
    yield poor
    dear = world()
    dear.list_prices["BOLT"] = "99"
    yield dear


def orders() -> Iterable[SalesOrder]:
    yield order()
    yield order(ship_complete=True)
    yield order(backorder_allowed=False, over_tolerance=D("0.2"))
    yield order(terms="prepaid", payments=(payment("P1", "payment", 25),))
    yield order(terms="card", payments=(payment("A1", "authorization", 25, timedelta(days=3)),))
    yield order(line("1", "KIT", 2), line("2", "BOLT", 8), substitution_allowed=True, customer="LATE")
    yield order(customer="EARLY", not_before=date(2026, 3, 5), service="parcel")


def tellings() -> Iterable[Callable[[World], object]]:
    """What may be told about an order at any time."""
    yield lambda w: w.later(days=1)
    yield lambda w: w.ship(1, "S1")
    yield lambda w: w.ship(1, "S1", final=False, _1=2).ship(1, "S2")
    yield lambda w: w.ship(1, "S1", _1=4)
    yield lambda w: w.tell(e.CancellationRequested(KEY, "no more"))
    yield lambda w: w.tell(e.OrderChanged(order(line(quantity=4), line("9", "BOLT", 2), revision=2)))
    yield lambda w: w.tell(e.GoodsPicked("EAST", "shop-1001-1", (), {"1": D(1)}))
    yield lambda w: w.tell(e.RefundRequested(KEY, "R1", usd(3), cancelled_lines={"1": D(1)}))
    yield lambda w: w.ship(1, "S1", depart=False).deliver("S1")
    yield lambda w: w.ship(1, "S1").tell(e.TrackingReported(TrackingEvent("T-S1", "EXCEPTION", w.now)))
    yield lambda w: w.tell(e.GoodsPacked("EAST", "shop-1001-1", (Package("P", ()),))).later(hours=1)


MUTED = (
    (),
    ("QuoteOrder",),
    ("ReadCreditPosition",),
    ("CreateSale",),
    ("ReleaseFulfillment", "CancelFulfillment"),
    ("PostInvoice", "PostShipment", "CapturePayment", "ConfirmShipment"),
)


def watched() -> list[Seen]:
    """Every (state, event) that the stories come through."""
    seen: list[Seen] = []
    for silence, muted in enumerate(MUTED):
        for index in range(len(list(stories()))):
            for kind, placed in enumerate(orders()):
                for tale, tell in enumerate(tellings()):
                    if silence and (silence + index + kind + tale) % 3:
                        continue  # a third of the combinations with somebody silent reaches the same states
                    world = list(stories())[index]
                    world.mute.update(muted)
                    world.observer = lambda before, event, decision, w=world: seen.extend(
                        ((before, event, w.now), (decision.state, event, w.now))
                    )
                    world.place(placed)
                    if ("fulfillment", F1) in world.states or "ship" not in str(tell.__code__.co_names):
                        tell(world)
    return seen


def distinct_states(seen: Iterable[Seen], kind: type, most: int) -> list[tuple[d.State, datetime]]:
    """Unlike states of one kind: by phase and by what is set in them, a few of each likeness."""
    found: dict[object, list[tuple[d.State, datetime]]] = {}
    for state, _, now in seen:
        if isinstance(state, kind):
            likeness = (state.phase, tuple(bool(getattr(state, name)) for name in state.__struct_fields__))
            found.setdefault(likeness, [])
            if len(found[likeness]) < most:
                found[likeness].append((state, now))
    return [each for alike in found.values() for each in alike]


def distinct_events(seen: Iterable[Seen], process, most: int) -> list[e.Event]:
    """Events of each type that the process wants, as they were told in the stories, a few of each."""
    found: dict[type, dict[bytes, e.Event]] = {}
    for _, event, _ in seen:
        if type(event) in set(process.events):
            same = found.setdefault(type(event), {})
            if len(same) < most:
                same.setdefault(encode(event), event)
    return [event for same in found.values() for event in same.values()]


def odd_orders() -> list[e.Event]:
    """Events about orders that no story tells: contradictions, absurd figures, strangers."""
    nan, huge = D("NaN"), D("1e30")
    return [
        e.OrderPlaced(order(line(quantity=3), revision=9)),
        e.OrderPlaced(order(), "erp", "77"),
        e.OrderChanged(order(line(quantity="0"), revision=8)),
        e.OrderChanged(order(line(item="OTHER"), revision=8)),
        e.OrderChanged(order(line(price="NaN"), revision=8)),
        e.OrderChanged(order(revision=8, terms="prepaid", currency="EUR")),
        e.CancellationRequested(KEY, "", {"1": nan}),
        e.CancellationRequested(KEY, "", {"1": D(2), "nine": huge}),
        e.PaymentReceived(KEY, payment("N", "payment", "NaN")),
        e.PaymentFailed(KEY, "A1", "declined"),
        e.RefundRequested(KEY, "R9", usd("1e20")),
        e.RefundRequested(KEY, "R8", usd(25), cancelled_lines={"1": D(10)}),
        e.HoldPlaced(KEY, "fraud", "eve"),
        e.HoldReleased(KEY, "credit", "eve"),
        e.HoldReleased(KEY, "price", "eve"),
        e.OrderQuoted(KEY, "", (), "who?"),
        e.OrderQuoted(KEY, "C1", (e.LineQuote("1", problem="no item"),), on_account_allowed=False),
        e.SaleCreated(KEY, "SO-OTHER"),
        e.SaleCancelled(KEY),
        e.SaleChanged(KEY, 7),
        e.ShipmentPosted(KEY, "S9"),
        e.PaymentRegistered(KEY, "P9"),
        e.ChannelInformed(KEY, "shipment", "their-id"),
        e.ChannelInformed(KEY, "something"),
        e.StockReserved(KEY, (), {"1": D(10)}, 99),
        e.StockBecameAvailable("BOLT", "EAST"),
        e.ReservationLost(KEY, "1", "EAST", "BOLT", D(3)),
        e.ReservationLost(KEY, "1", "EAST", "BOLT", nan),
        e.CreditDenied(KEY, usd(9), usd(1)),
        e.FulfillmentShipped(F1, KEY, shipment("S9", "EAST", _1=3), {}, {"1": D(3), "x": D(1), "2": nan}),
        e.FulfillmentShipped(f"{KEY}@99", KEY, shipment("S9", "EAST", _1=3), {"1": D(1)}, {"1": D(3)}),
        e.FulfillmentShort(F1, KEY, "EAST", {"1": D(99)}),
        e.FulfillmentRefused(F1, KEY, "EAST", {}),
        e.FulfillmentCancelled(F1, KEY, "EAST", {"1": D(1), "z": D(1)}),
        e.FulfillmentCancellationRefused(F1, KEY),
        e.FulfillmentAddressRefused(F1, KEY, "late"),
        *(e.AlarmRang(name, World().now) for name in ("progress", "backorder", "authorization", "nothing")),
        *(e.CommandRefused(kind.__name__, n, "erp", "no", "credit") for kind in _commands() for n in (1, 4)),
        *(e.CommandAbandoned(kind.__name__, n, "erp", "spent") for kind in _commands() for n in (3,)),
        *(e.ActionTaken(cause, action, "pat", reference="7") for cause in _causes() for action in _ACTIONS),
    ]


def odd_fulfillments() -> list[e.Event]:
    number = "shop-1001-1"
    return [
        e.NodeRefused("EAST", number, "no"),
        e.NodeCancelled("EAST", number),
        e.NodeCancelled("EAST", number, {"1": D(2), "x": D("NaN")}),
        e.NodeCancellationRefused("EAST", number, "late"),
        e.GoodsPacked("EAST", number, ()),
        e.GoodsShipped("EAST", number, shipment("S9", "EAST", _1="1e20"), True),
        e.GoodsShipped("EAST", number, shipment("S8", "EAST"), True),
        e.DockDeparted("EAST", "S1"),
        e.DockDeparted("EAST", "S77"),
        e.LabelBought(F1, "P", "T", "parcel"),
        e.FulfillmentCancellationRequested(F1, KEY),
        e.FulfillmentCancellationRequested(F1, KEY, {"1": D(2)}),
        e.FulfillmentAddressChanged(F1, KEY, order().parties.sold_to.address or World().order),
        *(e.AlarmRang(name, World().now) for name in ("progress", "cancel")),
        *(
            e.CommandRefused(kind, 1, "east", "no")
            for kind in ("ReleaseFulfillment", "CancelFulfillment", "BuyLabel", "ChangeFulfillmentAddress")
        ),
        e.CommandAbandoned("ReleaseFulfillment", 1, "east", "spent"),
        *(
            e.ActionTaken(cause, action, "pat")
            for cause in (
                "accept",
                "ship",
                "depart",
                "deliver",
                "cancel",
                "command:CancelFulfillment:2",
                "command:ReleaseFulfillment:1",
            )
            for action in _ACTIONS
        ),
    ]


_ACTIONS = ("retry", "done_by_hand", "dismiss")


def _commands() -> list[type[c.Command]]:
    return [
        c.QuoteOrder,
        c.ReadCreditPosition,
        c.CreateSale,
        c.ChangeSale,
        c.CancelSale,
        c.PostShipment,
        c.PostInvoice,
        c.RegisterPayment,
        c.PostCreditNote,
        c.ConfirmShipment,
        c.ConfirmCancellation,
        c.RefuseChange,
        c.CapturePayment,
    ]


def _causes() -> list[str]:
    holds = [f"hold:{name}" for name in ("credit", "price", "customer", "item", "ship_window")]
    return [
        *holds,
        "backorder",
        "authorization",
        "late:entering",
        "refused:CreateSale:3",
        "command:PostShipment:5",
        "parked",
    ]


def effects_outside(decision: d.Decision) -> list[object]:
    """What of a decision reaches systems, ledgers or other instances: what must not happen twice."""
    inward = (d.SetAlarm, d.ClearAlarm, d.AskPerson, d.Settle, d.Identify, d.WaitForStock, d.StopWaitingForStock)
    return [effect for effect in decision.effects if not isinstance(effect, inward)]


def examine(world: World, process, state: d.State, event: e.Event, at: datetime) -> None:
    """One pair: no error, the same answer twice, sums that add up, addresses that exist, no second effect."""
    decision = process.decide(state, event, at)
    assert decision == process.decide(state, event, at)
    check(decision.state)
    process.waiting(decision.state)
    for effect in decision.effects:
        if isinstance(effect, c.Command):
            assert effect.about
            assert world.estate.system_for(effect)
    if isinstance(event, TOLD_ONCE) or (isinstance(event, e.OrderQuoted) and getattr(state, "quote_again", False)):
        # A second quote can't be told from the answer to the second question; lanes deliver an answer once.
        return
    again = process.decide(decision.state, event, at)
    assert not effects_outside(again), (event, effects_outside(again))
