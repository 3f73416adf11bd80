"""Writing: envelopes with their counts, release characters, and the same bytes again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.edifact import (
    Body,
    Delimiters,
    Envelope,
    Message,
    PartyId,
    Segment,
    WriteError,
    read_events,
    read_messages,
    segment,
    write_events,
    write_interchange,
)

ENVELOPE = Envelope(PartyId("A", "14"), PartyId("B", "14"), "77", ("260101", "1200"))
ORDERS = ("ORDERS", "D", "96A", "UN")


def written(envelope: Envelope, *segments: Segment) -> bytes:
    return b"".join(write_interchange(envelope, [Body("1", ORDERS, segments)]))


def test_an_interchange_is_written_with_its_counts() -> None:
    data = written(ENVELOPE, segment("BGM", "220", "PO1", "9"), segment("LIN", "1", None, ("400001", "EN", "", "")))
    assert data == (
        b"UNA:+.? 'UNB+UNOC:3+A:14+B:14+260101:1200+77'UNH+1+ORDERS:D:96A:UN'"
        b"BGM+220+PO1+9'LIN+1++400001:EN'UNT+4+1'UNZ+1+77'"
    )


def test_service_characters_in_data_are_released() -> None:
    data = written(ENVELOPE, segment("FTX", "AAI", None, None, ("50?", "a+b:c'd*e")))
    assert b"FTX+AAI+++50??:a?+b?:c?'d*e'" in data
    assert next(read_messages([data])).segments[1].composite(4) == ("50?", "a+b:c'd*e")


def test_lines_and_test_indicator_are_written_as_asked() -> None:
    data = written(replace(ENVELOPE, line_break=b"\r\n", announced=False, is_test=True, application="ORDERS"))
    assert data.splitlines()[0] == b"UNB+UNOC:3+A:14+B:14+260101:1200+77++ORDERS++++1'"


@pytest.mark.parametrize(
    ("envelope", "data"),
    [
        (ENVELOPE, segment("FTX", "Ł")),
        (replace(ENVELOPE, syntax="UNOA"), segment("FTX", "ü")),
        (replace(ENVELOPE, syntax="XXXX"), segment("FTX", "a")),
        (replace(ENVELOPE, reference=""), segment("FTX", "a")),
        (replace(ENVELOPE, sender=PartyId("")), segment("FTX", "a")),
        (replace(ENVELOPE, delimiters=Delimiters(release=b"")), segment("FTX", "a'b")),
        (ENVELOPE, Segment("FTX", ((("a",), ("b",)),))),
    ],
)
def test_what_edifact_cannot_carry_is_refused(envelope: Envelope, data: Segment) -> None:
    with pytest.raises(WriteError):
        written(envelope, data)


values = st.text(
    st.one_of(st.sampled_from("+:?'*~=. "), st.characters(codec="latin-1", exclude_categories=["Cc"])),
    max_size=12,
)
tags = st.from_regex(r"[A-TV-Z][A-Z0-9]{2}", fullmatch=True)
composites = st.lists(values, min_size=1, max_size=4).map(tuple)
elements = st.lists(composites, min_size=1, max_size=3).map(tuple)
repeating = st.builds(Segment, tags, st.lists(elements, max_size=5).map(tuple))
plain = st.builds(Segment, tags, st.lists(composites.map(lambda each: (each,)), max_size=5).map(tuple))
service_characters = st.sampled_from(
    [
        Delimiters(),
        Delimiters(b"=", b"*", b",", b"?", b"", b"~"),
        Delimiters(b"\x1f", b"\x1d", b".", b"!", b"", b"\x1c"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(repeating, max_size=6), service_characters, st.sampled_from([b"", b"\n", b"\r\n"]))
def test_what_is_written_is_read_again_with_repetitions(
    body: list[Segment], delimiters: Delimiters, line_break: bytes
) -> None:
    delimiters = replace(delimiters, repetition=b"*" if delimiters.element != b"*" else b"^")
    envelope = replace(ENVELOPE, version="4", syntax="UNOY", delimiters=delimiters, line_break=line_break)
    data = written(envelope, *body)
    found = list(read_events([data]))
    message = next(each for each in found if isinstance(each, Message))
    assert message.segments[1:-1] == tuple(body)
    assert message.is_acceptable
    assert b"".join(write_events(found)) == data


@settings(max_examples=150, deadline=None)
@given(st.lists(plain, max_size=6), service_characters, st.integers(1, 50))
def test_what_is_written_is_read_again(body: list[Segment], delimiters: Delimiters, size: int) -> None:
    data = written(replace(ENVELOPE, delimiters=delimiters), *body)
    found = list(read_events(data[at : at + size] for at in range(0, len(data), size)))
    message = next(each for each in found if isinstance(each, Message))
    assert message.segments[1:-1] == tuple(body)
    assert message.segment_count == len(body) + 2
    assert b"".join(write_events(found)) == data
