"""One seed, two processes, two values of PYTHONHASHSEED: equal journals."""

import os
import subprocess
import sys
from pathlib import Path

RUN = """
import sys
from crossdock.journal.open import open_store
from crossdock.simulation.rehearsal import journal_hash, rehearse
from crossdock.simulation.systems.faults import MANY
store = open_store(sys.argv[1], durable=False)
run = rehearse(store, orders=40, seed=int(sys.argv[2]), faults=MANY)
print(journal_hash(run.world.reader))
"""


def hash_of_a_run(folder: Path, name: str, hash_seed: str, seed: str = "5") -> str:
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(folder / f"{name}.db"), seed],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout.strip()


def test_one_seed_gives_one_journal_in_any_process_whatever_its_hash_seed(tmp_path: Path) -> None:
    assert hash_of_a_run(tmp_path, "first", "1") == hash_of_a_run(tmp_path, "second", "4242")


def test_another_seed_gives_another_journal(tmp_path: Path) -> None:
    assert hash_of_a_run(tmp_path, "first", "1") != hash_of_a_run(tmp_path, "other", "1", seed="6")
