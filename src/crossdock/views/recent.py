"""Orders by when something last happened to them, read backwards from the journal's end: no index is kept for it.

Positions are gapless, so an end is found by halving, and a page is a vector of positions to go on from.
"""

from collections.abc import Mapping
from typing import NamedTuple

from crossdock.journal.records import EventRow, InstanceRow
from crossdock.journal.store import Reader
from crossdock.views.related import ORDER

Positions = Mapping[int, int]
"""By partition, the last position to look at."""

FAR = 2**62
_WINDOW = 256
_MOST_WINDOWS = 40


class Page(NamedTuple):
    """Orders, latest first, and where older ones begin; None at the beginning of the journal."""

    orders: list[InstanceRow]
    older: dict[int, int] | None


def ends(reader: Reader, partitions: int) -> dict[int, int]:
    """The last position of each partition."""
    low = dict.fromkeys(range(partitions), 0)
    high = dict.fromkeys(range(partitions), 1)
    growing = set(high)
    while growing:
        there = _beyond(reader, {p: high[p] - 1 if p in growing else FAR for p in high}, partitions)
        for p in growing & there:
            low[p], high[p] = high[p], high[p] * 2
        growing &= there
    while any(high[p] - low[p] > 1 for p in low):
        middle = {p: (low[p] + high[p]) // 2 for p in low}
        there = _beyond(reader, {p: middle[p] - 1 for p in low}, partitions)
        for p in low:
            if p in there:
                low[p] = middle[p]
            else:
                high[p] = middle[p]
    return low


def _beyond(reader: Reader, cursor: dict[int, int], partitions: int) -> set[int]:
    """The partitions that have an event behind these positions."""
    return {row.partition for row in reader.events_after(cursor, partitions)}


def recent(reader: Reader, partitions: int, limit: int, before: Positions | None = None) -> Page:
    """The orders that changed last, each once, at its latest event."""
    place = dict(before) if before is not None else ends(reader, partitions)
    found: dict[bytes, InstanceRow] = {}
    seen: dict[bytes, InstanceRow | None] = {}
    for _ in range(_MOST_WINDOWS):
        for event in _backwards(reader, place, partitions):
            place[event.partition] = event.n - 1
            if event.instance not in seen:
                seen[event.instance] = reader.instance(event.instance)
            row = seen[event.instance]
            # An order stands where it changed last: what happened to it since is on an earlier page.
            if row is not None and row.process == ORDER and row.changed_at <= event.recorded_at:
                found.setdefault(row.id, row)
            if len(found) == limit:
                return Page(list(found.values()), place if any(place.values()) else None)
        if not any(place.values()):
            return Page(list(found.values()), None)
    return Page(list(found.values()), place)


def _backwards(reader: Reader, place: Mapping[int, int], partitions: int) -> list[EventRow]:
    """The events up to these positions, latest first, as far back as all partitions have been read."""
    window = _WINDOW if partitions == 1 else 32
    rows: list[EventRow] = []
    horizon = 0
    for partition in sorted(place):
        end = place[partition]
        start = max(end - window, 0)
        if start == end:
            continue
        cursor = dict.fromkeys(range(partitions), FAR) | {partition: start}
        read = [row for row in reader.events_after(cursor, window) if row.n <= end]
        rows.extend(read)
        if start > 0 and read:
            horizon = max(horizon, read[0].recorded_at)
    rows.sort(key=lambda row: (row.recorded_at, row.partition, row.n), reverse=True)
    return [row for row in rows if row.recorded_at >= horizon]
