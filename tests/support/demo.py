"""A whole run in virtual time: a mix of orders before the production engine, lanes, processes and connectors."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from crossdock.app.connectors import make_connectors
from crossdock.app.processes import make_processes
from crossdock.journal.batch import Batch
from crossdock.journal.open import open_store
from crossdock.journal.records import EVENT, InboxRow, InstanceRow
from crossdock.model.codec import encode
from crossdock.model.events import HoldReleased
from crossdock.simulation.chance import Chance
from crossdock.simulation.customers import Customers
from crossdock.simulation.distributor import Distributor
from crossdock.simulation.mix import make_mix
from crossdock.simulation.reconcile import Verdict, reconcile
from crossdock.simulation.systems.faults import NONE, Faults
from crossdock.simulation.world import World

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
HUB = "http://hub.test"
EVERY = timedelta(milliseconds=25)


class Run:
    """One run; `verdict` after `play`."""

    def __init__(self, path: Path, orders: int, seed: int = 1, faults: Faults = NONE, rate: float = 50.0) -> None:
        self.mix = make_mix(seed, orders, rate, START.date())
        self.distributor = Distributor(self.mix, START, HUB, seed, faults)
        urls = {name: f"http://{name}.test" for name in self.distributor.systems}
        estate = self.distributor.estate(urls, HUB, START)
        edges = {f"{name}.test": edge for name, edge in self.distributor.edges.items()}
        self.store = open_store(f"sqlite:///{path}", durable=False)
        self.world = World(
            self.store,
            estate,
            make_processes(estate),
            make_connectors(estate, self.distributor.environment()),
            edges,
            Chance(seed, "world"),
            START,
        )
        self.customers = Customers(self.mix, self.distributor, START, self)
        self._act(START)

    def _act(self, at: datetime) -> None:
        self.customers.act(at)
        if not self.customers.is_done:
            self.world.at(at + EVERY, lambda: self._act(at + EVERY))

    def play(self, most: timedelta = timedelta(minutes=3)) -> Verdict:
        """Let it run, calm down at the end, and judge."""
        self.world.run(START + most / 2)
        self.distributor.calm()
        self.world.run(START + most)
        return self.verdict()

    def verdict(self) -> Verdict:
        return reconcile(self.distributor.rows(), self.customers.placed, self.reasons())

    def reasons(self) -> dict[tuple[str, str], str]:
        """The phases of orders that Crossdock has not ended."""
        found = {called: self.order(*called) for called in self.customers.placed}
        return {called: one[0].phase for called, one in found.items() if one is not None and not one[0].over}

    # --- people of ours ----------------------------------------------------------------------------------------------

    def order(self, channel: str, number: str) -> tuple[InstanceRow, Any] | None:
        """An order's instance and its state, by the number that people say."""
        reader = self.world.reader
        for row in reader.find(number):
            instance = reader.instance(row.instance)
            if row.issuer == channel and instance is not None and instance.process == "order_to_cash":
                return instance, msgspec.json.decode(instance.state)
        return None

    def holds(self, channel: str, number: str) -> Collection[str]:
        found = self.order(channel, number)
        return found[1].get("holds", {}) if found else ()

    def release(self, channel: str, number: str, hold: str) -> None:
        found = self.order(channel, number)
        assert found is not None
        event = HoldReleased(found[0].key, hold, "tester")
        at = self.world.now
        row = InboxRow(
            found[0].partition, 0, EVENT, at, found[0].id, "HoldReleased", "test", "test", 0, at, encode(event)
        )
        self.store.commit(Batch(inbox=[row]))
