"""The ledgers of a store: balances, reservations, movements, credit; and that any row comes back as it went."""

import itertools
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.journal.batch import Batch, Intake
from crossdock.journal.records import CommandRow, InstanceRow, PayloadRow, ReservationRow, hash16
from crossdock.journal.store import Reader, Store
from tests.conformance.store_fixtures import Kit
from tests.conformance.store_rows import (
    NOW,
    balance,
    claimed,
    credit,
    event,
    instance,
    message,
    movement,
    name,
    reservation,
    step,
    stock_wait,
)

A, B = name("a"), name("b")

# The store of a test serves all its examples, and each store's tests run these: every example makes ids of its own.
shared = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
examples = settings(max_examples=25, deadline=None, suppress_health_check=shared)
numbers = itertools.count()
integers = st.integers(-(2**63), 2**63 - 1)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
blobs = st.binary(max_size=300)
ids = st.binary(min_size=16, max_size=16)


def fresh() -> bytes:
    """A hash that no example before has used."""
    return name(f"fresh {next(numbers)}")


class LedgerKit(Kit):
    """Stock and credit under the claim's lock, and rows of any content."""

    def test_balances_are_read_and_written_by_key(self, store: Store, reader: Reader) -> None:
        step(store, Batch(balances=[balance("bolt"), balance("nut", 5, 2)]))
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        found = claim.balances([name("bolt"), name("none"), name("nut")])
        assert found == {name("bolt"): balance("bolt"), name("nut"): balance("nut", 5, 2)}
        claim.commit(Batch(balances=[balance("bolt", 9, 1), balance("bolt", 8, 2)]))
        assert reader.balances() == [balance("bolt", 8, 2), balance("nut", 5, 2)]

    def test_asking_for_an_unknown_balance_leaves_no_trace_for_readers(self, store: Store, reader: Reader) -> None:
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        assert claim.balances([name("none")]) == {}
        claim.commit(Batch())
        assert reader.balances() == []
        claim = claimed(store)
        assert claim.balances([name("none")]) == {}
        claim.commit(Batch(balances=[balance("none", 1)]))
        assert reader.balances() == [balance("none", 1)]

    def test_reservations_add_up_and_go_when_nothing_is_held(self, store: Store) -> None:
        step(store, Batch(reservations=[reservation("bolt", A, 3), reservation("bolt", A, 2, at=NOW + 1)]))
        step(store, Batch(reservations=[reservation("bolt", B, 4, at=NOW + 2), reservation("nut", A, 1)]))
        step(store, Batch(reservations=[reservation("bolt", A, -1, at=NOW + 3), reservation("nut", A, -1)]))
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        held = [(row.instance, row.quantity, row.at) for row in claim.reservations([name("bolt"), name("nut")])]
        assert held == [(A, 4, NOW + 3), (B, 4, NOW + 2)]
        claim.release()

    @examples
    @given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("12"), st.integers(-3, 3)), max_size=12))
    def test_any_changes_of_reservations_leave_their_sums(
        self, store: Store, changes: list[tuple[str, str, int]]
    ) -> None:
        seed = fresh()
        sums: Counter[tuple[bytes, str]] = Counter()
        rows: list[ReservationRow] = []
        for who, line, quantity in changes:
            instance_id = hash16(seed, who)
            sums[instance_id, line] += quantity
            rows.append(reservation("bolt", instance_id, quantity, line)._replace(key=seed))
        half = len(rows) // 2
        step(store, Batch(reservations=rows[:half]))
        step(store, Batch(reservations=rows[half:]))
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        held = {(row.instance, row.line): row.quantity for row in claim.reservations([seed])}
        claim.commit(Batch(consumed=[(row.partition, row.seq) for row in claim.messages]))
        assert held == {key: total for key, total in sums.items() if total}

    @examples
    @given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=5))
    def test_any_order_of_events_leaves_each_instance_its_own(
        self, store: Store, reader: Reader, steps: list[list[str]]
    ) -> None:
        seed = fresh()
        expected: dict[bytes, list[int]] = {hash16(seed, who): [] for who in "abc"}
        for who_of_step in steps:
            store.commit(Batch(inbox=[message()]))
            claim = claimed(store)
            batch = Batch(consumed=[(row.partition, row.seq) for row in claim.messages])
            for n, who in enumerate(who_of_step, claim.next_n[0]):
                id = hash16(seed, who)
                expected[id].append(n)
                batch.events.append(event(n, id))
                batch.instances.append(instance(id))
            claim.commit(batch)
        assert {id: [row.n for row in reader.events_of([id])] for id in expected} == expected

    def test_a_movement_counts_once_and_shipments_since_an_instant_add_up(self, store: Store) -> None:
        step(store, Batch(movements=[movement("m1", "bolt", -2, NOW), movement("m1", "bolt", -9, NOW)]))
        step(store, Batch(movements=[movement("m1", "bolt", -9, NOW), movement("m2", "bolt", -3, NOW + 5)]))
        step(
            store, Batch(movements=[movement("m3", "bolt", 50, NOW + 6, "receipt"), movement("m4", "nut", -1, NOW + 7)])
        )
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        assert claim.movements_known([name("m1"), name("m4"), name("m5")]) == {name("m1"), name("m4")}
        moved = [claim.moved_since(name("bolt"), at) for at in (NOW - 1, NOW, NOW + 5)]
        assert moved == [-5, -3, 0]
        claim.release()

    def test_who_waits_longest_for_an_item_comes_first(self, store: Store) -> None:
        waits = [stock_wait("bolt", A, NOW + 1), stock_wait("bolt", B, NOW), stock_wait("nut", A, NOW - 1)]
        step(store, Batch(stock_waits=waits))
        step(store, Batch(stock_waits=[stock_wait("bolt", A, NOW - 9)]))
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        assert claim.stock_waits(["bolt", "nut", "screw"]) == [waits[2], waits[1], waits[0]]
        claim.commit(Batch(stock_waits_gone=[A], stock_waits=[stock_wait("nut", A, NOW + 3)]))
        claim = claimed(store)
        assert claim.stock_waits(["bolt", "nut"]) == [waits[1], stock_wait("nut", A, NOW + 3)]
        claim.release()

    def test_credit_is_found_by_customer_and_by_order(self, store: Store) -> None:
        rows = [credit("c1", "o2"), credit("c1", "o1"), credit("c2", "o3")]
        step(store, Batch(credit=rows))
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        assert claim.credit(["c9", "c1"]) == {"c1": [rows[1], rows[0]], "c9": []}
        assert claim.credit_of(["o3", "o9"]) == {"o3": rows[2]}
        assert claim.credit_of([]) == {}
        posted = credit("c1", "o1", posted_at=NOW)
        claim.commit(Batch(credit_gone=[("c1", "o2"), ("c2", "o3")], credit=[posted, credit("c2", "o3", 7)]))
        claim = claimed(store)
        assert claim.credit(["c1"]) == {"c1": [posted]}
        assert claim.credit_of(["o1", "o2", "o3"]) == {"o1": posted, "o3": credit("c2", "o3", 7)}
        claim.release()

    def test_thousands_of_rows_are_written_and_read_at_once(self, store: Store, reader: Reader) -> None:
        many = [instance(name(str(n))) for n in range(2000)]
        step(store, Batch(instances=many))
        store.commit(Batch(inbox=[message()]))
        claim = claimed(store)
        assert claim.instances(row.id for row in many) == {row.id: row for row in many}
        assert claim.instances([]) == {}
        claim.release()
        assert reader.counts()["order_to_cash/placed"] == 2000

    @examples
    @given(
        st.builds(InstanceRow, st.just(0), ids, texts, texts, integers, integers, texts, st.booleans(), st.booleans(),
                  integers, integers, blobs, blobs)
    )  # fmt: skip
    def test_an_instance_of_any_content_comes_back_whole(self, store: Store, reader: Reader, row: InstanceRow) -> None:
        row = row._replace(id=fresh())
        step(store, Batch(instances=[row]))
        assert reader.instance(row.id) == row

    @examples
    @given(
        st.builds(PayloadRow, ids, integers, texts, texts, texts, ids, st.integers(0, NOW),
                  st.integers(2 * NOW, 2**63 - 1), blobs, blobs)
    )  # fmt: skip
    def test_a_payload_of_any_content_comes_back_whole(self, store: Store, reader: Reader, row: PayloadRow) -> None:
        row = row._replace(dedupe=fresh())
        store.commit(Batch(intake=[Intake(row, None)]))
        assert reader.payload(row.dedupe) == row

    @examples
    @given(
        st.lists(
            st.builds(CommandRow, st.just(0), ids, integers, integers, texts, texts, ids, texts, integers, integers,
                      integers, integers, integers, texts, texts, blobs),
            max_size=5,
        )
    )  # fmt: skip
    def test_commands_of_any_content_come_back_whole(
        self, store: Store, reader: Reader, rows: list[CommandRow]
    ) -> None:
        rows = [row._replace(instance=fresh()) for row in rows]
        step(store, Batch(commands=rows))
        assert reader.commands_of([row.instance for row in rows]) == sorted(rows, key=lambda row: row.instance)
