"""The console's pages: recent orders, search, the timeline of an order, and open exceptions."""

import base64
import binascii
from itertools import groupby
from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.exceptions import HTTPException
from litestar.params import FromPath, FromQuery, SkipValidation
from litestar.response import Redirect

from crossdock.app.services import Services
from crossdock.console.access import HOME, Doorkeeper, SignInFirst, to_sign_in
from crossdock.console.render import SECURITY_HEADERS, page, stylesheet
from crossdock.governance.access import allows
from crossdock.journal.records import InstanceRow, instance_id
from crossdock.journal.store import StoreBusy, StoreUnavailable
from crossdock.runtime.work import instant
from crossdock.views import orders, related
from crossdock.views.fulfillments import fulfillments
from crossdock.views.recent import recent
from crossdock.views.timeline import Timeline, question, timeline

PER_PAGE = 50
MOST_FORM_BYTES = 16 * 1024
_log = structlog.get_logger(__name__)

AnyRequest = Request[Any, Any, Any]
Door = NamedDependency[SkipValidation[Doorkeeper]]
Hub = NamedDependency[SkipValidation[Services]]


def console_pages(services: Services, key: bytes) -> list[Any]:
    """The console's routes, for the web application. `key` signs sessions."""
    doorkeeper = Doorkeeper(services, key)
    router = Router(
        HOME,
        route_handlers=[home, search, order, exceptions, sign_in_form, sign_in, sign_out, css, nothing_here],
        # A function, not the bound method: Litestar copies what stands on routes, and there is one doorkeeper.
        guards=[lambda connection, handler: doorkeeper.guard(connection, handler)],
        dependencies={
            "door": Provide(lambda: doorkeeper, sync_to_thread=False),
            "hub": Provide(lambda: services, sync_to_thread=False),
        },
        exception_handlers={SignInFirst: _sign_in_first, HTTPException: _refused, Exception: _failed},
        include_in_schema=False,
    )
    return [to_console, router]


@get("/", opt={"scope": "public"}, include_in_schema=False, sync_to_thread=False)
def to_console() -> Redirect:
    return Redirect(HOME, status_code=303)


# --- what there is to see ---------------------------------------------------------------------------------------------


@get("/", opt={"scope": "public", "needs": "orders:read"}, sync_to_thread=False)
def home(request: AnyRequest, door: Door, hub: Hub, older: FromQuery[str] = "") -> Response[str]:
    """The orders to which something happened last."""
    reader = hub.reader()
    found = recent(reader, hub.partitions, PER_PAGE, _positions(older, hub.partitions))
    counts = reader.counts()
    phases = {name.partition("/")[2]: n for name, n in counts.items() if name.startswith(f"{related.ORDER}/")}
    values = {
        "orders": [_row(hub, row) for row in found.orders],
        "older": _cursor(found.older) if found.older else "",
        "is_first": not older,
        "phases": phases,
        "failing": hub.failing(),
        "number": "",
        "waiting": counts["inbox"],
        "open_exceptions": counts["exceptions"],
    }
    return _page(request, door, hub, "home.html", values)


@get("/search", opt={"scope": "public", "needs": "orders:read"}, sync_to_thread=False)
def search(request: AnyRequest, door: Door, hub: Hub, number: FromQuery[str] = "") -> Response[Any]:
    """Straight to the one object that holds a number, or a choice of several."""
    wanted = number.strip()
    rows = related.by_number(hub.reader(), wanted) if wanted else []
    if len(rows) == 1:
        return Redirect(_address(rows[0]), status_code=303, headers=SECURITY_HEADERS)
    values = {"number": wanted, "orders": [_row(hub, row) for row in rows]}
    return _page(request, door, hub, "search.html", values, 200 if rows or not wanted else 404)


@get("/orders/{key:path}", opt={"scope": "public", "needs": "orders:read"}, sync_to_thread=False)
def order(request: AnyRequest, door: Door, hub: Hub, key: FromPath[str]) -> Response[str]:
    """All of one order."""
    reader = hub.reader()
    wanted = key.removeprefix("/")
    row = reader.instance(instance_id(related.ORDER, wanted))
    if row is None:
        raise HTTPException(status_code=404, detail=f"no order has the key {wanted}; search for its number instead")
    whole = timeline(reader, row, hub.processes, hub.versions)
    promises = orders.promises(reader, row.id, hub.versions)
    values = {
        "order": orders.order(row, hub.processes, hub.versions, promises),
        "line": whole,
        "days": _by_day(whole),
        "shares": fulfillments(related.parts(reader, row), hub.processes, hub.versions),
        "number": "",
    }
    return _page(request, door, hub, "order.html", values)


