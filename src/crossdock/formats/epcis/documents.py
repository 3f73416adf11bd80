"""EPCIS 2.0 documents in JSON or JSON-LD: capture documents, query results, lists of events and bare events.

Contexts are kept and never fetched. Source: GS1 EPCIS 2.0, section 10.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from crossdock.formats.epcis.events import EpcisRefusedError, Event, Json, Problem, event_to_json, read_event

_PATHS = {
    "EPCISDocument": ("epcisBody",),
    "EPCISQueryDocument": ("epcisBody", "queryResults", "resultsBody"),
}
_LIST_NAMES = ("eventList", "event")


@dataclass(frozen=True, slots=True)
class EpcisReading:
    """A document: `envelope` is all of it but its events, `place` the keys that lead to them (none for bare events).
    `problems` names what is wrong with it."""

    envelope: Json
    place: tuple[str, ...]
    events: tuple[Event, ...]
    problems: tuple[Problem, ...] = ()


def read_epcis(data: bytes, *, max_bytes: int = 50_000_000, max_problems: int = 1000) -> EpcisReading:
    """The events of a document. Raises `EpcisRefusedError` where it is no JSON, too large, or no EPCIS."""
    if len(data) > max_bytes:
        raise EpcisRefusedError(f"The document has {len(data)} bytes, and {max_bytes} are the limit")
    envelope = _decoded(data.removeprefix(b"\xef\xbb\xbf"))
    if isinstance(envelope, list):
        envelope = {"eventList": envelope}
    if not isinstance(envelope, dict):
        raise EpcisRefusedError("The document is no EPCIS: it is no JSON object")
    place = _place(envelope)
    given = _at(envelope, place) if place else [envelope]
    raw_events = given if isinstance(given, list) else [given]
    problems: list[Problem] = []
    events = []
    for number, each in enumerate(raw_events, 1):
        path = f"{place[-1] if place else 'event'}[{number}]"
        if not isinstance(each, dict):
            raise EpcisRefusedError(f"The document is no EPCIS: {path} is no JSON object")
        events.append(read_event(each, path, problems))
        if len(problems) > max_problems:
            problems[max_problems:] = [Problem(path, "there are more problems than are named")]
            max_problems = len(problems)
    if not place:
        return EpcisReading({}, (), tuple(events), tuple(problems))
    return EpcisReading(_replaced(envelope, place, None), place, tuple(events), tuple(problems))


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.Decoder(float_hook=Decimal).decode(data)
    except RecursionError:
        raise EpcisRefusedError("The document nests too deep") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EpcisRefusedError(f"The document is no JSON: {error}") from None


def _place(envelope: Json) -> tuple[str, ...]:
    """The keys that lead to the events; none where the document is one event itself."""
    kind = envelope.get("type", envelope.get("isA"))
    path = _PATHS.get(kind, ()) if isinstance(kind, str) else ()
    inner: Any = envelope
    for name in path:
        inner = inner.get(name) if isinstance(inner, dict) else None
    if isinstance(inner, dict):
        for name in _LIST_NAMES:
            if name in inner:
                return (*path, name)
    if not path and "eventTime" in envelope:
        return ()
    raise EpcisRefusedError("The document is no EPCIS: there are no events in it")


def _at(envelope: Json, place: tuple[str, ...]) -> Any:
    inner: Any = envelope
    for name in place:
        inner = inner[name]
    return inner


def _replaced(envelope: Json, place: tuple[str, ...], value: Any) -> Json:
    """A copy of the envelope with another value where its events stand."""
    name, *inner = place
    return {**envelope, name: _replaced(envelope[name], tuple(inner), value) if inner else value}


def write_epcis(reading: EpcisReading) -> bytes:
    """The document as JSON. Numbers are written as they were read."""
    events = [event_to_json(event) for event in reading.events]
    data: Any = _replaced(reading.envelope, reading.place, events) if reading.place else events[0]
    return msgspec.json.Encoder(decimal_format="number").encode(data)
