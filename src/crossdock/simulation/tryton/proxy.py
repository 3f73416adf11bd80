"""A bad line between Crossdock and Tryton: answers to writes get lost after the fact, come late, or never left; busy
answers; refused connections. What goes wrong is drawn from a seed, as often as the run's faults say."""

import asyncio
import contextlib
from collections.abc import Coroutine
from datetime import timedelta

import aiohttp
import msgspec
from aiohttp import web

from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.faults import NONE, Faults

_LARGEST = 64 * 1024 * 1024
_READS = ("login", "read", "search", "search_read", "search_count", "get_preferences", "get_id")
_OWN_HEADERS = ("host", "connection", "content-length", "transfer-encoding", "keep-alive")


class _Call(msgspec.Struct):
    method: str = ""


class Proxy:
    """Passes JSON-RPC calls on to a Tryton. `cut` counts by kind what went wrong. Use in one event loop."""

    def __init__(self, target: str, chance: Chance) -> None:
        self.cut: dict[str, int] = {}
        self._target = target
        self._chance = chance
        self._faults = NONE
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._storm_until = 0.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen on a free port."""
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await self._open()
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, timeout=aiohttp.ClientTimeout()
        )

    async def stop(self) -> None:
        """Close the port; what is passed on already is Tryton's to finish."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
        if self._runner:
            await self._runner.cleanup()

    def disturb(self, faults: Faults) -> None:
        """From here on things go wrong."""
        self._faults = faults

    def calm(self) -> None:
        """From here on nothing goes wrong, but for an outage that has begun."""
        self._faults = NONE
        self._storm_until = 0.0

    # --- calls -----------------------------------------------------------------------------------------------------

    async def _answer(self, arrived: web.Request) -> web.StreamResponse:
        body = await arrived.read()
        faults, now = self._faults, asyncio.get_running_loop().time()
        if self._site is not None and self._happens("outage", faults.outage):
            site, self._site = self._site, None
            self._spawn(self._be_down(site, faults.outage_for))
        if self._happens("storm", faults.storm):
            self._storm_until = now + faults.storm_for.total_seconds()
        if self._site is None:
            return _cut_off(arrived)
        if now < self._storm_until:
            return web.Response(status=503, text="down for maintenance")
        writes = _writes(body)
        if writes and self._happens("unsent", faults.unsent):
            return _cut_off(arrived)
        if writes and self._happens("straggles", faults.straggles):
            delay = faults.straggles_for * self._chance.fraction()
            self._spawn(self._pass_on_later(arrived, body, delay))
            return _cut_off(arrived)
        answer = await self._pass_on(arrived, body)
        if writes and self._happens("lost", faults.lost):
            return _cut_off(arrived)
        if self._happens("late", faults.late):
            await asyncio.sleep(faults.late_by.total_seconds())
        return answer

    async def _pass_on(self, arrived: web.Request, body: bytes) -> web.Response:
        assert self._session is not None
        headers = {name: value for name, value in arrived.headers.items() if name.lower() not in _OWN_HEADERS}
        url = f"{self._target}{arrived.path_qs}"
        try:
            async with self._session.request(arrived.method, url, headers=headers, data=body) as answer:
                passed = {name: value for name, value in answer.headers.items() if name.lower() not in _OWN_HEADERS}
                return web.Response(status=answer.status, headers=passed, body=await answer.read())
        except aiohttp.ClientError as error:
            return web.Response(status=502, text=str(error))

    async def _pass_on_later(self, arrived: web.Request, body: bytes, delay: timedelta) -> None:
        await asyncio.sleep(delay.total_seconds())
        await self._pass_on(arrived, body)

    # --- faults ----------------------------------------------------------------------------------------------------

    def _happens(self, kind: str, probability: float) -> bool:
        happens = self._chance.happens(probability)
        if happens:
            self.cut[kind] = self.cut.get(kind, 0) + 1
        return happens

    async def _be_down(self, site: web.TCPSite, span: timedelta) -> None:
        """Refuse connections, as a stopped process does; then listen again."""
        await site.stop()
        while self._site is None:
            await asyncio.sleep(span.total_seconds())
            with contextlib.suppress(OSError):
                await self._open()

    async def _open(self) -> None:
        assert self._runner is not None
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._site = site
        self._port = self._runner.addresses[0][1]

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _cut_off(arrived: web.Request) -> web.Response:
    """Whoever asked sees the connection break."""
    if arrived.transport is not None:
        arrived.transport.abort()
    return web.Response(status=500)


def _writes(body: bytes) -> bool:
    """Whether a call may change something."""
    try:
        method = msgspec.json.decode(body, type=_Call).method
    except msgspec.DecodeError:
        return False
    return method.rpartition(".")[2] not in _READS
