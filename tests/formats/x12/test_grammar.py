"""The notation of set grammars, and the order that a compiled grammar allows."""

from __future__ import annotations

import pytest

from crossdock.formats.x12.grammar import GrammarError, compile_grammar


def walk(grammar, tags):
    """Where each tag leads: 'ok', the tags missing before it, or 'no' where it may not come."""
    state, said = grammar.start, []
    for tag in tags.split():
        arrow = state.get(tag)
        if arrow is None:
            said.append("no")
            continue
        state, step = arrow
        said.append(" ".join(step.missing) if step and step.missing else "ok")
    return said


def test_segments_come_in_order_and_required_ones_are_missed():
    grammar = compile_grammar("BEG! CUR REF* CTT!")
    assert walk(grammar, "BEG REF REF CTT SE") == ["ok"] * 5
    assert walk(grammar, "REF SE") == ["BEG", "CTT"]
    assert walk(grammar, "BEG REF CUR") == ["ok", "ok", "no"]


def test_a_segment_belongs_to_the_innermost_loop_that_has_a_place_for_it():
    grammar = compile_grammar("BEG! REF* (N1 N3* REF*)* (PO1 REF* (N1 N3*)*)+ CTT")
    assert walk(grammar, "BEG REF N1 N3 REF N1 PO1 N1 N3 PO1 CTT SE") == ["ok"] * 12
    assert walk(grammar, "BEG N1 SE") == ["ok", "ok", "PO1"]
    assert walk(grammar, "BEG PO1 N1 N3 REF") == ["ok", "ok", "ok", "ok", "no"]


def test_required_segments_of_a_loop_are_missed_when_it_ends():
    grammar = compile_grammar("(AK2 (AK3 AK4*)* AK5!)* AK9!")
    assert walk(grammar, "AK2 AK3 AK4 AK2 AK5 AK9 SE") == ["ok", "ok", "ok", "AK5", "ok", "ok", "ok"]
    assert walk(grammar, "AK2 SE") == ["ok", "AK5 AK9"]


def test_a_bag_takes_its_members_in_any_order():
    grammar = compile_grammar("BEG! {CUR REF* (N1 N4)*} PO1!")
    assert walk(grammar, "BEG REF N1 N4 CUR REF N1 PO1 SE") == ["ok"] * 9


def test_counts_start_anew_with_each_loop():
    grammar = compile_grammar("(HL LIN REF:2)+")
    begin = grammar.start["HL"]
    assert begin.step is None or begin.step.begins_loop
    assert {arrow.step.maximum for tag, arrow in begin.to.items() if tag in ("LIN", "REF")} == {1, 2}
    again = begin.to["HL"].step
    assert set(again.resets) == {begin.to["LIN"].step.key, begin.to["REF"].step.key} | set(again.resets)


@pytest.mark.parametrize("text", ["beg", "(N1", "N1)", "{A1", "({A1 B2})", "()", "*", "N1*x", "{A1 {B2}}", "TOOLONG"])
def test_text_that_breaks_the_notation_is_refused(text):
    with pytest.raises(GrammarError):
        compile_grammar(text)
