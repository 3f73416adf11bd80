"""The kinds of orders in the mix, each with what makes it that kind and how it must end.

An order whose kind depends on stock has an item of its own, and one whose kind depends on credit a customer of its own,
so that what happens to one order says nothing about another.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crossdock.model.base import change
from crossdock.model.parties import Address
from crossdock.simulation.chance import Chance
from crossdock.simulation.story import (
    Cancel,
    Edit,
    Expected,
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
    When,
)
from crossdock.simulation.systems.catalogue import CatalogueCustomer, CatalogueItem
from crossdock.simulation.systems.shop_orders import Basket
from crossdock.simulation.systems.wms import Instruction

D = Decimal
NODES = ("east", "west")
STAPLES = ("BOLT", "NUT", "WASHER", "HINGE", "BRACKET", "PLATE")
REGULARS = ("C-100", "C-101", "C-102", "C-103", "C-104", "C-105", "C-106", "C-107")
SERVICE = "parcel/ground"
_SECOND = timedelta(seconds=1)
_SOON = When(_SECOND * 0.4)
_RELEASED = When(seen="released")
_LONG = Instruction(idle=_SECOND * 2)


class Maker:
    """Makes orders, and the items and customers of their own that some need."""

    def __init__(self, chance: Chance, today: date) -> None:
        self.chance = chance
        self.today = today
        self.items: dict[str, CatalogueItem] = {}
        self.customers: dict[str, CatalogueCustomer] = {}
        self.stock: dict[str, dict[str, Decimal]] = {node: {} for node in NODES}
        self._count = 0

    def _next(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}-{self._count:05d}"

    def item(self, east: int = 0, west: int = 0, price: str = "12.00") -> str:
        """An item of its own, with so many at each warehouse."""
        number = self._next("ITEM")
        self.items[number] = CatalogueItem(number, f"Item {number}", D(price))
        for node, quantity in zip(NODES, (east, west), strict=True):
            self.stock[node][number] = D(quantity)
        return number

    def kit(self) -> str:
        number = self._next("KIT")
        parts = (("BOLT", D(4)), ("BRACKET", D(1)))
        self.items[number] = CatalogueItem(number, f"Kit {number}", D("21.00"), components=parts)
        return number

    def customer(self, limit: str, opening: str = "0") -> str:
        """A customer of its own, with a limit."""
        number = self._next("C")
        address = Address((f"{self._count} Mill Street",), "Dayton", "45402", "OH", "US", f"Customer {number}")
        email = f"{number.lower()}@customers.example"
        self.customers[number] = CatalogueCustomer(number, f"Customer {number}", email, address, D(limit), D(opening))
        return number

    def regular(self) -> str:
        return self.chance.pick(REGULARS)

    def staples(self) -> tuple[tuple[str, Decimal], ...]:
        """One to three lines of what everybody buys."""
        items = self.chance.shuffled(STAPLES)[: self.chance.between(1, 3)]
        return tuple((item, D(self.chance.between(2, 6))) for item in items)

    def basket(self, *lines: tuple[str, int], **more: Any) -> Basket:
        wanted = tuple((item, D(quantity)) for item, quantity in lines) or self.staples()
        return change(Basket(wanted, self.regular(), service=SERVICE), **more)

    def story(self, kind: str, order: Basket | Phone, channel: str = "", **more: Any) -> Story:
        place = channel or ("erp" if isinstance(order, Phone) else "shop")
        return change(Story(kind, timedelta(), place, order), **more)


def _all(*lines: tuple[str, int]) -> tuple[dict[str, Decimal], ...]:
    return ({item: D(quantity) for item, quantity in lines},)


Builder = Callable[[Maker, str], list[Story]]


# --- plain and sourced -----------------------------------------------------------------------------------------------


def plain(make: Maker, kind: str) -> list[Story]:
    return [make.story(kind, make.basket())]


def split(make: Maker, kind: str) -> list[Story]:
    east, west = make.item(east=9), make.item(west=9)
    expected = Expected(shipped=_all((east, 3), (west, 2)), nodes=2)
    return [make.story(kind, make.basket((east, 3), (west, 2)), expected=expected)]


def kit(make: Maker, kind: str) -> list[Story]:
    item = make.kit()
    return [
        make.story(kind, make.basket((item, 2), ("NUT", 3)), expected=Expected(shipped=_all((item, 2), ("NUT", 3))))
    ]


def ship_complete(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=2)
    receipt = Step(When(_SECOND), Stock("east", item, D(5)))
    basket = make.basket((item, 4), ("BOLT", 2), tags=("ship-complete",))
    return [make.story(kind, basket, steps=(receipt,), expected=Expected(shipped=_all((item, 4), ("BOLT", 2))))]


def no_backorder(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=2)
    expected = Expected(("partly_cancelled",), _all((item, 2)))
    return [make.story(kind, make.basket((item, 5), tags=("no-backorder",)), expected=expected)]


def backorder(make: Maker, kind: str) -> list[Story]:
    item = make.item(west=2)
    receipt = Step(When(_SECOND * 0.3, "shipped"), Stock("west", item, D(10)))
    return [make.story(kind, make.basket((item, 5)), steps=(receipt,), expected=Expected(shipped=_all((item, 5))))]


def counter_sale(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=6, west=6)
    sold = Step(_RELEASED, Stock("east", item, D(-4)))
    expected = Expected(shipped=_all((item, 5)))
    order = make.basket((item, 5))
    return [make.story(kind, order, steps=(sold,), expected=expected, instructions={"east": _LONG})]


def window(make: Maker, kind: str) -> list[Story]:
    first = make.today + timedelta(days=9)
    basket = make.basket(tags=(f"not-before:{first.isoformat()}",))
    return [make.story(kind, basket, expected=Expected(("waiting",)))]


# --- at the warehouse ------------------------------------------------------------------------------------------------


def short_pick(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=9, west=9)
    told = {"east": Instruction(short={item: D(2)})}
    return [make.story(kind, make.basket((item, 5)), instructions=told, expected=Expected(shipped=_all((item, 5))))]


def over_shipment(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=99, price="3.00")
    told = {"east": Instruction(over={item: D(2)})}
    expected = Expected(shipped=_all((item, 22)), over={item: D(2)})
    return [
        make.story(kind, make.basket((item, 20), tags=("over-tolerance:10",)), instructions=told, expected=expected)
    ]


def node_refuses(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=9, west=9)
    told = {"east": Instruction(refuse="the dock is closed")}
    return [make.story(kind, make.basket((item, 4)), instructions=told, expected=Expected(shipped=_all((item, 4))))]


def in_parts(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=9)
    told = {"east": Instruction(parts=2)}
    return [make.story(kind, make.basket((item, 6)), instructions=told, expected=Expected(shipped=_all((item, 6))))]


def webhook_never_sent(make: Maker, kind: str) -> list[Story]:
    lost = Instruction(never=("accepted", "packed", "shipped", "departed"))
    told = dict.fromkeys(NODES, lost)
    topics = ("orders/create", "orders/updated")
    return [make.story(kind, make.basket(), instructions=told, never=topics)]


def duplicate_webhooks(make: Maker, kind: str) -> list[Story]:
    return [make.story(kind, make.basket(), instructions=dict.fromkeys(NODES, Instruction(twice=True)), twice=True)]


# --- turned away or held ---------------------------------------------------------------------------------------------


def below_minimum(make: Maker, kind: str) -> list[Story]:
    basket = make.basket(("NUT", 1), freight=D(0))
    return [make.story(kind, basket, "outlet", expected=Expected(("rejected",)))]


def price_honoured(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=9)
    basket = make.basket((item, 4), prices={item: D("9.00")})
    return [make.story(kind, basket, "outlet", expected=Expected(shipped=_all((item, 4))))]


def price_held(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=9)
    basket = make.basket((item, 2), prices={item: D("9.00")})
    return [make.story(kind, basket, expected=Expected(("waiting",)))]


def price_refused(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=9)
    basket = make.basket((item, 2), prices={item: D("9.00")})
    return [make.story(kind, basket, "market", expected=Expected(("rejected",)))]


def unknown_item(make: Maker, kind: str) -> list[Story]:
    return [make.story(kind, make.basket(("GHOST", 1), ("BOLT", 2)), "market", expected=Expected(("rejected",)))]


def unknown_customer(make: Maker, kind: str) -> list[Story]:
    return [make.story(kind, make.basket(customer="C-999999"), expected=Expected(("waiting",)))]


def credit_hold(make: Maker, kind: str) -> list[Story]:
    customer = make.customer("500.00", opening="495.00")
    paid = Step(When(_SECOND * 0.2, "held"), SettleAccount(D("495.00")))
    freed = Step(When(_SECOND * 0.1), Release("credit"))
    return [make.story(kind, make.basket(("HINGE", 4), customer=customer), steps=(paid, freed))]


def near_the_limit(make: Maker, kind: str) -> list[Story]:
    """Either fits, both don't."""
    customer = make.customer("100.00")
    expected = Expected(("complete", "waiting"), pair=customer, together=1)
    basket = make.basket((make.item(east=99), 5), customer=customer)
    return [make.story(kind, basket, expected=expected) for _ in range(2)]


