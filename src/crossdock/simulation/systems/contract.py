"""What systems of the small JSON contracts share: Standard Webhooks out, and a log of them to read."""

from datetime import datetime

from crossdock.runtime.ports import Request, Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.base import Call, Callback, Simulated, encode, reply
from crossdock.simulation.systems.faults import NONE, Faults
from crossdock.transports import webhooks


class ContractSystem(Simulated):
    """Sends signed webhooks to `<intake>/in/<name>/events`, and keeps each in its log of changes."""

    def __init__(
        self,
        name: str,
        token: str,
        secret: str,
        intake: str,
        faults: Faults = NONE,
        chance: Chance | None = None,
    ) -> None:
        super().__init__(name, token, faults, chance)
        self.secrets = [secret]
        self.intake = intake
        self._log: list[tuple[str, bytes]] = []
        self.route("GET", "/v1/changes", self._changes)

    def tell(
        self, type: str, data: object, at: datetime, *, never: bool = False, twice: bool = False
    ) -> None:
        """Log a message and call back with it."""
        body = encode({"type": type, "timestamp": at, "data": data})
        id = f"{self.name}-{len(self._log) + 1}"
        self._log.append((id, body))
        self.call_back(id, type, body, at, never=never, twice=twice)

    def request_for(self, callback: Callback, now: datetime) -> Request:
        headers = webhooks.headers(self.secrets, callback.id, now, callback.body)
        return Request("POST", f"{self.intake}/in/{self.name}/events", headers, callback.body, 10.0)

    def _changes(self, call: Call) -> Response:
        after, limit = int(call.query.get("after", "0")), int(call.query.get("limit", "200"))
        page = self._log[after : after + limit]
        changes = [{"id": id, "payload": body.decode()} for id, body in page]
        reached = after + len(page)
        return reply({"changes": changes, "cursor": str(reached), "more": reached < len(self._log)})
