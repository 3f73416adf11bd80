"""Random histories: whatever is told in whatever order, units, stock and money add up, and nothing raises."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.base import change
from crossdock.model.items import Item
from crossdock.model.shipments import PackedLine, TrackingEvent
from crossdock.processes.order_to_cash.worth import worth
from tests.processes.world import KEY, World, estate, kit, line, order, payment, shipment, usd

D = Decimal
NODES = ("EAST", "WEST", "PARCEL")
ANSWERED = (
    "QuoteOrder",
    "ReadCreditPosition",
    "CreateSale",
    "ChangeSale",
    "CancelSale",
    "PostShipment",
    "PostInvoice",
    "CapturePayment",
    "ReleaseFulfillment",
    "CancelFulfillment",
    "ConfirmShipment",
    "PostCreditNote",
)

small = st.integers(0, 6)
units = st.integers(1, 12)


@st.composite
def placed(draw):
    lines = [line("1", draw(st.sampled_from(("BOLT", "NUT", "KIT"))), draw(units), "3.33")]
    if draw(st.booleans()):
        lines.append(line("2", draw(st.sampled_from(("BOLT", "NUT", "KIT"))), draw(units), 2))
    terms = draw(st.sampled_from(("on_account", "prepaid", "card")))
    paid = {
        "on_account": (),
        "prepaid": (payment("P1", "payment", 100),),
        "card": (payment("A1", "authorization", 100, draw(st.sampled_from((None, timedelta(days=1))))),),
    }[terms]
    return order(
        *lines,
        terms=terms,
        payments=paid if draw(st.booleans()) else (),
        customer=draw(st.sampled_from(("C1", "LATE", "EARLY"))),
        ship_complete=draw(st.booleans()),
        backorder_allowed=draw(st.booleans()),
        substitution_allowed=draw(st.booleans()),
        over_tolerance=D(draw(st.sampled_from(("0", "0.2")))),
    )


def _amended(world: World, revision: int, quantity: int) -> e.Event:
    first = world.order.order.lines[0] if world.order.order.lines else line("1")
    more = line(first.id, first.item, quantity, "3.33")
    document = world.order.order
    return e.OrderChanged(change(document, lines=(more, *document.lines[1:]), revision=revision))


def _happen(world: World, what: str, n: int, m: int) -> None:
    """One thing that may happen, with two small numbers to vary it."""
    share = world.order.shares[n % len(world.order.shares)] if world.order.shares else None
    match what:
        case "ship" | "ship_last" | "ship_over" if share is not None:
            extra = 1 if what == "ship_over" else 0
            quantities = {
                f"_{k}": int(v) if what == "ship_last" else min(int(v), m) + extra for k, v in share.lines().items()
            }
            sent = shipment(f"S{m}", share.node, **quantities)
            world.tell(e.GoodsShipped(share.node, share.number, sent, what == "ship_last"))
        case "depart" if share is not None:
            world.tell(e.DockDeparted(share.node, f"S{m}", share.number))
        case "scan":
            world.tell(
                e.TrackingReported(TrackingEvent(f"T-S{m}", ("PICKED_UP", "DELIVERED", "EXCEPTION")[n % 3], world.now))
            )
        case "pick" if share is not None:
            world.tell(e.GoodsPicked(share.node, share.number, (PackedLine("1", D(m)),)))
        case "refuse" if share is not None:
            world.tell(e.NodeRefused(share.node, share.number, "no"))
        case "stop" if share is not None:
            world.tell(e.NodeCancelled(share.node, share.number, {"1": D(m)} if m else {}))
        case "go_on" if share is not None:
            world.tell(e.NodeCancellationRefused(share.node, share.number, "too late"))
        case "cancel":
            world.tell(e.CancellationRequested(KEY, f"r{n}", {"1": D(m)} if m else {}))
        case "amend":
            world.tell(_amended(world, 2 + n, m))
        case "refund":
            world.tell(e.RefundRequested(KEY, f"R{n}", usd(m), cancelled_lines={"1": D(n)} if n else {}))
        case "pay":
            world.tell(e.PaymentReceived(KEY, payment(f"P{n}", "payment", 20 * m)))
        case "hold":
            world.tell(e.HoldPlaced(KEY, "fraud", "eve") if n % 2 else e.HoldReleased(KEY, "fraud", "eve"))
        case "receive":
            _receive(world, ("BOLT", "NUT", "SCREW")[n % 3], NODES[m % 3], n + m)
        case "lose":
            _lose(world, m)
        case "wait":
            world.later(hours=1 + n * 20)
        case "answer":
            _answer(world, n)
        case "act":
            _act(world, n, m)


def _receive(world: World, item: str, node: str, quantity: int) -> None:
    balance = world.stock.get((item, node))
    if balance is not None and quantity:
        world.stock[item, node] = type(balance)(balance.on_hand + quantity, balance.reserved)
        if world.order.waits_for_stock:
            world.to(KEY, e.StockBecameAvailable(item, node))


def _lose(world: World, quantity: int) -> None:
    held = [each for each in world.order.lines for _ in each.held]
    if held and quantity:
        each = held[0].held[0]
        item, there = each.parts()[0]
        world.to(KEY, e.ReservationLost(KEY, held[0].id, each.node, item, min(D(quantity), there)))


def _answer(world: World, n: int) -> None:
    """A system that was silent answers one of its commands, perhaps for the second time."""
    if world.commands:
        key, _, command = world.commands[n % len(world.commands)]
        for answer in world.answer(command):
            world.to(key, answer)


def _act(world: World, n: int, m: int) -> None:
    causes = sorted(world.exceptions)
    if causes:
        key, cause = causes[n % len(causes)]
        del world.exceptions[key, cause]
        world.act(key, cause, ("retry", "done_by_hand", "dismiss")[m % 3], "X-1")


def adds_up(world: World) -> None:
    """What is held for the order is what the ledger holds; no unit is billed or captured twice."""
    state = world.order
    held: dict[tuple[str, str], Decimal] = {}
    for each in (*(a for x in state.lines for a in x.held), *(a for s in state.shares for a in s.allocations)):
        for item, quantity in each.parts():
            held[item, each.node] = held.get((item, each.node), D(0)) + quantity
    for key, balance in world.stock.items():
        assert balance.reserved == held.get(key, D(0)), key
    for each in state.lines:
        on_bills = sum((bill.lines.get(each.id, D(0)) for bill in state.bills), D(0))
        assert on_bills == each.billed
        assert each.billed <= max(each.shipped + each.over, each.live) or state.credits or _advance(world)
        assert each.captured <= each.shipped
    assert sum(1 for bill in state.bills if bill.freight) <= 1
    bills = sum((bill.amount for bill in state.bills), D(0))
    assert sum((credit.amount for credit in state.credits), D(0)) <= bills


def _advance(world: World) -> bool:
    return world.order.customer == "EARLY" or world.order.order.terms.kind == "prepaid"


WHAT = (
    "ship",
    "ship",
    "ship_last",
    "ship_over",
    "depart",
    "depart",
    "scan",
    "pick",
    "refuse",
    "stop",
    "go_on",
    "cancel",
    "amend",
    "refund",
    "pay",
    "hold",
    "receive",
    "lose",
    "wait",
    "answer",
    "act",
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    placed(),
    st.lists(st.integers(0, 20), min_size=8, max_size=8),
    st.frozensets(st.sampled_from(ANSWERED), max_size=3),
    st.frozensets(st.sampled_from(ANSWERED), max_size=1),
    st.lists(st.tuples(st.sampled_from(WHAT), small, small), max_size=14),
)
def test_whatever_happens_units_stock_and_money_add_up(first, stock, muted, refused, happenings):
    keys = [(item, node) for node in NODES[:2] for item in ("BOLT", "NUT", "SCREW")]
    world = World(estate(nodes=NODES[:2]), dict(zip(keys, stock, strict=False)))
    world.items = {"KIT": kit(), "BOLT": Item("BOLT", substitutes=("SCREW",))}
    world.mute.update(muted)
    world.refuse.update(dict.fromkeys(refused, "no"))
    world.place(first)
    adds_up(world)
    for what, n, m in happenings:
        _happen(world, what, n, m)
        adds_up(world)
    _settle(world)


def _settle(world: World) -> None:
    """When everybody answers and every node ships or stops, the order comes to an end or says what it waits for."""
    world.mute.clear()
    world.refuse.clear()
    for _ in range(2):
        for key, _, command in tuple(world.commands):
            for answer in world.answer(command) if not isinstance(command, c.CancelFulfillment) else ():
                world.to(key, answer)
    state = world.order
    adds_up(world)
    if not state.is_over:
        waiting = world.processes["order_to_cash"].waiting(state)
        assert waiting, state
        assert state.alarms or state.holds or state.stuck or state.shares, state


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.integers(1, 9), st.integers(0, 500))
def test_parts_of_an_order_are_worth_the_whole(parts, price, cents):
    total = sum(parts)
    whole = order(line(quantity=total, price=f"{price}.{cents:03d}"))
    done = D(0)
    amounts = []
    before = D(0)
    for part in parts:
        done += part
        now = worth(whole, {"1": done})
        amounts.append(now - before)
        before = now
    assert sum(amounts) == whole.gross.amount
    assert all(amount >= 0 for amount in amounts)
