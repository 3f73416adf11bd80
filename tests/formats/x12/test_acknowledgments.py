"""997, 999 and TA1: built from the exact problems, addressed back, and read again."""

from __future__ import annotations

import pytest

from crossdock.formats.x12 import (
    Code,
    Delimiters,
    GroupEnd,
    GroupReceipt,
    InterchangeEnd,
    Problem,
    Transaction,
    Writer,
    build_997,
    build_999,
    build_ta1,
    is_acknowledgment,
    may_acknowledge,
    read_acknowledgment,
    read_events,
    read_ta1,
    read_transactions,
    reply_group,
    reply_interchange,
)

GOOD = "ST*850*0001~BEG*00*NE*PO1**20250101~PO1*1*5*EA*2.50~SE*4*0001~"
SECOND = GOOD.replace("0001", "0002")
TAIL = "GE*2*3~IEA*1*000000007~"


def receipt_of(events, further=None, errors_are="R"):
    receipt = None
    for event in events:
        if isinstance(event, Transaction):
            receipt = receipt or GroupReceipt(event.group, errors_are)
            receipt.take(event, further(event) if further else ())
        elif isinstance(event, GroupEnd):
            receipt = receipt or GroupReceipt(event.group, errors_are)
            receipt.end(event)
    return receipt


def bad_quantity(transaction):
    if transaction.control == "0002":
        yield Problem(Code.ELEMENT_CHARACTER, "no number", transaction.position(3, 2), value="A*C", reference="330")
        yield Problem(Code.SEGMENT_MISSING, "no CTT", transaction.position(4).__class__(offset=0, tag="CTT", segment=4))
        yield Problem(Code.ELEMENT_CODE, "code", transaction.position(3, 6, 2, 1), value="XX")


def test_a_clean_group_is_accepted(read, interchange):
    receipt = receipt_of(read(interchange(st=GOOD + SECOND, tail=TAIL)).events)
    assert build_997(receipt) == [
        ["AK1", "PO", "3"],
        ["AK2", "850", "0001"],
        ["AK5", "A"],
        ["AK2", "850", "0002"],
        ["AK5", "A"],
        ["AK9", "A", "2", "2", "2"],
    ]
    assert build_997(receipt, all_sets=False) == [["AK1", "PO", "3"], ["AK9", "A", "2", "2", "2"]]


def test_one_rejected_set_makes_the_group_partially_accepted_and_names_each_position(read, interchange):
    receipt = receipt_of(read(interchange(st=GOOD + SECOND, tail=TAIL)).events, bad_quantity)
    assert build_997(receipt)[3:] == [
        ["AK2", "850", "0002"],
        ["AK3", "PO1", "3", "", "8"],
        ["AK4", "2", "330", "6", "A C"],
        ["AK4", ("6", "2", "1"), "", "7", "XX"],
        ["AK3", "CTT", "4", "", "3"],
        ["AK5", "R", "5"],
        ["AK9", "P", "2", "2", "1"],
    ]


def test_a_partner_may_have_element_errors_accepted_but_noted(read, interchange):
    receipt = receipt_of(read(interchange(st=GOOD + SECOND, tail=TAIL)).events, bad_quantity, "E")
    segments = build_997(receipt)
    assert segments[-2:] == [["AK5", "E", "5"], ["AK9", "E", "2", "2", "2"]]


@pytest.mark.parametrize(
    ("st", "expected"),
    [
        ("ST*850*0001~BEG*00~SE*9*0001~", [["AK2", "850", "0001"], ["AK5", "R", "4"], ["AK9", "R", "1", "1", "0"]]),
        ("ST*850*0001~BEG*00~SE*3*0009~", [["AK2", "850", "0001"], ["AK5", "R", "3"], ["AK9", "R", "1", "1", "0"]]),
        ("ST*850*0001~BEG*00~", [["AK2", "850", "0001"], ["AK5", "R", "2"], ["AK9", "R", "1", "1", "0"]]),
        ("ST*850~BEG*00~SE*3*~", [["AK2", "850", "0000"], ["AK5", "R", "3", "7"], ["AK9", "R", "1", "1", "0"]]),
        (
            "ST*850*0001~MSG*A\x07B~SE*3*0001~",
            [
                ["AK2", "850", "0001"],
                ["AK3", "MSG", "2", "", "8"],
                ["AK4", "1", "", "6"],
                ["AK5", "R", "5"],
                ["AK9", "R", "1", "1", "0"],
            ],
        ),
    ],
)
def test_faults_of_a_transaction_set_get_the_standards_codes(read, interchange, st, expected):
    assert build_997(receipt_of(read(interchange(st=st)).events))[1:] == expected


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("GE*2*3~IEA*1*000000007~", ["AK9", "E", "2", "1", "1", "5"]),
        ("GE*1*4~IEA*1*000000007~", ["AK9", "E", "1", "1", "1", "4"]),
        ("IEA*1*000000007~", ["AK9", "E", "1", "1", "1", "3"]),
    ],
)
def test_faults_of_the_group_are_noted_in_ak9(read, interchange, tail, expected):
    assert build_997(receipt_of(read(interchange(tail=tail)).events))[-1] == expected


