"""The writer: exact envelopes, and a refusal of what X12 cannot carry."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.x12 import (
    Delimiters,
    GroupHeader,
    InterchangeHeader,
    Transaction,
    WriteError,
    Writer,
    components,
    read_events,
    read_transactions,
    repetitions,
    write_events,
    write_segments,
)

HEADER = InterchangeHeader("ZZ", "SELLER", "ZZ", "BUYER", "250101", "1200", 7)
GROUP = GroupHeader("PR", "SELLER", "BUYER", "20250101", "1200", 3)


def write(body, delimiters=None, encoding="ascii", version="00401"):
    writer = Writer(delimiters, encoding)
    header = InterchangeHeader("ZZ", "SELLER", "ZZ", "BUYER", "250101", "1200", 7, version=version)
    parts = [writer.start_interchange(header), writer.start_group(GROUP)]
    parts.append(writer.transaction("855", "0001", body))
    parts += [writer.end_group(), writer.end_interchange()]
    return b"".join(parts)


def test_an_interchange_is_written_with_its_counts_and_numbers():
    assert write([["BAK", "00", "AC", "PO1", "20250101"], ["CTT", "0", ""]]) == (
        b"ISA*00*          *00*          *ZZ*SELLER         "
        b"*ZZ*BUYER          *250101*1200*U*00401*000000007*0*P*:~\n"
        b"GS*PR*SELLER*BUYER*20250101*1200*3*X*004010~\n"
        b"ST*855*0001~\nBAK*00*AC*PO1*20250101~\nCTT*0~\nSE*4*0001~\n"
        b"GE*1*3~\nIEA*1*000000007~\n"
    )


def test_what_is_written_reads_without_a_problem():
    problems = []
    (transaction,) = read_transactions([write([["BAK", "00"]])], report=problems.append)
    assert problems == []
    assert transaction.segments[1] == ["BAK", "00"]


def test_composites_and_repetitions_are_written_with_the_given_delimiters():
    delimiters = Delimiters(component=":", repetition="^")
    data = write([["AK4", ("1", "2"), ["a", "b"], [("c", "d"), "e"]]], delimiters, version="00501")
    (transaction,) = read_transactions([data])
    segment = transaction.segments[1]
    assert segment == ["AK4", "1:2", "a^b", "c:d^e"]
    assert components(segment[1], transaction.delimiters) == ["1", "2"]
    assert [components(r, transaction.delimiters) for r in repetitions(segment[3], transaction.delimiters)] == [
        ["c", "d"],
        ["e"],
    ]


@pytest.mark.parametrize("value", ["50*2", "a~b", "1:2", "line\nbreak", "tab\x09", "naïve"])
def test_data_that_would_break_the_segment_is_refused_by_place(value):
    with pytest.raises(WriteError) as caught:
        write([["BAK", "00"], ["MSG", "fine", value]])
    assert (caught.value.tag, caught.value.segment, caught.value.element) == ("MSG", 3, 2)
    assert str(caught.value).startswith("MSG02: ")


def test_other_delimiters_or_another_encoding_let_the_same_data_pass():
    data = write([["MSG", "50*2 naïve"]], Delimiters(element="|"), encoding="latin-1")
    (transaction,) = read_transactions([data])
    assert transaction.segments[1] == ["MSG", "50*2 naïve"]


def test_a_repetition_needs_a_version_that_has_one():
    with pytest.raises(WriteError, match="cannot repeat"):
        write([["AK4", ["a", "b"]]])


@pytest.mark.parametrize(
    "delimiters",
    [Delimiters(element="A"), Delimiters(component="*"), Delimiters(terminator=""), Delimiters(element=" ")],
)
def test_unusable_delimiters_are_refused(delimiters):
    with pytest.raises(WriteError):
        Writer(delimiters)


def test_headers_with_no_room_for_their_data_are_refused():
    for change in ({"sender": "X" * 16}, {"control": 10**9}, {"date": "20250101"}, {"version": "004010"}):
        values = {name: getattr(HEADER, name) for name in HEADER.__slots__} | change
        with pytest.raises(WriteError):
            Writer().start_interchange(InterchangeHeader(**values))


def test_parts_in_the_wrong_order_are_refused():
    writer = Writer()
    for call in (writer.end_interchange, writer.end_group, lambda: writer.start_group(GROUP)):
        with pytest.raises(WriteError):
            call()
    with pytest.raises(WriteError):
        writer.transaction("855", "0001", [])


def test_segments_without_tag_or_elements_are_refused():
    for bad in ([], ["", "1"], ["B-K", "1"], ["BAK"], ["BAK", "", ""]):
        with pytest.raises(WriteError):
            write([bad])


def test_segments_as_read_are_written_byte_for_byte(read, interchange):
    for line_end in ("", "\n", "\r\n"):
        transaction = read(interchange().replace("~", "~" + line_end)).transactions[0]
        assert write_segments(transaction.segments, transaction.delimiters) == transaction.raw + line_end.encode()


def test_segments_as_read_cannot_be_written_with_a_delimiter_that_they_hold():
    with pytest.raises(WriteError) as caught:
        write_segments([["ST", "850"], ["MSG", "a|b"]], Delimiters(element="|"))
    assert (caught.value.tag, caught.value.segment, caught.value.element) == ("MSG", 2, 1)


VALUES = st.text(alphabet=string.ascii_letters + string.digits + " .,-/#'\"&()", max_size=20)
SEGMENT = st.tuples(
    st.sampled_from(["BEG", "N1", "PO1", "REF", "MSG"]),
    st.lists(VALUES, min_size=1, max_size=8).filter(lambda v: v[-1]),
).map(lambda pair: [pair[0], *pair[1]])
SEPARATORS = st.permutations(list("*|^~!>:+\x1c\x1d\x1f")).map(lambda p: p[:4])


@given(st.lists(SEGMENT, max_size=30), SEPARATORS, st.sampled_from(["", "\n", "\r\n"]), st.integers(1, 300))
@settings(deadline=None, max_examples=150)
def test_round_trip_of_our_own_data(body, separators, line_end, size):
    element, component, repetition, terminator = separators
    delimiters = Delimiters(element, component, repetition, terminator, line_end)
    data = write(body, delimiters, version="00501")
    chunks = [data[i : i + size] for i in range(0, len(data), size)]
    events = list(read_events(chunks))
    (transaction,) = [event for event in events if isinstance(event, Transaction)]
    assert transaction.problems == []
    assert transaction.segments[1:-1] == body
    assert transaction.delimiters == delimiters
    assert b"".join(write_events(events)) == data
