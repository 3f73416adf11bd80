"""The kinds of orders for a run with a real ERP: those that need no trick of the simulated one.

The first are those without which such a run would say little, because a real ERP makes short runs.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from crossdock.simulation.kinds import PHONE_KINDS, SHOP_KINDS, Builder, Maker
from crossdock.simulation.story import Cancel, Expected, Phone, Rewrite, Step, Stock, Story, When

_FIRST = (
    "split over two warehouses",
    "prepaid, paid later",
    "credit hold, released",
    "amended after release",
    "cancelled after release",
    "refund without return",
    "kit",
    "card, captured at shipment",
    "plain",
    "amended before release",
    "cancelled before release",
    "guest",
    "backorder, then receipt",
    "short pick",
    "webhooks never sent",
    "two near the credit limit",
)


def phone_changed(make: Maker, kind: str) -> list[Story]:
    """While there is none of it, the customer calls again and wants more; then it comes."""
    item = make.item()
    steps = (
        Step(When(timedelta(seconds=2)), Rewrite({item: 6})),
        Step(When(timedelta(seconds=2)), Stock("east", item, Decimal(9))),
    )
    expected = Expected(shipped=({item: Decimal(6)},))
    return [make.story(kind, Phone(((item, Decimal(2)),), make.regular()), steps=steps, expected=expected)]


def phone_cancelled(make: Maker, kind: str) -> list[Story]:
    """While there is none of it, the customer calls again and wants nothing."""
    steps = (Step(When(timedelta(seconds=2)), Cancel()),)
    order = Phone(((make.item(), Decimal(2)),), make.regular())
    return [make.story(kind, order, steps=steps, expected=Expected(("cancelled",)))]


REAL_SHOP_KINDS: Mapping[str, tuple[int, Builder]] = {name: SHOP_KINDS[name] for name in _FIRST} | dict(SHOP_KINDS)

REAL_PHONE_KINDS: Mapping[str, tuple[int, Builder]] = {
    **PHONE_KINDS,
    "phone order, changed": (1, phone_changed),
    "phone order, cancelled": (1, phone_cancelled),
}
