"""The wire: each fault does what it says, the same from the same seed, and none without being asked for."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from crossdock.runtime.ports import NoAnswer, NotSent, Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.network import Edge, Network
from crossdock.simulation.systems.faults import Faults
from crossdock.simulation.systems.wms import Wms
from tests.support.systems import NOW, SECRET, TOKEN

LOG = Request("GET", "http://wms.test/v1/changes", {"Authorization": f"Bearer {TOKEN}"}, b"", 5.0)


def edge(faults: Faults = Faults(), seed: int = 1) -> Edge:  # noqa: B008
    stock = {"BOLT": Decimal(10)}
    return Edge(
        Wms("wms", TOKEN, SECRET, "http://hub", "WH1", stock, NOW, faults=faults, chance=Chance(seed)), Chance(seed)
    )


def test_without_faults_every_request_is_answered_at_once() -> None:
    fates = [edge().reach(LOG, NOW) for _ in range(50)]
    assert all(fate.response is not None and fate.response.ok and not fate.after for fate in fates)


def test_a_late_answer_comes_late() -> None:
    fate = edge(Faults(late=1.0, late_by=timedelta(seconds=2))).reach(LOG, NOW)
    assert fate.response is not None
    assert fate.after == timedelta(seconds=2)


def test_a_storm_answers_all_for_a_while_and_ends() -> None:
    wire = edge(Faults(storm=1.0, storm_for=timedelta(seconds=1)))
    first = wire.reach(LOG, NOW)
    wire.system.faults = Faults()
    assert first.response is not None
    assert first.response.status in (429, 503)
    assert wire.reach(LOG, NOW + timedelta(seconds=0.9)).response == first.response
    after = wire.reach(LOG, NOW + timedelta(seconds=1.1)).response
    assert after is not None
    assert after.ok


def test_an_outage_refuses_connections_and_holds_callbacks_back() -> None:
    wire = edge(Faults(outage=1.0, outage_for=timedelta(seconds=1)))
    assert not wire.reach(LOG, NOW).sent
    wire.system.faults = Faults()
    assert wire.due(NOW + timedelta(seconds=0.5)) == []
    assert wire.next_due(NOW + timedelta(seconds=0.5)) == NOW + timedelta(seconds=1)
    assert len(wire.due(NOW + timedelta(seconds=1.1))) == 1


def test_what_is_lost_happened_and_what_is_not_sent_did_not() -> None:
    handled: list[datetime] = []

    def counted(wire: Edge) -> Edge:
        handle = wire.system.handle

        def counting(request: Request, now: datetime) -> Response:
            handled.append(now)
            return handle(request, now)

        wire.system.handle = counting  # type: ignore[method-assign]
        return wire

    assert counted(edge(Faults(lost=1.0))).reach(LOG, NOW).response is None
    assert handled == [NOW]
    assert not counted(edge(Faults(unsent=1.0))).reach(LOG, NOW).sent
    assert handled == [NOW]
    straggler = counted(edge(Faults(straggles=1.0)))
    assert straggler.reach(LOG, NOW).response is None
    assert handled == [NOW]
    straggler.due(NOW + timedelta(seconds=1))
    assert len(handled) == 2


def test_the_same_seed_gives_the_same_faults() -> None:
    def play(seed: int) -> list[object]:
        wire = edge(Faults(late=0.3, lost=0.3, unsent=0.2, storm=0.05), seed)
        return [wire.reach(LOG, NOW + timedelta(seconds=n)) for n in range(100)]

    assert play(1) == play(1)
    assert play(1) != play(2)


def test_after_the_calm_nothing_goes_wrong() -> None:
    wire = edge(Faults(late=0.5, lost=0.5, outage=0.1, storm=0.1))
    for n in range(20):
        wire.reach(LOG, NOW + timedelta(milliseconds=n))
    wire.calm()
    assert all(wire.reach(LOG, NOW + timedelta(seconds=1)).response is not None for _ in range(50))


@pytest.mark.parametrize(
    ("faults", "raised"),
    [
        (Faults(unsent=1.0), NotSent),
        (Faults(lost=1.0), NoAnswer),
        (Faults(late=1.0, late_by=timedelta(minutes=1)), NoAnswer),
    ],
)
def test_a_sender_without_sockets_sees_what_a_real_client_sees(faults: Faults, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        Network([("http://wms.test", edge(faults))]).send(LOG, NOW)


def test_an_unknown_host_is_never_reached() -> None:
    with pytest.raises(NotSent):
        Network([("http://other.test", edge())]).send(LOG, NOW)
    assert Network([("http://wms.test", edge())]).send(LOG, NOW).ok
