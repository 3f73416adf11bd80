"""`crossdock show`: the timeline of any number, read while the installation runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossdock.cli.main import run_command
from crossdock.cli.show import _plain
from tests.support.running import Running, order, running


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Running]]:
    """A folder of `crossdock init` whose journal a running installation owns, with an order shipped and one held."""
    folder = tmp_path_factory.mktemp("acme") / "estate"
    assert run_command(["init", str(folder)]) == 0
    with running(folder) as hub:
        hub.place(order("PO-1"), "k1")
        hub.place(order("PO-2", item="NOPE"), "k2")
        hub.until("api/PO-1", "closed")
        hub.until("api/PO-2", "held")
        yield folder, hub


def show(capsys: pytest.CaptureFixture[str], folder: Path, *arguments: str) -> str:
    assert run_command(["show", *arguments, "--estate", str(folder)]) == 0
    return capsys.readouterr().out


def test_it_shows_who_did_what_while_another_process_owns_the_journal(
    acme: tuple[Path, Running], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    out = show(capsys, acme[0], "INV1001")
    assert out.startswith("Order PO-1 of C-2, 8.00 USD, unpaid")
    assert "closed" in out
    assert "4 shipped" in out
    assert "invoice INV1001 posted, 8.00 USD" in out
    assert " UTC" in out
    assert "\x1b" not in out


def test_it_shows_what_is_awaited_and_who_must_act(
    acme: tuple[Path, Running], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    out = show(capsys, acme[0], "PO-2")
    assert "Needs a person" in out
    assert "sales: line 1: unknown item NOPE (since 20" in out
    assert "hold item: line 1: unknown item NOPE - up to a person, looked at again on 20" in out


def test_what_came_from_outside_is_neither_markup_nor_control(
    acme: tuple[Path, Running], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    body = order("PO-3", item="[/bold]:cat:", note="x")
    acme[1].place(body, "k3")
    out = show(capsys, acme[0], "PO-3")
    assert "[/bold]:cat:" in out
    assert _plain("a\x1b[2Jb\x07") == "a\N{REPLACEMENT CHARACTER}[2Jb\N{REPLACEMENT CHARACTER}"


def test_programs_read_it_as_one_document(acme: tuple[Path, Running], capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(show(capsys, acme[0], "PO-1", "--json"))
    assert [each["order"]["key"] for each in found] == ["api/PO-1"]
    assert found[0]["order"]["lines"][0]["buckets"] == {"shipped": "4"}
    assert found[0]["timeline"]["entries"][0]["type"] == "OrderPlaced"
