"""The SQLite store: one file, one owner, one writing connection."""

from collections.abc import Callable
from pathlib import Path

from crossdock.journal import rows
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.fresh import Fresh, payloads_of
from crossdock.journal.sqlite import file
from crossdock.journal.sqlite.claim import HAS_WORK, SqliteClaim
from crossdock.journal.sqlite.reader import SqliteReader
from crossdock.journal.sqlite.write import record, write


class SqliteStore:
    """A journal in a file. Made with `open_store`; see the port for what its methods promise."""

    partitions = 1

    def __init__(self, path: Path, durable: bool = True) -> None:
        """Opens, migrates and owns the file. Raises StoreRefused, StoreBusy or StoreUnavailable, in one sentence."""
        self.path = path
        self.warnings = file.warnings()
        self._claimed = False
        file.check_folder(path)
        self._owner = file.Owner(path)
        try:
            self._connection = file.open_writer(path, durable)
        except BaseException:
            self._owner.release()
            raise

    def commit(self, batch: Batch) -> Receipt:
        rows.claimless(batch)
        if self._claimed:
            raise ValueError("a claim is open: commit or release it first")
        with file.errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            return self._finish(lambda: write(self._connection, batch))

    def claim(self, now: int, limit: int) -> SqliteClaim | None:
        if self._claimed:
            raise ValueError("a claim is open: commit or release it first")
        with file.errors(self.path):
            (has_work,) = self._connection.execute(HAS_WORK, {"now": now}).fetchone()
            if not has_work:
                return None
            self._connection.execute("BEGIN IMMEDIATE")
            self._claimed = True
            try:
                return SqliteClaim(self._connection, now, limit, self._end)
            except BaseException:
                self._end(None)
                raise

    def claim_with(self, batch: Batch, now: int, limit: int) -> tuple[SqliteClaim, Receipt]:
        rows.claimless(batch)
        if self._claimed:
            raise ValueError("a claim is open: commit or release it first")
        with file.errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            self._claimed = True
            try:
                receipt, messages = record(self._connection, batch)
                fresh = Fresh(messages, payloads_of(batch.intake, receipt.intake))
                return SqliteClaim(self._connection, now, limit, self._end, fresh), receipt
            except BaseException:
                self._end(None)
                raise

    def _end(self, written: Callable[[], Receipt] | None) -> Receipt:
        if not self._claimed:
            if written is None:
                return Receipt()
            raise ValueError("the claim is over")
        self._claimed = False
        with file.errors(self.path):
            if written is None:
                self._roll_back()
                return Receipt()
            return self._finish(written)

    def _finish(self, written: Callable[[], Receipt]) -> Receipt:
        try:
            receipt = written()
            self._connection.execute("COMMIT")
            return receipt
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        # SQLite has rolled back by itself after some errors (a full disk, for one).
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def purge(self, now: int, after: bytes = b"", limit: int = 500) -> tuple[int, bytes]:
        with file.errors(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                purged = self._purge(now, after, limit)
                self._connection.execute("COMMIT")
                return purged
            except BaseException:
                self._roll_back()
                raise

    def _purge(self, now: int, after: bytes, limit: int) -> tuple[int, bytes]:
        execute = self._connection.execute
        seen = execute(
            "SELECT dedupe, expires_at FROM payloads WHERE dedupe > ? ORDER BY dedupe LIMIT ?", (after, limit)
        ).fetchall()
        (oldest,) = execute("SELECT coalesce(min(at), ?) FROM inbox", (now,)).fetchone()
        expired = [(dedupe,) for dedupe, expires_at in seen if expires_at < min(now, oldest)]
        self._connection.executemany("DELETE FROM payloads WHERE dedupe = ?", expired)
        self._connection.executemany("DELETE FROM replies WHERE dedupe = ?", expired)
        return len(expired), seen[-1][0] if len(seen) == limit else b""

    def reader(self) -> SqliteReader:
        return SqliteReader(self.path, file.open_readonly(self.path))

    def close(self) -> None:
        try:
            with file.errors(self.path):
                self._connection.close()
        finally:
            self._owner.release()
