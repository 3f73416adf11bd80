"""Carries a connector's conversation out over plain blocking sockets, one request after the other."""

import http.client
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from crossdock.runtime.ports import Exchange, NoAnswer, NotSent, Request, Response

T = TypeVar("T")


def send(request: Request) -> Response:
    """Send one request on a connection of its own. Raises NotSent or NoAnswer."""
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=request.timeout)
    try:
        connection.connect()
    except OSError as error:
        raise NotSent(f"{parts.hostname}:{parts.port} does not answer: {error}") from error
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    try:
        connection.request(request.method, path, request.body, dict(request.headers))
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(f"no answer from {parts.hostname}:{parts.port}: {error}") from error
    finally:
        connection.close()
    return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


def carry_out(exchange: Exchange[T], sender: Callable[[Request], Response] = send) -> T:
    """The result of a conversation. `sender` sends one request; what it raises is thrown into the conversation."""
    try:
        request = next(exchange)
        while True:
            try:
                response = sender(request)
            except (NotSent, NoAnswer) as failure:
                request = exchange.throw(failure)
            else:
                request = exchange.send(response)
    except StopIteration as end:
        result: T = end.value
        return result
