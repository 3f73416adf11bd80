"""Allocation: never more than there is or was asked, deterministic, and by the customer's wishes."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.model.items import Component
from crossdock.model.stock import Balance, Demand, SourcingPolicy
from crossdock.planning.allocate import allocate

D = Decimal
NODES = ("EAST", "WEST", "NORTH")
ITEMS = ("A", "B", "C")


def stock(**amounts: int) -> dict[tuple[str, str], Balance]:
    """`A_EAST=5`: five of A at EAST."""
    return {tuple(name.split("_")): Balance(D(n), D(0)) for name, n in amounts.items()}  # type: ignore[misc]


def policy(**more: object) -> SourcingPolicy:
    return SourcingPolicy(NODES, **more)  # type: ignore[arg-type]


def taken(allocated) -> list[tuple[str, str, str, int]]:
    return [(each.line, each.item, each.node, int(each.quantity)) for each in allocated.allocations]


def test_a_node_that_can_serve_everything_alone_is_taken_before_a_split():
    snapshot = stock(A_EAST=5, A_WEST=5, B_WEST=5)
    found = allocate(snapshot, (Demand("1", "A", D(5)), Demand("2", "B", D(5))), policy())
    assert taken(found) == [("1", "A", "WEST", 5), ("2", "B", "WEST", 5)]


def test_nodes_are_asked_in_the_order_of_preference():
    assert taken(allocate(stock(A_EAST=5, A_WEST=5), (Demand("1", "A", D(3)),), policy())) == [("1", "A", "EAST", 3)]


def test_a_line_is_split_only_where_no_node_has_all_of_it():
    found = allocate(
        stock(A_EAST=2, A_WEST=9, B_EAST=9, B_WEST=1), (Demand("1", "A", D(3)), Demand("2", "B", D(9))), policy()
    )
    assert taken(found) == [("1", "A", "WEST", 3), ("2", "B", "EAST", 9)]
    split = allocate(stock(A_EAST=2, A_WEST=2), (Demand("1", "A", D(3)),), policy())
    assert taken(split) == [("1", "A", "EAST", 2), ("1", "A", "WEST", 1)]


def test_what_cannot_be_had_is_short_by_line():
    found = allocate(stock(A_EAST=2), (Demand("1", "A", D(3)), Demand("2", "B", D(1))), policy())
    assert found.short == {"1": 1, "2": 1}


def test_ship_complete_takes_all_or_nothing():
    demands = (Demand("1", "A", D(2)), Demand("2", "B", D(1)))
    found = allocate(stock(A_EAST=2), demands, policy(ship_complete=True))
    assert found == ([], {"1": 2, "2": 1})
    assert not allocate(stock(A_EAST=2, B_WEST=1), demands, policy(ship_complete=True)).short


def test_without_partial_lines_a_line_is_given_whole_or_not_at_all():
    demands = (Demand("1", "A", D(3)), Demand("2", "A", D(2)))
    assert taken(allocate(stock(A_EAST=2), demands, policy(partial_lines=False))) == [("2", "A", "EAST", 2)]


def test_single_node_takes_the_node_that_serves_most():
    found = allocate(stock(A_EAST=2, A_WEST=3), (Demand("1", "A", D(5)),), policy(single_node=True))
    assert taken(found) == [("1", "A", "WEST", 3)]
    assert found.short == {"1": 2}


def test_two_lines_of_one_item_share_its_stock():
    found = allocate(stock(A_EAST=5), (Demand("1", "A", D(3)), Demand("2", "A", D(3))), policy())
    assert found.short == {"2": 1}


def test_kits_are_whole_with_all_components_of_a_kit_from_one_node():
    kit = Demand("1", "KIT", D(4), (Component("A", D(2)), Component("B", D(1))))
    found = allocate(stock(A_EAST=5, B_EAST=9, A_WEST=9, B_WEST=1), (kit,), policy())
    assert taken(found) == [("1", "KIT", "EAST", 2), ("1", "KIT", "WEST", 1)]
    assert found.short == {"1": 1}


def test_a_component_named_twice_counts_twice():
    kit = Demand("1", "KIT", D(2), (Component("A", D(1)), Component("A", D(2))))
    assert allocate(stock(A_EAST=5), (kit,), policy()).short == {"1": 1}


def test_substitutes_come_after_the_item_itself_at_every_node():
    found = allocate(stock(A_WEST=2, B_EAST=9), (Demand("1", "A", D(5), substitutes=("B",)),), policy())
    assert taken(found) == [("1", "A", "WEST", 2), ("1", "B", "EAST", 3)]


def test_what_is_reserved_is_not_there():
    assert allocate({("A", "EAST"): Balance(D(5), D(4))}, (Demand("1", "A", D(2)),), policy()).short == {"1": 1}
    assert allocate({("A", "EAST"): Balance(D(1), D(4))}, (Demand("1", "A", D(2)),), policy()).short == {"1": 2}


def test_no_nodes_and_no_demands_are_no_error():
    assert allocate(stock(A_EAST=5), (Demand("1", "A", D(2)),), SourcingPolicy(())).short == {"1": 2}
    assert allocate(stock(A_EAST=5), (), policy()) == ([], {})
    assert allocate(stock(A_EAST=5), (Demand("1", "A", D(0)),), policy()) == ([], {})


# --- properties ---------------------------------------------------------------------------------------------------

amounts = st.decimals(0, 20, places=1)
demand_sets = st.lists(
    st.builds(
        lambda n, item, quantity, parts, substitutes: Demand(
            str(n), item, quantity, tuple(Component(part, D(k)) for part, k in parts), substitutes
        ),
        st.integers(1, 4),
        st.sampled_from(ITEMS),
        amounts,
        st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(1, 3)), max_size=2),
        st.sampled_from(((), ("B",), ("C", "A"))),
    ),
    max_size=4,
)
snapshots = st.dictionaries(
    st.tuples(st.sampled_from(ITEMS), st.sampled_from(NODES)), st.builds(Balance, amounts, amounts), max_size=9
)
policies = st.builds(SourcingPolicy, st.permutations(NODES).map(tuple), st.booleans(), st.booleans(), st.booleans())


@settings(max_examples=300, deadline=None)
@given(snapshots, demand_sets, policies)
def test_never_more_than_available_never_more_than_demanded_and_each_unit_is_given_or_short(snapshot, demands, wishes):
    allocated = allocate(snapshot, demands, wishes)
    assert allocated == allocate(snapshot, demands, wishes)
    used: dict[tuple[str, str], Decimal] = {}
    for each in allocated.allocations:
        assert each.quantity > 0
        assert each.node in wishes.nodes
        if each.components:
            assert each.quantity == each.quantity.to_integral_value()
        for item, quantity in each.parts():
            used[item, each.node] = used.get((item, each.node), D(0)) + quantity
    for key, quantity in used.items():
        assert quantity <= snapshot[key].available
    for line in {demand.line for demand in demands}:
        asked = sum(demand.quantity for demand in demands if demand.line == line)
        given_ = sum(each.quantity for each in allocated.allocations if each.line == line)
        assert given_ + allocated.short.get(line, D(0)) == asked
    if wishes.ship_complete and allocated.short:
        assert not allocated.allocations
    if wishes.single_node:
        assert len({each.node for each in allocated.allocations}) <= 1


@settings(max_examples=200, deadline=None)
@given(
    snapshots,
    st.lists(st.builds(Demand, st.sampled_from("1234"), st.sampled_from(ITEMS), amounts), max_size=4),
    st.sampled_from(ITEMS),
    st.sampled_from(NODES),
    amounts,
)
def test_more_stock_never_serves_less(snapshot, demands, item, node, more):
    before = sum(each.quantity for each in allocate(snapshot, demands, policy()).allocations)
    there = snapshot.get((item, node), Balance(D(0), D(0)))
    richer = {**snapshot, (item, node): Balance(there.on_hand + more, there.reserved)}
    assert sum(each.quantity for each in allocate(richer, demands, policy()).allocations) >= before
