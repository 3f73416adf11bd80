"""Reading: envelopes, service characters, and every problem named with its place."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from crossdock.formats.edifact import (
    Code,
    Event,
    Fault,
    InterchangeEnd,
    InterchangeStart,
    Limits,
    Message,
    Problem,
    Severity,
    Unread,
    read_events,
    read_messages,
    to_bytes,
)

UNB = b"UNB+UNOC:3+SENDER:14+RECEIVER:14+260101:1200+REF1'"
ORDER = b"UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+PO1+9'LIN+1++400001:EN'QTY+21:5'UNT+5+1'"
WHOLE = b"UNA:+.? '" + UNB + ORDER + b"UNZ+1+REF1'"


def events(data: bytes, limits: Limits | None = None) -> list[Event]:
    found = list(read_events([data], limits))
    assert to_bytes(found) == data
    return found


def messages(data: bytes) -> list[Message]:
    return [event for event in events(data) if isinstance(event, Message)]


def problems(found: Iterable[Event]) -> list[Problem]:
    return [problem for event in found for problem in event.problems]


def codes(data: bytes) -> list[Code]:
    return [problem.code for problem in problems(events(data))]


def test_a_plain_interchange_is_read_without_problems() -> None:
    found = events(WHOLE)
    start, message, end = found
    assert isinstance(start, InterchangeStart)
    assert isinstance(message, Message)
    assert isinstance(end, InterchangeEnd)
    assert (start.syntax, start.version, start.sender.id, start.recipient.qualifier) == (
        "UNOC",
        "3",
        "SENDER",
        "14",
    )
    assert (start.reference, start.prepared) == ("REF1", ("260101", "1200"))
    assert (message.type, message.version, message.association) == ("ORDERS", "D96A", "EAN008")
    assert message.segment_count == len(message.segments) == 5
    assert message.all("QTY")[0].get(1, 2) == "5"
    assert problems(found) == []


def test_segments_know_their_number_and_their_byte() -> None:
    message = messages(WHOLE)[0]
    quantity = message.all("QTY")[0]
    assert quantity.position == 4
    assert WHOLE[quantity.offset :].startswith(b"QTY+")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_it_does_not_matter_how_the_bytes_are_cut(size: int) -> None:
    data = WHOLE + b"\r\n" + WHOLE.replace(b"'", b"'\r\n")
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert list(read_events(chunks)) == events(data)


def test_release_characters_keep_service_characters_as_data() -> None:
    text = UNB + b"UNH+1+ORDERS:D:96A:UN'FTX+AAI+++50?+ ?: 3 ??A O?'NEILL ??'UNT+3+1'UNZ+1+REF1'"
    message = messages(text)[0]
    assert message.segments[1].get(4) == "50+ : 3 ?A O'NEILL ?"
    assert message.segment_count == 3


def test_each_interchange_has_its_own_service_characters() -> None:
    other = WHOLE[9:].translate(bytes.maketrans(b":+'", b"=*~"))
    found = messages(WHOLE + b"\n" + b"UNA=*,? ~" + other + WHOLE[9:])
    assert [each.interchange.delimiters.element for each in found] == [b"+", b"*", b"+"]
    assert [each.interchange.delimiters.decimal for each in found] == [b".", b",", b"."]
    assert [each.segments[1].get(2) for each in found] == ["PO1"] * 3
    assert codes(WHOLE + b"\n" + b"UNA=*,? ~" + other + WHOLE[9:]) == []


def test_an_interchange_that_was_not_closed_ends_where_the_next_una_starts() -> None:
    other = b"UNA=*.? ~" + WHOLE[9:].translate(bytes.maketrans(b":+'", b"=*~"))
    data = b"UNA:+.? '" + UNB + ORDER + other
    assert len(messages(data)) == 2
    assert codes(data) == [Code.MISSING_UNZ]


def test_syntax_4_repeats_elements() -> None:
    data = b"UNB+UNOC:4+S+R+20260101:1200+1'UNH+1+ORDERS:D:01B:UN'XXX+a:b*c*d?*e+f'UNT+3+1'UNZ+1+1'"
    segment = messages(data)[0].segments[1]
    assert segment.elements == ((("a", "b"), ("c",), ("d*e",)), (("f",),))
    assert segment.get(1, 1, 3) == "d*e"


def test_a_star_is_data_before_syntax_4_and_where_una_leaves_the_repetition_blank() -> None:
    body = b"UNH+1+ORDERS:D:96A:UN'XXX+a*b'UNT+3+1'UNZ+1+1'"
    for head in (b"UNA:+.?*'UNB+UNOC:3+S+R+260101:1200+1'", b"UNA:+.? 'UNB+UNOC:4+S+R+260101:1200+1'"):
        assert messages(head + body)[0].segments[1].get(1) == "a*b"


def test_no_release_character_is_in_use_where_una_gives_a_blank() -> None:
    data = b"UNA:+.  '" + UNB + b"UNH+1+ORDERS:D:96A:UN'FTX+AAI+++what?'UNT+3+1'UNZ+1+REF1'"
    assert messages(data)[0].segments[1].get(4) == "what?"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_segments(line_end: bytes) -> None:
    data = WHOLE[9:].replace(b"'", line_end)
    assert [each.segment_count for each in messages(data)] == [5]
    assert codes(data) == [Code.UNA_MISSING]
    assert codes(b"UNA:+.? " + line_end + data) == []
    assert messages(b"UNA:+.? " + line_end + data)[0].segments[-1].get(2) == "1"


def test_a_una_that_lost_a_blank_is_understood() -> None:
    data = b"UNA:+.?'\n" + UNB + b"\n" + ORDER + b"UNZ+1+REF1'"
    assert codes(data) == [Code.UNA_LENGTH]
    assert messages(data)[0].segment_count == 5


def test_a_una_that_the_interchange_does_not_follow_is_not_believed() -> None:
    data = b"UNA=*.? ~" + UNB + ORDER + b"UNZ+1+REF1'"
    assert codes(data) == [Code.UNA_CHARACTERS]
    assert messages(data)[0].segment_count == 5


def test_level_b_separators_need_no_una() -> None:
    data = WHOLE[9:].translate(bytes.maketrans(b":+'", b"\x1f\x1d\x1c")).replace(b"UNOC", b"UNOB")
    assert messages(data)[0].segments[3].get(1, 2) == "5"
    assert codes(data) == []


def test_text_before_and_between_interchanges_is_named_and_skipped() -> None:
    data = b"From: edi@example.com\n\n" + WHOLE + b"\n-- \nsent by mail\n" + WHOLE
    found = events(data)
    assert len([event for event in found if isinstance(event, Message)]) == 2
    said = problems(found)
    assert [each.code for each in said] == [Code.GARBAGE, Code.GARBAGE]
    assert (said[0].where.offset, said[0].severity) == (0, Severity.WARNING)
    assert "edi@example.com" in said[0].value


def test_messages_without_an_interchange_are_read() -> None:
    data = ORDER + ORDER.replace(b"UNH+1", b"UNH+2").replace(b"+5+1'", b"+5+2'")
    assert [each.reference for each in messages(data)] == ["1", "2"]
    assert codes(data) == [Code.MISSING_UNB]


def test_groups_are_read_and_counted() -> None:
    group = b"UNG+ORDERS+A:14+B:14+260101:1200+7+UN+D:96A'" + ORDER + b"UNE+1+7'"
    data = UNB + group + group.replace(b"+7", b"+8") + b"UNZ+2+REF1'"
    found = messages(data)
    assert [each.group.reference for each in found if each.group] == ["7", "8"]
    assert codes(data) == []
    assert codes(data.replace(b"UNE+1+8", b"UNE+3+9")) == [Code.UNE_COUNT, Code.UNE_CONTROL]
    assert codes(UNB + group[:-8] + b"UNZ+1+REF1'") == [Code.MISSING_UNE]
    assert codes(UNB + group + ORDER + b"UNZ+1+REF1'") == [Code.MIXED_GROUPS]


@pytest.mark.parametrize(
    ("before", "after", "code", "place"),
    [
        (b"UNT+5+1'", b"UNT+6+1'", Code.UNT_COUNT, "segment 5 (UNT), element 1"),
        (b"UNT+5+1'", b"UNT+five+1'", Code.UNT_COUNT, "segment 5 (UNT), element 1"),
        (b"UNT+5+1'", b"UNT++1'", Code.UNT_COUNT, "segment 5 (UNT), element 1"),
        (b"UNT+5+1'", b"UNT+5+2'", Code.UNT_CONTROL, "segment 5 (UNT), element 2"),
        (b"UNZ+1+REF1", b"UNZ+2+REF1", Code.UNZ_COUNT, "UNZ, element 1"),
        (b"UNZ+1+REF1", b"UNZ+1+REF2", Code.UNZ_CONTROL, "UNZ, element 2"),
        (b"+SENDER:14", b"+", Code.UNB_ELEMENT, "UNB, element 2, component 1"),
        (b"ORDERS:D:96A:UN", b":D:96A:UN", Code.UNH_ELEMENT, "segment 1 (UNH), element 2, component 1"),
        (b"UNOC:3", b"UNOC:9", Code.SYNTAX_VERSION, "UNB, element 1, component 2"),
        (b"UNOC:3", b"XXXX:3", Code.CHARACTER_SET, "UNB, element 1, component 1"),
        (b"LIN+1", b"l`n+1", Code.SEGMENT_TAG, "segment 3 (l`n)"),
        (b"PO1+9", b"PO\x011+9", Code.INVALID_CHARACTER, "segment 2 (BGM), element 2"),
        (b"PO1+9", b"PO\n1+9", Code.LINE_BREAK, "segment 2 (BGM), element 2"),
        (b"PO1+9", b"PO1+", Code.TRAILING_SEPARATOR, "segment 2 (BGM), element 3"),
        (b"BGM", b"'BGM", Code.EMPTY_SEGMENT, "segment 1"),
    ],
)
def test_a_problem_is_named_with_its_place(before: bytes, after: bytes, code: Code, place: str) -> None:
    found = problems(events(WHOLE.replace(before, after)))
    assert [each.code for each in found] == [code]
    assert str(found[0].where).split(", ", 1)[1] == place
    assert found[0].fault is Fault.SENDER
    assert found[0].text.endswith(".") is False


def test_offsets_point_at_the_byte() -> None:
    data = WHOLE.replace(b"400001:EN", b"40\x020001:EN")
    problem = problems(events(data))[0]
    assert data[problem.where.offset] == 2
    assert (problem.where.message, problem.where.interchange) == ("1", "REF1")


def test_missing_trailers_are_named_and_what_is_there_is_read() -> None:
    assert codes(UNB + ORDER) == [Code.MISSING_UNZ]
    assert codes(UNB + ORDER[:-8]) == [Code.MISSING_UNT, Code.MISSING_UNZ]
    assert codes(UNB + ORDER[:-8] + ORDER[:-1]) == [
        Code.MISSING_UNT,
        Code.DUPLICATE_REFERENCE,
        Code.NO_FINAL_TERMINATOR,
        Code.MISSING_UNZ,
    ]
    assert codes(UNB) == [Code.MISSING_UNZ, Code.EMPTY_INTERCHANGE]


def test_the_last_terminator_may_be_missing() -> None:
    found = problems(events(WHOLE[:-1]))
    assert [(each.code, each.severity) for each in found] == [(Code.NO_FINAL_TERMINATOR, Severity.WARNING)]


def test_a_segment_without_terminator_does_not_swallow_the_trailer_on_the_next_line() -> None:
    data = WHOLE.replace(b"'", b"'\n").replace(b"QTY+21:5'", b"QTY+21:5")
    assert [each.segment_count for each in messages(data)] == [5]
    assert codes(data) == [Code.MISSING_TERMINATOR]


def test_wrapped_lines_are_joined() -> None:
    for width in (10, 33, 80):
        data = b"\n".join(WHOLE[at : at + width] for at in range(0, len(WHOLE), width))
        assert codes(data) == [Code.WRAPPED_LINES]
        assert messages(data)[0].segments == messages(WHOLE)[0].segments


def test_a_release_character_at_the_end_of_a_wrapped_line_still_releases() -> None:
    filler = b"X" * 64
    text = UNB + b"UNH+1+ORDERS:D:96A:UN'FTX+AAI+++" + filler + b"O?'NEILL'UNT+3+1'UNZ+1+REF1'"
    width = (text.index(b"?'") + 1) // 2
    assert text[2 * width - 1 : 2 * width] == b"?"
    data = b"\r\n".join(text[at : at + width] for at in range(0, len(text), width))
    assert messages(data)[0].segments[1].get(4).endswith("XO'NEILL")


@pytest.mark.parametrize(
    ("syntax", "text", "codec", "expected"),
    [
        ("UNOC", "Käse", "iso8859-1", []),
        ("UNOD", "Łódź", "iso8859-2", []),
        ("UNOE", "Склад", "iso8859-5", []),
        ("UNOL", "5 €", "iso8859-15", []),
        ("UNOY", "Łódź 5 €", "utf-8", []),
        ("UNOC", "Käse", "utf-8", [Code.ENCODING]),
        ("UNOY", "Käse", "iso8859-1", [Code.ENCODING]),
        ("UNOA", "Käse", "utf-8", [Code.INVALID_CHARACTER]),
        ("UNOA", "lower", "ascii", [Code.INVALID_CHARACTER]),
        ("UNOB", "lower", "ascii", []),
        ("KECA", "창고", "euc_kr", []),
    ],
)
def test_text_is_read_in_its_character_set(syntax: str, text: str, codec: str, expected: list[Code]) -> None:
    data = WHOLE.replace(b"UNOC", syntax.encode()).replace(b"PO1", text.encode(codec))
    assert messages(data)[0].segments[1].get(2) == text
    assert codes(data) == expected


def test_the_same_reference_twice_is_named() -> None:
    assert codes(UNB + ORDER + ORDER + b"UNZ+2+REF1'") == [Code.DUPLICATE_REFERENCE]


def test_segments_outside_of_messages_are_kept_and_named() -> None:
    data = UNB + b"BGM+220'LIN+1'" + ORDER + b"UNT+1+1'UNZ+1+REF1'"
    found = events(data)
    stray = [event for event in found if isinstance(event, Unread)]
    assert [event.segment_count for event in stray] == [2, 1]
    assert codes(data) == [Code.UNEXPECTED_SEGMENT, Code.UNEXPECTED_UNT]


def test_a_bad_message_does_not_stop_its_siblings() -> None:
    bad = ORDER.replace(b"UNT+5+1'", b"")
    data = UNB + bad + ORDER.replace(b"+1+ORD", b"+2+ORD").replace(b"5+1'", b"5+2'") + b"UNZ+2+REF1'"
    assert [each.is_acceptable for each in messages(data)] == [False, True]


@pytest.mark.parametrize("data", [b"", b"   \n", b"hello", b"ISA*00*", bytes(range(256)) * 40, b"\xff\xfeU\x00N\x00"])
def test_what_is_no_edifact_says_so(data: bytes) -> None:
    found = problems(events(data))
    assert found[-1].code is Code.NO_EDIFACT


def test_utf_16_is_named() -> None:
    assert codes("\ufeffUNB+UNOA:1".encode("utf-16-le"))[0] is Code.UTF16


def test_a_byte_order_mark_is_skipped() -> None:
    assert codes(b"\xef\xbb\xbf" + WHOLE) == [Code.BYTE_ORDER_MARK]


def test_a_segment_beyond_the_limit_is_our_limit_and_the_next_message_is_read() -> None:
    long = ORDER.replace(b"PO1", b"X" * 200_000)
    data = UNB + long + ORDER.replace(b"+1+ORD", b"+2+ORD").replace(b"5+1'", b"5+2'") + b"UNZ+2+REF1'"
    found = events(data, Limits(max_segment_bytes=70_000))
    named = problems(found)
    assert [(each.code, each.fault) for each in named] == [(Code.SEGMENT_TOO_LONG, Fault.OURS)]
    assert [event.segment_count for event in found if isinstance(event, Message)] == [5, 5]


def test_a_message_beyond_the_limit_is_counted_and_not_kept() -> None:
    body = b"LIN+1'" * 50_000
    data = UNB + b"UNH+1+ORDERS:D:96A:UN'" + body + b"UNT+50002+1'UNZ+1+REF1'"
    found = list(read_events([data], Limits(max_message_bytes=100_000)))
    message = next(event for event in found if isinstance(event, Message))
    assert message.segment_count == 50_002
    assert len(message.raw) <= 100_000
    assert [each.code for each in problems(found)] == [Code.MESSAGE_TOO_LARGE]


def test_problems_of_one_message_are_bounded() -> None:
    data = UNB + b"UNH+1+ORDERS:D:96A:UN'" + b"l`n+1'" * 500 + b"UNT+502+1'UNZ+1+REF1'"
    found = problems(events(data, Limits(max_problems=10)))
    assert len(found) == 11
    assert found[-1].code is Code.TOO_MANY_PROBLEMS
    assert "490" in found[-1].text


def test_read_messages_reports_what_lies_outside_of_messages() -> None:
    told: list[Problem] = []
    found = list(read_messages([b"junk " + WHOLE.replace(b"1+REF1", b"1+REF9")], report=told.append))
    assert len(found) == 1
    assert [each.code for each in told] == [Code.GARBAGE, Code.UNZ_CONTROL]


def test_explicit_nesting_is_kept() -> None:
    data = UNB + b"UNH+1+ORDERS:D:96A:UN'LIN:1:2+1'UNT+3+1'UNZ+1+REF1'"
    segment = messages(data)[0].segments[1]
    assert (segment.tag, segment.nesting) == ("LIN", ("1", "2"))
    assert codes(data) == []
