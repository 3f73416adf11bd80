"""Every path of a payload reaches a field or `ext.shopify`: each leaf is changed, and dropped, and the meaning differs.

No list says which paths count: a leaf that could be changed without anybody noticing is found by trying.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crossdock.connectors.shopify import Shopify
from crossdock.connectors.shopify.source import Source
from crossdock.model.codec import encode
from crossdock.runtime.connector import Delivery
from tests.connectors.shopify.payloads import RECEIVED, line, order, refund, shop
from tests.support.missing import without

Place = tuple[str | int, ...]
EVERYTHING = shop(accept_test_orders=True)


def leaves(value: Any, place: Place = ()) -> Iterator[Place]:
    """The place of every value that holds no other; empty lists and objects count as values."""
    if isinstance(value, dict | list) and value:
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*place, name))
    else:
        yield place


def meaning(topic: str, body: Any, connector: Shopify = EVERYTHING) -> bytes:
    translation = connector.translate(Delivery(topic, json.dumps(body).encode()), RECEIVED)
    said = [(sighting.event, sighting.occurred_at) for sighting in translation.sightings]
    return encode((said, translation.problems))


def other(value: Any) -> Any:
    """Another value, of the same type where there is one."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "7"
        case _:
            return "something"


def unnoticed(topic: str, body: Any) -> list[str]:
    """Paths whose value could differ, or where it says anything be missing, without a trace."""
    before = meaning(topic, body)
    found = []
    for place in leaves(body):
        *way, last = place
        for drop in (False, True):
            changed = copy.deepcopy(body)
            holder = changed
            for step in way:
                holder = holder[step]
            if drop and (holder[last] in (None, "", [], {}) or isinstance(holder, list)):
                continue
            if drop:
                del holder[last]
            else:
                holder[last] = other(holder[last])
            if meaning(topic, changed) == before:
                found.append(f"{'without' if drop else 'changed'} {'.'.join(map(str, place))}")
    return found


def _fixtures() -> Path:
    folder = os.environ.get("CROSSDOCK_FIXTURES")
    if not folder:
        without("recorded payloads: set CROSSDOCK_FIXTURES to their folder")
    return Path(folder) / "shopify"


def _documents(name: str, body: Any) -> Iterator[tuple[str, Any]]:
    """Each recorded object in the delivery that would bring it: orders and refunds as they are, parts within an order.

    Orders that were recorded without lines get some. A draft's lines get the ids that they have once it is an order.
    """
    for kind, value in (body if isinstance(body, dict) else {Path(name).stem: body}).items():
        for one in value if isinstance(value, list) else [value]:
            match kind:
                case "order" | "orders" | "draft_order":
                    items = [{"id": 500 + n, **item} for n, item in enumerate(one.get("line_items") or [line()])]
                    yield "orders/create", {**one, "line_items": items}
                case "refund":
                    yield "refunds/create", one
                case "transaction" | "fulfillment":
                    yield "orders/create", order(**{f"{kind}s": [one]}, tags="crossdock-shipped")
                case "customer":
                    yield "orders/create", order(customer=one)
                case _:
                    yield "orders/create", order(**{kind: one})


def test_every_path_of_the_recorded_payloads_reaches_a_field_or_ext() -> None:
    lost = {}
    count = 0
    for file in sorted(_fixtures().glob("*.json")):
        for n, (topic, body) in enumerate(_documents(file.name, json.loads(file.read_text()))):
            count += 1
            lost[f"{file.name}[{n}]"] = unnoticed(topic, body)
    assert count >= 16
    assert {name: paths for name, paths in lost.items() if paths} == {}


def test_every_recorded_order_is_placed() -> None:
    for name in ("order.json", "orders.json"):
        for topic, body in _documents(name, json.loads((_fixtures() / name).read_text())):
            translation = EVERYTHING.translate(Delivery(topic, json.dumps(body).encode()), RECEIVED)
            assert [type(sighting.event).__name__ for sighting in translation.sightings] == ["OrderPlaced"]
            assert translation.problems == ()


def _rich() -> dict[str, Any]:
    """A look-alike with all that a plain order leaves out."""
    money = {
        "shop_money": {"amount": "10.00", "currency_code": "USD"},
        "presentment_money": {"amount": "9.00", "currency_code": "EUR"},
    }
    return order(
        presentment_currency="EUR",
        total_price_set=money,
        phone="+1 555 0100",
        po_number="PO-17",
        note="ring twice",
        note_attributes=[{"name": "not_before", "value": "2026-03-05"}],
        tags="ship-complete",
        payment_terms={"payment_terms_name": "Net 30", "due_in_days": 30, "payment_schedules": [{"amount": "36.00"}]},
        payment_gateway_names=["bogus"],
        discount_applications=[{"type": "manual", "title": "Friend", "value": "1.0"}],
        total_discounts="1.00",
        total_tip_received="2.00",
        line_items=[
            line(
                current_quantity=3,
                fulfillable_quantity=3,
                price_set=money,
                properties=[{"name": "engraving", "value": "A.B."}],
                discount_allocations=[{"amount": "1.00", "discount_application_index": 0, "amount_set": money}],
                duties=[{"id": 4, "harmonized_system_code": "7318", "shop_money": {"amount": "4.00"}}],
                components=[{"sku": "NUT-8", "quantity": 2}],
            ),
            line(id=12, current_quantity=0, sku="GONE"),
            line(id=13, sku=None, requires_shipping=False, title="Assembly", price="7.50"),
        ],
        shipping_lines=[{"id": 1, "code": "g", "title": "Ground", "price": "9.00", "discounted_price": "8.00"}],
        fulfillments=[],
        refunds=[refund()],
        billing_address={"first_name": "Ann", "last_name": "Buyer", "company": "Buyer Inc", "latitude": 1.5},
    )


@pytest.mark.parametrize("topic", ["orders/create", "orders/updated", "orders/polled"])
def test_every_path_of_a_rich_order_reaches_a_field_or_ext(topic: str) -> None:
    assert unnoticed(topic, _rich()) == []


def test_a_path_that_is_lost_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Source, "rest", lambda self: {})
    lost = unnoticed("orders/create", order(browser_ip="192.0.2.1"))
    assert {"changed browser_ip", "without browser_ip", "without financial_status"} <= set(lost)


def test_every_path_of_a_refund_reaches_an_event() -> None:
    assert unnoticed("refunds/create", refund(user_id=7, restock=True, order_adjustments=[{"kind": "x"}])) == []
