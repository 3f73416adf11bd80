"""The bad line to a Tryton: what is cut off was done or was not, as the fault says, and only what writes is cut."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from crossdock.runtime.ports import NoAnswer, NotSent, Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.faults import Faults
from crossdock.simulation.tryton.proxy import Proxy
from crossdock.transports.http import HttpClient

READ, WRITE = "model.sale.sale.search_read", "model.sale.sale.confirm"


class Line:
    """A server that notes what reaches it, the proxy before it, and a client behind that."""

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self.proxy = Proxy("", Chance(1))
        self.client = HttpClient()

    async def note(self, request: web.Request) -> web.Response:
        self.arrived.append((await request.json())["method"])
        return web.json_response({"result": request.path})

    async def ask(self, method: str) -> Response:
        body = json.dumps({"id": 1, "method": method, "params": []}).encode()
        headers = {"content-type": "application/json"}
        return await self.client.send(Request("POST", f"{self.proxy.url}/erp/rpc/", headers, body, 5.0))


def on_a_line(faults: Faults, play: Callable[[Line], Awaitable[None]]) -> Line:
    async def run() -> Line:
        line = Line()
        app = web.Application()
        app.router.add_post("/{path:.*}", line.note)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        line.proxy = Proxy(f"http://127.0.0.1:{runner.addresses[0][1]}", Chance(1))
        await line.proxy.start()
        line.proxy.disturb(faults)
        try:
            await play(line)
        finally:
            await line.client.close()
            await line.proxy.stop()
            await runner.cleanup()
        return line

    return asyncio.run(run())


def test_a_calm_line_passes_everything_on() -> None:
    async def play(line: Line) -> None:
        answer = await line.ask(WRITE)
        assert (answer.status, json.loads(answer.body)) == (200, {"result": "/erp/rpc/"})

    assert on_a_line(Faults(), play).arrived == [WRITE]


def test_an_answer_is_lost_after_the_write_was_done_and_reads_are_answered() -> None:
    async def play(line: Line) -> None:
        with pytest.raises(NoAnswer):
            await line.ask(WRITE)
        assert (await line.ask(READ)).status == 200

    line = on_a_line(Faults(lost=1.0), play)
    assert (line.arrived, line.proxy.cut) == ([WRITE, READ], {"lost": 1})


def test_a_write_that_was_cut_off_on_its_way_never_arrives() -> None:
    async def play(line: Line) -> None:
        with pytest.raises(NoAnswer):
            await line.ask(WRITE)
        line.proxy.calm()
        await line.ask(READ)

    assert on_a_line(Faults(unsent=1.0), play).arrived == [READ]


def test_a_straggler_is_done_after_its_sender_gave_it_up() -> None:
    async def play(line: Line) -> None:
        with pytest.raises(NoAnswer):
            await line.ask(WRITE)
        line.proxy.calm()
        for _ in range(200):
            if line.arrived:
                return
            await asyncio.sleep(0.01)

    assert on_a_line(Faults(straggles=1.0, straggles_for=timedelta(milliseconds=50)), play).arrived == [WRITE]


def test_a_storm_answers_503_and_an_outage_refuses_connections_until_they_pass() -> None:
    async def storm(line: Line) -> None:
        assert (await line.ask(READ)).status == 503
        line.proxy.calm()
        assert (await line.ask(READ)).status == 200

    async def outage(line: Line) -> None:
        with pytest.raises((NoAnswer, NotSent)):
            await line.ask(READ)
        await asyncio.sleep(0.05)
        async with aiohttp.ClientSession() as fresh:
            with pytest.raises(aiohttp.ClientConnectorError):
                await fresh.get(line.proxy.url)
        line.proxy.calm()
        await asyncio.sleep(0.5)
        assert (await line.ask(READ)).status == 200

    on_a_line(Faults(storm=1.0), storm)
    on_a_line(Faults(outage=1.0, outage_for=timedelta(milliseconds=300)), outage)
