"""The PostgreSQL store: many workers on one database, each with one writing connection."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import psycopg

from crossdock.journal import rows
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.fresh import Fresh, payloads_of
from crossdock.journal.migrations.apply import is_current
from crossdock.journal.postgres import server
from crossdock.journal.postgres.arrays import Blobs
from crossdock.journal.postgres.claim import LOCK, PostgresClaim, lock_values
from crossdock.journal.postgres.reader import PostgresReader
from crossdock.journal.postgres.server import Answers, Asked, Session
from crossdock.journal.postgres.write import record, write
from crossdock.journal.store import StoreRefused

PARTITIONS = 64

_NEW_WORKER = "INSERT INTO workers (commits) VALUES (0) RETURNING id"
_COUNT = "UPDATE workers SET commits = %b WHERE id = %b"
_COUNTED = "SELECT commits FROM workers WHERE id = %b FOR UPDATE"
_GONE = "DELETE FROM workers WHERE id = %b"
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
        self._session: Session | None = None
        with server.errors(url):
            session = server.connect(url)
            try:
                server.migrate(session, url)
                [[(self._worker,)]] = session.run([(_NEW_WORKER, None)])
            except BaseException:
                session.close()
                raise
        self._session = session

    def commit(self, batch: Batch) -> Receipt:
        rows.claimless(batch)
        self._check_no_claim()
        with server.errors(self._url):
            session, _ = self._begin([])
            return self._finish(session, lambda: write(session, batch)[0])

    def claim(self, now: int, limit: int) -> PostgresClaim | None:
        self._check_no_claim()
        with server.errors(self._url):
            session, [locked] = self._begin([(LOCK, lock_values(now, limit))])
            next_n: dict[int, int] = dict(locked)
            if not next_n:
                # Nothing was written: a ROLLBACK would make psycopg forget all its prepared statements.
                session.run([("COMMIT", None)])
                return None
        self._in_claim = True
        return PostgresClaim(session, next_n, now, limit, self._end, self._guard)

    def claim_with(self, batch: Batch, now: int, limit: int) -> tuple[PostgresClaim, Receipt]:
        rows.claimless(batch)
        self._check_no_claim()
        with server.errors(self._url):
            session, [locked] = self._begin([(LOCK, lock_values(now, limit, rows.places(batch)))])
            try:
                receipt, messages = record(session, batch)
            except BaseException:
                self._roll_back(session)
                raise
        self._in_claim = True
        fresh = Fresh(messages, payloads_of(batch.intake, receipt.intake))
        return PostgresClaim(session, dict(locked), now, limit, self._end, self._guard, fresh), receipt

    def _check_no_claim(self) -> None:
        if self._in_claim:
            raise ValueError("a claim is open: commit or release it first")

    def _connected(self) -> Session:
        if self._session is None:
            self._session = server.connect(self._url)
        return self._session

    def _begin(self, statements: Sequence[Asked]) -> tuple[Session, Answers]:
        """Begin a transaction. A connection that broke while it was idle is replaced at once: nothing was under way."""
        begun: list[Asked] = [("BEGIN", None), *statements]
        session = self._connected()
        try:
            return session, session.run(begun)[1:]
        except psycopg.OperationalError:
            broken = session.closed
            self._roll_back(session)
            if not broken:
                raise
        session = self._connected()
        try:
            return session, session.run(begun)[1:]
        except BaseException:
            self._roll_back(session)
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
        session = self._session
        assert session is not None
        with server.errors(self._url):
            if written is None:
                self._roll_back(session)
                return Receipt()
            return self._finish(session, written)

    def _finish(self, session: Session, written: Callable[[], Receipt]) -> Receipt:
        """Write, then commit. An answer that is lost after the COMMIT was sent is looked for."""
        # Each try has a number of its own, also where the outcome of an earlier one was never learned.
        self._commits += 1
        try:
            receipt = written()
        except BaseException:
            self._roll_back(session)
            raise
        try:
            session.run([(_COUNT, [self._commits, self._worker]), ("COMMIT", None)])
        except psycopg.Error:
            lost = session.closed
            self._roll_back(session)
            if not (lost and self._took_effect()):
                raise
        return receipt

    def _took_effect(self) -> bool:
        """Whether the commit whose answer was lost is there. Waits until the server has let go of the lost connection.

        Raises psycopg.Error where the server can't be asked.
        """
        [[(commits,)]] = self._connected().run([(_COUNTED, [self._worker])])
        return bool(commits == self._commits)

    def _roll_back(self, session: Session) -> None:
        if not session.closed:
            # Where this fails, the connection is of no more use; the server rolls back when it notices.
            with suppress(psycopg.Error):
                session.run([("ROLLBACK", None)])
                return
        session.close()
        self._session = None

    def purge(self, now: int, after: bytes = b"", limit: int = 500) -> tuple[int, bytes]:
        self._check_no_claim()
        with server.errors(self._url):
            session, answers = self._begin([(_SEEN, [after, limit]), (_OLDEST, [now])])
            seen, [(oldest,)] = answers
            expired = Blobs([dedupe for dedupe, expires_at in seen if expires_at < oldest])

            def delete() -> Receipt:
                session.run([(statement, [expired]) for statement in _PURGE])
                return Receipt()

            self._finish(session, delete)
        return len(expired.values), seen[-1][0] if len(seen) == limit else b""

    def reader(self) -> PostgresReader:
        return PostgresReader(self._url)

    def close(self) -> None:
        session = self._session
        self._session = None
        if session is not None:
            # A worker that ends well takes its row along.
            with suppress(psycopg.Error):
                session.run([("ROLLBACK", None), (_GONE, [self._worker])])
            session.close()


def open_postgres_reader(url: str) -> PostgresReader:
    """A reader of a journal that others write. Raises StoreRefused where there is no current journal."""
    server.check(url)
    with server.errors(url):
        session = server.connect(url, read_only=True)
        try:
            if not is_current("postgres", server.revision(session), server.name(url)):
                raise StoreRefused(
                    f"{server.name(url)} holds no current journal: start `crossdock run` once to make it."
                )
        finally:
            session.close()
    return PostgresReader(url)
