"""JSON over HTTP: requests out of values, answers into values, and what a status says about the work.

Errors are RFC 9457 problems. The sorting of statuses, the same for every contract here:

- 2xx with a body that reads: done.
- 429 and 503: the system promises that nothing was done: try later, after `Retry-After` where it says so.
- 401 and 403: our credentials, not the work, are at fault: try later.
- other 4xx: refused, in the system's own words.
- 408, other 5xx, 3xx, or a success that does not read: what happened there is unknown (NoAnswer).
"""

from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from crossdock.model.base import Value
from crossdock.runtime.connector import Problem, Refused, TryLater
from crossdock.runtime.ports import NoAnswer, Request, Response

T = TypeVar("T")

encode = msgspec.json.Encoder(decimal_format="string").encode
_LONGEST_REASON = 500


class ProblemDetails(Value, frozen=True):
    """RFC 9457 section 3, with the extension member `code` for programs."""

    title: str = ""
    detail: str = ""
    code: str = ""


class Api(Value, frozen=True):
    """A JSON API: its base URL without a slash at the end, its bearer token, and the seconds one answer may
    take."""

    url: str
    token: str
    timeout: float = 30.0

    def get(self, *path: str, **query: str | int | None) -> Request:
        """A GET of the path's parts, quoted; query parameters that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._request("GET", path, "?" + urlencode(given) if given else "", b"", {})

    def send(self, method: str, *path: str, body: object, key: str = "") -> Request:
        """A request with a JSON body and, where there is one, an Idempotency-Key."""
        extra = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
        return self._request(method, path, "", encode(body), extra)

    def _request(
        self,
        method: str,
        path: tuple[str, ...],
        query: str,
        body: bytes,
        extra: Mapping[str, str],
    ) -> Request:
        url = "/".join((self.url, *(quote(part, safe="") for part in path))) + query
        fixed = {
            "authorization": f"Bearer {self.token}",
            "accept": "application/json, application/problem+json",
        }
        return Request(method, url, {**fixed, **extra}, body, self.timeout)


def ask(request: Request, kind: type[T], now: datetime) -> Generator[Request, Response, T | Refused | TryLater]:
    """Send one request and read its answer. NotSent and NoAnswer pass through."""
    response = yield request
    stopped = failure(response, now)
    return read(response, kind) if stopped is None else stopped


def failure(response: Response, now: datetime) -> Refused | TryLater | None:
    """What an answer other than success means; None for 2xx. Raises NoAnswer where nobody can know."""
    status = response.status
    if response.ok:
        return None
    reason, code = _words(response)
    if status in (429, 503):
        return TryLater(reason, retry_after(response, now))
    if status in (401, 403):
        return TryLater(f"our credentials were not accepted: {reason}")
    if 400 <= status < 500 and status != 408:
        return Refused(reason, code or str(status))
    raise NoAnswer(f"answered {status}: {reason}")


def read(response: Response, kind: type[T]) -> T:
    """The body as a value. Raises NoAnswer where it is not one: a success that does not read proves
    nothing."""
    try:
        return msgspec.json.decode(response.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        unfit = problem(error)
        raise NoAnswer(
            f"answered {response.status} with a body unlike the contract at {unfit.path}: {unfit.reason}"
        ) from None


def problem(error: Exception) -> Problem:
    """Path and reason of a body that msgspec would not read; `$` is the whole body."""
    reason, separator, path = str(error).partition(" - at `")
    return Problem(path.rstrip("`") if separator else "$", reason)


def retry_after(response: Response, now: datetime) -> timedelta | None:
    """RFC 9110 section 10.2.3: seconds, or a date. None where it is missing or unreadable."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) <= 9:
        return timedelta(seconds=int(value))
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(at.replace(tzinfo=at.tzinfo or UTC) - now, timedelta())


def _words(response: Response) -> tuple[str, str]:
    try:
        said: Any = msgspec.json.decode(response.body, type=ProblemDetails)
    except (msgspec.DecodeError, UnicodeDecodeError):
        text = response.body.decode("utf-8", "replace").strip()
        return text[:_LONGEST_REASON] or f"HTTP status {response.status}", ""
    reason = said.detail or said.title or f"HTTP status {response.status}"
    return reason[:_LONGEST_REASON], said.code
