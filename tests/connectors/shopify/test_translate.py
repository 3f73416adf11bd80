"""What each delivery means, by its topic."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.model.codec import decode_event, encode
from crossdock.model.events import (
    CancellationRequested,
    DocumentReceived,
    OrderChanged,
    OrderPlaced,
    PaymentFailed,
    PaymentReceived,
    PersonalDataRequested,
    RefundRequested,
)
from crossdock.model.quantities import Money
from crossdock.runtime.connector import Delivery
from tests.connectors.shopify.payloads import RECEIVED, events, line, order, problems, read, refund, shop

LATER = "2026-03-03T09:00:00-05:00"
SHIPPED = [{"id": 1, "status": "success", "line_items": [{"id": 11, "quantity": 3}]}]
PARTLY = [{"id": 1, "status": "success", "line_items": [{"id": 11, "quantity": 1}]}]


def kinds(topic: str, body: object, **settings: Any) -> list[str]:
    return [type(event).__name__ for event in events(topic, body, shop(**settings))]


def test_a_new_order_is_placed_when_it_was_created() -> None:
    (sighting,) = read("orders/create", order()).sightings
    assert isinstance(sighting.event, OrderPlaced)
    assert sighting.occurred_at == datetime(2026, 3, 2, 14, 30, tzinfo=UTC)


def test_a_changed_order_is_told_with_when_it_changed() -> None:
    (sighting,) = read("orders/updated", order(updated_at=LATER)).sightings
    assert isinstance(sighting.event, OrderChanged)
    assert sighting.event.order.changed_at == sighting.occurred_at == datetime(2026, 3, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(("status", "kind"), [("authorized", "authorization"), ("paid", "payment")])
def test_a_change_tells_the_money_that_the_status_proves_under_one_reference(status: str, kind: str) -> None:
    placed = events("orders/create", order(financial_status=status))[0].order.payments
    _, event = events("orders/updated", order(financial_status=status, updated_at=LATER))
    assert isinstance(event, PaymentReceived)
    assert event.payment.kind == kind
    assert [each.reference for each in placed] == [event.payment.reference]


def test_a_cancellation_asks_for_all_of_the_order_once() -> None:
    (event,) = events("orders/cancelled", order(cancelled_at=LATER, cancel_reason="customer"))
    assert event == CancellationRequested("shop/7001", "customer", reference="7001/cancelled")


def test_our_own_cancellation_asks_for_nothing() -> None:
    assert kinds("orders/cancelled", order(cancelled_at=LATER, tags="crossdock-cancelled")) == ["DocumentReceived"]
    assert kinds("orders/updated", order(cancelled_at=LATER, tags="crossdock-cancelled")) == []
    assert kinds("orders/polled", order(cancelled_at=LATER, tags="crossdock-cancelled")) == []


def test_a_refund_names_its_money_and_the_units_that_it_cancels() -> None:
    event, kept = events("refunds/create", refund())
    amount = Money(Decimal("12.00"), "USD")
    assert event == RefundRequested("shop/7001", "9001", amount, "one too many", {"11": Decimal(1)})
    assert isinstance(kept, DocumentReceived)
    assert [each.value for each in kept.identifiers] == ["7001"]


@pytest.mark.parametrize("restock", ["return", "no_restock", "legacy_restock"])
def test_a_refund_for_goods_that_ship_all_the_same_cancels_nothing(restock: str) -> None:
    item = {"id": 1, "line_item_id": 11, "quantity": 1, "restock_type": restock}
    assert events("refunds/create", refund(refund_line_items=[item]))[0].cancelled_lines == {}


def test_a_refund_without_money_takes_its_currency_from_its_lines() -> None:
    money = {"shop_money": {"amount": "0.00", "currency_code": "USD"}}
    item = {"id": 1, "line_item_id": 11, "quantity": 1, "restock_type": "cancel", "subtotal_set": money}
    event = events("refunds/create", refund(refund_line_items=[item], transactions=[]))[0]
    assert (event.amount, event.cancelled_lines) == (Money(Decimal(0), "USD"), {"11": Decimal(1)})


def test_our_own_refund_asks_for_nothing() -> None:
    assert kinds("refunds/create", refund(note="short [crossdock ab12]")) == ["DocumentReceived"]
    assert kinds("orders/polled", order(refunds=[refund(note="short [crossdock ab12]")])) == ["OrderPlaced"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"order_id": None}, "order_id"),
        ({"transactions": [{"kind": "refund", "status": "success", "amount": "x"}]}, "transactions[0].amount"),
        ({"transactions": [{"kind": "refund", "status": "success", "amount": "1.00"}]}, "transactions"),
        (
            {"refund_line_items": [{"line_item_id": 11, "quantity": -1, "restock_type": "cancel"}]},
            "refund_line_items[0].quantity",
        ),
    ],
)
def test_an_unclear_refund_is_a_problem_and_no_refund(fields: dict[str, Any], path: str) -> None:
    translation = read("refunds/create", refund(**fields))
    assert path in [problem.path for problem in translation.problems]
    assert not any(isinstance(sighting.event, RefundRequested) for sighting in translation.sightings)


def test_a_polled_order_that_no_webhook_told_of_is_placed() -> None:
    assert kinds("orders/polled", order()) == ["OrderPlaced"]


def test_a_polled_order_tells_all_that_webhooks_may_have_lost() -> None:
    body = order(
        updated_at=LATER, financial_status="paid", cancelled_at=LATER, cancel_reason="other", refunds=[refund()]
    )
    assert kinds("orders/polled", body) == [
        "OrderChanged",
        "PaymentReceived",
        "RefundRequested",
        "CancellationRequested",
    ]


def test_poll_and_webhook_tell_the_same_facts_with_the_same_references() -> None:
    polled = events("orders/polled", order(updated_at=LATER, cancelled_at=LATER, refunds=[refund()]))
    by_webhook = [
        *events("refunds/create", refund()),
        *events("orders/cancelled", order(cancelled_at=LATER)),
    ]
    for kind in (RefundRequested, CancellationRequested):
        assert [each for each in polled if type(each) is kind] == [each for each in by_webhook if type(each) is kind]


def test_a_test_order_is_no_order_unless_the_setting_takes_it() -> None:
    assert kinds("orders/create", order(test=True)) == ["DocumentReceived"]
    assert kinds("orders/create", order(test=True), accept_test_orders=True) == ["OrderPlaced"]


def test_orders_from_before_our_time_are_left_to_whoever_had_them() -> None:
    since = datetime(2026, 3, 2, 15, tzinfo=UTC)
    for topic in ("orders/create", "orders/updated", "orders/cancelled", "orders/polled"):
        assert kinds(topic, order(updated_at=LATER), since=since) == ["DocumentReceived"]


def test_a_counter_sale_is_not_shipped_again() -> None:
    assert kinds("orders/create", order(fulfillments=SHIPPED, source_name="pos")) == ["DocumentReceived"]


@pytest.mark.parametrize("fulfilments", [SHIPPED, PARTLY])
@pytest.mark.parametrize("topic", ["orders/create", "orders/updated", "orders/polled"])
def test_goods_that_somebody_else_shipped_go_before_a_person(topic: str, fulfilments: list[Any]) -> None:
    body = order(fulfillments=fulfilments, updated_at=LATER)
    assert "shipped twice" in problems(topic, body)["fulfillment_status"]
    assert read(topic, body).sightings == ()


def test_an_order_that_we_shipped_in_part_may_still_change() -> None:
    body = order(fulfillments=PARTLY, updated_at=LATER, tags="crossdock-shipped")
    assert kinds("orders/updated", body) == ["OrderChanged"]


def test_an_order_that_we_shipped_wholly_only_tells_its_money() -> None:
    body = order(fulfillments=SHIPPED, updated_at=LATER, tags="crossdock-shipped", financial_status="paid")
    assert kinds("orders/updated", body) == ["PaymentReceived"]


def test_an_order_that_an_edit_emptied_is_cancelled() -> None:
    body = order(line_items=[line(current_quantity=0)], updated_at=LATER)
    (event,) = events("orders/updated", body)
    assert event == CancellationRequested("shop/7001", "every line was removed in the shop", reference="7001/emptied")


def test_an_order_of_nothing_that_ships_is_kept_as_a_notice() -> None:
    card = line(gift_card=True, requires_shipping=False)
    assert kinds("orders/create", order(line_items=[card])) == ["DocumentReceived"]


def test_privacy_requests_name_the_customer_and_the_orders() -> None:
    customer = {"id": 55, "email": "ann@buyer.example"}
    redact = {"shop_id": 1, "customer": customer, "orders_to_redact": [7001, 7002]}
    export = {"shop_id": 1, "customer": customer, "orders_requested": [7001], "data_request": {"id": 9}}
    orders = ("shop/7001", "shop/7002")
    assert events("customers/redact", redact) == [PersonalDataRequested("storefront", "redact", "55", orders)]
    assert events("customers/data_request", export) == [
        PersonalDataRequested("storefront", "export", "55", ("shop/7001",))
    ]
    assert events("shop/redact", {"shop_id": 1}) == [PersonalDataRequested("storefront", "redact", "*")]


def test_a_privacy_request_about_nobody_is_a_problem() -> None:
    assert "customer" in problems("customers/redact", {"shop_id": 1})


def test_a_declined_transaction_is_a_failed_payment() -> None:
    row = {"id": 3, "order_id": 7001, "kind": "capture", "status": "failure", "message": "expired card"}
    assert events("order_transactions/create", row) == [PaymentFailed("shop/7001", "3", "expired card")]
    assert kinds("order_transactions/create", {**row, "status": "success"}) == ["DocumentReceived"]


def test_an_uninstalled_app_goes_before_a_person() -> None:
    translation = read("app/uninstalled", {"id": 1, "domain": "example.myshopify.com"})
    assert [type(each.event) for each in translation.sightings] == [DocumentReceived]
    assert "install it again" in translation.problems[0].reason


def test_an_unknown_topic_is_kept_as_a_notice() -> None:
    assert kinds("products/update", {"id": 1}) == ["DocumentReceived"]


@pytest.mark.parametrize("topic", ["orders-create", "orders_create", "ORDERS/CREATE", "/orders/create"])
def test_a_topic_is_known_however_the_route_spells_it(topic: str) -> None:
    assert kinds(topic, order()) == ["OrderPlaced"]


def test_the_header_names_the_topic_where_the_route_does_not() -> None:
    delivery = Delivery("webhooks", json.dumps(order()).encode(), {"x-shopify-topic": "orders/create"})
    assert isinstance(shop().translate(delivery, RECEIVED).sightings[0].event, OrderPlaced)


def test_an_envelope_around_the_order_is_understood() -> None:
    assert kinds("orders/create", {"order": order()}) == ["OrderPlaced"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"NaN", b"[" * 5000, b'{"a":1e999999999999}'])
def test_a_body_that_is_no_json_object_is_a_problem(body: bytes) -> None:
    translation = shop().translate(Delivery("orders/create", body), RECEIVED)
    assert translation.problems
    assert not any(isinstance(sighting.event, OrderPlaced) for sighting in translation.sightings)


TOPICS = st.sampled_from(
    [
        "orders/create",
        "orders/updated",
        "orders/cancelled",
        "orders/polled",
        "refunds/create",
        "customers/redact",
        "customers/data_request",
        "order_transactions/create",
        "subscriptions",
        "other/thing",
    ]
)
ODD = st.sampled_from(
    [0, -1, 2**70, 1.5, 1e300, "", "x", "NaN", "1e999", "-0", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | ODD
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


def _read_back(topic: str, body: object) -> None:
    """Reads it, and what comes of it survives the journal."""
    translation = shop().translate(Delivery(topic, json.dumps(body).encode()), RECEIVED)
    for sighting in translation.sightings:
        written = encode(sighting.event)
        assert encode(decode_event(type(sighting.event).__name__, written)) == written
        assert sighting.occurred_at.tzinfo is not None


@given(topic=TOPICS, body=JSON)
def test_any_json_at_all_is_read_without_an_error(topic: str, body: object) -> None:
    _read_back(topic, body)


def _places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [place] if place else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, item in items:
        found.extend(_places(item, (*place, name)))
    return found


def _full() -> dict[str, Any]:
    return order(
        updated_at=LATER,
        cancelled_at=LATER,
        financial_status="authorized",
        total_outstanding="30.00",
        payment_gateway_names=["gift_card"],
        payment_terms={"due_in_days": 30},
        refunds=[refund()],
        fulfillments=PARTLY,
        tags="crossdock-shipped, not-before:2026-03-05",
        total_discounts="1.00",
        discount_codes=[{"code": "A"}],
        discount_applications=[{"title": "A"}],
        transactions=[],
        shipping_lines=[{"price": "1.00", "discounted_price": "0.50", "tax_lines": [{"price": "0.1", "rate": 0.1}]}],
        line_items=[
            line(
                fulfillable_quantity=2,
                discount_allocations=[{"amount": "1.00", "discount_application_index": 0}],
                duties=[{"shop_money": {"amount": "1.00"}}],
                components=[{"sku": "NUT-8", "quantity": 2}],
            )
        ],
    )


BASES = {"orders/create": _full, "orders/updated": _full, "orders/polled": _full, "refunds/create": refund}


@given(topic=st.sampled_from(sorted(BASES)), odd=st.lists(st.tuples(st.integers(0, 500), JSON), min_size=1, max_size=3))
def test_an_order_with_any_values_anywhere_is_read_without_an_error(topic: str, odd: list[tuple[int, Any]]) -> None:
    body = BASES[topic]()
    for position, value in odd:
        places = _places(body)
        *way, last = places[position % len(places)]
        holder: Any = body
        for step in way:
            holder = holder[step]
        holder[last] = value
    _read_back(topic, body)


def test_what_is_read_survives_the_journal_unchanged() -> None:
    (event,) = events("orders/create", order(total_weight=1.5, line_items=[line(extra={"a": [0.1, 2**70]})]))
    assert msgspec.json.decode(encode(event), type=OrderPlaced) == event
