"""Orders in the process layer: lists, one order, its timeline, search by any number, holds and cancellations."""

from collections.abc import Iterator
from decimal import Decimal

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from crossdock.api import present, shapes
from crossdock.api.auth import services
from crossdock.api.describe import Doc
from crossdock.api.problems import FieldProblem, Problem
from crossdock.api.requests import (
    KEY_HEADER,
    KEY_TEXT,
    MOST_BYTES,
    AnyRequest,
    came_before,
    idempotency_key,
    read,
    record,
    until_changed,
)
from crossdock.app.services import Services
from crossdock.governance.access import ApiKey
from crossdock.journal.records import InstanceRow, instance_id
from crossdock.model.events import CancellationRequested, HoldReleased
from crossdock.runtime.work import instant
from crossdock.views import orders, related
from crossdock.views.orders import OrderView
from crossdock.views.related import ORDER
from crossdock.views.timeline import Timeline, timeline

MOST_LISTED = 200
TIMELINE = "/timeline"
RELEASE = "/holds/release"
CANCEL = "/cancellations"

_UNKNOWN = {404: "No order has this key; search for its number instead."}
_CURSOR = "Where to go on: `next` of the page before."

LIST = Doc(
    id="listOrders",
    method="get",
    path="/process/v1/orders",
    summary="All orders, each once, in no order of time",
    scope="orders:read",
    query={
        "cursor": _CURSOR,
        "limit": f"1 to {MOST_LISTED}; 50 if left out.",
        "over": "`true` or `false`: only those.",
    },
    answers={200: ("A page.", shapes.Orders)},
    refusals={400: "A cursor or limit that is none."},
)
READ = Doc(
    id="readOrder",
    method="get",
    path="/process/v1/orders/{key}",
    summary="An order: where it stands",
    text="The key is `<channel>/<number>`; it may hold slashes.",
    scope="orders:read",
    headers={"If-None-Match": "The ETag of what you have."},
    answers={200: ("The order, with an ETag.", shapes.Order), 304: ("It has not changed.", None)},
    refusals=_UNKNOWN,
)
READ_TIMELINE = Doc(
    id="readTimeline",
    method="get",
    path="/process/v1/orders/{key}/timeline",
    summary="An order's timeline: who did what in which system, when, what is next, who must act",
    scope="orders:read",
    headers={"If-None-Match": "The ETag of what you have."},
    answers={200: ("The timeline, with an ETag.", Timeline), 304: ("It has not changed.", None)},
    refusals=_UNKNOWN,
)
SEARCH = Doc(
    id="search",
    method="get",
    path="/process/v1/search",
    summary="Business objects by any number: order, PO, sale, shipment, tracking, invoice",
    scope="orders:read",
    query={"number": "The number, as somebody holds it."},
    answers={200: ("All that hold it; none if nobody does.", list[shapes.Hit])},
    refusals={400: "No number."},
)
RELEASE_HOLD = Doc(
    id="releaseHold",
    method="post",
    path="/process/v1/orders/{key}/holds/release",
    summary="Lift one hold of an order",
    scope="exceptions:act",
    body=shapes.Release,
    headers={KEY_HEADER: KEY_TEXT},
    answers={202: ("Taken; the order as it stands then.", shapes.Order)},
    refusals={
        **_UNKNOWN,
        400: "No usable Idempotency-Key.",
        409: "No such hold, or a reused key.",
        422: "Not readable.",
    },
)
CANCEL_ORDER = Doc(
    id="cancelOrder",
    method="post",
    path="/process/v1/orders/{key}/cancellations",
    summary="Cancel an order, or some units of its lines",
    text="What has not been released is cancelled at once; of what was, the warehouse is asked, and may refuse.",
    scope="orders:write",
    body=shapes.Cancellation,
    headers={KEY_HEADER: KEY_TEXT},
    answers={202: ("Taken; the order as it stands then.", shapes.Order)},
    refusals={**_UNKNOWN, 400: "No usable Idempotency-Key.", 409: "It is over, or a reused key.", 422: "Not readable."},
)


@get("/process/v1/orders", opt={"scope": LIST.scope, "docs": (LIST,)}, sync_to_thread=False)
def listed(
    request: AnyRequest, cursor: FromQuery[str] = "", limit: FromQuery[int] = 50, over: FromQuery[bool | None] = None
) -> Response[bytes]:
    installation = services(request)
    if not 1 <= limit <= MOST_LISTED:
        raise Problem(400, f"limit must be 1 to {MOST_LISTED}")
    try:
        after = bytes.fromhex(cursor)
    except ValueError as error:
        raise Problem(400, "the cursor is none that was given out; start without one") from error
    rows = installation.reader().instances(ORDER, over, after, limit + 1)
    page = tuple(_listed(installation, row) for row in rows[:limit])
    return present.json(shapes.Orders(page, rows[limit - 1].id.hex() if len(rows) > limit else None))


