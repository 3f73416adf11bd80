"""`crossdock run`: the installation that an estate declares, with its API and console, until it is told to stop."""

import asyncio
import secrets
import signal
import socket
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from crossdock.api.application import make_application
from crossdock.app.files import ACCESS, ESTATE, SESSION_KEY, Declared, read_access, read_estate, read_session_key
from crossdock.app.installation import installation
from crossdock.app.serve import listen, serving
from crossdock.cli.faults import Stop
from crossdock.console.pages import console_pages
from crossdock.governance.access import Access

ESTATE_OPTION = Annotated[Path, typer.Option("--estate", metavar="FILE", help="The estate, or the folder it is in.")]
HOST = Annotated[str, typer.Option(help="The address to listen on.")]
PORT = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 for any free one.")]


def run(estate: ESTATE_OPTION = Path(ESTATE), host: HOST = "127.0.0.1", port: PORT = 8470) -> None:
    """Run an estate. It ends at Ctrl-C or SIGTERM; what is under way is taken up by the next run."""
    declared = read_estate(estate)
    folder = folder_of(estate)
    access = read_access(folder / ACCESS)
    session_key = read_session_key(folder / SESSION_KEY) or secrets.token_bytes(32)
    listener = listen(host, port)
    log_to_stderr()
    with listener:
        asyncio.run(_run(declared, access, session_key, listener))


def folder_of(estate: Path) -> Path:
    return estate if estate.is_dir() else estate.parent


def log_to_stderr() -> None:
    """One line an entry, with the time in UTC."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        # Standard error as it is when something is said, not as it was at the start.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


async def _run(declared: Declared, access: Access, session_key: bytes, listener: socket.socket) -> None:
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, told_to_stop.set)
    async with installation(declared.estate, access, declared.database) as running:
        application = make_application(running, console_pages(running, session_key))
        async with serving(application, listener) as address:
            print(f"Crossdock runs the estate {declared.estate.name}: {address}/console", flush=True)
            await _first(told_to_stop, running.worker.failed)
        if running.worker.failure:
            raise Stop(f"Crossdock stopped, and what it took is kept: {running.worker.failure}; start it again")
    print("Crossdock has stopped.", flush=True)


async def _first(*events: asyncio.Event) -> None:
    """Wait for any of them."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
