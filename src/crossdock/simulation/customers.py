"""Plays the stories of a mix before the simulated systems: places orders when their time comes, then each step in its
turn."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from crossdock.simulation.back_office import Errand
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
from crossdock.simulation.systems.base import Failure
from crossdock.simulation.systems.shop_orders import Basket


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
        self.errand: Errand | None = None
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
        self._calls: list[tuple[Story, Errand]] = []

    @property
    def is_done(self) -> bool:
        """All orders are placed and all steps taken."""
        return not self._to_place and not self._calls and not self._tales

    def waits_for(self) -> list[tuple[str, str, str]]:
        """Kind, number and what each story under way waits to see."""
        calls = [(story.kind, "", "its sale entered") for story, _ in self._calls]
        return calls + [(tale.story.kind, tale.number, tale.step.when.seen) for tale in self._tales if tale.step]

    def act(self, now: datetime) -> None:
        """Do all whose turn has come."""
        while self._to_place and self._start + self._to_place[-1].at <= now:
            if not self.placed and not self._calls:
                self._distributor.disturb()
            self._place(self._to_place.pop(), now)
        self._take_calls(now)
        for tale in self._tales:
            self._go_on(tale, now)
        self._tales = [tale for tale in self._tales if tale.step is not None or tale.errand is not None]

    # --- orders ----------------------------------------------------------------------------------------------------

    def _place(self, story: Story, now: datetime) -> None:
        if isinstance(story.order, Phone):
            self._calls.append((story, self._distributor.office.enter(story.order, now)))
            self._take_calls(now)
        else:
            self._begin(story, self._order(story, story.order, now), now)

    def _take_calls(self, now: datetime) -> None:
        """Phone orders that a clerk has entered by now are placed."""
        under_way = []
        for story, errand in self._calls:
            number = errand()
            if number is None:
                under_way.append((story, errand))
            else:
                self._instruct(story, number)
                self._begin(story, number, now)
        self._calls = under_way

    def _begin(self, story: Story, number: str, now: datetime) -> None:
        self.placed[story.channel, number] = story
        tale = _Tale(story, number, now)
        if tale.step is not None:
            self._tales.append(tale)

    def _order(self, story: Story, basket: Basket, now: datetime) -> str:
        shop = self._distributor.shops[story.channel]
        self._instruct(story, shop.next_number)
        return shop.place(basket, now, placed_at=now - story.placed_before, never=story.never, twice=story.twice)

    def _instruct(self, story: Story, number: str) -> None:
        for node, instruction in story.instructions.items():
            self._distributor.warehouses[node].instruct(story.channel, number, instruction)

    # --- steps -----------------------------------------------------------------------------------------------------

    def _go_on(self, tale: _Tale, now: datetime) -> None:
        while True:
            if tale.errand is not None:
                if tale.errand() is None:
                    return
                tale.errand = None
                tale.since = None if tale.step is not None and tale.step.when.seen else now
            if (step := tale.step) is None:
                return
            if tale.since is None:
                if not self._sees(step.when.seen, tale.story.channel, tale.number):
                    return
                tale.since = now
            if now < tale.since + step.when.after:
                return
            tale.errand = self._do(step.action, tale, now)
            tale.next += 1
            following = tale.step
            tale.since = None if following is not None and following.when.seen else now

    def _sees(self, what: str, channel: str, number: str) -> bool:
        match what:
            case "held":
                return bool(self._people.holds(channel, number))
            case "entered":
                return self._distributor.office.holds_sale(channel, number)
            case "billed":
                return self._distributor.office.has_billed(channel, number)
        jobs = [job for wms in self._distributor.warehouses.values() for job in wms.jobs_of(channel, number)]
        if what == "released":
            return any(job.state == "accepted" for job in jobs)
        return any(job.state == "shipped" for job in jobs)

    def _do(self, action: Action, tale: _Tale, now: datetime) -> Errand | None:
        """A step of a person. What a shop does not let them do (cancel what is fulfilled) stays undone."""
        kind = type(action)
        try:
            return _ACTIONS[kind](self._distributor, self._people, tale, action, now)
        except Failure:
            return None


# --- actions ---------------------------------------------------------------------------------------------------------


def _edit(world: Distributor, people: People, tale: _Tale, action: Edit, now: datetime) -> None:
    world.shops[tale.story.channel].edit(tale.number, action.quantities, now)


def _move(world: Distributor, people: People, tale: _Tale, action: Move, now: datetime) -> None:
    world.shops[tale.story.channel].move(tale.number, action.address, now)


def _pay(world: Distributor, people: People, tale: _Tale, action: Pay, now: datetime) -> None:
    world.shops[tale.story.channel].pay(tale.number, now)


def _cancel(world: Distributor, people: People, tale: _Tale, action: Cancel, now: datetime) -> Errand | None:
    if tale.story.channel not in world.shops:
        return world.office.cancel(tale.number, now)
    world.shops[tale.story.channel].cancel(tale.number, now)
    return None


def _refund(world: Distributor, people: People, tale: _Tale, action: Refund, now: datetime) -> None:
    world.shops[tale.story.channel].refund(tale.number, action.amount, now)


def _stock(world: Distributor, people: People, tale: _Tale, action: Stock, now: datetime) -> None:
    reason = "receipt" if action.quantity > 0 else "sale"
    world.warehouses[action.node].move(action.item, action.quantity, reason, now)


def _settle(world: Distributor, people: People, tale: _Tale, action: SettleAccount, now: datetime) -> Errand | None:
    if isinstance(tale.story.order, Basket):
        return world.office.receive(tale.story.order.customer, action.amount, now)
    return None


def _release(world: Distributor, people: People, tale: _Tale, action: Release, now: datetime) -> None:
    people.release(tale.story.channel, tale.number, action.hold)


def _rewrite(world: Distributor, people: People, tale: _Tale, action: Rewrite, now: datetime) -> Errand:
    return world.office.rewrite(tale.number, action.quantities, now)


_ACTIONS: Mapping[type, Callable[..., Errand | None]] = {
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
