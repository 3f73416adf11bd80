"""From the tables of `estate.toml` to an Estate. Every mistake is named by its path; none is guessed away."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from crossdock.estate.model import Estate

_UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3600, "d": 86400}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)")

OWNED = ("sales_order", "price", "credit", "invoice")


class EstateError(Exception):
    """The declaration can't be used; one sentence that names the path and what to do."""


def parse_estate(tables: Mapping[str, Any]) -> Estate:
    """The estate that these tables declare. Raises EstateError for the first mistake."""
    named = {
        kind: {name: {"name": name, **table} for name, table in tables.get(kind, {}).items()}
        for kind in ("systems", "nodes", "channels")
    }
    document = _spans({**tables, **named})
    document.setdefault("name", "estate")
    try:
        estate = msgspec.convert(document, Estate, strict=False)
    except msgspec.ValidationError as error:
        raise EstateError(f"estate.toml: {_sentence(str(error))}") from error
    unknown = sorted(set(tables) - set(Estate.__struct_fields__))
    if unknown:
        known = ", ".join(Estate.__struct_fields__)
        raise EstateError(f"estate.toml: no table is called {unknown[0]}; known are {known}")
    _check_references(estate)
    return estate


def span(text: str) -> timedelta:
    """A span of time as people write it: `30s`, `15 min`, `1h 30min`, `2d`."""
    rest = _SPAN.sub("", text).strip()
    parts = _SPAN.findall(text)
    if rest or not parts:
        raise ValueError(f"{text!r} is no span of time; write it like 30s, 15min, 2h or 7d")
    return timedelta(seconds=sum(float(amount) * _UNITS[unit] for amount, unit in parts))


def _spans(value: Any) -> Any:
    """Spans written as text become what msgspec reads as a duration."""
    if isinstance(value, dict):
        return {key: _spans(each) for key, each in value.items()}
    if isinstance(value, str) and _SPAN.fullmatch(value.strip()):
        return span(value)
    return value


def _check_references(estate: Estate) -> None:
    for owned in OWNED:
        system = estate.owners.get(owned)
        if system is None:
            raise EstateError(f"estate.toml: [owners] does not say which system owns {owned}; add it")
        if system not in estate.systems:
            raise EstateError(
                f"estate.toml: [owners] {owned} names the system {system}, which [systems] does not declare"
            )
    for node in estate.nodes.values():
        if node.system not in estate.systems:
            raise EstateError(f"estate.toml: node {node.name} names the system {node.system}, which is not declared")
    for channel in estate.channels.values():
        if channel.system and channel.system not in estate.systems:
            raise EstateError(
                f"estate.toml: channel {channel.name} names the system {channel.system}, which is not declared"
            )
        for node_name in channel.nodes:
            if node_name not in estate.nodes:
                raise EstateError(
                    f"estate.toml: channel {channel.name} names the node {node_name}, which is not declared"
                )
    for carrier, system in estate.carriers.items():
        if system not in estate.systems:
            raise EstateError(f"estate.toml: carrier {carrier} names the system {system}, which is not declared")


def _sentence(error: str) -> str:
    """msgspec's `Expected X, got Y - at `$.a.b`` in our order: where, then what."""
    what, _, where = error.partition(" - at `$.")
    return f"{where.rstrip('`')}: {what}" if where else what
