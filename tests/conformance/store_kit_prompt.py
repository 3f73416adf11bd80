"""Messages that are decided in the very transaction that records them: part of the stores' conformance kit."""

import pytest

from crossdock.journal.batch import Answer, Batch
from crossdock.journal.records import DONE, WAITING, CommandUpdate
from crossdock.journal.store import PromptStore, Reader, Store, StoreRejected
from tests.conformance.store_fixtures import Kit
from tests.conformance.store_rows import NOW, claimed, command, event, instance, intake, message, name

A = name("a")


def prompt(store: Store) -> PromptStore:
    assert isinstance(store, PromptStore)
    return store


class PromptKit(Kit):
    """`claim_with`: what a claim brings along is there with its commit, or not at all."""

    def test_what_a_claim_brings_along_is_read_from_it_and_never_waits(self, store: Store, reader: Reader) -> None:
        taken = intake("1", b"body")
        claim, receipt = prompt(store).claim_with(Batch(intake=[taken, intake("1", b"other")]), NOW, 10)
        assert receipt.intake == ["new", "different"]
        assert [row.body for row in claim.messages] == [name("1")]
        assert claim.payloads([name("1"), name("2")]) == {name("1"): taken.payload}
        n = claim.next_n[0]
        consumed = [(row.partition, row.seq) for row in claim.messages]
        claim.commit(Batch(consumed=consumed, events=[event(n, A)], instances=[instance(A)]))
        assert reader.payload(name("1")) == taken.payload
        assert [row.n for row in reader.events_of([A])] == [n]
        assert not reader.has_inbox()

    def test_a_released_claim_forgets_what_it_brought_along(self, store: Store, reader: Reader) -> None:
        claim, _ = prompt(store).claim_with(Batch(intake=[intake("1")], inbox=[message(b"2")]), NOW, 10)
        claim.release()
        assert reader.payload(name("1")) is None
        assert not reader.has_inbox()
        assert store.commit(Batch(intake=[intake("1")])).intake == ["new"]

    def test_a_refused_step_takes_along_what_it_brought(self, store: Store, reader: Reader) -> None:
        claim, _ = prompt(store).claim_with(Batch(intake=[intake("1")]), NOW, 10)
        too_large = event(claim.next_n[0], A)._replace(occurred_at=2**70)
        with pytest.raises(StoreRejected):
            claim.commit(Batch(events=[too_large]))
        assert reader.payload(name("1")) is None

    def test_what_waited_comes_first_and_what_is_left_waits_behind(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(inbox=[message(b"1"), message(b"2")]))
        claim, _ = prompt(store).claim_with(Batch(inbox=[message(b"3"), message(b"4")]), NOW, 10)
        assert [row.body for row in claim.messages] == [b"1", b"2", b"3", b"4"]
        done = [(row.partition, row.seq) for row in claim.messages if row.body in (b"1", b"3")]
        claim.commit(Batch(consumed=done, inbox=[message(b"5")]))
        claim = claimed(store)
        assert [row.body for row in claim.messages] == [b"2", b"4", b"5"]
        claim.release()

    def test_beyond_the_limit_messages_wait_in_their_order(self, store: Store) -> None:
        store.commit(Batch(inbox=[message(b"1")]))
        claim, _ = prompt(store).claim_with(Batch(inbox=[message(b"%d" % n) for n in range(2, 8)]), NOW, 4)
        first = [row.body for row in claim.messages]
        claim.commit(Batch(consumed=[(row.partition, row.seq) for row in claim.messages]))
        claim = claimed(store)
        assert [*first, *(row.body for row in claim.messages)] == [b"%d" % n for n in range(1, 8)]
        assert 1 <= len(first) <= 4
        claim.release()

    def test_an_answer_that_holds_is_among_the_messages_and_one_that_does_not_is_not(
        self, store: Store, reader: Reader
    ) -> None:
        store.commit(Batch(commands=[command(A, 1)]))
        update = CommandUpdate(DONE, 1, NOW, NOW, "w", "", 0, A, 1, WAITING, 0)
        batch = Batch(answers=[Answer(update, [message(b"first")]), Answer(update, [message(b"again")])])
        claim, receipt = prompt(store).claim_with(batch, NOW, 10)
        assert receipt.answers == [True, False]
        assert [row.body for row in claim.messages] == [b"first"]
        claim.commit(Batch(consumed=[(row.partition, row.seq) for row in claim.messages]))
        assert [row.state for row in reader.commands_of([A])] == [DONE]

    def test_a_claim_that_brings_nothing_new_can_be_committed(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(intake=[intake("1")]))
        claim = claimed(store)
        claim.commit(Batch(consumed=[(row.partition, row.seq) for row in claim.messages]))
        claim, receipt = prompt(store).claim_with(Batch(intake=[intake("1")]), NOW, 10)
        assert receipt.intake == ["same"]
        assert list(claim.messages) == []
        claim.commit(Batch())
        assert not reader.has_inbox()
