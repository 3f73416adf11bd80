"""The files of an installation: read back as they were written, and named where they can't be."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crossdock.app.files import read_access, read_estate, read_session_key, write_access, write_new
from crossdock.estate.parse import EstateError
from crossdock.governance.access import Access, AccessError, ApiKey, Person

ESTATE = """
[systems.erp]
kind = "rest_erp"
url = "http://erp.example"
secrets = { token = "file:secrets/token", webhook = "env:SECRET" }
[owners]
sales_order = "erp"
price = "erp"
credit = "erp"
invoice = "erp"
"""


def test_access_is_read_as_it_was_written(tmp_path: Path) -> None:
    access = Access(
        (
            ApiKey("a", "00ff", ("admin",)),
            ApiKey(
                'quoted "b" \\ \n', "11", ("orders:read", "orders:write"), "web", datetime(2027, 1, 1, tzinfo=UTC), 60
            ),
        ),
        (Person("ada", "$argon2id$v=19$x", ("exceptions:read",), "sales"),),
    )
    write_access(tmp_path / "access.toml", access)
    assert read_access(tmp_path / "access.toml") == access
    assert (tmp_path / "access.toml").stat().st_mode & 0o777 == 0o600


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "access.toml").write_text("mine")
    with pytest.raises(FileExistsError):
        write_access(tmp_path / "access.toml", Access())
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "access.toml", "")
    assert (tmp_path / "access.toml").read_text() == "mine"


@pytest.mark.parametrize(
    ("declared", "place"),
    [
        ("", "{folder}/journal.db"),
        ('database = "data/j.db"\n', "{folder}/data/j.db"),
        ('database = "/var/lib/j.db"\n', "/var/lib/j.db"),
        ('database = "postgresql://db/crossdock"\n', "postgresql://db/crossdock"),
        ('database = "env:CROSSDOCK_TEST_DATABASE"\n', "postgresql://secret@db/crossdock"),
    ],
)
def test_the_journal_is_beside_the_estate_unless_it_says_where(
    declared: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSDOCK_TEST_DATABASE", "postgresql://secret@db/crossdock")
    (tmp_path / "estate.toml").write_text(declared + ESTATE)
    assert read_estate(tmp_path / "estate.toml").database == place.format(folder=tmp_path)
    assert read_estate(tmp_path).database == place.format(folder=tmp_path)


def test_secrets_of_files_are_beside_the_estate_wherever_it_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "estate.toml").write_text(ESTATE)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    secrets = read_estate(Path("../estate.toml")).estate.systems["erp"].secrets
    assert Path(secrets["token"].removeprefix("file:")).resolve() == tmp_path / "secrets" / "token"
    assert secrets["webhook"] == "env:SECRET"


def test_files_that_are_no_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "estate.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "access.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(EstateError, match=r"estate\.toml can't be read: it is no UTF-8 text"):
        read_estate(tmp_path / "estate.toml")
    with pytest.raises(AccessError, match=r"access\.toml can't be read: it is no UTF-8 text"):
        read_access(tmp_path / "access.toml")


def test_a_session_key_is_long_enough_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "session.key"
    assert read_session_key(path) is None
    path.write_text("ab" * 32 + "\n")
    assert read_session_key(path) == b"\xab" * 32
    path.write_text("ab" * 8)
    with pytest.raises(AccessError, match="too short"):
        read_session_key(path)
