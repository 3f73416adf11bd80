"""What the API and the console need of the running installation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from crossdock.estate.model import Estate
from crossdock.governance.access import Access
from crossdock.journal.batch import Batch, Intake, Receipt
from crossdock.journal.store import Reader
from crossdock.processes.decision import Process
from crossdock.runtime.connector import Connector
from crossdock.runtime.versions import Versions


class Services(Protocol):
    """Implemented by `app`; a test may bring its own."""

    @property
    def estate(self) -> Estate: ...

    @property
    def access(self) -> Access: ...

    @property
    def connectors(self) -> Mapping[str, Connector]: ...

    @property
    def processes(self) -> Mapping[str, Process]: ...

    @property
    def versions(self) -> Versions: ...

    @property
    def partitions(self) -> int: ...

    def now(self) -> datetime: ...

    def reader(self) -> Reader:
        """A reader of the loop's own; not to be closed by who uses it."""
        ...

    async def take(self, intakes: list[Intake]) -> list[str]:
        """Record; `new`, `same` or `different` for each."""
        ...

    async def commit(self, batch: Batch) -> Receipt: ...

    async def changed(self, instance: bytes, timeout: float) -> bool: ...

    def look_again(self) -> None:
        """Commands were let go on in the journal: they are to be sent now."""
        ...

    def failing(self) -> Sequence[str]:
        """Why it is not ready, in sentences; empty when it is."""
        ...
