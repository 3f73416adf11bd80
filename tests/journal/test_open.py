"""A journal's address names its store, or is refused in one sentence."""

from pathlib import Path

import pytest

from crossdock.journal.open import open_reader, open_store, sqlite_path
from crossdock.journal.store import StoreRefused, StoreUnavailable


def test_a_bare_path_and_a_sqlite_url_name_a_file(tmp_path: Path) -> None:
    assert sqlite_path("here/journal.db") == Path("here/journal.db")
    assert sqlite_path("sqlite:///here/journal.db") == Path("here/journal.db")
    assert sqlite_path(f"sqlite:///{tmp_path}/a%20b.db") == tmp_path / "a b.db"


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite://host/x", "mysql://host/x", "sqlite:///"])
def test_any_other_address_is_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(StoreRefused, match=r"postgresql://.*\.$"):
        open_store(url)


@pytest.mark.parametrize("url", ["postgresql://host:port/x", "postgresql://host/x?unheard=of"])
def test_a_postgresql_address_that_cannot_be_read_is_refused(url: str) -> None:
    with pytest.raises(StoreRefused, match=r"can't be read.*\.$"):
        open_store(url)


def test_a_folder_with_spaces_and_signs_is_a_place_like_any(tmp_path: Path) -> None:
    folder = tmp_path / "my orders #1? 100%"
    folder.mkdir()
    open_store(str(folder / "journal.db")).close()
    assert (folder / "journal.db").exists()
    open_reader(str(folder / "journal.db")).close()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1:9/x can't be reached.*\.$") as caught:
        open_store("postgresql://someone:hidden@127.0.0.1:9/x")
    assert "hidden" not in str(caught.value)


def test_a_wrong_password_and_an_unknown_database_are_refused(postgres_url: str) -> None:
    head, _, host = postgres_url.rpartition("@")
    user = head.rpartition(":")[0]
    with pytest.raises(StoreRefused, match=r"password.*\.$") as caught:
        open_store(f"{user}:wrong@{host}")
    assert "wrong" not in str(caught.value)
    with pytest.raises(StoreRefused, match=r"does not exist.*\.$"):
        open_store(postgres_url.rpartition("/")[0] + "/nowhere")


def test_a_reader_of_an_empty_database_is_refused(postgres_url: str) -> None:
    with pytest.raises(StoreRefused, match="no current journal"):
        open_reader(postgres_url)
