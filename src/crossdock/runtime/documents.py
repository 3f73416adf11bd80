"""From a journaled payload to events: the connector translates, what it can't read goes before a person."""

from collections.abc import Mapping

import msgspec

from crossdock.journal.records import InboxRow, PayloadRow
from crossdock.runtime import exceptions
from crossdock.runtime.connector import Connector, Delivery, Problem, Translation
from crossdock.runtime.versions import tag
from crossdock.runtime.work import Item, Work, instant, micros


def read_payload(
    work: Work, message: InboxRow, payload: PayloadRow | None, connectors: Mapping[str, Connector]
) -> list[Item]:
    """The events of a RECEIVED message. Its problems are exceptions beside them; the payload stays as it is."""
    connector = connectors.get(message.source)
    if payload is None or connector is None:
        missing = "its payload is gone" if payload is None else f"no system {message.source} in the estate"
        exceptions.unreadable(work, message, [Problem("$", missing)])
        return []
    delivery = Delivery(
        payload.topic,
        payload.body,
        msgspec.json.decode(payload.headers or b"{}", type=dict[str, str]),
    )
    try:
        translation = connector.translate(delivery, instant(payload.received_at))
    except Exception as error:  # a connector's fault stops one document, never the batch
        translation = Translation(problems=(Problem("$", f"{type(error).__name__}: {error}"),))
    if translation.problems:
        exceptions.unreadable(work, message, translation.problems)
    return [
        Item(
            sighting.event,
            tag(sighting.event),
            message.source,
            f"payload {message.body.hex()}",
            micros(sighting.occurred_at),
            message.hops,
        )
        for sighting in translation.sightings
    ]
