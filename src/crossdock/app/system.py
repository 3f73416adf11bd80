"""Real time and real chance."""

import secrets
from datetime import UTC, datetime
from random import Random


class SystemClock:
    """The machine's clock, held still where it would go backwards."""

    def __init__(self) -> None:
        self._last = datetime.now(UTC)

    def now(self) -> datetime:
        self._last = max(self._last, datetime.now(UTC))
        return self._last


class SystemEntropy:
    """Tokens are the operating system's; jitter comes from a generator that it seeded, which costs no system call."""

    def __init__(self) -> None:
        self._random = Random(secrets.randbits(128))

    def fraction(self) -> float:
        return self._random.random()

    def token(self, size: int) -> bytes:
        return secrets.token_bytes(size)
