"""Requests out of values, and what an answer's status says."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.model.base import Value
from crossdock.runtime.connector import Refused, TryLater
from crossdock.runtime.ports import NoAnswer, Response
from crossdock.transports.rest import Api, failure, problem, read, retry_after

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROBLEM = b'{"title": "No", "detail": "C-9 is blocked", "code": "blocked"}'


class Line(Value, frozen=True):
    quantity: str


class Order(Value, frozen=True):
    lines: tuple[Line, ...]


def test_parts_of_a_path_are_quoted_and_missing_parameters_left_out() -> None:
    request = Api("http://erp", "t").get("v1", "sales", "shop/1#2", reference="a b&c", page=None)
    assert request.url == "http://erp/v1/sales/shop%2F1%232?reference=a+b%26c"
    assert request.headers["authorization"] == "Bearer t"


def test_decimals_travel_as_strings() -> None:
    request = Api("http://erp", "t").send("POST", "v1", body={"amount": Decimal("1.10")}, key="k")
    assert request.body == b'{"amount":"1.10"}'
    assert request.headers["idempotency-key"] == "k"


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_other_client_errors_are_refusals_in_the_systems_words(status: Any) -> None:
    assert failure(Response(status, {}, PROBLEM), NOW) == Refused("C-9 is blocked", "blocked")


def test_a_refusal_without_a_problem_shows_what_it_says() -> None:
    assert failure(Response(404, {}, b"<h1>Not here</h1>"), NOW) == Refused("<h1>Not here</h1>", "404")
    assert failure(Response(404), NOW) == Refused("HTTP status 404", "404")


@pytest.mark.parametrize("status", [429, 503])
def test_busy_systems_did_nothing_and_say_when_to_come_back(status: Any) -> None:
    answer = failure(Response(status, {"retry-after": "7"}, PROBLEM), NOW)
    assert answer == TryLater("C-9 is blocked", timedelta(seconds=7))


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_not_the_orders_fault(status: Any) -> None:
    assert isinstance(failure(Response(status, {}, PROBLEM), NOW), TryLater)


@pytest.mark.parametrize("status", [301, 408, 500, 502, 504])
def test_nobody_knows_what_happened_behind_other_statuses(status: Any) -> None:
    with pytest.raises(NoAnswer, match=str(status)):
        failure(Response(status), NOW)


def test_a_success_that_does_not_read_proves_nothing_and_names_the_path() -> None:
    with pytest.raises(NoAnswer, match=r"\$\.lines\[0\]\.quantity"):
        read(Response(200, {}, b'{"lines": [{"quantity": 5}]}'), Order)
    with pytest.raises(NoAnswer, match=r"at \$"):
        read(Response(200, {}, b"<html>"), Order)


def test_a_problem_names_path_and_reason() -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(b'{"lines": [{}]}', type=Order)
    found = problem(caught.value)
    assert (found.path, found.reason) == ("$.lines[0]", "Object missing required field `quantity`")


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("0", timedelta()),
        ("120", timedelta(minutes=2)),
        ("Mon, 02 Mar 2026 09:01:00 GMT", timedelta(minutes=1)),
        ("Mon, 02 Mar 2026 08:00:00 GMT", timedelta()),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: Any, after: Any) -> None:
    assert retry_after(Response(503, {"retry-after": value}), NOW) == after