# --- paid so or so ---------------------------------------------------------------------------------------------------


def prepaid_later(make: Maker, kind: str) -> list[Story]:
    return [make.story(kind, make.basket(paid_by="pay_later"), steps=(Step(When(_SECOND * 0.5), Pay()),))]


def prepaid_never(make: Maker, kind: str) -> list[Story]:
    return [make.story(kind, make.basket(paid_by="pay_later"), expected=Expected(("waiting",)))]


def card(make: Maker, kind: str) -> list[Story]:
    return [make.story(kind, make.basket(paid_by="card"))]


def expired_card(make: Maker, kind: str) -> list[Story]:
    basket = make.basket(paid_by="card")
    return [make.story(kind, basket, placed_before=timedelta(days=8), expected=Expected(("waiting",)))]


def guest(make: Maker, kind: str) -> list[Story]:
    return [make.story(kind, make.basket(paid_by="prepaid", customer="", email="guest@example.com"))]


def refund(make: Maker, kind: str) -> list[Story]:
    back = Step(When(_SECOND * 0.2, "billed"), Refund(D("5.00")))
    return [make.story(kind, make.basket(paid_by="prepaid"), steps=(back,), expected=Expected(credited=D("5.00")))]


# --- changed their minds ---------------------------------------------------------------------------------------------


