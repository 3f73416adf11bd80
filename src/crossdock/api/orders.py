"""Orders in the process layer: place one, read one, its timeline, and search by any number."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from litestar import Request, Response, get, post

from crossdock.api.auth import services
from crossdock.api.orders_in import Refused, read_order
from crossdock.api.problems import Problem
from crossdock.app.services import Services
from crossdock.governance.access import ApiKey
from crossdock.journal.batch import Batch
from crossdock.journal.records import InstanceRow, ReplyRow, instance_id
from crossdock.model.events import OrderPlaced, OrderPromised
from crossdock.model.orders import PromiseLine, SalesOrder
from crossdock.runtime.intake import dedupe_key, event_intake
from crossdock.runtime.work import instant
from crossdock.views import related
from crossdock.views.timeline import Timeline, timeline

MOST_BYTES = 10 * 1024 * 1024
WAIT_SECONDS = 2.0
ORDER = "order_to_cash"


class PromiseOut(msgspec.Struct, frozen=True):
    """What a line was promised. `date` is local to `time_zone`."""

    line: str
    quantity: Decimal
    date: date | None
    time_zone: str
    node: str
    basis: str


class OrderOut(msgspec.Struct, frozen=True):
    """Where an order stands."""

    key: str
    number: str
    phase: str
    promises: tuple[PromiseOut, ...] = ()
    waits_for: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


class Hit(msgspec.Struct, frozen=True):
    """An object that holds a number."""

    key: str
    process: str
    phase: str
    changed_at: datetime


def _encode(value: object) -> bytes:
    return msgspec.json.encode(value)


def _json(body: bytes, status: int, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(body, status_code=status, media_type="application/json", headers=headers or {})


@post(
    "/process/v1/orders",
    opt={"scope": "orders:write"},
    request_max_body_size=MOST_BYTES + 1,
    summary="Place an order",
    description="201 with the promise of each line; 202 when it must wait; 409 for a reused key with another body; "
    "422 with the paths of the fields that are wrong.",
    tags=["orders"],
)
async def place(request: Request[Any, Any, Any]) -> Response[bytes]:
    installation = services(request)
    key: ApiKey = request.state.key
    idempotency_key = request.headers.get("idempotency-key", "").strip().strip('"')
    if not idempotency_key or len(idempotency_key) > 255:
        raise Problem(400, "send an Idempotency-Key header of 1 to 255 characters, the same for every retry")
    body = await request.body()
    now = installation.now()
    try:
        order = read_order(body, key.channel, now, installation.estate.legal_entity.code)
    except Refused as error:
        raise Problem(422, "the order can't be taken as it is; see errors", error.errors) from error
    source = f"api:{key.name}"
    event = OrderPlaced(order)
    dedupe = dedupe_key(source, "OrderPlaced", idempotency_key)
    known = installation.reader().instance(instance_id(ORDER, order.key))
    if known is not None and installation.reader().payload(dedupe) is None:
        raise Problem(409, f"the order number {order.number} was used before; an order keeps its number for good")
    intake = event_intake(
        event,
        key=order.key,
        source=source,
        message_id=idempotency_key,
        body=body,
        now=now,
        partitions=installation.partitions,
        retention=installation.estate.retention,
    )
    receipt = await installation.commit(Batch(intake=[intake]))
    if receipt.intake == ["different"]:
        raise Problem(409, "this Idempotency-Key was used before with another body; use a new key for a new order")
    if receipt.intake == ["same"]:
        reply = installation.reader().reply(dedupe)
        if reply is not None:
            return _json(reply.body, reply.status, {"Location": _location(order.key), "Idempotency-Replayed": "true"})
    return await _answer(installation, order, dedupe)


def _location(key: str) -> str:
    return f"/process/v1/orders/{key}"


async def _answer(installation: Services, order: SalesOrder, dedupe: bytes) -> Response[bytes]:
    """Wait a little for the promise. The first final answer is kept for those who ask again."""
    id = instance_id(ORDER, order.key)
    end = installation.now().timestamp() + WAIT_SECONDS
    while True:
        view = _view(installation, id)
        if view is not None and (view.promises or view.phase == "rejected"):
            break
        left = end - installation.now().timestamp()
        if left <= 0 or (not await installation.changed(id, left) and _view(installation, id) is None):
            waiting = view or OrderOut(order.key, order.number, "received")
            return _json(_encode(waiting), 202, {"Location": _location(order.key)})
    body = _encode(view)
    await installation.commit(Batch(replies=[ReplyRow(dedupe, 201, body)]))
    return _json(body, 201, {"Location": _location(order.key)})


def _view(installation: Services, id: bytes) -> OrderOut | None:
    reader = installation.reader()
    row = reader.instance(id)
    if row is None:
        return None
    promises: tuple[PromiseLine, ...] = ()
    for event in reader.events_of([id]):
        if event.type == "OrderPromised":
            promised = installation.versions.event(event.type, event.body)
            assert isinstance(promised, OrderPromised)
            promises = promised.promises
    whole = timeline(reader, row, installation.processes, installation.versions)
    number = next((n.removeprefix("order ") for n in whole.numbers if n.startswith("order ")), row.key)
    return OrderOut(
        row.key,
        number,
        row.phase,
        tuple(PromiseOut(p.line, p.quantity, p.date, p.time_zone, p.node, p.basis) for p in promises),
        tuple(f"{awaited.what} ({awaited.whom})" for awaited in whole.waits_for),
        tuple(question.reason for question in whole.questions),
    )


@get(
    "/process/v1/orders/{key:path}",
    opt={"scope": "orders:read"},
    summary="An order: where it stands, and with ?view=timeline all that happened",
    tags=["orders"],
    sync_to_thread=False,
)
def read(request: Request[Any, Any, Any], key: str, view: str = "") -> Response[bytes]:
    installation = services(request)
    wanted = key.strip("/")
    row = installation.reader().instance(instance_id(ORDER, wanted))
    if row is None:
        raise Problem(404, f"no order has the key {wanted}; search for its number at /process/v1/search?number=")
    etag = f'"{row.revision}"'
    if request.headers.get("if-none-match") == etag:
        return _json(b"", 304, {"ETag": etag})
    if view == "timeline":
        return _json(_encode(_timeline(installation, row)), 200, {"ETag": etag})
    return _json(_encode(_view(installation, row.id)), 200, {"ETag": etag})


def _timeline(installation: Services, row: InstanceRow) -> Timeline:
    return timeline(installation.reader(), row, installation.processes, installation.versions)


@get(
    "/process/v1/search",
    opt={"scope": "orders:read"},
    summary="Business objects by any number: order, PO, shipment, tracking, invoice",
    tags=["orders"],
    sync_to_thread=False,
)
def search(request: Request[Any, Any, Any], number: str = "") -> list[Hit]:
    if not number.strip():
        raise Problem(400, "give the number to look for: ?number=...")
    rows = related.by_number(services(request).reader(), number)
    return [Hit(row.key, row.process, row.phase, instant(row.changed_at)) for row in rows]
