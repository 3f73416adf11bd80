"""The reader: streaming, complete, and precise about what is wrong."""

from __future__ import annotations

from unittest import mock

import pytest

from crossdock.formats.x12 import (
    Fault,
    GroupEnd,
    InterchangeEnd,
    Limits,
    LooseSegment,
    Problem,
    Skipped,
    Transaction,
    read_events,
    read_transactions,
    reader,
)


def test_transactions_come_with_their_envelopes(read, interchange):
    (transaction,) = read(interchange()).transactions
    assert (transaction.set_id, transaction.control, transaction.version) == ("850", "0001", "004010")
    assert transaction.group.functional_id == "PO"
    assert transaction.interchange.receiver == ("ZZ", "SELLER")
    assert transaction.segments[2] == ["PO1", "1", "5", "EA", "2.50", "", "UP", "012345678905"]
    assert transaction.raw.startswith(b"ST*850")
    assert transaction.raw.endswith(b"SE*5*0001~")


def test_problems_of_every_level_reach_the_report(interchange):
    found: list[Problem] = []
    text = interchange(tail="GE*2*3~IEA*1*000000008~").encode()
    assert len(list(read_transactions([text], report=found.append))) == 1
    assert [p.code.value for p in found] == ["ge-count", "iea-control"]


@pytest.mark.parametrize("size", [1, 2, 7, 106, 107, 1000])
def test_the_size_of_the_chunks_changes_nothing(read, interchange, size):
    text = "junk\n" + interchange().replace("~", "~\r\n") + "more junk" + interchange(st="ST*850*1~ZZ~") + "\n"
    with mock.patch.object(reader, "BLOCK", size):
        parts = read(text, size)
    whole = read(text)
    assert [str(p) for p in parts.problems] == [str(p) for p in whole.problems]
    assert [t.segments for t in parts.transactions] == [t.segments for t in whole.transactions]
    assert parts.bytes_again == whole.data


def test_wrapped_lines_of_80_columns_are_joined_again(read, interchange):
    text = interchange()
    wrapped = "\n".join(text[i : i + 80] for i in range(0, len(text), 80))
    reading = read(wrapped)
    assert reading.transactions[0].segments == read(text).transactions[0].segments
    assert reading.codes == ["isa-length", "wrapped-lines"]
    assert reading.bytes_again == reading.data


def test_a_line_break_in_place_of_a_terminator_is_pointed_out(read, interchange):
    reading = read(interchange().replace("~", "~\n").replace("PO1**20250101~\n", "PO1**20250101\n"))
    assert reading.codes == ["se-count", "wrapped-lines"]
    wrapped = next(p for p in reading.problems if p.code == "wrapped-lines")
    assert (wrapped.where.segment, wrapped.where.tag) == (2, "BEG")
    assert "terminator seems to be missing" in wrapped.text


def test_the_last_terminator_may_be_missing(read, interchange):
    reading = read(interchange().removesuffix("~"))
    assert reading.codes == ["no-final-terminator"]
    assert reading.problems[0].where.tag == "IEA"
    assert isinstance(reading.events[-1], InterchangeEnd)


def test_concatenated_files_without_the_last_terminator_are_taken_apart(read, interchange):
    reading = read(interchange().removesuffix("~") + "\n" + interchange())
    assert reading.codes == ["no-final-terminator"]
    assert len(reading.transactions) == 2
    assert reading.bytes_again == reading.data


def test_isa_like_data_starts_no_interchange(read, interchange):
    text = interchange(st="ST*850*0001~BEG*00*NE*ISAAC*ISA*20250101~MSG*ISA*00*X~ISA*X~SE*5*0001~")
    reading = read(text)
    assert reading.codes == []
    assert reading.transactions[0].segments[1][3:5] == ["ISAAC", "ISA"]
    assert reading.transactions[0].segment_count == 5


def test_garbage_before_between_and_behind_interchanges_is_skipped_and_measured(read, interchange):
    text = "From: edi ISA, see below\n\n" + interchange() + "-- \nbye ISA*\n" + interchange() + "xx"
    reading = read(text)
    assert reading.codes == ["garbage"] * 3
    assert [p.where.offset for p in reading.problems] == [0, 26 + len(interchange()), len(text) - 2]
    assert "26 bytes" in reading.problems[0].text
    assert len(reading.transactions) == 2
    assert reading.bytes_again == reading.data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no-x12"),
        (b"  \r\n", "no-x12"),
        (b"UNA:+.? 'UNB+UNOA:1+A+B", "no-x12"),
        (b"<xml/>", "no-x12"),
        (bytes(range(256)) * 50, "no-x12"),
        ("ISA*00*".encode("utf-16"), "utf-16"),
        (b"ISA*00*   ", "no-x12"),
    ],
)
def test_what_is_no_x12_is_refused_with_one_problem(read, data, code):
    reading = read(data)
    assert reading.codes == [code]
    assert reading.transactions == []
    assert reading.bytes_again == data


def test_truncated_input_gives_what_was_complete_and_names_the_rest(read, interchange):
    text = interchange()
    reading = read(text[: text.index("EA*2.50")])
    assert reading.codes == ["no-final-terminator", "missing-se", "missing-ge", "missing-iea"]
    assert reading.transactions[0].segments[-1] == ["PO1", "1", "5", ""]
    assert not reading.transactions[0].is_readable


def test_segment_positions_count_from_st_and_bytes_from_the_start(read, interchange):
    transaction = read("\n\n" + interchange().replace("~", "~\r\n")).transactions[0]
    data = ("\n\n" + interchange().replace("~", "~\r\n")).encode()
    for number, segment in enumerate(transaction.segments, 1):
        assert data.startswith("*".join(segment).encode(), transaction.offset_of(number))
    where = transaction.position(3, 4)
    assert (where.tag, where.segment, where.element, where.transaction, where.group) == (
        "PO1",
        3,
        4,
        "0001",
        "3",
    )


