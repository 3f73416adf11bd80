"""EPCIS documents: read into events, written without loss, refused with one sentence."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.epcis import EpcisReading, EpcisRefusedError, read_epcis, write_epcis

SHIPPED = b"""{"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"], "type": "EPCISDocument",
"schemaVersion": "2.0", "creationDate": "2026-01-03T12:00:00Z", "epcisBody": {"eventList": [{
"type": "AggregationEvent", "eventID": "urn:uuid:1", "eventTime": "2026-01-03T12:00:00+01:00",
"eventTimeZoneOffset": "+01:00", "action": "ADD", "bizStep": "packing", "parentID": "urn:epc:id:sscc:0614141.1",
"childEPCs": ["urn:epc:id:sgtin:0614141.107346.1"], "readPoint": {"id": "urn:epc:id:sgln:0614141.00777.0"},
"childQuantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.9", "quantity": 2.50, "uom": "KGM"}],
"bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:1"}],
"sourceList": [{"type": "location", "source": "urn:x:2"}], "example:colour": "red"}]}}"""


def decoded(data: bytes) -> Any:
    return msgspec.json.Decoder(float_hook=Decimal).decode(data.removeprefix(b"\xef\xbb\xbf"))


def test_an_aggregation_is_read() -> None:
    [event] = read_epcis(SHIPPED).events
    assert (event.type, event.action, event.parent_id) == ("AggregationEvent", "ADD", "urn:epc:id:sscc:0614141.1")
    assert event.child_quantity_list[0].quantity == Decimal("2.50")
    assert event.read_point == "urn:epc:id:sgln:0614141.00777.0"
    assert event.biz_transaction_list[0].biz_transaction == "urn:x:1"
    assert event.source_list[0].id == "urn:x:2"
    assert event.ext == {"example:colour": "red"}
    assert read_epcis(SHIPPED).problems == ()


def test_what_has_the_wrong_form_is_named_and_kept() -> None:
    data = SHIPPED.replace(b'"ADD"', b'"PACK"').replace(b'["urn:epc:id:sgtin:0614141.107346.1"]', b"7")
    data = data.replace(b'"quantity": 2.50', b'"quantity": "two"').replace(b'"eventTimeZoneOffset": "+01:00", ', b"")
    reading = read_epcis(data)
    assert sorted(problem.path for problem in reading.problems) == [
        "eventList[1].action",
        "eventList[1].childEPCs",
        "eventList[1].childQuantityList",
        "eventList[1].eventTimeZoneOffset",
    ]
    assert decoded(write_epcis(reading)) == decoded(data)


def test_bare_events_and_lists_are_read() -> None:
    event = decoded(SHIPPED)["epcisBody"]["eventList"][0]
    encode = msgspec.json.Encoder(decimal_format="number").encode
    assert read_epcis(encode(event)).events == read_epcis(SHIPPED).events
    assert read_epcis(encode([event, event])).events == read_epcis(SHIPPED).events * 2
    assert decoded(write_epcis(read_epcis(encode(event)))) == event


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b"7",
        b"{}",
        b'{"type": "EPCISDocument", "epcisBody": 5}',
        b'{"type": "EPCISDocument", "epcisBody": {"eventList": [5]}}',
        b"[" * 100_000,
        b'{"type":' * 100_000,
    ],
)
def test_what_is_no_epcis_is_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(EpcisRefusedError) as refusal:
        read_epcis(data)
    assert "\n" not in str(refusal.value)


def test_a_document_beyond_the_limit_is_refused() -> None:
    with pytest.raises(EpcisRefusedError):
        read_epcis(SHIPPED, max_bytes=100)


def test_the_corpus_is_read_and_written_without_loss() -> None:
    folder = os.environ.get("CROSSDOCK_CORPUS", "")
    if not folder:
        if os.environ.get("CI") == "true":
            pytest.fail("CROSSDOCK_CORPUS must name the corpus of documents in CI")
        pytest.skip("CROSSDOCK_CORPUS does not name the corpus of documents")
    files = sorted(Path(folder, "epcis").rglob("*.jsonld"))
    assert len(files) > 40
    for path in files:
        data = path.read_bytes()
        reading = read_epcis(data)
        assert reading.events, path.name
        assert decoded(write_epcis(reading)) == decoded(data), path.name


names = st.sampled_from(
    """type isA eventTime eventTimeZoneOffset action epcList childEPCs quantityList epcClass quantity uom readPoint id
    bizTransactionList bizTransaction sourceList source errorDeclaration declarationTime correctiveEventIDs reason
    epcisBody eventList event queryResults resultsBody""".split()
)
leaves = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.sampled_from(["", "a", "EPCISDocument", "ADD"]))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=6)),
    max_leaves=12,
)


def survives(data: bytes) -> EpcisReading | None:
    try:
        reading = read_epcis(data)
    except EpcisRefusedError:
        return None
    assert decoded(write_epcis(reading)) is not None
    return reading


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(names, trees, max_size=8), min_size=1, max_size=3))
def test_no_event_of_any_form_fails_or_loses_anything(events: list[dict[str, Any]]) -> None:
    data = msgspec.json.encode({"type": "EPCISDocument", "epcisBody": {"eventList": events}})
    reading = survives(data)
    assert reading is not None
    written = decoded(write_epcis(reading))["epcisBody"]["eventList"]
    for event, again in zip(events, written, strict=True):
        assert {**again, "type": None} == {**event, "type": None}
        assert again.get("type") == event.get("type") or event.get("type") == event.get("isA")


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=100), trees.map(msgspec.json.encode)))
def test_no_bytes_fail(data: bytes) -> None:
    survives(data)
