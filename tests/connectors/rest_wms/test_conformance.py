"""The rest_wms connector keeps what every connector promises."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from crossdock.model.commands import Command
from crossdock.simulation.systems.wms import Wms
from tests.conformance.connector_kit import ConnectorKit
from tests.support.systems import Bench
from tests.support.warehouse import CANCEL, READDRESS, RELEASE, made


class TestRestWms(ConnectorKit):
    @pytest.fixture
    def bench(self) -> Bench:
        return made(at_once=True)

    def tasks(self, bench: Bench) -> Iterator[Command]:
        yield from (RELEASE, READDRESS, CANCEL)

    def happen(self, bench: Bench) -> None:
        assert isinstance(bench.system, Wms)
        bench.system.move("BOLT", Decimal(2), "receipt", bench.now)
