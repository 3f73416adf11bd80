"""A writer for tests: takes messages in and steps them into events, as one of several processes.

python -m tests.journal.postgres.writer URL NUMBER ROUNDS
"""

import random
import sys

from crossdock.journal.batch import Batch
from crossdock.journal.open import open_store
from crossdock.journal.store import Store, StoreBusy
from tests.conformance.store_rows import NOW, event, message

PER_ROUND = 8


def step(store: Store) -> int:
    """Turn up to 20 messages into events; how many it were."""
    try:
        claim = store.claim(NOW, 20)
        if claim is None:
            return 0
        batch, next_n = Batch(), dict(claim.next_n)
        for row in claim.messages:
            batch.consumed.append((row.partition, row.seq))
            batch.events.append(event(next_n[row.partition], partition=row.partition, body=row.body))
            next_n[row.partition] += 1
        claim.commit(batch)
        return len(batch.events)
    except StoreBusy:
        return 1


def main(url: str, number: str, rounds: str) -> None:
    chance = random.Random(number)
    store = open_store(url)
    for _ in range(int(rounds)):
        store.commit(Batch(inbox=[message(partition=chance.randrange(6)) for _ in range(PER_ROUND)]))
        step(store)
    while step(store):
        pass
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
