"""Orders as the shop writes them, and as we do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crossdock.model.events import OrderPlaced
from crossdock.model.items import Component
from crossdock.model.parties import Address
from crossdock.model.prices import Charge, Discount
from crossdock.model.quantities import Money
from tests.connectors.shopify.payloads import events, line, order, placed, problems, read, shop


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_a_plain_order_is_placed_with_its_key_number_time_and_lines() -> None:
    found = placed(order())
    assert (found.key, found.number, found.channel) == ("shop/7001", "#1001", "shop")
    assert found.placed_at == datetime(2026, 3, 2, 14, 30, tzinfo=UTC)
    assert found.placed_zone == "-05:00"
    (only,) = found.lines
    assert (only.id, only.item, only.quantity.amount, only.price.amount) == ("11", "BOLT-8", 3, usd("10.00"))
    assert found.gross == usd("36.00")
    assert found.total == usd("36.00")


def test_the_number_and_the_shops_own_id_both_find_the_order() -> None:
    numbers = {(each.scheme, each.value, each.issuer) for each in placed(order(po_number="PO-17")).identifiers}
    assert numbers == {("order", "#1001", "shop"), ("external", "7001", "shop"), ("customer_po", "PO-17", "shop")}


def test_sold_to_comes_from_the_customer_and_ship_to_from_the_address() -> None:
    parties = placed(order()).parties
    assert (parties.sold_to.name, parties.sold_to.email) == ("Ann Buyer", "ann@buyer.example")
    assert not parties.sold_to.guest
    assert parties.shipped.address == Address(
        ("Dock 3",), city="Columbus", postal_code="43004", region="OH", country="US", name="Ann Buyer"
    )


def test_an_order_without_a_customer_is_a_guests() -> None:
    buyer = placed(order(customer=None)).parties.sold_to
    assert buyer.guest
    assert (buyer.name, buyer.email) == ("Ann Buyer", "ann@buyer.example")


@pytest.mark.parametrize(
    "fields",
    [
        {"note_attributes": [{"name": "customer_number", "value": "C-100"}]},
        {"customer": {"id": 55, "tags": "vip, customer-number:C-100"}},
        {"company": {"id": 3, "external_id": "C-100"}},
    ],
)
def test_the_erps_customer_number_comes_with_the_order(fields: dict[str, Any]) -> None:
    assert placed(order(**fields)).parties.sold_to.number == "C-100"


@pytest.mark.parametrize(
    ("fields", "kind", "net_days"),
    [
        ({"financial_status": "paid"}, "prepaid", 0),
        ({"financial_status": "authorized"}, "card", 0),
        ({"financial_status": "pending"}, "prepaid", 0),
        ({"financial_status": "pending", "po_number": "PO-1"}, "on_account", 0),
        (
            {"financial_status": "pending", "payment_terms": {"payment_terms_name": "Net 30", "due_in_days": 30}},
            "on_account",
            30,
        ),
        (
            {"financial_status": "paid", "payment_terms": {"payment_terms_name": "Net 30", "due_in_days": 30}},
            "on_account",
            30,
        ),
        ({"financial_status": "voided"}, "prepaid", 0),
    ],
)
def test_terms_come_from_the_financial_status(fields: dict[str, Any], kind: str, net_days: int) -> None:
    terms = placed(order(**fields)).terms
    assert (terms.kind, terms.net_days) == (kind, net_days)


def test_an_authorised_order_carries_its_authorisation_with_its_expiry() -> None:
    (payment,) = placed(order(financial_status="authorized")).payments
    assert (payment.kind, payment.reference, payment.amount) == ("authorization", "7001/authorization", usd("36.00"))
    assert payment.expires_at == datetime(2026, 3, 9, 14, 30, tzinfo=UTC)


def test_a_paid_order_carries_one_payment_of_its_total() -> None:
    (payment,) = placed(order(financial_status="paid")).payments
    assert (payment.kind, payment.reference, payment.amount) == ("payment", "7001/payment", usd("36.00"))


def test_what_an_edit_added_to_a_paid_order_is_a_payment_of_its_own() -> None:
    found = placed(order(financial_status="paid", current_total_price="48.00")).payments
    assert [(each.reference, each.amount) for each in found] == [
        ("7001/payment", usd("36.00")),
        ("7001/payment/48.00", usd("12.00")),
    ]


def test_a_part_of_a_payment_counts_when_it_is_complete() -> None:
    found = placed(order(financial_status="partially_paid"))
    assert (found.terms.kind, found.payments) == ("prepaid", ())


def test_a_gift_card_pays_its_part_beside_an_authorisation_of_the_rest() -> None:
    gateways = ["gift_card", "shopify_payments"]
    body = order(financial_status="authorized", total_outstanding="26.00", payment_gateway_names=gateways)
    assert [(each.reference, each.amount) for each in placed(body).payments] == [
        ("7001/gift_card", usd("10.00")),
        ("7001/authorization", usd("26.00")),
    ]


def test_transactions_are_the_payments_where_the_order_carries_them() -> None:
    rows = [
        {"id": 1, "kind": "sale", "status": "success", "gateway": "gift_card", "amount": "6.00"},
        {
            "id": 2,
            "kind": "authorization",
            "status": "success",
            "amount": "30.00",
            "authorization_expires_at": "2026-03-08T00:00:00Z",
        },
        {"id": 3, "kind": "authorization", "status": "failure", "amount": "30.00"},
    ]
    found = placed(order(financial_status="authorized", transactions=rows)).payments
    assert [(each.reference, each.kind, each.amount) for each in found] == [
        ("1", "payment", usd("6.00")),
        ("2", "authorization", usd("30.00")),
    ]
    assert found[1].expires_at == datetime(2026, 3, 8, tzinfo=UTC)


def test_an_order_that_we_capture_keeps_its_terms_when_the_shop_calls_it_paid() -> None:
    mark = [{"name": "crossdock capture ab12", "value": "0"}]
    found = placed(order(financial_status="paid", note_attributes=mark))
    assert found.terms.kind == "card"
    assert [each.kind for each in found.payments] == ["authorization"]


def test_inclusive_taxes_are_not_added_on_top() -> None:
    found = placed(order(taxes_included=True, total_price="30.00"))
    assert found.lines[0].taxes[0].inclusive
    assert found.gross == usd("30.00")


def test_rates_are_exact_decimals() -> None:
    assert placed(order()).lines[0].taxes[0].rate == Decimal("0.2")


def test_freight_is_a_charge_with_its_own_tax_and_names_the_service() -> None:
    freight = {
        "id": 1,
        "code": "ground",
        "title": "Ground",
        "price": "10.00",
        "tax_lines": [{"title": "VAT", "price": "2.00", "rate": 0.2}],
    }
    found = placed(order(shipping_lines=[freight], total_price="48.00"))
    assert found.charges == (Charge("freight", usd("10.00"), "Ground"),)
    assert found.delivery.service == "ground"
    assert found.gross == usd("48.00")


def test_free_freight_is_no_charge_and_its_discount_is_not_taken_twice() -> None:
    freight = {
        "code": "g",
        "price": "10.00",
        "discount_allocations": [{"amount": "10.00"}],
        "discounted_price": "10.00",
    }
    found = placed(order(shipping_lines=[freight], total_discounts="10.00"))
    assert found.charges == ()
    assert found.discounts == ()
    assert found.gross == usd("36.00")


def test_discounts_of_lines_carry_the_reason_and_code_of_their_application() -> None:
    item = line(discount_allocations=[{"amount": "3.00", "discount_application_index": 0}])
    applications = [{"type": "discount_code", "title": "Spring", "code": "SPRING10"}]
    found = placed(order(line_items=[item], discount_applications=applications, total_discounts="3.00"))
    assert found.lines[0].discounts == (Discount(usd("3.00"), "Spring", "SPRING10"),)
    assert found.discounts == ()


def test_a_discount_that_no_line_carries_is_the_orders() -> None:
    found = placed(order(total_discounts="5.00", discount_codes=[{"code": "FIVE", "amount": "5.00"}]))
    assert found.discounts == (Discount(usd("5.00"), code="FIVE"),)


def test_tips_gift_cards_and_services_are_charges_not_lines() -> None:
    items = [
        line(),
        line(
            id=12,
            sku=None,
            requires_shipping=False,
            tip={"payment_gateway": "x"},
            title="Tip",
            price="2.00",
            quantity=1,
        ),
        line(id=13, sku="GC-50", gift_card=True, requires_shipping=False, title="Gift card", price="50.00", quantity=1),
        line(id=14, sku=None, requires_shipping=False, name="Assembly", price="7.50", quantity=2),
    ]
    found = placed(order(line_items=items))
    assert [each.id for each in found.lines] == ["11"]
    assert [(each.kind, each.amount) for each in found.charges] == [
        ("other", usd("2.00")),
        ("deposit", usd("50.00")),
        ("other", usd("15.00")),
    ]
    assert {each["id"] for each in found.ext["shopify"]["line_items"]} >= {12, 13, 14}


def test_duties_are_charges() -> None:
    duty = {"harmonized_system_code": "7318", "shop_money": {"amount": "4.00", "currency_code": "USD"}}
    assert placed(order(line_items=[line(duties=[duty])])).charges == (Charge("other", usd("4.00"), "duty 7318"),)


def _both(shop_amount: str, seen: str) -> dict[str, dict[str, str]]:
    return {
        "shop_money": {"amount": shop_amount, "currency_code": "USD"},
        "presentment_money": {"amount": seen, "currency_code": "EUR"},
    }


def test_the_shops_money_counts_unless_the_setting_says_presentment() -> None:
    item = line(price_set=_both("10.00", "9.00"), tax_lines=[])
    body = order(
        presentment_currency="EUR", total_price_set=_both("30.00", "27.00"), total_price="30.00", line_items=[item]
    )
    ours = placed(body)
    theirs = placed(body, shop(money="presentment"))
    assert (ours.currency, ours.lines[0].price.amount, ours.total) == ("USD", usd("10.00"), usd("30.00"))
    euro = Money(Decimal("27.00"), "EUR")
    assert (theirs.currency, theirs.lines[0].price.amount.amount, theirs.total) == ("EUR", Decimal("9.00"), euro)


def test_an_amount_without_a_presentment_side_is_a_problem_there() -> None:
    found = problems("orders/create", order(presentment_currency="EUR"), shop(money="presentment"))
    assert "is missing in EUR" in found["line_items[0].price"]


@pytest.mark.parametrize(
    ("fields", "more", "expected"),
    [
        ({"fulfillable_quantity": 3}, {"fulfillments": []}, 3),
        # an edit took one away, without a refund record
        ({"fulfillable_quantity": 2}, {"fulfillments": []}, 2),
        ({"current_quantity": 2}, {}, 2),
        # a refund that cancels comes as cancelled lines of its own
        ({"fulfillable_quantity": 2, "current_quantity": 2}, {"fulfillments": [], "refunds": "cancel"}, 3),
        ({"current_quantity": 2}, {"refunds": "cancel"}, 3),
        # money only: all three still ship
        ({"fulfillable_quantity": 3, "current_quantity": 2}, {"fulfillments": [], "refunds": "no_restock"}, 3),
        # a cancelled order keeps what was ordered
        ({"fulfillable_quantity": 0}, {"fulfillments": [], "cancelled_at": "2026-03-02T10:00:00Z"}, 3),
    ],
)
def test_quantities_after_edits_and_refunds(fields: dict[str, Any], more: dict[str, Any], expected: int) -> None:
    if "refunds" in more:
        item = {"line_item_id": 11, "quantity": 1, "restock_type": more["refunds"]}
        more = {**more, "refunds": [{"id": 1, "refund_line_items": [item]}]}
    found = events("orders/create", order(line_items=[line(**fields)], **more))[0].order
    assert found.lines[0].quantity.amount == expected


def test_what_an_edit_took_away_does_not_come_back_once_the_rest_is_fulfilled() -> None:
    item = line(quantity=5, current_quantity=2, fulfillable_quantity=0, fulfillment_status="fulfilled")
    done = [{"status": "success", "line_items": [{"id": 11, "quantity": 2}]}]
    body = order(tags="crossdock-shipped", line_items=[item, line(id=12)], fulfillments=done)
    assert events("orders/updated", body)[0].order.lines[0].quantity.amount == 2


def test_what_was_fulfilled_and_came_back_was_ordered_all_the_same() -> None:
    done = [{"status": "success", "line_items": [{"id": 11, "quantity": 2}]}]
    item = {"line_item_id": 11, "quantity": 1, "restock_type": "return"}
    body = order(
        tags="crossdock-shipped",
        line_items=[line(fulfillable_quantity=1, current_quantity=2)],
        fulfillments=done,
        refunds=[{"id": 1, "refund_line_items": [item]}],
    )
    assert placed(body).lines[0].quantity.amount == 3


def test_a_line_that_an_edit_emptied_is_gone() -> None:
    items = [line(), line(id=12, current_quantity=0)]
    assert [each.id for each in placed(order(line_items=items)).lines] == ["11"]


def test_progress_at_the_shop_does_not_make_a_line_read_differently() -> None:
    before = placed(order(line_items=[line(fulfillable_quantity=3)], fulfillments=[]))
    done = [{"status": "success", "line_items": [{"id": 11, "quantity": 1}]}]
    item = line(fulfillable_quantity=2, fulfillment_status="partial")
    after = placed(order(line_items=[item], fulfillments=done, tags="crossdock-shipped"))
    assert before.lines == after.lines


def test_a_bundle_that_names_its_parts_is_a_kit() -> None:
    parts = [{"sku": "NUT-8", "quantity": 2}, {"sku": "BOLT-8"}]
    assert placed(order(line_items=[line(sku="KIT", components=parts)])).lines[0].components == (
        Component("NUT-8", Decimal(2)),
        Component("BOLT-8"),
    )


def test_delivery_wishes_come_from_tags_and_attributes() -> None:
    wishes = [{"name": "not_before", "value": "2026-03-05"}, {"name": "no_backorder", "value": "false"}]
    body = order(tags="Ship-Complete, no-backorder, not-after:2026-03-09, over-tolerance:5", note_attributes=wishes)
    delivery = placed(body).delivery
    assert delivery.ship_complete
    assert delivery.backorder_allowed
    assert (delivery.not_before, delivery.not_after) == (date(2026, 3, 5), date(2026, 3, 9))
    assert delivery.over_tolerance == Decimal("0.05")


def test_a_lines_own_date_comes_from_its_property() -> None:
    wish = [{"name": "requested_on", "value": "2026-03-06"}]
    assert placed(order(line_items=[line(properties=wish)])).lines[0].requested_on == date(2026, 3, 6)


def test_our_own_words_in_the_note_are_not_the_customers() -> None:
    note = "ring twice\nchange refused: too late [crossdock ab12]"
    assert placed(order(note=note)).customer_note == "ring twice"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"currency": "QQQ"}, "currency"),
        ({"currency": None}, "currency"),
        ({"id": None}, "id"),
        ({"line_items": []}, "line_items"),
        ({"line_items": "three"}, "line_items"),
        ({"line_items": [line(), line()]}, "line_items"),
        ({"line_items": [line(id=None)]}, "line_items[0].id"),
        ({"line_items": [line(quantity=-1)]}, "line_items[0].quantity"),
        ({"line_items": [line(quantity=2_000_000)]}, "line_items[0].quantity"),
        ({"line_items": [line(quantity=1.5)]}, "line_items[0].quantity"),
        ({"line_items": [line(quantity="many")]}, "line_items[0].quantity"),
        ({"line_items": [line(price="-1.00")]}, "line_items[0].price"),
        ({"line_items": [line(price="NaN")]}, "line_items[0].price"),
        ({"line_items": [line(price="1000000000000.00")]}, "line_items[0].price"),
        ({"line_items": [line(price=None)]}, "line_items[0].price"),
        ({"line_items": [line(sku=None)]}, "line_items[0].sku"),
    ],
)
def test_what_would_change_the_orders_meaning_is_a_problem_and_no_order(fields: dict[str, Any], path: str) -> None:
    translation = read("orders/create", order(**fields))
    assert path in [problem.path for problem in translation.problems]
    assert not any(isinstance(sighting.event, OrderPlaced) for sighting in translation.sightings)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"created_at": "yesterday"}, "created_at"),
        ({"updated_at": "2026-03-02T09:30:00"}, "updated_at"),
        ({"financial_status": "owed"}, "financial_status"),
        ({"total_price": "a lot"}, "total_price"),
        ({"total_price": "-1e15"}, "total_price"),
        ({"tags": "not-before:soon"}, "tags"),
        ({"shipping_address": {"name": "Ann", "country_code": "Utopia"}}, "shipping_address.country_code"),
        ({"customer": "Ann"}, "customer"),
        ({"line_items": [line(tax_lines=[{"price": "x"}])]}, "line_items[0].tax_lines[0].price"),
        ({"line_items": [line(name=["a"])]}, "line_items[0].name"),
        ({"note_attributes": ["x"]}, "note_attributes[0]"),
    ],
)
def test_one_bad_field_is_named_and_does_not_lose_the_order(fields: dict[str, Any], path: str) -> None:
    translation = read("orders/create", order(**fields))
    assert path in [problem.path for problem in translation.problems]
    assert [type(sighting.event) for sighting in translation.sightings] == [OrderPlaced]
