"""What belongs together: the instances behind a number, and all parts of their business objects."""

from collections.abc import Sequence

from crossdock.journal.records import InstanceRow, instance_id
from crossdock.journal.store import Reader

ORDER = "order_to_cash"
FULFILLMENT = "fulfillment"


def by_number(reader: Reader, value: str) -> list[InstanceRow]:
    """The orders (or other whole objects) that anybody knows by this number, by key. `1001` finds `#1001` too."""
    wanted = value.strip()
    ids = {row.instance for each in dict.fromkeys((wanted, f"#{wanted}")) for row in reader.find(each)}
    ids.add(instance_id(ORDER, wanted))
    found = [row for row in (reader.instance(id) for id in sorted(ids)) if row is not None]
    roots: dict[bytes, InstanceRow] = {}
    for row in found:
        root = reader.instance(instance_id(ORDER, row.key.partition("@")[0])) or row
        roots[root.id] = root
    return sorted(roots.values(), key=lambda row: row.key)


def parts(reader: Reader, root: InstanceRow) -> list[InstanceRow]:
    """An order with its fulfillments, in order."""
    rows = [root]
    if root.process == ORDER:
        n = 1
        while (part := reader.instance(instance_id(FULFILLMENT, f"{root.key}@{n}"))) is not None:
            rows.append(part)
            n += 1
    return rows


def ids(rows: Sequence[InstanceRow]) -> list[bytes]:
    return [row.id for row in rows]
