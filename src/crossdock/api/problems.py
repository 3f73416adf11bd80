"""Errors as RFC 9457 problems: what, where, and what to do, in one sentence of `detail`."""

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from crossdock.journal.store import StoreBusy, StoreRejected, StoreUnavailable

MEDIA_TYPE = "application/problem+json"

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


def on_http(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    return _response(Problem(error.status_code, error.detail or _TITLES.get(error.status_code, "Error")))


def on_store(_: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The journal can't take it now: nothing was recorded, so the sender must send again."""
    detail = "the journal can't be written now and nothing was taken; send it again in a few seconds"
    return _response(Problem(503, detail, headers={"Retry-After": "5"}))


HANDLERS: dict[Any, Any] = {
    Problem: on_problem,
    HTTPException: on_http,
    StoreUnavailable: on_store,
    StoreBusy: on_store,
    StoreRejected: on_store,
}
