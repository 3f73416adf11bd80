"""The orders of one simulated run: so many of all kinds, as the seed draws them, or some of those by their place."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from crossdock.model.base import change
from crossdock.simulation.chance import Chance
from crossdock.simulation.mix import WARM_UP, make_mix
from crossdock.simulation.story import Mix, Story

RATE = 20.0
"""Orders a second."""

_ALL_KINDS = 60
"""A mix of so many orders has every kind."""


def drawn_mix(seed: int, orders: int, only: Sequence[int], today: date) -> Mix:
    """Orders of a pair come both or not at all, where `only` does not part them."""
    full = make_mix(seed, max(_ALL_KINDS, orders * 2), RATE, today)
    chosen = _chosen(full.stories, orders, Chance(seed, "drawn"))
    gap = timedelta(seconds=1 / RATE)
    timed = [change(story, at=WARM_UP + gap * n) for n, story in enumerate(chosen)]
    stories = tuple(story for n, story in enumerate(timed) if not only or n in only)
    return change(full, stories=stories, stock=_stock(full, stories))


def _chosen(stories: Sequence[Story], orders: int, chance: Chance) -> list[Story]:
    groups: dict[str, list[Story]] = {}
    for n, story in enumerate(stories):
        groups.setdefault(story.expected.pair or f"#{n}", []).append(story)
    chosen: list[Story] = []
    for group in chance.shuffled(list(groups.values())):
        if len(chosen) + len(group) <= orders:
            chosen += group
    return chosen


def _stock(full: Mix, stories: Sequence[Story]) -> dict[str, dict[str, Decimal]]:
    """The opening stock of what these orders name, of them and of the parts of kits."""
    told = msgspec.json.encode(stories).decode()
    named = {item for item in full.catalogue.items if f'"{item}"' in told}
    parts = {part for item in named for part, _ in full.catalogue.items[item].components}
    return {
        node: {item: units for item, units in stock.items() if item in named | parts}
        for node, stock in full.stock.items()
    }
