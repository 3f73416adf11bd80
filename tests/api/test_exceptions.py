"""Exceptions over HTTP: listed with who must act, acted on once, with the key's name as author."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crossdock.journal.records import ABANDONED, DONE, REFUSED, WAITING
from crossdock.transports import webhooks
from tests.support.running import Answer, Running, estate, order, running, system
from tests.support.systems import SECRET

LIST = "/process/v1/exceptions"


def about(hub: Running, subject: str) -> Any:
    found = [each for each in hub.get(f"{LIST}?limit=500").json["exceptions"] if each["about"] == subject]
    assert len(found) <= 1
    return found[0] if found else None


def act(hub: Running, exception: Any, action: str, **more: str) -> Answer:
    return hub.request("POST", f"{LIST}/{exception['id']}/actions", {"action": action, **more})


def held(hub: Running, number: str) -> Any:
    wrong = [{"item": "BOLT", "quantity": 2, "unit_price": "9.99"}]
    assert hub.place(order(number, lines=wrong), number).json["phase"] == "held"
    return about(hub, f"api/{number}")


def test_exceptions_come_oldest_first_in_pages(hub: Running) -> None:
    for n in range(5):
        held(hub, f"E-{n}")
    first = hub.get(f"{LIST}?limit=2").json
    assert first["total"] == 5
    second = hub.get(f"{LIST}?limit=2&cursor={first['next']}").json
    last = hub.get(f"{LIST}?limit=2&cursor={second['next']}").json
    pages = [each["about"] for page in (first, second, last) for each in page["exceptions"]]
    assert pages == [f"api/E-{n}" for n in range(5)]
    assert last["next"] is None


def test_what_a_person_lets_pass_goes_on_and_says_who_let_it(hub: Running) -> None:
    exception = held(hub, "E-10")
    assert exception["cause"] == "hold:price"
    assert exception["role"] == "sales"
    assert act(hub, exception, "done_by_hand", reason="agreed").status == 202
    hub.until("api/E-10", "closed")
    said = [entry["what"] for entry in hub.get("/process/v1/orders/api/E-10/timeline").json["entries"]]
    assert "admin chose done by hand for hold:price: agreed" in said
    assert about(hub, "api/E-10") is None
    again = act(hub, exception, "done_by_hand")
    assert again.status == 409
    assert "is not open any more" in again.json["detail"]


def test_an_action_that_is_not_offered_names_those_that_are(hub: Running) -> None:
    exception = held(hub, "E-11")
    for action, path in (("explode", "$.action"), (7, "$.action")):
        answer = act(hub, exception, action)  # type: ignore[arg-type]
        assert answer.status == 422
        assert answer.json["errors"][0]["path"] == path
    assert act(hub, {"id": "00ff-1234"}, "retry").status == 404
    assert act(hub, {"id": "zz"}, "retry").status == 404
    assert about(hub, "api/E-11") is not None


def signed(hub: Running, id: str, body: bytes) -> None:
    headers = webhooks.headers([SECRET], id, hub.installation.now(), body)
    assert hub.request("POST", "/in/wms_east/events", body, None, **headers).status == 202


def test_what_could_not_be_read_is_read_again_or_dismissed(hub: Running) -> None:
    body = msgspec.json.encode({"type": "dance", "timestamp": "2026-03-02T09:00:00Z", "data": {}})
    signed(hub, "unreadable-1", body)
    exception = until_about(hub, "events")
    assert exception["cause"] == "unreadable:events"
    assert act(hub, exception, "retry").status == 202
    again = until_about(hub, "events", after=exception["since"])
    assert again["id"] == exception["id"]
    assert act(hub, again, "dismiss", reason="nobody dances").status == 202
    assert about(hub, "events") is None


def test_a_message_with_the_same_id_and_another_body_is_dismissed(hub: Running) -> None:
    signed(hub, "twice", b'{"type": "a"}')
    signed(hub, "twice", b'{"type": "b"}')
    exception = until_about(hub, "twice")
    assert exception["actions"] == ["dismiss"]
    assert act(hub, exception, "retry").status == 422
    assert act(hub, exception, "dismiss").status == 202
    assert about(hub, "twice") is None


def until_about(hub: Running, subject: str, after: str = "") -> Any:
    for _ in range(200):
        found = about(hub, subject)
        if found is not None and found["since"] > after:
            return found
        hub.get("/healthz")
    raise AssertionError(f"no exception about {subject}")


# --- commands that can't go on ----------------------------------------------------------------------------------------


@pytest.fixture
def cut_off(tmp_path: Path) -> Iterator[Running]:
    """An installation whose systems can't be reached, and which gives up at once."""
    at_once = {"backoff": "1ms", "backoff_most": "1ms", "attempts": 1}
    systems = {
        "erp": system("rest_erp", 1, nodes={"east": "E", "west": "W"}),
        "wms_east": system("rest_wms", 2, nodes={"east": "E"}),
        "wms_west": system("rest_wms", 3, nodes={"west": "W"}),
        "ups": system("rest_carrier", 4, carrier="ups"),
    }
    declared = estate(systems={name: {**table, "limits": at_once} for name, table in systems.items()})
    with running(tmp_path, declared, reachable=False) as hub:
        yield hub


def states(hub: Running, about: Any) -> list[str]:
    async def read() -> list[str]:
        instance = bytes.fromhex(about["id"].partition("-")[0])
        return [row.state for row in hub.installation.reader().commands_of([instance])]

    found: list[str] = hub.call(read())
    return found


def test_an_abandoned_command_is_sent_again_or_is_over(cut_off: Running) -> None:
    hub = cut_off
    wanted = {"retry": WAITING, "done_by_hand": DONE, "dismiss": REFUSED}
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda action: hub.place(order(action), action), wanted))
    for action, state in wanted.items():
        exception = until_about(hub, f"api/{action}")
        assert exception["cause"] == "command:QuoteOrder:1"
        assert states(hub, exception)[0] == ABANDONED
        assert act(hub, exception, action, reference="C-2").status == 202
        assert states(hub, exception)[0] == state or action == "retry"
        still = about(hub, f"api/{action}")
        # Sent again at once, it fails at once: the ERP is still away.
        assert action == "retry" or still is None or still["cause"] != exception["cause"]
        entries = hub.get(f"/process/v1/orders/api/{action}/timeline").json["entries"]
        assert [entry["type"] for entry in entries].count("ActionTaken") == 1
