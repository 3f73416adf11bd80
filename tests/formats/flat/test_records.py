"""Flat files by their layout: values, problems by line and field, and the same lines again."""

from __future__ import annotations

import tomllib
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.flat import (
    Code,
    Layout,
    LayoutError,
    Record,
    WriteError,
    make_layout,
    read_records,
    write_records,
)

STOCK = """
format = "csv"
header = true
delimiter = ";"
[[records]]
name = "stock"
fields = [
  { name = "item", column = "Item No", required = true },
  { name = "quantity", column = "Qty", kind = "decimal", decimal_mark = ",", required = true },
  { name = "counted", column = "Date", kind = "date", format = "DD.MM.YYYY" },
  { name = "note", column = "Note" },
]
"""
ORDERS = """
format = "fixed"
[[records]]
name = "header"
when = { type = "H" }
fields = [
  { name = "type", start = 1, length = 1 },
  { name = "number", start = 2, length = 8, required = true },
  { name = "date", start = 10, length = 8, kind = "date" },
  { name = "time", start = 18, length = 4, kind = "time", format = "hhmm" },
]
[[records]]
name = "line"
when = { type = "L" }
fields = [
  { name = "type", start = 1, length = 1 },
  { name = "position", start = 2, length = 3, kind = "integer", pad = "0" },
  { name = "item", start = 5, length = 6 },
  { name = "quantity", start = 11, length = 7, kind = "decimal", decimals = 3, pad = "0" },
  { name = "urgent", start = 18, length = 1, kind = "boolean", true = "X", false = "-" },
  { name = "unit", start = 19, length = 2, values = ["EA", "KG"] },
]
"""


def layout(text: str, **changes: Any) -> Layout:
    return make_layout({**tomllib.loads(text), **changes})


def read(data: bytes, by: Layout) -> list[Record]:
    whole = list(read_records([data], by))
    assert list(read_records([data[at : at + 3] for at in range(0, len(data), 3)], by)) == whole
    return whole


def test_csv_is_read_by_its_columns_whatever_their_order() -> None:
    data = b'Qty;Item No;Note;Date\r\n1,50;A-1;"a;b\nc ""d""";03.01.2026\r\n0;B;;\r\n'
    first, second = read(data, layout(STOCK))
    assert first.values == {
        "item": "A-1",
        "quantity": Decimal("1.50"),
        "counted": date(2026, 1, 3),
        "note": 'a;b\nc "d"',
    }
    assert (first.line, second.line, second.values["note"]) == (2, 4, None)
    assert first.problems == second.problems == ()


def test_problems_name_line_and_field() -> None:
    data = "\ufeffItem No;Qty;Date;Note\n;1.5;31.02.2026;x\nA;2;;;extra\nB\n".encode()
    found = [(p.code, p.line, p.field) for record in read(data, layout(STOCK)) for p in record.problems]
    assert found == [
        (Code.FIELD_MISSING, 2, "item"),
        (Code.FIELD_VALUE, 2, "quantity"),
        (Code.FIELD_VALUE, 2, "counted"),
        (Code.TOO_MANY_FIELDS, 3, ""),
        (Code.TOO_FEW_FIELDS, 4, ""),
        (Code.FIELD_MISSING, 4, "quantity"),
    ]


def test_a_changed_header_is_named() -> None:
    [head, record] = read(b"Item No;Quantity\nA;5\n", layout(STOCK))
    assert [(p.code, p.is_error) for p in head.problems] == [
        (Code.COLUMN_MISSING, True),
        (Code.COLUMN_MISSING, False),
        (Code.COLUMN_MISSING, False),
        (Code.COLUMN_UNKNOWN, False),
    ]
    assert record.values["item"] == "A"


def test_an_unclosed_quote_costs_one_line() -> None:
    found = read(b'Item No;Qty;Date;Note\nA;1;;"5 inch\nB;2;;\n', layout(STOCK))
    assert [record.values["item"] for record in found] == ["A", "B"]
    assert [p.code for p in found[0].problems] == [Code.OPEN_QUOTE]


