"""A store that fails as stores and machines do: the process dies at a write, or the journal can't be reached.

Nothing is copied: what SQLite committed is there after a crash, what it did not is not.
"""

from collections.abc import Callable
from typing import Any, Literal, Protocol

from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.store import Claim, Reader, Store, StoreUnavailable
from crossdock.simulation.chance import Chance

How = Literal["", "before", "after", "unanswered", "gone"]
"""What befalls a write: nothing; the process dies before it; after it and before it could act on it; it is written,
but its writer is told that the journal is away; it is not written, as the journal is away."""

HOWS: tuple[How, ...] = ("before", "after", "unanswered")


class Crash(BaseException):
    """The process died. Nobody catches it but who starts another."""


class Fate(Protocol):
    """Decides what befalls each write. `now` is true time in microseconds. It `is_rough` until it is told to `calm`."""

    is_rough: bool

    def calm(self) -> None: ...

    def at_write(self, n: int, now: int) -> How: ...

    def is_away(self, now: int) -> bool:
        """Whether the journal can't be reached."""
        ...


class Spared:
    """Nothing befalls it."""

    def __init__(self) -> None:
        self.is_rough = True

    def calm(self) -> None:
        self.is_rough = False

    def at_write(self, n: int, now: int) -> How:
        return ""

    def is_away(self, now: int) -> bool:
        return False


class AtWrite(Spared):
    """One thing befalls one write, the nth from 1."""

    def __init__(self, n: int, how: How) -> None:
        super().__init__()
        self._n = n
        self._how = how

    def at_write(self, n: int, now: int) -> How:
        return self._how if n == self._n else ""


class ByChance(Spared):
    """Crashes and outages, each at a write, by their weights, until `calm`; an outage lasts `lasts` microseconds."""

    def __init__(self, chance: Chance, crash: float, outage: float, lasts: int) -> None:
        super().__init__()
        self._chance = chance
        self._crash = crash
        self._outage = outage
        self._lasts = lasts
        self._away_until = 0

    def at_write(self, n: int, now: int) -> How:
        if self._chance.happens(self._crash):
            return self._chance.pick(("before", "after"))
        if self._chance.happens(self._outage):
            self._away_until = now + self._lasts
            return self._chance.pick(("gone", "unanswered"))
        return ""

    def is_away(self, now: int) -> bool:
        return now < self._away_until

    def calm(self) -> None:
        super().calm()
        self._crash = self._outage = 0.0
        self._away_until = 0


class Log(Protocol):
    """Who sees what was written and what befell."""

    def written(self, batch: Batch, receipt: Receipt) -> None:
        """A batch is in the journal."""
        ...

    def befell(self, how: How, n: int) -> None: ...


class TroubledStore:
    """A store behind which `fate` decides. One for each life of the process; `writes` counts on through all."""

    def __init__(self, store: Store, fate: Fate, log: Log, now: Callable[[], int], writes: int = 0) -> None:
        self._store = store
        self._fate = fate
        self._log = log
        self._now = now
        self.writes = writes

    @property
    def partitions(self) -> int:
        return self._store.partitions

    @property
    def warnings(self) -> Any:
        return self._store.warnings

    def commit(self, batch: Batch) -> Receipt:
        return self.write(batch, lambda: self._store.commit(batch))

    def write(self, batch: Batch, commit: Callable[[], Receipt]) -> Receipt:
        """Write as fate allows."""
        self.reach()
        self.writes += 1
        how = self._fate.at_write(self.writes, self._now())
        if how:
            self._log.befell(how, self.writes)
        if how == "before":
            raise Crash
        if how == "gone":
            raise StoreUnavailable("the journal can't be reached")
        receipt = commit()
        self._log.written(batch, receipt)
        if how == "after":
            raise Crash
        if how == "unanswered":
            raise StoreUnavailable("the journal did not answer")
        return receipt

    def reach(self) -> None:
        """Raises StoreUnavailable while the journal is away."""
        if self._fate.is_away(self._now()):
            raise StoreUnavailable("the journal can't be reached")

    def claim(self, now: int, limit: int) -> Claim | None:
        self.reach()
        claim = self._store.claim(now, limit)
        return None if claim is None else _TroubledClaim(claim, self)

    def purge(self, now: int, after: bytes = b"", limit: int = 500) -> tuple[int, bytes]:
        self.reach()
        return self._store.purge(now, after, limit)

    def reader(self) -> Reader:
        return _TroubledReader(self._store.reader(), self)

    def close(self) -> None:
        self._store.close()


class _TroubledClaim:
    """Asks are passed on; the commit goes by fate."""

    def __init__(self, claim: Claim, store: TroubledStore) -> None:
        self._claim = claim
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._claim, name)

    def commit(self, batch: Batch) -> Receipt:
        try:
            return self._store.write(batch, lambda: self._claim.commit(batch))
        except StoreUnavailable:
            self._claim.release()
            raise


class _TroubledReader:
    """Answers while the journal is there."""

    def __init__(self, reader: Reader, store: TroubledStore) -> None:
        self._reader = reader
        self._store = store

    def __getattr__(self, name: str) -> Any:
        self._store.reach()
        return getattr(self._reader, name)

    def close(self) -> None:
        self._reader.close()
