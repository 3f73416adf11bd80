"""What follows from the end of an attempt, for each way an operation may be repeated."""

from datetime import timedelta

import pytest

from crossdock.estate.model import Limits
from crossdock.journal.records import ABANDONED, DONE, REFUSED, SENDING, UNKNOWN, WAITING, CommandRow
from crossdock.model.events import CommandAbandoned, CommandRefused, SaleCancelled
from crossdock.runtime.attempts import after_attempt, after_crash, after_look_up, backoff
from crossdock.runtime.connector import Asks, Done, Idempotent, LookUp, NotFound, Refused, TryLater, Unsafe
from crossdock.runtime.ports import NoAnswer, NotSent

LIMITS = Limits(attempts=3, backoff=timedelta(seconds=1), backoff_most=timedelta(seconds=60))
LOOK_UP = LookUp(visible_within=timedelta(seconds=5), may_still_run_for=timedelta(seconds=30))
KEYED = Idempotent(timedelta(days=1))
ALL = (Asks(), KEYED, LOOK_UP, Unsafe())


def row(attempts: int = 1) -> CommandRow:
    return CommandRow(0, b"i" * 16, 1, 1, "erp", "CreateSale", b"a" * 16, SENDING, attempts, 0, 0, 0, 0, "w", "", b"{}")


@pytest.mark.parametrize("repetition", ALL)
def test_what_is_done_is_done_and_what_is_refused_is_told(repetition: object) -> None:
    done = after_attempt(row(), Done((SaleCancelled("o"),)), repetition, LIMITS, 1, 0.0)
    assert (done.state, done.events) == (DONE, (SaleCancelled("o"),))
    refused = after_attempt(row(), Refused("no", "x"), repetition, LIMITS, 1, 0.0)
    assert refused.state == REFUSED
    assert refused.events == (CommandRefused("CreateSale", 1, "erp", "no", "x"),)


@pytest.mark.parametrize("repetition", ALL)
@pytest.mark.parametrize("ended", [TryLater("busy"), NotSent("refused")])
def test_what_certainly_did_not_happen_waits_and_is_sent_again(repetition: object, ended: object) -> None:
    verdict = after_attempt(row(), ended, repetition, LIMITS, 1, 0.0)
    assert verdict.state == WAITING
    assert verdict.after >= LIMITS.backoff / 2


@pytest.mark.parametrize("repetition", ALL)
def test_spent_attempts_go_before_a_person(repetition: object) -> None:
    verdict = after_attempt(row(), TryLater("busy"), repetition, LIMITS, 3, 0.0)
    assert verdict.state == ABANDONED
    (told,) = verdict.events
    assert isinstance(told, CommandAbandoned)
    assert "after 3 attempts" in told.reason


def test_the_systems_own_wish_to_wait_is_granted() -> None:
    verdict = after_attempt(row(), TryLater("busy", timedelta(minutes=9)), Asks(), LIMITS, 1, 0.0)
    assert verdict.after == timedelta(minutes=9)


@pytest.mark.parametrize(
    ("repetition", "state"), [(Asks(), WAITING), (KEYED, WAITING), (LOOK_UP, UNKNOWN), (Unsafe(), ABANDONED)]
)
def test_no_answer_is_repeated_looked_up_or_asked_of_a_person(repetition: object, state: str) -> None:
    assert after_attempt(row(), NoAnswer("cut off"), repetition, LIMITS, 1, 0.0).state == state


@pytest.mark.parametrize(
    ("repetition", "state"), [(Asks(), WAITING), (KEYED, WAITING), (LOOK_UP, UNKNOWN), (Unsafe(), ABANDONED)]
)
def test_a_dead_workers_attempts_are_treated_as_unanswered(repetition: object, state: str) -> None:
    assert after_crash(row(), repetition, "erp").state == state


def test_not_found_does_not_count_while_the_attempt_may_still_run_or_be_invisible() -> None:
    early = after_look_up(row(), NotFound(), LOOK_UP, LIMITS, timedelta(seconds=34), 0.0)
    assert (early.state, early.after) == (UNKNOWN, timedelta(seconds=1))
    late = after_look_up(row(), NotFound(), LOOK_UP, LIMITS, timedelta(seconds=35), 0.0)
    assert late.state == WAITING


def test_not_found_after_the_last_attempt_goes_before_a_person() -> None:
    verdict = after_look_up(row(attempts=3), NotFound(), LOOK_UP, LIMITS, timedelta(hours=1), 0.0)
    assert verdict.state == ABANDONED


def test_found_ends_it() -> None:
    assert after_look_up(row(), Done(()), LOOK_UP, LIMITS, timedelta(), 0.0).state == DONE
    assert after_look_up(row(), Refused("no"), LOOK_UP, LIMITS, timedelta(), 0.0).state == REFUSED


@pytest.mark.parametrize("ended", [TryLater("busy"), NotSent("x"), NoAnswer("x")])
def test_a_look_up_that_fails_is_made_again_however_often(ended: object) -> None:
    verdict = after_look_up(row(attempts=3), ended, LOOK_UP, LIMITS, timedelta(hours=1), 0.0)
    assert verdict.state == UNKNOWN
    assert verdict.after > timedelta()


def test_backoff_doubles_between_half_and_all_up_to_its_most() -> None:
    assert backoff(LIMITS, 1, 0.0) == timedelta(seconds=0.5)
    assert backoff(LIMITS, 4, 0.0) == timedelta(seconds=4)
    assert backoff(LIMITS, 4, 0.999) < timedelta(seconds=8)
    assert backoff(LIMITS, 1000, 0.0) == timedelta(seconds=30)