def test_fixed_width_records_are_told_by_their_type() -> None:
    data = b"HPO000001202601031405\nL001ABC   0001500XEA\nL002      0000000-LB\nZ\n\n"
    header, first, second, other = read(data, layout(ORDERS))
    assert header.values["time"] == time(14, 5)
    assert header.values["date"] == date(2026, 1, 3)
    assert (first.values["position"], first.values["quantity"]) == (1, Decimal("1.500"))
    assert (first.values["urgent"], second.values["urgent"], second.values["item"]) == (True, False, None)
    assert [p.code for p in second.problems] == [Code.FIELD_VALUE]
    assert (other.name, other.problems[0].code) == ("", Code.UNKNOWN_RECORD)


def test_a_short_line_is_named_when_it_lacks_something_required() -> None:
    [record] = read(b"HPO\n", layout(ORDERS))
    assert [p.code for p in record.problems] == [Code.TOO_SHORT]
    assert record.values["number"] == "PO"


def test_records_without_line_ends_are_cut_by_their_length() -> None:
    by = layout(ORDERS, line_end="", length=21)
    data = b"HPO000001202601031405L001ABC   0001500XEA "
    assert [record.name for record in read(data, by)] == ["header", "line"]


def test_what_is_written_is_read_again() -> None:
    rows: list[tuple[str, dict[str, Any]]] = [
        ("header", {"number": "PO1", "date": date(2026, 1, 3), "time": time(9, 30)}),
        ("line", {"position": 7, "item": "ABC", "quantity": Decimal("-1.5"), "urgent": True, "unit": "KG"}),
    ]
    data = b"".join(write_records(rows, layout(ORDERS)))
    assert data == b"HPO1     202601030930\nL007ABC   -001500XKG\n"
    header, line = read(data, layout(ORDERS))
    assert header.values == {"type": "H", **rows[0][1]}
    assert line.values == {"type": "L", **rows[1][1]}


@pytest.mark.parametrize(
    ("record", "values"),
    [
        ("header", {"number": "123456789"}),
        ("header", {}),
        ("header", {"number": "a\nb"}),
        ("line", {"quantity": Decimal("1.2345")}),
        ("line", {"quantity": Decimal("NaN")}),
        ("line", {"quantity": "1"}),
        ("line", {"unit": "LB"}),
        ("other", {}),
    ],
)
def test_what_has_no_room_is_refused(record: str, values: dict[str, Any]) -> None:
    with pytest.raises(WriteError):
        list(write_records([(record, values)], layout(ORDERS)))


@pytest.mark.parametrize(
    "change",
    [
        {"format": "xls"},
        {"records": []},
        {"encoding": "klingon"},
        {"delimiter": ";;"},
        {"colour": "red"},
        {"line_end": "", "format": "fixed"},
        {"records": [{"name": "a", "fields": [{"name": "b"}, {"name": "b"}]}]},
        {"records": [{"name": "a", "fields": [{"name": "b"}], "when": {"c": "1"}}]},
        {"records": [{"name": "a", "fields": [{"name": "b"}]}], "format": "fixed"},
    ],
)
def test_a_layout_that_makes_no_sense_is_refused_in_one_sentence(change: dict[str, Any]) -> None:
    with pytest.raises(LayoutError) as refusal:
        make_layout({**tomllib.loads(STOCK), **change})
    assert "\n" not in str(refusal.value)


def test_a_record_beyond_the_limit_is_cut_and_the_next_is_read() -> None:
    by = layout(STOCK, max_record=50)
    found = read(b"Item No;Qty;Date;Note\nA;1;;" + b"x" * 500 + b"\nB;2;;\n", by)
    assert [p.code for p in found[0].problems] == [Code.RECORD_TOO_LONG]
    assert found[1].values["item"] == "B"


cells = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=8)
notes = st.one_of(st.none(), cells, st.builds('{};"{}\n{}'.format, cells, cells, cells))
amounts = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(cells, amounts, st.dates(), notes), max_size=5))
def test_csv_round_trip(rows: list[tuple[str, Decimal, date, str | None]]) -> None:
    by = layout(STOCK)
    values = [dict(zip(("item", "quantity", "counted", "note"), row, strict=True)) for row in rows]
    data = b"".join(write_records([("stock", each) for each in values], by))
    found = read(data, by)
    assert [record.values for record in found] == values
    assert not any(record.problems for record in found)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([STOCK, ORDERS]))
def test_no_bytes_fail(data: bytes, text: str) -> None:
    for record in read_records([b"Item No;Qty;Date;Note\n", data], layout(text)):
        assert all(str(problem) for problem in record.problems)
