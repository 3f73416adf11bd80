"""Orders as the API shows them."""

from typing import Any

import msgspec
from litestar import Response

from crossdock.api import shapes
from crossdock.app.services import Services
from crossdock.journal.records import InstanceRow, hash16
from crossdock.model.orders import PromiseLine
from crossdock.views import orders, related
from crossdock.views.fulfillments import fulfillments
from crossdock.views.timeline import Question, timeline

encode = msgspec.json.encode


def json(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(encode(value), status_code=status, media_type="application/json", headers=headers or {})


def tagged(value: object, if_none_match: str | None) -> Response[bytes]:
    """With an ETag over the whole of it; 304 where the client has it already."""
    body = encode(value)
    etag = f'"{hash16(body).hex()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and etag in (tag.strip() for tag in if_none_match.split(",")):
        return Response(b"", status_code=304, media_type="application/json", headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def promise(line: PromiseLine) -> shapes.Promise:
    return shapes.Promise(line.line, line.quantity, line.date, line.time_zone, line.node, line.basis)


def question(each: Question, about: str) -> shapes.Question:
    return shapes.Question(
        each.id, each.cause, about, each.reason, each.role, each.actions, each.since, each.times, each.system
    )


def order(installation: Services, row: InstanceRow) -> shapes.Order:
    """An order with what was promised, what it waits for and what people must decide."""
    reader, versions = installation.reader(), installation.versions
    promised = orders.promises(reader, row.id, versions)
    whole = timeline(reader, row, installation.processes, versions)
    view = orders.order(row, installation.processes, versions, promised)
    parts = fulfillments(related.parts(reader, row), installation.processes, versions)
    known: dict[str, Any] = {}
    if view is not None:
        known = {
            "channel": view.channel,
            "customer": view.customer_number,
            "payment": view.payment,
            "sale_number": view.sale_number,
            "reason": view.reason,
            "holds": view.holds,
            "lines": view.lines,
        }
    return shapes.Order(
        row.key,
        view.number if view else row.key,
        row.phase,
        row.over,
        tuple(promise(line) for line in promised),
        tuple(shapes.Waiting(each.what, each.whom, each.until) for each in whole.waits_for),
        tuple(question(each, row.key) for each in whole.questions),
        fulfillments=parts,
        **known,
    )
