"""The orders of one simulated run: so many of all kinds, as the seed draws them, or some of those by their place."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from crossdock.model.base import change
from crossdock.simulation.chance import Chance
from crossdock.simulation.kinds import NODES, REGULARS, SERVICE
from crossdock.simulation.mix import WARM_UP, make_mix
from crossdock.simulation.story import Expected, Mix, Story
from crossdock.simulation.systems.catalogue import Catalogue, CatalogueItem
from crossdock.simulation.systems.shop_orders import Basket

RATE = 20.0
"""Orders a second."""

_LAST = "ITEM-LAST"
_ENOUGH_FOR_RIVALS = 6
_ALL_KINDS = 60
"""A mix of so many orders has every kind."""


def drawn_mix(seed: int, orders: int, only: Sequence[int], today: date) -> Mix:
    """Orders of a pair come both or not at all, where `only` does not part them."""
    full = make_mix(seed, max(_ALL_KINDS, orders * 2), RATE, today)
    rivals = _rivals() if orders >= _ENOUGH_FOR_RIVALS else []
    chance = Chance(seed, "drawn")
    chosen = _chosen(full.stories, orders - len(rivals), chance)
    if rivals:
        place = chance.between(0, len(chosen))
        while 0 < place < len(chosen) and chosen[place].expected.pair == chosen[place - 1].expected.pair != "":
            place += 1
        chosen[place:place] = rivals
    gap = timedelta(seconds=1 / RATE)
    timed = [change(story, at=WARM_UP + gap * _first(chosen, n)) for n, story in enumerate(chosen)]
    stories = tuple(story for n, story in enumerate(timed) if not only or n in only)
    return change(full, stories=stories, catalogue=_catalogue(full), stock=_stock(full, stories))


def _rivals() -> list[Story]:
    """Two orders at once for the last of an item: one gets all it wants, the other what is left, and waits."""
    basket = Basket(((_LAST, Decimal(4)),), REGULARS[0], service=SERVICE)
    expected = Expected(("complete", "partly_shipped"), pair=_LAST, together=1)
    return [Story("two for the last ones", timedelta(), "shop", basket, expected=expected) for _ in range(2)]


def _catalogue(full: Mix) -> Catalogue:
    last = CatalogueItem(_LAST, "Item of which there are few", Decimal("12.00"))
    return Catalogue({**full.catalogue.items, _LAST: last}, full.catalogue.customers)


def _chosen(stories: Sequence[Story], orders: int, chance: Chance) -> list[Story]:
    groups: dict[str, list[Story]] = {}
    for n, story in enumerate(stories):
        groups.setdefault(story.expected.pair or f"#{n}", []).append(story)
    chosen: list[Story] = []
    for group in chance.shuffled(list(groups.values())):
        if len(chosen) + len(group) <= orders:
            chosen += group
    return chosen


def _first(stories: Sequence[Story], n: int) -> int:
    """The place of a story, for a pair that of the first of it: both are placed at once."""
    pair = stories[n].expected.pair
    return n - 1 if pair and n and stories[n - 1].expected.pair == pair else n


def _stock(full: Mix, stories: Sequence[Story]) -> dict[str, dict[str, Decimal]]:
    """The opening stock of what these orders name, of them and of the parts of kits."""
    told = msgspec.json.encode(stories).decode()
    named = {item for item in full.catalogue.items if f'"{item}"' in told}
    few = {NODES[0]: {_LAST: Decimal(5)}} if f'"{_LAST}"' in told else {}
    parts = {part for item in named for part, _ in full.catalogue.items[item].components}
    return {
        node: {item: units for item, units in stock.items() if item in named | parts} | few.get(node, {})
        for node, stock in full.stock.items()
    }
