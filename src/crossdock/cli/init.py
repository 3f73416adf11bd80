"""`crossdock init`: a folder with a working example estate, its secrets, the first key and the first password."""

import base64
import os
import secrets
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from crossdock.app.files import ACCESS, ESTATE, SESSION_KEY, write_access, write_new
from crossdock.cli.faults import Stop
from crossdock.governance.access import Access, ApiKey, Person, hash_password, key_hash, make_key

FOLDER = Annotated[Path, typer.Argument(metavar="DIR", help="The folder; it is made where it does not exist.")]
_SYSTEMS = ("erp", "wms", "ups")


def init(folder: FOLDER) -> None:
    """Make an estate to start from, the first API key and the first console password."""
    _check(folder)
    key = make_key("admin", secrets.token_bytes(32))
    password = secrets.token_urlsafe(15)
    access = Access(
        (ApiKey("admin", key_hash(key), ("admin",)),), (Person("admin", hash_password(password), ("admin",)),)
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_secrets(folder / "secrets")
        write_new(folder / SESSION_KEY, secrets.token_hex(32) + "\n", secret=True)
        write_access(folder / ACCESS, access)
        write_new(folder / ESTATE, files("crossdock.cli").joinpath(ESTATE).read_text("utf-8"))
    except OSError as error:
        raise Stop(f"{error.filename or folder} can't be written: {error.strerror}; choose another folder") from error
    print(f"Made {folder / ESTATE}. These are shown once; only their hashes are kept:")
    print()
    print(f"  API key            {key}")
    print(f"  console user       admin\n  console password   {password}")
    print()
    print("Start it, and sign in at the address that it prints:")
    print(f"  crossdock run --estate {folder / ESTATE}")


def _check(folder: Path) -> None:
    """Before anything is written: nothing half-done may stay behind."""
    for name in (ESTATE, ACCESS, SESSION_KEY, "secrets"):
        if (folder / name).exists():
            raise Stop(f"{folder} already holds {name}, and nothing was changed; choose another folder")
    existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    if not existing.is_dir():
        raise Stop(f"{existing} is a file; name a folder")
    if not os.access(existing, os.W_OK):
        raise Stop(f"{existing} is not writable; choose another folder, or change its permissions")


def _write_secrets(folder: Path) -> None:
    """Tokens and signing secrets for the example's systems: to be given to them, or replaced by theirs."""
    folder.mkdir(mode=0o700)
    for system in _SYSTEMS:
        write_new(folder / f"{system}.token", secrets.token_urlsafe(24) + "\n", secret=True)
        signing = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
        write_new(folder / f"{system}.webhook", signing + "\n", secret=True)
