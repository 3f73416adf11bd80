"""Dates, times and numbers as X12 writes them (X12.6, data element types DT, TM, N and R)."""

from __future__ import annotations

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_date(text: str) -> bool:
    """YYMMDD or CCYYMMDD that a calendar has."""
    if len(text) not in (6, 8) or not (text.isascii() and text.isdigit()):
        return False
    month, day = int(text[-4:-2]), int(text[-2:])
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    if month == 2 and day == 29:
        year = int(text[:-4])
        return year % 4 == 0 and (len(text) == 6 or year % 100 != 0 or year % 400 == 0)
    return True


def is_time(text: str) -> bool:
    """HHMM, HHMMSS or HHMMSS with one or two decimals of a second."""
    if len(text) not in (4, 6, 7, 8) or not (text.isascii() and text.isdigit()):
        return False
    return text[:2] < "24" and text[2:4] < "60" and text[4:6] < "60"


def is_integer(text: str) -> bool:
    """Digits with an optional leading minus: type N, whatever its implied decimals."""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit()


def is_decimal(text: str) -> bool:
    """Digits with an optional leading minus and one optional decimal point: type R. The exponent that the
    standard allows since 00401 is accepted."""
    digits = text.removeprefix("-")
    mantissa, exponent_sign, exponent = digits.partition("E")
    if exponent_sign and not is_integer(exponent):
        return False
    mantissa = mantissa.replace(".", "", 1)
    return mantissa.isascii() and mantissa.isdigit()


def same_number(a: str, b: str) -> bool:
    """Whether two control numbers are equal, leading zeros aside."""
    return a == b or (a.isascii() and a.isdigit() and b.isascii() and b.isdigit() and a.lstrip("0") == b.lstrip("0"))
