"""A connection to the journal's server, and what PostgreSQL's errors mean to people."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from struct import error as StructError
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import conninfo

from crossdock.journal.migrations import apply
from crossdock.journal.postgres import arrays
from crossdock.journal.store import StoreBusy, StoreRefused, StoreRejected, StoreUnavailable

TAKE_OVER_MS = 5000
"""How long the partitions of a worker that died or hangs stay locked, at most."""

_SETTINGS = {
    "idle_in_transaction_session_timeout": str(TAKE_OVER_MS),
    "tcp_user_timeout": str(TAKE_OVER_MS),
    "lock_timeout": str(TAKE_OVER_MS + 1000),
    # Every statement asks by an index; statistics of a table that was empty a moment ago must not say otherwise.
    "enable_seqscan": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}
_MIGRATION_LOCK = "SELECT pg_advisory_xact_lock(6357047118931)"

_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
)

Answers = list[list[tuple[Any, ...]]]
Asked = tuple[str, Sequence[Any] | Mapping[str, Any] | None]
Connection = psycopg.Connection[tuple[Any, ...]]


def name(url: str) -> str:
    """The database's address without its password, for people."""
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    port = f":{parts.port}" if parts.port else ""
    return f"postgresql://{user}{parts.hostname or ''}{port}{parts.path}"


def check(url: str) -> None:
    """Raises StoreRefused where the URL can't be read."""
    try:
        urlsplit(url).port  # noqa: B018 - reading it is what checks it
        conninfo.conninfo_to_dict(url)
    except (psycopg.ProgrammingError, ValueError) as error:
        raise StoreRefused(
            f"The journal's address can't be read ({str(error).strip()}): use postgresql://user@host/database."
        ) from error


class Session:
    """A connection in autocommit that stays in pipeline mode: what is asked together takes one round trip.

    psycopg ends a pipeline with a Flush behind the Sync, and that message stops the server's clock of
    idle_in_transaction_session_timeout (PostgreSQL starts it when it is ready and stops it at the next message of any
    kind): a dead worker would keep its partitions. So the pipeline is never left, only synchronised.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stack = ExitStack()
        self._pipeline = self._stack.enter_context(connection.pipeline())

    @property
    def closed(self) -> bool:
        return self._connection.closed

    def run(self, statements: Sequence[Asked]) -> Answers:
        """Send statements together, and give their rows once all have ended. The first error ends them all."""
        try:
            cursors = [self._connection.execute(sql, values, binary=True) for sql, values in statements]
            self._pipeline.sync()
        except BaseException:
            self._drain()
            raise
        return [cursor.fetchall() if cursor.description is not None else [] for cursor in cursors]

    def _drain(self) -> None:
        """Read what is left of the answers after an error, so that the next ones are not taken for them."""
        while not self.closed:
            try:
                self._pipeline.sync()
            except psycopg.Error:
                # One of those that the first error ended; none is left when a sync passes.
                continue
            return

    def close(self) -> None:
        self._connection.close()
        with suppress(psycopg.Error):
            self._stack.close()


def connect(url: str, *, read_only: bool = False) -> Session:
    """A session that is bounded in all it waits for."""
    settings = _SETTINGS | ({"default_transaction_read_only": "on"} if read_only else {})
    # What the address asks for comes last and wins.
    theirs = conninfo.conninfo_to_dict(url).get("options") or ""
    options = " ".join([*(f"-c {key}={value}" for key, value in settings.items()), str(theirs)])
    connection: Connection = psycopg.connect(
        url,
        autocommit=True,
        prepare_threshold=1,
        connect_timeout=5,
        options=options,
        application_name="crossdock",
        tcp_user_timeout=TAKE_OVER_MS,
        keepalives_idle=2,
        keepalives_interval=1,
        keepalives_count=3,
    )
    connection.prepared_max = 512
    arrays.register(connection.adapters)
    session = Session(connection)
    if not read_only:
        session.run([(_DURABLE, None)])
    return session


def migrate(session: Session, url: str) -> None:
    """Bring the schema up to date; of several workers that start together, one does it and the others wait."""
    if apply.is_current("postgres", revision(session), name(url)):
        return

    def plain() -> Connection:
        # Alembic's own connection: it speaks psycopg's defaults.
        return psycopg.connect(url, connect_timeout=5, application_name="crossdock")

    apply.upgrade("postgres", plain, lock=_MIGRATION_LOCK)


def revision(session: Session) -> str | None:
    """The schema's revision, None where there is no journal yet."""
    [[(there,)]] = session.run([("SELECT to_regclass(%s) IS NOT NULL", [apply.TABLE])])
    if not there:
        return None
    [rows] = session.run([(f"SELECT version_num FROM {apply.TABLE} ORDER BY version_num", None)])
    return str(rows[0][0]) if rows else None


@contextmanager
def errors(url: str) -> Iterator[None]:
    """PostgreSQL's errors as the port's, each one sentence."""
    try:
        yield
    except psycopg.Error as error:
        raise translated(error, url) from error
    except (UnicodeEncodeError, OverflowError, StructError) as error:
        raise StoreRejected(f"A value does not fit into the journal: {error}.") from error
    except Exception as error:
        # SQLAlchemy wraps the driver's errors while Alembic migrates.
        cause = getattr(error, "orig", None)
        if isinstance(cause, psycopg.Error):
            raise translated(cause, url) from error
        raise


_NOT_OURS_TO_USE = ("password authentication failed", "no password supplied", "does not exist", "pg_hba.conf")


def translated(error: psycopg.Error, url: str) -> Exception:
    """What an error means, by its SQLSTATE (postgresql.org/docs, appendix A); without one, the connection broke."""
    where, state = name(url), error.sqlstate
    said = " ".join(str(error).split())
    if state is None or state[:2] in ("08", "28"):
        if state is None and not isinstance(error, psycopg.OperationalError):
            return StoreRejected(f"The journal refuses these rows: {said}.")
        if any(words in said for words in _NOT_OURS_TO_USE):
            return StoreRefused(f"{where} can't be used ({said}): check user, password and database name.")
        return StoreUnavailable(f"{where} can't be reached now ({said}): check that the server runs and is reachable.")
    if state in ("40001", "40P01", "55P03"):
        return StoreBusy(f"Another worker holds what this one wants in {where}: it is tried again.")
    match state[:2]:
        case "22" | "23" | "54":
            return StoreRejected(f"The journal refuses these rows: {said}.")
        case "53" | "57" | "58" | "25":
            return StoreUnavailable(f"{where} can't be used now ({said}): check the server.")
        case "XX":
            return StoreRefused(f"{where} is damaged ({said}): restore it from a backup.")
        case "42" | "3D" | "3F":
            return StoreRefused(f"{where} can't be used ({said}): check the user's rights and the database.")
    return StoreRejected(f"The journal refuses these rows: {said}.")
