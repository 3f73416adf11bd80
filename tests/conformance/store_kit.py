"""The promises of a store, each in a sentence: tests of a store inherit `StoreKit`, with their own `store`.

What one process can see is here; several writers, crashes and lost answers have tests of their own (tests/journal,
tests/crash).
"""

import pytest

from crossdock.journal.batch import Batch, Intake
from crossdock.journal.records import ReplyRow
from crossdock.journal.store import Reader, Store, StoreBusy, StoreRejected
from tests.conformance.store_fixtures import Kit
from tests.conformance.store_kit_ledgers import LedgerKit
from tests.conformance.store_kit_prompt import PromptKit
from tests.conformance.store_kit_rows import RowsKit
from tests.conformance.store_rows import (
    DAY,
    NOW,
    claimed,
    command,
    event,
    exception,
    instance,
    intake,
    message,
    name,
    step,
    timer,
    unmatched,
)

A, B, C = name("a"), name("b"), name("c")


class IntakeKit(Kit):
    """Promises 1 and 3: recorded before acknowledged; each message counts once."""

    def test_what_was_taken_in_is_there_with_its_message(self, store: Store, reader: Reader) -> None:
        taken = intake("1", b'{"id": 1}')
        assert store.commit(Batch(intake=[taken])).intake == ["new"]
        assert reader.payload(taken.payload.dedupe) == taken.payload
        claim = claimed(store)
        assert [row.body for row in claim.messages] == [taken.payload.dedupe]
        assert claim.payloads([taken.payload.dedupe, name("other")]) == {taken.payload.dedupe: taken.payload}
        claim.release()

    def test_the_same_message_again_is_told_so_and_counts_once(self, store: Store) -> None:
        assert store.commit(Batch(intake=[intake("1"), intake("1")])).intake == ["new", "same"]
        assert store.commit(Batch(intake=[intake("2"), intake("1")])).intake == ["new", "same"]
        claim = claimed(store)
        assert [row.body for row in claim.messages] == [name("1"), name("2")]
        claim.release()

    def test_the_same_id_with_another_body_is_told_so_and_the_first_stands(self, store: Store, reader: Reader) -> None:
        first = intake("1", b"first")
        assert store.commit(Batch(intake=[first, intake("1", b"second")])).intake == ["new", "different"]
        assert store.commit(Batch(intake=[intake("1", b"third")])).intake == ["different"]
        assert reader.payload(name("1")) == first.payload
        assert reader.counts()["inbox"] == 1

    def test_after_its_retention_an_id_counts_anew_and_its_old_reply_is_forgotten(
        self, store: Store, reader: Reader
    ) -> None:
        store.commit(Batch(intake=[intake("1", b"old", kept=DAY)], replies=[ReplyRow(name("1"), 201, b"old")]))
        assert store.commit(Batch(intake=[intake("1", b"new", at=NOW + DAY)])).intake == ["different"]
        later = intake("1", b"new", at=NOW + DAY + 1)
        assert store.commit(Batch(intake=[later])).intake == ["new"]
        assert reader.payload(name("1")) == later.payload
        assert reader.reply(name("1")) is None

    def test_the_first_reply_stands(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(replies=[ReplyRow(A, 201, b"first"), ReplyRow(A, 500, b"second")]))
        store.commit(Batch(replies=[ReplyRow(A, 500, b"third")]))
        assert reader.reply(A) == ReplyRow(A, 201, b"first")
        assert reader.reply(B) is None

    def test_payload_without_message_is_kept_and_gives_nothing_to_do(self, store: Store) -> None:
        kept = Intake(intake("1").payload, None)
        assert store.commit(Batch(intake=[kept])).intake == ["new"]
        assert store.claim(NOW, 10) is None

    def test_expired_payloads_go_in_bounded_chunks_with_their_replies(self, store: Store, reader: Reader) -> None:
        kept = {f"{n}": DAY if n % 2 else 3 * DAY for n in range(20)}
        store.commit(Batch(intake=[Intake(intake(id, kept=span).payload, None) for id, span in kept.items()]))
        store.commit(Batch(replies=[ReplyRow(name(id), 200, b"") for id in kept]))
        gone, after, calls = 0, b"", 0
        while calls == 0 or after:
            purged, after = store.purge(NOW + 2 * DAY, after, limit=6)
            gone, calls = gone + purged, calls + 1
        assert (gone, calls) == (10, 4)
        for id, span in kept.items():
            there = span == 3 * DAY
            assert (reader.payload(name(id)) is not None) == there
            assert (reader.reply(name(id)) is not None) == there

    def test_a_payload_whose_message_waits_is_not_purged(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(intake=[intake("1", kept=DAY)]))
        assert store.purge(NOW + 9 * DAY) == (0, b"")
        claim = claimed(store)
        claim.commit(Batch(consumed=[(row.partition, row.seq) for row in claim.messages]))
        assert store.purge(NOW + 9 * DAY) == (1, b"")
        assert reader.payload(name("1")) is None


