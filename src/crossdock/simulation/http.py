"""Simulated systems as real HTTP servers, each on its own port of 127.0.0.1, with real callbacks.

The object behind a server is the very one that tests and the simulator use; here it gets sockets and a clock.
"""

import asyncio
import contextlib
from datetime import UTC, datetime

import aiohttp
from aiohttp import web

from crossdock.runtime.ports import Request
from crossdock.simulation.network import Edge
from crossdock.simulation.systems.base import Outgoing

_TICK = 0.02
_AT_ONCE = 16
_LARGEST = 16 * 1024 * 1024


class Server:
    """One system. `start` binds its port (0: any free one); `url` is where it then listens. Use in one event loop."""

    def __init__(self, edge: Edge, port: int = 0) -> None:
        self.edge = edge
        self.port = port
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen, and begin to work. Raises OSError where the port is taken."""
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            await self._open()
        except OSError:
            await self._runner.cleanup()
            raise
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self._loop = asyncio.create_task(self._work())

    async def stop(self) -> None:
        """Stop working and close the port; callbacks under way are given up."""
        tasks = [*self._sending, *([self._loop] if self._loop else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
        if self._runner:
            await self._runner.cleanup()

    async def _open(self) -> None:
        runner = self._runner
        if runner is None:
            raise RuntimeError("start it first")
        self._site = web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = runner.addresses[0][1]

    # --- requests --------------------------------------------------------------------------------------------------

    async def _answer(self, arrived: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in arrived.headers.items()}
        request = Request(arrived.method, str(arrived.url), headers, await arrived.read())
        fate = self.edge.reach(request, datetime.now(UTC))
        if fate.response is None:
            # The effect may have happened; whoever asked sees the connection break.
            if arrived.transport is not None:
                arrived.transport.abort()
            return web.Response(status=500)
        if fate.after:
            await asyncio.sleep(fate.after.total_seconds())
        return web.Response(status=fate.response.status, headers=dict(fate.response.headers), body=fate.response.body)

    # --- work and callbacks ----------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            now = datetime.now(UTC)
            await self._follow_outage(now)
            for outgoing in self.edge.due(now):
                task = asyncio.create_task(self._send(outgoing))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
            await asyncio.sleep(_TICK)

    async def _follow_outage(self, now: datetime) -> None:
        """A system that is down refuses connections, as a stopped process does."""
        down = self.edge.is_down(now)
        if down and self._site is not None:
            site, self._site = self._site, None
            await site.stop()
        elif not down and self._site is None:
            with contextlib.suppress(OSError):
                await self._open()

    async def _send(self, outgoing: Outgoing) -> None:
        request, status = outgoing.request, 0
        timeout = aiohttp.ClientTimeout(total=request.timeout)
        if self._session is None:
            return
        async with self._slots:
            try:
                async with self._session.post(
                    request.url, data=request.body, headers=dict(request.headers), timeout=timeout
                ) as answer:
                    status = answer.status
            except (aiohttp.ClientError, TimeoutError):
                status = 0
        self.edge.system.told(outgoing.ticket, status, datetime.now(UTC))
