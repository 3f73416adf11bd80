"""The contract as an OpenAPI 3.1 document; `openapi.json` beside it is its committed text."""

from typing import Any

from crossdock.connectors.rest_wms import wire
from crossdock.transports.change_log import Changes
from crossdock.transports.openapi import Operation, document

_TEXT = """\
What Crossdock asks of a warehouse system, and what it wants to hear. Every request carries a bearer token.
Numbers
are decimal strings.

Every write carries an Idempotency-Key that the warehouse knows for seven days: the same key gives the first
answer
again, the same key with another body is answered 409. 429 and 503 promise that nothing was done.

Messages are Standard Webhooks, sent to `<crossdock>/in/<system>/events` and sent again until answered 2xx.
Each also
stands in the log of changes, under the same id and with the same body, character for character: who missed a
webhook reads it there."""

_FULFILLMENT = "/v1/fulfillments/{reference}"

OPERATIONS = (
    Operation(
        "release",
        "POST",
        "/v1/fulfillments",
        "Pick, pack and ship these lines.",
        wire.Fulfillment,
        wire.ReleaseRequest,
        201,
        key="The fulfillment's reference.",
    ),
    Operation("read_fulfillment", "GET", _FULFILLMENT, "One fulfillment.", wire.Fulfillment),
    Operation(
        "cancel",
        "POST",
        f"{_FULFILLMENT}/cancellation",
        "Stop all of it, or these quantities.",
        wire.CancellationResult,
        wire.CancellationRequest,
        key="One for each cancellation.",
    ),
    Operation(
        "change_address",
        "PUT",
        f"{_FULFILLMENT}/address",
        "Ship to another address; 409 once it is too late.",
        wire.Fulfillment,
        wire.AddressChange,
        key="One for each change.",
    ),
    Operation(
        "changes",
        "GET",
        "/v1/changes",
        "The log of messages after a cursor, oldest first.",
        Changes,
        query={
            "after": "`cursor` of the page before; none for the beginning.",
            "limit": "Most messages of a page.",
        },
    ),
)

WEBHOOKS = {
    "fulfillment.accepted": wire.Accepted,
    "fulfillment.refused": wire.RefusedRelease,
    "fulfillment.picked": wire.Picked,
    "fulfillment.packed": wire.Packed,
    "fulfillment.shipped": wire.Shipped,
    "shipment.departed": wire.Departed,
    "fulfillment.cancelled": wire.Cancelled,
    "fulfillment.cancellation_refused": wire.CancellationRefused,
    "stock.moved": wire.StockMoved,
    "stock.counted": wire.StockCounted,
}


def contract() -> dict[str, Any]:
    return document("Warehouse", "1.0.0", _TEXT, OPERATIONS, WEBHOOKS)