def test_raw_bytes_can_be_dropped(read, interchange):
    transaction = read(interchange()).transactions[0]
    transaction.drop_raw()
    assert transaction.raw == b""
    assert transaction.segments[4] == ["SE", "5", "0001"]


def test_data_is_utf8_where_it_can_be_and_latin1_otherwise(read, interchange):
    text = interchange(st="ST*850*0001~N1*ST*Müller~SE*3*0001~")
    for encoding in ("utf-8", "latin-1"):
        reading = read(text.encode(encoding))
        assert reading.transactions[0].segments[1][2] == "Müller"
        assert reading.codes == []


def test_control_characters_in_data_are_reported_where_they_are(read, interchange):
    reading = read(interchange(st="ST*850*0001~N1*ST*A\x00B\x07~SE*3*0001~"))
    assert reading.codes == ["invalid-character"]
    assert (reading.problems[0].where.segment, reading.problems[0].where.element) == (2, 2)
    assert "0x00, and 1 more" in reading.problems[0].text


def test_unknown_sets_and_segments_survive(read, interchange):
    reading = read(interchange(st="ST*Z99*0001~QQQ*A>B*^~Y~SE*4*0001~"))
    assert reading.transactions[0].segments[1:3] == [["QQQ", "A>B", "^"], ["Y"]]
    assert reading.codes == []


def test_empty_segments_are_not_counted_and_reported_once(read, interchange):
    reading = read(interchange(st="ST*850*0001~~BEG*00~~~SE*3*0001~"))
    assert reading.codes == ["empty-segment"]
    assert reading.transactions[0].segment_count == len(reading.transactions[0].segments) == 3
    assert "3 empty segments" in reading.problems[0].text


def test_blank_lines_in_a_file_of_lines_are_no_problem(read, interchange):
    reading = read(interchange().replace("~", "\n\n"))
    assert reading.codes == []
    assert reading.transactions[0].segment_count == 5


def test_indented_segments_are_read(read, interchange):
    reading = read(interchange().replace("~", "~\n\t  "))
    assert reading.codes == []
    assert [s[0] for s in reading.transactions[0].segments] == ["ST", "BEG", "PO1", "CTT", "SE"]


@pytest.mark.parametrize("size", [10, 5000])
def test_a_segment_without_end_costs_no_memory_and_loses_only_itself(interchange, size):
    text = interchange(st="ST*850*0001~MSG*" + "x" * 5000 + "~CTT*1~SE*4*0001~").encode()
    chunks = [text[i : i + size] for i in range(0, len(text), size)]
    events = list(read_events(chunks, limits=Limits(segment=1000)))
    (problem,) = [event for event in events if isinstance(event, Problem)]
    assert (problem.code, problem.fault) == ("segment-too-long", Fault.OURS)
    assert (problem.where.segment, problem.where.tag) == (2, "MSG")
    (transaction,) = [event for event in events if isinstance(event, Transaction)]
    assert transaction.segment_count == 4
    assert len(transaction.segments[1][1]) == 996


def test_an_endless_segment_is_cut_while_it_streams(interchange):
    text = interchange(st="ST*850*0001~MSG*")
    endless = [text[: -len("GE*1*3~IEA*1*000000007~")].encode(), *[b"x" * 65536] * 40]
    events = list(read_events(endless, limits=Limits(segment=1000)))
    codes = [event.code.value for event in events if isinstance(event, Problem)]
    assert codes == ["segment-too-long", "missing-se", "missing-ge", "missing-iea"]


def test_a_transaction_set_beyond_the_limit_is_counted_but_not_kept(interchange):
    text = interchange(st="ST*850*0001~" + "MSG*hello~" * 1000 + "SE*1002*0001~").encode()
    events = list(read_events([text], limits=Limits(transaction=5000)))
    (problem,) = [event for event in events if isinstance(event, Problem)]
    (transaction,) = [event for event in events if isinstance(event, Transaction)]
    assert (problem.code, problem.fault) == ("transaction-too-large", Fault.OURS)
    assert transaction.segment_count == 1002
    assert transaction.raw == b""


def test_the_number_of_problems_listed_is_bounded(interchange):
    text = interchange(st="QQ*1~" * 500).encode()
    events = list(read_events([text], limits=Limits(problems=10)))
    problems = [event for event in events if isinstance(event, Problem)]
    end = next(event for event in events if isinstance(event, GroupEnd))
    assert [p.code.value for p in end.problems] == ["unexpected-segment"] * 10 + ["too-many-problems"]
    assert "491 more" in end.problems[-1].text
    assert len(problems) == 11


def test_ta1_stands_between_the_interchange_and_its_groups(read, interchange):
    ta1 = "TA1*000000001*250101*1200*A*000~"
    reading = read(interchange(gs=ta1 + "GS*PO*BUYER*SELLER*20250101*1200*3*X*004010~"))
    assert reading.codes == []
    (loose,) = [event for event in reading.events if isinstance(event, LooseSegment)]
    assert loose.elements == ["TA1", "000000001", "250101", "1200", "A", "000"]


def test_blanks_between_interchanges_are_skipped_silently(read, interchange):
    reading = read(interchange() + "\r\n\r\n" + interchange() + "\x1a")
    assert reading.codes == []
    assert [e.raw for e in reading.events if isinstance(e, Skipped)] == [b"\r\n\r\n", b"\x1a"]