def _listed(installation: Services, row: InstanceRow) -> shapes.Listed:
    view = orders.order(row, installation.processes, installation.versions)
    return shapes.Listed(row.key, view.number if view else row.key, row.phase, row.over, instant(row.changed_at))


@get("/process/v1/orders/{key:path}", opt={"scope": READ.scope, "docs": (READ, READ_TIMELINE)}, sync_to_thread=False)
def shown(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
    """The order of a key; behind `/timeline` its timeline. A key that ends so is an order first."""
    installation = services(request)
    wanted, known = key.removeprefix("/"), request.headers.get("if-none-match")
    row = _row(installation, wanted)
    if row is not None:
        return present.tagged(present.order(installation, row), known)
    row = _row(installation, wanted.removesuffix(TIMELINE))
    if row is None:
        raise _no_order(wanted.removesuffix(TIMELINE))
    line = timeline(installation.reader(), row, installation.processes, installation.versions)
    return present.tagged(line, known)


@get("/process/v1/search", opt={"scope": SEARCH.scope, "docs": (SEARCH,)}, sync_to_thread=False)
def search(request: AnyRequest, number: FromQuery[str] = "") -> Response[bytes]:
    if not number.strip():
        raise Problem(400, "give the number to look for: ?number=...")
    rows = related.by_number(services(request).reader(), number)
    return present.json([shapes.Hit(row.key, row.process, row.phase, instant(row.changed_at)) for row in rows])


# --- changing its course ----------------------------------------------------------------------------------------------


@post(
    "/process/v1/orders/{key:path}",
    opt={"scope": {RELEASE: RELEASE_HOLD.scope, CANCEL: CANCEL_ORDER.scope}, "docs": (RELEASE_HOLD, CANCEL_ORDER)},
    request_max_body_size=MOST_BYTES,
    status_code=202,
)
async def changed(request: AnyRequest, key: FromPath[str]) -> Response[bytes]:
    """What stands behind the key says what is wanted: a key may hold slashes, so that a path can't tell them apart."""
    installation = services(request)
    wanted = key.removeprefix("/")
    author: ApiKey = request.state.key
    id = idempotency_key(request)
    releases = wanted.endswith(RELEASE)
    row = _existing(installation, wanted.removesuffix(RELEASE if releases else CANCEL))
    event: HoldReleased | CancellationRequested
    if releases:
        release, body = await read(request, shapes.Release)
        event = HoldReleased(row.key, release.hold, author.name, release.reason)
    else:
        cancellation, body = await read(request, shapes.Cancellation)
        event = CancellationRequested(row.key, cancellation.reason, cancellation.lines, id)
    if not came_before(installation, author, event, id):
        _check(_readable(installation, row), event)
    # The order is a part of what was asked: the same body for another one is another request.
    became = await record(installation, author, event, row.key, id, wanted.encode() + b"\n" + body)
    now = await until_changed(installation, row) if became == "new" else row
    return present.json(present.order(installation, now), 202)


def _row(installation: Services, key: str) -> InstanceRow | None:
    return installation.reader().instance(instance_id(ORDER, key))


def _existing(installation: Services, key: str) -> InstanceRow:
    row = _row(installation, key)
    if row is None:
        raise _no_order(key)
    return row


def _no_order(key: str) -> Problem:
    return Problem(404, f"no order has the key {key}; search for its number at /process/v1/search?number=")


def _readable(installation: Services, row: InstanceRow) -> OrderView:
    view = orders.order(row, installation.processes, installation.versions)
    if view is None:
        raise Problem(409, f"{row.key} was written by a newer version of Crossdock; only that one can change it")
    return view


def _check(order: OrderView, event: HoldReleased | CancellationRequested) -> None:
    match event:
        case HoldReleased(_, hold):
            if all(each.name != hold for each in order.holds):
                names = ", ".join(each.name for each in order.holds) or "none"
                raise Problem(409, f"{order.key} has no hold called {hold}; it has {names}")
        case CancellationRequested(lines=lines):
            if order.over:
                raise Problem(409, f"{order.key} is {order.phase}; nothing of it can be cancelled")
            errors = list(_bad_lines(order, lines))
            if errors:
                raise Problem(422, "the cancellation can't be taken as it is; see errors", errors)


def _bad_lines(order: OrderView, lines: dict[str, Decimal]) -> Iterator[FieldProblem]:
    ordered = {line.id: line.ordered for line in order.lines}
    for id, quantity in lines.items():
        if id not in ordered:
            yield FieldProblem(f"$.lines.{id}", f"the order has no line {id}")
        elif not quantity.is_finite() or not 0 < quantity <= ordered[id]:
            yield FieldProblem(f"$.lines.{id}", f"it must be more than 0 and at most {ordered[id]}")