def amended_before(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=20)
    steps = (Step(_SOON, Edit({item: 7, "NUT": 2, "BOLT": 0})), Step(_SOON, Pay()))
    basket = make.basket((item, 3), ("BOLT", 2), paid_by="pay_later")
    return [make.story(kind, basket, steps=steps, expected=Expected(shipped=_all((item, 7), ("NUT", 2))))]


def readdressed(make: Maker, kind: str) -> list[Story]:
    address = Address(("9 New Street",), "Columbus", "43085", "OH", "US", "New Place")
    steps = (Step(_SOON, Move(address)), Step(_SOON, Pay()))
    return [make.story(kind, make.basket(paid_by="pay_later"), steps=steps)]


def amended_after(make: Maker, kind: str) -> list[Story]:
    """More of it, and less of another thing: what was picked by then stays, and what comes after the end is refused."""
    more, less = make.item(east=30), make.item(east=30)
    told = {"east": _LONG}
    steps = (Step(_RELEASED, Edit({more: 6, less: 2})),)
    either = tuple({more: D(much), less: D(little)} for much, little in ((6, 2), (6, 5), (4, 5)))
    basket = make.basket((more, 4), (less, 5))
    expected = Expected(("complete", "too_late"), either)
    return [make.story(kind, basket, steps=steps, instructions=told, expected=expected)]


def cancelled_before(make: Maker, kind: str) -> list[Story]:
    basket = make.basket(paid_by="pay_later")
    return [make.story(kind, basket, steps=(Step(_SOON, Cancel()),), expected=Expected(("cancelled",)))]


