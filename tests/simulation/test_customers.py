"""A mix played in virtual time before the production engine, lanes, processes and connectors, and judged by the
ledgers."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from crossdock.simulation.systems.faults import MANY, NONE, Faults
from tests.support.demo import Run


@pytest.mark.parametrize(
    ("seed", "faults"),
    [(2, NONE), (4, MANY), (6, MANY)],
)
def test_every_kind_ends_as_it_must_and_nothing_is_lost_doubled_or_oversold(
    tmp_path: Path, seed: int, faults: Faults
) -> None:
    run = Run(tmp_path / "journal.db", 60, seed, faults)
    verdict = run.play()
    assert run.customers.is_done, run.customers.waits_for()
    assert verdict.findings == ()
    assert verdict.wrong == ()
    assert verdict.orders == 60
    counts = run.world.reader.counts()
    assert (counts["inbox"], counts["commands"]) == (0, 0)


def test_faults_really_happen(tmp_path: Path) -> None:
    calm = Run(tmp_path / "calm.db", 20, 3)
    rough = Run(tmp_path / "rough.db", 20, 3, MANY)
    calm.play()
    rough.play()
    tries = [sum(command.attempts for command in commands(run)) - len(commands(run)) for run in (calm, rough)]
    assert tries[0] == 0
    assert tries[1] > 0


def commands(run: Run) -> list:  # type: ignore[type-arg]
    reader = run.world.reader
    instances = [row.id for kind in ("order_to_cash", "fulfillment") for row in reader.instances(kind, limit=1000)]
    return reader.commands_of(instances)


PLAY = """
import sys
from pathlib import Path
from tests.support.demo import Run
from crossdock.simulation.systems.faults import MANY
run = Run(Path(sys.argv[1]), 30, 11, MANY)
run.play()
for row in run.distributor.rows():
    print(row)
"""


def test_one_seed_is_one_run_whatever_the_hash_seed(tmp_path: Path) -> None:
    told = []
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        played = subprocess.run(
            [sys.executable, "-c", PLAY, str(tmp_path / f"{hash_seed}.db")],
            env=environment,
            capture_output=True,
            check=True,
            timeout=120,
        )
        told.append(sha256(played.stdout).hexdigest())
        assert played.stdout.count(b"\n") > 200
    assert told[0] == told[1]
