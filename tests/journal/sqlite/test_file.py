"""A journal's file: owned by one process, refused in one sentence where it can't be used."""

import json
import os
import pwd
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossdock.journal.batch import Batch
from crossdock.journal.open import open_reader, open_store
from crossdock.journal.sqlite import file
from crossdock.journal.sqlite.store import SqliteStore
from crossdock.journal.store import StoreBusy, StoreRefused, StoreUnavailable
from tests.conformance.store_rows import DAY, NOW, intake, message, name

OPEN = """
import json, os, sys
from crossdock.journal.open import open_store
from crossdock.journal.sqlite.store import SqliteStore
if len(sys.argv) > 3: os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
try:
    open_store(sys.argv[1]).close()
    print(json.dumps(["opened"]))
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def opened_elsewhere(path: Path, *account: int) -> list[str]:
    """What another process says that tries to open the journal: ["opened"], or the error's type and words."""
    command = [sys.executable, "-c", OPEN, str(path), *map(str, account)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout
    answer: list[str] = json.loads(said)
    return answer


def refusal(path: Path) -> str:
    with pytest.raises(StoreRefused) as caught:
        open_store(str(path))
    return one_sentence(str(caught.value))


def one_sentence(said: str) -> str:
    assert said.endswith(".")
    assert "\n" not in said
    assert "Traceback" not in said
    return said


def test_a_second_process_is_refused_and_told_who_owns_the_file(store: SqliteStore, path: Path) -> None:
    kind, said = opened_elsewhere(path)
    assert kind == "StoreRefused"
    assert f"pid {os.getpid()}" in one_sentence(said)
    assert f"pid {os.getpid()}" in refusal(path)


def test_a_closed_journal_can_be_opened_by_another_process(path: Path) -> None:
    open_store(str(path)).close()
    assert opened_elsewhere(path) == ["opened"]


def test_a_failed_opening_leaves_the_file_to_others(path: Path) -> None:
    path.write_bytes(b"not a database at all, but long enough to look at" * 100)
    refusal(path)
    path.unlink()
    open_store(str(path)).close()


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(path: Path) -> None:
    path.write_text("Dear diary, " * 500)
    assert "not a SQLite database" in refusal(path)
    assert path.read_text() == "Dear diary, " * 500


def test_a_database_of_another_program_is_refused_and_left_as_it_was(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    assert "another program" in refusal(path)
    assert sqlite3.connect(path).execute("SELECT name FROM sqlite_master ORDER BY name").fetchall() == [("theirs",)]


def test_a_damaged_file_is_refused(path: Path) -> None:
    store = open_store(str(path))
    store.commit(Batch(intake=[intake(str(n), b"x" * 900) for n in range(200)]))
    store.close()
    damaged = bytearray(path.read_bytes())
    damaged[100:4096] = os.urandom(3996)
    path.write_bytes(damaged)
    assert "damaged" in refusal(path)


def test_damage_found_later_is_told_in_the_ports_terms(path: Path) -> None:
    store = open_store(str(path))
    store.commit(Batch(intake=[intake(str(n), b"x" * 900) for n in range(200)]))
    store.close()
    whole = path.read_bytes()
    half = len(whole) // 2
    path.write_bytes(whole[:half] + os.urandom(len(whole) - half))
    store = open_store(str(path))
    with pytest.raises(StoreRefused, match=r"damaged .*backup\.$"):
        store.purge(NOW + 99 * DAY, limit=1000)
    store.close()


def test_a_missing_folder_and_a_folder_in_its_place_are_refused(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "none" / "journal.db")
    assert "is a folder" in refusal(tmp_path)


def test_a_read_only_folder_is_refused() -> None:
    # Not in pytest's own folder, which other accounts may not enter.
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "shut"
        folder.mkdir()
        folder.chmod(0o555)
        account: list[int] = []
        if os.geteuid() == 0:
            # Root may write anywhere: another account tries instead.
            Path(place).chmod(0o755)
            nobody = pwd.getpwnam("nobody")
            account = [nobody.pw_uid, nobody.pw_gid]
        kind, said = opened_elsewhere(folder / "journal.db", *account)
    assert kind == "StoreRefused"
    assert "not writable" in one_sentence(said)


def test_a_file_that_another_program_holds_is_busy_and_usable_afterwards(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy) as caught:
        store.commit(Batch(intake=[intake("1")]))
    assert "another program" in one_sentence(str(caught.value))
    other.execute("ROLLBACK")
    assert store.commit(Batch(intake=[intake("1")])).intake == ["new"]


def test_a_full_disk_loses_nothing_that_was_acknowledged(store: SqliteStore, path: Path) -> None:
    store.commit(Batch(intake=[intake("before")]))
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(StoreUnavailable) as caught:
        store.commit(Batch(intake=[intake(str(n), b"x" * 4000) for n in range(100)]))
    assert "full" in one_sentence(str(caught.value))
    store._connection.execute("PRAGMA max_page_count = 1000000")
    assert store.commit(Batch(intake=[intake("0"), intake("before")])).intake == ["new", "same"]


def test_commits_wait_for_the_disk_and_go_through_the_log(store: SqliteStore) -> None:
    pragmas = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2]


def test_a_reader_cannot_write(store: SqliteStore) -> None:
    reader = store.reader()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM payloads")
    reader.close()


def test_a_reader_in_another_process_reads_beside_the_owner(store: SqliteStore, path: Path) -> None:
    store.commit(Batch(intake=[intake("1")]))
    reader = open_reader(str(path))
    assert reader.payload(name("1")) is not None
    reader.close()
    store.commit(Batch(inbox=[message()]))


def test_a_reader_of_nothing_is_refused_and_makes_nothing(path: Path) -> None:
    with pytest.raises(StoreRefused, match="no journal"):
        open_reader(str(path))
    assert not path.exists()


@pytest.mark.parametrize("version", [(3, 7, 0), (3, 40, 1), (3, 44, 5), (3, 45, 0), (3, 50, 6), (3, 51, 2)])
def test_versions_with_the_wal_reset_race_are_warned_of(version: tuple[int, int, int]) -> None:
    [warning] = file.warnings(version)
    assert ".".join(map(str, version)) in one_sentence(warning)


@pytest.mark.parametrize("version", [(3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 52, 0), (4, 0, 0)])
def test_mended_versions_are_not_warned_of(version: tuple[int, int, int]) -> None:
    assert file.warnings(version) == []


def test_a_plain_order_touches_five_secondary_indexes(store: SqliteStore) -> None:
    rows = store._connection.execute(
        "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
    ).fetchall()
    # Written only where an order is out of the ordinary: waiting, unmatched, before a person.
    beside = {"stock_waits", "unmatched", "exceptions"}
    assert [name for table, name, _ in rows if table not in beside] == [
        "commands_open",
        "credit_by_order",
        "identifiers_by_value",
        "movements_shipped",
        "timers_due",
    ]
    assert {name for _, name, sql in rows if re.search(r"\bWHERE\b", sql)} >= {"commands_open", "exceptions_open"}
