"""A journal's schema is brought up to date when it is opened, and a newer one is left alone."""

import sqlite3
from pathlib import Path

import psycopg
import pytest

from crossdock.journal import tables
from crossdock.journal.batch import Batch
from crossdock.journal.migrations import apply
from crossdock.journal.open import open_reader, open_store
from crossdock.journal.sqlite import file
from crossdock.journal.store import StoreRefused
from crossdock.journal.tables import Table
from tests.conformance.store_rows import intake

TABLES = [value for value in vars(tables).values() if isinstance(value, Table)]
SQLITE_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
POSTGRES_SCHEMA = """
    SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
"""


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_the_newest_revision_is_the_one_that_opening_looks_for(store: str) -> None:
    assert apply._scripts(store).get_heads() == [apply.HEADS[store]]
    assert apply._scripts(store).get_bases() == ["0001"]


@pytest.mark.parametrize("revision", sorted(apply.known_revisions("sqlite")))
def test_a_sqlite_journal_of_any_revision_is_brought_up_to_date(tmp_path: Path, revision: str) -> None:
    old, fresh = tmp_path / "old.db", tmp_path / "fresh.db"
    connection = sqlite3.connect(old, isolation_level=None)
    connection.execute(f"PRAGMA application_id = {file.APPLICATION}")
    apply.upgrade("sqlite", lambda: connection, to=revision)
    connection.close()
    for path in (old, fresh):
        store = open_store(str(path))
        assert store.commit(Batch(intake=[intake("1")])).intake == ["new"]
        store.close()
    schemas = [sqlite3.connect(path).execute(SQLITE_SCHEMA).fetchall() for path in (old, fresh)]
    assert schemas[0] == schemas[1]


@pytest.mark.parametrize("revision", sorted(apply.known_revisions("postgres")))
def test_a_postgresql_journal_of_any_revision_is_brought_up_to_date(
    postgres_url: str, journal_url: str, revision: str
) -> None:
    apply.upgrade("postgres", lambda: psycopg.connect(postgres_url), to=revision)
    open_store(postgres_url).close()
    schemas = [psycopg.connect(url).execute(POSTGRES_SCHEMA).fetchall() for url in (postgres_url, journal_url)]
    assert schemas[0] == schemas[1]


def test_a_newer_sqlite_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    open_store(str(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for opening in (open_store, open_reader):
        with pytest.raises(StoreRefused, match=r"newer Crossdock \(its schema is 9999.*\.$"):
            opening(str(path))


def test_a_newer_postgresql_journal_is_refused_and_left_alone(journal_url: str) -> None:
    with psycopg.connect(journal_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for opening in (open_store, open_reader):
        with pytest.raises(StoreRefused, match=r"newer Crossdock \(its schema is 9999.*\.$"):
            opening(journal_url)


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.db"

    def broken(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.runtime.migration.HeadMaintainer.update_to_step", broken)
        with pytest.raises(RuntimeError, match="power"):
            open_store(str(path))
    assert sqlite3.connect(path).execute(SQLITE_SCHEMA).fetchall() == []
    open_store(str(path)).close()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_type_has_its_columns_and_every_table_its_partition(
    tmp_path: Path, journal_url: str, table: Table
) -> None:
    path = tmp_path / "journal.db"
    open_store(str(path)).close()
    in_sqlite = [row[1] for row in sqlite3.connect(path).execute(f"PRAGMA table_info({table.name})")]
    with psycopg.connect(journal_url) as connection:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position",
            (table.name,),
        ).fetchall()
    fields = list(tables.INSTANCE_FIELDS) if table is tables.INSTANCES else list(table.fields)
    for columns in (in_sqlite, [name for (name,) in rows]):
        assert columns[: len(fields)] == fields
        assert "partition" in columns
