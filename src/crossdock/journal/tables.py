"""The tables of a journal: which rows they hold, under which key. Both stores build their statements from here.

Every table carries its partition, so that a database can spread it; where a row type has none, the store adds it.
"""

from dataclasses import dataclass
from typing import Any

from crossdock.journal import records as r


@dataclass(frozen=True, slots=True)
class Table:
    """A table, the tuple that its columns come from, and what makes a row one and the same."""

    name: str
    row: Any
    key: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        fields: tuple[str, ...] = self.row._fields
        return fields

    @property
    def columns(self) -> str:
        """All columns, quoted, in the row's own order."""
        return quoted(self.fields)

    @property
    def rest(self) -> tuple[str, ...]:
        """The columns that are not key."""
        return tuple(name for name in self.fields if name not in self.key)


def quoted(names: tuple[str, ...], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in names)


PAYLOADS = Table("payloads", r.PayloadRow, ("dedupe",))
INBOX = Table("inbox", r.InboxRow, ("partition", "seq"))
EVENTS = Table("events", r.EventRow, ("partition", "n"))
INSTANCES = Table("instances", r.InstanceRow, ("id",))
COMMANDS = Table("commands", r.CommandRow, ("instance", "ordinal"))
TIMERS = Table("timers", r.TimerRow, ("instance", "name"))
IDENTIFIERS = Table("identifiers", r.IdentifierRow, ("hash", "instance"))
UNMATCHED = Table("unmatched", r.UnmatchedRow, ("hash", "event"))
BALANCES = Table("balances", r.BalanceRow, ("key",))
MOVEMENTS = Table("movements", r.MovementRow, ("reference",))
RESERVATIONS = Table("reservations", r.ReservationRow, ("key", "instance", "line"))
STOCK_WAITS = Table("stock_waits", r.StockWaitRow, ("item", "instance"))
CREDIT = Table("credit", r.CreditRow, ("customer", "order"))
EXCEPTIONS = Table("exceptions", r.ExceptionRow, ("instance", "cause", "partition"))
REPLIES = Table("replies", r.ReplyRow, ("dedupe",))
CURSORS = Table("cursors", r.CursorRow, ("name",))

# An instance's row without its document, which has a table of its own: it is written once and read with the instance.
INSTANCE_FIELDS = INSTANCES.fields[:-1]

SHIPMENT = "shipment"  # the reason of movements that are shipments of ours

OPEN_COMMANDS = "state IN ('waiting', 'sending', 'unknown')"
"""The predicate of the index over commands that are not over; queries repeat it word for word to use that index."""

NUMBER_SIZE = 16  # bytes of an identifier hash; an instance keeps the hashes of its numbers in one column
