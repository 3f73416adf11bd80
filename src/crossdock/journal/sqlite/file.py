"""A journal's file: who owns it, how it is opened, and what SQLite's errors mean to people."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crossdock.journal.migrations import apply
from crossdock.journal.store import StoreBusy, StoreRefused, StoreRejected, StoreUnavailable

APPLICATION = 0x58444F43  # "XDOC" in the file's header: this is a journal of ours
STATEMENTS = 512
BUSY_SECONDS = 2.0  # how long another program may hold the file before we say so
FIXED_IN = ((3, 44, 6), (3, 50, 7), (3, 51, 3))
"""Where SQLite's WAL-reset race is mended (sqlite.org/wal.html, "The WAL-reset bug"): two back-ports, and all since."""


def warnings(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> list[str]:
    """What is known to be wrong with this SQLite, in sentences."""
    back_port = any(version[:2] == fixed[:2] and version >= fixed for fixed in FIXED_IN)
    if back_port or version >= FIXED_IN[-1]:
        return []
    name = ".".join(map(str, version))
    return [
        f"SQLite {name} has the WAL-reset race that can damage a database written by several connections; "
        "Crossdock writes by one connection only, so don't let other programs write to the file, "
        "and use Python with SQLite 3.51.3 or later where you can."
    ]


class Owner:
    """The lock that makes one process the file's owner. It ends with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        """Raises StoreRefused naming the owner where there is one, or where the folder is not writable."""
        self._file = None
        place = path.with_name(path.name + ".lock")
        try:
            file = open(place, "a+")  # noqa: SIM115 - it stays open as long as the lock
        except OSError as error:
            raise StoreRefused(_cannot_write(path, error)) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            pid = file.read().strip() or "unknown"
            file.close()
            raise StoreRefused(
                f"{path} is in use by another Crossdock process (pid {pid}): stop that one, or use its API."
            ) from error
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def open_writer(path: Path, durable: bool) -> sqlite3.Connection:
    """The one writing connection, migrated. `durable` False leaves syncing to the system: for simulation only."""
    with errors(path):
        connection = _connect(path, "rwc")
        try:
            _check_is_ours(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
            connection.execute("PRAGMA wal_autocheckpoint = 4000")
            connection.execute("PRAGMA journal_size_limit = 67108864")
            connection.execute("PRAGMA cache_size = -65536")
            connection.execute("PRAGMA temp_store = MEMORY")
            _migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def open_readonly(path: Path) -> sqlite3.Connection:
    """A connection that can only read. Raises StoreRefused where there is no journal, or a newer one."""
    if not path.exists():
        raise StoreRefused(f"There is no journal at {path}: check the path, or start `crossdock run` to make it.")
    with errors(path):
        connection = _connect(path, "rw" if os.access(path, os.W_OK) else "ro")
        try:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            if not apply.is_current("sqlite", _revision(connection), str(path)):
                raise StoreRefused(
                    f"{path} is not a current journal: start `crossdock run` once to bring it up to date."
                )
        except BaseException:
            connection.close()
            raise
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=STATEMENTS,
    )
    return connection


def check_folder(path: Path) -> None:
    """Raises StoreRefused where a journal can't be made or written at a path."""
    if path.is_dir():
        raise StoreRefused(f"{path} is a folder, not a journal: name a file in it.")
    if not path.parent.is_dir():
        raise StoreRefused(f"The folder {path.parent} does not exist: make it, or choose another place.")
    place = path if path.exists() else path.parent
    if not os.access(place, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise StoreRefused(f"{path} is not writable: change the permissions of its folder, or choose another place.")


def _check_is_ours(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and tables:
        raise StoreRefused(f"{path} is a database of another program: choose another place for the journal.")


def _revision(connection: sqlite3.Connection) -> str | None:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (apply.TABLE,)).fetchone()
    row = connection.execute(f"SELECT version_num FROM {apply.TABLE}").fetchone() if there else None
    return None if row is None else str(row[0])


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    if apply.is_current("sqlite", _revision(connection), str(path)):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        apply.upgrade("sqlite", lambda: _Lent(connection))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


class _Lent:
    """Our connection, lent to Alembic: it may neither end our transaction nor close it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def commit(self) -> None:
        """The transaction ends where it began."""

    def rollback(self) -> None:
        """The transaction ends where it began."""

    def close(self) -> None:
        """The owner closes it."""


@contextmanager
def errors(path: Path) -> Iterator[None]:
    """SQLite's errors as the port's, each one sentence."""
    try:
        yield
    except sqlite3.Error as error:
        raise translated(error, path) from error
    except (UnicodeEncodeError, OverflowError) as error:
        raise StoreRejected(f"A value does not fit into the journal: {error}.") from error


def translated(error: sqlite3.Error, path: Path) -> Exception:
    """What a SQLite error means: the primary result code is the low byte (sqlite.org/rescode.html)."""
    code = getattr(error, "sqlite_errorcode", None)
    match None if code is None else code & 0xFF:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(f"{path} is locked by another program: wait until it is done, or stop it.")
        case sqlite3.SQLITE_CORRUPT:
            return StoreRefused(f"{path} is damaged ({error}): restore it from a backup.")
        case sqlite3.SQLITE_NOTADB:
            return StoreRefused(f"{path} is not a SQLite database: choose another place for the journal.")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH | sqlite3.SQLITE_CANTOPEN:
            return StoreRefused(_cannot_write(path, error))
        case sqlite3.SQLITE_FULL:
            return StoreUnavailable(f"The disk of {path} is full: make room; nothing that was acknowledged is lost.")
        case sqlite3.SQLITE_IOERR:
            return StoreUnavailable(f"{path} can't be read or written ({error}): check its disk.")
        case _:
            return StoreRejected(f"The journal refuses these rows: {error}.")


def _cannot_write(path: Path, error: Exception) -> str:
    return f"{path} can't be opened for writing ({error}): check the permissions of its folder."
