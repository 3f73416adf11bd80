"""What all simulated systems do alike: routes and refusals, work in its time, callbacks with retries and faults."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from crossdock.runtime.ports import Request
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.faults import Faults
from crossdock.simulation.systems.wms import Wms
from tests.support.systems import NOW, SECRET, TOKEN

OURS = {"Authorization": f"Bearer {TOKEN}", "Idempotency-Key": "k"}


def wms(faults: Faults = Faults(), seed: int = 1) -> Wms:  # noqa: B008
    stock = {"BOLT": Decimal(10)}
    return Wms("wms", TOKEN, SECRET, "http://hub", "WH1", stock, NOW, faults=faults, chance=Chance(seed))


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (Request("GET", "http://w/v1/changes", {}), 401),
        (Request("GET", "http://w/v1/nothing", OURS), 404),
        (Request("DELETE", "http://w/v1/changes", OURS), 404),
        (Request("POST", "http://w/v1/fulfillments", OURS, b"{"), 400),
        (Request("POST", "http://w/v1/fulfillments", OURS, b"[1]"), 400),
        (Request("POST", "http://w/v1/fulfillments", OURS, b"{}"), 422),
        (Request("POST", "http://w/v1/fulfillments", {"Authorization": OURS["Authorization"]}, b"{}"), 400),
        (Request("GET", "http://w/v1/changes?limit=many", OURS), 422),
    ],
)
def test_what_can_not_be_done_is_refused_with_a_problem(request_: Request, status: int) -> None:
    response = wms().handle(request_, NOW)
    assert response.status == status
    assert response.headers["content-type"] == "application/problem+json"


def test_a_callback_is_tried_again_with_growing_pauses_and_given_up_in_the_end() -> None:
    system = wms()
    times = []
    while (at := system.next_due()) is not None:
        for outgoing in system.due(at):
            times.append(at)
            system.told(outgoing.ticket, 500, at)
    pauses = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert pauses == pytest.approx(list(system.RETRIES))
    assert system.given_up == 1


def moved(system: Wms, times: int = 200) -> list[str]:
    """The ids of callbacks in the order in which they go out."""
    for n in range(times):
        system.move("BOLT", Decimal(1), "receipt", NOW + timedelta(milliseconds=n))
    ids = []
    while (at := system.next_due()) is not None:
        for outgoing in system.due(at):
            ids.append(outgoing.request.headers["webhook-id"])
            system.told(outgoing.ticket, 204, at)
    return ids


def test_callbacks_may_be_doubled_lost_and_overtaken() -> None:
    plain = moved(wms())
    assert len(plain) == len(set(plain)) == 201
    doubled = Counter(moved(wms(Faults(duplicate=0.5))))
    assert set(doubled.values()) == {1, 2}
    lost = moved(wms(Faults(never=0.5)))
    assert 50 < len(lost) < 150
    overtaken = moved(wms(Faults(shuffle=0.5)))
    assert sorted(overtaken) == sorted(plain)
    assert overtaken != plain


def test_a_deleted_subscription_ends_callbacks_but_not_the_log() -> None:
    system = wms(Faults(unsubscribe=0.1))
    assert len(moved(system)) < 201
    response = system.handle(Request("GET", "http://w/v1/changes?limit=500", OURS), NOW + timedelta(minutes=1))
    assert response.body.count(b'"id"') == 201


def test_the_same_seed_gives_the_same_callbacks() -> None:
    rough = Faults(duplicate=0.2, shuffle=0.2, never=0.2)
    assert moved(wms(rough, 5)) == moved(wms(rough, 5))
    assert moved(wms(rough, 5)) != moved(wms(rough, 6))


def test_chance_is_even_and_its_streams_are_independent() -> None:
    chance = Chance(1)
    draws = [chance.stream("a").between(1, 6) for _ in range(3)] + [chance.between(1, 6) for _ in range(6000)]
    assert set(draws) == {1, 2, 3, 4, 5, 6}
    assert all(850 < draws.count(side) < 1150 for side in range(1, 7))
    assert [Chance(1).stream("a").fraction()] != [Chance(1).stream("b").fraction()]
    assert sorted(Chance(1).shuffled(range(50))) == list(range(50))
    assert not Chance(1).happens(0.0)
