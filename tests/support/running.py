"""A whole installation on a free port for tests: the production worker and server, simulated systems in the process."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crossdock.api.application import make_application
from crossdock.app.connectors import make_connectors
from crossdock.app.installation import Installation
from crossdock.app.processes import make_processes
from crossdock.app.serve import listen, serving
from crossdock.app.system import SystemClock, SystemEntropy
from crossdock.app.worker import Worker
from crossdock.console.pages import console_pages
from crossdock.estate.model import Estate
from crossdock.estate.parse import parse_estate
from crossdock.governance.access import Access, ApiKey, Person, hash_password, key_hash
from crossdock.journal.open import open_store
from crossdock.runtime.connector import Delivery, Rejected
from crossdock.runtime.intake import intake
from crossdock.runtime.ports import NotSent, Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.network import Edge, Network
from crossdock.simulation.systems.carrier import Carrier
from crossdock.simulation.systems.erp import Erp
from crossdock.simulation.systems.wms import Wms
from tests.support.systems import CATALOGUE, SECRET, TOKEN

ADMIN = "cdk_admin_0123456789abcdef"
READER = "cdk_reader_0123456789abcdef"
EXPIRED = "cdk_expired_0123456789abcdef"
OTHER = "cdk_other_0123456789abcdef"
LIMITED = "cdk_limited_0123456789abcdef"
PASSWORD = "correct horse battery staple"
SESSION_KEY = b"k" * 32
ENVIRONMENT = {"TOKEN": TOKEN, "SECRET": SECRET}

_SECRETS = {"token": "env:TOKEN", "webhook": "env:SECRET"}


def system(kind: str, port: int, **settings: Any) -> dict[str, Any]:
    limits = {"backoff": "20ms", "backoff_most": "200ms", "attempts": 4}
    url = f"http://127.0.0.1:{port}"
    return {"kind": kind, "url": url, "secrets": _SECRETS, "settings": settings, "limits": limits}


def estate(**tables: Any) -> Estate:
    """An ERP, two warehouses, a carrier, and the channel of the API."""
    declared: dict[str, Any] = {
        "name": "test",
        "systems": {
            "erp": system("rest_erp", 1, nodes={"east": "E", "west": "W"}, poll_every="200ms"),
            "wms_east": system("rest_wms", 2, nodes={"east": "E"}, poll_every="1s"),
            "wms_west": system("rest_wms", 3, nodes={"west": "W"}, poll_every="1s"),
            "ups": system("rest_carrier", 4, carrier="ups"),
        },
        "owners": dict.fromkeys(("sales_order", "price", "credit", "invoice"), "erp"),
        "nodes": {
            "east": {"system": "wms_east", "code": "E", "time_zone": "America/New_York"},
            "west": {"system": "wms_west", "code": "W", "time_zone": "America/Los_Angeles"},
        },
        "channels": {"api": {"system": ""}, "erp": {"system": ""}},
        "carriers": {"ups": "ups"},
    }
    return parse_estate({**declared, **tables})


def access(now: datetime) -> Access:
    def key(
        name: str, presented: str, *scopes: str, expires_at: datetime | None = None, requests_a_minute: int = 0
    ) -> ApiKey:
        hash = key_hash(presented)
        return ApiKey(name, hash, scopes, expires_at=expires_at, requests_a_minute=requests_a_minute)

    return Access(
        (
            key("admin", ADMIN, "admin"),
            key("reader", READER, "orders:read"),
            key("other", OTHER, "orders:write", "orders:read"),
            key("limited", LIMITED, "orders:read", requests_a_minute=3),
            key("expired", EXPIRED, "admin", expires_at=now - timedelta(minutes=1)),
        ),
        (
            Person("ada", hash_password(PASSWORD), ("admin",)),
            Person("bob", hash_password(PASSWORD), ("exceptions:read",)),
        ),
    )


@dataclass
class Systems:
    """The outside world. `reachable` False: nobody answers."""

    estate: Estate
    started: datetime
    reachable: bool = True
    edges: dict[str, Edge] = field(default_factory=dict)

    def __post_init__(self) -> None:
        stock = {"BOLT": Decimal(100), "NUT": Decimal(100)}
        self.erp = Erp("erp", TOKEN, CATALOGUE, SECRET, "http://hub")
        self.carrier = Carrier("ups", TOKEN, SECRET, "http://hub")
        label, hand_over = self.carrier.label, self.carrier.hand_over
        self.wms = {
            name: Wms(
                f"wms_{name}", TOKEN, SECRET, "http://hub", code, stock, self.started, labels=label, hand_over=hand_over
            )
            for name, code in (("east", "E"), ("west", "W"))
        }
        for each in (self.erp, self.carrier, *self.wms.values()):
            self.edges[each.name] = Edge(each, Chance(7))
        self.network = Network((self.estate.systems[name].url, edge) for name, edge in self.edges.items())

    def send(self, request: Request, now: datetime) -> Response:
        if not self.reachable:
            raise NotSent(f"{urlsplit(request.url).netloc} refused the connection")
        return self.network.send(request, now)


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Running:
    """A running installation, and a plain HTTP client for it."""

    def __init__(self, address: str, installation: Installation, systems: Systems, loop: asyncio.AbstractEventLoop):
        self.address = address
        self.installation = installation
        self.systems = systems
        self.loop = loop

    def request(
        self, method: str, path: str, body: bytes | Any = b"", key: str | None = ADMIN, **headers: str
    ) -> Answer:
        """One request on a connection of its own. Header names with `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["Authorization"] = f"Bearer {key}"
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        with contextlib.closing(connection):
            connection.request(method, path, data or None, sent)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())

    def get(self, path: str, key: str | None = ADMIN, **headers: str) -> Answer:
        return self.request("GET", path, key=key, **headers)

    def place(self, order: Any, idempotency_key: str, key: str | None = ADMIN) -> Answer:
        return self.request("POST", "/process/v1/orders", order, key, Idempotency_Key=idempotency_key)

    def until(self, key: str, *phases: str, seconds: float = 10) -> Any:
        """The order once it stands at one of these phases."""
        end = self.installation.now() + timedelta(seconds=seconds)
        while True:
            order = self.get(f"/process/v1/orders/{key}").json
            if order.get("phase") in phases:
                return order
            if self.installation.now() > end:
                raise AssertionError(f"{key} stands at {order.get('phase')}, not at {phases}: {order}")
            threading.Event().wait(0.05)

    def call(self, coroutine: Any) -> Any:
        """Run a coroutine on the installation's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(30)


async def _deliver(installation: Installation, systems: Systems) -> None:
    """What the systems call back with goes in as the webhook route would take it."""
    while True:
        now = installation.now()
        for edge in systems.edges.values():
            for outgoing in edge.due(now):
                _, _, system, topic = urlsplit(outgoing.request.url).path.split("/", 3)
                headers = {name.lower(): value for name, value in outgoing.request.headers.items()}
                delivery = Delivery(topic, outgoing.request.body, headers)
                connector = installation.connectors[system]
                arrival = connector.receive(delivery, now)
                assert not isinstance(arrival, Rejected), arrival
                retention = installation.estate.retention
                await installation.take([intake(system, delivery, arrival, now, 1, retention)])
                edge.system.told(outgoing.ticket, 202, now)
        await asyncio.sleep(0.01)


async def _run(declared: Estate, path: Path, ready: Any, stop: asyncio.Event, reachable: bool) -> None:
    store = open_store(str(path), durable=False)
    clock = SystemClock()
    systems = Systems(declared, clock.now(), reachable)
    connectors = make_connectors(declared, ENVIRONMENT)
    processes = make_processes(declared)

    async def send(request: Request) -> Response:
        return systems.send(request, clock.now())

    worker = Worker(store, declared, processes, connectors, clock, SystemEntropy(), send)
    installation = Installation(declared, access(clock.now()), store, worker, connectors, processes, clock)
    await worker.start()
    delivering = asyncio.create_task(_deliver(installation, systems))
    application = make_application(installation, console_pages(installation, SESSION_KEY))
    try:
        async with serving(application, listen("127.0.0.1", 0)) as address:
            ready(Running(address, installation, systems, asyncio.get_running_loop()))
            await stop.wait()
    finally:
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)
        await worker.stop()
        installation.close()
        store.close()


@contextlib.contextmanager
def running(folder: Path, declared: Estate | None = None, reachable: bool = True) -> Iterator[Running]:
    """An installation over a SQLite journal in a folder, for the length of a `with` block."""
    there: list[Running | BaseException] = []
    is_ready = threading.Event()
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def ready(it: Running | BaseException) -> None:
        there.append(it)
        is_ready.set()

    async def main() -> None:
        told = asyncio.Event()
        stop.append((asyncio.get_running_loop(), told))
        await _run(declared or estate(), folder / "journal.db", ready, told, reachable)

    def work() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:
            ready(error)
            raise

    thread = threading.Thread(target=work, name="installation", daemon=True)
    thread.start()
    assert is_ready.wait(20)
    if isinstance(there[0], BaseException):
        raise there[0]
    try:
        yield there[0]
    finally:
        loop, told = stop[0]
        loop.call_soon_threadsafe(told.set)
        thread.join(20)


def order(number: str, quantity: object = 4, item: str = "BOLT", **fields: Any) -> dict[str, Any]:
    """The body of an order of customer C-2 at the ERP's prices."""
    price = str(CATALOGUE.price(item, "C-2")[0]) if item in CATALOGUE.items else "1.00"
    return {
        "number": number,
        "currency": "USD",
        "customer": {"number": "C-2"},
        "ship_to": {
            "name": "Grace Hopper",
            "lines": ["1 Dock Road"],
            "city": "Louisville",
            "country": "US",
            "postal_code": "40202",
            "region": "KY",
        },
        "lines": [{"item": item, "quantity": quantity, "unit_price": price}],
        **fields,
    }
