"""Provisioned Tryton databases: built once (about 30 s), kept as a template, and copied for each use.

An empty database with its modules takes most of that time and is kept by the Tryton release. A template's name is a
hash of everything it is made of: the release, the provisioning code, its data and the year, because its books are open
for the years around that one.
"""

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql

from crossdock.simulation.tryton import provision
from crossdock.simulation.tryton.dataset import Distributor
from crossdock.simulation.tryton.dumps import dump, restore
from crossdock.simulation.tryton.environment import MODULES, Progress, locked, quiet
from crossdock.simulation.tryton.process import TrytonServer, administer, configure

DATABASE = "distributor"


def _release(python: Path) -> str:
    """A hash of the installed Tryton packages and of what is activated."""
    installed = sorted(path.name for path in python.parent.parent.glob("lib/*/site-packages/trytond*.dist-info"))
    return hashlib.blake2b("\n".join([*installed, *MODULES]).encode(), digest_size=8).hexdigest()


def template_key(python: Path, data: Distributor, today: date) -> str:
    """What a template is called: the same for the same contents."""
    digest = hashlib.blake2b(_release(python).encode(), digest_size=8)
    for name in ("dataset.py", "provision.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    digest.update(msgspec.json.encode(data))
    digest.update(str(today.year).encode())
    return digest.hexdigest()


def sqlite_database(
    python: Path, cache: Path, folder: Path, data: Distributor, today: date, progress: Progress = quiet
) -> str:
    """Put a fresh copy of the provisioned database into the folder; the URI to start a server with."""
    template = cache / f"template-{template_key(python, data, today)}.sqlite"
    _made(template, lambda unfinished: _provisioned(python, cache, unfinished, data, today, progress))
    for leftover in folder.glob(f"{DATABASE}.sqlite*"):
        leftover.unlink()
    shutil.copyfile(template, folder / f"{DATABASE}.sqlite")
    return "sqlite://"


def _made(file: Path, make: Callable[[Path], None]) -> None:
    """Have a file made, once, whole or not at all, whoever asks for it at the same time."""
    if file.exists():
        return
    with locked(file.with_suffix(".lock")):
        if not file.exists():
            with tempfile.TemporaryDirectory(dir=file.parent) as folder:
                unfinished = Path(folder) / file.name
                make(unfinished)
                unfinished.rename(file)


def _provisioned(python: Path, cache: Path, file: Path, data: Distributor, today: date, progress: Progress) -> None:
    """A copy of the empty database, with the distributor in it."""
    base = cache / f"base-{_release(python)}.sqlite"
    _made(base, lambda unfinished: _empty_sqlite(python, unfinished, progress))
    shutil.copyfile(base, file.parent / f"{DATABASE}.sqlite")
    _provision(python, file.parent, "sqlite://", DATABASE, data, today, progress)
    _pack(file.parent / f"{DATABASE}.sqlite", file)


def _empty_sqlite(python: Path, file: Path, progress: Progress) -> None:
    (file.parent / f"{DATABASE}.sqlite").touch()
    _create_tables(python, file.parent, "sqlite://", DATABASE, progress)
    _pack(file.parent / f"{DATABASE}.sqlite", file)


def _pack(database: Path, file: Path) -> None:
    """One file without a log beside it."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(file),))


def _create_tables(python: Path, folder: Path, uri: str, database: str, progress: Progress) -> None:
    """Tables and modules, without any company."""
    config = configure(folder, uri)
    progress("building the ERP's database: tables")
    first = ("--all", "--email", "admin@example.com", "--password", "--language", "en")
    administer(python, config, "-d", database, *first, password=provision.ADMINISTRATOR_PASSWORD)
    progress("building the ERP's database: modules")
    administer(python, config, "-d", database, "-u", *MODULES, "--activate-dependencies")


def _provision(
    python: Path, folder: Path, uri: str, database: str, data: Distributor, today: date, progress: Progress
) -> None:
    progress("building the ERP's database: company, items, customers")
    with TrytonServer(python, folder, uri, database) as server:
        provision.provision(server.url, database, data, today)


@contextmanager
def postgres_database(
    python: Path,
    cache: Path,
    server: str,
    name: str,
    data: Distributor,
    today: date,
    progress: Progress = quiet,
) -> Iterator[str]:
    """A fresh copy of the provisioned database on a PostgreSQL server, dropped at the end; the server's URI for Tryton.

    `server` is a URI of a database of a user that may create databases. The template stays on that server.
    """
    template = f"tryton_template_{template_key(python, data, today)}"
    uri = tryton_uri(server)
    with psycopg.connect(server, autocommit=True) as connection:
        # One builder a server: the lock is held by this session and ends with it.
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", (template,))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (template,)).fetchone():
            _build_postgres(python, cache, connection, server, template, data, today, progress)
        connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", (template,))
        copy, source = sql.Identifier(name), sql.Identifier(template)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(copy, source))
    try:
        yield uri
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(copy))


def tryton_uri(server: str) -> str:
    """A PostgreSQL URI without its database, as Tryton wants it; the query (a socket's folder) stays."""
    return _database_uri(server, "")


def _build_postgres(
    python: Path,
    cache: Path,
    connection: "psycopg.Connection[tuple[object, ...]]",
    server: str,
    template: str,
    data: Distributor,
    today: date,
    progress: Progress,
) -> None:
    unfinished = sql.Identifier(f"{template}_new")
    uri = _database_uri(server, f"{template}_new")
    cache.mkdir(parents=True, exist_ok=True)
    base = cache / f"base-{_release(python)}.dump"
    _create_anew(connection, unfinished)
    with tempfile.TemporaryDirectory(dir=cache) as name:
        folder = Path(name)
        if not restore(base, uri):
            _create_anew(connection, unfinished)
            _create_tables(python, folder, tryton_uri(server), f"{template}_new", progress)
            dump(uri, base)
        _provision(python, folder, tryton_uri(server), f"{template}_new", data, today, progress)
    connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(unfinished, sql.Identifier(template)))


def _create_anew(connection: "psycopg.Connection[tuple[object, ...]]", name: sql.Identifier) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    connection.execute(sql.SQL("CREATE DATABASE {}").format(name))


def _database_uri(server: str, name: str) -> str:
    """The same server's URI with another database."""
    head, mark, query = server.partition("?")
    scheme, separator, rest = head.partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0]}/{name}{mark}{query}"
