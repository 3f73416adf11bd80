"""Databases to measure on, both waiting for the disk: a file with synchronous=FULL, a server with fsync."""

from __future__ import annotations

import itertools
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from crossdock.journal.sqlite.store import SqliteStore
from crossdock.journal.store import Store
from tests.support.postgres import PostgresServer

STORES = ("sqlite", "postgresql")


class Databases:
    """Empty databases of one kind, and what they weigh."""

    def __init__(self, folder: Path, server: PostgresServer | None) -> None:
        self._folder = folder
        self._server = server
        self._numbers = itertools.count(1)

    def journal(self) -> str:
        """The address of an empty database for Crossdock."""
        if self._server is not None:
            return self._server.url(self._server.create_database())
        return f"sqlite:///{self._folder}/journal_{next(self._numbers)}.db"

    def dbos(self) -> str:
        """The same for DBOS. Its file is put into WAL mode, which it doesn't ask for itself but gains by."""
        if self._server is not None:
            return self._server.url(self._server.create_database())
        path = self._folder / f"dbos_{next(self._numbers)}.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        return f"sqlite:///{path}"


@contextmanager
def databases(store: str) -> Iterator[Databases]:
    """Databases of a kind, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
        if store == "sqlite":
            yield Databases(Path(folder), None)
            return
        server = PostgresServer(durable=True)
        try:
            yield Databases(Path(folder), server)
        finally:
            server.close()


def size(url: str) -> int:
    """Bytes that a database takes, its log of changes not counted."""
    if url.startswith("postgresql"):
        with psycopg.connect(url, autocommit=True) as connection:
            return int(connection.execute("SELECT pg_database_size(current_database())").fetchone()[0])  # type: ignore[index]
    path = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return os.path.getsize(path)


def count_written(store: Store) -> None:
    """Have a SQLite store count the rows that it inserts and updates; PostgreSQL does so by itself."""
    if not isinstance(store, SqliteStore):
        return
    connection = store._connection
    connection.execute("CREATE TEMP TABLE written (name TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID")
    names = [name for (name,) in connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
    for name in names:
        if name.startswith("sqlite_"):
            continue
        connection.execute("INSERT INTO written VALUES (?, 0)", (name,))
        for change in ("INSERT", "UPDATE"):
            connection.execute(
                f"CREATE TEMP TRIGGER count_{change}_{name} AFTER {change} ON main.{name} "
                f"BEGIN UPDATE written SET rows = rows + 1 WHERE name = '{name}'; END"
            )


def written(store: Store, url: str) -> dict[str, int]:
    """Rows inserted and updated so far by table. On PostgreSQL, of sessions that are closed."""
    if isinstance(store, SqliteStore):
        return dict(store._connection.execute("SELECT name, rows FROM written"))
    with psycopg.connect(url, autocommit=True) as connection:
        return dict(connection.execute("SELECT relname, n_tup_ins + n_tup_upd FROM pg_stat_user_tables").fetchall())
