"""What a store keeps, row by row: instances, commands, alarms, numbers, waiting events, exceptions, cursors."""

import pytest

from crossdock.journal.batch import Answer, Batch
from crossdock.journal.records import DONE, EVENT, SENDING, UNKNOWN, WAITING, CursorRow
from crossdock.journal.store import Reader, Store
from tests.conformance.store_fixtures import Kit
from tests.conformance.store_rows import (
    NOW,
    claimed,
    command,
    event,
    exception,
    identifier,
    instance,
    message,
    name,
    step,
    timer,
    unmatched,
    update,
)

A, B, C = name("a"), name("b"), name("c")


class RowsKit(Kit):
    """Instances, commands, timers, numbers and exceptions as their rows say."""

    def test_an_instance_comes_back_as_it_was_written(self, store: Store, reader: Reader) -> None:
        row = instance(A)._replace(parked=True, over=True, state=b"\x00\xff")
        step(store, Batch(instances=[row]))
        assert reader.instance(A) == row
        assert reader.instance(B) is None
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        found = claim.instances([A, B, A])
        assert found == {A: row}
        assert found[A].parked is True
        claim.release()

    def test_a_document_stays_until_another_is_written(self, store: Store, reader: Reader) -> None:
        step(store, Batch(instances=[instance(A, document=b"paper")]))
        step(store, Batch(instances=[instance(A, "released", 2, None)]))
        found = reader.instance(A)
        assert found is not None
        assert (found.phase, found.revision, found.document) == ("released", 2, b"paper")
        step(store, Batch(instances=[instance(A, "amended", 3, b"other")]))
        assert reader.instance(A) == instance(A, "amended", 3, b"other")

    def test_counts_tell_instances_by_phase_and_what_is_open(self, store: Store, reader: Reader) -> None:
        step(store, Batch(instances=[instance(A), instance(B), instance(C)]))
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        claim.instances([A])
        batch = Batch(consumed=[(0, claim.messages[0].seq)], instances=[instance(A, "closed"), instance(B, "closed")])
        claim.commit(batch)
        step(store, Batch(commands=[command(A), command(B, state=UNKNOWN), command(C, state=DONE)]))
        store.commit(Batch(exceptions=[exception(A)], inbox=[message()]))
        assert reader.counts() == {
            "order_to_cash/closed": 2,
            "order_to_cash/placed": 1,
            "exceptions": 1,
            "inbox": 1,
            "commands": 2,
        }

    def test_instances_of_a_process_are_paged_by_id(self, store: Store, reader: Reader) -> None:
        rows = [instance(name(str(n)))._replace(over=n % 3 == 0) for n in range(20)]
        step(store, Batch(instances=[*rows, instance(A)._replace(process="other")]))
        rows.sort(key=lambda row: row.id)
        assert reader.instances("order_to_cash", limit=8) == rows[:8]
        assert reader.instances("order_to_cash", after=rows[7].id, limit=100) == rows[8:]
        assert reader.instances("order_to_cash", over=True) == [row for row in rows if row.over]
        assert reader.instances("order_to_cash", over=False) == [row for row in rows if not row.over]

    def test_an_update_holds_only_from_the_state_and_attempts_it_names(self, store: Store, reader: Reader) -> None:
        step(store, Batch(commands=[command(A), command(B)]))
        begun = [update(command(A), SENDING), update(command(B), SENDING), update(command(C), SENDING)]
        assert store.commit(Batch(command_updates=begun)).updates == [True, True, False]
        assert store.commit(Batch(command_updates=begun)).updates == [False, False, False]
        stale = update(command(A), DONE, attempts=2, before=SENDING)
        ended = update(command(B), DONE, attempts=1, before=SENDING)
        assert store.commit(Batch(command_updates=[stale, ended])).updates == [False, True]
        assert [row.state for row in reader.commands_of([A, B])] == [
            row[1] for row in sorted([(A, SENDING), (B, DONE)])
        ]

    def test_updates_of_one_command_in_one_batch_follow_each_other(self, store: Store, reader: Reader) -> None:
        step(store, Batch(commands=[command(A)]))
        begun = update(command(A), SENDING)
        ended = update(command(A), WAITING, before=SENDING, due=NOW + 7)
        assert store.commit(Batch(command_updates=[begun, ended, ended])).updates == [True, True, False]
        [row] = reader.commands_of([A])
        assert (row.state, row.attempts, row.due_at, row.worker) == (WAITING, 1, NOW + 7, "w1")

    def test_an_answer_is_told_once_also_when_its_commit_is_repeated(self, store: Store, reader: Reader) -> None:
        step(store, Batch(commands=[command(A), command(B)]))
        store.commit(Batch(command_updates=[update(command(A), SENDING), update(command(B), SENDING)]))
        told = [
            Answer(update(command(id), DONE, before=SENDING), [message(id, kind=EVENT), message(id, kind=EVENT)])
            for id in (A, B)
        ]
        assert store.commit(Batch(answers=told[:1])).answers == [True]
        # The answer to that commit was lost: it is repeated, together with another one.
        assert store.commit(Batch(answers=told)).answers == [False, True]
        claim = claimed(store)
        assert [row.body for row in claim.messages] == [A, A, B, B]
        claim.release()

    def test_commands_due_wait_or_are_unknown_and_come_by_due_time(self, store: Store, reader: Reader) -> None:
        first, second = sorted([A, B])
        rows = [
            command(second, 2, due=NOW - 1),  # behind the next one
            command(second, 1, due=NOW - 1, state=UNKNOWN),
            command(first, 1, due=NOW),
            command(first, 2, due=NOW + 1),
            command(first, 3, due=NOW - 9, state=SENDING),
            command(first, 4, due=NOW - 9, state=DONE),
            command(first, 5, system="wms", due=NOW - 9),
        ]
        step(store, Batch(commands=rows))
        assert reader.commands_due("erp", NOW, 10) == [rows[1], rows[2]]
        assert reader.commands_due("erp", NOW, 1) == [rows[1]]
        assert reader.commands_due("crm", NOW, 10) == []

    @pytest.mark.parametrize("state", [WAITING, UNKNOWN])
    def test_a_command_is_not_due_while_an_earlier_one_about_the_same_object_is_unfinished(
        self, store: Store, reader: Reader, state: str
    ) -> None:
        rows = [
            command(A, 1, due=NOW + 9, state=state),
            command(A, 2),
            command(A, 3)._replace(about=name("another")),
            command(B, 2),
        ]
        step(store, Batch(commands=rows))
        assert sorted(reader.commands_due("erp", NOW, 10)) == sorted(rows[2:])
        assert sorted(reader.commands_due("erp", NOW + 9, 10)) == sorted([rows[0], *rows[2:]])
        assert reader.commands_next_due("erp", NOW) == NOW + 9
        assert reader.commands_next_due("erp", NOW + 9) is None

    def test_attempts_under_way_are_found_by_worker(self, store: Store, reader: Reader) -> None:
        rows = [command(A, n)._replace(state=SENDING, worker=f"w{n}", changed_at=NOW - n) for n in (1, 2)]
        step(store, Batch(commands=[*rows, command(B)]))
        assert reader.commands_sending() == [rows[1], rows[0]]
        assert reader.commands_sending("w1") == [rows[0]]

    def test_what_is_due_next_is_known(self, store: Store, reader: Reader) -> None:
        assert reader.next_due() is None
        store.commit(Batch(timers=[timer(A, due=NOW + 50)]))
        assert reader.next_due() == NOW + 50
        store.commit(Batch(unmatched=[unmatched("n", "e", recheck=NOW + 40)]))
        assert reader.next_due() == NOW + 40

    def test_an_alarm_has_one_time_and_rings_when_that_has_come(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(timers=[timer(A, due=NOW + 9), timer(A, "review", NOW - 1), timer(B, due=NOW - 2)]))
        store.commit(Batch(timers=[timer(A, due=NOW - 3, generation=2)]))
        claim = claimed(store)
        due = [timer(A, due=NOW - 3, generation=2), timer(B, due=NOW - 2), timer(A, "review", NOW - 1)]
        assert claim.timers == due
        claim.commit(Batch(timers_gone=[(0, A, "ship_by"), (0, B, "ship_by")], timers=[timer(A, due=NOW + 100)]))
        assert reader.timers_of([A, B]) == [timer(A, "review", NOW - 1), timer(A, due=NOW + 100)]

    def test_a_number_leads_to_all_who_hold_it(self, store: Store, reader: Reader) -> None:
        rows = [identifier("#1001", A), identifier("#1001", B), identifier("#1001", A, issuer="shop2")]
        step(store, Batch(instances=[instance(A), instance(B)], identifiers=[*rows, rows[0]]))
        step(store, Batch(identifiers=[rows[0], identifier("4711", A, "invoice", "erp")]))
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        both = sorted(rows[:2], key=lambda row: row.instance)
        assert claim.find([rows[0].hash, name("none")]) == {rows[0].hash: both}
        claim.release()
        assert reader.find("#1001") == [*both, rows[2]]
        assert reader.find("nobody's") == []
        assert reader.identifiers_of([A]) == [identifier("4711", A, "invoice", "erp"), rows[0], rows[2]]
        assert reader.identifiers_of([]) == []

    def test_an_event_that_waits_is_rechecked_once_and_gone_when_matched(self, store: Store) -> None:
        rows = [unmatched("n1", "e"), unmatched("n2", "e"), unmatched("n1", "f", recheck=NOW + 5)]
        store.commit(Batch(unmatched=rows))
        claim = claimed(store)
        assert [row.event for row in claim.rechecks] == [name("e")]
        held = claim.unmatched([name("n1"), name("n3")])
        assert sorted(held) == sorted([rows[0], rows[2]])
        claim.commit(Batch(matched=[name("e")]))
        assert store.claim(NOW, 10) is None
        claim = claimed(store, NOW + 5)
        assert claim.unmatched([name("n1"), name("n2")]) == [rows[2]]
        later = unmatched("n1", "f", recheck=NOW + 99, tries=1)
        claim.commit(Batch(unmatched=[later]))
        claim = claimed(store, NOW + 99)
        assert claim.rechecks == [later]
        claim.release()

    def test_events_of_instances_come_in_their_order(self, store: Store, reader: Reader) -> None:
        step(store, Batch(events=[event(1, A), event(2, B), event(3, A)], instances=[instance(A), instance(B)]))
        step(store, Batch(events=[event(4, B), event(5, b"")], instances=[instance(B, revision=2)]))
        # Journaled for an instance that stays as it is.
        step(store, Batch(events=[event(6, A)]))
        step(store, Batch(events=[event(7, C)]))
        assert [row.n for row in reader.events_of([A])] == [1, 3, 6]
        assert [row.n for row in reader.events_of([B])] == [2, 4]
        assert [row.n for row in reader.events_of([A, B, A])] == [1, 2, 3, 4, 6]
        assert [row.n for row in reader.events_of([A, B], limit=2)] == [1, 2]
        assert reader.events_of([]) == []

    def test_commands_of_instances_come_in_their_order(self, store: Store, reader: Reader) -> None:
        step(store, Batch(commands=[command(A, 2), command(A, 1)]))
        assert reader.commands_of([A]) == [command(A, 1), command(A, 2)]
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        assert claim.commands([A, B]) == {(A, 1): command(A, 1), (A, 2): command(A, 2)}
        claim.release()

    def test_an_open_exception_counts_up_and_a_closed_one_opens_anew(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(exceptions=[exception(A, at=NOW)]))
        store.commit(Batch(exceptions=[exception(A, at=NOW + 1, reason="later"), exception(A, at=NOW + 2)]))
        [row] = reader.exceptions()
        assert (row.first_at, row.last_at, row.times, row.reason) == (NOW, NOW + 2, 3, "why")
        store.commit(Batch(exceptions_over=[("settled", NOW + 3, 0, A, "price"), ("settled", NOW, 0, B, "price")]))
        assert reader.exceptions() == []
        [over] = reader.exceptions("settled")
        assert (over.state, over.last_at, over.times) == ("settled", NOW + 3, 3)
        store.commit(Batch(exceptions_over=[("dismissed", NOW + 9, 0, A, "price")]))
        assert reader.exceptions("", [A]) == [over]
        store.commit(Batch(exceptions=[exception(A, at=NOW + 4)]))
        assert reader.exceptions() == [exception(A, at=NOW + 4)]

    def test_exceptions_are_found_by_instance_and_state(self, store: Store, reader: Reader) -> None:
        rows = [exception(A, "price", NOW + 1), exception(A, "stock", NOW), exception(B, "price", NOW + 2, "dismissed")]
        store.commit(Batch(exceptions=rows))
        assert reader.exceptions() == [rows[1], rows[0]]
        assert reader.exceptions("open", [A, B]) == [rows[1], rows[0]]
        assert reader.exceptions("open", [B]) == []
        assert reader.exceptions("", [A, B]) == [rows[1], rows[0], rows[2]]
        assert reader.exceptions("") == [rows[1], rows[0], rows[2]]
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        assert sorted(claim.exceptions([A, B])) == sorted(rows)
        claim.release()

    def test_a_cursor_stands_where_it_was_put_last(self, store: Store, reader: Reader) -> None:
        assert reader.cursor("feed") is None
        store.commit(Batch(cursors=[CursorRow("feed", "1", NOW), CursorRow("feed", "2", NOW), CursorRow("x", "", NOW)]))
        assert (reader.cursor("feed"), reader.cursor("x")) == ("2", "")
