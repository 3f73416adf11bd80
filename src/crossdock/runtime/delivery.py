"""Deliveries: each event of a wave to its instances, decided one by one, with what follows kept for the next wave."""

from collections.abc import Sequence

from crossdock.estate.model import Estate
from crossdock.journal.records import (
    DELIVERY,
    EVENT,
    IdentifierRow,
    InboxRow,
    UnmatchedRow,
    hash16,
)
from crossdock.model.codec import encode
from crossdock.model.events import (
    AlarmRang,
    CommandAbandoned,
    DocumentReceived,
    PersonalDataRequested,
    StockCounted,
    StockMoved,
)
from crossdock.processes.decision import Process, Route
from crossdock.runtime import exceptions
from crossdock.runtime.effects import Effects
from crossdock.runtime.routing import Found, Router, Target, key_hash
from crossdock.runtime.stock import StockDesk
from crossdock.runtime.versions import Newer, Versions
from crossdock.runtime.work import Held, Item, Work

MOST_HOPS = 16
FIRST_RECHECK = 1_000_000
LAST_RECHECK = 600_000_000
SECOND = 1_000_000


class Deliveries:
    """Routes and decides. One for an engine; all state of a step is in its Work."""

    def __init__(self, estate: Estate, processes: Sequence[Process]) -> None:
        self._estate = estate
        self._router = Router(processes)
        self._effects = Effects(estate)
        self._stock = StockDesk()

    def deliver(self, work: Work, wave: list[Item]) -> None:
        """Decide a wave in order. What is asked of stock and credit is answered at its end, in the next wave."""
        routed = [(item, [] if item.target else self._router.routes(item.event)) for item in wave]
        known = self._known_numbers(work, [hash for _, routes in routed for hash in self._router.hashes(routes)])
        work.load(self._targets(work, routed, known))
        for item, routes in routed:
            if item.hops > MOST_HOPS:
                exceptions.cascade(work, item)
            elif item.target:
                self._to_target(work, item)
            else:
                self._to_found(work, item, self._router.find(work, routes, known))
        self._effects.settle_ledgers(work)

    def _known_numbers(self, work: Work, hashes: list[bytes]) -> dict[bytes, list[IdentifierRow]]:
        known = work.claim.find(sorted(set(hashes))) if hashes else {}
        return {hash: list(rows) for hash, rows in known.items()}

    def _targets(
        self,
        work: Work,
        routed: list[tuple[Item, list[tuple[Process, Route]]]],
        known: dict[bytes, list[IdentifierRow]],
    ) -> set[bytes]:
        """The instances a wave is likely to need, read in one go."""
        ids = {item.target for item, _ in routed if item.target}
        ids.update(row.instance for rows in known.values() for row in rows if work.owns(row.partition))
        for _, routes in routed:
            for process, route in routes:
                for key in route.keys:
                    if work.owns(work.partition_of(key)):
                        ids.add(_id(process, key))
        return ids

    # --- one event ------------------------------------------------------------------------------------------------

    def _to_target(self, work: Work, item: Item) -> None:
        if isinstance(item.event, AlarmRang) and not work.rings(item.target, item.event.alarm):
            return
        held = work.held(item.target)
        if work.is_newer(item.target):
            _leave(work, item, item.target)
            return
        if held is not None:
            self._decide(work, item, held, item.journaled)
            return
        # Addressed before it exists: either its first event, or one that must wait for it.
        for process, route in self._router.routes(item.event):
            for position, key in enumerate(route.keys):
                if _id(process, key) == item.target:
                    if route.starts and position == 0:
                        self._decide(
                            work,
                            item,
                            work.begin(process, item.target, key),
                            item.journaled,
                        )
                    else:
                        self._wait(work, item, (key_hash(process.name, key),))
                    return
        exceptions.nobody(work, item)

    def _to_found(self, work: Work, item: Item, found: Found) -> None:
        if found.ambiguous:
            exceptions.ambiguous(work, item, found.ambiguous)
        if not found.concerns_us:
            self._concerns_no_process(work, item)
        elif found.targets:
            self._to_targets(work, item, found.targets)
        elif found.wait_under:
            self._wait(work, item, found.wait_under)

    def _to_targets(self, work: Work, item: Item, targets: Sequence[Target]) -> None:
        here = [target for target in targets if work.owns(target.partition)]
        journaled = item.journaled
        if len(targets) > 1 and not journaled:
            # One fact, several readers: it is journaled once, here, and delivered from here.
            partition = here[0].partition if here else min(work.claim.next_n)
            cause = work.journal(item, here[0].id if here else b"", partition)
            item = Item(
                item.event,
                item.tag,
                item.source,
                cause,
                item.occurred_at,
                item.hops,
                b"",
                True,
            )
            journaled = True
        for target in targets:
            if not work.owns(target.partition):
                _send(work, item, target.id, target.partition, journaled)
                continue
            held = work.held(target.id) or work.begin(target.process, target.id, target.key)
            self._decide(work, item, held, journaled)

    def _concerns_no_process(self, work: Work, item: Item) -> None:
        """Facts for the ledgers, the timeline or a person; all are journaled, none starts an instance."""
        partition = min(work.claim.next_n)
        cause = item.cause if item.journaled else work.journal(item, b"", partition)
        match item.event:
            case StockMoved() | StockCounted():
                self._stock.observed(work, item.event, item, cause, partition)
            case PersonalDataRequested():
                exceptions.personal_data(work, item.event, item)
            case DocumentReceived():
                pass

    # --- one decision ---------------------------------------------------------------------------------------------

    def _decide(self, work: Work, item: Item, held: Held, journaled: bool) -> None:
        was_new = held.is_new and not held.changed
        cause = item.cause if journaled else work.journal(item, held.id, held.partition)
        if held.parked and not exceptions.unparks(item.event):
            exceptions.keep_for_parked(work, held, item, cause)
            return
        try:
            decision = held.process.decide(held.state, item.event, work.at)
            rows = self._effects.rows(work, held, decision, item, cause)
        except Exception as error:  # a process boundary: its faults stop this instance, never the batch
            exceptions.park(work, held, item, cause, error)
            return
        held.state = decision.state
        work.changed(held)
        rows.merge(work, held)
        if was_new:
            work.newly_known.append(key_hash(held.process.name, held.key))
        if isinstance(item.event, CommandAbandoned):
            exceptions.command(work, held, item.event)
        if held.parked:
            held.parked = False
            exceptions.release_kept(work, held)

    # --- events that wait -----------------------------------------------------------------------------------------

    def _wait(self, work: Work, item: Item, hashes: Sequence[bytes]) -> None:
        """Nobody yet: it waits under each of its numbers, is looked at again, and in the end rings for a person."""
        event = hash16(item.cause, item.tag, encode(item.event))
        partition = min(work.claim.next_n)
        for hash in hashes:
            work.batch.unmatched.append(
                UnmatchedRow(
                    hash,
                    partition,
                    event,
                    work.now,
                    work.now + FIRST_RECHECK,
                    0,
                    item.tag,
                    item.source,
                    item.cause,
                    item.occurred_at,
                    encode(item.event),
                )
            )

    def awaited(self, work: Work) -> list[Item]:
        """Events that waited for numbers or keys which this step made known."""
        if not work.newly_known:
            return []
        hashes, work.newly_known = sorted(set(work.newly_known)), []
        wanted = set(hashes)
        rows = [row for row in work.batch.unmatched if row.hash in wanted]
        rows.extend(work.claim.unmatched(hashes))
        return self._again(work, rows, Versions())

    def recheck(self, work: Work, row: UnmatchedRow, versions: Versions) -> list[Item]:
        """Route it again: its number may have become known beside us. Too long unmatched asks a person."""
        item = self._item(row, versions)
        if item is None:
            return []
        routes = self._router.routes(item.event)
        known = self._known_numbers(work, self._router.hashes(routes))
        work.load(self._targets(work, [(item, routes)], known))
        found = self._router.find(work, routes, known)
        if found.targets or found.ambiguous or not found.concerns_us:
            return self._again(work, [row], versions)
        wait = min(FIRST_RECHECK * 4 ** (row.tries + 1), LAST_RECHECK)
        work.batch.unmatched.append(row._replace(recheck_at=work.now + wait, tries=row.tries + 1))
        if work.now - row.since >= int(self._estate.promises.unmatched_within.total_seconds()) * SECOND:
            exceptions.unmatched(work, row, item)
        return []

    def _again(self, work: Work, rows: Sequence[UnmatchedRow], versions: Versions) -> list[Item]:
        items: list[Item] = []
        for row in {row.event: row for row in rows}.values():
            item = self._item(row, versions)
            if item is None:
                continue
            work.batch.unmatched = [other for other in work.batch.unmatched if other.event != row.event]
            work.batch.matched.append(row.event)
            exceptions.matched(work, row)
            items.append(item)
        return items

    def _item(self, row: UnmatchedRow, versions: Versions) -> Item | None:
        try:
            event = versions.event(row.type, row.body)
        except Newer:
            return None
        return Item(event, row.type, row.source, row.cause, row.occurred_at)


def _id(process: Process, key: str) -> bytes:
    return hash16(process.name, key)


def _leave(work: Work, item: Item, id: bytes) -> None:
    """Back into the inbox, for a worker of the newer program."""
    work.left += 1
    _send(work, item, id, min(work.claim.next_n), item.journaled)


def _send(work: Work, item: Item, id: bytes, partition: int, journaled: bool) -> None:
    """To the inbox of another partition, never into this transaction."""
    work.batch.inbox.append(
        InboxRow(
            partition,
            0,
            DELIVERY if journaled else EVENT,
            work.now,
            id,
            item.tag,
            item.source,
            item.cause,
            item.hops,
            item.occurred_at,
            encode(item.event),
        )
    )
