"""Plays the stories of a mix before the simulated systems: places orders when their time comes, then each step in its
turn."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from crossdock.simulation.distributor import Distributor
from crossdock.simulation.story import (
    Action,
    Cancel,
    Edit,
    Mix,
    Move,
    Pay,
    Phone,
    Refund,
    Release,
    Rewrite,
    SettleAccount,
    Step,
    Stock,
    Story,
)
from crossdock.simulation.systems.base import Failure, Json
from crossdock.simulation.systems.catalogue import Catalogue
from crossdock.simulation.systems.shop_orders import Basket, cents


class People(Protocol):
    """The people of ours who see orders in Crossdock and decide. Orders go by channel and number."""

    def holds(self, channel: str, number: str) -> Collection[str]:
        """What holds the order now."""
        ...

    def release(self, channel: str, number: str, hold: str) -> None:
        """Lift a hold."""
        ...


class _Tale:
    """A story under way."""

    def __init__(self, story: Story, number: str, at: datetime) -> None:
        self.story = story
        self.number = number
        self.next = 0
        self.since: datetime | None = at if self._first_unseen(story) else None

    @staticmethod
    def _first_unseen(story: Story) -> bool:
        return bool(story.steps) and not story.steps[0].when.seen

    @property
    def step(self) -> Step | None:
        return self.story.steps[self.next] if self.next < len(self.story.steps) else None


class Customers:
    """Everybody outside, and our own people where a story needs them. Call `act` every few hundredths of a second."""

    def __init__(self, mix: Mix, distributor: Distributor, start: datetime, people: People) -> None:
        self.mix = mix
        self.placed: dict[tuple[str, str], Story] = {}
        self._distributor = distributor
        self._start = start
        self._people = people
        self._to_place = sorted(mix.stories, key=lambda story: story.at, reverse=True)
        self._tales: list[_Tale] = []
        self._billed: set[tuple[str, str]] = set()
        self._rows_read = 0

    @property
    def is_done(self) -> bool:
        """All orders are placed and all steps taken."""
        return not self._to_place and not self._tales

    def waits_for(self) -> list[tuple[str, str, str]]:
        """Kind, number and what each story under way waits to see."""
        return [(tale.story.kind, tale.number, tale.step.when.seen) for tale in self._tales if tale.step]

    def act(self, now: datetime) -> None:
        """Do all whose turn has come."""
        while self._to_place and self._start + self._to_place[-1].at <= now:
            if not self.placed:
                self._distributor.disturb()
            self._place(self._to_place.pop(), now)
        still = []
        for tale in self._tales:
            self._go_on(tale, now)
            if tale.step is not None:
                still.append(tale)
        self._tales = still

    # --- orders ----------------------------------------------------------------------------------------------------

    def _place(self, story: Story, now: datetime) -> None:
        if isinstance(story.order, Phone):
            number = self._call(story, story.order, now)
        else:
            number = self._order(story, story.order, now)
        self.placed[story.channel, number] = story
        tale = _Tale(story, number, now)
        if tale.step is not None:
            self._tales.append(tale)

    def _order(self, story: Story, basket: Basket, now: datetime) -> str:
        shop = self._distributor.shops[story.channel]
        number = shop.next_number
        self._instruct(story, number)
        return shop.place(basket, now, placed_at=now - story.placed_before, never=story.never, twice=story.twice)

    def _call(self, story: Story, call: Phone, now: datetime) -> str:
        erp = self._distributor.erp
        self._instruct(story, erp.next_number)
        return erp.enter(sale_body(call, self.mix.catalogue, now), now)

    def _instruct(self, story: Story, number: str) -> None:
        for node, instruction in story.instructions.items():
            self._distributor.warehouses[node].instruct(story.channel, number, instruction)

    # --- steps -----------------------------------------------------------------------------------------------------

    def _go_on(self, tale: _Tale, now: datetime) -> None:
        while (step := tale.step) is not None:
            if tale.since is None:
                if not self._sees(step.when.seen, tale.story.channel, tale.number):
                    return
                tale.since = now
            if now < tale.since + step.when.after:
                return
            self._do(step.action, tale, now)
            tale.next += 1
            following = tale.step
            tale.since = None if following is not None and following.when.seen else now

    def _sees(self, what: str, channel: str, number: str) -> bool:
        match what:
            case "held":
                return bool(self._people.holds(channel, number))
            case "entered":
                return any(sale.called == (channel, number) for sale in self._distributor.erp.books.sales.values())
            case "billed":
                return self._is_billed(channel, number)
        jobs = [job for wms in self._distributor.warehouses.values() for job in wms.jobs_of(channel, number)]
        if what == "released":
            return any(job.state == "accepted" for job in jobs)
        return any(job.state == "shipped" for job in jobs)

    def _is_billed(self, channel: str, number: str) -> bool:
        rows = self._distributor.erp.ledger.since(self._rows_read)
        self._billed.update((row.channel, row.order) for row in rows if row.kind == "invoice")
        self._rows_read += len(rows)
        return (channel, number) in self._billed

    def _do(self, action: Action, tale: _Tale, now: datetime) -> None:
        """A step of a person. What a shop does not let them do (cancel what is fulfilled) stays undone."""
        kind = type(action)
        try:
            _ACTIONS[kind](self._distributor, self._people, tale, action, now)
        except Failure:
            return


def sale_body(call: Phone, catalogue: Catalogue, now: datetime) -> Json:
    """A phone order as a clerk enters it, at the ERP's own prices and taxes."""
    known = catalogue.customers[call.customer]
    lines: list[Json] = []
    total = call.freight
    for n, (item, quantity) in enumerate(call.lines, 1):
        price, _ = catalogue.price(item, call.customer)
        tax = catalogue.tax(price * quantity, call.customer)
        lines.append(
            {"id": str(n), "item": item, "quantity": f"{quantity:f}", "unit_price": cents(price), "tax": cents(tax)}
        )
        total += price * quantity + tax
    delivery: Json = {"ship_complete": call.ship_complete, "service": "parcel/ground"}
    if call.not_before:
        delivery["not_before"] = call.not_before
    who = {"number": known.number, "name": known.name, "email": known.email, "address": known.address}
    body = {"customer": who, "currency": catalogue.currency, "placed_at": now, "lines": lines, "total": cents(total)}
    freight = [{"kind": "freight", "amount": cents(call.freight)}] if call.freight else []
    return body | {"delivery": delivery, "charges": freight, "terms": {"kind": "on_account", "net_days": 30}}


