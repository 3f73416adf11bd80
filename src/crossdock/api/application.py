"""The web application: routes, guard, problems and the OpenAPI description."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Response, get
from litestar.datastructures import State

from crossdock import __version__
from crossdock.api import exceptions, health, orders, placing, present, problems, webhooks
from crossdock.api.auth import guard, tell_allowance
from crossdock.api.describe import Doc, document
from crossdock.api.rates import Rates
from crossdock.app.services import Services

DESCRIPTION = Doc(
    id="openapi",
    method="get",
    path="/openapi.json",
    summary="This description",
    tag="health",
    scope="public",
    answers={200: ("OpenAPI 3.1.", dict[str, Any])},
)
ROUTES: tuple[Any, ...] = (
    webhooks.receive,
    placing.place,
    orders.listed,
    orders.shown,
    orders.changed,
    orders.search,
    exceptions.listed,
    exceptions.act,
    health.alive,
    health.ready,
)


@get("/openapi.json", opt={"scope": DESCRIPTION.scope, "docs": (DESCRIPTION,)}, sync_to_thread=False)
def description() -> Response[bytes]:
    return present.json(describe())


def describe() -> dict[str, Any]:
    """The OpenAPI document of all routes."""
    docs = [doc for route in (*ROUTES, description) for doc in route.opt["docs"]]
    return document(__version__, docs)


def make_application(services: Services, pages: Sequence[Any] = ()) -> Litestar:
    """The application over a running installation; `pages` are the console's routes."""
    return Litestar(
        route_handlers=[*ROUTES, description, *pages],
        guards=[guard],
        exception_handlers=problems.HANDLERS,
        before_send=[tell_allowance],
        state=State({"services": services, "rates": Rates()}),
        openapi_config=None,
        logging_config=None,
    )
