"""Tryton's network API as conversations: sessions, models, buttons and wizards. It yields requests, sends nothing.

Source: the JSON-RPC protocol of Tryton 8.2 (`POST /<database>/rpc/`). `common.db.login` opens a session, which
the server may end at any time; the client then logs in again and repeats the call, which was not carried out.
Every call may raise a TrytonError, and NotSent or NoAnswer from whoever sends the requests.
"""

import base64
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from crossdock.connectors.tryton.errors import NotPermitted, SessionOver, UserError, result
from crossdock.connectors.tryton.wire import Wire, encode
from crossdock.runtime.ports import Exchange, Request

Record = dict[str, Wire]
Domain = Sequence[Wire]

_JSON = {"content-type": "application/json", "accept": "application/json"}


class TrytonClient:
    """One user's access to one Tryton database. `context` goes along with every call (company, language)."""

    def __init__(self, url: str, database: str, user: str, password: str, timeout: float = 60.0) -> None:
        self._endpoint = f"{url.rstrip('/')}/{quote(database)}/rpc/"
        self._user = user
        self._password = password
        self._timeout = timeout
        self._session: tuple[int, str] | None = None
        self.context: Mapping[str, Wire] = {}

    @property
    def user_id(self) -> int | None:
        """Who we are in Tryton, once logged in."""
        return self._session[0] if self._session else None

    def login(self) -> Exchange[int]:
        """Open a session; the user's id. Raises NotPermitted for a wrong login."""
        response = yield self._request("common.db.login", [self._user, {"password": self._password}], {})
        try:
            user_id, token, *_ = result(response)
        except SessionOver as refusal:
            raise NotPermitted(f"Tryton refuses the login of {self._user}") from refusal
        self._session = (user_id, token)
        return int(user_id)

    def call(self, method: str, *arguments: Wire, context: Mapping[str, Wire] | None = None) -> Exchange[Wire]:
        """The result of a remote method, with our context as its last argument."""
        if self._session is None:
            yield from self.login()
        try:
            return (yield from self._call(method, arguments, context))
        except SessionOver:
            yield from self.login()
        try:
            return (yield from self._call(method, arguments, context))
        except SessionOver as refusal:
            raise NotPermitted(f"Tryton does not accept {self._user}'s session for {method}") from refusal

    def _call(self, method: str, arguments: Sequence[Wire], context: Mapping[str, Wire] | None) -> Exchange[Wire]:
        assert self._session is not None
        user_id, token = self._session
        credentials = base64.b64encode(f"{self._user}:{user_id}:{token}".encode()).decode()
        parameters = [*arguments, {**self.context, **(context or {})}]
        response = yield self._request(method, parameters, {"authorization": f"Session {credentials}"})
        return result(response)

    def _request(self, method: str, parameters: Sequence[Wire], headers: Mapping[str, str]) -> Request:
        body = encode({"id": 1, "method": method, "params": parameters})
        return Request("POST", self._endpoint, {**_JSON, **headers}, body, self._timeout)

    # --- models --------------------------------------------------------------------------------------------

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        limit: int | None = None,
        order: Sequence[tuple[str, str]] | None = None,
        context: Mapping[str, Wire] | None = None,
    ) -> Exchange[list[Record]]:
        """The records that a domain finds, with these fields (`party.name` follows a link)."""
        found = yield from self.call(
            f"model.{model}.search_read", domain, 0, limit, order, list(fields), context=context
        )
        return list(found)

    def read(
        self, model: str, ids: Sequence[int], fields: Sequence[str], context: Mapping[str, Wire] | None = None
    ) -> Exchange[list[Record]]:
        """Records by id, in the order asked. Raises UserError where one does not exist or may not be read."""
        if not ids:
            return []
        found = yield from self.call(f"model.{model}.read", list(ids), list(fields), context=context)
        by_id = {record["id"]: record for record in found}
        return [by_id[number] for number in ids]

    def create(self, model: str, *records: Mapping[str, Wire]) -> Exchange[list[int]]:
        """Create records in one transaction; their ids."""
        return list((yield from self.call(f"model.{model}.create", list(records))))

    def write(
        self,
        model: str,
        ids: Sequence[int],
        values: Mapping[str, Wire],
        context: Mapping[str, Wire] | None = None,
    ) -> Exchange[None]:
        """Change records in one transaction."""
        yield from self.call(f"model.{model}.write", list(ids), values, context=context)

    def delete(self, model: str, ids: Sequence[int]) -> Exchange[None]:
        """Delete records in one transaction."""
        yield from self.call(f"model.{model}.delete", list(ids))

    def press(self, model: str, button: str, ids: Sequence[int]) -> Exchange[Wire]:
        """Press a button. Raises UserError where the state has no such step, also when it was just taken."""
        return (yield from self.call(f"model.{model}.{button}", list(ids)))

    def waive(self, warning: str) -> Exchange[None]:
        """Let a warning pass, by its name, the next time that it is raised for us."""
        yield from self.call("model.res.user.warning.skip", warning, False)

    def wizard(
        self, name: str, steps: Sequence[tuple[str, Mapping[str, Wire]]], context: Mapping[str, Wire]
    ) -> Exchange[Wire]:
        """Walk through a wizard: its states and the forms filled in for each. The last step's answer."""
        session, _start, _end = yield from self.call(f"wizard.{name}.create", context=context)
        answer: Wire = None
        for state, forms in steps:
            answer = yield from self.call(f"wizard.{name}.execute", session, forms, state, context=context)
        yield from self.call(f"wizard.{name}.delete", session, context=context)
        return answer

    def advance(self, model: str, number: int, steps: Mapping[str, str], most: int = 12) -> Exchange[str]:
        """Press the button that each state calls for until a state calls for none; that state.

        A refused button whose record has moved on all the same was pressed before: by an attempt of ours that got
        no answer, or by a person. Raises UserError where the record stays where it is.
        """
        for _ in range(most):
            state = yield from self._state(model, number)
            if state not in steps:
                return state
            try:
                yield from self.press(model, steps[state], [number])
            except UserError:
                if (yield from self._state(model, number)) == state:
                    raise
        raise UserError(f"{model} {number} does not come to rest")

    def _state(self, model: str, number: int) -> Exchange[str]:
        (record,) = yield from self.read(model, [number], ["state"])
        return str(record["state"])
