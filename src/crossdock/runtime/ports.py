"""What the runtime needs of the outside: time, chance, and HTTP as values that somebody else sends."""

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Protocol, TypeVar

import msgspec

T = TypeVar("T")


class Clock(Protocol):
    """The time. It never goes backwards within one process."""

    def now(self) -> datetime:
        """An aware instant in UTC."""
        ...


class Entropy(Protocol):
    """Chance, from a seed in simulation."""

    def fraction(self) -> float:
        """At least 0, less than 1. For jitter only."""
        ...

    def token(self, size: int) -> bytes:
        """Unguessable bytes."""
        ...


class Request(msgspec.Struct, frozen=True):
    """One HTTP request. `timeout` is in seconds, for the whole answer."""

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    timeout: float = 30.0


class Response(msgspec.Struct, frozen=True):
    """One HTTP answer; header names in lower case."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class NotSent(Exception):
    """Nothing left this machine: refused connection, unknown host, timeout before sending. Safe to try again."""


class NoAnswer(Exception):
    """Bytes left and no answer came. What happened there is unknown."""


Exchange = Generator[Request, Response, T]
"""A conversation with a system, as a generator: it yields requests, is sent responses and returns its result.
Whoever drives it throws NotSent or NoAnswer into it where a request fails."""
