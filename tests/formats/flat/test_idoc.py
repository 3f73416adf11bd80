"""IDocs: control record, tree of segments, and the same lines again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.flat import (
    Code,
    Field,
    Idoc,
    IdocSegment,
    WriteError,
    read_idocs,
    segment_text,
    write_idoc,
)

LAYOUTS = {
    "E1EDK01": (Field("CURCY", start=5, length=3), Field("BELNR", start=8, length=35, required=True)),
    "E1EDP01": (Field("POSEX", start=1, length=6), Field("MENGE", kind="decimal", start=7, length=15)),
}
CONTROL = {
    "TABNAM": "EDI_DC40",
    "MANDT": "100",
    "DOCNUM": "0000000000000042",
    "IDOCTYP": "ORDERS05",
    "MESTYP": "ORDERS",
    "SNDPRN": "SENDER",
    "SERIAL": "20260103140500",
}


def sample() -> Idoc:
    head = segment_text({"CURCY": "EUR", "BELNR": "PO1"}, LAYOUTS["E1EDK01"])
    line = segment_text({"POSEX": "000010", "MENGE": Decimal("5.000")}, LAYOUTS["E1EDP01"])
    return Idoc(
        CONTROL,
        (
            IdocSegment("E2EDK01005", 1, 0, 1, head),
            IdocSegment("E2EDP01006", 2, 0, 1, line),
            IdocSegment("ZUNKNOWN", 3, 2, 2, "  kept as it is"),
        ),
    )


def test_an_idoc_is_written_in_full_width_and_read_again() -> None:
    data = b"".join(write_idoc(sample()))
    assert [len(line) for line in data.splitlines()] == [524, 1063, 1063, 1063]
    [idoc] = read_idocs([data], LAYOUTS)
    assert idoc.problems == ()
    assert (idoc.type, idoc.message, idoc.number) == ("ORDERS05", "ORDERS", "0000000000000042")
    assert {name: value for name, value in idoc.control.items() if value} == CONTROL
    assert idoc.segments[0].values == {"CURCY": "EUR", "BELNR": "PO1"}
    assert idoc.segments[1].values == {"POSEX": "000010", "MENGE": Decimal("5.000")}
    assert (idoc.segments[2].parent, idoc.segments[2].text, idoc.segments[2].values) == (2, "  kept as it is", None)
    assert b"".join(write_idoc(idoc)) == data


def test_several_idocs_in_one_file_are_read_one_by_one() -> None:
    data = b"".join(write_idoc(sample(), line_end="\r\n")) * 3
    assert [len(idoc.segments) for idoc in read_idocs([data[:700], data[700:]])] == [3, 3, 3]


def test_what_is_wrong_is_named_by_line_and_field() -> None:
    lines = b"".join(write_idoc(sample())).splitlines()
    broken = [lines[1], lines[0], lines[1].replace(b"PO1", b"   "), lines[2].replace(b"5.000", b"5x000")]
    broken += [lines[3].replace(b"000003000002", b"000002000009"), lines[2].replace(b"42000002", b"43000004")]
    first, second = read_idocs([b"\n".join(broken)], LAYOUTS)
    assert [problem.code for problem in first.problems] == [Code.NO_CONTROL_RECORD]
    assert [(problem.code, problem.line, problem.field) for problem in second.problems] == [
        (Code.FIELD_MISSING, 3, "E2EDK01005.BELNR"),
        (Code.FIELD_VALUE, 4, "E2EDP01006.MENGE"),
        (Code.SEGMENT_NUMBER, 5, "SEGNUM"),
        (Code.SEGMENT_PARENT, 5, "PSGNUM"),
        (Code.DOCUMENT_NUMBER, 6, "DOCNUM"),
    ]


def test_too_many_segments_are_refused_in_part() -> None:
    data = b"".join(write_idoc(sample()))
    [idoc] = read_idocs([data], max_segments=2)
    assert len(idoc.segments) == 2
    assert idoc.problems[0].code is Code.RECORD_TOO_LONG


def test_what_has_no_room_is_refused() -> None:
    with pytest.raises(WriteError):
        segment_text({"CURCY": "EURO", "BELNR": "1"}, LAYOUTS["E1EDK01"])
    with pytest.raises(WriteError):
        segment_text({"CURCY": "EUR"}, LAYOUTS["E1EDK01"])
    with pytest.raises(WriteError):
        list(write_idoc(Idoc({"MANDT": "1000"}, ())))
    with pytest.raises(WriteError):
        list(write_idoc(Idoc(CONTROL, (IdocSegment("A", 1, 0, 1, "x" * 1001),))))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(st.binary(max_size=80), st.just(b"EDI_DC40" + b"1" * 30 + b"\n"), st.just(b"\n")), max_size=12)
)
def test_no_bytes_fail(pieces: list[bytes]) -> None:
    for idoc in read_idocs(pieces, LAYOUTS):
        assert all(str(problem) for problem in idoc.problems)
