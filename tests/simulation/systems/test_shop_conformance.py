"""The Shopify connector keeps what every connector promises, before the simulated shop."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from crossdock.connectors.shopify import Settings, Shopify
from crossdock.model import commands
from crossdock.model.commands import Command
from crossdock.model.shipments import FulfillmentLine, Package, PackedLine, Shipment
from crossdock.simulation.systems.shop import Shop
from crossdock.simulation.systems.shop_orders import Basket
from tests.conformance.connector_kit import ConnectorKit
from tests.support.systems import CATALOGUE, NOW, TOKEN, Bench, usd


class TestShopify(ConnectorKit):
    @pytest.fixture
    def bench(self) -> Bench:
        hub = "http://hub.test"
        since = NOW - timedelta(days=1)
        settings = Settings("shop", "http://shop.test", TOKEN, secrets=("s",), callback=f"{hub}/in/shop", since=since)
        return Bench(Shopify(settings), Shop("shop", TOKEN, "s", hub, CATALOGUE))

    def tasks(self, bench: Bench) -> Iterator[Command]:
        shop = bench.system
        assert isinstance(shop, Shop)
        shop.place(Basket((("BOLT", Decimal(4)), ("NUT", Decimal(2))), "C-1", "card"), bench.now)
        shop.place(Basket((("BOLT", Decimal(4)),), "C-1"), bench.now)
        bench.wait(seconds=1)
        first, second = shop.orders.values()
        number, key = str(first.id), f"shop/{first.id}"
        bolt, nut = (str(line["id"]) for line in first.lines())
        yield commands.CapturePayment(key, "shop", number, f"{number}/authorization", "cap-1", usd("10.00"))
        yield commands.RefundPayment(key, "shop", number, "cap-1", "r-1", usd("1.00"), "late")
        yield commands.ConfirmCancellation(key, "shop", number, "sold out", (FulfillmentLine(nut, "NUT", Decimal(1)),))
        packages = (Package("P1", (PackedLine(bolt, Decimal(4)),), tracking="1Z1"),)
        yield commands.ConfirmShipment(key, "shop", number, Shipment("S1", "east", packages))
        yield commands.RefuseChange(key, "shop", number, "change", "it has shipped")
        yield commands.ConfirmCancellation(f"shop/{second.id}", "shop", str(second.id), "unknown item")

    def happen(self, bench: Bench) -> None:
        assert isinstance(bench.system, Shop)
        bench.system.place(Basket((("BOLT", Decimal(4)),), "C-1"), bench.now)
