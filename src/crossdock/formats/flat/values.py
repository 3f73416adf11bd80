"""Texts of a flat file to values and back, by what the layout says of a field."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import TypeAlias

from crossdock.formats.flat.errors import WriteError
from crossdock.formats.flat.layout import Field

Value: TypeAlias = str | int | Decimal | date | time | bool | None
"""None where the field is empty."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)\Z", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+\Z", re.ASCII)
_PIECES = re.compile(r"YYYY|YY|MM|DD|hh|mm|ss")


class NotAValueError(ValueError):
    """A text that is no value of its field, with the reason in words."""


def read_value(text: str, field: Field) -> Value:
    """The value of a text without its padding. Raises `NotAValueError`."""
    if not text:
        return None
    if field.values and text not in field.values:
        raise NotAValueError(f"{text[:40]!r} is none of {', '.join(field.values)}")
    match field.kind:
        case "text":
            return text
        case "integer":
            if not _INTEGER.match(text):
                raise NotAValueError(f"{text[:40]!r} is no whole number")
            return int(text) if len(text) < 4000 else _refuse(text)
        case "decimal":
            return _read_decimal(text, field)
        case "boolean":
            if text not in (field.true, field.false):
                raise NotAValueError(f"{text[:40]!r} is neither {field.true!r} nor {field.false!r}")
            return text == field.true
        case "date" | "time":
            return _read_moment(text, field)


def _refuse(text: str) -> int:
    raise NotAValueError(f"{text[:20]!r}... is too long for a number")


def _read_decimal(text: str, field: Field) -> Decimal:
    plain = text.replace(field.decimal_mark, ".") if field.decimal_mark != "." else text
    if field.decimal_mark != "." and "." in text:
        raise NotAValueError(f"{text[:40]!r} is no number with the decimal mark {field.decimal_mark!r}")
    if plain.endswith("-"):
        plain = "-" + plain[:-1]
    if not _NUMBER.match(plain):
        raise NotAValueError(f"{text[:40]!r} is no number")
    number = Decimal(plain)
    if field.decimals and "." not in plain:
        return number.scaleb(-field.decimals) if number else Decimal((0, (0,), -field.decimals))
    return number


def _read_moment(text: str, field: Field) -> date | time | None:
    if not text.strip("0"):
        return time() if field.kind == "time" else None
    pattern, pieces = "", []
    at = 0
    for found in _PIECES.finditer(field.shape):
        pattern += re.escape(field.shape[at : found.start()]) + rf"(\d{{{len(found.group())}}})"
        pieces.append(found.group())
        at = found.end()
    match = re.fullmatch(pattern + re.escape(field.shape[at:]), text, re.ASCII)
    if match is None:
        raise NotAValueError(f"{text[:40]!r} is not of the form {field.shape}")
    parts = dict(zip(pieces, map(int, match.groups()), strict=True))
    try:
        if field.kind == "time":
            return time(parts.get("hh", 0), parts.get("mm", 0), parts.get("ss", 0))
        year = parts.get("YYYY", 2000 + parts.get("YY", 0))
        return date(year, parts.get("MM", 1), parts.get("DD", 1))
    except ValueError:
        raise NotAValueError(f"{text[:40]!r} is no {field.kind} that exists") from None


def write_value(value: Value, field: Field) -> str:
    """The text of a value, without padding. Raises `WriteError` where the field cannot hold it."""
    if value is None:
        return ""
    text = _text_of(value, field)
    if field.values and text not in field.values:
        raise WriteError(f"The field {field.name!r} cannot be {text[:40]!r}: it is none of its values")
    return text


def _text_of(value: Value, field: Field) -> str:
    match field.kind, value:
        case "boolean", bool():
            return field.true if value else field.false
        case "integer", int() if not isinstance(value, bool):
            return str(value)
        case "decimal", Decimal() | int() if not isinstance(value, bool):
            return _write_decimal(Decimal(value), field)
        case "date", date():
            return _shape(field.shape, value.year, value.month, value.day, 0, 0, 0)
        case "time", time():
            return _shape(field.shape, 0, 0, 0, value.hour, value.minute, value.second)
        case "text", str():
            return value
    raise WriteError(f"The field {field.name!r} holds a {field.kind}, and {value!r} is none")


def _write_decimal(number: Decimal, field: Field) -> str:
    if not number.is_finite():
        raise WriteError(f"The field {field.name!r} cannot be {number}")
    if not field.decimals:
        return format(number, "f").replace(".", field.decimal_mark)
    shifted = number.scaleb(field.decimals)
    if shifted != shifted.to_integral_value():
        raise WriteError(f"The field {field.name!r} has {field.decimals} decimals, and {number} has more")
    return format(shifted.to_integral_value(), "f")


def _shape(shape: str, year: int, month: int, day: int, hour: int, minute: int, second: int) -> str:
    values = {
        "YYYY": f"{year:04}",
        "YY": f"{year % 100:02}",
        "MM": f"{month:02}",
        "DD": f"{day:02}",
        "hh": f"{hour:02}",
        "mm": f"{minute:02}",
        "ss": f"{second:02}",
    }
    return _PIECES.sub(lambda found: values[found.group()], shape)
