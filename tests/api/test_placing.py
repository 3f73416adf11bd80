"""Placing orders over HTTP: recorded once, promised, or told why not."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crossdock.journal.records import instance_id
from tests.support.running import OTHER, Running, estate, order, running


def test_an_order_is_answered_with_the_promise_of_each_line(hub: Running) -> None:
    answer = hub.place(order("P-1"), "p1")
    assert answer.status == 201
    assert answer.headers["location"] == "/process/v1/orders/api/P-1"
    (promise,) = answer.json["promises"]
    assert (promise["line"], promise["quantity"], promise["node"]) == ("1", "4", "east")
    assert promise["basis"] == "on_hand"
    assert promise["time_zone"] == "America/New_York"
    assert len(promise["date"]) == len("2026-03-02")


def test_the_same_request_again_gives_the_first_answer_again(hub: Running) -> None:
    first = hub.place(order("P-2"), "p2")
    hub.until("api/P-2", "closed")
    again = hub.place(order("P-2"), "p2")
    assert (again.status, again.body) == (201, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert hub.place(order("P-2"), '"p2"').body == first.body  # quoted, as the draft has it
    placed = [
        each for each in hub.get("/process/v1/orders/api/P-2/timeline").json["entries"] if "ordered" in each["what"]
    ]
    assert len(placed) == 1


def test_a_reused_key_with_another_body_is_a_conflict_and_places_nothing(hub: Running) -> None:
    hub.place(order("P-3"), "p3")
    answer = hub.place(order("P-4"), "p3")
    assert answer.status == 409
    assert "Idempotency-Key was used before with another body" in answer.json["detail"]
    assert hub.get("/process/v1/orders/api/P-4").status == 404


def test_keys_of_two_programs_do_not_collide(hub: Running) -> None:
    assert hub.place(order("P-5"), "p5").status == 201
    assert hub.place(order("P-6"), "p5", key=OTHER).status == 201


def test_an_order_number_is_used_once(hub: Running) -> None:
    hub.place(order("P-7"), "p7")
    answer = hub.place(order("P-7"), "p7-again")
    assert answer.status == 409
    assert "the order number P-7 was used before" in answer.json["detail"]


def test_two_requests_at_once_for_one_number_place_one_order(hub: Running) -> None:
    def place(n: int) -> int:
        return hub.place(order("P-8", quantity=n), f"p8-{n}").status

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(place, range(1, 7)))
    assert statuses == [201] + [409] * 5


def test_the_same_request_at_once_is_one_order_and_one_answer(hub: Running) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: hub.place(order("P-9"), "p9"), range(6)))
    assert {answer.status for answer in answers} == {201}
    assert len({str(answer.json["promises"]) for answer in answers}) == 1


def test_an_order_without_an_idempotency_key_is_refused(hub: Running) -> None:
    for headers in ({}, {"Idempotency_Key": ""}, {"Idempotency_Key": "k" * 256}):
        answer = hub.request("POST", "/process/v1/orders", order("P-10"), **headers)
        assert answer.status == 400
        assert "Idempotency-Key" in answer.json["detail"]
    assert hub.get("/process/v1/orders/api/P-10").status == 404


def test_an_order_that_must_wait_is_taken_and_says_for_what(hub: Running) -> None:
    began = time.monotonic()
    answer = hub.place(order("P-11", item="NOPE"), "p11")
    assert answer.status == 202
    assert time.monotonic() - began < 1.5
    assert answer.json["phase"] == "held"
    assert answer.json["questions"][0]["reason"] == "line 1: unknown item NOPE"
    assert answer.json["questions"][0]["role"] == "sales"


def test_an_unknown_customer_is_named(hub: Running) -> None:
    answer = hub.place(order("P-12", customer={"number": "C-404"}), "p12")
    assert answer.status == 202
    assert "C-404" in answer.json["waits_for"][0]["what"]


def test_a_channel_that_refuses_what_is_unknown_answers_so_every_time(tmp_path: Path) -> None:
    with running(tmp_path, estate(channels={"api": {"system": "", "unknown": "refuse"}})) as hub:
        answers = [hub.place(order("P-1", item="NOPE"), "p1") for _ in range(2)]
        assert [answer.status for answer in answers] == [422, 422]
        assert answers[0].json["detail"] == "the order was rejected: line 1: unknown item NOPE"
        assert answers[0].body == answers[1].body
        assert answers[1].headers["content-type"] == "application/problem+json"
        assert hub.get("/process/v1/orders/api/P-1").json["phase"] == "rejected"


def test_while_the_erp_cannot_be_reached_orders_are_taken_and_go_on_later(tmp_path: Path) -> None:
    limits = {"backoff": "20ms", "backoff_most": "100ms", "attempts": 1000}
    systems = {
        name: {**table, "limits": limits}
        for name, table in (
            ("erp", _system("rest_erp", 1, nodes={"east": "E", "west": "W"})),
            ("wms_east", _system("rest_wms", 2, nodes={"east": "E"})),
            ("wms_west", _system("rest_wms", 3, nodes={"west": "W"})),
            ("ups", _system("rest_carrier", 4, carrier="ups")),
        )
    }
    with running(tmp_path, estate(systems=systems), reachable=False) as hub:
        began = time.monotonic()
        answer = hub.place(order("P-1"), "p1")
        assert answer.status == 202
        assert time.monotonic() - began < 3
        ready = hub.get("/readyz", key=None)
        assert ready.status == 503
        assert any("erp" in reason for reason in ready.json["reasons"])
        assert hub.get("/healthz", key=None).json == {"status": "alive", "reasons": []}
        hub.systems.reachable = True
        hub.until("api/P-1", "closed")
        assert hub.place(order("P-1"), "p1").status == 201


def _system(kind: str, port: int, **settings: object) -> dict[str, object]:
    from tests.support.running import system

    return system(kind, port, **settings)


def test_an_order_that_was_acknowledged_is_in_the_journal(hub: Running) -> None:
    hub.place(order("P-13"), "p13")
    assert hub.installation.worker.writer.commits > 0
    row = hub.call(_row(hub, "api/P-13"))
    assert row is not None


async def _row(hub: Running, key: str) -> object:
    return hub.installation.reader().instance(instance_id("order_to_cash", key))
