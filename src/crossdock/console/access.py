"""Who may see a page, and how they sign in and out."""

import asyncio
import secrets
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect

from crossdock.app.services import Services
from crossdock.console.render import SECURITY_HEADERS, page
from crossdock.console.sessions import LASTS, Brake, Session, Sessions
from crossdock.governance.access import Person, allows

HOME = "/console"
SIGN_IN = "/console/sign-in"
COOKIE = "crossdock_session"
FORM_COOKIE = "crossdock_form"

Connection = ASGIConnection[Any, Any, Any, Any]


class SignInFirst(Exception):
    """Nobody is signed in; `back` is where they wanted to go."""

    def __init__(self, back: str) -> None:
        super().__init__(back)
        self.back = back


class Doorkeeper:
    """Guards the console's routes, and carries out signing in and out."""

    def __init__(self, services: Services, key: bytes) -> None:
        self._services = services
        self._sessions = Sessions(key)
        self._brake = Brake()
        # Argon2 takes memory and time by design: a flood of attempts must not take all of it.
        self._verifying = asyncio.Semaphore(2)

    def guard(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Checks `opt={"needs": scope}`; `nobody` for pages before signing in. A route that says nothing is shut."""
        needs = handler.opt.get("needs")
        if needs == "nobody":
            return
        who = self.who(connection)
        if who is None:
            raise SignInFirst(_path(connection) if connection.scope.get("method") == "GET" else HOME)
        session, person = who
        if not isinstance(needs, str) or (needs != "anybody" and not allows(person.scopes, needs)):
            raise HTTPException(
                status_code=403, detail=f"{person.name} does not have the scope {needs}; ask an administrator for it"
            )
        connection.state.session = session
        connection.state.person = person

    def who(self, connection: Connection) -> tuple[Session, Person] | None:
        cookie = connection.cookies.get(COOKIE, "")
        return self._sessions.read(cookie, self._services.access, self._services.now()) if cookie else None

    def form_token(self, session: Session) -> str:
        return self._sessions.form_token(session.nonce)

    # --- signing in and out -------------------------------------------------------------------------------------------

    def form(
        self, connection: Connection, back: str = "", name: str = "", problem: str = "", status: int = 200
    ) -> Response[str]:
        """The sign-in form, tied to this browser by a cookie of its own."""
        nonce = connection.cookies.get(FORM_COOKIE, "") or secrets.token_urlsafe(12)
        values = {
            "who": None,
            "name": name,
            "problem": problem,
            "back": _safe(back),
            "token": self._sessions.form_token(nonce),
        }
        answer = page("sign_in.html", values, status)
        answer.set_cookie(self._cookie(connection, FORM_COOKIE, nonce, SIGN_IN, 3600))
        return answer

    async def sign_in(self, request: Request[Any, Any, Any]) -> Response[Any]:
        sent = await request.form()
        name, password, back = (str(sent.get(field, "")) for field in ("name", "password", "back"))
        if not self._sessions.is_form_token(request.cookies.get(FORM_COOKIE, ""), str(sent.get("token", ""))):
            return self.form(request, back, name, "This form is too old or came from elsewhere: try again.", 403)
        address = request.client.host if request.client else ""
        now = self._services.now()
        wait = self._brake.wait(name, address, now)
        if wait is not None:
            minutes = max(1, -(-int(wait.total_seconds()) // 60))
            problem = f"Too many failed attempts: try again in {minutes} minute{'s' if minutes > 1 else ''}."
            return self.form(request, back, name, problem, 429)
        # Counted before it is known: many attempts at once must not all slip by.
        self._brake.failed(name, address, now)
        async with self._verifying:
            person = await asyncio.to_thread(self._services.access.sign_in, name, password[:1024])
        if person is None:
            return self.form(request, back, name, "That name and password don't go together.", 401)
        self._brake.succeeded(name, address)
        answer = Redirect(_safe(back), status_code=303, headers=SECURITY_HEADERS)
        seconds = int(LASTS.total_seconds())
        answer.set_cookie(self._cookie(request, COOKIE, self._sessions.start(person, now), HOME, seconds))
        return answer

    async def sign_out(self, request: Request[Any, Any, Any]) -> Response[Any]:
        sent = await request.form()
        session: Session = request.state.session
        if not self._sessions.is_form_token(session.nonce, str(sent.get("token", ""))):
            raise HTTPException(status_code=403, detail="this form is too old or came from elsewhere; go back and try")
        answer = Redirect(SIGN_IN, status_code=303, headers=SECURITY_HEADERS)
        answer.delete_cookie(COOKIE, path=HOME)
        return answer

    @staticmethod
    def _cookie(connection: Connection, name: str, value: str, path: str, seconds: int) -> Cookie:
        secure = connection.url.scheme == "https"
        return Cookie(name, value=value, path=path, max_age=seconds, httponly=True, samesite="lax", secure=secure)


def to_sign_in(back: str) -> Response[Any]:
    target = SIGN_IN if back in ("", HOME) else f"{SIGN_IN}?back={quote(back)}"
    return Redirect(target, status_code=303, headers=SECURITY_HEADERS)


def _path(connection: Connection) -> str:
    query = connection.url.query
    return connection.url.path + (f"?{query}" if query else "")


def _safe(back: str) -> str:
    """Only ever back to a page of this console."""
    fine = back == HOME or back.startswith((f"{HOME}/", f"{HOME}?"))
    return back if fine and "\\" not in back and back.isprintable() and not back.startswith(SIGN_IN) else HOME
