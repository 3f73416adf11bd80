"""Every route says which scope it needs; a key or a signed-in person must hold it."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers import BaseRouteHandler
from litestar.types import Message, Scope

from crossdock.api.problems import Problem
from crossdock.api.rates import Rates
from crossdock.app.services import Services
from crossdock.governance.access import ApiKey, allows

Connection = ASGIConnection[Any, Any, Any, Any]


def services(connection: Connection) -> Services:
    found: Services = connection.app.state.services
    return found


def guard(connection: Connection, handler: BaseRouteHandler) -> None:
    """Checks `opt={"scope": ...}` of a route. `public` routes say so; a route that says nothing is shut.

    Where a path ends in what is wanted, `scope` maps each of those ends to its scope.
    """
    scope = handler.opt.get("scope")
    if scope == "public":
        return
    if isinstance(scope, dict):
        path = connection.url.path
        scope = next((each for end, each in scope.items() if path.endswith(end)), None)
        if scope is None:
            raise Problem(404, f"there is nothing to post to at {path}; what there is stands at /openapi.json")
    if not isinstance(scope, str):
        raise Problem(403, "this route declares no scope, so nobody may use it")
    key = presented_key(connection)
    if key is None:
        raise Problem(
            401,
            "a valid API key is needed: send it as `Authorization: Bearer cdk_...`",
            headers={"WWW-Authenticate": 'Bearer realm="crossdock"'},
        )
    if not allows(key.scopes, scope):
        raise Problem(403, f"the key {key.name} does not have the scope {scope}")
    connection.state.key = key
    rates: Rates = connection.app.state.rates
    allowance = rates.spend(key, services(connection).now())
    connection.state.allowance = allowance
    if allowance is not None and allowance.left < 0:
        raise Problem(
            429,
            f"the key {key.name} may ask {allowance.limit} times a minute; wait {allowance.wait} s",
            headers={"Retry-After": str(allowance.wait)},
        )


async def tell_allowance(message: Message, scope: Scope) -> None:
    """Every answer to a key with a limit says what is left of it."""
    allowance = scope.get("state", {}).get("allowance")
    if message["type"] == "http.response.start" and allowance is not None:
        MutableScopeHeaders.from_message(message).update(allowance.headers())


def presented_key(connection: Connection) -> ApiKey | None:
    header = connection.headers.get("authorization", "")
    kind, _, value = header.partition(" ")
    if kind.lower() != "bearer" or not value:
        return None
    installation = services(connection)
    return installation.access.key(value.strip(), installation.now())
