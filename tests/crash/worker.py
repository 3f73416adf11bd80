"""A worker to be killed: it records and works off orders as fast as it can, and says what it has acknowledged.

python -m tests.crash.worker URL NAME GENERATION

Writes `opened SECONDS` once, and `took ID ...` after each commit that took orders in.
"""

import os
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from crossdock.journal.open import open_store
from crossdock.journal.store import Store, StoreBusy, StoreUnavailable
from tests.crash.shop import perform, recover, step, take

T = TypeVar("T")


def say(line: str) -> None:
    """One write, so that a reader gets it whole or not at all."""
    os.write(1, f"{line}\n".encode())


def insist(act: Callable[[], T]) -> T:
    while True:
        try:
            return act()
        except (StoreBusy, StoreUnavailable):
            time.sleep(0.01)


def run(store: Store, name: str, generation: str) -> None:
    chance = random.Random(f"{name} {generation}")
    reader = store.reader()
    insist(lambda: recover(store, reader, name))
    number = 0
    while True:
        # Some come twice, from this worker's earlier lives too.
        ids = [f"{name}-{generation}-{number + n}" for n in range(chance.randint(1, 12))]
        number += len(ids)
        again = [f"{name}-{chance.randint(0, int(generation))}-{chance.randrange(number)}"]
        insist(partial(take, store, [*ids, *again]))
        say("took " + " ".join(ids))
        insist(lambda: step(store, chance.randint(1, 40)))
        if chance.random() < 0.5:
            insist(lambda: perform(store, reader, name, 20))


def main(url: str, name: str, generation: str) -> None:
    began = time.monotonic()
    store = open_store(url)
    say(f"opened {time.monotonic() - began:.3f}")
    run(store, name, generation)


if __name__ == "__main__":
    main(*sys.argv[1:])
