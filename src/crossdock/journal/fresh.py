"""Messages that are decided in the very transaction that records them: they never enter an inbox. Pure."""

from collections.abc import Collection, Sequence

import msgspec

from crossdock.journal.batch import Batch, Intake
from crossdock.journal.records import InboxRow, PayloadRow
from crossdock.journal.rows import NEW


class Fresh:
    """A batch's new messages, in order. Those that the claim may decide now are `taken`, under numbers below zero; the
    rest, and those that the claim leaves, go to their inboxes with its commit."""

    def __init__(self, messages: Sequence[InboxRow], payloads: dict[bytes, PayloadRow]) -> None:
        self._messages = messages
        self._rest: list[InboxRow] = list(messages)
        self.payloads = payloads
        self.taken: list[InboxRow] = []

    def take(self, partitions: Collection[int], room: int) -> None:
        """Take up to `room` messages of partitions whose inboxes have been read to their ends."""
        behind: set[int] = set()
        self._rest = []
        for message in self._messages:
            partition = message.partition
            if partition in partitions and partition not in behind and len(self.taken) < room:
                self.taken.append(InboxRow(partition, -1 - len(self.taken), *message[2:]))
            else:
                behind.add(partition)
                self._rest.append(message)

    def after(self, batch: Batch) -> Batch:
        """What the claim's commit writes of a step's batch: numbers below zero mean nothing to a database."""
        if not self._messages:
            return batch
        consumed = {seq for _, seq in batch.consumed if seq < 0}
        left = [message for message in self.taken if message.seq not in consumed]
        known = [place for place in batch.consumed if place[1] >= 0]
        return msgspec.structs.replace(batch, consumed=known, inbox=[*left, *self._rest, *batch.inbox])


def payloads_of(intakes: Sequence[Intake], verdicts: Sequence[str]) -> dict[bytes, PayloadRow]:
    """The payloads that came in new."""
    return {
        intake.payload.dedupe: intake.payload
        for intake, verdict in zip(intakes, verdicts, strict=True)
        if verdict == NEW
    }
