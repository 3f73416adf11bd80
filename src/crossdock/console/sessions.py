"""Who is signed in: signed cookies with an expiry, tokens that tie forms to them, and a brake on guessing."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections import deque
from datetime import UTC, datetime, timedelta

import msgspec

from crossdock.governance.access import Access, Person
from crossdock.model.base import Value

LASTS = timedelta(hours=12)
FAILURES_OF_ONE = 5
FAILURES_OF_ALL = 30
WITHIN = timedelta(minutes=15)


class Session(Value, frozen=True):
    """A person signed in until an instant. `nonce` ties forms to it."""

    name: str
    until: datetime
    nonce: str


class Sessions:
    """Makes and checks the cookie's value. Nothing is kept: whoever has the key can check it, also after a restart."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def start(self, person: Person, now: datetime) -> str:
        session = Session(person.name, now.astimezone(UTC) + LASTS, secrets.token_urlsafe(12))
        body = msgspec.json.encode(session)
        return f"{base64.urlsafe_b64encode(body).decode()}.{self._sign(body, person)}"

    def read(self, cookie: str, access: Access, now: datetime) -> tuple[Session, Person] | None:
        """Who holds the cookie. None: forged, expired, or the person is gone or has a new password since."""
        encoded, _, signature = cookie.partition(".")
        try:
            body = base64.b64decode(encoded.encode(), altchars=b"-_", validate=True)
            session = msgspec.json.decode(body, type=Session)
        except (binascii.Error, msgspec.MsgspecError, UnicodeError):
            return None
        person = next((each for each in access.people if each.name == session.name), None)
        if person is None or now >= session.until:
            return None
        if not hmac.compare_digest(self._sign(body, person).encode(), signature.encode()):
            return None
        return session, person

    def form_token(self, nonce: str) -> str:
        """What a form must send back to prove that this site drew it for the holder of the nonce."""
        return self._mac(b"form", nonce.encode())

    def is_form_token(self, nonce: str, token: str) -> bool:
        return bool(nonce) and hmac.compare_digest(self.form_token(nonce).encode(), token.encode())

    def _sign(self, body: bytes, person: Person) -> str:
        # With the password's hash in it, a new password ends all sessions.
        return self._mac(b"session", body, person.password.encode())

    def _mac(self, *parts: bytes) -> str:
        mac = hmac.new(self._key, digestmod=hashlib.sha256)
        for part in parts:
            mac.update(len(part).to_bytes(4, "big") + part)
        return mac.hexdigest()


class Brake:
    """Counts failed sign-ins: a few for one name from one address, more for an address under all names."""

    MOST_KEPT = 10_000

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], deque[datetime]] = {}

    def wait(self, name: str, address: str, now: datetime) -> timedelta | None:
        """How long they must wait before the next try; None: they may try now."""
        waits = [
            recent[-most] + WITHIN - now
            for key, most in self._counts(name, address)
            if len(recent := self._recent(key, now)) >= most
        ]
        return max(waits, default=None)

    def failed(self, name: str, address: str, now: datetime) -> None:
        for key, most in self._counts(name, address):
            if key not in self._failures and len(self._failures) >= self.MOST_KEPT:
                self._failures.pop(next(iter(self._failures)))
            self._failures.setdefault(key, deque(maxlen=most)).append(now)

    def succeeded(self, name: str, address: str) -> None:
        """It was no failure after all: the name starts anew, and the address has one less."""
        self._failures.pop((name.lower(), address), None)
        if failures := self._failures.get(("", address)):
            failures.pop()

    @staticmethod
    def _counts(name: str, address: str) -> tuple[tuple[tuple[str, str], int], ...]:
        return ((name.lower(), address), FAILURES_OF_ONE), (("", address), FAILURES_OF_ALL)

    def _recent(self, key: tuple[str, str], now: datetime) -> "deque[datetime]":
        failures = self._failures.get(key, deque())
        while failures and failures[0] + WITHIN <= now:
            failures.popleft()
        if not failures:
            self._failures.pop(key, None)
        return failures
