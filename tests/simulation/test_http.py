"""A simulated system behind real sockets: requests, callbacks, answers cut off, connections refused."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from aiohttp import web

from crossdock.connectors.rest_wms.connector import RestWms, Settings
from crossdock.runtime.connector import Arrival, Delivery, Done, Outcome, Task
from crossdock.runtime.exchange import drive_async
from crossdock.runtime.ports import NoAnswer, NotSent
from crossdock.simulation.chance import Chance
from crossdock.simulation.http import Server
from crossdock.simulation.network import Edge
from crossdock.simulation.systems.faults import Faults
from crossdock.simulation.systems.wms import Wms
from crossdock.transports.http import HttpClient
from tests.support.systems import SECRET, TOKEN
from tests.support.warehouse import RELEASE


class Hub:
    """An intake that refuses the first webhook and takes the others."""

    def __init__(self) -> None:
        self.taken: list[Delivery] = []
        self.refused = 0
        self.url = ""

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/in/{system}/{topic}", self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _take(self, request: web.Request) -> web.Response:
        if not self.refused:
            self.refused += 1
            return web.Response(status=503)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.taken.append(Delivery(request.match_info["topic"], await request.read(), headers))
        return web.Response(status=202)


class Estate:
    """A warehouse on a port, its connector, and our intake."""

    def __init__(self, hub: Hub, wms: Wms, server: Server, client: HttpClient) -> None:
        self.hub, self.wms, self.server, self.client = hub, wms, server, client
        self.connector = RestWms(Settings("wms", server.url, TOKEN, {"east": "WH1"}, (SECRET,), timeout=2.0))

    async def release(self) -> Outcome | NotSent | NoAnswer:
        task = Task(RELEASE, "k", 1, datetime.now(UTC))
        return await drive_async(self.connector.perform(task), self.client.send)

    async def until(self, done: Callable[[], bool]) -> None:
        for _ in range(300):
            if done():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not happen within 3 s")


def served(story: Callable[[Estate], Awaitable[None]]) -> None:
    """Play a story in front of a running server."""

    async def play() -> None:
        hub = Hub()
        runner = await hub.start()
        stock = {"BOLT": Decimal(10), "NUT": Decimal(10)}
        wms = Wms("wms", TOKEN, SECRET, hub.url, "WH1", stock, datetime.now(UTC))
        server, client = Server(Edge(wms, Chance(1))), HttpClient()
        await server.start()
        try:
            await story(Estate(hub, wms, server, client))
        finally:
            await client.close()
            await server.stop()
            await runner.cleanup()

    asyncio.run(play())


def test_requests_and_signed_callbacks_travel_and_refused_ones_come_again() -> None:
    async def story(estate: Estate) -> None:
        assert await estate.release() == Done(())
        await estate.until(lambda: len(estate.hub.taken) >= 7)
        assert estate.hub.refused == 1
        for told in estate.hub.taken:
            assert isinstance(estate.connector.receive(told, datetime.now(UTC)), Arrival)
        kinds = [row.kind for row in estate.wms.ledger]
        assert kinds.count("shipped") == 2
        assert kinds.count("departed") == 1

    served(story)


def test_an_answer_that_is_cut_off_leaves_the_effect_and_no_answer() -> None:
    async def story(estate: Estate) -> None:
        estate.wms.faults = Faults(lost=1.0)
        assert isinstance(await estate.release(), NoAnswer)
        assert len(estate.wms.jobs) == 1

    served(story)


def test_a_system_that_is_down_refuses_connections_and_comes_back() -> None:
    async def story(estate: Estate) -> None:
        estate.server.edge.down_until = datetime.now(UTC) + timedelta(seconds=0.4)
        await asyncio.sleep(0.1)
        assert isinstance(await estate.release(), NotSent)
        await asyncio.sleep(0.5)
        assert await estate.release() == Done(())

    served(story)


def test_a_late_answer_comes_late() -> None:
    async def story(estate: Estate) -> None:
        estate.wms.faults = Faults(late=1.0, late_by=timedelta(seconds=0.2))
        before = datetime.now(UTC)
        assert await estate.release() == Done(())
        assert datetime.now(UTC) - before >= timedelta(seconds=0.2)

    served(story)


def test_a_taken_port_is_an_error() -> None:
    async def story(estate: Estate) -> None:
        with pytest.raises(OSError, match="in use"):
            await Server(Edge(estate.wms, Chance(1)), estate.server.port).start()

    served(story)
