"""From the tables of `estate.toml` to an Estate. Every mistake is named by its path; none is guessed away."""

import re
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from typing import Any, get_args, get_origin
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from crossdock.estate.model import Estate

_UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)")
_NAMED = ("systems", "nodes", "channels")
"""Tables of tables: the key of each is its name."""

OWNED = ("sales_order", "price", "credit", "invoice")


class EstateError(Exception):
    """The declaration can't be used; one sentence that names the path and what to do."""


def parse_estate(tables: Mapping[str, Any]) -> Estate:
    """The estate that these tables declare. Raises EstateError for the first mistake."""
    document = {"name": "estate", **tables}
    for kind in _NAMED:
        named = document.get(kind, {})
        if isinstance(named, Mapping):
            document[kind] = {
                name: {"name": name, **table} if isinstance(table, Mapping) else table for name, table in named.items()
            }
    estate = _struct(document, Estate, "")
    assert isinstance(estate, Estate)
    for fault in (*_bad_references(estate), *_bad_figures(estate)):
        raise EstateError(f"estate.toml: {fault}")
    return estate


def span(text: str) -> timedelta:
    """A span of time as people write it: `30s`, `15 min`, `1h 30min`, `2d`."""
    rest = _SPAN.sub("", text).strip()
    parts = _SPAN.findall(text)
    if rest or not parts:
        raise ValueError(f"{text!r} is no span of time; write it like 30s, 15min, 2h or 7d")
    return timedelta(seconds=sum(float(amount) * _UNITS[unit] for amount, unit in parts))


# --- values, each by its path -----------------------------------------------------------------------------------------


def _struct(table: Any, kind: type[msgspec.Struct], path: str) -> msgspec.Struct:
    if not isinstance(table, Mapping):
        raise _error(path, f"it must be a table, written [{path}]")
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    settable = [name for name in fields if not (name == "name" and path)]
    for name in table:
        if name not in fields:
            raise _error(_join(path, name), f"there is no such setting; known are {', '.join(settable)}")
    for name, field in fields.items():
        if field.required and name not in table:
            raise _error(_join(path, name), "it is missing; add it")
    return kind(**{name: _value(each, fields[name].type, _join(path, name)) for name, each in table.items()})


def _value(value: Any, kind: Any, path: str) -> Any:
    """One setting as its type. Spans and times of day are read as people write them."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(value, kind, path)
    if get_origin(kind) is dict:
        if not isinstance(value, Mapping):
            raise _error(path, f"it must be a table, written [{path}]")
        return {key: _value(each, get_args(kind)[1], _join(path, key)) for key, each in value.items()}
    if kind is object:
        return _spans(value)
    if kind is timedelta and isinstance(value, str):
        try:
            return span(value)
        except ValueError as error:
            raise _error(path, str(error)) from error
    if kind is time and isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value):
        value = f"{value}:00"
    try:
        # A date, time or number of TOML is what it says; only decimals may come as text or float.
        return msgspec.convert(str(value) if isinstance(value, float) else value, kind, strict=False)
    except msgspec.ValidationError as error:
        what = str(error).partition(" - at `$")[0]
        raise _error(path, f"{value!r} does not fit: {_lower(what)}") from error


def _spans(value: Any) -> Any:
    """A connector's settings are typed by the connector: there, what reads like a span is one."""
    if isinstance(value, Mapping):
        return {key: _spans(each) for key, each in value.items()}
    if isinstance(value, str) and _SPAN.fullmatch(value.strip()):
        return span(value)
    return value


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _error(path: str, what: str) -> EstateError:
    return EstateError(f"estate.toml: {path}: {what}")


def _lower(what: str) -> str:
    """msgspec's sentence behind a colon: types lose their quotes."""
    return (what[:1].lower() + what[1:]).replace("`", "")


# --- what fits together -----------------------------------------------------------------------------------------------


def _bad_references(estate: Estate) -> Iterator[str]:
    systems = ", ".join(estate.systems) or "none"
    for owned in OWNED:
        if owned not in estate.owners:
            yield f"owners.{owned}: it is missing; say which system owns it"
    named = [
        *((f"owners.{owned}", system) for owned, system in estate.owners.items()),
        *((f"nodes.{node.name}.system", node.system) for node in estate.nodes.values()),
        *((f"channels.{channel.name}.system", channel.system) for channel in estate.channels.values()),
        *((f"carriers.{carrier}", system) for carrier, system in estate.carriers.items()),
    ]
    for path, system in named:
        may_be_none = path.startswith("channels.") and not system
        if system not in estate.systems and not may_be_none:
            yield f"{path}: no system is called {system}; declared are {systems}"
    for channel in estate.channels.values():
        for node in channel.nodes:
            if node not in estate.nodes:
                nodes = ", ".join(estate.nodes) or "none"
                yield f"channels.{channel.name}.nodes: no node is called {node}; declared are {nodes}"


def _bad_figures(estate: Estate) -> Iterator[str]:
    for system in estate.systems.values():
        at, limits = f"systems.{system.name}", system.limits
        if not system.url.startswith(("http://", "https://")):
            yield f"{at}.url: {system.url} is no address; write it like https://erp.example.com"
        if limits.concurrency < 1 or limits.attempts < 1:
            yield f"{at}.limits: concurrency and attempts must be at least 1"
        if limits.rate < 0 or min(limits.timeout, limits.backoff, limits.backoff_most) <= timedelta():
            yield f"{at}.limits: rate can't be negative, and timeout and backoff must be longer than nothing"
    for node in estate.nodes.values():
        if not all(0 <= day <= 6 for day in node.workdays) or not node.workdays:
            yield f"nodes.{node.name}.workdays: days are 0 (Monday) to 6 (Sunday), at least one"
        if node.handling_days < 0:
            yield f"nodes.{node.name}.handling_days: it can't be negative"
    for path, zone in _zones(estate):
        if not _is_zone(zone):
            yield f"{path}: {zone!r} is no time zone; write it like America/New_York"
    for promise in estate.promises.__struct_fields__:
        if getattr(estate.promises, promise) <= timedelta():
            yield f"promises.{promise}: it must be longer than nothing"
    if estate.retention < timedelta(days=1):
        yield "retention: keep what arrived for at least 1d, or repeated messages are taken for new ones"
    if not re.fullmatch("[A-Z]{3}", estate.legal_entity.currency):
        yield f"legal_entity.currency: {estate.legal_entity.currency!r} is no ISO 4217 code; write it like USD"


def _zones(estate: Estate) -> Iterator[tuple[str, str]]:
    yield from ((f"nodes.{node.name}.time_zone", node.time_zone) for node in estate.nodes.values())
    yield from ((f"channels.{channel.name}.time_zone", channel.time_zone) for channel in estate.channels.values())


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
