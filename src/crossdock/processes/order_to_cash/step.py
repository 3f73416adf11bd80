"""One decision in the making: the state as it changes, what follows, and the estate's rules beside it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

from crossdock.estate.model import Channel, Estate
from crossdock.model.commands import Command
from crossdock.model.orders import SalesOrder
from crossdock.model.quantities import Money
from crossdock.processes.decision import (
    AskPerson,
    ClearAlarm,
    Decision,
    Effect,
    SetAlarm,
    Settle,
)
from crossdock.processes.order_to_cash.state import Line, OrderState, Share

Policy = Literal["per_shipment", "complete", "prepaid"]


class Rules:
    """What the estate says about orders."""

    def __init__(self, estate: Estate) -> None:
        self.promises = estate.promises
        self.nodes = estate.nodes
        self._channels = estate.channels
        self.erp = estate.owners.get("sales_order", "")
        self._billing = estate.billing.customers

    def channel(self, name: str) -> Channel:
        """The channel of that name; one that is not declared has no system to inform and the default policies."""
        return self._channels.get(name) or Channel(name, "")

    def nodes_for(self, channel: Channel) -> tuple[str, ...]:
        return channel.nodes or tuple(self.nodes)

    def billing(self, customer: str, order: SalesOrder) -> Policy:
        """The customer's own policy; else in advance where the order is prepaid; else the policy for all."""
        own = self._billing.get(customer)
        if own is not None:
            return own
        if order.terms.kind == "prepaid":
            return "prepaid"
        return self._billing.get("*", "per_shipment")


class Step:
    """Collects one decision. Handlers change `state` through `set` and add effects; `decision` closes it."""

    __slots__ = ("at", "effects", "rules", "state")

    def __init__(self, rules: Rules, state: OrderState, at: datetime) -> None:
        self.rules = rules
        self.state = state
        self.at = at
        self.effects: list[Effect] = []

    def set(self, **fields: object) -> None:
        self.state = msgspec.structs.replace(self.state, **fields)

    def do(self, *effects: Effect) -> None:
        self.effects.extend(effects)

    def decision(self) -> Decision:
        return Decision(self.state, tuple(self.effects))

    # --- reading --------------------------------------------------------------------------------------------------

    @property
    def order(self) -> SalesOrder:
        """The order document. Only where there is one: `process` keeps events away before the first."""
        order = self.state.order
        assert order is not None
        return order

    @property
    def channel(self) -> Channel:
        return self.rules.channel(self.order.channel)

    @property
    def channel_number(self) -> str:
        """The channel's own id of the order."""
        return self.state.key.partition("/")[2]

    @property
    def policy(self) -> Policy:
        return self.rules.billing(self.state.customer, self.order)

    @property
    def on_account(self) -> bool:
        return self.order.terms.kind == "on_account"

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.order.currency).rounded()

    # --- lines and shares -----------------------------------------------------------------------------------------

    def put_line(self, line: Line) -> None:
        lines = self.state.lines
        if all(each.id != line.id for each in lines):
            self.set(lines=(*lines, line))
        else:
            self.set(lines=tuple(line if each.id == line.id else each for each in lines))

    def put_lines(self, lines: Iterable[Line]) -> None:
        self.set(lines=tuple(lines))

    def put_share(self, share: Share) -> None:
        self.set(shares=tuple(share if each.key == share.key else each for each in self.state.shares))

    # --- commands that are under way ------------------------------------------------------------------------------

    def issue(self, token: str, command: Command) -> None:
        """Send a command, and remember under `token` that its answer is awaited."""
        issued = self.state.issued + 1
        self.set(issued=issued, pending={**self.state.pending, token: issued})
        self.effects.append(command)

    def under_way(self, token: str) -> bool:
        """Whether a command of that kind or name is awaited, or stands before a person."""
        state = self.state
        return token in state.pending or (bool(state.stuck) and token in state.stuck.values())

    def resolve(self, token: str) -> bool:
        """The answer is here. False: nobody waited for it (it came before)."""
        state = self.state
        known = token in state.pending
        if known:
            self.set(pending={name: n for name, n in state.pending.items() if name != token})
        if state.stuck:
            causes = [cause for cause, stuck in state.stuck.items() if stuck == token]
            for cause in causes:
                self.effects.append(Settle(cause))
            if causes:
                known = True
                self.set(stuck={cause: stuck for cause, stuck in state.stuck.items() if stuck != token})
        return known

    # --- people and time ------------------------------------------------------------------------------------------

    def ask(
        self,
        cause: str,
        reason: str,
        role: str = "operations",
        actions: tuple[str, ...] = ("retry", "done_by_hand", "dismiss"),
        again: bool = False,
    ) -> None:
        """Open a question; `again` asks anew what is still open."""
        if cause in self.state.asked:
            if not again:
                return
        else:
            self.set(asked=(*self.state.asked, cause))
        self.effects.append(AskPerson(cause, reason, role, actions))

    def settle(self, cause: str) -> None:
        """The question is over, if it was asked."""
        if cause in self.state.asked:
            self.set(asked=tuple(each for each in self.state.asked if each != cause))
            self.effects.append(Settle(cause))

    def alarm(self, name: str, after: timedelta | None = None, at: datetime | None = None) -> None:
        """Set an alarm, once for the same instant."""
        due = at if at is not None else self.at + (after or timedelta())
        if self.state.alarms.get(name) != due:
            self.set(alarms={**self.state.alarms, name: due})
            self.effects.append(SetAlarm(name, at=due))

    def silence(self, name: str) -> None:
        if name in self.state.alarms:
            self.set(alarms={each: due for each, due in self.state.alarms.items() if each != name})
            self.effects.append(ClearAlarm(name))


def kind_of(token: str) -> str:
    return token.partition(":")[0]
