"""What can't be taken: each fault is named by its field or cause, and nothing of it stays behind."""

from typing import Any

import pytest

from tests.support.running import ADMIN, EXPIRED, READER, Running, order


def with_line(**fields: Any) -> dict[str, Any]:
    return order("B-1", lines=[{"item": "BOLT", "quantity": 1, "unit_price": "2.00", **fields}])


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in order("B-1").items() if name != field}


def rows(hub: Running) -> tuple[int, int]:
    """Events and open exceptions of the whole journal."""

    async def count() -> tuple[int, int]:
        reader = hub.installation.reader()
        return len(reader.events_after({}, 1_000_000)), reader.counts()["exceptions"]

    events, exceptions = hub.call(count())
    return events, exceptions


NOT_JSON = [b"", b"{", b"null", b"[]", b'"order"', b"[" * 50_000, b"\xff\xfe", b'{"number": "\\ud800"}', b"{}" * 2]


@pytest.mark.parametrize("body", NOT_JSON, ids=lambda body: repr(body[:12]))
def test_what_is_no_order_in_json_is_said(body: bytes, hub: Running) -> None:
    answer = hub.request("POST", "/process/v1/orders", body, Idempotency_Key="bad")
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["errors"][0]["path"].startswith("$")
    assert rows(hub) == (0, 0) or hub.get("/process/v1/orders/api/B-1").status == 404


@pytest.mark.parametrize(
    ("body", "path", "says"),
    [
        (without("number"), "$", "missing required field 'number'"),
        (without("lines"), "$", "missing required field 'lines'"),
        (order("B-1", lines="BOLT"), "$.lines", "expected 'array', got 'str'"),
        (order("B-1", lines=[]), "$.lines", "an order has 1 to 1000 lines, not 0"),
        (order("B-1", lines=[{"item": "BOLT", "quantity": 1, "unit_price": 1}] * 1001), "$.lines", "not 1001"),
        (order("B-1", currency="ZZZ"), "$.currency", "'ZZZ' is no ISO 4217 currency code"),
        (order("B-1", currency=7), "$.currency", "expected 'str', got 'int'"),
        (order("B-1", customer={}), "$.customer", "give the customer's number, or for a guest a name and an e-mail"),
        (order("B-1", customer={"name": "A", "email": "a"}), "$.customer.email", "is no e-mail address"),
        (order("B-1", colour="red"), "$", "object contains unknown field 'colour'"),
        (order("B-1", ship_complete="true"), "$.ship_complete", "expected 'bool', got 'str'"),
        (order("B-1", not_before="soon"), "$.not_before", "invalid RFC3339 encoded date"),
        (order("B-1", not_before="2026-02-02", not_after="2026-02-01"), "$.not_after", "ends before it begins"),
        (order("B-1", terms="later"), "$.terms", "invalid enum value 'later'"),
        (order("B-1", freight=-1), "$.freight", "-1 is negative"),
        (order("B-1", freight="NaN"), "$.freight", "NaN is no freight"),
        (order("B-1", note="\x00"), "$.note", "expected 'str' matching regex"),
        (order(""), "$.number", "expected 'str' matching regex"),
        (order("A@1"), "$.number", "expected 'str' matching regex"),
        (order(" A"), "$.number", "expected 'str' matching regex"),
        (order("A\nB"), "$.number", "expected 'str' matching regex"),
        (order("A" * 101), "$.number", "expected 'str' of length <= 100"),
        (with_line(quantity=-1), "$.lines[0].quantity", "-1 is negative; a quantity can't be"),
        (with_line(quantity=0), "$.lines[0].quantity", "the quantity is 0; leave the line out"),
        (with_line(quantity=10**10), "$.lines[0].quantity", "is more than the most that is taken, 1,000,000,000"),
        (with_line(quantity="1e999999999"), "$.lines[0].quantity", "is more than the most that is taken"),
        (with_line(quantity="0.0000001"), "$.lines[0].quantity", "at most 6 digits may stand after the point"),
        (with_line(quantity="1e-999999999"), "$.lines[0].quantity", "at most 6 digits"),
        (with_line(quantity="Infinity"), "$.lines[0].quantity", "Infinity is no quantity"),
        (with_line(quantity="many"), "$.lines[0].quantity", "invalid decimal string"),
        (with_line(quantity=None), "$.lines[0].quantity", "expected 'decimal', got 'null'"),
        (with_line(unit_price="-0.01"), "$.lines[0].unit_price", "-0.01 is negative"),
        (with_line(tax="sNaN"), "$.lines[0].tax", "is no tax"),
        (with_line(item=""), "$.lines[0].item", "expected 'str' of length >= 1"),
        (with_line(item=5), "$.lines[0].item", "expected 'str', got 'int'"),
        (order("B-1", ship_to={"name": "A"}), "$.ship_to", "missing required field 'lines'"),
    ],
)
def test_each_wrong_field_is_named_by_its_path(body: Any, path: str, says: str, hub: Running) -> None:
    before = rows(hub)
    answer = hub.place(body, "bad")
    assert answer.status == 422
    assert answer.json["title"] == "Not acceptable as it is"
    (error,) = answer.json["errors"]
    assert error["path"] == path
    assert says in error["detail"]
    assert rows(hub) == before


