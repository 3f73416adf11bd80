"""What systems of the small JSON contracts share: Standard Webhooks out, and a log of them to read."""

from datetime import datetime

from crossdock.runtime.ports import Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.base import Call, Callback, Failure, Handler, Simulated, encode, reply
from crossdock.simulation.systems.faults import NONE, Faults
from crossdock.transports import webhooks


class SigningSystem(Simulated):
    """Sends signed webhooks to `<intake>/in/<name>/events`; none without an intake."""

    def __init__(
        self, name: str, token: str, secret: str, intake: str, faults: Faults = NONE, chance: Chance | None = None
    ) -> None:
        super().__init__(name, token, faults, chance)
        self.secrets = [secret]
        self.intake = intake
        self._messages = 0

    def tell(self, type: str, data: object, at: datetime, *, never: bool = False, twice: bool = False) -> None:
        """Call back with a message."""
        self._messages += 1
        id, body = f"{self.name}-{self._messages}", encode({"type": type, "timestamp": at, "data": data})
        self.log(id, body)
        self.call_back(id, type, body, at, never=never or not self.intake, twice=twice)

    def log(self, id: str, body: bytes) -> None:
        """Where messages are kept, by those that keep them."""

    def request_for(self, callback: Callback, now: datetime) -> Request:
        headers = webhooks.headers(self.secrets, callback.id, now, callback.body)
        return Request("POST", f"{self.intake}/in/{self.name}/events", headers, callback.body, 10.0)


class LoggingSystem(SigningSystem):
    """Keeps each message in its log of changes, whether or not it could be sent, and each key that it was asked
    under."""

    def __init__(
        self, name: str, token: str, secret: str, intake: str, faults: Faults = NONE, chance: Chance | None = None
    ) -> None:
        super().__init__(name, token, secret, intake, faults, chance)
        self._log: list[tuple[str, bytes]] = []
        self._answers: dict[str, tuple[bytes, Response]] = {}
        self.route("GET", "/v1/changes", self._changes)

    def log(self, id: str, body: bytes) -> None:
        self._log.append((id, body))

    def once(self, handler: Handler) -> Handler:
        """The same key gives the first answer again; the same key with another body is refused."""

        def answered(call: Call) -> Response:
            key = call.headers.get("idempotency-key", "")
            if not key:
                raise Failure(400, "the header Idempotency-Key is missing", "no_key")
            body = encode([call.path, call.body])
            if key in self._answers:
                known, response = self._answers[key]
                if known != body:
                    raise Failure(409, f"the key {key} was used with another body", "key_reused")
                return response
            response = handler(call)
            self._answers[key] = (body, response)
            return response

        return answered

    def _changes(self, call: Call) -> Response:
        after, limit = int(call.query.get("after", "0")), int(call.query.get("limit", "200"))
        page = self._log[after : after + limit]
        changes = [{"id": id, "payload": body.decode()} for id, body in page]
        reached = after + len(page)
        return reply({"changes": changes, "cursor": str(reached), "more": reached < len(self._log)})
