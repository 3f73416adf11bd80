"""CONTRL: what was found, at its exact place, back to the sender, and never for an acknowledgement."""

from __future__ import annotations

from crossdock.formats.edifact import (
    Contrl,
    acknowledge,
    contrl_body,
    read_contrl,
    read_events,
    read_messages,
    reason,
    receipt,
    reply_envelope,
    write_interchange,
)
from crossdock.formats.edifact.contrl import Action, ElementError, Fault, SegmentError
from crossdock.formats.edifact.events import InterchangeStart, PartyId

UNB = b"UNB+UNOC:3+SENDER:14:DEPT+RECEIVER:14+260101:1200+REF1'"


def order(reference: int, extra: bytes = b"") -> bytes:
    return b"UNH+%d+ORDERS:D:96A:UN'BGM+220+PO1+9'%sUNT+%d+%d'" % (
        reference,
        extra,
        3 + bool(extra),
        reference,
    )


def answer(data: bytes) -> Contrl | None:
    found = list(acknowledge(read_events([data])))
    assert len(found) <= 1
    return found[0] if found else None


def sent(contrl: Contrl, data: bytes) -> bytes:
    start = next(each for each in read_events([data]) if isinstance(each, InterchangeStart))
    envelope = reply_envelope(start, "C1", ("260102", "0800"))
    return b"".join(write_interchange(envelope, [contrl_body(contrl, "1", start.version)]))


def test_good_syntax_is_accepted() -> None:
    data = UNB + order(1) + b"UNZ+1+REF1'"
    contrl = answer(data)
    assert contrl is not None
    assert contrl.accepts("1")
    text = sent(contrl, data)
    assert b"UNB+UNOC:3+RECEIVER:14+SENDER:14:DEPT+260102:0800+C1'" in text
    assert b"UNH+1+CONTRL:D:3:UN'UCI+REF1+SENDER:14:DEPT+RECEIVER:14+7'UNT+3+1'" in text


def test_a_bad_message_is_rejected_at_its_exact_place_and_its_siblings_are_not() -> None:
    bad = order(2, b"FTX+AAI+++a:b\x01'")
    data = UNB + order(1) + bad + b"UNZ+2+REF1'"
    contrl = answer(data)
    assert contrl is not None
    assert contrl.accepts("1")
    assert not contrl.accepts("2")
    assert contrl.messages[0].segments == (SegmentError(3, "", (ElementError("21", 4, 2),)),)
    assert b"UCM+2+ORDERS:D:96A:UN+4'UCS+3'UCD+21+5:2'" in sent(contrl, data)


def test_a_bad_segment_is_named_by_its_number() -> None:
    contrl = answer(UNB + order(1, b"x'") + b"UNZ+1+REF1'")
    assert contrl is not None
    assert contrl.messages[0].segments == (SegmentError(3, "15"),)


def test_errors_of_unh_and_unt_stand_in_the_message_response() -> None:
    data = UNB + order(1).replace(b"UNT+3", b"UNT+9") + b"UNZ+1+REF1'"
    contrl = answer(data)
    assert contrl is not None
    assert contrl.messages[0].fault == Fault("29", "UNT", 1)
    assert b"UCM+1+ORDERS:D:96A:UN+4+29+UNT+2'" in sent(contrl, data)


def test_an_interchange_whose_count_is_wrong_is_rejected_whole() -> None:
    data = UNB + order(1) + b"UNZ+2+REF1'"
    contrl = answer(data)
    assert contrl is not None
    assert not contrl.accepts("1")
    assert b"UCI+REF1+SENDER:14:DEPT+RECEIVER:14+4+29+UNZ+2'" in sent(contrl, data)


def test_a_truncated_interchange_is_rejected() -> None:
    contrl = answer(UNB + order(1))
    assert contrl is not None
    assert (contrl.action, contrl.fault) == (Action.REJECTED, Fault("13", "UNZ"))


