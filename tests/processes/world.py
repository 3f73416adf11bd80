"""A small world around the two processes: ledgers, an ERP, nodes and a channel that answer at once, or when told to.

Every decision is checked as it is made: the same again gives the same, buckets add up, states survive a round trip.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import msgspec

from crossdock.estate.model import Billing, Channel, Estate, Node, PricePolicy, System
from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.codec import decode_command, decode_event, encode
from crossdock.model.invoices import CreditNote, CreditPosition
from crossdock.model.items import Component, Item
from crossdock.model.orders import Delivery, Payment, PaymentTerms, SalesOrder, SalesOrderLine
from crossdock.model.parties import Address, Parties, Party
from crossdock.model.prices import Charge, Price
from crossdock.model.quantities import Money, Quantity
from crossdock.model.shipments import Package, PackedLine, Shipment, TrackingEvent
from crossdock.model.stock import Balance
from crossdock.planning.allocate import allocate
from crossdock.processes import decision as d
from crossdock.processes.fulfillment import Fulfillment
from crossdock.processes.order_to_cash import OrderToCash

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday
D = Decimal
KEY = "shop/1"
F1, F2 = f"{KEY}@1", f"{KEY}@2"


def usd(amount: str | int) -> Money:
    return Money(D(amount), "USD")


def estate(**channel: object) -> Estate:
    """Two warehouses, a shop with a system, an API channel without, an ERP."""
    shop = {"price": PricePolicy("hold", D(1)), "guest_customer": "GUEST", "nodes": ("EAST", "WEST")} | channel
    return Estate(
        "test",
        {name: System(name, name, "") for name in ("erp", "shop", "east", "west", "parcel")},
        dict.fromkeys(("sales_order", "credit", "price", "invoice"), "erp"),
        {
            "EAST": Node("EAST", "east", time_zone="America/New_York", cutoff=time(16)),
            "WEST": Node("WEST", "west", posting="dock_departure", time_zone="America/Los_Angeles"),
            "PARCEL": Node("PARCEL", "east", posting="carrier_acceptance"),
        },
        {
            "shop": Channel("shop", "shop", **shop),  # type: ignore[arg-type]
            "api": Channel("api", "", nodes=("EAST", "WEST")),
            "erp": Channel("erp", "", nodes=("EAST", "WEST")),
        },
        {"parcel": "parcel"},
        billing=Billing({"LATE": "complete", "EARLY": "prepaid"}),
    )


def line(
    id: str = "1", item: str = "BOLT", quantity: str | int = 10, price: str | int = 2, **more: object
) -> SalesOrderLine:
    return SalesOrderLine(id, item, Quantity(D(quantity)), Price(usd(price)), **more)  # type: ignore[arg-type]


def order(
    *lines: SalesOrderLine, key: str = KEY, customer: str = "C1", terms: str = "on_account", **more: object
) -> SalesOrder:
    delivery = {name: more.pop(name) for name in tuple(more) if name in Delivery.__struct_fields__}
    party = Party("Ann", customer, guest=not customer, address=Address(("1 Road",), "Boston", country="US"))
    fields: dict[str, object] = {
        "number": "#1001",
        "channel": key.partition("/")[0],
        "placed_at": START,
        "currency": "USD",
        "parties": Parties(party),
        "lines": lines or (line(),),
        "terms": PaymentTerms(terms),  # type: ignore[arg-type]
        "delivery": Delivery(**delivery),  # type: ignore[arg-type]
        "charges": (Charge("freight", usd(5)),),
    }
    return SalesOrder(key, **(fields | more))  # type: ignore[arg-type]


def payment(reference: str, kind: str, amount: str | int, expires: timedelta | None = None) -> Payment:
    return Payment(reference, kind, usd(amount), START, START + expires if expires else None)  # type: ignore[arg-type]


def shipment(number: str, node: str, tracking: str = "", **quantities: str | int) -> Shipment:
    packed = tuple(PackedLine(name.lstrip("_"), D(quantity)) for name, quantity in quantities.items())
    return Shipment(number, node, (Package(f"{number}-1", packed, tracking=tracking or f"T-{number}"),), "parcel")


class World:
    """Delivers events until nothing more follows. `mute` names commands that get no answer."""

    def __init__(self, estate_: Estate | None = None, stock: dict[tuple[str, str], int] | None = None) -> None:
        self.estate = estate_ or estate()
        self.processes = {p.name: p for p in (OrderToCash(self.estate), Fulfillment(self.estate))}
        self.now = START
        self.states: dict[tuple[str, str], d.State] = {}
        self.identifiers: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
        self.stock = {key: Balance(D(n), D(0)) for key, n in (stock or {("BOLT", "EAST"): 100}).items()}
        self.items: dict[str, Item] = {}
        self.list_prices: dict[str, str] = {}
        self.unknown: set[str] = set()
        self.limit: Money | None = None
        self.receivables = usd(0)
        self.mute: set[str] = set()
        self.refuse: dict[str, str] = {}
        self.events: list[e.Event] = []
        self.commands: list[tuple[str, int, c.Command]] = []
        self.effects: list[object] = []
        self.alarms: dict[tuple[str, str, str], datetime] = {}
        self.exceptions: dict[tuple[str, str], d.AskPerson] = {}
        self.ordinals: dict[tuple[str, str], int] = defaultdict(int)
        self.bills = 0
        self.deliveries = 0
        self.observer: Callable[[d.State, e.Event, d.Decision], None] = lambda *_: None

    # --- looking --------------------------------------------------------------------------------------------------

    @property
    def order(self):
        return self.states["order_to_cash", KEY]

    def fulfillment(self, n: int = 1):
        return self.states["fulfillment", f"{KEY}@{n}"]

    def line(self, id: str = "1"):
        found = self.order.line(id)
        assert found is not None
        return found

    def of(self, kind: type):
        """Commands, effects or events of a kind, in order."""
        if issubclass(kind, c.Command):
            return [command for _, _, command in self.commands if isinstance(command, kind)]
        source = self.events if issubclass(kind, e.Event) else self.effects
        return [each for each in source if isinstance(each, kind)]

    @property
    def open_causes(self) -> set[str]:
        return {cause for _, cause in self.exceptions}

    def waits(self, key: str = KEY, process: str = "order_to_cash") -> str:
        return " | ".join(w.what for w in self.processes[process].waiting(self.states[process, key]))

    # --- making things happen -------------------------------------------------------------------------------------

    def tell(self, *events: e.Event) -> "World":
        """Events from outside, one after the other, each with all that follows."""
        for event in events:
            self._run([(None, event)])
        return self

    def to(self, key: str, event: e.Event) -> "World":
        """An event that the runtime addresses to an instance."""
        process = "fulfillment" if "@" in key else "order_to_cash"
        self._run([((process, key), event)])
        return self

    def later(self, **span: float) -> "World":
        """Let time pass; alarms ring in order."""
        end = self.now + timedelta(**span)
        while True:
            due = sorted((at, target) for target, at in self.alarms.items() if at <= end)
            if not due:
                break
            at, (process, key, name) = due[0]
            del self.alarms[process, key, name]
            self.now = max(self.now, at)
            self._run([((process, key), e.AlarmRang(name, at))])
        self.now = end
        return self

    def place(self, order_: SalesOrder | None = None, **more: object) -> "World":
        return self.tell(e.OrderPlaced(order_ or order(), **more))  # type: ignore[arg-type]

    def ship(
        self, n: int = 1, number: str = "S1", *, final: bool = True, depart: bool = True, **quantities: str | int
    ) -> "World":
        """The node ships what it was asked, or these quantities by line (`_1=5`); its truck leaves too."""
        request = self.fulfillment(n).request
        wanted = quantities or {f"_{k}": str(v) for k, v in self.fulfillment(n).outstanding.items()}
        self.tell(e.GoodsShipped(request.node, request.number, shipment(number, request.node, **wanted), final))
        if depart:
            self.tell(e.DockDeparted(request.node, number, request.number))
        return self

    def deliver(self, number: str = "S1") -> "World":
        return self.tell(e.TrackingReported(TrackingEvent(f"T-{number}", "DELIVERED", self.now)))

    def act(self, key: str, cause: str, action: str, reference: str = "") -> "World":
        return self.to(key, e.ActionTaken(cause, action, "pat", reference=reference))  # type: ignore[arg-type]

    # --- the engine -----------------------------------------------------------------------------------------------

    def _run(self, queue: list[tuple[tuple[str, str] | None, e.Event]]) -> None:
        hops = 0
        while queue:
            target, event = queue.pop(0)
            hops += 1
            assert hops < 200, f"events without end: {event}"
            assert encode(decode_event(type(event).__name__, encode(event))) == encode(event)
            self.events.append(event)
            for found in [target] if target else self._route(event):
                queue.extend(self._decide(found, event))

    def _route(self, event: e.Event) -> list[tuple[str, str]]:
        found = []
        for process in self.processes.values():
            if type(event) not in set(process.events):
                continue
            route = process.route(event)
            for key in route.keys:
                if (process.name, key) in self.states or route.starts:
                    found.append((process.name, key))
            for number in () if route.keys else route.by:
                found.extend(
                    sorted(
                        k for k in self.identifiers[number.scheme, number.issuer, number.value] if k[0] == process.name
                    )
                )
        return found

    def _decide(self, target: tuple[str, str], event: e.Event) -> list[tuple[tuple[str, str] | None, e.Event]]:
        process = self.processes[target[0]]
        state = self.states.get(target) or process.new(target[1])
        self.deliveries += 1
        decision = process.decide(state, event, self.now)
        assert decision == process.decide(state, event, self.now)
        check(decision.state)
        process.waiting(decision.state)
        self.observer(state, event, decision)
        self.states[target] = decision.state
        following: list[tuple[tuple[str, str] | None, e.Event]] = []
        for effect in decision.effects:
            self.effects.append(effect)
            match effect:
                case c.Command():
                    following.extend((target, answer) for answer in self._answer(target, effect))
                case e.Event():
                    following.append((None, effect))
                case _:
                    following.extend((target, answer) for answer in self._effect(target, effect))
        return following

    def _effect(self, target: tuple[str, str], effect: object) -> list[e.Event]:
        match effect:
            case d.SetAlarm(name, after, at):
                self.alarms[*target, name] = at or self.now + (after or timedelta())
            case d.ClearAlarm(name):
                self.alarms.pop((*target, name), None)
            case d.Identify(number):
                self.identifiers[number.scheme, number.issuer, number.value].add(target)
            case d.AskPerson():
                self.exceptions[target[1], effect.cause] = effect
            case d.Settle(cause):
                self.exceptions.pop((target[1], cause), None)
            case d.Reserve(order_key, demands, policy, attempt):
                allocations, short = allocate(self.stock, demands, policy)
                for each in allocations:
                    self._hold(each, 1)
                return [e.StockReserved(order_key, tuple(allocations), short, attempt)]
            case d.FreeStock(_, allocations):
                for each in allocations:
                    self._hold(each, -1)
            case d.ShipStock(_, allocations, _, over):
                for each in allocations:
                    self._hold(each, -1)
                for each in (*allocations, *over):
                    for item, n in each.parts():
                        balance = self.stock[item, each.node]
                        self.stock[item, each.node] = Balance(balance.on_hand - n, balance.reserved)
            case d.HoldCredit(order_key, _, amount, position, over_limit):
                exposure = position.receivables + amount
                if position.limit is not None and position.limit < exposure and not over_limit:
                    return [e.CreditDenied(order_key, exposure, position.limit)]
                return [e.CreditGranted(order_key, exposure)]
        return []

    def _hold(self, allocation, sign: int) -> None:
        for item, n in allocation.parts():
            balance = self.stock.get((item, allocation.node), Balance(D(0), D(0)))
            assert balance.reserved + sign * n >= 0, f"freed more of {item} than was held"
            self.stock[item, allocation.node] = Balance(balance.on_hand, balance.reserved + sign * n)

    # --- the other systems ----------------------------------------------------------------------------------------

    def _answer(self, target: tuple[str, str], command: c.Command) -> list[e.Event]:
        self.ordinals[target] += 1
        ordinal = self.ordinals[target]
        name = type(command).__name__
        assert decode_command(name, encode(command)) == command
        assert self.estate.system_for(command)
        self.commands.append((target[1], ordinal, command))
        if name in self.refuse:
            code = "credit" if self.refuse[name] == "credit" else ""
            return [e.CommandRefused(name, ordinal, self.estate.system_for(command), self.refuse[name], code)]
        return [] if name in self.mute else self.answer(command)

    def answer(self, command: c.Command) -> list[e.Event]:
        """What a system that works says."""
        match command:
            case c.QuoteOrder(order_):
                return [self.quote(order_)]
            case c.ReadCreditPosition(key, customer):
                return [e.CreditPositionRead(key, CreditPosition(customer, self.limit, self.receivables, (), self.now))]
            case c.CreateSale(order_):
                return [e.SaleCreated(order_.key, "SO-1")]
            case c.ChangeSale(order_):
                return [e.SaleChanged(order_.key, order_.revision)]
            case c.CancelSale(key):
                return [e.SaleCancelled(key)]
            case c.PostShipment(key, shipment=sent):
                return [e.ShipmentPosted(key, sent.number, "DOC")]
            case c.PostInvoice(key, bill=bill, invoice=invoice):
                number = msgspec.structs.replace(invoice, number=f"INV-{bill}")
                return [e.InvoicePosted(key, bill, number)]
            case c.RegisterPayment(key, payment=paid):
                return [e.PaymentRegistered(key, paid.reference)]
            case c.PostCreditNote(key, reference=reference, amount=amount, reverses=reverses):
                return [e.CreditNotePosted(key, reference, CreditNote(f"CN-{reference}", reverses, amount))]
            case c.CapturePayment(key, reference=reference, amount=amount):
                return [e.PaymentCaptured(key, Payment(reference, "capture", amount, self.now))]
            case c.ConfirmShipment(key, shipment=sent):
                return [e.ChannelInformed(key, "shipment", sent.number)]
            case c.ConfirmCancellation(key):
                return [e.ChannelInformed(key, "cancellation")]
            case c.RefuseChange(key):
                return [e.ChannelInformed(key, "refusal")]
            case c.ReleaseFulfillment(request):
                return [e.NodeAccepted(request.node, request.number, f"W-{request.number}")]
            case c.CancelFulfillment(_, reference, node, lines):
                return [e.NodeCancelled(node, reference, {each.line: each.quantity for each in lines})]
            case c.BuyLabel(key, carrier, package):
                return [e.LabelBought(key, package.id, f"L-{package.id}", carrier)]
        return []

    def quote(self, order_: SalesOrder) -> e.OrderQuoted:
        customer = order_.parties.sold_to.number
        if not customer or customer in self.unknown:
            return e.OrderQuoted(order_.key, "", (), "no such customer")
        quotes = []
        for each in order_.lines:
            if each.item in self.unknown:
                quotes.append(e.LineQuote(each.id, problem=f"no item {each.item}"))
                continue
            price = usd(self.list_prices.get(each.item, str(each.price.amount.amount)))
            quotes.append(e.LineQuote(each.id, Price(price), item=self.items.get(each.item)))
        return e.OrderQuoted(order_.key, customer, tuple(quotes))


def check(state: d.State) -> None:
    """What holds in every state."""
    raw = encode(state)
    assert encode(msgspec.json.decode(raw, type=type(state))) == raw
    if hasattr(state, "lines"):
        for each in state.lines:
            assert each.adds_up, each
            assert each.released == sum((share.outstanding(each.id) for share in state.shares), D(0)), each
        assert all(each.billed <= each.ordered + each.over or state.bills for each in state.lines)
    else:
        assert state.adds_up, state


def kit(number: str = "KIT") -> Item:
    return Item(number, kind="kit", components=(Component("BOLT", D(2)), Component("NUT", D(1))))
