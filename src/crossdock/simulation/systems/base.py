"""What all simulated systems have in common: routes, work that takes time, callbacks with retries, a ledger.

A system is a plain object. `handle(request, now)` answers; `due(now)` does the work whose time has come and
gives the
callbacks that it wants to send; `told(id, status, now)` says how one went. Nothing here knows sockets or a
clock.
"""

import heapq
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import InvalidOperation
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from crossdock.runtime.ports import Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.faults import NONE, Faults
from crossdock.simulation.systems.ledger import Ledger

encode = msgspec.json.Encoder(decimal_format="string").encode

Json = dict[str, Any]


class Call(NamedTuple):
    """A request, taken apart: `path` has the route's named parts, `body` the JSON object."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json
    now: datetime


Handler = Callable[[Call], Response]


class Failure(Exception):
    """A refusal, as an RFC 9457 problem."""

    def __init__(self, status: int, detail: str, code: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code

    def response(self) -> Response:
        body = {"status": self.status, "detail": self.detail, "code": self.code}
        return Response(self.status, {"content-type": "application/problem+json"}, encode(body))


def reply(body: object, status: int = 200) -> Response:
    return Response(status, {"content-type": "application/json"}, encode(body))


class Callback(NamedTuple):
    """A message to whoever subscribed, `to` an address where there are several. `copy` counts the times that the same
    message goes out by fault."""

    id: str
    type: str
    body: bytes
    to: str = ""
    copy: int = 0


class Outgoing(NamedTuple):
    """A callback as a request to send now; say `told(ticket, status, now)` afterwards."""

    ticket: int
    request: Request


class Simulated(ABC):
    """Base of the systems. Subclasses fill `self.routes` and say how a callback looks on the wire."""

    RETRIES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
    """Seconds between attempts of a callback; after the last it is given up."""

    def __init__(self, name: str, token: str, faults: Faults = NONE, chance: Chance | None = None) -> None:
        self.name = name
        self.token = token
        self.ledger = Ledger(name)
        self.faults = faults
        self.subscribed = True
        self.given_up = 0
        self.routes: list[tuple[str, re.Pattern[str], Handler]] = []
        self._chance = (chance or Chance(0)).stream(f"{name}/callbacks")
        self._agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._outbox: list[tuple[datetime, int, Callback, int]] = []
        self._sent: dict[int, tuple[Callback, int]] = {}
        self._count = 0

    # --- requests ---------------------------------------------------------------------------------

    def route(self, method: str, template: str, handler: Handler) -> None:
        """`{name}` in the template stands for one part of the path."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))
        self.routes.append((method, pattern, handler))

    def handle(self, request: Request, now: datetime) -> Response:
        """Answer one request; header names as they come."""
        self.advance(now)
        try:
            return self._dispatch(request, now)
        except Failure as failure:
            return self.refusal(failure)
        except (KeyError, TypeError, AttributeError) as error:
            return self.refusal(Failure(422, f"the field {error} is missing or of the wrong type", "unfit"))
        except (ValueError, InvalidOperation) as error:
            return self.refusal(Failure(422, f"a field has no fit value: {error}", "unfit"))

    def refusal(self, failure: Failure) -> Response:
        """How this system says no."""
        return failure.response()

    def authorised(self, headers: Mapping[str, str]) -> bool:
        return headers.get("authorization") == f"Bearer {self.token}"

    def _dispatch(self, request: Request, now: datetime) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not self.authorised(headers):
            raise Failure(401, "unknown token", "unauthorised")
        parts = urlsplit(request.url)
        for method, pattern, handler in self.routes:
            found = pattern.fullmatch(parts.path)
            if found and method == request.method:
                path = {name: unquote(value) for name, value in found.groupdict().items()}
                query = dict(parse_qsl(parts.query))
                return handler(Call(path, query, headers, self._json(request.body), now))
        raise Failure(404, f"no such resource: {request.method} {parts.path}", "not_found")

    def _json(self, body: bytes) -> Json:
        if not body:
            return {}
        try:
            return msgspec.json.decode(body, type=Json)
        except msgspec.DecodeError as error:
            raise Failure(400, f"the body is no JSON object: {error}", "unreadable") from None

    # --- work that takes time ---------------------------------------------------------------------

    def later(self, at: datetime, action: Callable[[datetime], None]) -> None:
        """Do something at an instant; what is due together is done in the order in which it was asked for."""
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, action))

    def advance(self, now: datetime) -> None:
        """Do the work that is due, each piece at its own time."""
        while self._agenda and self._agenda[0][0] <= now:
            at, _, action = heapq.heappop(self._agenda)
            action(at)

    # --- callbacks --------------------------------------------------------------------------------

    def call_back(
        self, id: str, type: str, body: bytes, at: datetime, *, to: str = "", never: bool = False, twice: bool = False
    ) -> None:
        """Queue a callback, with the faults that were asked for or are drawn."""
        faults, chance = self.faults, self._chance
        if chance.happens(faults.unsubscribe):
            self.unsubscribe()
        if never or not self.subscribed or chance.happens(faults.never):
            return
        if chance.happens(faults.shuffle):
            at += faults.shuffle_by
        copies = 2 if twice or chance.happens(faults.duplicate) else 1
        for copy in range(copies):
            self._queue(Callback(id, type, body, to, copy), at + copy * timedelta(milliseconds=30), 0)

    def unsubscribe(self) -> None:
        """The subscription is deleted: nothing more is sent."""
        self.subscribed = False

    def _queue(self, callback: Callback, at: datetime, attempt: int) -> None:
        self._count += 1
        heapq.heappush(self._outbox, (at, self._count, callback, attempt))

    def due(self, now: datetime) -> list[Outgoing]:
        """Work what is due and give the callbacks to send now."""
        self.advance(now)
        outgoing = []
        while self._outbox and self._outbox[0][0] <= now:
            _, ticket, callback, attempt = heapq.heappop(self._outbox)
            self._sent[ticket] = (callback, attempt)
            outgoing.append(Outgoing(ticket, self.request_for(callback, now)))
        return outgoing

    def told(self, ticket: int, status: int, now: datetime) -> None:
        """How a callback went; status 0 for no answer. What was not taken is sent again after a while, as
        real systems do."""
        callback, attempt = self._sent.pop(ticket)
        if 200 <= status < 300:
            return
        if attempt < len(self.RETRIES):
            self._queue(callback, now + timedelta(seconds=self.RETRIES[attempt]), attempt + 1)
        else:
            self.given_up += 1

    def next_due(self) -> datetime | None:
        """When there is something to do or send."""
        times = [queue[0][0] for queue in (self._agenda, self._outbox) if queue]
        return min(times, default=None)

    @abstractmethod
    def request_for(self, callback: Callback, now: datetime) -> Request:
        """A callback as it goes out now."""
