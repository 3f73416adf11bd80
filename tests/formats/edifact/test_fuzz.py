"""Anything at all is read without an unexpected error, and no byte of it is lost."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crossdock.formats.edifact import (
    Limits,
    Message,
    acknowledge,
    read_contrl,
    read_events,
    read_messages,
    to_bytes,
)

pieces = st.sampled_from(
    b"""UNA|UNA:+.? '|UNA=*,? ~|UNA:+.?'|UNB+|UNB+UNOA:1+A+B+1:2+3'|UNG+A'|UNH+1+X:D:96A:UN'|UNH+1+CONTRL:D:3:UN'|UNT
UNT+2+1'|UNT|UNE+1+1'|UNZ+1+3'|UNZ|UCI+1'|UCM+1'|UCS+9'|UCD+1+1'|CONTRL|BGM+220'|'|+|:|?|*|~|\n|\r\n| |\x1c|\x1d|\xff
""".split(b"|")
)
text = st.lists(st.one_of(pieces, st.binary(max_size=6)), max_size=40).map(b"".join)
TIGHT = Limits(max_message_bytes=10_000, max_segment_bytes=100, max_problems=3, max_references=2)


def read_all(data: bytes, limits: Limits) -> None:
    found = list(read_events([data[at : at + 97] for at in range(0, len(data), 97)], limits))
    assert to_bytes(found) == data
    for event in found:
        assert all(str(problem) for problem in event.problems)
        if isinstance(event, Message):
            assert len(event.segments) >= 1
            read_contrl(event)
    assert all(answer.action for answer in acknowledge(found))


@settings(max_examples=400, deadline=None)
@given(text)
@example(b"UNA:+.? 'UNA:+.? 'UNB+UNOA:1'")
@example(b"UN\nB+UNOA:1+A+B'")
@example(b"UNB+UNOA:1+A+B+1:2+3'UNH+1+X'UNA+1'BGM+1'UNT+4+1'UNZ+1+3'")
def test_no_text_made_of_edifact_pieces_fails(data: bytes) -> None:
    read_all(data, Limits())


@settings(max_examples=150, deadline=None)
@given(text)
def test_tight_limits_fail_on_nothing(data: bytes) -> None:
    read_all(b"UNB+UNOA:1+A+B+1:2+3'" + data * 3, TIGHT)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_fail(data: bytes) -> None:
    read_all(data, Limits())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_to_a_good_file_fails(data: st.DataObject) -> None:
    good = (
        b"UNA:+.? 'UNB+UNOC:3+A:14+B:14+260101:1200+77'UNG+ORDERS+A+B+260101:1200+1+UN+D:96A'"
        b"UNH+1+ORDERS:D:96A:UN'BGM+220+PO1+9'FTX+AAI+++a?'b'UNT+4+1'UNE+1+1'UNZ+1+77'"
    )
    at = data.draw(st.integers(0, len(good)))
    cut = data.draw(st.integers(0, 12))
    read_all(good[:at] + data.draw(st.binary(max_size=4)) + good[at + cut :], Limits())


@pytest.mark.parametrize(
    "piece", [b"'", b"a1'", b"?'", b"+", b"UNA:+.? 'UNB+1'", b"UNH+1'", b"UNZ+1", b"UNB", b"\nUNT+1", b"x", b"UNB+1\n"]
)
def test_a_lot_of_anything_takes_no_time(piece: bytes) -> None:
    """What is quadratic in the size of a window or a message would take much longer than all other tests here."""
    data = b"UNB+UNOA:1+A+B+1:2+3'UNH+1+X:D:96A:UN'" + piece * (80_000 // len(piece))
    assert to_bytes(read_events([data])) == data


def test_memory_does_not_grow_with_the_input() -> None:
    order = b"UNH+1+ORDERS:D:96A:UN'" + b"LIN+1++4000862141404:EN'" * 40 + b"UNT+42+1'"

    def chunks(count: int) -> Iterator[bytes]:
        yield b"UNB+UNOA:3+A+B+260101:1200+1'"
        for _ in range(count):
            yield order
        yield b"UNZ+%d+1'" % count

    peaks = []
    for count in (200, 2000):
        tracemalloc.start()
        assert sum(event.segment_count for event in read_messages(chunks(count))) == 42 * count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2
