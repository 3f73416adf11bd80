"""A whole mix of orders in one thread under virtual time, from a seed: what the demo shows, without waiting."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from crossdock.app.connectors import make_connectors
from crossdock.app.processes import make_processes
from crossdock.journal.batch import Batch
from crossdock.journal.store import Reader, Store
from crossdock.model.events import Event
from crossdock.runtime.intake import event_intake
from crossdock.runtime.work import instant
from crossdock.simulation.chance import Chance
from crossdock.simulation.customers import Customers
from crossdock.simulation.distributor import Distributor
from crossdock.simulation.mix import make_mix
from crossdock.simulation.people import ORDER, Clerk
from crossdock.simulation.systems.faults import NONE, Faults
from crossdock.simulation.world import World

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_HUB = "http://hub.test"
_GLANCE = timedelta(milliseconds=50)
_QUIET = timedelta(seconds=30)


@dataclass
class Rehearsal:
    """A run that is over: the world as it ended, and who took part."""

    world: World
    distributor: Distributor
    customers: Customers
    clerk: Clerk


def rehearse(
    store: Store,
    orders: int,
    seed: int = 0,
    faults: Faults = NONE,
    rate: float = 20.0,
    most: timedelta = timedelta(hours=1),
) -> Rehearsal:
    """Play a mix to its end: until all stories are told and nothing moves any more, or for `most` of virtual time."""
    mix = make_mix(seed, orders, rate, START.date())
    distributor = Distributor(mix, START, _HUB, seed, faults)
    urls = {name: f"http://{name}.test" for name in distributor.systems}
    estate = distributor.estate(urls, _HUB, START)
    processes = make_processes(estate)
    connectors = make_connectors(estate, distributor.environment())
    edges = {f"{name}.test": edge for name, edge in distributor.edges.items()}
    world = World(store, estate, processes, connectors, edges, Chance(seed, "world"), START)
    said = 0

    def say(key: str, event: Event) -> None:
        nonlocal said
        said += 1
        row = event_intake(
            event,
            key=key,
            source="people",
            message_id=str(said),
            body=msgspec.json.encode(event),
            now=instant(world.now),
            partitions=store.partitions,
            retention=estate.retention,
        )
        store.commit(Batch(intake=[row]))

    clerk = Clerk(world.reader, next(each for each in processes if each.name == ORDER), say)
    customers = Customers(mix, distributor, START, clerk)

    def look() -> None:
        customers.act(instant(world.now))
        if not customers.is_done:
            world.at(instant(world.now) + _GLANCE, look)

    world.at(START, look)
    end = START + most
    while not customers.is_done and instant(world.now) < end:
        world.run(instant(world.now) + _QUIET)
    distributor.calm()
    world.run(instant(world.now) + _QUIET * 4)
    return Rehearsal(world, distributor, customers, clerk)


def journal_hash(reader: Reader) -> str:
    """One hash over all events in their order: two runs of one seed have the same."""
    digest = hashlib.blake2b(digest_size=16)
    cursor: dict[int, int] = {}
    while events := reader.events_after(cursor, 1000):
        for row in sorted(events, key=lambda row: (row.partition, row.n)):
            digest.update(repr(tuple(row)).encode())
            cursor[row.partition] = row.n
    return digest.hexdigest()
