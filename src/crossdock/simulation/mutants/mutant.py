"""What a planted fault is: a patch of production code, applied in this process for as long as a context lasts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

Wrap = Callable[[Any], Any]
"""From what stands there to what shall stand there."""


class Mutant(NamedTuple):
    """A fault: its name, what it does in a sentence, the troubles in which it shows, and what to patch: (class or
    module, name of the attribute, what becomes of it)."""

    name: str
    does: str
    troubles: str
    patches: tuple[tuple[Any, str, Wrap], ...]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """While it lasts, the fault is there."""
        before = [(where, name, vars(where)[name]) for where, name, _ in self.patches]
        try:
            for where, name, wrap in self.patches:
                setattr(where, name, wrap(vars(where)[name]))
            yield
        finally:
            for where, name, original in before:
                setattr(where, name, original)


def mutant(name: str, does: str, troubles: str, where: Any, attribute: str, wrap: Wrap) -> Mutant:
    """A fault of one patch."""
    return Mutant(name, does, troubles, ((where, attribute, wrap),))


def nothing(_: Any) -> Any:
    """In place of a method: it does nothing."""

    def does_nothing(*_: Any, **__: Any) -> None:
        return None

    return does_nothing
