"""Whom an event concerns, in instances: found by key or by number, started, kept waiting, or too many to be sure."""

from collections.abc import Iterable, Sequence

import msgspec

from crossdock.journal.records import IdentifierRow, hash16, instance_id
from crossdock.model.events import Event
from crossdock.model.identifiers import Identifier
from crossdock.processes.decision import Process, Route
from crossdock.runtime.work import Work


def number_hash(process: str, number: Identifier) -> bytes:
    """Under which hash a process's instances hold a number."""
    return hash16(process, number.scheme, number.issuer, number.value)


def key_hash(process: str, key: str) -> bytes:
    """Under which hash events wait for an instance that does not exist yet."""
    return hash16("key", process, key)


class Target(msgspec.Struct, frozen=True):
    """One instance that an event goes to."""

    process: Process
    id: bytes
    key: str
    partition: int
    starts: bool = False


class Found(msgspec.Struct, frozen=True):
    """The outcome of routing: targets; or hashes to wait under; or several candidates where one was meant."""

    targets: tuple[Target, ...] = ()
    wait_under: tuple[bytes, ...] = ()
    ambiguous: tuple[IdentifierRow, ...] = ()
    concerns_us: bool = False


class Router:
    """Asks the processes, and finds the instances they name."""

    def __init__(self, processes: Sequence[Process]) -> None:
        self._by_event: dict[type[Event], list[Process]] = {}
        for process in processes:
            for kind in process.events:
                self._by_event.setdefault(kind, []).append(process)

    def routes(self, event: Event) -> list[tuple[Process, Route]]:
        return [(process, process.route(event)) for process in self._by_event.get(type(event), ())]

    def hashes(self, routes: Iterable[tuple[Process, Route]]) -> list[bytes]:
        """The number hashes that `find` will ask for, to be read in one go."""
        return [number_hash(process.name, number) for process, route in routes for number in route.by]

    def find(
        self,
        work: Work,
        routes: Iterable[tuple[Process, Route]],
        known: dict[bytes, list[IdentifierRow]],
    ) -> Found:
        """Targets of an event within this step. `known` holds the identifier rows read for it, by hash."""
        targets: list[Target] = []
        waits: list[bytes] = []
        ambiguous: tuple[IdentifierRow, ...] = ()
        concerns_us = False
        for process, route in routes:
            if not route.keys and not route.by:
                continue
            concerns_us = True
            found = [self._by_key(work, process, key, route.starts and i == 0) for i, key in enumerate(route.keys)]
            present = [target for target in found if target is not None]
            if not present and route.by:
                rows = self._by_number(work, process, route, known)
                if len(rows) > 1 and not route.many:
                    ambiguous = tuple(rows)
                    continue
                present = [Target(process, row.instance, "", row.partition) for row in rows]
            if present:
                targets.extend(present)
            else:
                waits.extend(key_hash(process.name, key) for key in route.keys)
                waits.extend(number_hash(process.name, number) for number in route.by)
        return Found(tuple(targets), tuple(dict.fromkeys(waits)), ambiguous, concerns_us)

    def _by_key(self, work: Work, process: Process, key: str, starts: bool) -> Target | None:
        partition = work.partition_of(key)
        id = instance_id(process.name, key)
        if not work.owns(partition):
            # Its own partition decides whether it exists, may start or must wait.
            return Target(process, id, key, partition, starts)
        if starts or work.held(id) is not None:
            return Target(process, id, key, partition, starts)
        return None

    def _by_number(
        self,
        work: Work,
        process: Process,
        route: Route,
        known: dict[bytes, list[IdentifierRow]],
    ) -> Sequence[IdentifierRow]:
        """The holders of the first number that anybody holds: `by` is in order of trust."""
        for number in route.by:
            hash = number_hash(process.name, number)
            rows = [*known.get(hash, ()), *work.identified.get(hash, ())]
            if rows:
                return list({row.instance: row for row in rows}.values())
        return ()
