"""One warehouse and what is asked of it, for tests of the warehouse connector."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from crossdock.connectors.rest_wms.connector import RestWms, Settings
from crossdock.connectors.rest_wms.openapi import contract
from crossdock.model import events
from crossdock.model.base import change
from crossdock.model.commands import (
    CancelFulfillment,
    ChangeFulfillmentAddress,
    ReleaseFulfillment,
)
from crossdock.model.items import Component
from crossdock.model.parties import Party
from crossdock.model.shipments import FulfillmentLine, FulfillmentOrder
from crossdock.runtime.connector import Arrival, Delivery
from crossdock.simulation.systems.wms import Wms
from tests.support.contracts import Contract
from tests.support.systems import ADDRESS, NOW, SECRET, TOKEN, Bench, delivery

CONTRACT = Contract(contract())
REFERENCE = "shop-1001-1"
LINES = (
    FulfillmentLine("L1", "BOLT", Decimal(4)),
    FulfillmentLine("L2", "SET", Decimal(2), (Component("BOLT", Decimal(1)), Component("NUT", Decimal(2)))),
)
RELEASE = ReleaseFulfillment(
    FulfillmentOrder(
        "shop/1@1", REFERENCE, "shop/1", "#1001", "shop", "east", Party("Ada", address=ADDRESS), LINES,
        over_tolerance=Decimal("0.5"),
    ),
    NOW + timedelta(days=2),
)  # fmt: skip
CANCEL = CancelFulfillment("shop/1@1", REFERENCE, "east")
READDRESS = ChangeFulfillmentAddress("shop/1@1", REFERENCE, "east", "shop/1", change(ADDRESS, city="Lexington"))


class WmsBench(Bench):
    system: Wms

    def told(self, **span: int) -> list[events.Event]:
        """What the webhooks of a while mean, each received, checked against the contract and translated."""
        seen: list[events.Event] = []
        for outgoing in self.wait(**span):
            CONTRACT.check_webhook(outgoing.request)
            arrived = delivery(outgoing)
            assert isinstance(self.connector.receive(arrived, self.now), Arrival)
            seen += self.events(arrived)
        return seen

    def events(self, arrived: Delivery) -> list[events.Event]:
        translation = self.connector.translate(arrived, self.now)
        assert translation.problems == ()
        return [sighting.event for sighting in translation.sightings]

    def rows(self, kind: str) -> list[Any]:
        return [row for row in self.system.ledger if row.kind == kind]


def made(**more: Any) -> WmsBench:
    settings = Settings("wms-east", "http://wms.test", TOKEN, {"east": "WH1"}, (SECRET,))
    stock = {"BOLT": Decimal(10), "NUT": Decimal(10)}
    system = Wms("wms-east", TOKEN, SECRET, "http://hub.test", "WH1", stock, NOW, **more)
    bench = WmsBench(RestWms(settings), system)
    bench.told(milliseconds=0)
    return bench


def names(seen: list[events.Event]) -> list[str]:
    return [type(event).__name__ for event in seen]
