"""One running installation with orders of every look, for all tests of the console."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.running import Running, order, running


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """PO-1 closed, PO-2 held for its price, PO-3 partly shipped and backordered, PO-4 held for its item."""
    folder: Path = tmp_path_factory.mktemp("hub")
    with running(folder) as hub:
        hub.place(order("PO-1"), "k1")
        hub.until("api/PO-1", "closed")
        wrong = [{"item": "BOLT", "quantity": 4, "unit_price": "9.99"}]
        hub.place(order("PO-2", customer={"number": "C-1"}, lines=wrong, customer_po="ACME-77"), "k2")
        lines = [{"item": "BOLT", "quantity": 250, "unit_price": "2.00", "description": "Bolt <b>M8</b>"}]
        hub.place(order("PO-3", lines=lines), "k3")
        hub.place(order("PO-4", item="NOPE", customer_po="ACME-77"), "k4")
        hub.until("api/PO-3", "backordered")
        hub.until("api/PO-4", "held")
        yield hub
