"""The people of ours in a simulated run: they see what holds an order, and lift it when a story says so."""

from collections.abc import Callable, Collection

from crossdock.journal.records import InstanceRow
from crossdock.journal.store import Reader
from crossdock.model.events import Event, HoldReleased
from crossdock.processes.decision import Process
from crossdock.processes.order_to_cash.state import OrderState
from crossdock.runtime.versions import Versions

ORDER = "order_to_cash"


class Clerk:
    """Customer service. `say` takes an event about an order in, as the API would."""

    def __init__(self, reader: Reader, order_process: Process, say: Callable[[str, Event], None]) -> None:
        self._reader = reader
        self._process = order_process
        self._say = say
        self._versions = Versions()

    def holds(self, channel: str, number: str) -> Collection[str]:
        """What holds the order now."""
        row = self.find(channel, number)
        state = self.state(row) if row is not None else None
        return () if state is None else tuple(state.holds)

    def release(self, channel: str, number: str, hold: str) -> None:
        """Lift a hold."""
        row = self.find(channel, number)
        if row is not None:
            self._say(row.key, HoldReleased(row.key, hold, "customer service", "as agreed with the customer"))

    def find(self, channel: str, number: str) -> InstanceRow | None:
        """The order of that number in that channel."""
        for found in self._reader.find(number):
            if found.scheme in ("order", "sale") and found.issuer == channel:
                row = self._reader.instance(found.instance)
                if row is not None and row.process == ORDER:
                    return row
        return None

    def state(self, row: InstanceRow) -> OrderState:
        state = self._versions.state(self._process, row.version, row.state, row.document)
        assert isinstance(state, OrderState)
        return state
