"""Placing an order: recorded first, then answered with its promise, or with why it must wait."""

from litestar import Response, post

from crossdock.api import present, shapes
from crossdock.api.auth import services
from crossdock.api.describe import Doc
from crossdock.api.orders_in import OrderIn, read_order
from crossdock.api.problems import Problem, body
from crossdock.api.requests import (
    KEY_HEADER,
    KEY_TEXT,
    MOST_BYTES,
    AnyRequest,
    Unreadable,
    came_before,
    idempotency_key,
    record,
    source,
)
from crossdock.app.services import Services
from crossdock.governance.access import ApiKey
from crossdock.journal.batch import Batch
from crossdock.journal.records import InstanceRow, ReplyRow, instance_id
from crossdock.model.events import OrderPlaced
from crossdock.model.orders import SalesOrder
from crossdock.runtime.intake import dedupe_key
from crossdock.runtime.versions import tag
from crossdock.views import orders
from crossdock.views.related import ORDER

WAIT_SECONDS = 2.0
GLANCE_SECONDS = 0.1
UNDECIDED = ("announced", "open", "validating", "checking_credit")
"""Phases in which the promise may come at any moment."""

DOC = Doc(
    id="placeOrder",
    method="post",
    path="/process/v1/orders",
    summary="Place an order",
    text="The order is recorded before it is answered. The same request again gives the first answer again. An order "
    "number names one order of the key's channel for good.",
    scope="orders:write",
    body=OrderIn,
    headers={KEY_HEADER: KEY_TEXT},
    answers={
        201: ("Placed, with the promise of each line.", shapes.Order),
        202: ("Taken, but it must wait before anything can be promised; `waits_for` says for what.", shapes.Order),
    },
    refusals={
        400: "No usable Idempotency-Key.",
        409: "The Idempotency-Key was used before with another body, or the order number for another order.",
        413: "The body is larger than 1 MB.",
        422: "The order can't be taken: `errors` names the fields by their JSON paths; or it was rejected, as unknown "
        "to the ERP, and `detail` says why.",
    },
)


@post("/process/v1/orders", opt={"scope": DOC.scope, "docs": (DOC,)}, request_max_body_size=MOST_BYTES)
async def place(request: AnyRequest) -> Response[bytes]:
    installation = services(request)
    key: ApiKey = request.state.key
    id = idempotency_key(request)
    sent = await request.body()
    try:
        order = read_order(sent, key.channel, installation.now(), installation.estate.legal_entity.code)
    except Unreadable as error:
        raise Problem(422, "the order can't be taken as it is; see errors", error.errors) from error
    placed = OrderPlaced(order)
    dedupe = dedupe_key(source(key), tag(placed), id)
    reader = installation.reader()
    is_known = reader.instance(instance_id(ORDER, order.key)) is not None
    if is_known and not came_before(installation, key, placed, id):
        raise _used(order)
    became = await record(installation, key, placed, order.key, id, sent)
    if became == "same":
        reply = reader.reply(dedupe)
        if reply is not None:
            return _again(order, reply)
    return await _answer(installation, order, dedupe)


def _used(order: SalesOrder) -> Problem:
    return Problem(409, f"the order number {order.number} was used before; an order keeps its number for good")


def _location(key: str) -> dict[str, str]:
    return {"Location": f"/process/v1/orders/{key}"}


def _again(order: SalesOrder, reply: ReplyRow) -> Response[bytes]:
    headers = {**_location(order.key), "Idempotency-Replayed": "true"}
    media_type = "application/json" if reply.status < 400 else "application/problem+json"
    return Response(reply.body, status_code=reply.status, media_type=media_type, headers=headers)


async def _answer(installation: Services, order: SalesOrder, dedupe: bytes) -> Response[bytes]:
    """Wait a little for the promise. The first final answer is kept for those who ask again."""
    row = await _decided(installation, instance_id(ORDER, order.key))
    if row is None:
        return present.json(shapes.Order(order.key, order.number, "received"), 202, _location(order.key))
    if not _is_by(installation, row, dedupe):
        # Another request with this number was quicker, by a moment.
        raise _used(order)
    shown = present.order(installation, row)
    if row.phase == "rejected":
        content = present.encode(body(422, f"the order was rejected: {shown.reason}"))
        await installation.commit(Batch(replies=[ReplyRow(dedupe, 422, content)]))
        return Response(content, status_code=422, media_type="application/problem+json", headers=_location(order.key))
    if not shown.promises:
        return present.json(shown, 202, _location(order.key))
    content = present.encode(shown)
    await installation.commit(Batch(replies=[ReplyRow(dedupe, 201, content)]))
    return Response(content, status_code=201, media_type="application/json", headers=_location(order.key))


async def _decided(installation: Services, id: bytes) -> InstanceRow | None:
    """The order once it is promised, rejected or must wait; else as it stands when patience ends."""
    end = installation.now().timestamp() + WAIT_SECONDS
    while True:
        row = installation.reader().instance(id)
        if row is not None and row.phase not in UNDECIDED:
            return row
        if row is not None and orders.promises(installation.reader(), id, installation.versions):
            return row
        left = end - installation.now().timestamp()
        if left <= 0:
            return row
        # A change between the look and the wait goes unheard, so that no wait is long.
        await installation.changed(id, min(left, GLANCE_SECONDS))


def _is_by(installation: Services, row: InstanceRow, dedupe: bytes) -> bool:
    """Whether this very request placed the order."""
    cause = f"payload {dedupe.hex()}"
    first = next((event for event in installation.reader().events_of([row.id]) if event.type == "OrderPlaced"), None)
    return first is None or first.cause == cause
