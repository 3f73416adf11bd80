"""What every connector promises, as tests: inherit, and say which system stands behind it and what it is asked to do.

A declared repetition is believed by the lanes, so it is held against the system's own ledger here: what may be repeated
under its key changes nothing more; what must be looked up is found by the look-up, and only once it happened.
"""

from collections.abc import Callable, Iterator

import pytest

from crossdock.model.commands import Command
from crossdock.model.events import Event
from crossdock.runtime.connector import (
    Arrival,
    Asks,
    Delivery,
    Done,
    FeedPage,
    Idempotent,
    LookUp,
    NotFound,
    TryLater,
)
from crossdock.runtime.ports import NoAnswer, NotSent, Request, Response
from crossdock.simulation.systems.faults import NONE, Faults
from tests.support.systems import Bench

GARBAGE = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe\x00",
    b'{"a": 1}',
    b"7",
    b'{"id": null}',
    b"[" * 5000,
    b'"' + b"x" * 50_000 + b'"',
)


def repr_of(body: bytes) -> str:
    return repr(body[:12])


class ConnectorKit:
    """What to give: `bench`; `tasks`, commands that the system, as it stands, carries out one after the other, one of
    each
    kind that the connector performs at least; `happen`, something at the system that is told of by webhook and feed."""

    @pytest.fixture
    def bench(self) -> Bench:
        raise LookupError("a connector's tests give the bench")

    def tasks(self, bench: Bench) -> Iterator[Command]:
        raise LookupError("a connector's tests say what it is asked to do")

    def happen(self, bench: Bench) -> None:
        """Let something happen at the system that the feeds must tell of."""
        raise LookupError("a connector's tests say what its feeds see")

    # --- repetition --------------------------------------------------------------------------------------------------

    def test_every_command_it_declares_is_carried_out(self, bench: Bench) -> None:
        done = set()
        for n, command in enumerate(self.tasks(bench)):
            outcome = bench.perform(command, f"k{n}")
            assert isinstance(outcome, Done), (command, outcome)
            assert all(isinstance(event, Event) for event in outcome.events)
            done.add(type(command))
        assert done == set(bench.connector.performs)

    def test_repeating_changes_nothing_more_where_it_says_so(self, bench: Bench) -> None:
        for n, command in enumerate(self.tasks(bench)):
            how = bench.connector.performs[type(command)]
            before = len(bench.system.ledger)
            first = bench.perform(command, f"k{n}")
            after = len(bench.system.ledger)
            if isinstance(how, Asks):
                assert after == before
            if isinstance(how, Asks | Idempotent):
                assert bench.perform(command, f"k{n}") == first
                assert len(bench.system.ledger) == after

    def test_what_a_cut_off_write_left_behind_is_found_and_not_done_again(self, bench: Bench) -> None:
        for n, command in enumerate(self.tasks(bench)):
            key = f"k{n}"
            if not isinstance(bench.connector.performs[type(command)], LookUp):
                bench.perform(command, key)
                continue
            assert bench.look_up(command, key) == NotFound(), command
            assert isinstance(bench.perform(command, key, send=_cut_off_after_writes(bench)), NoAnswer)
            rows = len(bench.system.ledger)
            found = bench.look_up(command, key)
            assert isinstance(found, Done), (command, found)
            assert len(bench.system.ledger) == rows

    def test_failures_on_the_wire_pass_through_or_are_tried_later(self, bench: Bench) -> None:
        for n, command in enumerate(self.tasks(bench)):
            asks = isinstance(bench.connector.performs[type(command)], Asks)
            rows = len(bench.system.ledger)
            bench.system.faults = Faults(unsent=1.0)
            assert isinstance(bench.perform(command, f"k{n}"), NotSent | TryLater)
            bench.system.faults = Faults(lost=1.0)
            assert isinstance(bench.perform(command, f"x{n}"), NoAnswer | (TryLater if asks else NoAnswer))
            bench.system.faults = NONE
            if asks:
                assert len(bench.system.ledger) == rows
            return

    # --- observing ---------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("body", GARBAGE, ids=repr_of)
    def test_nothing_that_arrives_makes_it_raise(self, bench: Bench, body: bytes) -> None:
        for topic in ("events", "orders/create", "nonsense", ""):
            for headers in ({}, {"webhook-id": "1"}, {"x-shopify-webhook-id": "1"}):
                translation = bench.connector.translate(Delivery(topic, body, headers), bench.now)
                assert translation.problems or body.startswith(b'{"'), "what is no JSON object is a problem"

    def test_a_webhook_without_its_proof_is_not_taken(self, bench: Bench) -> None:
        self.happen(bench)
        for outgoing in bench.wait(seconds=2):
            bare = Delivery("events", outgoing.request.body)
            assert not isinstance(bench.connector.receive(bare, bench.now), Arrival)

    def test_reading_a_feed_again_brings_the_same_messages(self, bench: Bench) -> None:
        self.swept(bench)
        self.happen(bench)
        seen = [self.swept(bench), self.swept(bench)]
        assert seen[0] == seen[1]
        assert any(seen[0].values())

    def swept(self, bench: Bench) -> dict[str, dict[tuple[str, str], bytes]]:
        """All that each feed tells from its beginning, by topic and id."""
        found: dict[str, dict[tuple[str, str], bytes]] = {}
        for feed in bench.connector.feeds:
            page = FeedPage((), "", True)
            told = found.setdefault(feed.name, {})
            while page.more:
                read = bench.read(feed, page.cursor)
                assert isinstance(read, FeedPage), read
                page = read
                told |= {(one.topic, bench.connector.arrival(one).message_id): one.body for one in page.deliveries}
        return found


def _cut_off_after_writes(bench: Bench) -> Callable[[Request], Response]:
    """The system does the write, and its answer is lost."""

    def send(request: Request) -> Response:
        response = bench.send(request)
        if request.method in ("POST", "PUT") and not _is_mark(request):
            raise NoAnswer("cut off")
        return response

    return send


def _is_mark(request: Request) -> bool:
    """A note on an order that announces a write is not the write."""
    return request.method == "PUT" and "/admin/api/" in request.url
