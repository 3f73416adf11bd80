"""The rest_carrier connector keeps what every connector promises."""

from collections.abc import Iterator

import pytest

from crossdock.connectors.rest_carrier.connector import RestCarrier, Settings
from crossdock.model.commands import BuyLabel, Command
from crossdock.model.shipments import Package
from crossdock.simulation.systems.carrier import Carrier
from tests.conformance.connector_kit import ConnectorKit
from tests.support.systems import ADDRESS, SECRET, TOKEN, Bench


class TestRestCarrier(ConnectorKit):
    @pytest.fixture
    def bench(self) -> Bench:
        settings = Settings("fast", "http://fast.test", TOKEN, "fast", (SECRET,))
        return Bench(RestCarrier(settings), Carrier("fast", TOKEN, SECRET, "http://hub.test"))

    def tasks(self, bench: Bench) -> Iterator[Command]:
        yield BuyLabel("shop/1@1", "fast", Package("P1", ()), ADDRESS)

    def happen(self, bench: Bench) -> None:
        assert isinstance(bench.system, Carrier)
        bench.system.label("P9", bench.now)
        bench.system.hand_over("P9", bench.now)
        bench.wait(seconds=1)
        bench.system.label("P8", bench.now)
        bench.system.hand_over("P8", bench.now)