def test_a_999_names_versions_and_uses_its_own_segments(read, interchange):
    gs = "GS*PO*BUYER*SELLER*20250101*1200*3*X*005010X999~"
    text = interchange(gs=gs, st=GOOD + SECOND.replace("*0002~", "*0002*005010X999~", 1), tail=TAIL)
    segments = build_999(receipt_of(read(text).events, bad_quantity))
    assert segments[0] == ["AK1", "PO", "3", "005010X999"]
    assert segments[3] == ["AK2", "850", "0002", "005010X999"]
    assert [s[0] for s in segments[4:]] == ["IK3", "IK4", "IK4", "IK3", "IK5", "AK9"]


def test_acknowledgments_are_never_acknowledged(read, interchange):
    gs = "GS*FA*BUYER*SELLER*20250101*1200*3*X*004010~"
    reading = read(interchange(gs=gs, st="ST*997*0001~AK1*PR*9~AK9*A*1*1*1~SE*4*0001~"))
    (transaction,) = reading.transactions
    assert is_acknowledgment(transaction)
    assert not may_acknowledge(transaction.group)
    with pytest.raises(ValueError, match="never acknowledged"):
        build_997(receipt_of(reading.events))


def test_the_reply_goes_back_to_the_sender_with_addresses_swapped_and_reads_as_it_was_meant(read, interchange):
    events = read(interchange(st=GOOD + SECOND, tail=TAIL)).events
    receipt = receipt_of(events, bad_quantity)
    end = events[-1]
    writer = Writer(Delimiters(component=">"))
    data = writer.start_interchange(
        reply_interchange(end.interchange, control=12, date="250102", time="0900")
    ) + writer.start_group(reply_group(receipt.group, control=34, date="20250102", time="0900"))
    data += writer.transaction("997", "0001", build_997(receipt)) + writer.end_group() + writer.end_interchange()
    problems = []
    (transaction,) = read_transactions([data], report=problems.append)
    assert problems == []
    assert transaction.interchange.sender == ("ZZ", "SELLER")
    assert transaction.interchange.receiver == ("ZZ", "BUYER")
    assert (transaction.group.sender, transaction.group.receiver) == ("SELLER", "BUYER")
    answer = read_acknowledgment(transaction)
    assert (answer.functional_id, answer.control, answer.verdict) == ("PO", "3", "P")
    assert (answer.included, answer.received, answer.accepted) == (2, 2, 1)
    assert [answer.verdict_on(control) for control in ("0001", "0002", "0009")] == ["A", "R", "P"]
    assert answer.sets[1].is_rejected
    assert list(answer.reasons()) == [
        "850 0002: segments are in error",
        "850 0002, segment 3 (PO1), element 2 'A C': it holds a character that is not allowed",
        "850 0002, segment 3 (PO1), element 6-2 'XX': its code is not a valid one",
        "850 0002, segment 4 (CTT): a required segment is missing",
    ]


@pytest.mark.parametrize(
    ("old", "new", "processed", "verdict", "code"),
    [
        ("", "", True, "A", "000"),
        ("IEA*1*000000007", "IEA*1*000000008", True, "E", "001"),
        ("IEA*1*", "IEA*2*", False, "R", "021"),
        ("IEA*1*000000007~", "", True, "E", "023"),
        ("*250101*1200*U", "*251301*1200*U", True, "E", "014"),
    ],
)
def test_a_ta1_names_the_first_fault_of_the_interchange(read, interchange, old, new, processed, verdict, code):
    events = list(read_events([interchange().replace(old, new, 1).encode()]))
    end = next(event for event in events if isinstance(event, InterchangeEnd))
    ta1 = build_ta1(end.interchange, end.problems, processed=processed)
    assert ta1[1] == "000000007"
    assert ta1[4:] == [verdict, code]
    answer = read_ta1(ta1)
    assert (answer.control, answer.verdict, answer.code) == ("000000007", verdict, code)
    assert answer.reason.startswith("interchange 000000007 was ")


def test_what_only_the_caller_knows_goes_into_the_ta1(read, interchange):
    end = read(interchange()).events[-1]
    assert build_ta1(end.interchange, [], processed=False, note="025")[4:] == ["R", "025"]


def test_an_acknowledgment_with_segments_out_of_place_is_read_as_far_as_it_goes(read, interchange):
    gs = "GS*FA*BUYER*SELLER*20250101*1200*3*X*005010~"
    st = "ST*999*0001~IK5*A~AK1*PO*x~IK4*1~AK2*850*0001~IK3*PO1*two**9~CTX*A~IK4*2>1**99~ZZ*1~IK5*Q~SE*11*0001~"
    answer = read_acknowledgment(read(interchange(gs=gs, st=st)).transactions[0])
    assert [p.where.segment for p in answer.problems] == [2, 4, 9, 11]
    assert answer.sets[0].verdict == "Q"
    assert [e.code for e in answer.sets[0].segments[0].elements] == ["99"]
    assert list(answer.reasons()) == [
        "850 0001, segment 0 (PO1): code 9",
        "850 0001, segment 0 (PO1), element 2-1: code 99",
    ]