class StepKit(Kit):
    """Promises 2 and 7: one transaction a step; positions without gaps; nothing half-done."""

    def test_with_nothing_to_do_there_is_no_claim(self, store: Store) -> None:
        assert store.claim(NOW, 10) is None
        store.commit(Batch(timers=[timer(A, due=NOW + 1)]))
        assert store.claim(NOW, 10) is None

    def test_messages_come_in_the_order_in_which_they_were_taken_in(self, store: Store) -> None:
        store.commit(Batch(inbox=[message(b"1"), message(b"2")]))
        store.commit(Batch(intake=[intake("3")], inbox=[message(b"4")]))
        claim = claimed(store)
        assert [row.body for row in claim.messages] == [b"1", b"2", name("3"), b"4"]
        assert [row.seq for row in claim.messages] == sorted({row.seq for row in claim.messages})
        claim.release()
        limited = claimed(store, limit=2)
        assert [row.body for row in limited.messages] == [b"1", b"2"]
        limited.release()

    def test_a_consumed_message_is_gone_and_one_left_alone_stays(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(inbox=[message(b"1"), message(b"2")]))
        claim = claimed(store)
        claim.commit(Batch(consumed=[(0, claim.messages[0].seq)]))
        again = claimed(store)
        assert [row.body for row in again.messages] == [b"2"]
        again.release()
        assert reader.has_inbox()

    def test_consuming_a_message_twice_is_refused_and_writes_nothing(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(inbox=[message(b"1"), message(b"2")]))
        claim = claimed(store)
        first = (0, claim.messages[0].seq)
        claim.commit(Batch(consumed=[first]))
        claim = claimed(store)
        with pytest.raises(StoreBusy):
            claim.commit(Batch(consumed=[first], events=[event(1)]))
        assert reader.events_after({}, 10) == []
        claim = claimed(store)
        assert claim.next_n[0] == 1
        claim.release()

    def test_event_positions_go_on_where_the_last_step_ended(self, store: Store, reader: Reader) -> None:
        step(store, Batch(events=[event(1), event(2)]))
        step(store, Batch(events=[event(3)]))
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        assert claim.next_n[0] == 4
        claim.release()
        assert [row.n for row in reader.events_after({}, 10)] == [1, 2, 3]

    @pytest.mark.parametrize("positions", [(2,), (1, 3), (1, 1)])
    def test_positions_with_a_gap_are_refused(self, store: Store, reader: Reader, positions: tuple[int, ...]) -> None:
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        with pytest.raises(ValueError, match="does not follow"):
            claim.commit(Batch(events=[event(n) for n in positions]))
        assert reader.events_after({}, 10) == []
        assert claimed(store).next_n[0] == 1

    def test_events_and_instances_need_a_claim(self, store: Store) -> None:
        for batch in (Batch(events=[event(1)]), Batch(instances=[instance(A)]), Batch(consumed=[(0, 1)])):
            with pytest.raises(ValueError, match="claim"):
                store.commit(batch)

    def test_a_released_claim_leaves_all_as_it_was(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(inbox=[message(b"1")]))
        claim = claimed(store)
        claim.release()
        claim.release()
        assert [row.body for row in claimed(store).messages] == [b"1"]
        assert reader.counts()["inbox"] == 1

    def test_a_claim_that_is_over_takes_nothing_more(self, store: Store) -> None:
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        claim.release()
        with pytest.raises(ValueError, match="over"):
            claim.commit(Batch(events=[event(1)]))

    def test_within_a_claim_the_store_takes_nothing_else(self, store: Store) -> None:
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        with pytest.raises(ValueError, match="open"):
            store.commit(Batch(inbox=[message()]))
        with pytest.raises(ValueError, match="open"):
            store.claim(NOW, 10)
        claim.release()

    @pytest.mark.parametrize(
        "wrong",
        [
            Batch(events=[event(1)], timers=[timer(A, due=2**63)]),
            Batch(events=[event(1)], exceptions=[exception(A, reason="\ud800")]),
            Batch(events=[event(1)], commands=[command(A), command(A)]),
        ],
    )
    def test_what_the_database_refuses_writes_nothing_and_leaves_the_messages(
        self, store: Store, reader: Reader, wrong: Batch
    ) -> None:
        store.commit(Batch(inbox=[message(b"1")]))
        claim = claimed(store)
        wrong.consumed = [(0, claim.messages[0].seq)]
        with pytest.raises(StoreRejected):
            claim.commit(wrong)
        assert reader.events_after({}, 10) == []
        assert [row.body for row in claimed(store).messages] == [b"1"]

    def test_a_refused_intake_takes_nothing_of_its_batch(self, store: Store, reader: Reader) -> None:
        with pytest.raises(StoreRejected):
            store.commit(Batch(intake=[intake("1")], timers=[timer(A, due=2**63)]))
        assert reader.payload(name("1")) is None
        assert store.commit(Batch(intake=[intake("1")])).intake == ["new"]

    def test_a_claim_of_one_holds_the_one_entry_that_comes_first(self, store: Store) -> None:
        store.commit(Batch(inbox=[message(b"1", at=NOW + 5)], timers=[timer(A, due=NOW + 3), timer(B, due=NOW + 4)]))
        store.commit(Batch(unmatched=[unmatched("n", "e", recheck=NOW + 1)]))
        first = claimed(store, NOW + 9, 1)
        assert (len(first.rechecks), len(first.timers), len(first.messages)) == (1, 0, 0)
        first.commit(Batch(matched=[name("e")]))
        second = claimed(store, NOW + 9, 1)
        assert (second.timers, second.messages) == ([timer(A, due=NOW + 3)], [])
        second.commit(Batch(timers_gone=[(0, A, "ship_by"), (0, B, "ship_by")]))
        third = claimed(store, NOW + 9, 1)
        assert [row.body for row in third.messages] == [b"1"]
        third.release()

    def test_a_reader_pages_through_events_and_skips_none(self, store: Store, reader: Reader) -> None:
        for first in range(1, 30, 3):
            step(store, Batch(events=[event(n) for n in range(first, first + 3)]))
        cursor: dict[int, int] = {}
        seen: list[int] = []
        while rows := reader.events_after(cursor, 7):
            assert len(rows) <= 7
            seen.extend(row.n for row in rows)
            cursor[0] = rows[-1].n
        assert seen == list(range(1, 31))


class StoreKit(IntakeKit, StepKit, RowsKit, LedgerKit, PromptKit):
    """All of it."""
