"""Envelopes: counts, control numbers, order, and what is missing."""

from __future__ import annotations

import pytest

from crossdock.formats.x12 import GroupEnd, InterchangeEnd

PO = "ST*850*0001~BEG*00~SE*3*0001~"
PO2 = "ST*850*0002~BEG*00~SE*3*0002~"
TAIL = "GE*1*3~IEA*1*000000007~"


@pytest.mark.parametrize(
    ("st", "tail", "code", "tag", "segment", "element"),
    [
        ("ST*850*0001~BEG*00~SE*4*0001~", TAIL, "se-count", "SE", 3, 1),
        ("ST*850*0001~BEG*00~SE*x*0001~", TAIL, "se-count", "SE", 3, 1),
        ("ST*850*0001~BEG*00~SE*3*0002~", TAIL, "se-control", "SE", 3, 2),
        ("ST*850*0001~BEG*00~SE*3~", TAIL, "se-control", "SE", 3, 2),
        ("ST*850~BEG*00~SE*3*~", TAIL, "st-control", "ST", 1, 2),
        ("ST**0001~BEG*00~SE*3*0001~", TAIL, "st-set", "ST", 1, 1),
        ("ST*850*0001~BEG*00~", TAIL, "missing-se", "", 2, 0),
        ("BEG*00~" + PO, TAIL, "unexpected-segment", "BEG", 0, 0),
        ("SE*3*0001~" + PO, TAIL, "unexpected-se", "SE", 0, 0),
        (PO, "GE*2*3~IEA*1*000000007~", "ge-count", "GE", 0, 1),
        (PO, "GE*1*4~IEA*1*000000007~", "ge-control", "GE", 0, 2),
        (PO, "IEA*1*000000007~", "missing-ge", "", 0, 0),
        (PO, "GE*1*3~GE*1*3~IEA*1*000000007~", "unexpected-ge", "GE", 0, 0),
        (PO, "GE*1*3~IEA*2*000000007~", "iea-count", "IEA", 0, 1),
        (PO, "GE*1*3~IEA*1*000000008~", "iea-control", "IEA", 0, 2),
        (PO, "GE*1*3~", "missing-iea", "", 0, 0),
    ],
)
def test_a_fault_of_the_envelope_is_named_at_its_element(read, interchange, st, tail, code, tag, segment, element):
    reading = read(interchange(st=st, tail=tail))
    problem = next(p for p in reading.problems if p.code == code)
    assert (problem.where.tag, problem.where.segment, problem.where.element) == (tag, segment, element)
    assert problem.is_error
    assert set(reading.codes) - {code} <= {"se-control"}
    assert reading.bytes_again == reading.data


def test_leading_zeros_do_not_matter_where_a_control_number_is_numeric(read, interchange):
    assert read(interchange(tail="GE*01*003~IEA*1*7~")).codes == []


def test_one_broken_transaction_set_does_not_touch_its_siblings(read, interchange):
    reading = read(interchange(st="ST*850*0001~BEG*00~" + PO2, tail="GE*2*3~IEA*1*000000007~"))
    assert [(t.control, t.is_readable) for t in reading.transactions] == [("0001", False), ("0002", True)]
    assert reading.codes == ["missing-se"]
    assert reading.transactions[0].problems == reading.problems


def test_several_groups_and_interchanges_keep_their_own_counts(read, interchange):
    gs2 = "GS*IN*B*S*20250101*1200*4*X*004010~ST*810*0001~BIG*20250101*1~SE*3*0001~GE*1*4~"
    text = interchange(tail="GE*1*3~" + gs2 + "IEA*2*000000007~")
    reading = read(text + text)
    assert reading.codes == []
    assert [e.groups for e in reading.events if isinstance(e, InterchangeEnd)] == [2, 2]
    assert [(e.group.number, e.transactions) for e in reading.events if isinstance(e, GroupEnd)] == [
        (1, 1),
        (2, 1),
    ] * 2
    assert [t.interchange.number for t in reading.transactions] == [1, 1, 2, 2]


def test_a_new_interchange_closes_the_one_before(read, interchange):
    reading = read(interchange(tail="") + interchange())
    assert reading.codes == ["missing-ge", "missing-iea"]
    assert all("at ISA" in p.text for p in reading.problems)
    assert len(reading.transactions) == 2


def test_a_new_interchange_with_other_delimiters_closes_the_one_before(read, interchange):
    second = interchange().replace("*", "|").replace("~", "\n")
    reading = read(interchange(tail="") + second)
    assert reading.codes == ["missing-ge", "missing-iea"]
    assert [t.delimiters.element for t in reading.transactions] == ["*", "|"]


def test_a_transaction_set_without_a_group_is_reported_once(read, interchange):
    reading = read(interchange(gs="", st=PO + PO2, tail="IEA*0*000000007~"))
    assert reading.codes == ["missing-gs"]
    assert len(reading.transactions) == 2


@pytest.mark.parametrize(
    ("old", "new", "element"),
    [
        ("*250101*", "*251301*", 9),
        ("*1200*U", "*2500*U", 10),
        ("*000000007*", "*00000000X*", 13),
        ("*BUYER          *", "*               *", 6),
        ("*0*P*", "*0*Q*", 15),
    ],
)
def test_elements_of_the_isa_are_checked(read, interchange, old, new, element):
    reading = read(interchange().replace(old, new, 1))
    problem = next(p for p in reading.problems if p.code == "isa-element")
    assert problem.where.element == element
    assert problem.where.tag == "ISA"


@pytest.mark.parametrize(
    ("gs", "element"),
    [
        ("GS*P*B*S*20250101*1200*3*X*004010~", 1),
        ("GS*PO*B*S*20250230*1200*3*X*004010~", 4),
        ("GS*PO*B*S*20250101*12*3*X*004010~", 5),
        ("GS*PO*B*S*20250101*1200*3*X~", 8),
    ],
)
def test_elements_of_the_gs_are_checked(read, interchange, gs, element):
    reading = read(interchange(gs=gs))
    assert reading.codes == ["gs-element"]
    assert reading.problems[0].where.element == element


def test_problems_of_an_interchange_come_with_its_end_too(read, interchange):
    reading = read(interchange(tail="GE*1*3~IEA*9*000000007~"))
    end = reading.events[-1]
    assert isinstance(end, InterchangeEnd)
    assert end.problems == reading.problems
    assert end.trailer == ["IEA", "9", "000000007"]
