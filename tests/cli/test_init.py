"""`crossdock init`: an estate that runs at once, secrets that only their owner reads, nothing half-done."""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crossdock.app.connectors import KINDS, make_connectors
from crossdock.app.files import read_access, read_estate, read_session_key
from crossdock.cli.main import run_command
from crossdock.estate import model
from crossdock.governance.access import key_hash

ESTATE = Path(run_command.__code__.co_filename).parent / "estate.toml"


def init(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = run_command(["init", str(folder)])
    out = capsys.readouterr()
    return status, out.out, out.err


def test_it_makes_an_estate_that_can_run_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = init(tmp_path / "new" / "acme", capsys)
    assert (status, err) == (0, "")
    declared = read_estate(tmp_path / "new" / "acme" / "estate.toml")
    assert declared.database == str(tmp_path / "new" / "acme" / "journal.db")
    assert sorted(make_connectors(declared.estate, {})) == ["erp", "ups", "wms"]


def test_the_key_and_password_are_shown_once_and_kept_as_hashes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = init(tmp_path / "acme", capsys)
    key = re.findall(r"cdk_admin_[0-9a-f]{64}", out)
    password = re.findall(r"console password +(\S+)", out)
    assert len(key) == len(password) == 1
    text = (tmp_path / "acme" / "access.toml").read_text()
    assert key[0] not in text
    assert password[0] not in text
    access = read_access(tmp_path / "acme" / "access.toml")
    assert [(each.hash, each.scopes) for each in access.keys] == [(key_hash(key[0]), ("admin",))]
    assert access.sign_in("admin", password[0]) is not None
    assert access.sign_in("admin", password[0] + "x") is None


def test_what_is_secret_only_its_owner_may_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(tmp_path / "acme", capsys)
    folder = tmp_path / "acme"
    files = [folder / "access.toml", folder / "session.key", *(folder / "secrets").iterdir()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert len({path.read_bytes() for path in files}) == len(files)
    assert len(read_session_key(folder / "session.key") or b"") == 32


def test_a_folder_that_holds_an_estate_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "estate.toml").write_text("mine")
    status, out, err = init(tmp_path, capsys)
    assert (status, out) == (1, "")
    assert err == f"{tmp_path} already holds estate.toml, and nothing was changed; choose another folder.\n"
    assert [path.name for path in tmp_path.iterdir()] == ["estate.toml"]


@pytest.mark.parametrize("path", ["/proc/crossdock", "/dev/null/acme"])
def test_a_folder_that_cannot_be_written_is_refused_in_a_sentence(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = init(Path(path), capsys)
    assert status == 1
    assert err.count("\n") == 1
    assert path.split("/")[1] in err


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("systems.erp.limits", model.Limits),
        ("nodes.west", model.Node),
        ("channels.api", model.Channel),
        ("channels.api.price", model.PricePolicy),
        ("promises", model.Promises),
    ],
)
def test_every_default_of_the_model_is_spelled_out(path: str, kind: type[msgspec.Struct]) -> None:
    table: Any = tomllib.loads(ESTATE.read_text())
    for name in path.split("."):
        table = table[name]
    parsed = read_estate(ESTATE).estate
    thing: Any = parsed
    for name in path.split("."):
        thing = thing[name] if isinstance(thing, dict) else getattr(thing, name)
    examples = {"time_zone", "code"}  # a warehouse has its own
    for field in msgspec.structs.fields(kind):
        if field.required or isinstance(field.default, msgspec.Struct):
            continue
        assert field.name in table, f"{path}.{field.name} is not in the example"
        if field.name not in examples:
            assert getattr(thing, field.name) == field.default, f"{path}.{field.name} is not its default"


def test_the_example_names_every_kind_of_system_there_is() -> None:
    text = ESTATE.read_text()
    assert all(kind in text for kind in KINDS)
