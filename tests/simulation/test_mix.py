"""The mix: every kind, 30 % by phone, the same from the same seed."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from crossdock.simulation.kinds import PHONE_KINDS, SHOP_KINDS
from crossdock.simulation.mix import WARM_UP, make_mix
from crossdock.simulation.story import Phone

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("orders", [0, 1, 10, 57, 200, 500])
def test_it_has_just_so_many_orders_and_three_tenths_of_them_are_by_phone(orders: int) -> None:
    stories = make_mix(1, orders, 50, TODAY).stories
    assert len(stories) == orders
    assert sum(isinstance(story.order, Phone) for story in stories) == round(orders * 0.3)


def test_every_kind_is_there_as_soon_as_there_is_room() -> None:
    kinds = Counter(story.kind for story in make_mix(1, 60, 50, TODAY).stories)
    assert kinds.keys() == SHOP_KINDS.keys() | PHONE_KINDS.keys()


def test_plain_orders_are_the_most() -> None:
    kinds = Counter(story.kind for story in make_mix(1, 500, 50, TODAY).stories)
    assert {kind for kind, _ in kinds.most_common(2)} == {"plain", "phone order"}


def test_the_same_seed_gives_the_same_mix_and_another_seed_another() -> None:
    assert make_mix(7, 100, 50, TODAY) == make_mix(7, 100, 50, TODAY)
    assert make_mix(7, 100, 50, TODAY) != make_mix(8, 100, 50, TODAY)


def test_orders_come_at_the_rate_that_was_asked_for_after_a_warm_up() -> None:
    times = [story.at for story in make_mix(1, 100, 20, TODAY).stories]
    assert times[0] == WARM_UP
    assert times[-1] - times[0] == timedelta(seconds=99 / 20)


def test_orders_of_a_pair_come_one_right_after_the_other() -> None:
    stories = make_mix(3, 300, 50, TODAY).stories
    places: dict[str, list[int]] = {}
    for n, story in enumerate(stories):
        if story.expected.pair:
            places.setdefault(story.expected.pair, []).append(n)
    assert places
    assert all(second - first == 1 for first, second in places.values())


def test_everything_that_is_ordered_is_in_the_catalogue_but_for_what_must_not_be() -> None:
    mix = make_mix(2, 300, 50, TODAY)
    for story in mix.stories:
        for item, quantity in story.order.lines:
            assert item in mix.catalogue.items or story.kind == "unknown item"
            assert quantity > 0
        known = story.order.customer in mix.catalogue.customers
        assert known or story.kind in ("unknown customer", "guest")


def test_what_depends_on_stock_has_an_item_of_its_own() -> None:
    mix = make_mix(2, 300, 50, TODAY)
    alone = [story for story in mix.stories if not story.expected.pair]
    users = Counter(item for story in alone for item in {item for item, _ in story.order.lines})
    assert {item for item, times in users.items() if times > 1 and item.startswith("ITEM")} == set()
    assert all(quantity >= 0 for stock in mix.stock.values() for quantity in stock.values())
    assert mix.stock["east"]["BOLT"] > Decimal(1000)
