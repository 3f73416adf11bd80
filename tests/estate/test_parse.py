"""Estates from tables: what is declared, and each mistake at its path."""

from copy import deepcopy
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crossdock.estate.parse import EstateError, parse_estate, span

TABLES: dict[str, Any] = {
    "name": "acme",
    "systems": {"erp": {"kind": "rest_erp", "url": "http://erp.example", "settings": {"poll_every": "1min"}}},
    "owners": dict.fromkeys(("sales_order", "price", "credit", "invoice"), "erp"),
    "nodes": {"east": {"system": "erp", "time_zone": "America/New_York", "cutoff": "14:30"}},
    "channels": {"api": {"system": "", "price": {"tolerance_percent": 0.5}}},
    "promises": {"ship_within": "1d 12h"},
}


def with_value(path: str, value: object) -> dict[str, Any]:
    tables = deepcopy(TABLES)
    *parents, last = path.split(".")
    table = tables
    for name in parents:
        table = table.setdefault(name, {})
    table[last] = value
    return tables


def fault(path: str, value: object) -> str:
    with pytest.raises(EstateError) as caught:
        parse_estate(with_value(path, value))
    return str(caught.value)


def test_an_estate_says_what_its_tables_say() -> None:
    estate = parse_estate(TABLES)
    assert estate.name == "acme"
    assert estate.systems["erp"].name == "erp"
    assert estate.systems["erp"].settings == {"poll_every": timedelta(minutes=1)}
    assert estate.nodes["east"].cutoff == time(14, 30)
    assert estate.channels["api"].price.tolerance_percent == Decimal("0.5")
    assert estate.promises.ship_within == timedelta(days=1, hours=12)
    assert estate.promises.accept_within == timedelta(hours=1)


def test_an_estate_without_a_name_is_called_estate() -> None:
    assert parse_estate({key: table for key, table in TABLES.items() if key != "name"}).name == "estate"


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("systems.erp.kind", 7, "systems.erp.kind: 7 does not fit: expected str, got int"),
        ("systems.erp", "http://erp", "systems.erp: it must be a table, written [systems.erp]"),
        ("systems", 3, "systems: it must be a table, written [systems]"),
        ("systems.erp.limits.timeout", "soon", "systems.erp.limits.timeout: 'soon' is no span of time; write it like"),
        ("systems.erp.limits.timeot", "3s", "systems.erp.limits.timeot: there is no such setting; known are concurr"),
        ("systems.erp.limits.concurrency", 0, "systems.erp.limits: concurrency and attempts must be at least 1"),
        ("systems.erp.url", "erp.example", "systems.erp.url: erp.example is no address"),
        ("systems.wms.kind", "rest_wms", "systems.wms.url: it is missing; add it"),
        ("promises.ship_within", "soon", "promises.ship_within: 'soon' is no span of time"),
        ("promises.ship_within", "0s", "promises.ship_within: it must be longer than nothing"),
        ("nodes.east.system", "wms", "nodes.east.system: no system is called wms; declared are erp"),
        ("nodes.east.posting", "later", "nodes.east.posting: 'later' does not fit: invalid enum value 'later'"),
        ("nodes.east.time_zone", "Mars/Base", "nodes.east.time_zone: 'Mars/Base' is no time zone"),
        ("nodes.east.cutoff", "4pm", "nodes.east.cutoff: '4pm' does not fit"),
        ("nodes.east.workdays", [7], "nodes.east.workdays: days are 0 (Monday) to 6 (Sunday)"),
        ("channels.api.nodes", ["west"], "channels.api.nodes: no node is called west; declared are east"),
        ("channels.api.price.beyond", "ask", "channels.api.price.beyond: 'ask' does not fit"),
        ("billing.customers", {"C-1": "weekly"}, "billing.customers.C-1: 'weekly' does not fit"),
        ("carriers.ups", "ups", "carriers.ups: no system is called ups"),
        ("legal_entity", {"code": "us", "name": "US", "currency": "dollar"}, "legal_entity.currency: 'dollar'"),
        ("retention", "1h", "retention: keep what arrived for at least 1d"),
        ("sytems", {}, "sytems: there is no such setting; known are name, systems"),
    ],
)
def test_each_mistake_is_named_by_its_path(path: str, value: object, says: str) -> None:
    sentence = fault(path, value)
    assert sentence.startswith(f"estate.toml: {says}")
    assert "\n" not in sentence


def test_every_kind_of_object_needs_an_owner() -> None:
    tables = deepcopy(TABLES)
    del tables["owners"]["credit"]
    with pytest.raises(EstateError, match=r"owners\.credit: it is missing"):
        parse_estate(tables)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("15 min", 900), ("1h 30min", 5400), ("2d", 172800), ("250ms", 0.25)]
)
def test_spans_read_as_people_write_them(text: str, seconds: float) -> None:
    assert span(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "5", "5 fortnights", "1h later"])
def test_what_is_no_span_says_so(text: str) -> None:
    with pytest.raises(ValueError, match="is no span of time; write it like 30s, 15min, 2h or 7d"):
        span(text)
