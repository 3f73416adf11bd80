"""Tryton's typed JSON: what goes out comes back, and no quantity passes through a float."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.connectors.tryton.wire import Number, WireError, decode, encode

texts = st.text(st.characters(codec="utf-8"), max_size=20).filter(lambda text: text != "__class__")
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | texts
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_goes_out_comes_back(value):
    assert decode(encode(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15))
def test_a_quantity_is_a_plain_number_with_all_its_digits(quantity):
    assert encode({"quantity": Number(quantity)}) == b'{"quantity":' + format(quantity, "f").encode() + b"}"
    assert decode(encode([Number(quantity)])) == [quantity]


def test_fractions_are_read_as_decimals():
    assert decode(b'{"quantity": 0.1}') == {"quantity": Decimal("0.1")}


def test_an_instant_goes_out_in_utc():
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert decode(encode(noon.astimezone())) == noon


def test_a_span_and_a_date_keep_their_kind():
    assert decode(encode([timedelta(days=2), date(2026, 2, 3)])) == [timedelta(days=2), date(2026, 2, 3)]


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"<p>busy</p>", b'{"__class__": "Decimal", "decimal": "x"}', b'{"__class__": "date", "year": 1}'],
)
def test_what_is_no_tryton_json_is_named(text):
    with pytest.raises(WireError):
        decode(text)


def test_a_value_that_tryton_has_no_type_for_is_refused():
    with pytest.raises(WireError, match="complex"):
        encode({"a": 1j})