def test_all_wrong_lines_are_named_at_once(hub: Running) -> None:
    lines = [{"item": "BOLT", "quantity": 1, "unit_price": 1}, {"item": 1}, {"quantity": "x", "item": "NUT"}]
    answer = hub.place(order("B-1", lines=lines), "bad")
    assert [error["path"] for error in answer.json["errors"]] == ["$.lines[1].item", "$.lines[2].quantity"]
    lines = [
        {"item": "BOLT", "quantity": -1, "unit_price": -1, "id": "a"},
        {"item": "NUT", "quantity": 0, "unit_price": 1, "id": "a"},
    ]
    answer = hub.place(order("B-1", lines=lines), "bad")
    assert [error["path"] for error in answer.json["errors"]] == [
        "$.lines[0].quantity",
        "$.lines[0].unit_price",
        "$.lines[1].quantity",
        "$.lines[1].id",
    ]


def test_a_refused_order_does_not_use_up_its_key(hub: Running) -> None:
    assert hub.place(with_line(quantity=-1), "mended").status == 422
    assert hub.place(order("B-2"), "mended").status == 201


def test_ten_megabytes_are_refused_without_being_read(hub: Running) -> None:
    body = order("B-1", note="x" * 10 * 1024 * 1024)
    answer = hub.place(body, "large")
    assert answer.status == 413
    assert answer.json["detail"] == "the body is too large, and nothing of it was taken"
    assert hub.get("/healthz", key=None).status == 200


@pytest.mark.parametrize("key", [None, "cdk_admin_wrong", "", EXPIRED, ADMIN.upper(), ADMIN + "0"])
def test_without_a_key_that_holds_nothing_is_done(key: str | None, hub: Running) -> None:
    for method, path in (("POST", "/process/v1/orders"), ("GET", "/process/v1/orders"), ("GET", "/process/v1/search")):
        answer = hub.request(method, path, order("B-3"), key, Idempotency_Key="b3")
        assert answer.status == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert "a valid API key is needed" in answer.json["detail"]
    assert hub.get("/process/v1/orders/api/B-3").status == 404


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", "/process/v1/orders", "orders:write"),
        ("POST", "/process/v1/orders/api/B-2/cancellations", "orders:write"),
        ("POST", "/process/v1/orders/api/B-2/holds/release", "exceptions:act"),
        ("GET", "/process/v1/exceptions", "exceptions:read"),
        ("POST", "/process/v1/exceptions/00-00/actions", "exceptions:act"),
    ],
)
def test_a_key_without_the_scope_is_told_which_one_it_lacks(method: str, path: str, scope: str, hub: Running) -> None:
    answer = hub.request(method, path, {}, READER, Idempotency_Key="x")
    assert answer.status == 403
    assert answer.json["detail"] == f"the key reader does not have the scope {scope}"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/process/v1/orders/api/B-2/dances", 404),
        ("DELETE", "/process/v1/orders", 405),
        ("GET", "/process/v1/orders/api/none", 404),
        ("GET", "/process/v1/orders?limit=0", 400),
        ("GET", "/process/v1/orders?limit=many", 400),
        ("GET", "/process/v1/orders?cursor=xyz", 400),
        ("GET", "/process/v1/exceptions?cursor=1.2", 400),
        ("GET", "/process/v1/search", 400),
    ],
)
def test_every_error_is_a_problem_with_a_sentence(method: str, path: str, status: int, hub: Running) -> None:
    answer = hub.request(method, path)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert len(answer.json["detail"]) > 10
    assert "Traceback" not in answer.json["detail"]
