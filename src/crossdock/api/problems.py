"""Errors as RFC 9457 problems: what, where, and what to do, in one sentence of `detail`."""

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from crossdock.journal.store import StoreBusy, StoreRejected, StoreUnavailable

MEDIA_TYPE = "application/problem+json"

_log = structlog.get_logger(__name__)
_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not acceptable as it is",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available now",
}


class FieldProblem(msgspec.Struct, frozen=True):
    """What is wrong with one field, by its JSON path."""

    path: str
    detail: str


class Problem(Exception):
    """An answer that is no success."""

    def __init__(
        self, status: int, detail: str, errors: list[FieldProblem] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}


def body(status: int, detail: str, errors: list[FieldProblem] | None = None) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
    }
    if errors:
        problem["errors"] = [{"path": error.path, "detail": error.detail} for error in errors]
    return problem


def _response(problem: Problem) -> Response[bytes]:
    content = msgspec.json.encode(body(problem.status, problem.detail, problem.errors))
    return Response(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=problem.headers)


def on_problem(_: Request[Any, Any, Any], error: Problem) -> Response[bytes]:
    return _response(error)


_DETAILS = {
    404: "there is nothing at {path}; what there is stands at /openapi.json",
    405: "{path} takes no {method}; what it takes stands at /openapi.json",
    413: "the body is too large, and nothing of it was taken",
}


def on_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    status = error.status_code
    if status >= 500:
        return on_failure(request, error)
    detail = _DETAILS.get(status, error.detail).format(path=request.url.path, method=request.method)
    return _response(Problem(status, detail, headers=dict(error.headers or {})))


def on_store(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The journal can't take it now: nothing was recorded, so the sender must send again."""
    detail = "the journal can't be written now and nothing was taken; send it again in a few seconds"
    return _response(Problem(503, detail, headers={"Retry-After": "5"}))


def on_rejected(_: Request[Any, Any, Any], error: StoreRejected) -> Response[bytes]:
    """Sending it again would not help."""
    return _response(Problem(422, "the journal can't hold what this message contains, and nothing of it was taken"))


def on_failure(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The last resort: the trace goes to the log, never to the caller."""
    _log.error("a request failed", exc_info=error)
    return _response(Problem(500, "the request failed for a reason that stands in the log; send it again later"))


HANDLERS: dict[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http,
    StoreUnavailable: on_store,
    StoreBusy: on_store,
    StoreRejected: on_rejected,
    Exception: on_failure,
}
