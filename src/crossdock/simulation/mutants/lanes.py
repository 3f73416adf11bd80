"""Faults in the lanes: order, keys, attempts, and what an unknown outcome is taken for."""

from datetime import timedelta
from typing import Any

from crossdock.journal.batch import Batch
from crossdock.journal.records import DONE, WAITING, hash16
from crossdock.journal.sqlite.reader import SqliteReader
from crossdock.model.base import change
from crossdock.runtime import attempts as attempts_module
from crossdock.runtime import lanes as lanes_module
from crossdock.runtime.attempts import Verdict
from crossdock.runtime.connector import LookUp
from crossdock.runtime.lanes import Lanes
from crossdock.simulation.mutants.mutant import mutant


def _in_no_order(original: Any) -> Any:
    def start(self: Lanes, now: int) -> Any:
        for lane in self._lanes.values():
            lane.first.clear()
        return original(self, now)

    return start


def _last_first(original: Any) -> Any:
    def enqueue(self: Lanes, lane: Any, row: Any) -> None:
        before = self._tie
        original(self, lane, row._replace(due_at=row.due_at - row.ordinal))
        assert self._tie >= before

    return enqueue


def _by_attempt(original: Any) -> Any:
    return lambda row: hash16(row.instance, str(row.version), str(row.ordinal), str(row.attempts)).hex()


def _by_instance(original: Any) -> Any:
    return lambda row: hash16(row.about).hex()


def _sends_again(original: Any) -> Any:
    def unknown(row: Any, ended: Any, repetition: Any, limits: Any, attempts: int, fraction: float) -> Verdict:
        return Verdict(WAITING, after=timedelta(milliseconds=200), note="sent again")

    return unknown


def _takes_it_for_done(original: Any) -> Any:
    def unknown(row: Any, ended: Any, repetition: Any, limits: Any, attempts: int, fraction: float) -> Verdict:
        if isinstance(repetition, LookUp):
            return Verdict(DONE, note="it must have worked")
        found: Verdict = original(row, ended, repetition, limits, attempts, fraction)
        return found

    return unknown


def _trusts_at_once(original: Any) -> Any:
    def after_look_up(row: Any, ended: Any, effect: LookUp, *rest: Any) -> Verdict:
        trusting = change(effect, visible_within=timedelta(), may_still_run_for=timedelta())
        found: Verdict = original(row, ended, trusting, *rest)
        return found

    return after_look_up


def _begins_anew(original: Any) -> Any:
    return lambda row, repetition, system: Verdict(WAITING, note="sent again after a restart")


def _loses_some(original: Any) -> Any:
    count = 0

    def conclude(self: Lanes, batch: Batch, *rest: Any) -> Any:
        nonlocal count
        after = original(self, batch, *rest)
        count += 1
        if count % 15 == 0 and batch.answers:
            batch.answers[-1].messages.clear()
        return after

    return conclude


def _does_not_recover(original: Any) -> Any:
    return lambda self, reader, now: Batch()


def _forgets_the_rest(original: Any) -> Any:
    return lambda self, system, now: None


def _takes_nothing_back(original: Any) -> Any:
    return lambda self, attempts, now: Batch()


def _records_none(original: Any) -> Any:
    """What is looked up counts as idempotent when it comes to recording, and the other way round."""
    return LookUp


def _gives_up(original: Any) -> Any:
    def later(*args: Any) -> Verdict:
        return Verdict(DONE, note="given up silently")

    return later


LANES = (
    mutant(
        "lose_per_object_order",
        "commands about one object are sent as they come, at once",
        "answers",
        Lanes,
        "start",
        _in_no_order,
    ),
    mutant(
        "last_first",
        "of commands that wait, the latest goes first",
        "none",
        Lanes,
        "_enqueue",
        _last_first,
    ),
    mutant(
        "key_by_attempt",
        "each attempt has a key of its own",
        "answers",
        lanes_module,
        "command_key",
        _by_attempt,
    ),
    mutant(
        "reuse_a_key",
        "all commands about one object have the same key, also when what they say was edited",
        "none",
        lanes_module,
        "command_key",
        _by_instance,
    ),
    mutant(
        "retry_an_unsafe_call",
        "what had no answer is sent again, whatever it is",
        "answers",
        attempts_module,
        "_unknown",
        _sends_again,
    ),
    mutant(
        "take_silence_for_success",
        "what had no answer counts as done",
        "answers",
        attempts_module,
        "_unknown",
        _takes_it_for_done,
    ),
    mutant(
        "trust_one_not_found",
        "one look-up that finds nothing is believed, however early",
        "answers,hidden",
        lanes_module,
        "after_look_up",
        _trusts_at_once,
    ),
    mutant(
        "repeat_after_a_crash",
        "what a dead process was sending is sent again without looking",
        "crashes",
        lanes_module,
        "after_crash",
        _begins_anew,
    ),
    mutant(
        "lose_an_answer",
        "one outcome in 15 is recorded and its instance not told",
        "none",
        Lanes,
        "_conclude",
        _loses_some,
    ),
    mutant(
        "recover_nothing",
        "what a dead process was sending stays as it is",
        "crashes",
        Lanes,
        "recover",
        _does_not_recover,
    ),
    mutant(
        "leave_retries_behind",
        "after a restart, what waited to be repeated is never read again",
        "crashes,answers",
        SqliteReader,
        "commands_next_due",
        _forgets_the_rest,
    ),
    mutant(
        "leave_what_was_not_recorded",
        "an attempt whose record was not answered stays recorded",
        "store",
        Lanes,
        "take_back",
        _takes_nothing_back,
    ),
    mutant(
        "send_before_recording",
        "an attempt is not in the journal when its bytes leave",
        "crashes,answers",
        lanes_module,
        "Idempotent",
        _records_none,
    ),
    mutant(
        "give_up_silently",
        "what did not work is dropped",
        "answers",
        attempts_module,
        "_later",
        _gives_up,
    ),
)
