"""Webhooks in: journaled as they come, then acknowledged. A signature is the sender's key."""

from typing import Any

from litestar import Request, Response, post

from crossdock.api.auth import services
from crossdock.api.problems import Problem
from crossdock.runtime.connector import Delivery, Rejected
from crossdock.runtime.intake import intake

MOST_BYTES = 10 * 1024 * 1024


@post(
    "/in/{system:str}/{topic:path}",
    opt={"scope": "public"},
    status_code=202,
    request_max_body_size=MOST_BYTES + 1,
    summary="Take a webhook or document of a system",
    tags=["webhooks"],
)
async def receive(request: Request[Any, Any, Any], system: str, topic: str) -> Response[None]:
    """202 when it is recorded, also for one that was recorded before. The connector checks the signature."""
    installation = services(request)
    connector = installation.connectors.get(system)
    if connector is None:
        raise Problem(404, f"no system {system} is declared in the estate")
    body = await request.body()
    headers = {name.lower(): value for name, value in request.headers.items()}
    delivery = Delivery(topic.strip("/"), body, headers)
    now = installation.now()
    arrival = connector.receive(delivery, now)
    if isinstance(arrival, Rejected):
        raise Problem(arrival.status, arrival.reason)
    await installation.take(
        [intake(system, delivery, arrival, now, installation.partitions, installation.estate.retention)]
    )
    return Response(None, status_code=202)
