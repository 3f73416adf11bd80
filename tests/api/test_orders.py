"""Reading orders and changing their course over HTTP."""

from typing import Any

import pytest

from tests.support.running import OTHER, Running, order


@pytest.fixture(scope="module", autouse=True)
def _placed(hub: Running) -> None:
    hub.place(order("R-1", customer_po="ACME-1"), "r1")
    hub.place(order("R/2 #x", customer_po="ACME-1"), "r2")
    hub.until("api/R-1", "closed")


def test_an_order_shows_where_each_unit_stands(hub: Running) -> None:
    shown = hub.get("/process/v1/orders/api/R-1").json
    assert (shown["number"], shown["phase"], shown["over"]) == ("R-1", "closed", True)
    assert shown["lines"][0]["buckets"] == {"shipped": "4"}
    assert shown["sale_number"].startswith("SO")
    assert shown["fulfillments"][0]["number"] == "api-R-1-1"
    assert shown["customer"] == "C-2"


def test_a_number_with_slashes_is_reached_by_its_key(hub: Running) -> None:
    assert hub.get("/process/v1/orders/api/R/2%20%23x").json["number"] == "R/2 #x"
    assert hub.get("/process/v1/orders/api/R%2F2%20%23x/timeline").json["key"] == "api/R/2 #x"


def test_the_timeline_tells_who_did_what_and_when(hub: Running) -> None:
    line = hub.get("/process/v1/orders/api/R-1/timeline").json
    first = line["entries"][0]
    assert (first["type"], first["who"]) == ("OrderPlaced", "admin (API)")
    assert first["at"].endswith("Z")
    assert first["recorded_at"].endswith("Z")
    assert {"erp", "wms_east", "Crossdock"} <= {entry["who"] for entry in line["entries"]}
    assert "order R-1" in line["numbers"]


def test_what_has_not_changed_is_not_sent_again(hub: Running) -> None:
    hub.until("api/R-1", "closed")
    for path in ("/process/v1/orders/api/R-1", "/process/v1/orders/api/R-1/timeline"):
        first = hub.get(path)
        again = hub.get(path, If_None_Match=first.headers["etag"])
        if first.headers["etag"] != again.headers["etag"]:  # a carrier's scan came in between
            continue
        assert (again.status, again.body) == (304, b"")
        assert hub.get(path, If_None_Match='"other"').status == 200


def test_every_order_is_on_one_page_of_the_list(hub: Running) -> None:
    for n in range(7):
        hub.place(order(f"L-{n}", 1), f"l{n}")
    seen: list[str] = []
    cursor = ""
    while True:
        page = hub.get(f"/process/v1/orders?limit=3&cursor={cursor}").json
        assert len(page["orders"]) <= 3
        seen.extend(each["key"] for each in page["orders"])
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert {f"api/L-{n}" for n in range(7)} | {"api/R-1", "api/R/2 #x"} <= set(seen)
    over = hub.get("/process/v1/orders?over=true&limit=200").json["orders"]
    assert all(each["over"] for each in over)
    assert "api/R-1" in {each["key"] for each in over}


@pytest.mark.parametrize("number", ["R-1", "api-R-1-1", "%20R-1%20"])
def test_search_finds_by_any_number(number: str, hub: Running) -> None:
    assert [hit["key"] for hit in hub.get(f"/process/v1/search?number={number}").json] == ["api/R-1"]


def test_search_gives_all_that_hold_a_number_and_none_for_none(hub: Running) -> None:
    assert len(hub.get("/process/v1/search?number=ACME-1").json) == 2
    assert hub.get("/process/v1/search?number=R-404").json == []


# --- changing its course ----------------------------------------------------------------------------------------------


def post(hub: Running, path: str, body: Any, id: str, key: str | None = None) -> Any:
    more = {} if key is None else {"key": key}
    return hub.request("POST", f"/process/v1/orders/{path}", body, Idempotency_Key=id, **more)


