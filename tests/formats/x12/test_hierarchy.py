"""HL trees by parent ids, whatever the levels; orphans, cycles and duplicates found and kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.x12 import read_hierarchy, read_transactions


def transaction_of(*levels, tail="CTT*1~"):
    body = "BSN*00*1*20250101*1200~" + "".join(f"HL*{level}~REF*ZZ*{level.replace('*', '-')}~" for level in levels)
    count = 3 + 2 * len(levels) + tail.count("~")
    text = f"ST*856*0001~{body}{tail}SE*{count}*0001~"
    (transaction,) = read_transactions([text.encode()])
    return transaction


@pytest.mark.parametrize("structure", ["SOTPI", "SOPI", "STPI", "SOI", "SI", "SOTI"])
def test_every_usual_tree_is_read(structure):
    levels = [f"{i}*{i - 1 or ''}*{code}" for i, code in enumerate(structure, 1)]
    hierarchy = read_hierarchy(transaction_of(*levels))
    assert hierarchy.problems == []
    assert hierarchy.structure == structure
    assert [segment[0] for segment in hierarchy.header] == ["ST", "BSN"]
    assert [segment[0] for segment in hierarchy.summary] == ["CTT", "SE"]
    item = list(hierarchy.levels())[-1]
    assert [level.code for level in item.ancestors()] == list(reversed(structure[:-1]))
    assert item.above("S") is hierarchy.roots[0]


def test_levels_keep_their_own_segments_and_numbers():
    hierarchy = read_hierarchy(transaction_of("1**S", "2*1*O", "3*2*I", "4*1*O", "5*4*I"))
    shipment = hierarchy.roots[0]
    assert [child.id for child in shipment.children] == ["2", "4"]
    assert [(level.first, level.segments[1][2]) for level in shipment.walk()] == [
        (3, "1--S"),
        (5, "2-1-O"),
        (7, "3-2-I"),
        (9, "4-1-O"),
        (11, "5-4-I"),
    ]


def test_parents_may_come_after_their_children():
    hierarchy = read_hierarchy(transaction_of("3*2*I", "2*1*O", "1**S"))
    assert hierarchy.problems == []
    assert hierarchy.structure == "SOI"


def test_an_orphan_is_named_and_kept():
    hierarchy = read_hierarchy(transaction_of("1**S", "2*9*O", "3*2*I"))
    (problem,) = hierarchy.problems
    assert (problem.code, problem.where.segment, problem.where.element, problem.value) == ("hl-orphan", 5, 2, "9")
    assert [root.id for root in hierarchy.roots] == ["1", "2"]


def test_a_cycle_is_named_once_and_cut_at_its_first_hl():
    hierarchy = read_hierarchy(transaction_of("1**S", "2*4*O", "3*2*P", "4*3*I", "5*4*I"))
    (problem,) = hierarchy.problems
    assert (problem.code, problem.where.segment) == ("hl-cycle", 5)
    assert [level.id for level in hierarchy.levels()] == ["1", "2", "3", "4", "5"]


def test_an_hl_that_is_its_own_parent_is_a_cycle():
    hierarchy = read_hierarchy(transaction_of("1*1*S"))
    assert [problem.code for problem in hierarchy.problems] == ["hl-cycle"]


def test_a_duplicate_id_is_named_and_the_first_keeps_its_children():
    hierarchy = read_hierarchy(transaction_of("1**S", "2*1*O", "2*1*O", "3*2*I"))
    (problem,) = hierarchy.problems
    assert (problem.code, problem.where.segment) == ("hl-duplicate", 7)
    assert [len(order.children) for order in hierarchy.roots[0].children] == [1, 0]


def test_a_missing_id_is_named():
    assert [p.code for p in read_hierarchy(transaction_of("**S")).problems] == ["hl-id"]


def test_a_wrong_child_flag_is_a_warning():
    hierarchy = read_hierarchy(transaction_of("1**S*0", "2*1*I*1"))
    assert [(p.code.value, p.is_error, p.where.segment) for p in hierarchy.problems] == [
        ("hl-child", False, 3),
        ("hl-child", False, 5),
    ]


def test_a_set_without_hl_is_all_header():
    hierarchy = read_hierarchy(transaction_of())
    assert (hierarchy.roots, hierarchy.summary, len(hierarchy.header)) == ([], [], 4)


def test_a_tree_of_any_depth_is_read_without_recursion():
    depth = 20000
    levels = [f"{i}*{i - 1 or ''}*I" for i in range(1, depth + 1)]
    hierarchy = read_hierarchy(transaction_of(*levels))
    assert hierarchy.problems == []
    assert sum(1 for _ in hierarchy.levels()) == depth


IDS = st.sampled_from(["", "1", "2", "3", "4", "5", "6"])


@given(st.lists(st.tuples(IDS, IDS, st.sampled_from("SOTPI")), max_size=12))
@settings(deadline=None, max_examples=300)
def test_every_level_is_kept_exactly_once_whatever_the_ids(levels):
    hierarchy = read_hierarchy(transaction_of(*("*".join(level) for level in levels)))
    assert sorted(level.first for level in hierarchy.levels()) == [3 + 2 * i for i in range(len(levels))]
