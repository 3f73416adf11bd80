"""Small look-alikes of what Shopify sends, written for these tests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from crossdock.connectors.shopify import Settings, Shopify
from crossdock.runtime.connector import Delivery, Translation

RECEIVED = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SETTINGS = Settings(
    system="storefront",
    url="https://example.myshopify.com",
    token="a-token",
    secrets=("s3cret",),
    callback="https://hub.example/in/storefront",
)


def shop(**settings: Any) -> Shopify:
    fields = {name: getattr(SETTINGS, name) for name in SETTINGS.__struct_fields__}
    return Shopify(Settings(**{**fields, **settings}))


def line(**fields: Any) -> dict[str, Any]:
    return {
        "id": 11,
        "sku": "BOLT-8",
        "quantity": 3,
        "price": "10.00",
        "name": "Bolt M8",
        "requires_shipping": True,
        "tax_lines": [{"title": "VAT", "price": "6.00", "rate": 0.2}],
        **fields,
    }


def order(**fields: Any) -> dict[str, Any]:
    return {
        "id": 7001,
        "name": "#1001",
        "created_at": "2026-03-02T09:30:00-05:00",
        "updated_at": "2026-03-02T09:30:00-05:00",
        "currency": "USD",
        "email": "ann@buyer.example",
        "financial_status": "pending",
        "fulfillment_status": None,
        "taxes_included": False,
        "test": False,
        "total_price": "36.00",
        "tags": "",
        "note": None,
        "note_attributes": [],
        "line_items": [line()],
        "shipping_lines": [],
        "customer": {"id": 55, "first_name": "Ann", "last_name": "Buyer", "email": "ann@buyer.example", "tags": ""},
        "shipping_address": {
            "name": "Ann Buyer",
            "address1": "Dock 3",
            "city": "Columbus",
            "zip": "43004",
            "province_code": "OH",
            "country_code": "US",
        },
        **fields,
    }


def refund(**fields: Any) -> dict[str, Any]:
    return {
        "id": 9001,
        "order_id": 7001,
        "created_at": "2026-03-03T10:00:00-05:00",
        "note": "one too many",
        "refund_line_items": [{"id": 1, "line_item_id": 11, "quantity": 1, "restock_type": "cancel"}],
        "transactions": [{"id": 2, "kind": "refund", "status": "success", "amount": "12.00", "currency": "USD"}],
        **fields,
    }


def read(topic: str, body: object, connector: Shopify | None = None) -> Translation:
    return (connector or shop()).translate(Delivery(topic, json.dumps(body).encode()), RECEIVED)


def events(topic: str, body: object, connector: Shopify | None = None) -> list[Any]:
    """The events of a delivery that reads without a problem."""
    translation = read(topic, body, connector)
    assert translation.problems == ()
    return [sighting.event for sighting in translation.sightings]


def placed(body: dict[str, Any], connector: Shopify | None = None) -> Any:
    """The order of an orders/create without problems."""
    (event,) = events("orders/create", body, connector)
    return event.order


def problems(topic: str, body: object, connector: Shopify | None = None) -> dict[str, str]:
    """Reasons by path."""
    return {problem.path: problem.reason for problem in read(topic, body, connector).problems}
