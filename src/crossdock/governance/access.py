"""Who may do what: API keys and people, with scopes. Only hashes are kept; files are read and written elsewhere."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crossdock.model.base import Value

SCOPES = ("orders:write", "orders:read", "exceptions:read", "exceptions:act", "operations:read", "admin")
PREFIX = "cdk"

_passwords = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class AccessError(Exception):
    """The access file can't be used; one sentence."""


class ApiKey(Value, frozen=True):
    """A program's key. `hash` is the SHA-256 of the whole key, which has 32 random bytes; `channel` is where its orders
    are placed; `requests_a_minute` 0 is no limit."""

    name: str
    hash: str
    scopes: tuple[str, ...]
    channel: str = "api"
    expires_at: datetime | None = None
    requests_a_minute: int = 0


class Person(Value, frozen=True):
    """Somebody who signs in on the console. `password` is an Argon2id hash."""

    name: str
    password: str
    scopes: tuple[str, ...]
    role: str = "operations"


class Access(Value, frozen=True):
    """All keys and people of an installation."""

    keys: tuple[ApiKey, ...] = ()
    people: tuple[Person, ...] = ()

    def key(self, presented: str, now: datetime) -> ApiKey | None:
        """The key that was presented, if it is known and holds."""
        found = None
        digest = key_hash(presented)
        for key in self.keys:
            if hmac.compare_digest(key.hash, digest) and (key.expires_at is None or now < key.expires_at):
                found = key
        return found

    def sign_in(self, name: str, password: str) -> Person | None:
        """The person of that name with that password. Takes as long for an unknown name as for a known one."""
        person = next((person for person in self.people if person.name == name), None)
        try:
            _passwords.verify(person.password if person else _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return None
        return person


def allows(scopes: tuple[str, ...], needed: str) -> bool:
    return needed in scopes or "admin" in scopes


def make_key(name: str, secret: bytes) -> str:
    """A key to be shown once: `cdk_<name>_<secret>`."""
    return f"{PREFIX}_{name}_{secret.hex()}"


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def hash_password(password: str) -> str:
    return _passwords.hash(password)


_NOBODY = hash_password("nobody has this password")


def parse_access(tables: Mapping[str, Any]) -> Access:
    """From the tables of `access.toml`: `[[keys]]` and `[[people]]`. Raises AccessError."""
    try:
        access = msgspec.convert(dict(tables), Access, strict=False)
    except msgspec.ValidationError as error:
        raise AccessError(f"access.toml: {error}") from error
    scopes = [*(key.scopes for key in access.keys), *(person.scopes for person in access.people)]
    for scope in (scope for each in scopes for scope in each):
        if scope not in SCOPES:
            raise AccessError(f"access.toml: no scope is called {scope}; known are {', '.join(SCOPES)}")
    return access
