"""Keys and people: what holds, what does not, and a file that keeps only hashes."""

from datetime import UTC, datetime, timedelta

import pytest

from crossdock.governance.access import (
    SCOPES,
    Access,
    AccessError,
    ApiKey,
    Person,
    allows,
    hash_password,
    key_hash,
    make_key,
    parse_access,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = make_key("shop", b"\x01" * 32)


def test_a_key_names_its_program_and_is_found_by_its_hash_alone() -> None:
    access = Access((ApiKey("shop", key_hash(KEY), ("orders:write",)),))
    assert KEY.startswith("cdk_shop_")
    found = access.key(KEY, NOW)
    assert found is not None
    assert found.name == "shop"
    assert KEY not in repr(access)
    for other in ("", KEY[:-1], KEY + "0", KEY.upper(), key_hash(KEY)):
        assert access.key(other, NOW) is None


def test_a_key_ends_when_it_says() -> None:
    access = Access((ApiKey("shop", key_hash(KEY), (), expires_at=NOW),))
    assert access.key(KEY, NOW - timedelta(microseconds=1)) is not None
    assert access.key(KEY, NOW) is None


def test_a_person_signs_in_with_their_own_password_only() -> None:
    access = Access(people=(Person("ada", hash_password("one"), ()), Person("bob", hash_password("two"), ())))
    assert access.sign_in("ada", "one") == access.people[0]
    for name, password in (("ada", "two"), ("bob", "one"), ("eve", "one"), ("", ""), ("ada", "")):
        assert access.sign_in(name, password) is None


def test_a_hash_that_is_none_lets_nobody_in() -> None:
    assert Access(people=(Person("ada", "plain", ()),)).sign_in("ada", "plain") is None


def test_an_administrator_may_do_everything_and_others_what_they_were_given() -> None:
    assert all(allows(("admin",), scope) for scope in SCOPES)
    assert allows(("orders:read",), "orders:read")
    assert not allows(("orders:read",), "orders:write")
    assert not allows((), "orders:read")


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ({"keys": 3}, "access.toml: "),
        ({"keys": [{"name": "a"}]}, "missing required field"),
        ({"keys": [{"name": "a", "hash": "b", "scopes": ["fly"]}]}, "no scope is called fly; known are orders:write"),
        ({"people": [{"name": "a", "password": "b", "scopes": ["fly"]}]}, "no scope is called fly"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_a_sentence(tables: dict[str, object], says: str) -> None:
    with pytest.raises(AccessError, match=says):
        parse_access(tables)
