"""Validation: every problem at its segment and element, and nothing invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.x12 import Fault, Limits, read_transactions, validate
from crossdock.formats.x12.grammar import GrammarError
from crossdock.formats.x12.library import STANDARD

HEAD = "BEG*00*NE*PO1**20250101~"
LINE = "PO1*1*5*EA*2.50**UP*012345678905~"


def transaction_of(body, set_id="850", version="004010", component=">", functional_id="PO"):
    isa12, isa11 = ("00501", "^") if version >= "005" else ("00401", "U")
    text = (
        "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         "
        f"*250101*1200*{isa11}*{isa12}*000000007*0*P*{component}~"
        f"GS*{functional_id}*BUYER*SELLER*20250101*1200*3*X*{version}~"
        f"ST*{set_id}*0001~{body}SE*{body.count('~') + 2}*0001~GE*1*3~IEA*1*000000007~"
    )
    (transaction,) = read_transactions([text.encode()])
    return transaction


def found(body, **how):
    return [
        (p.code.value, p.where.tag, p.where.segment, p.where.element) for p in validate(transaction_of(body, **how))
    ]


def test_a_good_order_has_no_problems():
    body = HEAD + "REF*DP*038~PER*BD*ED*TE*800~N1*ST*ACME*92*42~N3*MAIN~N4*TOWN*IL*62701~" + LINE + "CTT*1~"
    assert found(body) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (LINE + "CTT*1~", ("segment-missing", "BEG", 2, 0)),
        (HEAD + "CTT*1~", ("segment-missing", "PO1", 3, 0)),
        (HEAD + HEAD + LINE, ("segment-repeated", "BEG", 3, 0)),
        (HEAD + LINE + "CTT*1~" + LINE, ("segment-sequence", "PO1", 5, 0)),
        (HEAD + "N3*MAIN~" + LINE, ("segment-sequence", "N3", 3, 0)),
        (HEAD + "N1*ST*A~N4*TOWN~po1*1~" + LINE, ("segment-id", "po1", 5, 0)),
        (HEAD + "B*1~" + LINE, ("segment-id", "B", 3, 0)),
        (HEAD + "ZZZ*1~" + LINE, ("segment-not-in-set", "ZZZ", 3, 0)),
        ("BEG*00*NE***20250101~" + LINE, ("element-missing", "BEG", 2, 3)),
        ("BEG*00*NE*PO1**20251301~" + LINE, ("element-date", "BEG", 2, 5)),
        ("BEG*00*NE*PO1**250101~" + LINE, ("element-too-short", "BEG", 2, 5)),
        (HEAD + "DTM*010*20250101*2560~" + LINE, ("element-time", "DTM", 3, 3)),
        (HEAD + LINE.replace("*5*", "*five*"), ("element-character", "PO1", 3, 2)),
        (HEAD + LINE.replace("*EA*", "*EACH*"), ("element-too-long", "PO1", 3, 3)),
        (HEAD + LINE.replace("*UP*", "*U*"), ("element-too-short", "PO1", 3, 6)),
        (HEAD + LINE.replace("*UP*012345678905", "*UP"), ("element-condition", "PO1", 3, 7)),
        (HEAD + "REF*DP~" + LINE, ("element-condition", "REF", 3, 2)),
        (HEAD + "N1*ST~" + LINE, ("element-condition", "N1", 3, 2)),
        (HEAD + LINE + "QTY*01*5**X~", ("element-exclusion", "QTY", 4, 4)),
        (HEAD + LINE + "CTT*1*2*3*LB*4*CF*A*B~", ("element-too-many", "CTT", 4, 8)),
        (HEAD + "MSG*a>b~" + LINE, ("component-too-many", "MSG", 3, 1)),
        (HEAD + "REF*DP*1**A>B>C>D>E>F>G~" + LINE, ("component-too-many", "REF", 3, 4)),
    ],
)
def test_a_problem_is_named_at_its_place(body, expected):
    assert found(body) == [expected]


def test_problems_carry_the_value_the_reference_number_and_plain_words():
    (problem,) = validate(transaction_of(HEAD + LINE.replace("*5*", "*five*")))
    assert (problem.value, problem.reference) == ("five", "330")
    assert problem.text == "PO102 (quantity ordered) 'five' is no number"
    assert str(problem).endswith("segment 3 (PO1), element 2: PO102 (quantity ordered) 'five' is no number")


def test_lengths_follow_the_version():
    body = HEAD + f"REF*DP*{'x' * 40}~" + LINE
    assert found(body) == [("element-too-long", "REF", 3, 2)]
    assert found(body, version="005010") == []


def test_dates_of_six_digits_belong_to_versions_before_004010():
    assert found("BEG*00*NE*PO1**250101~" + LINE, version="003060") == []


def test_repetitions_are_checked_one_by_one():
    transaction = transaction_of(HEAD + "DTM*010*20250101^20251301~" + LINE, version="005010")
    (problem,) = validate(transaction)
    assert (problem.code, problem.where.element, problem.where.repetition) == ("element-date", 2, 2)


def test_a_segment_that_our_tables_do_not_know_is_only_a_warning():
    (problem,) = validate(transaction_of(HEAD + "ZZZ*1~" + LINE))
    assert not problem.is_error


def test_in_a_set_that_is_complete_an_unknown_segment_is_an_error():
    transaction = transaction_of("AK1*PO*1~ZZZ*1~AK9*A*1*1*1~", set_id="997", functional_id="FA")
    (problem,) = validate(transaction)
    assert problem.is_error
    assert problem.code == "segment-not-in-set"


def test_a_segment_described_only_in_part_may_have_more_elements():
    body = "B2**UPSN**S1**PP~B2A*00~NTE**A~S5*1*CL~L1*1" + "*" * 40 + "X~"
    assert "element-too-many" not in [code for code, *_ in found(body, set_id="204", functional_id="SM")]


def test_codes_of_closed_lists_are_checked():
    assert found("AK1*PO*1~AK9*Q*1*1*1~", set_id="997", functional_id="FA") == [("element-code", "AK9", 3, 1)]


def test_a_set_in_the_wrong_group_is_a_warning():
    (problem,) = validate(transaction_of(HEAD + LINE, functional_id="IN"))
    assert (problem.code, problem.is_error) == ("set-not-in-group", False)


def test_an_unknown_set_is_named_as_our_limit():
    (problem,) = validate(transaction_of("BFR*1~", set_id="830"))
    assert (problem.code, problem.fault) == ("set-unknown", Fault.OURS)


def test_a_set_without_se_still_misses_its_required_segments():
    (transaction,) = read_transactions([b"ST*850*0001~BEG*00*NE*PO1**20250101~"])
    assert [(p.code.value, p.where.tag) for p in validate(transaction)] == [("segment-missing", "PO1")]


def test_a_set_that_was_not_kept_is_not_judged():
    text = b"ST*850*0001~" + b"MSG*hello~" * 100 + b"SE*102*0001~"
    (transaction,) = read_transactions([text], limits=Limits(transaction=100))
    assert validate(transaction) == []


def test_the_number_of_problems_is_bounded():
    transaction = transaction_of(HEAD + "B*1~" * 500 + LINE)
    assert len(validate(transaction)) == 100
    assert len(validate(transaction, limit=7)) == 7


def test_a_licence_holder_adds_tables_as_data():
    library = STANDARD.extended(
        elements="9001 N0 1 3 widget count",
        segments="WID 9001! 127 | P0102",
        sets={"899": "WID+"},
        closed=frozenset({"899"}),
        functional_ids={"899": "WD"},
    )
    transaction = transaction_of("WID*1*A~WID*1234*B~WID*5~", set_id="899", functional_id="WD")
    assert [(p.code.value, p.where.segment) for p in validate(transaction, library)] == [
        ("element-too-long", 3),
        ("element-condition", 4),
    ]
    assert [p.code.value for p in validate(transaction)] == ["set-unknown"]


@pytest.mark.parametrize(
    "tables",
    [
        {"elements": "9001 N0 x 3 name"},
        {"segments": "WID 9x01"},
        {"segments": "WID 127 | Z0102"},
        {"segments": "WID 127 | P0102"},
    ],
)
def test_tables_that_break_their_notation_are_refused(tables):
    with pytest.raises(GrammarError):
        STANDARD.extended(**tables)


TAGS = ["BEG", "REF", "N1", "N3", "PO1", "PID", "SLN", "CTT", "DTM", "ST", "ZZ", "x", ""]
VALUES = ["", "00", "EA", "20250101", "1.5", "-", "é", "A>B", "x" * 100, "\x00"]
SEGMENTS = st.lists(
    st.tuples(st.sampled_from(TAGS), st.lists(st.one_of(st.sampled_from(VALUES), st.text(max_size=5)), max_size=9)),
    max_size=12,
)


@given(SEGMENTS, st.sampled_from(["850", "856", "810", "997", "999", "204", "945"]))
@settings(deadline=None, max_examples=300)
def test_whatever_the_segments_validation_raises_nothing_and_gives_the_same_answer_twice(segments, set_id):
    body = "".join("*".join([tag, *values]).replace("~", "") + "~" for tag, values in segments)
    text = f"ST*{set_id}*0001~{body}SE*1*0001~"
    for transaction in read_transactions([text.encode("utf-8", "replace")]):
        first = validate(transaction)
        assert [str(p) for p in validate(transaction)] == [str(p) for p in first]
        assert all(0 < p.where.segment <= transaction.segment_count for p in first)