# --- actions ---------------------------------------------------------------------------------------------------------


def _edit(world: Distributor, people: People, tale: _Tale, action: Edit, now: datetime) -> None:
    world.shops[tale.story.channel].edit(tale.number, action.quantities, now)


def _move(world: Distributor, people: People, tale: _Tale, action: Move, now: datetime) -> None:
    world.shops[tale.story.channel].move(tale.number, action.address, now)


def _pay(world: Distributor, people: People, tale: _Tale, action: Pay, now: datetime) -> None:
    world.shops[tale.story.channel].pay(tale.number, now)


def _cancel(world: Distributor, people: People, tale: _Tale, action: Cancel, now: datetime) -> None:
    if tale.story.channel in world.shops:
        world.shops[tale.story.channel].cancel(tale.number, now)
    else:
        world.erp.cancel(tale.number, "the customer called again", now)


def _refund(world: Distributor, people: People, tale: _Tale, action: Refund, now: datetime) -> None:
    world.shops[tale.story.channel].refund(tale.number, action.amount, now)


def _stock(world: Distributor, people: People, tale: _Tale, action: Stock, now: datetime) -> None:
    reason = "receipt" if action.quantity > 0 else "sale"
    world.warehouses[action.node].move(action.item, action.quantity, reason, now)


def _settle(world: Distributor, people: People, tale: _Tale, action: SettleAccount, now: datetime) -> None:
    if isinstance(tale.story.order, Basket):
        world.erp.pay(tale.story.order.customer, action.amount, now)


def _release(world: Distributor, people: People, tale: _Tale, action: Release, now: datetime) -> None:
    people.release(tale.story.channel, tale.number, action.hold)


def _rewrite(world: Distributor, people: People, tale: _Tale, action: Rewrite, now: datetime) -> None:
    sale = world.erp.books.sales[tale.number]
    lines = []
    for line in sale.body["lines"]:
        wanted = Decimal(action.quantities.get(line["item"], Decimal(line["quantity"])))
        tax = world.erp.catalogue.tax(Decimal(line["unit_price"]) * wanted, sale.body["customer"]["number"])
        lines.append(line | {"quantity": f"{wanted:f}", "tax": cents(tax)})
    world.erp.amend(tale.number, lines, now)


_ACTIONS: Mapping[type, Callable[..., None]] = {
    Edit: _edit,
    Move: _move,
    Pay: _pay,
    Cancel: _cancel,
    Refund: _refund,
    Stock: _stock,
    SettleAccount: _settle,
    Release: _release,
    Rewrite: _rewrite,
}
