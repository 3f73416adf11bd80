"""One decision about a fulfillment in the making, and the units of its lines moving between buckets."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from crossdock.estate.model import Estate, Node
from crossdock.model.commands import Command
from crossdock.model.quantities import ZERO
from crossdock.model.shipments import FulfillmentLine, FulfillmentOrder
from crossdock.processes.decision import AskPerson, ClearAlarm, Decision, Effect, SetAlarm, Settle
from crossdock.processes.fulfillment.state import FulfillmentState

PROGRESS = "progress"


class Step:
    """Collects one decision: handlers change `state` through `set` and add effects."""

    __slots__ = ("at", "effects", "estate", "state")

    def __init__(self, estate: Estate, state: FulfillmentState, at: datetime) -> None:
        self.estate = estate
        self.state = state
        self.at = at
        self.effects: list[Effect] = []

    def set(self, **fields: object) -> None:
        self.state = msgspec.structs.replace(self.state, **fields)

    def do(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def issue(self, command: Command) -> int:
        """Send a command; answers its ordinal, by which an outcome will name it."""
        issued = self.state.issued + 1
        self.set(issued=issued)
        self.effects.append(command)
        return issued

    def decision(self) -> Decision:
        return Decision(self.state, tuple(self.effects))

    @property
    def request(self) -> FulfillmentOrder:
        """The request. Only where there is one: `process` keeps events away before it."""
        request = self.state.request
        assert request is not None
        return request

    @property
    def node(self) -> Node:
        """The node's rules; one that the estate does not declare posts on shipping."""
        return self.estate.nodes.get(self.request.node) or Node(self.request.node, "")

    # --- units ----------------------------------------------------------------------------------------------------

    def take(self, wanted: Mapping[str, Decimal], target: str, source: str = "outstanding") -> dict[str, Decimal]:
        """Move up to these units from bucket to bucket; answers what was moved, lines of nothing left out."""
        there: dict[str, Decimal] = dict(getattr(self.state, source))
        bucket: dict[str, Decimal] = dict(getattr(self.state, target))
        moved: dict[str, Decimal] = {}
        for line, quantity in wanted.items():
            take = min(quantity, there.get(line, ZERO))
            if take > 0:
                there[line] -= take
                bucket[line] = bucket.get(line, ZERO) + take
                moved[line] = take
        if moved:
            left = {line: quantity for line, quantity in there.items() if quantity}
            self.set(**{source: left, target: bucket})
        return moved

    def line(self, id: str) -> FulfillmentLine | None:
        for line in self.request.lines:
            if line.line == id:
                return line
        return None

    # --- people and time ------------------------------------------------------------------------------------------

    def ask(
        self,
        cause: str,
        reason: str,
        role: str = "warehouse",
        actions: tuple[str, ...] = ("done_by_hand", "dismiss"),
        again: bool = False,
    ) -> None:
        """Open a question; `again` asks anew what is still open."""
        if cause in self.state.asked:
            if not again:
                return
        else:
            self.set(asked=(*self.state.asked, cause))
        self.effects.append(AskPerson(cause, reason, role, actions))

    def settle(self, *causes: str) -> None:
        for cause in causes:
            if cause in self.state.asked:
                self.set(asked=tuple(each for each in self.state.asked if each != cause))
                self.effects.append(Settle(cause))

    def alarm(self, name: str, after: timedelta | None = None, at: datetime | None = None) -> None:
        due = at if at is not None else self.at + (after or timedelta())
        if self.state.alarms.get(name) != due:
            self.set(alarms={**self.state.alarms, name: due})
            self.effects.append(SetAlarm(name, at=due))

    def silence(self, name: str) -> None:
        if name in self.state.alarms:
            self.set(alarms={each: due for each, due in self.state.alarms.items() if each != name})
            self.effects.append(ClearAlarm(name))
