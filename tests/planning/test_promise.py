"""Promises: the node's local date, its cutoff, workdays and handling days, whatever the season does to its clocks."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.estate.model import Node
from crossdock.model.stock import Allocation
from crossdock.planning.promise import promise, ship_date, zone

D = Decimal


def node(zone_: str = "America/New_York", **more: object) -> Node:
    return Node("EAST", "wms", time_zone=zone_, cutoff=more.pop("cutoff", time(16)), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        ("2026-03-02T20:59:59+00:00", date(2026, 3, 2)),  # 15:59:59 there
        ("2026-03-02T21:00:00+00:00", date(2026, 3, 3)),  # the cutoff itself is too late
        ("2026-03-09T19:59:59+00:00", date(2026, 3, 9)),  # after the clocks went forward, 15:59:59 is an hour earlier
        ("2026-03-09T20:00:00+00:00", date(2026, 3, 10)),
        ("2026-03-06T22:00:00+00:00", date(2026, 3, 9)),  # Friday evening: Monday
        ("2026-03-07T15:00:00+00:00", date(2026, 3, 9)),  # Saturday
        ("2026-03-03T03:00:00+00:00", date(2026, 3, 3)),  # still Monday evening there, past its cutoff
    ],
)
def test_the_cutoff_is_the_nodes_own(at, leaves):
    assert ship_date(node(), datetime.fromisoformat(at)) == leaves


def test_handling_days_are_workdays():
    friday = datetime(2026, 3, 6, 15, tzinfo=UTC)
    assert ship_date(node(handling_days=2), friday) == date(2026, 3, 10)


def test_a_node_east_of_us_is_a_day_ahead():
    assert ship_date(node("Pacific/Auckland"), datetime(2026, 3, 2, 20, tzinfo=UTC)) == date(2026, 3, 3)


def test_nothing_leaves_before_the_customer_wants_it_nor_on_a_day_off():
    assert ship_date(node(), datetime(2026, 3, 2, 9, tzinfo=UTC), date(2026, 3, 14)) == date(2026, 3, 16)


def test_a_node_without_workdays_works_every_day_and_an_unknown_zone_is_utc():
    saturday = datetime(2026, 3, 7, 9, tzinfo=UTC)
    assert ship_date(node(workdays=()), saturday) == date(2026, 3, 7)
    assert ship_date(node("Nowhere/City"), saturday) == date(2026, 3, 9)
    assert zone("Nowhere/City") == zone("UTC") == zone("")


def test_each_line_and_node_has_its_promise_and_what_is_short_has_none():
    allocations = (
        Allocation("1", "EAST", D(2), "A"),
        Allocation("1", "EAST", D(1), "B"),
        Allocation("1", "WEST", D(4), "A"),
    )
    nodes = {"EAST": node(), "WEST": Node("WEST", "wms", time_zone="America/Los_Angeles")}
    east, west, short = promise(allocations, {"1": D(3), "2": D(0)}, nodes, datetime(2026, 3, 2, 22, tzinfo=UTC))
    assert (east.quantity, east.date, east.time_zone, east.basis) == (
        3,
        date(2026, 3, 3),
        "America/New_York",
        "on_hand",
    )
    assert (west.quantity, west.date, west.time_zone) == (4, date(2026, 3, 2), "America/Los_Angeles")
    assert (short.line, short.quantity, short.date, short.basis) == ("1", 3, None, "none")


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(("America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Pacific/Auckland", "UTC")),
    st.integers(0, 5),
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 72),
)
def test_goods_leave_on_a_workday_not_in_the_past_and_no_sooner_when_released_later(at, name, handling, days, hours):
    here = node(name, handling_days=handling, workdays=tuple(sorted(days)))
    leaves = ship_date(here, at)
    assert leaves >= at.astimezone(zone(name)).date()
    assert leaves.weekday() in days
    assert ship_date(here, at + timedelta(hours=hours)) >= leaves
