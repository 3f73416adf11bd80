"""Chance from a seed: the same seed gives the same run on every machine and Python, whatever its hash
seed."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """An Entropy whose every draw is the hash of seed, name and count. Streams of different names are
    independent."""

    def __init__(self, seed: int, name: str = "") -> None:
        self._seed = seed
        self._name = name
        self._draws = 0

    def stream(self, name: str) -> "Chance":
        """A stream of its own, so that one part's draws don't shift another's."""
        return Chance(self._seed, f"{self._name}/{name}")

    def fraction(self) -> float:
        return int.from_bytes(self.token(7), "big") / (1 << 56)

    def token(self, size: int) -> bytes:
        made = b""
        while len(made) < size:
            self._draws += 1
            made += blake2b(f"{self._seed}|{self._name}|{self._draws}".encode(), digest_size=32).digest()
        return made[:size]

    def happens(self, probability: float) -> bool:
        return probability > 0 and self.fraction() < probability

    def between(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self.fraction() * (most - least + 1))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.fraction() * len(choices))]

    def shuffled(self, values: Sequence[T]) -> list[T]:
        rest = list(values)
        return [rest.pop(int(self.fraction() * len(rest))) for _ in range(len(rest))]
