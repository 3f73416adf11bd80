"""The whole way of an inbound group, with whatever comes in: read, validate, build the tree, acknowledge, write."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.x12 import (
    GroupEnd,
    GroupHeader,
    GroupReceipt,
    GroupStart,
    InterchangeEnd,
    InterchangeHeader,
    Transaction,
    Writer,
    build_997,
    build_999,
    build_ta1,
    may_acknowledge,
    read_acknowledgment,
    read_events,
    read_hierarchy,
    read_transactions,
    validate,
)

ISA = b"ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *250101*1200*^*00501*000000007*0*P*>~"
PIECES = st.sampled_from(
    [
        b"GS*PO*B*S*20250101*1200*3*X*004010~",
        b"GS*SH*B*S*20250101*1200*x*X*005010X1~",
        b"GS*F>*B*S*2025:*12*^|*X*005*1~",
        b"ST*850*0001~",
        b"ST*856*0002*:~",
        b"ST*9~7~",
        b"BEG*00*NE*PO>1**2025^0101~",
        b"PO1*1*5*EA*:|^*\x07*UP~",
        b"HL*1*2*S~HL*2*1*O~HL*2**I~",
        b"AK1*PO*1~AK2*850*1~AK3*X*^~AK4*1>2~AK5*R~AK9*P~",
        b"MAN*GM*" + b"9" * 120 + b"~",
        b"SE*3*0001~",
        b"GE*99999999*3~",
        b"\xff\xfe*\xc3\xa9~",
    ]
)
INPUT = st.lists(st.one_of(PIECES, st.binary(max_size=5)), max_size=25).map(lambda pieces: ISA + b"".join(pieces))
HEADER = InterchangeHeader("ZZ", "SELLER", "ZZ", "BUYER", "250101", "1200", 1, version="00501")


def answer(writer, receipt, build):
    header = GroupHeader("FA", "S", "B", "20250101", "1200", 1, "005010")
    data = writer.start_interchange(HEADER) + writer.start_group(header)
    data += writer.transaction("997" if build is build_997 else "999", "0001", build(receipt))
    return data + writer.end_group() + writer.end_interchange()


@given(INPUT)
@settings(deadline=None, max_examples=250)
def test_every_group_that_may_be_acknowledged_gets_an_acknowledgment_that_reads_and_validates(data):
    receipt = None
    for event in read_events([data]):
        if isinstance(event, GroupStart):
            receipt = GroupReceipt(event.group)
        elif isinstance(event, Transaction):
            further = validate(event) + read_hierarchy(event).problems
            read_acknowledgment(event)
            if receipt is not None:
                receipt.take(event, further)
        elif isinstance(event, GroupEnd) and receipt is not None:
            receipt.end(event)
            if may_acknowledge(event.group):
                for build in (build_997, build_999):
                    problems = []
                    (reply,) = read_transactions([answer(Writer(), receipt, build)], report=problems.append)
                    assert problems == []
                    assert read_acknowledgment(reply).received == len(receipt.sets)
            receipt = None
        elif isinstance(event, InterchangeEnd):
            writer = Writer()
            assert writer.start_interchange(HEADER)
            assert writer.interchange_segment(build_ta1(event.interchange, event.problems))
