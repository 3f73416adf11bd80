"""The seeded mix of the demo: so many orders over all kinds, 30 % of them entered in the ERP itself."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from crossdock.model.base import change
from crossdock.model.parties import Address
from crossdock.simulation.chance import Chance
from crossdock.simulation.kinds import NODES, PHONE_KINDS, REGULARS, SHOP_KINDS, STAPLES, Builder, Maker
from crossdock.simulation.story import Mix, Story
from crossdock.simulation.systems.catalogue import Catalogue, CatalogueCustomer, CatalogueItem

PHONE_SHARE = 0.3
GUEST_CUSTOMER = "C-GUEST"
WARM_UP = timedelta(seconds=2)
"""Before the first order, the warehouses report their stock and feeds are read once."""

_PLENTY = Decimal(1_000_000)


Kinds = Mapping[str, tuple[int, Builder]]


def make_mix(
    seed: int, orders: int, rate: float, today: date, shop: Kinds = SHOP_KINDS, phone: Kinds = PHONE_KINDS
) -> Mix:
    """So many orders at so many a second. Each kind comes once before any comes again, as far as `orders` allows."""
    chance = Chance(seed, "mix")
    make = Maker(chance.stream("orders"), today)
    by_phone = round(orders * PHONE_SHARE)
    told = _told(phone, by_phone, make, chance.stream("phone"))
    stories = told + _told(shop, orders - by_phone, make, chance.stream("shop"))
    gap = timedelta(seconds=1 / rate) if rate > 0 else timedelta()
    timed = tuple(
        change(story, at=WARM_UP + gap * n) for n, story in enumerate(_mingled(stories, chance.stream("order")))
    )
    stock = {node: dict.fromkeys(STAPLES, _PLENTY) | make.stock[node] for node in NODES}
    return Mix(timed, _catalogue(make), stock)


def _told(kinds: Kinds, orders: int, make: Maker, chance: Chance) -> list[Story]:
    stories: list[Story] = []
    for name in _names(kinds, chance):
        left = orders - len(stories)
        if left <= 0:
            return stories
        _, build = kinds[name]
        told = build(make, name)
        if len(told) <= left:
            stories += told
    return stories


def _names(kinds: Kinds, chance: Chance) -> Iterator[str]:
    yield from kinds
    weighted = [name for name, (weight, _) in kinds.items() for _ in range(weight)]
    while True:
        yield chance.pick(weighted)


def _mingled(stories: list[Story], chance: Chance) -> list[Story]:
    """In any order, but orders of a pair one right after the other: they are to meet."""
    groups: dict[str, list[Story]] = {}
    for n, story in enumerate(stories):
        groups.setdefault(story.expected.pair or f"#{n}", []).append(story)
    return [story for group in chance.shuffled(list(groups.values())) for story in group]


def _catalogue(make: Maker) -> Catalogue:
    prices = ("2.50", "1.20", "0.80", "7.00", "5.50", "9.40")
    staples = {
        item: CatalogueItem(item, item.title(), Decimal(price)) for item, price in zip(STAPLES, prices, strict=True)
    }
    regulars = {
        number: CatalogueCustomer(
            number,
            f"Regular {n}",
            f"{number.lower()}@customers.example",
            Address((f"{n + 1} Main Street",), "Louisville", "40202", "KY", "US", f"Regular {n}"),
            tax_exempt=n == 3,
        )
        for n, number in enumerate(REGULARS)
    }
    guest_address = Address(("1 Counter",), "Louisville", "40202", "KY", "US")
    guests = {GUEST_CUSTOMER: CatalogueCustomer(GUEST_CUSTOMER, "Guests", "", guest_address, on_account=False)}
    return Catalogue(staples | make.items, regulars | make.customers | guests)
