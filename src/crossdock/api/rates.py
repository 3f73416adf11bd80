"""How often a key may ask: a bucket for each key, told in RateLimit headers (draft-ietf-httpapi-ratelimit-headers)."""

import math
from datetime import datetime

from crossdock.governance.access import ApiKey
from crossdock.model.base import Value

WINDOW = 60.0


class Allowance(Value, frozen=True):
    """What is left of a key's limit. `left` below 0: this request is one too many; `wait` is in seconds."""

    limit: int
    left: int
    wait: int

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Policy": f'"key";q={self.limit};w={int(WINDOW)}',
            "RateLimit": f'"key";r={max(self.left, 0)};t={self.wait}',
        }


class Rates:
    """Counts in memory: a restart forgets, which never refuses anybody wrongly."""

    def __init__(self) -> None:
        self._buckets: dict[str, tuple[float, float]] = {}  # by key name: tokens, and when they were counted

    def spend(self, key: ApiKey, now: datetime) -> Allowance | None:
        """Take one request off a key's limit. None: it has none."""
        limit = key.requests_a_minute
        if not limit:
            return None
        at = now.timestamp()
        tokens, since = self._buckets.get(key.name, (float(limit), at))
        tokens = min(float(limit), tokens + (at - since) * limit / WINDOW)
        if tokens < 1:
            self._buckets[key.name] = tokens, at
            return Allowance(limit, -1, math.ceil((1 - tokens) * WINDOW / limit))
        tokens -= 1
        self._buckets[key.name] = tokens, at
        return Allowance(limit, int(tokens), math.ceil((limit - tokens) * WINDOW / limit))
