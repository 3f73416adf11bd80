"""Talking to the Admin API: requests out of values, and what an answer says about the work.

- 2xx with a body that reads: done.
- 429: nothing was done; try later, after `Retry-After` (seconds, with a fraction), else after the bucket has leaked.
- 401, 403: refused; the token or its scopes must be renewed by a person.
- 402, 423: the shop is frozen or locked; try later. Other 4xx: refused, in Shopify's words.
- 5xx or an unreadable success: for a read, try later; for a write, nobody knows (NoAnswer).

Source: shopify.dev, REST Admin API, "Status and error codes", "Rate limits" (`X-Shopify-Shop-Api-Call-Limit: 39/40`).
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec

from crossdock.connectors.shopify.settings import Settings
from crossdock.connectors.shopify.source import Unreadable, decimal_of, parse
from crossdock.runtime.connector import Refused, TryLater
from crossdock.runtime.ports import Exchange, NoAnswer, Request, Response

_encode = msgspec.json.Encoder(decimal_format="string").encode
_LONGEST_REASON = 500


class Stopped(Exception):
    """An answer that ends the conversation; `outcome` says how. It never leaves this connector."""

    def __init__(self, outcome: Refused | TryLater) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class Api:
    """The Admin API of one shop, in one version."""

    def __init__(self, settings: Settings) -> None:
        self._base = f"{settings.url.rstrip('/')}/admin/api/{settings.api_version}"
        self._token = settings.token
        self._system = settings.system
        self._timeout = settings.timeout

    def get(self, path: str, **query: str | int) -> Exchange[dict[str, Any]]:
        """The answer's JSON object. Raises Stopped."""
        _, body = yield from self.page(path, **query)
        return body

    def page(self, path: str, **query: str | int) -> Exchange[tuple[Response, dict[str, Any]]]:
        """The same with the answer itself, for its headers."""
        url = f"{self._base}/{path}" + (f"?{urlencode(query)}" if query else "")
        response = yield Request("GET", url, self._headers(), b"", self._timeout)
        if response.status >= 500 or response.status == 408:
            raise Stopped(TryLater(f"reading {path} was answered {response.status}: {words(response)}"))
        self._check(response)
        try:
            return response, parse(response.body)
        except Unreadable as error:
            raise Stopped(TryLater(f"reading {path} was answered with a body that is {error}")) from None

    def send(self, method: str, path: str, body: object) -> Exchange[dict[str, Any]]:
        """A write. Raises Stopped, or NoAnswer where it may have been done."""
        headers = self._headers() | {"content-type": "application/json"}
        response = yield Request(method, f"{self._base}/{path}", headers, _encode(body), self._timeout)
        if response.status >= 500 or response.status == 408 or 300 <= response.status < 400:
            raise NoAnswer(f"{method} {path} was answered {response.status}: {words(response)}")
        self._check(response)
        try:
            return parse(response.body)
        except Unreadable as error:
            raise NoAnswer(f"{method} {path} was answered {response.status} with a body that is {error}") from None

    def _headers(self) -> dict[str, str]:
        return {"accept": "application/json", "x-shopify-access-token": self._token}

    def _check(self, response: Response) -> None:
        if response.ok:
            return
        status, reason = response.status, words(response)
        if status == 429:
            raise Stopped(TryLater(f"the shop's request limit is reached: {reason}", pause(response)))
        if status in (401, 403):
            what = "is not accepted" if status == 401 else "lacks a scope"
            raise Stopped(
                Refused(f"the access token (secret `token` of the system {self._system}) {what}: {reason}", str(status))
            )
        if status in (402, 423):
            raise Stopped(TryLater(f"the shop is frozen or locked: {reason}"))
        raise Stopped(Refused(reason, str(status)))


def pause(response: Response) -> timedelta | None:
    """What the shop wants us to wait: `Retry-After`, else a second where its bucket is full."""
    seconds = decimal_of(response.headers.get("retry-after", "").strip())
    if seconds is not None and 0 <= seconds <= 86_400:
        return timedelta(milliseconds=int(seconds * Decimal(1000)))
    used, _, size = response.headers.get("x-shopify-shop-api-call-limit", "").partition("/")
    full = used.isdigit() and size.isdigit() and int(used) >= int(size)
    return timedelta(seconds=1) if full else None


def words(response: Response) -> str:
    """Shopify's own words: `errors` is a string, a list, or an object of lists by field."""
    try:
        errors = parse(response.body).get("errors")
    except Unreadable:
        errors = response.body.decode("utf-8", "replace").strip()
    if isinstance(errors, dict):
        errors = "; ".join(f"{field}: {_joined(reasons)}" for field, reasons in errors.items())
    return (_joined(errors) or f"HTTP status {response.status}")[:_LONGEST_REASON]


def members(body: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list in an answer."""
    listed = body.get(name)
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _joined(reasons: object) -> str:
    if isinstance(reasons, list):
        return ", ".join(str(reason) for reason in reasons)
    return str(reasons) if reasons else ""
