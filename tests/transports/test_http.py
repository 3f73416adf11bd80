"""The HTTP client against a real server: whole answers, and what left this machine told from what did not."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from crossdock.runtime.ports import NoAnswer, NotSent, Request, Response
from crossdock.transports.http import HttpClient

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def ask(handler: Handler, path: str = "/", timeout: float = 5.0, body: bytes = b"") -> Response:
    async def run() -> Response:
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        client = HttpClient()
        try:
            port = runner.addresses[0][1]
            return await client.send(Request("POST", f"http://127.0.0.1:{port}{path}", body=body, timeout=timeout))
        finally:
            await client.close()
            await runner.cleanup()

    return asyncio.run(run())


def test_an_answer_that_comes_in_pieces_is_read_to_its_end() -> None:
    async def in_pieces(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(20):
            await answer.write(b"x" * 10_000)
            await asyncio.sleep(0.005)
        return answer

    assert len(ask(in_pieces).body) == 200_000


def test_header_names_come_in_lower_case_and_redirects_are_not_followed() -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/other", "X-Request-Id": "7"})

    answer = ask(elsewhere)
    assert (answer.status, answer.headers["x-request-id"]) == (302, "7")


def test_a_refused_connection_was_not_sent() -> None:
    async def run() -> None:
        client = HttpClient()
        try:
            await client.send(Request("GET", "http://127.0.0.1:9/"))
        finally:
            await client.close()

    with pytest.raises(NotSent):
        asyncio.run(run())


def test_a_connection_that_breaks_after_the_request_has_no_answer() -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        await request.read()
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    with pytest.raises(NoAnswer):
        ask(breaks, body=b"{}")


def test_an_answer_that_does_not_come_in_time_is_no_answer() -> None:
    async def sleeps(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(2)
        return web.Response()

    with pytest.raises(NoAnswer):
        ask(sleeps, timeout=0.1)
