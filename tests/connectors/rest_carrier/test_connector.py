"""The rest_carrier connector before a simulated carrier."""

from decimal import Decimal

import msgspec
import pytest

from crossdock.connectors.rest_carrier.connector import RestCarrier, Settings
from crossdock.connectors.rest_carrier.openapi import contract
from crossdock.model import events
from crossdock.model.base import change
from crossdock.model.commands import BuyLabel
from crossdock.model.shipments import Package
from crossdock.runtime.connector import Arrival, Delivery, Done, FeedPage, Idempotent, Refused, Rejected, TryLater
from crossdock.runtime.ports import NoAnswer
from crossdock.simulation.systems.carrier import Carrier
from crossdock.simulation.systems.faults import Faults
from tests.support.contracts import Contract
from tests.support.systems import ADDRESS, NOW, SECRET, TOKEN, Bench, delivery

CONTRACT = Contract(contract())
BUY = BuyLabel("shop/1@1", "fast", Package("P1", (), weight_kg=Decimal("1.5")), ADDRESS, "ground")
BOUGHT = Done((events.LabelBought("shop/1@1", "P1", "1ZFAST00000001", "fast"),))


class CarrierBench(Bench):
    system: Carrier

    def labels(self) -> int:
        return sum(1 for row in self.system.ledger if row.kind == "label")

    def milestones(self, **span: int) -> list[str]:
        seen: list[str] = []
        for outgoing in self.wait(**span):
            CONTRACT.check_webhook(outgoing.request)
            arrived = delivery(outgoing)
            assert isinstance(self.connector.receive(arrived, self.now), Arrival)
            (sighting,) = self.connector.translate(arrived, self.now).sightings
            assert isinstance(sighting.event, events.TrackingReported)
            assert sighting.occurred_at == sighting.event.tracking.at
            seen.append(sighting.event.tracking.milestone)
        return seen


@pytest.fixture
def bench() -> CarrierBench:
    settings = Settings("fast", "http://fast.test", TOKEN, "fast", (SECRET,))
    return CarrierBench(RestCarrier(settings), Carrier("fast", TOKEN, SECRET, "http://hub.test"))


def test_a_label_gives_a_tracking_number(bench: CarrierBench) -> None:
    assert bench.perform(BUY) == BOUGHT
    for request in bench.requests:
        CONTRACT.check(request, bench.system.handle(request, bench.now))


def test_a_label_that_is_asked_for_again_or_whose_answer_was_lost_is_one_label(bench: CarrierBench) -> None:
    assert isinstance(bench.perform(BUY, send=bench.losing), NoAnswer)
    assert bench.perform(BUY) == BOUGHT
    assert bench.perform(BUY) == BOUGHT
    assert bench.labels() == 1


def test_another_key_buys_another_label(bench: CarrierBench) -> None:
    bench.perform(BUY)
    bench.perform(BUY, key="k2")
    assert bench.labels() == 2


def test_a_key_with_another_body_and_a_bad_address_are_refused(bench: CarrierBench) -> None:
    bench.perform(BUY)
    assert isinstance(bench.perform(change(BUY, service="air")), Refused)
    assert isinstance(bench.perform(change(BUY, ship_to=change(ADDRESS, country="")), key="k2"), Refused)


def test_a_busy_carrier_is_tried_later(bench: CarrierBench) -> None:
    bench.system.faults = Faults(storm=1.0)
    assert isinstance(bench.perform(BUY), TryLater)
    assert bench.labels() == 0


def test_a_package_with_a_label_travels_once_it_is_handed_over(bench: CarrierBench) -> None:
    bench.perform(BUY)
    assert bench.milestones(seconds=5) == []
    bench.system.hand_over("P1", bench.now)
    bench.system.hand_over("P1", bench.now)
    assert bench.milestones(seconds=5) == ["PICKED_UP", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED"]


def test_a_package_without_a_label_waits_for_one(bench: CarrierBench) -> None:
    bench.system.hand_over("P1", bench.now)
    assert bench.milestones(seconds=5) == []
    bench.perform(BUY)
    assert len(bench.milestones(seconds=5)) == 4


def test_the_log_brings_what_a_webhook_lost(bench: CarrierBench) -> None:
    bench.system.faults = Faults(never=1.0)
    bench.perform(BUY)
    bench.system.hand_over("P1", bench.now)
    assert bench.milestones(seconds=5) == []
    page = bench.read(bench.connector.feeds[0])
    assert isinstance(page, FeedPage)
    assert len(page.deliveries) == 4


def test_a_wrong_signature_is_answered_401(bench: CarrierBench) -> None:
    bench.perform(BUY)
    bench.system.hand_over("P1", bench.now)
    told = delivery(bench.wait(seconds=5)[0])
    rejected = bench.connector.receive(Delivery("events", told.body + b" ", told.headers), bench.now)
    assert isinstance(rejected, Rejected)
    assert rejected.status == 401


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"tracking": "1Z", "milestone": "LOST", "at": NOW}, "$.data.milestone"),
        ({"tracking": 1, "milestone": "DELIVERED", "at": NOW}, "$.data.tracking"),
        ({"tracking": "1Z", "milestone": "DELIVERED", "at": "noon"}, "$.data.at"),
    ],
)
def test_a_message_that_does_not_read_is_named_by_the_path_of_its_fault(
    bench: CarrierBench, data: dict[str, object], path: str
) -> None:
    body = msgspec.json.encode({"type": "tracking.updated", "timestamp": NOW, "data": data})
    (problem,) = bench.connector.translate(Delivery("events", body), NOW).problems
    assert problem.path == path


def test_a_label_may_be_repeated_under_its_key(bench: CarrierBench) -> None:
    assert isinstance(bench.connector.performs[BuyLabel], Idempotent)
