"""Sessions, forms and the brake on guessing, without a server."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from crossdock.console.sessions import FAILURES_OF_ALL, FAILURES_OF_ONE, LASTS, WITHIN, Brake, Sessions
from crossdock.governance.access import Access, Person

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ADA = Person("ada", "$argon2id$of-ada", ("admin",))
BOB = Person("bob", "$argon2id$of-bob", ("orders:read",))
ACCESS = Access(people=(ADA, BOB))
SESSIONS = Sessions(b"k" * 32)


def test_a_session_names_its_person_until_it_ends() -> None:
    cookie = SESSIONS.start(ADA, NOW)
    read = SESSIONS.read(cookie, ACCESS, NOW + LASTS - timedelta(seconds=1))
    assert read is not None
    assert read[1] == ADA
    assert SESSIONS.read(cookie, ACCESS, NOW + LASTS) is None


def test_a_new_password_or_a_person_gone_ends_a_session() -> None:
    cookie = SESSIONS.start(ADA, NOW)
    changed = Person("ada", "$argon2id$new", ("admin",))
    assert SESSIONS.read(cookie, Access(people=(changed,)), NOW) is None
    assert SESSIONS.read(cookie, Access(people=(BOB,)), NOW) is None


def test_another_key_or_another_body_is_no_session() -> None:
    cookie = SESSIONS.start(BOB, NOW)
    body, _, signature = cookie.partition(".")
    as_ada = base64.urlsafe_b64encode(base64.urlsafe_b64decode(body).replace(b"bob", b"ada")).decode()
    assert SESSIONS.read(f"{as_ada}.{signature}", ACCESS, NOW) is None
    assert Sessions(b"x" * 32).read(cookie, ACCESS, NOW) is None


@pytest.mark.parametrize("cookie", ["", ".", "a.b", "é.é", "bnVsbA==.x", "W10=.x", "A" * 5000])
def test_nonsense_is_no_session(cookie: str) -> None:
    assert SESSIONS.read(cookie, ACCESS, NOW) is None


def test_a_form_token_belongs_to_its_nonce() -> None:
    token = SESSIONS.form_token("one")
    assert SESSIONS.is_form_token("one", token)
    assert not SESSIONS.is_form_token("two", token)
    assert not SESSIONS.is_form_token("", SESSIONS.form_token(""))
    assert not SESSIONS.is_form_token("one", "é")


def test_one_name_from_one_address_is_braked_after_a_few_failures() -> None:
    brake = Brake()
    for _ in range(FAILURES_OF_ONE):
        assert brake.wait("ada", "10.0.0.1", NOW) is None
        brake.failed("ADA", "10.0.0.1", NOW)
    assert brake.wait("ada", "10.0.0.1", NOW + timedelta(minutes=1)) == WITHIN - timedelta(minutes=1)
    assert brake.wait("ada", "10.0.0.2", NOW) is None
    assert brake.wait("bob", "10.0.0.1", NOW) is None
    assert brake.wait("ada", "10.0.0.1", NOW + WITHIN) is None


def test_an_address_is_braked_under_all_names_together() -> None:
    brake = Brake()
    for n in range(FAILURES_OF_ALL):
        brake.failed(f"name {n}", "10.0.0.1", NOW)
    assert brake.wait("another", "10.0.0.1", NOW) == WITHIN
    assert brake.wait("another", "10.0.0.2", NOW) is None


def test_signing_in_clears_the_count_of_that_name() -> None:
    brake = Brake()
    for _ in range(FAILURES_OF_ONE - 1):
        brake.failed("ada", "10.0.0.1", NOW)
    brake.succeeded("ada", "10.0.0.1")
    brake.failed("ada", "10.0.0.1", NOW)
    assert brake.wait("ada", "10.0.0.1", NOW) is None


def test_signing_in_does_not_count_against_an_address() -> None:
    brake = Brake()
    for n in range(3 * FAILURES_OF_ALL):
        assert brake.wait(f"name {n}", "10.0.0.1", NOW) is None
        brake.failed(f"name {n}", "10.0.0.1", NOW)
        brake.succeeded(f"name {n}", "10.0.0.1")


def test_what_is_counted_stays_bounded() -> None:
    brake = Brake()
    for n in range(Brake.MOST_KEPT + 500):
        brake.failed(f"{n}", f"{n}", NOW)
    assert len(brake._failures) <= Brake.MOST_KEPT
