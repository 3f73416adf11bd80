"""Limits of keys: told in headers, and kept."""

from datetime import UTC, datetime, timedelta

from crossdock.api.rates import Rates
from crossdock.governance.access import ApiKey
from tests.support.running import LIMITED, Running

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEY = ApiKey("shop", "00", (), requests_a_minute=60)


def test_a_key_with_a_limit_hears_what_is_left_and_then_when_to_come_back(hub: Running) -> None:
    answers = [hub.get("/process/v1/orders", key=LIMITED) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert answers[0].headers["ratelimit"].startswith('"key";r=2;t=')
    assert answers[3].headers["ratelimit"].startswith('"key";r=0;t=')
    assert 0 < int(answers[3].headers["retry-after"]) <= 20
    assert answers[3].json["detail"].startswith("the key limited may ask 3 times a minute; wait")


def test_a_key_without_a_limit_hears_nothing_of_one(hub: Running) -> None:
    assert "ratelimit" not in hub.get("/process/v1/orders").headers


def test_what_is_spent_comes_back_with_time() -> None:
    rates = Rates()
    for _ in range(60):
        allowance = rates.spend(KEY, NOW)
        assert allowance is not None
        assert allowance.left >= 0
    refused = rates.spend(KEY, NOW)
    assert refused is not None
    assert (refused.left, refused.wait) == (-1, 1)
    later = rates.spend(KEY, NOW + timedelta(seconds=1))
    assert later is not None
    assert later.left == 0


def test_no_limit_is_no_allowance() -> None:
    assert Rates().spend(ApiKey("shop", "00", ()), NOW) is None
