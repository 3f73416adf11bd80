"""What becomes of a command where the shop answers badly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crossdock.model.commands import RefuseChange
from crossdock.runtime.connector import Done, Refused, TryLater
from crossdock.runtime.ports import NoAnswer, Response
from tests.connectors.shopify.test_commands import EVERY, REFUSE, SHIP, perform, ready


def errors(status: int, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): value for name, value in headers.items()}, b'{"errors": "no"}')


@pytest.mark.parametrize(
    ("response", "after"),
    [
        (errors(429, retry_after="2.0"), timedelta(seconds=2)),
        (errors(429, retry_after="0.5"), timedelta(milliseconds=500)),
        (errors(429, x_shopify_shop_api_call_limit="40/40"), timedelta(seconds=1)),
        (errors(429), None),
        (errors(423), None),
        (errors(500), None),
        (Response(200, {}, b"<html>"), None),
    ],
)
@pytest.mark.parametrize("name", [*EVERY, "refuse"])
def test_a_read_that_fails_is_tried_later(name: str, response: Response, after: timedelta | None) -> None:
    there = ready()
    there.script = [response]
    outcome = perform(there, {**EVERY, "refuse": REFUSE}[name])
    assert isinstance(outcome, TryLater)
    assert outcome.after == after
    assert there.writes == 0


@pytest.mark.parametrize(("status", "word"), [(401, "is not accepted"), (403, "lacks a scope")])
def test_a_token_that_does_not_serve_is_named(status: int, word: str) -> None:
    there = ready()
    there.script = [errors(status)]
    outcome = perform(there, SHIP)
    assert outcome == Refused(f"the access token (secret `token` of the system storefront) {word}: no", str(status))


def test_an_order_that_the_shop_does_not_know_is_refused() -> None:
    command = RefuseChange("shop/1", "shop", "1", "change", "late")
    assert perform(ready(), command) == Refused("Not Found", "404")


@pytest.mark.parametrize("response", [errors(500), errors(503), errors(408), Response(201, {}, b"")])
def test_a_write_whose_answer_proves_nothing_is_unknown(response: Response) -> None:
    there = ready()
    handle: Callable[[Any], Response] = there.handle

    def broken(request: Any) -> Response:
        return response if request.method == "POST" else handle(request)

    there.handle = broken  # type: ignore[method-assign]
    with pytest.raises(NoAnswer):
        perform(there, SHIP)


def test_a_write_beyond_the_limit_is_tried_later_and_done_once() -> None:
    there = ready()
    handle = there.handle
    turned_away: list[Any] = []

    def busy(request: Any) -> Response:
        if request.method == "POST" and not turned_away:
            turned_away.append(request)
            return errors(429, retry_after="2.0")
        return handle(request)

    there.handle = busy  # type: ignore[method-assign]
    assert perform(there, SHIP) == TryLater("the shop's request limit is reached: no", timedelta(seconds=2))
    assert isinstance(perform(there, SHIP), Done)
    assert len(there.fulfilments) == 2
