"""What can come back from Tryton instead of a result, sorted by what to do about it."""

import html

from crossdock.connectors.tryton.wire import Wire, WireError, decode
from crossdock.runtime.ports import NoAnswer, Response


class TrytonError(Exception):
    """Tryton answered, and not with a result."""


class UserError(TrytonError):
    """A business rule or a record's state forbids it; asking again changes nothing until somebody acts."""


class UserWarning(TrytonError):
    """A rule that a person may waive. `name` names this very warning, `kind` what it is about."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.kind = name.partition(".")[2]


class ConcurrencyConflict(TrytonError):
    """The record changed since it was read. Read again and decide anew."""


class Busy(TrytonError):
    """Locked tables, too many requests, or a server that is starting: try later."""


class NotPermitted(TrytonError):
    """The user may not do this, or the login is wrong."""


class ServerFault(TrytonError):
    """Tryton failed within itself."""


class SessionOver(TrytonError):
    """The session is no longer known; nothing was done."""


def result(response: Response) -> Wire:
    """The result of a JSON-RPC call. Raises a TrytonError, or NoAnswer where a gateway lost the answer."""
    status = response.status
    if status == 401:
        raise SessionOver("the session is over")
    if status in (502, 504):
        raise NoAnswer(f"a gateway answered {status}")
    if status in (429, 503):
        raise Busy(_text(response))
    if status == 403:
        raise NotPermitted(_text(response))
    if status != 200:
        raise ServerFault(f"Tryton answered {status}: {_text(response)}")
    try:
        answer = decode(response.body)
    except WireError as error:
        raise NoAnswer(str(error)) from error
    if not isinstance(answer, dict):
        raise NoAnswer("the answer is no JSON-RPC answer")
    if answer.get("error"):
        raise _error(answer["error"])
    return answer.get("result")


def _error(error: Wire) -> TrytonError:
    match error:
        case ["UserError", [str(message), *rest]]:
            description = rest[0] if rest and isinstance(rest[0], str) else ""
            return UserError(f"{message} {description}".strip())
        case ["UserWarning", [name, message, *_]]:
            return UserWarning(str(name), str(message))
        case ["ConcurrencyException", message]:
            return ConcurrencyConflict(str(message))
        case ["LoginException", *_]:
            return NotPermitted("Tryton asks for another way to log in")
        case [message, *_]:
            return ServerFault(str(message))
    return ServerFault(str(error))


def _text(response: Response) -> str:
    """The human part of an error page: Tryton answers HTTP errors with a short HTML page."""
    text = response.body.decode("utf-8", "replace")
    paragraph = text.partition("<p>")[2].partition("</p>")[0] or text
    return " ".join(html.unescape(paragraph).split())[:300]
