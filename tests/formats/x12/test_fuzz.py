"""Whatever comes in: no exception, no byte lost, the same answer for any size of chunk, positions inside the
input."""

from __future__ import annotations

from unittest import mock

from hypothesis import example, given, settings
from hypothesis import strategies as st

from crossdock.formats.x12 import Event, Limits, Problem, Transaction, read_events, reader

ISA = b"ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *250101*1200*U*00401*000000007*0*P*>~"
PIECES = st.sampled_from(
    [
        ISA,
        ISA.replace(b"*", b"|").replace(b"~", b"\n"),
        ISA.replace(b">~", b"~"),
        ISA[:60],
        ISA[:104] + b">\r\n",
        b"GS*PO*B*S*20250101*1200*3*X*004010~",
        b"ST*850*0001~",
        b"ST*850*0001\n",
        b"BEG*00*NE*ISAAC*ISA*~",
        b"HL*1**S~",
        b"SE*3*0001~",
        b"GE*1*3~",
        b"IEA*1*000000007~",
        b"IEA*1*000000007",
        b"IEA*",
        b"TA1*000000001*250101*1200*A*000~",
        b"~",
        b"\n",
        b"\r\n  ",
        b"\\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"ISA",
        b"\x00\x80\xe2\x80",
        b"x" * 300,
    ]
)
INPUT = st.one_of(
    st.binary(max_size=400), st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=40).map(b"".join)
)


def in_blocks(data: bytes, size: int, limits: Limits | None = None) -> list[Event]:
    """Read as if `size` bytes were the reader's block: nothing may depend on where a block ends.

    The window for headers is small too, or such short inputs would be read in one go."""
    with mock.patch.object(reader, "BLOCK", size), mock.patch.object(reader, "HEADER_WINDOW", 160):
        return list(read_events([data[i : i + size] for i in range(0, len(data), size)], limits=limits))


def check(data: bytes, size: int) -> None:
    events = in_blocks(data, 1 << 16)
    assert b"".join(e.lead + e.raw for e in events if not isinstance(e, Problem)) == data
    for event in events:
        if isinstance(event, Problem):
            assert 0 <= event.where.offset <= len(data)
            assert event.text
        elif isinstance(event, Transaction):
            assert event.segment_count == len(event.segments)
            assert data.startswith(event.raw, event.offset)
    chunked = in_blocks(data, size)
    assert [str(e) for e in chunked if isinstance(e, Problem)] == [str(e) for e in events if isinstance(e, Problem)]
    assert [e.raw for e in chunked if isinstance(e, Transaction)] == [
        e.raw for e in events if isinstance(e, Transaction)
    ]


@given(INPUT, st.integers(1, 64))
@settings(deadline=None, max_examples=600)
@example(ISA + b"ST*1*1~" + ISA[:50], 7)
@example(b"ISA*" * 40, 3)
def test_any_bytes_are_read_without_an_exception(data, size):
    check(data, size)


@given(INPUT, st.integers(1, 64), st.integers(1, 40))
@settings(deadline=None, max_examples=300)
def test_tight_limits_raise_nothing_either(data, size, limit):
    limits = Limits(segment=limit, transaction=limit * 3, problems=limit, errors=limit)
    for event in in_blocks(data, size, limits):
        if isinstance(event, Transaction):
            assert len(event.raw) <= limit * 3


@given(st.data(), st.integers(1, 64))
@settings(deadline=None, max_examples=300)
def test_a_damaged_interchange_is_read_as_far_as_it_goes(data, size):
    text = ISA + b"GS*PO*B*S*20250101*1200*3*X*004010~ST*850*0001~BEG*00~SE*3*0001~GE*1*3~IEA*1*000000007~"
    at = data.draw(st.integers(0, len(text) - 1))
    damage = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from([b"~", b"*", b"\n", b"ISA*", b""])))
    check(text[:at] + damage + text[at + data.draw(st.integers(0, 5)) :], size)
