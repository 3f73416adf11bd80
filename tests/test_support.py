"""The servers and the browser that other tests stand on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Page

from tests.support.janitor import server_of
from tests.support.missing import without
from tests.support.postgres import PostgresServer

ROOT = Path(__file__).resolve().parent.parent


def test_a_postgres_database_is_empty_at_the_start(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert tables == (0,)
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)
        assert connection.execute("SHOW fsync").fetchone() == ("off",)


def test_a_postgres_database_is_dropped_with_its_connections(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as url:
        forgotten = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError):
        forgotten.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_postgres_database_can_be_a_copy_of_another(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as original:
        with psycopg.connect(original) as connection:
            connection.execute("CREATE TABLE kept (n integer)")
        name = urlsplit(original).path[1:]
        with postgres_server.database(template=name) as copy, psycopg.connect(copy) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_crashed_durable_server_keeps_what_it_committed_and_nothing_else(
    durable_postgres_server: PostgresServer, durable_postgres_url: str
) -> None:
    with psycopg.connect(durable_postgres_url) as connection:
        connection.execute("CREATE TABLE kept (n integer)")
        connection.commit()
        connection.execute("INSERT INTO kept VALUES (1)")
        connection.commit()
        connection.execute("INSERT INTO kept VALUES (2)")
        durable_postgres_server.crash()
        assert not durable_postgres_server.is_running
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    durable_postgres_server.start()
    with psycopg.connect(durable_postgres_url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchall() == [(1,)]
        assert connection.execute("SHOW fsync").fetchone() == ("on",)


def test_a_server_goes_when_its_owner_is_killed() -> None:
    command = [sys.executable, "-m", "tests.support.postgres"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        with psycopg.connect(url) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        folder = Path(row[0]).parent
        assert server_of(folder) is not None
        owner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)


def test_a_browser_page_runs_scripts(browser_page: Page) -> None:
    browser_page.set_content("<p id=p>before</p><script>p.textContent = 'after'</script>")
    assert browser_page.inner_text("#p") == "after"


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_what_is_missing_skips_a_test_but_fails_it_in_ci(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match=r"No PostgreSQL server was found"):
        without("No PostgreSQL server was found")
