"""The PostgreSQL store: many workers on one database, each with one writing connection."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import psycopg

from crossdock.journal import rows
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.migrations.apply import is_current
from crossdock.journal.postgres import server
from crossdock.journal.postgres.arrays import Blobs
from crossdock.journal.postgres.claim import LOCK, PostgresClaim, lock_values
from crossdock.journal.postgres.reader import PostgresReader
from crossdock.journal.postgres.server import Connection
from crossdock.journal.postgres.write import Answers, Asked, run, write
from crossdock.journal.store import StoreRefused

PARTITIONS = 64

_COUNT = "UPDATE workers SET commits = %b WHERE id = %b"
_COUNTED = "SELECT commits FROM workers WHERE id = %b FOR UPDATE"
_SEEN = "SELECT dedupe, expires_at FROM payloads WHERE dedupe > %b ORDER BY dedupe LIMIT %b"
_OLDEST = "SELECT least(%b::int8, (SELECT min(at) FROM inbox))"
_PURGE = (
    "DELETE FROM payloads WHERE dedupe = ANY (%b::bytea[])",
    "DELETE FROM replies WHERE dedupe = ANY (%b::bytea[])",
)


class PostgresStore:
    """A journal in a PostgreSQL database. Made with `open_store`; see the port for what its methods promise.

    Each commit counts itself in the worker's own row. When the answer to a COMMIT is lost, that row, once the server
    has let go of it, says whether the commit took effect: so most lost answers are found again before anybody asks.
    """

    partitions = PARTITIONS
    warnings: Sequence[str] = ()

    def __init__(self, url: str) -> None:
        """Connects and migrates. Raises StoreRefused, StoreBusy or StoreUnavailable, in one sentence."""
        server.check(url)
        self._url = url
        self._worker = 0
        self._commits = 0
        self._in_claim = False
        self._connection: Connection | None = None
        with server.errors(url):
            connection = server.connect(url)
            try:
                server.migrate(connection, url)
                [(self._worker,)] = connection.execute(
                    "INSERT INTO workers (commits) VALUES (0) RETURNING id"
                ).fetchall()
            except BaseException:
                connection.close()
                raise
        self._connection = connection

    def commit(self, batch: Batch) -> Receipt:
        rows.claimless(batch)
        self._check_no_claim()
        with server.errors(self._url):
            connection, _ = self._begin([])
            return self._finish(connection, lambda: write(connection, batch)[0])

    def claim(self, now: int, limit: int) -> PostgresClaim | None:
        self._check_no_claim()
        with server.errors(self._url):
            connection, [locked] = self._begin([(LOCK, lock_values(now, limit))])
            next_n: dict[int, int] = dict(locked)
            if not next_n:
                self._roll_back(connection)
                return None
        self._in_claim = True
        return PostgresClaim(connection, next_n, now, limit, self._end, self._guard)

    def _check_no_claim(self) -> None:
        if self._in_claim:
            raise ValueError("a claim is open: commit or release it first")

    def _connected(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = server.connect(self._url)
        return self._connection

    def _begin(self, statements: Sequence[Asked]) -> tuple[Connection, Answers]:
        """Begin a transaction. A connection that broke while it was idle is replaced at once: nothing was under way."""
        begun: list[Asked] = [("BEGIN", None), *statements]
        connection = self._connected()
        try:
            return connection, run(connection, begun)[1:]
        except psycopg.OperationalError:
            broken = connection.closed
            self._roll_back(connection)
            if not broken:
                raise
        connection = self._connected()
        try:
            return connection, run(connection, begun)[1:]
        except BaseException:
            self._roll_back(connection)
            raise

    def _guard(self, ask: Callable[[], Answers]) -> Answers:
        """A claim's read; an error ends the claim."""
        if not self._in_claim:
            raise ValueError("the claim is over")
        with server.errors(self._url):
            try:
                return ask()
            except BaseException:
                self._end(None)
                raise

    def _end(self, written: Callable[[], Receipt] | None) -> Receipt:
        """End the claim: commit what the function writes, or roll back where there is none."""
        if not self._in_claim:
            if written is None:
                return Receipt()
            raise ValueError("the claim is over")
        self._in_claim = False
        connection = self._connection
        assert connection is not None
        with server.errors(self._url):
            if written is None:
                self._roll_back(connection)
                return Receipt()
            return self._finish(connection, written)

    def _finish(self, connection: Connection, written: Callable[[], Receipt]) -> Receipt:
        """Write, then commit. An answer that is lost after the COMMIT was sent is looked for."""
        # Each try has a number of its own, also where the outcome of an earlier one was never learned.
        self._commits += 1
        try:
            receipt = written()
        except BaseException:
            self._roll_back(connection)
            raise
        try:
            run(connection, [(_COUNT, [self._commits, self._worker]), ("COMMIT", None)])
        except psycopg.Error:
            lost = connection.closed
            self._roll_back(connection)
            if not (lost and self._took_effect()):
                raise
        return receipt

    def _took_effect(self) -> bool:
        """Whether the commit whose answer was lost is there. Waits until the server has let go of the lost connection.

        Raises psycopg.Error where the server can't be asked.
        """
        [[(commits,)]] = run(self._connected(), [(_COUNTED, [self._worker])])
        return bool(commits == self._commits)

    def _roll_back(self, connection: Connection) -> None:
        try:
            if not connection.closed:
                connection.execute("ROLLBACK")
                return
        except psycopg.Error:
            # It is of no more use; the server rolls back when it notices.
            connection.close()
        self._connection = None

    def purge(self, now: int, after: bytes = b"", limit: int = 500) -> tuple[int, bytes]:
        self._check_no_claim()
        with server.errors(self._url):
            connection, answers = self._begin([(_SEEN, [after, limit]), (_OLDEST, [now])])
            seen, [(oldest,)] = answers
            expired = Blobs([dedupe for dedupe, expires_at in seen if expires_at < oldest])

            def delete() -> Receipt:
                run(connection, [(statement, [expired]) for statement in _PURGE])
                return Receipt()

            self._finish(connection, delete)
        return len(expired.values), seen[-1][0] if len(seen) == limit else b""

    def reader(self) -> PostgresReader:
        return PostgresReader(self._url)

    def close(self) -> None:
        connection = self._connection
        self._connection = None
        if connection is not None and not connection.closed:
            # A worker that ends well takes its row along.
            with suppress(psycopg.Error):
                connection.execute("ROLLBACK")
                connection.execute("DELETE FROM workers WHERE id = %s", [self._worker])
            connection.close()


def open_postgres_reader(url: str) -> PostgresReader:
    """A reader of a journal that others write. Raises StoreRefused where there is no current journal."""
    server.check(url)
    with server.errors(url):
        connection = server.connect(url, read_only=True)
        try:
            if not is_current("postgres", server.revision(connection), server.name(url)):
                raise StoreRefused(
                    f"{server.name(url)} holds no current journal: start `crossdock run` once to make it."
                )
        finally:
            connection.close()
    return PostgresReader(url)
