"""A real Tryton ERP, ready for use: installed, provisioned and started by one call."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from crossdock.simulation.tryton.databases import DATABASE, postgres_database, sqlite_database
from crossdock.simulation.tryton.dataset import Distributor, sample_distributor
from crossdock.simulation.tryton.environment import Progress, default_cache, environment, quiet
from crossdock.simulation.tryton.process import TrytonServer


@contextmanager
def running_tryton(
    today: date,
    data: Distributor | None = None,
    *,
    cache: Path | None = None,
    postgres: str = "",
    workers: int = 0,
    progress: Progress = quiet,
) -> Iterator[TrytonServer]:
    """A started server on a fresh copy of the database, gone at the end. Users: see `provision`.

    `today` decides which years' books are open. `postgres` is the URI of a PostgreSQL server on which databases may
    be created; without it the database is SQLite, which has no table locks. Raises TrytonUnavailable.
    """
    cache = cache or default_cache()
    data = data or sample_distributor()
    cache.mkdir(parents=True, exist_ok=True)
    python = environment(cache, progress)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crossdock-tryton-")))
        name = DATABASE
        if postgres:
            name = f"tryton_{folder.name.rpartition('-')[2].lower()}"
            uri = stack.enter_context(postgres_database(python, cache, postgres, name, data, today, progress))
        else:
            uri = sqlite_database(python, cache, folder, data, today, progress)
        yield stack.enter_context(TrytonServer(python, folder, uri, name, workers))
