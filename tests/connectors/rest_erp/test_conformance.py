"""The rest_erp connector keeps what every connector promises."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from crossdock.connectors.rest_erp.connector import RestErp, Settings
from crossdock.model import commands
from crossdock.model.base import change
from crossdock.model.commands import Command
from crossdock.model.invoices import Invoice, InvoiceLine
from crossdock.model.orders import Payment
from crossdock.model.shipments import FulfillmentLine, Package, PackedLine, Shipment
from crossdock.simulation.systems.erp import Erp
from tests.conformance.connector_kit import ConnectorKit
from tests.support.systems import CATALOGUE, NOW, SECRET, TOKEN, Bench, order, usd

ORDER = order()
SALE = "SO1001"


class TestRestErp(ConnectorKit):
    @pytest.fixture
    def bench(self) -> Bench:
        settings = Settings("erp", "http://erp.test", TOKEN, secrets=(SECRET,))
        return Bench(RestErp(settings), Erp("erp", TOKEN, CATALOGUE, SECRET, "http://hub.test"))

    def tasks(self, bench: Bench) -> Iterator[Command]:
        key = ORDER.key
        yield commands.QuoteOrder(ORDER)
        yield commands.ReadCreditPosition(key, "C-1", "USD")
        yield commands.CreateSale(ORDER, "C-1")
        yield commands.ChangeSale(change(ORDER, revision=2), SALE, "C-1")
        shipped = Shipment("S1", "east", (Package("P1", (PackedLine("L1", Decimal(3)),)),))
        yield commands.PostShipment(key, SALE, "f", shipped, (FulfillmentLine("L1", "BOLT", Decimal(3)),))
        line = InvoiceLine("L1", "BOLT", Decimal(3), usd("2.50"), usd("7.50"))
        yield commands.PostInvoice(key, SALE, "C-1", 1, Invoice("", key, (line,), usd("7.50")))
        yield commands.RegisterPayment(key, SALE, "C-1", Payment("pay-1", "payment", usd("7.50"), NOW))
        yield commands.PostCreditNote(key, SALE, "C-1", "refund-1", usd("1.00"))
        yield commands.CancelSale(key, SALE, remainder_only=True)

    def happen(self, bench: Bench) -> None:
        assert isinstance(bench.system, Erp)
        line = {"id": "1", "item": "NUT", "quantity": "3", "unit_price": "1.00"}
        body = {"customer": {"number": "C-1"}, "currency": "USD", "placed_at": bench.now, "lines": [line]}
        bench.system.enter(body, bench.now)
        bench.system.move_stock("BOLT", "WH1", Decimal(2), "receipt", bench.now)
