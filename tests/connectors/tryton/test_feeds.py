"""What people do in Tryton itself is observed: orders by phone, counter sales, receipts, cancellations; each once."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from crossdock.connectors.tryton.connector import Tryton
from crossdock.connectors.tryton.wire import Number
from crossdock.model.commands import CancelSale, PostInvoice, PostShipment
from crossdock.model.events import (
    CancellationRequested,
    InvoicePosted,
    OrderChanged,
    OrderPlaced,
    StockCounted,
    StockMoved,
)
from crossdock.model.quantities import Money
from crossdock.runtime.connector import Delivery
from crossdock.simulation.tryton.exchange import carry_out

pytestmark = pytest.mark.tryton


class Watch:
    """Polls the connector's feeds and keeps what is new, as the journal's dedupe does."""

    def __init__(self, connector: Tryton, now) -> None:
        self.connector = connector
        self.now = now
        self.cursors = {feed.name: "" for feed in connector.feeds}
        self.known: set[str] = set()

    def poll(self, name: str) -> list[Delivery]:
        """New deliveries of a feed."""
        feed = next(feed for feed in self.connector.feeds if feed.name == name)
        new: list[Delivery] = []
        while True:
            page = carry_out(feed.read(self.cursors[name], self.now()))
            self.cursors[name] = page.cursor
            for delivery in page.deliveries:
                arrival = self.connector.arrival(delivery)
                if arrival.message_id not in self.known:
                    self.known.add(arrival.message_id)
                    new.append(delivery)
            if not page.more:
                return new

    def events(self, name: str):
        """New events of a feed; problems are none."""
        found = []
        for delivery in self.poll(name):
            translation = self.connector.translate(delivery, self.now())
            assert not translation.problems, translation.problems
            found += [sighting.event for sighting in translation.sightings]
        return found


@pytest.fixture
def watch(connector, clock):
    watch = Watch(connector, clock)
    watch.poll("sales")
    watch.poll("stock")
    return watch


def test_an_order_taken_by_phone_is_an_order_once_and_ours_are_none(watch, erp, lane, make, cutter):
    own = lane.enter(make.order())
    number = erp.phone_order({"SKU-007": 5, "KIT-001": 1}, freight="9.90")
    (placed,) = watch.events("sales")
    assert isinstance(placed, OrderPlaced)
    order = placed.order
    assert (placed.entered_in, placed.sale_number, order.key) == ("erp", number, f"erp/{number}")
    assert own != number
    assert (order.customer_po, order.parties.sold_to.number, order.terms.kind) == ("PO-77", "CUST-005", "on_account")
    assert [(line.item, line.quantity.amount) for line in order.lines] == [("SKU-007", 5), ("KIT-001", 1)]
    assert [part.item for part in order.lines[1].components] == ["SKU-001", "SKU-002"]
    assert [charge.amount.amount for charge in order.charges] == [Decimal("9.90")]
    assert order.parties.shipped.address.city == "Austin"
    assert watch.events("sales") == []
    # It is shipped by us as any other, by the ids that it was observed under.
    lines = tuple(part for line in order.lines for part in make.went((line.id, line.item, int(line.quantity.amount))))
    lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("E-1", "west", lines), lines))
    assert sum(erp.shipped(number).values()) == 8
    # Tryton drafts bills of such a sale by itself, one for services and one for goods: ours takes both over.
    bill = make.bill(order, {line.id: int(line.quantity.amount) for line in order.lines}, freight=True)
    billed = lane.done(PostInvoice(order.key, number, "CUST-005", 1, bill), cutter)
    assert isinstance(billed, InvoicePosted)
    assert billed.invoice.total == Money(Decimal("150.84"), "USD")
    assert {one["state"] for one in erp.read("account.invoice", [("sales.number", "=", number)], "state")} == {"posted"}
    assert watch.events("sales") == []
    assert watch.events("stock") == []


def test_a_phone_order_that_is_amended_there_reads_anew(watch, erp, clock):
    number = erp.phone_order({"SKU-007": 5})
    assert [type(event) for event in watch.events("sales")] == [OrderPlaced]
    erp.office.amend(number, {"SKU-007": Decimal(3)}, clock().date())
    (event,) = [event for event in watch.events("sales") if isinstance(event, OrderChanged)]
    assert (event.order.key, event.order.revision) == (f"erp/{number}", 2)
    assert [line.quantity.amount for line in event.order.lines] == [3]


def test_a_phone_order_that_is_called_off_there_is_to_be_cancelled_here(watch, erp, lane):
    number = erp.phone_order({"SKU-007": 5})
    watch.events("sales")
    erp.office.call_off(number)
    called_off = [CancellationRequested(f"erp/{number}", "cancelled in erp")]
    assert watch.events("sales") == called_off
    assert watch.events("stock") == []
    # We take its lines down besides: it stands at nothing, not below.
    lane.done(CancelSale(f"erp/{number}", number))
    assert watch.events("sales") in ([], called_off)


def test_a_phone_order_that_a_clerk_ships_after_all_is_not_to_be_shipped_here(watch, erp):
    number = erp.phone_order({"SKU-011": 2})
    assert [type(event) for event in watch.events("sales")] == [OrderPlaced]
    (shipment,) = erp.desk.one("sale.sale", [("number", "=", number)], "shipments")["shipments"]
    for button in ("assign_try", "pick", "pack", "do"):
        erp.desk.press("stock.shipment.out", button, shipment)
    assert watch.events("sales") == [CancellationRequested(f"erp/{number}", "shipped by hand in erp")]


def test_what_a_clerk_ships_and_receives_moves_stock_once(watch, erp):
    number = erp.phone_order({"SKU-008": 4})
    (shipment,) = erp.desk.one("sale.sale", [("number", "=", number)], "shipments")["shipments"]
    for button in ("assign_try", "pick", "pack", "do"):
        erp.desk.press("stock.shipment.out", button, shipment)
    moved = watch.events("stock")
    assert [(event.node, event.item, event.quantity, event.reason) for event in moved] == [
        ("east", "SKU-008", Decimal(-4), "sale")
    ]
    # Shipped over the counter before we heard of it: no order of anybody's here.
    assert watch.events("sales") == []
    storage = erp.desk.one("stock.location", [("code", "=", "WEST")], "storage_location")["storage_location"]
    product = erp.desk.id("product.product", ("code", "=", "SKU-008"))
    before = erp.on_hand("SKU-008", "WEST")
    line = {"product": product, "quantity": Number(before + 7)}
    (inventory,) = erp.desk.create(
        "stock.inventory",
        {"location": storage, "empty_quantity": "keep", "company": 1, "lines": [("create", [line])]},
    )
    erp.desk.press("stock.inventory", "confirm", inventory)
    (event,) = watch.events("stock")
    assert isinstance(event, StockMoved)
    assert (event.node, event.quantity, event.reason) == ("west", 7, "adjustment")
    assert watch.events("stock") == []
    # Picking moves goods within a warehouse, which is no movement of it.
    assert erp.on_hand("SKU-008", "EAST") == 996


def test_a_first_poll_counts_all_goods_and_no_movement_twice(connector, erp, clock):
    watch = Watch(connector, clock)
    counts = watch.events("stock")
    assert {type(event) for event in counts} == {StockCounted}
    assert len(counts) == 60
    held = {(event.item, event.node): event.on_hand for event in counts}
    assert held["SKU-009", "east"] == erp.on_hand("SKU-009", "EAST")
    assert watch.events("stock") == []


def test_a_poll_goes_on_by_id_within_a_sweep(connector, erp, clock, monkeypatch):
    monkeypatch.setattr("crossdock.connectors.tryton.feeds._LIMIT", 2)
    watch = Watch(connector, clock)
    watch.poll("sales")
    numbers = {erp.phone_order({"SKU-010": 1}) for _ in range(5)}
    placed = watch.events("sales")
    assert {event.sale_number for event in placed} == numbers
    position = msgspec.json.decode(watch.cursors["sales"])
    assert "after" not in position
    # The next sweep reads the overlap again, and finds nothing new in it.
    assert watch.poll("sales") == []
    assert connector.settings.overlap > timedelta(0)