def held(hub: Running, number: str) -> None:
    """An order that its price holds."""
    wrong = [{"item": "BOLT", "quantity": 2, "unit_price": "9.99"}]
    assert hub.place(order(number, lines=wrong), number).json["phase"] == "held"


def test_a_released_hold_lets_the_order_go_on_and_says_who_released_it(hub: Running) -> None:
    held(hub, "H-1")
    answer = post(hub, "api/H-1/holds/release", {"hold": "price", "reason": "agreed by phone"}, "h1")
    assert answer.status == 202
    hub.until("api/H-1", "closed")
    said = [entry["what"] for entry in hub.get("/process/v1/orders/api/H-1/timeline").json["entries"]]
    assert "admin lifted the hold (price): agreed by phone" in said
    # The same request again is the same one, though the hold is gone.
    assert post(hub, "api/H-1/holds/release", {"hold": "price", "reason": "agreed by phone"}, "h1").status == 202


def test_a_hold_that_is_not_there_is_a_conflict(hub: Running) -> None:
    held(hub, "H-2")
    answer = post(hub, "api/H-2/holds/release", {"hold": "credit"}, "h2")
    assert answer.status == 409
    assert answer.json["detail"] == "api/H-2 has no hold called credit; it has price"


def test_a_cancelled_order_is_cancelled_once(hub: Running) -> None:
    held(hub, "H-3")
    for _ in range(2):
        assert post(hub, "api/H-3/cancellations", {"reason": "too dear"}, "h3", OTHER).status == 202
    assert hub.until("api/H-3", "cancelled")["reason"] == "too dear"
    said = [entry["type"] for entry in hub.get("/process/v1/orders/api/H-3/timeline").json["entries"]]
    assert said.count("CancellationRequested") == 1
    answer = post(hub, "api/H-3/cancellations", {}, "h3-again")
    assert answer.status == 409
    assert "api/H-3 is cancelled" in answer.json["detail"]


def test_units_of_a_line_are_cancelled(hub: Running) -> None:
    held(hub, "H-4")
    answer = post(hub, "api/H-4/cancellations", {"lines": {"1": "1"}}, "h4")
    assert answer.status == 202
    assert answer.json["lines"][0]["buckets"] == {"open": "1", "cancelled": "1"}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"lines": {"9": 1}}, "$.lines.9"),
        ({"lines": {"1": 3}}, "$.lines.1"),
        ({"lines": {"1": -1}}, "$.lines.1"),
        ({"lines": {"1": "NaN"}}, "$.lines.1"),
        ({"lines": [1]}, "$.lines"),
        ({"hold": "price"}, "$"),
    ],
)
def test_a_cancellation_that_makes_no_sense_names_the_field(body: Any, path: str, hub: Running) -> None:
    if hub.get("/process/v1/orders/api/H-5").status == 404:
        held(hub, "H-5")
    answer = post(hub, "api/H-5/cancellations", body, f"h5 {body}")
    assert answer.status == 422
    assert answer.json["errors"][0]["path"] == path
    assert hub.get("/process/v1/orders/api/H-5").json["lines"][0]["buckets"] == {"open": "2"}


def test_a_key_used_for_one_order_is_not_used_for_another(hub: Running) -> None:
    held(hub, "H-6")
    held(hub, "H-7")
    assert post(hub, "api/H-6/cancellations", {}, "h6").status == 202
    assert post(hub, "api/H-7/cancellations", {}, "h6").status == 409
    assert hub.get("/process/v1/orders/api/H-7").json["phase"] == "held"


def test_an_order_that_is_not_there_is_said(hub: Running) -> None:
    assert post(hub, "api/none/cancellations", {}, "n").status == 404
    assert post(hub, "api/none/holds/release", {"hold": "price"}, "n").status == 404
    assert hub.request("POST", "/process/v1/orders/api/R-1/cancellations", {}).status == 400
