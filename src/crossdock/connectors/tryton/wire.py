"""Tryton's JSON-RPC text to Python values and back. Pure.

Source: Tryton 8.2's JSON protocol. Decimals, dates, instants, spans and bytes travel as objects with a
`__class__`; quantities travel as plain JSON numbers and are read and written here as Decimal without passing through
a float. Instants are UTC and carry no zone on the wire; here they do.
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

import msgspec

# What travels is typed by Tryton's models, which every installation extends: readers say what they expect of it.
Wire: TypeAlias = Any


class Number(NamedTuple):
    """A Decimal that Tryton keeps as a plain number (its Float fields: all quantities)."""

    value: Decimal


class WireError(ValueError):
    """Bytes that are no Tryton answer, or a value that Tryton has no type for."""


def encode(value: Wire) -> bytes:
    """JSON bytes of dicts, sequences, str, int, bool, None, Decimal, Number, dates, spans and bytes."""
    return msgspec.json.encode(_dressed(value))


_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(float_hook=Decimal)


def decode(data: bytes) -> Wire:
    """The value in JSON bytes; every fraction comes as Decimal. Raises WireError for anything else."""
    try:
        return _undressed(_decoder.decode(data))
    except (msgspec.DecodeError, ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise WireError(f"the answer is not Tryton JSON: {error}") from error


def _dressed(value: Wire) -> Wire:
    match value:
        case None | bool() | int() | str():
            return value
        case Number():
            return msgspec.Raw(format(value.value, "f").encode())
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
        case datetime():
            instant = value.astimezone(UTC) if value.tzinfo else value
            names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
            return {"__class__": "datetime", **{name: getattr(instant, name) for name in names}}
        case date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case timedelta():
            return {"__class__": "timedelta", "seconds": value // timedelta(seconds=1)}
        case bytes():
            return {"__class__": "bytes", "base64": base64.b64encode(value).decode()}
        case Mapping():
            return {key: _dressed(item) for key, item in value.items()}
        case Sequence():
            return [_dressed(item) for item in value]
    raise WireError(f"Tryton has no type for {type(value).__name__}")


def _undressed(value: Wire) -> Wire:
    if isinstance(value, list):
        return [_undressed(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value.get("__class__"):
        case None:
            return {key: _undressed(item) for key, item in value.items()}
        case "Decimal":
            return Decimal(value["decimal"])
        case "date":
            return date(value["year"], value["month"], value["day"])
        case "datetime":
            day = datetime(value["year"], value["month"], value["day"], tzinfo=UTC)
            return day.replace(
                hour=value["hour"],
                minute=value["minute"],
                second=value["second"],
                microsecond=value["microsecond"],
            )
        case "timedelta":
            return timedelta(microseconds=int(Decimal(value["seconds"]) * 1_000_000))
        case "bytes":
            return base64.b64decode(value["base64"])
    return value
