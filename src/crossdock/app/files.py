"""The files of an installation: `estate.toml`, and beside it `access.toml` and `session.key`."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crossdock.estate.model import Estate
from crossdock.estate.parse import EstateError, parse_estate
from crossdock.governance.access import Access, AccessError, parse_access
from crossdock.model.base import Value

ESTATE = "estate.toml"
ACCESS = "access.toml"
SESSION_KEY = "session.key"
DATABASE = "journal.db"


class Declared(Value, frozen=True):
    """An estate as its file declares it, and where its journal is: a path or a URL."""

    estate: Estate
    database: str


def read_estate(path: Path) -> Declared:
    """Reads `estate.toml`. `database` and `file:` secrets are relative to its folder. Raises EstateError."""
    if path.is_dir():
        path = path / ESTATE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise EstateError(f"there is no estate at {path}: check the path, or make one with `crossdock init`") from error
    except (OSError, UnicodeDecodeError) as error:
        raise EstateError(f"{path} can't be read: {_reason(error)}") from error
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EstateError(f"{path} is no TOML: {error}") from error
    folder = path.absolute().parent
    database = _database(tables.pop("database", DATABASE), folder)
    return Declared(parse_estate(_with_absolute_secrets(tables, folder)), database)


def _database(declared: object, folder: Path) -> str:
    if not isinstance(declared, str) or not declared:
        raise EstateError("estate.toml: database: name a file, postgresql://user@host/name, or env:NAME")
    if declared.startswith("env:"):
        name = declared.removeprefix("env:")
        declared = os.environ.get(name, "")
        if not declared:
            raise EstateError(f"estate.toml: database: the environment variable {name} is not set; set it")
    if "://" in declared:
        return declared
    return str(folder / Path(declared).expanduser())


def _with_absolute_secrets(tables: dict[str, Any], folder: Path) -> dict[str, Any]:
    """`file:secrets/erp.token` means the one beside the estate, wherever the program was started."""

    def secret(value: object) -> object:
        if isinstance(value, str) and value.startswith("file:"):
            return f"file:{folder / Path(value.removeprefix('file:')).expanduser()}"
        return value

    def system(table: object) -> object:
        if isinstance(table, Mapping) and isinstance(table.get("secrets"), Mapping):
            return {**table, "secrets": {name: secret(each) for name, each in table["secrets"].items()}}
        return table

    systems = tables.get("systems")
    if not isinstance(systems, Mapping):
        return tables
    return {**tables, "systems": {name: system(table) for name, table in systems.items()}}


def read_access(path: Path) -> Access:
    """Reads `access.toml`. Raises AccessError."""
    try:
        return parse_access(tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError as error:
        raise AccessError(f"there is no {path}, so nobody could sign in: make one with `crossdock init`") from error
    except (OSError, UnicodeDecodeError) as error:
        raise AccessError(f"{path} can't be read: {_reason(error)}") from error
    except tomllib.TOMLDecodeError as error:
        raise AccessError(f"{path} is no TOML: {error}") from error


def write_access(path: Path, access: Access) -> None:
    """Writes a new `access.toml`, readable by its owner only. Raises FileExistsError, never overwriting one."""
    rows: dict[str, str | list[str]]
    blocks = ["# Who may use this installation. Only hashes stand here; what they are of was shown once."]
    for key in access.keys:
        rows = {"name": key.name, "hash": key.hash, "scopes": list(key.scopes), "channel": key.channel}
        block = ["[[keys]]", *(f"{name} = {_toml(value)}" for name, value in rows.items())]
        if key.expires_at is not None:
            block.append(f"expires_at = {key.expires_at.isoformat()}")
        if key.requests_a_minute:
            block.append(f"requests_a_minute = {key.requests_a_minute}")
        blocks.append("\n".join(block))
    for person in access.people:
        rows = {
            "name": person.name,
            "password": person.password,
            "scopes": list(person.scopes),
            "role": person.role,
        }
        blocks.append("\n".join(["[[people]]", *(f"{name} = {_toml(value)}" for name, value in rows.items())]))
    write_new(path, "\n\n".join(blocks) + "\n", secret=True)


def write_new(path: Path, text: str, *, secret: bool = False) -> None:
    """Writes a file that does not exist yet; a secret one only its owner may read. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def read_session_key(path: Path) -> bytes | None:
    """What signs the console's sessions; None where there is no such file. Raises AccessError."""
    try:
        key = bytes.fromhex(path.read_text("utf-8").strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise AccessError(f"{path} can't be read: {_reason(error)}; delete it, and everybody signs in anew") from error
    if len(key) < 32:
        raise AccessError(f"{path} is too short to sign sessions with; delete it, and everybody signs in anew")
    return key


def _toml(value: str | list[str]) -> str:
    """A basic string or an array of them (TOML 1.0, "String")."""
    if isinstance(value, list):
        return f"[{', '.join(_toml(each) for each in value)}]"
    escaped = "".join(
        {"\\": "\\\\", '"': '\\"'}.get(char, char if char.isprintable() else f"\\U{ord(char):08X}") for char in value
    )
    return f'"{escaped}"'


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "it is no UTF-8 text"
