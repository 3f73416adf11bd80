"""Opens a journal by its URL: `sqlite:///path`, a bare path, or `postgresql://...`."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from crossdock.journal.store import Reader, Store, StoreRefused


def open_store(url: str, *, durable: bool = True) -> Store:
    """The store at a URL, migrated and ready to write.

    `durable` False lets SQLite skip waiting for the disk: for simulation and tests, where no power is cut.
    Raises StoreRefused, StoreBusy or StoreUnavailable, each with one sentence for people.
    """
    if _is_postgres(url):
        from crossdock.journal.postgres.store import PostgresStore

        return PostgresStore(url)
    from crossdock.journal.sqlite.store import SqliteStore

    return SqliteStore(sqlite_path(url), durable)


def open_reader(url: str) -> Reader:
    """A reader of a journal that another process may own. Makes and migrates nothing; raises as `open_store` does."""
    if _is_postgres(url):
        from crossdock.journal.postgres.store import open_postgres_reader

        return open_postgres_reader(url)
    from crossdock.journal.sqlite.file import open_readonly
    from crossdock.journal.sqlite.reader import SqliteReader

    path = sqlite_path(url)
    return SqliteReader(path, open_readonly(path))


def sqlite_path(url: str) -> Path:
    """The file a URL or bare path names. Raises StoreRefused for what names none."""
    if "://" not in url:
        if not url:
            raise StoreRefused("The journal's address is empty: name a file, or postgresql://user@host/database.")
        return Path(url).expanduser()
    parts = urlsplit(url)
    if parts.scheme != "sqlite" or parts.netloc or len(parts.path) < 2:
        raise StoreRefused(
            f"{url.partition('?')[0]} is no journal's address: use sqlite:///path/to/file, a path, "
            "or postgresql://user@host/database."
        )
    # As elsewhere, sqlite:///name is relative and sqlite:////name absolute.
    return Path(unquote(parts.path[1:])).expanduser()


def _is_postgres(url: str) -> bool:
    return url.startswith(("postgresql://", "postgres://"))
