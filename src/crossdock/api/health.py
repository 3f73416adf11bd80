"""Is it alive, is it ready, and what can it do."""

from litestar import Response, get

from crossdock.api import present, shapes
from crossdock.api.auth import services
from crossdock.api.describe import Doc
from crossdock.api.requests import AnyRequest

ALIVE = Doc(
    id="healthz",
    method="get",
    path="/healthz",
    summary="Alive",
    tag="health",
    scope="public",
    answers={200: ("The process answers.", shapes.Health)},
)
READY = Doc(
    id="readyz",
    method="get",
    path="/readyz",
    summary="Ready, or why not",
    text="While a system can't be reached, work for it waits; orders and webhooks are still taken.",
    tag="health",
    scope="public",
    answers={200: ("Ready.", shapes.Health), 503: ("Not ready; `reasons` says why.", shapes.Health)},
)


@get("/healthz", opt={"scope": ALIVE.scope, "docs": (ALIVE,)}, sync_to_thread=False)
def alive() -> Response[bytes]:
    return present.json(shapes.Health("alive"))


@get("/readyz", opt={"scope": READY.scope, "docs": (READY,)}, sync_to_thread=False)
def ready(request: AnyRequest) -> Response[bytes]:
    """503 with reasons while it is not."""
    reasons = tuple(services(request).failing())
    return present.json(shapes.Health("not ready" if reasons else "ready", reasons), 503 if reasons else 200)
