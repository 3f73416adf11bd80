"""943 out, 944 and 947 in; 204 out, 990 in; 824 and 864 in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from crossdock.mapping.x12.advice import read_application_advice, read_text_message
from crossdock.mapping.x12.stock_documents import StockLine, read_adjustment, read_receipt, write_transfer_notice
from crossdock.mapping.x12.tender import Stop, Tender, read_tender_answer, write_tender
from crossdock.model.parties import Address, Party

ON = date(2025, 3, 2)


def test_a_943_announces_what_comes(documents: Any) -> None:
    lines = [StockLine("A-100", Decimal(40), "XCS", "1", "L7"), StockLine("B-200", Decimal(5))]
    made = write_transfer_notice("T-100", "EAST", lines, documents.profile, ON, "UPSN")
    read = documents.again("943", "AR", made.value)
    assert ["W04", "40", "CA", "", "VN", "A-100", "LT", "L7"] in read.segments
    assert ["N9", "LI", "2"] in read.segments
    assert ["W03", "45"] in read.segments


def test_a_944_tells_what_came_and_what_is_damaged(documents: Any) -> None:
    body = "W17*F*20250304*R-9*T-100\nW07*40*CA**VN*A-100*LT*L7\nN9*LI*1\nW13*3*CA*01\nW14*40"
    found = read_receipt(documents.read("944", body), documents.profile)
    assert (found.value.reference, found.value.warehouse_number, found.value.on) == ("T-100", "R-9", date(2025, 3, 4))
    assert [(line.item, line.quantity, line.lot, line.line, line.quality) for line in found.value.lines] == [
        ("A-100", 37, "L7", "1", "available"),
        ("A-100", 3, "L7", "1", "damaged"),
    ]


def test_more_damaged_than_received_is_a_problem(documents: Any) -> None:
    body = "W17*F*20250304*R-9*T-100\nW07*4*CA**VN*A-100\nW13*5*CA*01"
    found = read_receipt(documents.read("944", body), documents.profile)
    assert [str(one) for one in found.problems] == [
        "W13 (segment 4), element 1: quantity 5 is more than the 4 received"
    ]


def test_a_947_takes_away_and_adds(documents: Any) -> None:
    body = "W15*20250304*ADJ-1\nW19*AA*-2*EA**VN*A-100\nW19*AB*3*EA**VN*B-200*LT*L1"
    found = read_adjustment(documents.read("947", body), documents.profile)
    assert [(line.item, line.quantity, line.reason, line.lot) for line in found.value.lines] == [
        ("A-100", -2, "AA", ""),
        ("B-200", 3, "AB", "L1"),
    ]


def test_a_204_offers_a_load_and_a_990_answers_it(documents: Any) -> None:
    at = datetime(2025, 3, 5, 13, 0, tzinfo=UTC)
    dock = Party("Our dock", address=Address(("1 Dock Road",), "Reno", "89501", "NV", "US"))
    shop = Party("Hill Store 65", address=Address(("65 Main Street",), "Macon", "31201", "GA", "US"))
    tender = Tender(
        "S-100", "ABCD", (Stop(dock, True, at, 12, Decimal(100), (("PO", "4500017"),)), Stop(shop, False, at))
    )
    made = write_tender(tender, documents.profile)
    read = documents.again("204", "SM", made.value)
    assert ["S5", "1", "CL", "220.5", "L", "12", "CT"] in read.segments
    answer = read_tender_answer(documents.read("990", "B1*ABCD*S-100*20250303*D\nK1*NO TRUCK"), documents.profile)
    assert (answer.value.shipment, answer.value.answer, answer.value.reason) == ("S-100", "declined", "NO TRUCK")


def test_a_load_without_a_place_to_unload_is_not_offered(documents: Any) -> None:
    made = write_tender(Tender("S-100", "ABCD", ()), documents.profile)
    assert [str(one) for one in made.problems] == ["S5: load S-100 needs a place to load and one to unload"]


def test_an_824_says_in_words_what_is_wrong(documents: Any) -> None:
    body = "BGN*11*ADV-1*20250304\nOTI*TR*IV*INV-9***20250304*1200*12*0001*810\nTED*007**BIG*1*4**PO\nNTE**No PO number"
    found = read_application_advice(documents.read("824", body), documents.profile)
    [document] = found.value.documents
    assert (document.verdict, document.reference, document.set_id) == ("rejected", "INV-9", "810")
    assert document.complaints[0].sentence == "BIG, element 4 'PO': data is missing: No PO number"


def test_an_864_is_text_for_a_person(documents: Any) -> None:
    body = "BMG*00*Late shipments*03\nMIT*1*Notice\nMSG*Your 856 was late."
    found = read_text_message(documents.read("864", body), documents.profile)
    assert found.value.text == ("Notice", "Your 856 was late.")
