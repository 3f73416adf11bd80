"""What every operation that changes something does: read its body, hold to its idempotency key, record the event."""

from typing import Any, TypeVar

import msgspec
from litestar import Request

from crossdock.api.problems import FieldProblem, Problem
from crossdock.app.services import Services
from crossdock.governance.access import ApiKey
from crossdock.journal.batch import Batch
from crossdock.journal.records import InstanceRow
from crossdock.model.events import Event
from crossdock.runtime.intake import dedupe_key, event_intake
from crossdock.runtime.versions import tag

T = TypeVar("T")

MOST_BYTES = 1024 * 1024
KEY_HEADER = "Idempotency-Key"
KEY_TEXT = "1 to 255 characters, new for each request and the same for each repetition of it."

AnyRequest = Request[Any, Any, Any]


class Unreadable(Exception):
    """The body is not what it should be; what is wrong, field by field."""

    def __init__(self, errors: list[FieldProblem]) -> None:
        super().__init__(errors[0].detail)
        self.errors = errors


def decode(body: bytes, kind: type[T]) -> T:
    """The JSON body as a type. Raises Unreadable with the path of the first field that does not fit."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `")
        raise Unreadable([FieldProblem(where.rstrip("`") or "$", _plain(what))]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable([FieldProblem("$", f"the body is no JSON: {_plain(str(error))}")]) from error


def _plain(what: str) -> str:
    return (what[:1].lower() + what[1:]).replace("`", "'")


async def read(request: AnyRequest, kind: type[T]) -> tuple[T, bytes]:
    """The body of a request, as it came too. Raises Problem 422."""
    body = await request.body()
    try:
        return decode(body, kind), body
    except Unreadable as error:
        raise Problem(422, "the body can't be taken as it is; see errors", error.errors) from error


def idempotency_key(request: AnyRequest) -> str:
    """The request's key. Raises Problem 400 where there is none that can be used."""
    key: str = request.headers.get(KEY_HEADER.lower(), "").strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]  # a structured string (draft-ietf-httpapi-idempotency-key-header, section 2.1)
    if not 0 < len(key) <= 255 or not key.isprintable():
        raise Problem(400, f"send an {KEY_HEADER} header: {KEY_TEXT}")
    return key


def source(key: ApiKey) -> str:
    """Who says it, as the journal keeps it; also the scope of idempotency keys."""
    return f"api:{key.name}"


def came_before(installation: Services, key: ApiKey, event: Event, id: str) -> bool:
    """Whether a request with this id was recorded already: what has changed since must not refuse its repetition."""
    return installation.reader().payload(dedupe_key(source(key), tag(event), id)) is not None


async def record(installation: Services, key: ApiKey, event: Event, about: str, id: str, body: bytes) -> str:
    """Journal an event about an order: `new`, or `same` where this request came before.

    Raises Problem 409 where the id came before with another body.
    """
    intake = event_intake(
        event,
        key=about,
        source=source(key),
        message_id=id,
        body=body,
        now=installation.now(),
        partitions=installation.partitions,
        retention=installation.estate.retention,
    )
    receipt = await installation.commit(Batch(intake=[intake]))
    became = receipt.intake[0]
    if became == "different":
        raise Problem(409, f"this {KEY_HEADER} was used before with another body; use a new key for a new request")
    return became


async def until_changed(installation: Services, row: InstanceRow, seconds: float = 0.5) -> InstanceRow:
    """The instance once a step has changed it, or as it is when patience ends."""
    end = installation.now().timestamp() + seconds
    while True:
        now = installation.reader().instance(row.id) or row
        left = end - installation.now().timestamp()
        if now.revision != row.revision or left <= 0:
            return now
        # A change between the look and the wait goes unheard, so that no wait is long.
        await installation.changed(row.id, min(left, 0.05))