@get("/exceptions", opt={"scope": "public", "needs": "exceptions:read"}, sync_to_thread=False)
def exceptions(request: AnyRequest, door: Door, hub: Hub, after: FromQuery[int] = 0) -> Response[str]:
    """What people must decide, oldest first."""
    reader = hub.reader()
    rows = reader.exceptions()
    first = max(after, 0)
    shown = [(question(row), row.subject, _subject(hub, row.instance)) for row in rows[first : first + PER_PAGE]]
    values = {
        "questions": shown,
        "total": len(rows),
        "open_exceptions": len(rows),
        "first": first,
        "per_page": PER_PAGE,
        "number": "",
    }
    return _page(request, door, hub, "exceptions.html", values)


# --- coming and going -------------------------------------------------------------------------------------------------


@get("/sign-in", opt={"scope": "public", "needs": "nobody"}, sync_to_thread=False)
def sign_in_form(request: AnyRequest, door: Door, back: FromQuery[str] = "") -> Response[Any]:
    return door.form(request, back)


@post("/sign-in", opt={"scope": "public", "needs": "nobody"}, request_max_body_size=MOST_FORM_BYTES)
async def sign_in(request: AnyRequest, door: Door) -> Response[Any]:
    return await door.sign_in(request)


@post("/sign-out", opt={"scope": "public", "needs": "anybody"}, request_max_body_size=MOST_FORM_BYTES)
async def sign_out(request: AnyRequest, door: Door) -> Response[Any]:
    return await door.sign_out(request)


@get("/static/console.css", opt={"scope": "public", "needs": "nobody"}, sync_to_thread=False)
def css() -> Response[bytes]:
    return stylesheet()


@get("/{rest:path}", opt={"scope": "public", "needs": "anybody"}, sync_to_thread=False)
def nothing_here(rest: FromPath[str]) -> Response[str]:
    raise HTTPException(status_code=404, detail=f"there is no page {HOME}{rest}; go back to the orders")


# --- what goes wrong --------------------------------------------------------------------------------------------------


def _sign_in_first(_: AnyRequest, error: SignInFirst) -> Response[Any]:
    return to_sign_in(error.back)


def _refused(_: AnyRequest, error: HTTPException) -> Response[str]:
    titles = {403: "Not allowed", 404: "Not found", 413: "Too large"}
    title = titles.get(error.status_code, "That did not work")
    return _problem(error.status_code, title, error.detail)


def _failed(_: AnyRequest, error: Exception) -> Response[str]:
    if isinstance(error, StoreUnavailable | StoreBusy):
        return _problem(503, "Not available now", "the journal can't be read at the moment; try again in a few seconds")
    _log.error("a page failed", exc_info=error)
    return _problem(500, "That did not work", "this page failed for a reason that stands in the log; tell operations")


def _problem(status: int, title: str, detail: str) -> Response[str]:
    return page("problem.html", {"who": None, "title": title, "detail": detail[:1].upper() + detail[1:]}, status)


# --- helpers ----------------------------------------------------------------------------------------------------------


def _page(
    request: AnyRequest, door: Doorkeeper, hub: Services, template: str, values: dict[str, Any], status: int = 200
) -> Response[str]:
    person = request.state.person
    if "open_exceptions" not in values:
        values["open_exceptions"] = hub.reader().counts()["exceptions"]
    frame = {
        "who": person,
        "token": door.form_token(request.state.session),
        "estate": hub.estate.name,
        "sees_exceptions": allows(person.scopes, "exceptions:read"),
        "now": hub.now(),
    }
    return page(template, {**frame, **values}, status)


def _row(hub: Services, row: InstanceRow) -> dict[str, Any]:
    """An order in a list. One that only a newer program can read still shows its key and phase."""
    return {
        "order": orders.order(row, hub.processes, hub.versions),
        "key": row.key,
        "phase": row.phase,
        "over": row.over,
        "changed_at": instant(row.changed_at),
        "address": _address(row),
    }


def _address(row: InstanceRow) -> str:
    return f"{HOME}/orders/{quote(row.key)}"


def _subject(hub: Services, instance: bytes) -> str:
    """Where the business object of an exception is shown; empty where it has none."""
    row = hub.reader().instance(instance)
    if row is None:
        return ""
    return f"{HOME}/orders/{quote(row.key.partition('@')[0] if row.process == related.FULFILLMENT else row.key)}"


def _by_day(whole: Timeline) -> list[tuple[Any, list[Any]]]:
    return [(entries[0].recorded_at, entries) for entries in _days(whole)]


def _days(whole: Timeline) -> list[list[Any]]:
    return [list(group) for _, group in groupby(whole.entries, key=lambda entry: entry.recorded_at.date())]


def _cursor(positions: dict[int, int]) -> str:
    body = msgspec.json.encode([positions[partition] for partition in sorted(positions)])
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def _positions(cursor: str, partitions: int) -> dict[int, int] | None:
    if not cursor:
        return None
    try:
        places = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=="), type=list[int])
    except (binascii.Error, msgspec.MsgspecError, ValueError):
        places = []
    if len(places) != partitions or any(not 0 <= place < 2**62 for place in places):
        raise HTTPException(status_code=400, detail="this address is incomplete; go back to the orders")
    return dict(enumerate(places))
