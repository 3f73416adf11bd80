"""The simulated ERP and two warehouses behind plain orders, in this process or, as a script, as HTTP servers.

python _systems.py INTAKE   prints the systems' addresses as JSON and serves until its input ends
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from crossdock.estate.model import Channel, Estate, Limits, Node, PricePolicy, System
from crossdock.model.parties import Address
from crossdock.runtime.ports import Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.http import Server
from crossdock.simulation.network import Edge, Network
from crossdock.simulation.systems.base import Outgoing
from crossdock.simulation.systems.catalogue import Catalogue, CatalogueCustomer, CatalogueItem
from crossdock.simulation.systems.contract import SigningSystem
from crossdock.simulation.systems.erp import Erp
from crossdock.simulation.systems.wms import Wms

ITEMS = 50
CUSTOMERS = 400
WAREHOUSES = {"east": "WH-E", "west": "WH-W"}
ADDRESS = Address(("1 Dock Road",), "Louisville", "40202", "KY", "US", "Ada Byron")
TOKEN = "token-of-the-benchmark"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRETS = {"TOKEN": TOKEN, "WEBHOOK": SECRET}
NAMES = ("erp", *(f"wms-{node}" for node in WAREHOUSES))


def item(n: int) -> str:
    return f"ITEM-{n % ITEMS:02d}"


def customer(n: int) -> str:
    return f"C-{n % CUSTOMERS:03d}"


CATALOGUE = Catalogue(
    {item(n): CatalogueItem(item(n), f"Item {n}", Decimal("2.50")) for n in range(ITEMS)},
    {
        customer(n): CatalogueCustomer(customer(n), f"Customer {n}", f"c{n}@customers.example", ADDRESS, Decimal(10**6))
        for n in range(CUSTOMERS)
    },
)


def make_systems(intake: str, first: int = 0) -> dict[str, SigningSystem]:
    """Without faults; webhooks go to `intake`. Their ids count on from `first`: a journal that saw others before would
    know them again."""
    given: dict[str, Any] = {"chance": Chance(1, "bench")}
    stock = {item(n): Decimal(1_000_000) for n in range(ITEMS)}
    erp = Erp("erp", TOKEN, CATALOGUE, **given)
    warehouses = [
        Wms(f"wms-{node}", TOKEN, SECRET, intake, code, stock, datetime.now(UTC), **given)
        for node, code in WAREHOUSES.items()
    ]
    systems: list[SigningSystem] = [erp, *warehouses]
    for system in systems:
        system._messages = first
    return {system.name: system for system in systems}


def estate(urls: dict[str, str], concurrency: int) -> Estate:
    """What connects them, with the connectors' own defaults."""
    secrets = {"token": "env:TOKEN", "webhook": "env:WEBHOOK"}
    settings: dict[str, dict[str, object]] = {"erp": {"nodes": dict(WAREHOUSES)}}
    settings |= {f"wms-{node}": {"nodes": {node: code}} for node, code in WAREHOUSES.items()}
    limits = Limits(concurrency)
    return Estate(
        "bench",
        {
            name: System(name, "rest_erp" if name == "erp" else "rest_wms", url, settings[name], secrets, limits)
            for name, url in urls.items()
        },
        dict.fromkeys(("sales_order", "credit", "price", "invoice"), "erp"),
        {node: Node(node, f"wms-{node}", code, "dock_departure") for node, code in WAREHOUSES.items()},
        {"api": Channel("api", "", PricePolicy("hold"))},
    )


class InProcess:
    """The systems without sockets; it counts the processor time that they take."""

    def __init__(self, intake: str, first: int = 0) -> None:
        self._systems = make_systems(intake, first)
        chance = Chance(1, "network")
        self._edges = [Edge(system, chance) for system in self._systems.values()]
        self.urls = {name: f"http://{name}" for name in self._systems}
        self._network = Network(zip(self.urls.values(), self._edges, strict=True))
        self.cpu = 0.0

    async def send(self, request: Request) -> Response:
        began = time.thread_time()
        try:
            return self._network.send(request, datetime.now(UTC))
        finally:
            self.cpu += time.thread_time() - began

    def due(self) -> list[tuple[Edge, Outgoing]]:
        """The webhooks to take now; tell `taken` afterwards."""
        began, now = time.thread_time(), datetime.now(UTC)
        found = [(edge, outgoing) for edge in self._edges for outgoing in edge.due(now)]
        self.cpu += time.thread_time() - began
        return found

    def taken(self, told: list[tuple[Edge, Outgoing]]) -> None:
        for edge, outgoing in told:
            edge.system.told(outgoing.ticket, 202, datetime.now(UTC))


async def _serve(intake: str) -> None:
    async with AsyncExitStack() as stack:
        urls = {}
        for name, system in make_systems(intake).items():
            server = Server(Edge(system, Chance(1, "network")))
            await server.start()
            stack.push_async_callback(server.stop)
            urls[name] = server.url
        print(json.dumps(urls), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