def test_groups_are_answered_by_group() -> None:
    group = b"UNG+ORDERS+A:14+B:14+260101:1200+%d+UN+D:96A'" + b"%s" + b"UNE+1+%d'"
    data = UNB + group % (7, order(1), 7) + group % (8, order(2, b"x'"), 8)
    data += (group % (9, order(3), 9)).replace(b"UNE+1", b"UNE+5") + b"UNZ+3+REF1'"
    contrl = answer(data)
    assert contrl is not None
    assert [each.reference for each in contrl.groups] == ["8", "9"]
    assert contrl.accepts("1", "7")
    assert not contrl.accepts("2", "8")
    assert not contrl.accepts("3", "9")
    assert b"UCF+9+A:14+B:14+4+29+UNE+2'" in sent(contrl, data)


def test_an_acknowledgement_gets_none() -> None:
    data = UNB + order(1) + b"UNZ+1+REF1'"
    contrl = answer(data)
    assert contrl is not None
    assert answer(sent(contrl, data)) is None
    assert answer(sent(contrl, data).replace(b"UNZ+1", b"UNZ+7")) is None


def test_who_cannot_be_answered_gets_none() -> None:
    assert answer(order(1)) is None
    assert answer(UNB.replace(b"SENDER:14:DEPT", b"") + order(1) + b"UNZ+1+REF1'") is None
    assert answer(UNB.replace(b"REF1", b"") + order(1) + b"UNZ+1+REF1'") is None


def test_warnings_reject_nothing() -> None:
    data = b"\xef\xbb\xbf" + UNB.replace(b"UNOC", b"UNOA") + order(1, b"FTX+lower+'") + b"UNZ+1+REF1'"
    contrl = answer(data)
    assert contrl is not None
    assert contrl.accepts("1")


def test_very_many_bad_messages_reject_the_interchange() -> None:
    data = UNB + b"".join(order(each, b"x'") for each in range(1, 6)) + b"UNZ+5+REF1'"
    contrl = next(acknowledge(read_events([data]), max_rejected=4))
    assert (contrl.action, contrl.messages) == (Action.REJECTED, ())


def test_what_is_written_is_read_again() -> None:
    group = b"UNG+ORDERS+A:14+B:14+260101:1200+8+UN+D:96A'" + order(2, b"FTX+AAI+++a:b\x01'") + b"UNE+1+8'"
    for body in (order(1, b"x'") + b"UNZ+1+REF1'", group + b"UNZ+1+REF1'", order(1) + b"UNZ+3+REF1'"):
        for version in (b"UNOC:3", b"UNOC:4"):
            data = UNB.replace(b"UNOC:3", version) + body
            contrl = answer(data)
            assert contrl is not None
            message = next(read_messages([sent(contrl, data)]))
            assert message.type == "CONTRL"
            assert message.is_acceptable
            assert read_contrl(message) == contrl


def test_an_arrival_alone_can_be_confirmed() -> None:
    start = next(each for each in read_events([UNB]) if isinstance(each, InterchangeStart))
    assert receipt(start).action == Action.RECEIVED
    assert receipt(start).sender == PartyId("SENDER", "14", "DEPT")


def test_a_contrl_of_ours_that_was_rejected_says_why_in_words() -> None:
    text = (
        UNB + b"UNH+1+CONTRL:D:3:UN'UCI+77+A+B+7'UCM+5+INVOIC:D:96A:UN+4+12+UNH'UCS+4+13'UCD+12+2:1'UNT+6+1'UNZ+1+REF1'"
    )
    contrl = read_contrl(next(read_messages([text])))
    assert contrl is not None
    assert not contrl.accepts("5")
    assert contrl.accepts("6")
    [error] = contrl.messages[0].segments
    assert (error.position, reason(error.code)) == (4, "something mandatory is missing")
    assert error.elements == (ElementError("12", 1, 1),)
    assert reason("999").startswith("error 999")
