"""An order's fulfillments as people see them: which node ships what, and under which numbers it left."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from crossdock.journal.records import InstanceRow
from crossdock.model.base import Value
from crossdock.processes.decision import Process
from crossdock.processes.fulfillment.state import FulfillmentState
from crossdock.runtime.versions import Newer, Versions
from crossdock.views.related import FULFILLMENT


class ShipmentView(Value, frozen=True):
    """What left together. `posted` once it counts as gone."""

    number: str
    carrier: str
    tracking: tuple[str, ...]
    posted: bool


class FulfillmentView(Value, frozen=True):
    """One node's share: quantities by order line, in base units."""

    key: str
    number: str
    node: str
    node_number: str
    phase: str
    requested: dict[str, Decimal]
    shipped: dict[str, Decimal]
    shipments: tuple[ShipmentView, ...]


def fulfillments(
    rows: Sequence[InstanceRow], processes: Mapping[str, Process], versions: Versions
) -> tuple[FulfillmentView, ...]:
    """Those among these rows, in their order; what only a newer program can read is left out."""
    views = (_view(row, processes, versions) for row in rows if row.process == FULFILLMENT)
    return tuple(view for view in views if view is not None)


def _view(row: InstanceRow, processes: Mapping[str, Process], versions: Versions) -> FulfillmentView | None:
    process = processes.get(row.process)
    if process is None:
        return None
    try:
        state = versions.state(process, row.version, row.state, row.document)
    except Newer:
        return None
    if not isinstance(state, FulfillmentState) or state.request is None:
        return None
    return FulfillmentView(
        row.key,
        state.request.number,
        state.request.node,
        state.node_number,
        row.phase,
        state.requested,
        state.shipped,
        tuple(
            ShipmentView(leg.number, leg.shipment.carrier, leg.shipment.tracking_numbers(), leg.posted)
            for leg in state.legs
        ),
    )
