"""The HTTP server: uvicorn over the web application, on this machine's own address unless told otherwise."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


class PortTaken(Exception):
    """Another program listens there; one sentence."""


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    def install_signal_handlers(self) -> None:
        return

    @asynccontextmanager
    async def _serving(self, listener: socket.socket) -> AsyncIterator[None]:
        serving = asyncio.create_task(self._serve([listener]))
        try:
            while not self.started and not serving.done():
                await asyncio.sleep(0.01)
            yield
        finally:
            self.should_exit = True
            await serving


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises PortTaken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise PortTaken(f"can't listen on {host}:{port}: {error.strerror}; choose another with --port") from error
    return listener


@asynccontextmanager
async def serving(application: Any, listener: socket.socket) -> AsyncIterator[str]:
    """Serve an application on a socket; yields its address."""
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=3)
    host, port = listener.getsockname()[:2]
    async with _Server(config)._serving(listener):
        yield f"http://{host}:{port}"
