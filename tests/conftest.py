"""What all tests share: the recorded runs behind `--long`, real PostgreSQL, a real browser."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import NoBrowser, running_browser
from tests.support.missing import without
from tests.support.postgres import NoPostgres, PostgresServer, running_server

MARKED_BY_FIXTURE = {
    "postgres_server": "postgres",
    "durable_postgres_server": "postgres",
    "browser": "browser",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the recorded runs too (tests marked 'long')")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    recorded_run = pytest.mark.skip(reason="a recorded run: ./dev test --long")
    for item in items:
        if item.get_closest_marker("long") and not config.getoption("--long"):
            item.add_marker(recorded_run)
        for fixture, marker in MARKED_BY_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


def _server(*, durable: bool) -> Iterator[PostgresServer]:
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(running_server(durable=durable))
        except NoPostgres as missing:
            without(missing)
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A fast server (no fsync) for all tests of this process."""
    yield from _server(durable=False)


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of the test's own."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(scope="session")
def durable_postgres_server() -> Iterator[PostgresServer]:
    """A server that waits for the disk, for tests that `crash()` and `start()` it."""
    yield from _server(durable=True)


@pytest.fixture
def durable_postgres_url(durable_postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database on the durable server; it is running when the test begins."""
    durable_postgres_server.start()
    with durable_postgres_server.database() as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium for one file of tests: while it lives, this thread can run no other event loop."""
    with contextlib.ExitStack() as stack:
        try:
            chromium = stack.enter_context(running_browser())
        except NoBrowser as missing:
            without(missing)
        yield chromium


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A blank page in a browser context of the test's own."""
    with browser.new_context() as context:
        yield context.new_page()
