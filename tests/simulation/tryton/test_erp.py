"""The demo with a real Tryton as its ERP: as one types it, headless, its verdict read from the last line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crossdock.cli.main import run_command
from crossdock.simulation.tryton import erp
from crossdock.simulation.tryton.environment import TrytonUnavailable, default_cache, environment
from tests.support.missing import without

pytestmark = [pytest.mark.tryton, pytest.mark.xdist_group("tryton")]

ORDERS = 12
KINDS = {
    "split over two warehouses",
    "prepaid, paid later",
    "credit hold, released",
    "amended after release",
    "cancelled after release",
    "refund without return",
    "phone order",
}


def test_twelve_orders_end_in_a_real_erp_exactly_once_though_answers_are_cut_off(tmp_path: Path) -> None:
    try:
        environment(default_cache())
    except TrytonUnavailable as missing:
        without(missing)
    command = [sys.executable, "-m", "crossdock.cli", "demo", "--erp", "tryton", "--orders", str(ORDERS)]
    options = ["--rate", "4", "--faults", "some", "--headless", "--json", "--ledgers", str(tmp_path / "ledgers")]
    done = subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert (report["erp"], report["orders"]) == ("tryton", ORDERS)
    assert (report["lost"], report["duplicated"], report["oversold"], report["wrong_outcomes"]) == (0, 0, 0, 0)
    assert report["outcomes"].keys() >= KINDS
    assert sum(counts["right"] for counts in report["outcomes"].values()) == ORDERS
    # The ERP's part of the recount is Tryton's own: its invoice numbers, of its own sequence.
    rows = (tmp_path / "ledgers" / "erp.csv").read_text().splitlines()
    assert sum(",erp,invoice," in row and ",INV" in row for row in rows) >= 8


def test_without_a_tryton_the_demo_says_why_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unavailable(*_: object, **__: object) -> None:
        raise TrytonUnavailable("Tryton 8.2 could not be installed; check the access to the package index")

    monkeypatch.setattr(erp, "running_tryton", unavailable)
    assert run_command(["demo", "--erp", "tryton", "--orders", "1", "--headless"]) == 1
    assert capsys.readouterr().err == ("Tryton 8.2 could not be installed; check the access to the package index.\n")
