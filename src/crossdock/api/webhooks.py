"""Webhooks in: journaled as they come, then acknowledged. A signature is the sender's key."""

from litestar import Response, post
from litestar.params import FromPath

from crossdock.api.auth import services
from crossdock.api.describe import Doc
from crossdock.api.problems import Problem
from crossdock.api.requests import AnyRequest
from crossdock.runtime.connector import Delivery, Rejected
from crossdock.runtime.intake import intake

MOST_BYTES = 5 * 1024 * 1024

DOC = Doc(
    id="receive",
    method="post",
    path="/in/{system}/{topic}",
    summary="Take a webhook or document of a system",
    text="It is recorded as it came and then acknowledged, whatever its meaning; the same message again is "
    "acknowledged again. Who sent it is proven by its signature, as that kind of system signs.",
    tag="webhooks",
    scope="public",
    raw=True,
    answers={202: ("Recorded, now or before.", None)},
    refusals={
        400: "The headers that identify it are missing.",
        401: "The signature is not that of the system.",
        404: "The estate declares no such system.",
        413: "It is larger than 5 MB.",
    },
)


@post(
    "/in/{system:str}/{topic:path}",
    opt={"scope": DOC.scope, "docs": (DOC,)},
    status_code=202,
    request_max_body_size=MOST_BYTES,
)
async def receive(request: AnyRequest, system: FromPath[str], topic: FromPath[str]) -> Response[None]:
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