def cancelled_after(make: Maker, kind: str) -> list[Story]:
    """The warehouse still can, unless word of it comes too late."""
    item = make.item(east=9)
    expected = Expected(("cancelled", "too_late"))
    steps = (Step(_RELEASED, Cancel()),)
    return [make.story(kind, make.basket((item, 3)), steps=steps, instructions={"east": _LONG}, expected=expected)]


def cancel_refused(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=9)
    firm = change(_LONG, firm=True, later=True)
    expected = Expected(("too_late",), _all((item, 3)))
    steps = (Step(_RELEASED, Cancel()),)
    return [make.story(kind, make.basket((item, 3)), steps=steps, instructions={"east": firm}, expected=expected)]


# --- by phone --------------------------------------------------------------------------------------------------------


def phone(make: Maker, kind: str) -> list[Story]:
    return [make.story(kind, Phone(make.staples(), make.regular()))]


def phone_kit_and_split(make: Maker, kind: str) -> list[Story]:
    item, west = make.kit(), make.item(west=9)
    expected = Expected(shipped=_all((item, 1), (west, 4)), nodes=2)
    east_only = make.item(east=9)
    lines = ((item, D(1)), (west, D(4)), (east_only, D(1)))
    expected = change(expected, shipped=_all((item, 1), (west, 4), (east_only, 1)))
    return [make.story(kind, Phone(lines, make.regular()), expected=expected)]


def phone_changed(make: Maker, kind: str) -> list[Story]:
    """While it waits for its day, the customer calls again."""
    item = make.item(east=9)
    steps = (Step(When(_SECOND), Rewrite({item: 6})),)
    order = Phone(((item, D(2)),), make.regular(), not_before=make.today + timedelta(days=9))
    return [make.story(kind, order, steps=steps, expected=Expected(("waiting",)))]


def phone_cancelled(make: Maker, kind: str) -> list[Story]:
    item = make.item(east=9)
    order = Phone(((item, D(2)),), make.regular(), not_before=make.today + timedelta(days=9))
    return [make.story(kind, order, steps=(Step(When(_SECOND), Cancel()),), expected=Expected(("cancelled",)))]


SHOP_KINDS: Mapping[str, tuple[int, Builder]] = {
    "plain": (24, plain),
    "split over two warehouses": (4, split),
    "kit": (4, kit),
    "ship complete": (2, ship_complete),
    "no backorder, shortage": (2, no_backorder),
    "backorder, then receipt": (2, backorder),
    "counter sale in between": (2, counter_sale),
    "ship window in the future": (2, window),
    "short pick": (2, short_pick),
    "over-shipment within tolerance": (2, over_shipment),
    "warehouse refuses": (2, node_refuses),
    "shipped in parts": (2, in_parts),
    "webhooks never sent": (3, webhook_never_sent),
    "webhooks sent twice": (3, duplicate_webhooks),
    "below the minimum": (1, below_minimum),
    "price differs, honoured": (2, price_honoured),
    "price differs, held": (1, price_held),
    "price differs, refused": (1, price_refused),
    "unknown item": (1, unknown_item),
    "unknown customer": (1, unknown_customer),
    "credit hold, released": (2, credit_hold),
    "two near the credit limit": (2, near_the_limit),
    "prepaid, paid later": (3, prepaid_later),
    "prepaid, never paid": (1, prepaid_never),
    "card, captured at shipment": (4, card),
    "card, authorisation expired": (1, expired_card),
    "guest": (3, guest),
    "refund without return": (2, refund),
    "amended before release": (2, amended_before),
    "address changed before release": (2, readdressed),
    "amended after release": (2, amended_after),
    "cancelled before release": (2, cancelled_before),
    "cancelled after release": (2, cancelled_after),
    "cancellation refused by the warehouse": (1, cancel_refused),
}
"""Kinds of shop orders, with how often each comes beyond the first time."""

PHONE_KINDS: Mapping[str, tuple[int, Builder]] = {
    "phone order": (12, phone),
    "phone order, kit and split": (3, phone_kit_and_split),
    "phone order, changed": (1, phone_changed),
    "phone order, cancelled": (1, phone_cancelled),
}
