"""The simulated shop against the real Shopify connector: what customers do comes in, what we do goes back."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crossdock.connectors.shopify import Settings, Shopify
from crossdock.model import commands, events
from crossdock.model.base import change
from crossdock.model.shipments import FulfillmentLine, Package, PackedLine, Shipment
from crossdock.runtime.connector import Arrival, Delivery, Done, FeedPage, Refused, Rejected
from crossdock.runtime.exchange import drive
from crossdock.runtime.ports import NoAnswer
from crossdock.simulation.systems.faults import Faults
from crossdock.simulation.systems.shop import Shop
from crossdock.simulation.systems.shop_orders import Basket
from tests.support.systems import ADDRESS, CATALOGUE, NOW, TOKEN, Bench, usd

BASKET = Basket((("BOLT", Decimal(4)), ("SET", Decimal(1))), "C-1")


class ShopBench(Bench):
    system: Shop

    def told(self) -> list[events.Event]:
        """What the webhooks of the last moments mean."""
        seen: list[events.Event] = []
        for outgoing in self.wait(seconds=1):
            topic = outgoing.request.url.removeprefix("http://hub.test/in/shop/")
            headers = {name.lower(): value for name, value in outgoing.request.headers.items()}
            arrived = Delivery(topic, outgoing.request.body, headers)
            assert isinstance(self.connector.receive(arrived, self.now), Arrival)
            translation = self.connector.translate(arrived, self.now)
            assert translation.problems == ()
            seen += [sighting.event for sighting in translation.sightings]
        return seen

    def polled(self) -> list[events.Event]:
        page, seen = FeedPage((), "", True), list[events.Event]()
        while page.more:
            read = self.read(self.connector.feeds[0], page.cursor)
            assert isinstance(read, FeedPage), read
            page = read
            for one in page.deliveries:
                seen += [sighting.event for sighting in self.connector.translate(one, self.now).sightings]
        return seen

    def rows(self, kind: str) -> list[Any]:
        return [row for row in self.system.ledger if row.kind == kind]

    def placed(self, basket: Basket = BASKET) -> events.OrderPlaced:
        self.system.place(basket, self.now)
        (placed,) = self.told()
        assert isinstance(placed, events.OrderPlaced)
        return placed


@pytest.fixture
def bench() -> ShopBench:
    settings = Settings(
        "shop", "http://shop.test", TOKEN, secrets=("s",), callback="http://hub.test/in/shop", since=NOW - timedelta(30)
    )
    return ShopBench(Shopify(settings), Shop("shop", TOKEN, "s", "http://hub.test", CATALOGUE))


# --- what comes in ---------------------------------------------------------------------------------------------------


def test_an_order_carries_customer_lines_prices_taxes_freight_and_terms(bench: ShopBench) -> None:
    order = bench.placed().order
    assert (order.number, order.channel, order.terms.kind) == ("#1001", "shop", "on_account")
    assert order.parties.sold_to.number == "C-1"
    assert [(line.item, line.quantity.amount, line.price.amount.amount) for line in order.lines] == [
        ("BOLT", Decimal(4), Decimal("2.50")),
        ("SET", Decimal(1), Decimal("4.00")),
    ]
    assert order.charges[0].amount == usd("10.00")
    assert (order.tax, order.gross) == (usd("0.84"), usd("24.84"))
    assert order.total == order.gross


@pytest.mark.parametrize(
    ("paid_by", "terms", "kinds"),
    [
        ("card", "card", ["authorization"]),
        ("prepaid", "prepaid", ["payment"]),
        ("pay_later", "prepaid", []),
        ("account", "on_account", []),
    ],
)
def test_an_order_says_how_it_is_paid(bench: ShopBench, paid_by: Any, terms: str, kinds: list[str]) -> None:
    order = bench.placed(change(BASKET, paid_by=paid_by)).order
    assert (order.terms.kind, [payment.kind for payment in order.payments]) == (terms, kinds)


def test_wishes_travel_as_tags(bench: ShopBench) -> None:
    tags = ("ship-complete", "no-backorder", "over-tolerance:10", "not-before:2026-03-09")
    delivery = bench.placed(change(BASKET, tags=tags, service="parcel/ground")).order.delivery
    assert (delivery.ship_complete, delivery.backorder_allowed, delivery.service) == (True, False, "parcel/ground")
    assert (delivery.over_tolerance, str(delivery.not_before)) == (Decimal("0.1"), "2026-03-09")


def test_a_guest_is_a_guest(bench: ShopBench) -> None:
    sold_to = bench.placed(change(BASKET, customer="", email="g@guest.example")).order.parties.sold_to
    assert (sold_to.guest, sold_to.number, sold_to.email) == (True, "", "g@guest.example")


def test_a_late_payment_is_seen(bench: ShopBench) -> None:
    order = bench.placed(change(BASKET, paid_by="pay_later")).order
    bench.wait(seconds=1)
    bench.system.pay("#1001", bench.now)
    payments = [event for event in bench.told() if isinstance(event, events.PaymentReceived)]
    assert [payment.payment.amount for payment in payments] == [order.gross]


def test_an_edited_order_reads_as_it_is_wanted_now(bench: ShopBench) -> None:
    bench.placed()
    bench.wait(seconds=1)
    bench.system.edit("#1001", {"BOLT": 6, "SET": 0, "NUT": 2}, bench.now)
    bench.system.move("#1001", change(ADDRESS, city="Lexington"), bench.now)
    changed = [event for event in bench.told() if isinstance(event, events.OrderChanged)]
    order = changed[-1].order
    assert {line.item: line.quantity.amount for line in order.lines} == {"BOLT": Decimal(6), "NUT": Decimal(2)}
    assert order.parties.shipped.address is not None
    assert order.parties.shipped.address.city == "Lexington"
    assert order.gross == usd("28.02")


def test_a_cancellation_and_a_refund_are_seen(bench: ShopBench) -> None:
    bench.placed(change(BASKET, paid_by="prepaid"))
    bench.system.refund("#1001", Decimal("5.00"), bench.now)
    refunds = [event for event in bench.told() if isinstance(event, events.RefundRequested)]
    assert [refund.amount for refund in refunds] == [usd("5.00")]
    bench.system.cancel("#1001", bench.now)
    assert any(isinstance(event, events.CancellationRequested) for event in bench.told())
    with pytest.raises(Exception, match="Cannot cancel"):
        bench.system.cancel("#1001", bench.now)


def test_the_poll_brings_what_a_webhook_lost_and_renews_a_deleted_subscription(bench: ShopBench) -> None:
    bench.system.faults = Faults(unsubscribe=1.0)
    bench.system.place(BASKET, bench.now)
    assert bench.told() == []
    assert bench.system.subscriptions == []
    bench.system.faults = Faults()
    assert [type(event) for event in bench.polled()] == [events.OrderPlaced]
    assert isinstance(bench.read(bench.connector.feeds[1]), FeedPage)
    bench.system.place(BASKET, bench.now)
    assert [type(event) for event in bench.told()] == [events.OrderPlaced]


def test_a_webhook_may_never_be_sent_for_one_order_or_be_sent_twice(bench: ShopBench) -> None:
    bench.system.place(BASKET, bench.now, never=("orders/create",))
    assert bench.told() == []
    bench.system.place(BASKET, bench.now, twice=True)
    assert len(bench.wait(seconds=1)) == 2


def test_a_long_list_of_orders_comes_in_pages(bench: ShopBench) -> None:
    for _ in range(260):
        bench.system.place(BASKET, bench.now, never=("orders/create",))
    assert len(bench.polled()) == 260


def test_a_wrong_signature_is_answered_401(bench: ShopBench) -> None:
    bench.system.secret = "other"
    bench.system.place(BASKET, bench.now)
    (outgoing,) = bench.wait(seconds=1)
    headers = {name.lower(): value for name, value in outgoing.request.headers.items()}
    rejected = bench.connector.receive(Delivery("orders/create", outgoing.request.body, headers), bench.now)
    assert isinstance(rejected, Rejected)
    assert rejected.status == 401


# --- what goes back --------------------------------------------------------------------------------------------------


def shipment(order: Any) -> commands.ConfirmShipment:
    first, second = (line.id for line in order.lines)
    packages = (
        Package("P1", (PackedLine(first, Decimal(3)),), tracking="1Z1"),
        Package("P2", (PackedLine(first, Decimal(1)), PackedLine(second, Decimal(1))), tracking="1Z2"),
    )
    return commands.ConfirmShipment(order.key, "shop", order.key[5:], Shipment("S1", "east", packages, "parcel"))


def test_a_shipment_becomes_fulfilments_with_tracking_once(bench: ShopBench) -> None:
    order = bench.placed().order
    command = shipment(order)
    assert isinstance(bench.perform(command), Done)
    assert isinstance(bench.look_up(command), Done)
    assert [(row.item, row.quantity, row.other) for row in bench.rows("fulfilled")] == [
        ("BOLT", Decimal(3), "1Z1"),
        ("BOLT", Decimal(1), "1Z2"),
        ("SET", Decimal(1), "1Z2"),
    ]
    assert bench.system.orders[int(order.key[5:])].body["fulfillment_status"] == "fulfilled"
    assert not [event for event in bench.told() if isinstance(event, events.OrderPlaced)]


def test_every_write_whose_answer_is_lost_is_found_by_a_look_up(bench: ShopBench) -> None:
    order = bench.placed(change(BASKET, paid_by="card")).order
    number = order.key[5:]
    capture = commands.CapturePayment(order.key, "shop", number, f"{number}/authorization", "cap-1", usd("10.00"))
    line = FulfillmentLine(order.lines[1].id, "SET", Decimal(1))
    cancel = commands.ConfirmCancellation(order.key, "shop", number, "sold out", (line,))
    for command, kind in ((capture, "gateway_capture"), (cancel, "cancelled")):
        fail_writes(bench, command)
        assert isinstance(bench.look_up(command), Done)
        assert len(bench.rows(kind)) == 1


def fail_writes(bench: ShopBench, command: commands.Command) -> None:
    """Perform with the answer of the last POST lost."""

    def send(request: Any) -> Any:
        response = bench.send(request)
        if request.method == "POST":
            raise NoAnswer("lost")
        return response

    assert isinstance(bench.perform(command, send=send), NoAnswer)


def test_money_is_captured_up_to_the_authorisation_until_it_expires(bench: ShopBench) -> None:
    order = bench.placed(change(BASKET, paid_by="card")).order
    number = order.key[5:]

    def capture(reference: str, amount: str) -> object:
        command = commands.CapturePayment(order.key, "shop", number, f"{number}/authorization", reference, usd(amount))
        return bench.perform(command, key=reference)

    assert isinstance(capture("cap-1", "20.00"), Done)
    assert isinstance(capture("cap-2", "20.00"), Refused)
    bench.wait(days=8)
    assert isinstance(capture("cap-3", "1.00"), Refused)
    assert [row.amount for row in bench.rows("gateway_capture")] == [Decimal("20.00")]


def test_our_own_cancellation_is_no_wish_of_the_customer(bench: ShopBench) -> None:
    order = bench.placed().order
    command = commands.ConfirmCancellation(order.key, "shop", order.key[5:], "unknown item")
    assert isinstance(bench.perform(command), Done)
    assert not [event for event in bench.told() if isinstance(event, events.CancellationRequested)]
    assert {row.note for row in bench.rows("cancelled")} == {"by api"}


def test_money_is_given_back_once(bench: ShopBench) -> None:
    order = bench.placed(change(BASKET, paid_by="prepaid")).order
    number = order.key[5:]
    command = commands.RefundPayment(order.key, "shop", number, f"{number}/payment", "r-1", usd("4.00"), "short")
    fail_writes(bench, command)
    assert isinstance(bench.look_up(command), Done)
    assert [row.amount for row in bench.rows("gateway_refund")] == [Decimal("4.00")]
    assert not [event for event in bench.told() if isinstance(event, events.RefundRequested)]


def test_a_refused_change_is_written_on_the_order(bench: ShopBench) -> None:
    order = bench.placed().order
    bench.perform(commands.RefuseChange(order.key, "shop", order.key[5:], "cancellation", "it has shipped"))
    assert "it has shipped" in bench.system.orders[int(order.key[5:])].body["note"]


def test_a_wrong_token_is_refused() -> None:
    settings = Settings("shop", "http://shop.test", "wrong", callback="http://hub.test/in/shop")
    bench = ShopBench(Shopify(settings), Shop("shop", TOKEN, "s", "", CATALOGUE))
    assert isinstance(drive(bench.connector.feeds[1].read("", NOW), bench.send), NoAnswer)
