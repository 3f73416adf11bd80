"""The contract as an OpenAPI 3.1 document; `openapi.json` beside it is its committed text."""

from typing import Any

from crossdock.connectors.rest_carrier import wire
from crossdock.transports.change_log import Changes
from crossdock.transports.openapi import Operation, document

_TEXT = """\
What Crossdock asks of a carrier, and what it wants to hear. Every request carries a bearer token. Numbers are
decimal
strings.

A label is bought under an Idempotency-Key that the carrier knows for a day: the same key gives the first
answer
again, the same key with another body is answered 409. 429 and 503 promise that nothing was done.

Messages are Standard Webhooks, sent to `<crossdock>/in/<system>/events` and sent again until answered 2xx.
Each also
stands in the log of changes, under the same id and with the same body, character for character."""

OPERATIONS = (
    Operation(
        "buy_label",
        "POST",
        "/v1/labels",
        "Buy a label for a package.",
        wire.Label,
        wire.LabelRequest,
        201,
        key="One for each label.",
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

WEBHOOKS = {"tracking.updated": wire.Tracking}


def contract() -> dict[str, Any]:
    return document("Carrier", "1.0.0", _TEXT, OPERATIONS, WEBHOOKS)
