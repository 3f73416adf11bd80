"""Events in words: every type has a sentence of its own, fit for people."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from crossdock.model import events
from crossdock.model.codec import EVENTS
from crossdock.model.orders import PromiseLine
from crossdock.model.quantities import Money
from crossdock.views import words
from tests.support.systems import order


def test_numbers_and_money_stand_without_idle_digits() -> None:
    assert words.number(Decimal("4.000000")) == "4"
    assert words.number(Decimal("1E+3")) == "1000"
    assert words.number(Decimal("0.50")) == "0.5"
    assert words.number(Decimal("0E-6")) == "0"
    assert words.money(Money(Decimal("1234.5"), "USD")) == "1,234.50 USD"
    assert words.money(Money(Decimal("1234.5"), "JPY")) == "1,235 JPY"


def test_a_time_stands_with_its_zone() -> None:
    there = datetime(2026, 3, 2, 9, 5, 7, tzinfo=timezone(timedelta(hours=-5)))
    assert words.moment(there) == "2026-03-02 14:05:07 UTC"


def test_promises_name_place_day_and_zone() -> None:
    line = PromiseLine("1", Decimal(4), date(2026, 3, 4), "America/New_York", "east", "on_hand")
    assert words.promise(line) == "4 from east by 2026-03-04 (America/New_York)"
    assert words.promise(PromiseLine("1", Decimal(4), None, "", "", "none")) == "4, no date yet"


def test_who_said_it_is_a_name_that_people_know() -> None:
    assert words.who("order_to_cash") == "Crossdock"
    assert words.who("clock") == "Crossdock"
    assert words.who("api:shop") == "shop (API)"
    assert words.who("wms_east") == "wms_east"


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (events.OrderPlaced(order()), "Ada Byron ordered 1 line as #1001 on shop, 10.00 USD"),
        (events.OrderPlaced(order(), "erp", "SO1"), "Ada Byron ordered 1 line as #1001 in erp, 10.00 USD"),
        (events.OrderQuoted("k", "C-1", ()), "knows customer C-1 and prices 0 lines"),
        (events.OrderQuoted("k", "", (), "no such customer"), "can't price it: no such customer"),
        (events.CancellationRequested("k", "", {"1": Decimal("2.0")}), "cancellation asked for: line 1: 2"),
        (events.CancellationRequested("k", "too late"), "cancellation asked for: all of it (too late)"),
        (events.ActionTaken("hold:price", "done_by_hand", "ada"), "ada chose done by hand for hold:price"),
        (events.CommandRefused("PostInvoice", 3, "erp", "closed"), "erp refused to post invoice: closed"),
        (events.AlarmRang("progress", datetime(2026, 3, 2, tzinfo=UTC)), "time is up (progress)"),
    ],
)
def test_an_event_reads_as_customer_service_would_say_it(event: events.Event, says: str) -> None:
    assert words.sentence(event) == says


def example(kind: Any) -> Any:
    """Some value of a type: the smallest that it takes."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind)
        return kind(**{f.name: example(hints[f.name]) for f in msgspec.structs.fields(kind) if f.required})
    simple = {
        str: "x", int: 1, bool: True, Decimal: Decimal(1), date: date(2026, 3, 2),
        datetime: datetime(2026, 3, 2, tzinfo=UTC),
    }  # fmt: skip
    if kind in simple:
        return simple[kind]
    if origin is tuple:
        return ()
    if origin is dict:
        return {}
    return arguments[0] if isinstance(arguments[0], str) else example(arguments[0])


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_has_a_sentence_of_its_own(name: str) -> None:
    said = words.sentence(example(EVENTS[name]))
    assert said
    assert said != words.spaced(name), f"{name} has only its name"
    assert said[0] != " "
    assert "  " not in said
    assert not said.endswith((" ", ":", ".", ","))
