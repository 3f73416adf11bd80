"""Exceptions in the process layer: what people must decide, and what they decided."""

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from crossdock.api import present, shapes
from crossdock.api.auth import services
from crossdock.api.describe import Doc
from crossdock.api.problems import FieldProblem, Problem
from crossdock.api.requests import MOST_BYTES, AnyRequest, read, source, until_changed
from crossdock.app.actions import CannotAct, consequences
from crossdock.app.services import Services
from crossdock.governance.access import ApiKey
from crossdock.journal.batch import Intake
from crossdock.journal.records import ExceptionRow, InstanceRow
from crossdock.model.events import ActionTaken
from crossdock.runtime.intake import event_intake
from crossdock.runtime.work import micros
from crossdock.views.timeline import question, question_id

MOST_LISTED = 500

LIST = Doc(
    id="listExceptions",
    method="get",
    path="/process/v1/exceptions",
    summary="Open exceptions, oldest first",
    tag="exceptions",
    scope="exceptions:read",
    query={"cursor": "Where to go on: `next` of the page before.", "limit": f"1 to {MOST_LISTED}; 100 if left out."},
    answers={200: ("A page.", shapes.Exceptions)},
    refusals={400: "A cursor or limit that is none."},
)
ACT = Doc(
    id="actOnException",
    method="post",
    path="/process/v1/exceptions/{id}/actions",
    summary="Act on an exception: retry, done_by_hand or dismiss",
    text="The author is the key's name. The same action on the same exception twice is one.",
    tag="exceptions",
    scope="exceptions:act",
    body=shapes.Action,
    answers={202: ("Taken.", shapes.Taken)},
    refusals={
        404: "No such exception.",
        409: "It is not open any more, or the action is not possible now.",
        422: "The body is not readable, or the exception does not offer this action.",
    },
)


@get("/process/v1/exceptions", opt={"scope": LIST.scope, "docs": (LIST,)}, sync_to_thread=False)
def listed(request: AnyRequest, cursor: FromQuery[str] = "", limit: FromQuery[int] = 100) -> Response[bytes]:
    if not 1 <= limit <= MOST_LISTED:
        raise Problem(400, f"limit must be 1 to {MOST_LISTED}")
    rows = services(request).reader().exceptions()
    places = [_place(row) for row in rows]
    after = _cursor(cursor)
    first = next((i for i, place in enumerate(places) if place > after), len(places))
    page = rows[first : first + limit]
    more = first + limit < len(rows)
    shown = tuple(present.question(question(row), row.subject) for row in page)
    return present.json(shapes.Exceptions(shown, len(rows), ".".join(map(str, _place(page[-1]))) if more else None))


def _place(row: ExceptionRow) -> tuple[int, int, str, str]:
    return row.first_at, row.partition, row.instance.hex(), row.cause


def _cursor(cursor: str) -> tuple[int, int, str, str]:
    if not cursor:
        return 0, 0, "", ""
    parts = cursor.split(".", 3)
    if len(parts) != 4 or not (parts[0].isdigit() and parts[1].isdigit()):
        raise Problem(400, "the cursor is none that was given out; start without one")
    return int(parts[0]), int(parts[1]), parts[2], parts[3]


@post(
    "/process/v1/exceptions/{id:str}/actions",
    opt={"scope": ACT.scope, "docs": (ACT,)},
    request_max_body_size=MOST_BYTES,
    status_code=202,
)
async def act(request: AnyRequest, id: FromPath[str]) -> Response[bytes]:
    installation = services(request)
    author: ApiKey = request.state.key
    row = _find(installation, id)
    action, body = await read(request, shapes.Action)
    if row.state != "open":
        raise Problem(409, f"the exception about {row.subject} is not open any more")
    offered = [each for each in row.actions.split(",") if each]
    if action.action not in offered:
        detail = f"this exception does not offer {action.action}; it offers {', '.join(offered) or 'nothing'}"
        raise Problem(422, "the action can't be taken as it is; see errors", [FieldProblem("$.action", detail)])
    event = ActionTaken(row.cause, action.action, author.name, action.reason, action.reference)
    instance = installation.reader().instance(row.instance)
    await _record(installation, author, row, event, body, instance)
    if instance is not None:
        await until_changed(installation, instance)
    return present.json(shapes.Taken(), 202)


def _find(installation: Services, id: str) -> ExceptionRow:
    try:
        instance = bytes.fromhex(id.partition("-")[0])
    except ValueError:
        instance = b""
    rows = installation.reader().exceptions("", [instance]) if instance else []
    for row in rows:
        if question_id(row) == id:
            return row
    raise Problem(404, f"there is no exception {id}; list them at /process/v1/exceptions")


async def _record(
    installation: Services,
    author: ApiKey,
    row: ExceptionRow,
    event: ActionTaken,
    body: bytes,
    instance: InstanceRow | None,
) -> None:
    """The event for the instance, and what ends the exception, in one commit."""
    now = installation.now()
    try:
        batch = consequences(installation.reader(), row, event, micros(now))
    except CannotAct as error:
        raise Problem(409, str(error)) from error
    # Once for each time that it stood open, so that two people pressing at once act once.
    id = f"{question_id(row)}/{row.first_at}/{row.times}/{event.action}"
    taken = event_intake(
        event,
        key=row.subject,
        source=source(author),
        message_id=id,
        body=body,
        now=now,
        partitions=installation.partitions,
        retention=installation.estate.retention,
    )
    assert taken.message is not None
    message = taken.message._replace(partition=row.partition, instance=instance.id if instance else b"")
    batch.intake.append(Intake(taken.payload._replace(partition=row.partition), message))
    await installation.commit(batch)
    installation.look_again()
