"""A store that says when instances end, so that a benchmark needs no polling; everything else passes through."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.store import Claim, PromptStore, Store


class Watched:
    """Wraps a store. `ended` is called, in the writer's thread, with the keys that a commit brought to their end."""

    def __init__(self, store: Store, process: str, ended: Callable[[list[str]], None]) -> None:
        self._store = store
        self._process = process
        self._ended = ended
        self.messages = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def claim(self, now: int, limit: int) -> _WatchedClaim | None:
        claim = self._store.claim(now, limit)
        return None if claim is None else _WatchedClaim(claim, self)

    def claim_with(self, batch: Batch, now: int, limit: int) -> tuple[_WatchedClaim, Receipt]:
        assert isinstance(self._store, PromptStore)
        claim, receipt = self._store.claim_with(batch, now, limit)
        return _WatchedClaim(claim, self), receipt

    def wrote(self, batch: Batch) -> None:
        self.messages += len(batch.consumed)
        over = [row.key for row in batch.instances if row.over and row.process == self._process]
        if over:
            self._ended(over)


class _WatchedClaim:
    def __init__(self, claim: Claim, watched: Watched) -> None:
        self._claim = claim
        self._watched = watched

    def __getattr__(self, name: str) -> Any:
        return getattr(self._claim, name)

    def commit(self, batch: Batch) -> Receipt:
        receipt = self._claim.commit(batch)
        self._watched.wrote(batch)
        return receipt


class Stopwatch:
    """When each began and ended, and whether all have. `ended` may be called from another thread."""

    def __init__(self) -> None:
        self.began: dict[str, float] = {}
        self.over: dict[str, float] = {}

    def ended(self, keys: list[str]) -> None:
        now = time.perf_counter()
        for key in keys:
            self.over.setdefault(key, now)

    def clear(self) -> None:
        self.began.clear()
        self.over.clear()

    def last(self) -> float:
        """When the last one ended."""
        return max(self.over.values())

    def latencies(self) -> list[float]:
        return [self.over[key] - began for key, began in self.began.items()]
