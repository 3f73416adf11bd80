"""Numbers in data elements."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crossdock.formats.edifact import parse_number


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("12.50", ".", Decimal("12.50")),
        ("12,50", ",", Decimal("12.50")),
        ("12,50", ".", Decimal("12.50")),
        ("-.5", ".", Decimal("-0.5")),
        ("5.", ".", Decimal(5)),
        ("1,234.5", ".", None),
        ("1E5", ".", None),
        ("", ".", None),
        ("-", ".", None),
        ("٣", ".", None),
        ("12 ", ".", None),
    ],
)
def test_numbers_have_one_mark_and_nothing_else(text: str, mark: str, expected: Decimal | None) -> None:
    assert parse_number(text, mark) == expected
