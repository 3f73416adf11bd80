"""Webhooks over HTTP: recorded before acknowledged, once, and at once whatever the backlog."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from crossdock.journal.batch import Batch
from crossdock.journal.records import EVENT, InboxRow
from crossdock.model.codec import encode
from crossdock.model.events import StockMoved
from crossdock.transports import webhooks
from tests.support.running import Answer, Running
from tests.support.systems import SECRET


def body(n: int = 1) -> bytes:
    """A count of stock, as the warehouse's contract has it."""
    data = {"reference": f"M{n}", "warehouse": "E", "item": "NUT", "quantity": "5", "reason": "receipt"}
    return msgspec.json.encode({"type": "stock.moved", "timestamp": "2026-03-02T09:00:00Z", "data": data})


def send(hub: Running, id: str, data: bytes, system: str = "wms_east", secret: str = SECRET, **changes: str) -> Answer:
    headers = webhooks.headers([secret], id, hub.installation.now(), data) | changes
    return hub.request("POST", f"/in/{system}/events", data, None, **headers)


def counts(hub: Running) -> dict[str, int]:
    async def read() -> dict[str, int]:
        return hub.installation.reader().counts()

    found: dict[str, int] = hub.call(read())
    return found


def conflicts(hub: Running) -> list[Any]:
    found = hub.get("/process/v1/exceptions").json["exceptions"]
    return [each for each in found if each["cause"] == "same_id_other_body"]


def test_a_webhook_is_acknowledged_and_again_when_it_comes_again(hub: Running) -> None:
    assert [send(hub, "m1", body()).status for _ in range(3)] == [202, 202, 202]
    assert not conflicts(hub)


def test_the_same_id_with_another_body_is_kept_for_a_person(hub: Running) -> None:
    assert send(hub, "m2", body(2)).status == 202
    assert send(hub, "m2", body(3)).status == 202
    (conflict,) = conflicts(hub)
    assert conflict["about"] == "m2"
    assert "came again with another body" in conflict["reason"]


@pytest.mark.parametrize("change", ["secret", "body", "signature"])
def test_a_wrong_signature_is_refused_and_leaves_nothing(change: str, hub: Running) -> None:
    before = counts(hub)
    other = "whsec_" + "A" * 32
    if change == "secret":
        answer = send(hub, "m4", body(4), secret=other)
    elif change == "body":
        headers = webhooks.headers([SECRET], "m4", hub.installation.now(), body(4))
        answer = hub.request("POST", "/in/wms_east/events", body(5), None, **headers)
    else:
        answer = send(hub, "m4", body(4), **{"webhook-signature": "v1,AAAA"})
    assert answer.status == 401
    assert "signature" in answer.json["detail"]
    assert counts(hub) == before


def test_a_webhook_without_its_headers_is_told_which_is_missing(hub: Running) -> None:
    answer = hub.request("POST", "/in/wms_east/events", body(), None)
    assert answer.status == 400
    assert answer.json["detail"] == "the header webhook-id is missing"


def test_an_unknown_system_is_named(hub: Running) -> None:
    answer = send(hub, "m5", body(), system="wms_north")
    assert answer.status == 404
    assert answer.json["detail"] == "no system wms_north is declared in the estate"


def test_ten_megabytes_are_refused(hub: Running) -> None:
    answer = send(hub, "m6", b"x" * 10 * 1024 * 1024)
    assert answer.status == 413


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\x00", b'{"type": "dance"}'])
def test_a_signed_message_is_taken_whatever_it_says(data: bytes, hub: Running) -> None:
    assert send(hub, f"m7-{data!r}", data).status in (202, 400)


def test_webhooks_are_answered_within_two_seconds_under_a_backlog(hub: Running) -> None:
    at = int(hub.installation.now().timestamp() * 1e6)
    rows = [
        InboxRow(
            0, 0, EVENT, at, b"", "StockMoved", "wms_east", "backlog", 0, at,
            encode(StockMoved("east", "NUT", 1, "receipt", f"backlog {n}")),  # type: ignore[arg-type]
        )
        for n in range(8000)
    ]  # fmt: skip
    hub.call(hub.installation.commit(Batch(inbox=rows)))

    def timed(n: int) -> float:
        began = time.monotonic()
        assert send(hub, f"late {n}", body(100 + n)).status == 202
        return time.monotonic() - began

    with ThreadPoolExecutor(4) as pool:
        took = list(pool.map(timed, range(40)))
    assert max(took) < 2
