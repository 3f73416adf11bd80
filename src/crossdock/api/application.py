"""The web application: routes, guard, problems and the OpenAPI description."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme

from crossdock import __version__
from crossdock.api import health, orders, problems, webhooks
from crossdock.api.auth import guard
from crossdock.app.services import Services


def make_application(services: Services, pages: Sequence[Any] = ()) -> Litestar:
    """The application over a running installation; `pages` are the console's routes."""
    return Litestar(
        route_handlers=[
            webhooks.receive,
            orders.place,
            orders.read,
            orders.search,
            health.alive,
            health.ready,
            *pages,
        ],
        guards=[guard],
        exception_handlers=problems.HANDLERS,
        state=State({"services": services}),
        openapi_config=OpenAPIConfig(
            title="Crossdock",
            version=__version__,
            path="/openapi",
            render_plugins=[JsonRenderPlugin(path="/openapi.json")],
            components=Components(security_schemes={"key": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"key": []}],
        ),
        logging_config=None,
    )
