"""Workers killed with SIGKILL at any moment under load: the journal opens at once, and what was acknowledged is there,
once. Real processes on real files and servers."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crossdock.journal.open import open_store
from tests.crash.shop import check, drain
from tests.journal.postgres.proxy import ANSWER, REQUEST, CuttingProxy
from tests.support.postgres import PostgresServer

OPEN_WITHIN = 5.0  # it takes milliseconds; a journal that had to be repaired or read through would take more
LONGEST_LIFE = 0.35


class Worker:
    """A child process, and what it has said."""

    def __init__(self, url: str, name: str, generation: int) -> None:
        command = [sys.executable, "-m", "tests.crash.worker", url, name, str(generation)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._said = self._process.stdout

    def wait_until_open(self) -> None:
        word, seconds = self._said.readline().decode().split()
        assert word == "opened"
        assert float(seconds) < OPEN_WITHIN

    def kill(self) -> list[str]:
        """SIGKILL; what it has acknowledged since it was opened."""
        assert self._process.poll() is None
        self._process.kill()
        said = [line.split() for line in self._said.read().decode().splitlines()]
        assert {word for word, *_ in said} <= {"took"}
        return [id for _, *ids in said for id in ids]

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._said.close()


@contextmanager
def working(url: str, names: tuple[str, ...], generation: int = 0) -> Iterator[list[Worker]]:
    """One worker of each name, all of them open."""
    workers = [Worker(url, name, generation) for name in names]
    try:
        for worker in workers:
            worker.wait_until_open()
        yield workers
    finally:
        for worker in workers:
            worker.end()


def live_and_die(url: str, names: tuple[str, ...], rounds: int, chance: random.Random) -> list[str]:
    """Start and kill one worker of each name, so many times; what all of them acknowledged."""
    acknowledged: list[str] = []
    for generation in range(rounds):
        with working(url, names, generation) as workers:
            for worker in workers:
                time.sleep(chance.uniform(0, LONGEST_LIFE))
                acknowledged.extend(worker.kill())
    return acknowledged


def all_is_there_once(url: str, names: tuple[str, ...], acknowledged: list[str]) -> None:
    began = time.monotonic()
    store = open_store(url)
    assert time.monotonic() - began < OPEN_WITHIN
    drain(store, names)
    assert check(store, acknowledged) >= len(acknowledged) > 0
    store.close()


@pytest.fixture(params=[10, pytest.param(60, marks=pytest.mark.long)])
def kills(request: pytest.FixtureRequest) -> int:
    kills: int = request.param
    return kills


@pytest.fixture
def chance() -> random.Random:
    """When to kill. The moments differ from run to run anyway: processes keep no time."""
    return random.Random(20)


def test_killed_workers_lose_nothing_on_sqlite(tmp_path: Path, kills: int, chance: random.Random) -> None:
    url = str(tmp_path / "journal.db")
    acknowledged = live_and_die(url, ("only",), kills, chance)
    all_is_there_once(url, ("only",), acknowledged)


def test_killed_workers_lose_nothing_on_postgresql(
    durable_postgres_url: str, kills: int, chance: random.Random
) -> None:
    names = ("one", "two")
    acknowledged = live_and_die(durable_postgres_url, names, kills // 2, chance)
    all_is_there_once(durable_postgres_url, names, acknowledged)


@pytest.fixture
def crashes(kills: int) -> int:
    return kills // 5


def test_a_killed_server_loses_nothing(
    durable_postgres_server: PostgresServer, durable_postgres_url: str, crashes: int, chance: random.Random
) -> None:
    names = ("one", "two")
    with working(durable_postgres_url, names) as workers:
        for _ in range(crashes):
            time.sleep(chance.uniform(0.1, LONGEST_LIFE))
            durable_postgres_server.crash()
            durable_postgres_server.start()
        time.sleep(LONGEST_LIFE)
        acknowledged = [id for worker in workers for id in worker.kill()]
    all_is_there_once(durable_postgres_url, names, acknowledged)


@pytest.fixture
def proxy(durable_postgres_url: str) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(durable_postgres_url)
    yield proxy
    proxy.close()


def test_connections_cut_at_any_moment_lose_and_double_nothing(
    durable_postgres_url: str, proxy: CuttingProxy, kills: int, chance: random.Random
) -> None:
    names = ("one", "two")
    with working(proxy.url, names) as workers:
        for _ in range(kills * 2):
            time.sleep(chance.uniform(0, LONGEST_LIFE / 4))
            proxy.down = chance.random() < 0.3
            proxy.lose = chance.choice((REQUEST, ANSWER))
            time.sleep(0.01)
            proxy.down = False
        time.sleep(LONGEST_LIFE)
        acknowledged = [id for worker in workers for id in worker.kill()]
    assert proxy.cuts >= kills
    all_is_there_once(durable_postgres_url, names, acknowledged)
