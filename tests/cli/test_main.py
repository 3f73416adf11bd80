"""The command line: every error is one plain sentence and a status, never a traceback."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossdock import __version__
from crossdock.cli import faults, main
from crossdock.cli.main import run_command
from crossdock.journal.open import open_store


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = run_command(list(arguments))
    out = capsys.readouterr()
    return status, out.out, out.err


@pytest.fixture
def acme(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder that `crossdock init` made; its systems are not there."""
    folder = tmp_path / "acme"
    assert run_command(["init", str(folder)]) == 0
    capsys.readouterr()
    return folder


def is_a_sentence(err: str) -> bool:
    return err.count("\n") == 1 and err.endswith(".\n") and "Traceback" not in err


def test_version_says_which(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "version") == (0, f"crossdock {__version__}\n", "")


def test_without_a_command_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys)
    assert status == 0
    assert all(command in out for command in ("init", "run", "show", "version"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["fly"], "No such command 'fly'"),
        (["run", "--fast"], "No such option: --fast"),
        (["show"], "Missing argument 'number'"),
        (["run", "--port", "http"], "Invalid value for '--port'"),
        (["run", "--port", "70000"], "Invalid value for '--port'"),
        (["version", "now"], "Got unexpected extra argument"),
    ],
)
def test_what_is_not_understood_is_said_in_a_sentence(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert says in err
    assert is_a_sentence(err)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("estate.toml", None, "there is no estate at"),
        ("estate.toml", "name = ", "is no TOML"),
        ("estate.toml", "\xff", "owners.sales_order: it is missing|is no TOML"),
        ("estate.toml", "[promises]\nship_within = 'soon'", "promises.ship_within: 'soon' is no span of time"),
        ("estate.toml", "database = 3", "estate.toml: database: name a file"),
        ("estate.toml", "database = 'env:NOT_SET'", "the environment variable NOT_SET is not set"),
        ("access.toml", None, "so nobody could sign in"),
        ("access.toml", "keys = 3", "access.toml: "),
        ("access.toml", "[[people]]\nname='a'\npassword='b'\nscopes=['fly']", "no scope is called fly"),
        ("session.key", "no hex", "delete it, and everybody signs in anew"),
        ("secrets/erp.token", None, "systems.erp.secrets.token: the file"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_is_wrong(
    acme: Path, file: str, text: str | None, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is None:
        (acme / file).unlink()
    else:
        (acme / file).write_text(text)
    status, out, err = run(capsys, "run", "--estate", str(acme / "estate.toml"), "--port", "0")
    assert (status, out) == (1, "")
    assert re.search(says, err)
    assert is_a_sentence(err)


def test_a_taken_port_is_said_before_anything_is_made(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        status, _, err = run(capsys, "run", "--estate", str(acme), "--port", str(port))
    assert status == 1
    assert f"can't listen on 127.0.0.1:{port}" in err
    assert is_a_sentence(err)
    assert not (acme / "journal.db").exists()


def newer(path: Path) -> None:
    open_store(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")


def damaged(path: Path) -> None:
    open_store(str(path)).close()
    body = bytearray(path.read_bytes())
    body[20:4000] = b"\xff" * 3980
    path.write_bytes(body)


@pytest.mark.parametrize("make", [newer, damaged, lambda path: path.write_text("my diary"), Path.mkdir])
def test_a_journal_that_cannot_be_used_is_refused(make: object, acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert callable(make)
    make(acme / "journal.db")
    for command in (["run", "--port", "0"], ["show", "1001"]):
        status, out, err = run(capsys, *command, "--estate", str(acme))
        assert (status, out) == (1, "")
        assert "journal.db" in err
        assert is_a_sentence(err)


def test_a_folder_that_cannot_be_written_is_refused(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    estate = acme / "estate.toml"
    estate.write_text(estate.read_text().replace('"journal.db"', '"/proc/journal.db"'))
    status, _, err = run(capsys, "run", "--estate", str(acme), "--port", "0")
    assert status == 1
    assert "/proc" in err
    assert is_a_sentence(err)


def test_what_nobody_foresaw_is_a_sentence_and_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("one by none")

    monkeypatch.setattr(main, "app", broken)
    status, _, err = run(capsys, "version")
    assert status == 1
    assert is_a_sentence(err)
    place = re.search(r"the details are in (\S+crossdock-\S+\.log);", err)
    assert place is not None
    path = Path(place.group(1))
    assert "Traceback" in path.read_text()
    assert "one by none" in path.read_text()
    path.unlink()


def test_a_sentence_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    faults.say("two\nlines, and no  stop")
    assert capsys.readouterr().err == "two lines, and no stop.\n"


# --- a running one ----------------------------------------------------------------------------------------------------


@pytest.fixture
def started(acme: Path) -> Iterator[tuple[Path, str, "subprocess.Popen[str]"]]:
    """`crossdock run` as a process of its own, with its address."""
    command = [sys.executable, "-m", "crossdock.cli", "run", "--estate", str(acme), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert "http://127.0.0.1:" in first, process.stderr and process.stderr.read()
    address = first.split()[-1].removesuffix("/console")
    try:
        yield acme, address, process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def reasons(address: str) -> str:
    try:
        with urllib.request.urlopen(f"{address}/readyz") as answer:
            return str(answer.read())
    except urllib.error.HTTPError as not_ready:
        return f"{not_ready.code} {not_ready.read().decode()}"


def test_it_runs_without_its_systems_and_says_so_and_ends_when_told(
    started: tuple[Path, str, "subprocess.Popen[str]"], capsys: pytest.CaptureFixture[str]
) -> None:
    folder, address, process = started
    end = time.monotonic() + 10
    while "erp" not in (said := reasons(address)) and time.monotonic() < end:
        time.sleep(0.05)
    assert said.startswith("503")
    assert "feed erp/sales" in said
    assert process.poll() is None

    # A second one on the same journal is refused by name.
    status, _, err = run(capsys, "run", "--estate", str(folder), "--port", "0")
    assert status == 1
    assert f"in use by another Crossdock process (pid {process.pid})" in err
    assert is_a_sentence(err)

    # The journal can be read beside it.
    status, out, err = run(capsys, "show", "1001", "--estate", str(folder))
    assert (status, out) == (1, "")
    assert err.startswith("nothing has the number 1001;")

    os.kill(process.pid, signal.SIGTERM)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert out == "Crossdock has stopped.\n"
    assert "Traceback" not in err
