"""940 out, 945 in, 214 in: a 3PL's and a carrier's work on our fulfillments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from crossdock.mapping.x12.purchase_order import read_purchase_order
from crossdock.mapping.x12.shipment_status import read_shipment_status
from crossdock.mapping.x12.warehouse_advice import on_fulfillment, read_warehouse_advice
from crossdock.mapping.x12.warehouse_order import write_warehouse_order
from crossdock.model.base import change
from crossdock.model.items import Component
from crossdock.model.parties import Address, Party
from crossdock.model.shipments import FulfillmentLine, FulfillmentOrder

FULFILLMENT = FulfillmentOrder(
    "HILL/4500017@1",
    "hill-4500017-1",
    "HILL/4500017",
    "4500017",
    "HILL",
    "3PL-EAST",
    Party("Hill Store 65", address=Address(("65 Main Street",), "Macon", "31201", "GA", "US")),
    (
        FulfillmentLine("1", "A-100", Decimal(72)),
        FulfillmentLine("2", "KIT", Decimal(5), (Component("SCREW", Decimal(4)), Component("PLATE"))),
    ),
    "GROUND",
)


def test_a_940_asks_for_every_item_under_its_order_line(documents: Any) -> None:
    order = read_purchase_order(documents.read("850", documents.order), documents.profile, documents.received)
    made = write_warehouse_order(FULFILLMENT, documents.profile, date(2025, 3, 2), order.value.orders[0])
    read = documents.again("940", "OW", made.value)
    assert read.segments[1] == ["W05", "N", "hill-4500017-1", "4500017"]
    lines = [segment for segment in read.segments if segment[0] in ("W01", "N9")][1:]
    assert lines == [
        ["W01", "72", "EA", "", "VN", "A-100"],
        ["N9", "LI", "1"],
        ["W01", "20", "EA", "", "VN", "SCREW"],
        ["N9", "LI", "2"],
        ["W01", "5", "EA", "", "VN", "PLATE"],
        ["N9", "LI", "2"],
    ]
    assert ["W76", "97"] in read.segments


def test_a_cancelled_fulfillment_says_so(documents: Any) -> None:
    made = write_warehouse_order(FULFILLMENT, documents.profile, date(2025, 3, 2), cancel=True)
    assert documents.again("940", "OW", made.value).segments[1][1] == "F"


ADVICE = """W06*F*hill-4500017-1*20250304*BOL7**4500017
W27*M*UPSN*UNITED PARCEL
LX*1
MAN*GM*00003456789012345670
W12*CP*72*60*12*EA**VN*A-100
W03*60"""


def advice(documents: Any, body: str) -> Any:
    return read_warehouse_advice(documents.read("945", body), documents.profile)


def test_a_945_becomes_a_shipment_on_our_lines(documents: Any) -> None:
    found = advice(documents, ADVICE)
    assert (found.value.reference, found.value.shipment.carrier) == ("hill-4500017-1", "UPSN")
    line = found.value.lines[0]
    assert (line.ordered, line.shipped, line.difference) == (72, 60, 12)
    shipment = on_fulfillment(found.value, FULFILLMENT)
    assert shipment.value.quantities() == {"1": Decimal(60)}
    assert shipment.value.packages[0].sscc == "003456789012345670"


def test_an_item_that_is_no_line_of_ours_is_a_problem(documents: Any) -> None:
    found = on_fulfillment(advice(documents, ADVICE.replace("A-100", "Z-9")).value, FULFILLMENT)
    assert [str(one) for one in found.problems] == ["package 003456789012345670: item Z-9 is no line of hill-4500017-1"]


def test_a_945_with_a_wrong_total_or_a_bad_quantity_is_told(documents: Any) -> None:
    wrong = advice(documents, ADVICE.replace("W03*60", "W03*61"))
    assert [str(one) for one in wrong.problems] == [
        "W03 (segment 7), element 1: the units shipped are 61 in all, but the lines add up to 60"
    ]
    bad = advice(documents, ADVICE.replace("*72*60*", "*72*sixty*"))
    assert bad.value is None
    assert str(bad.problems[0]) == "W12*CP, element 3: quantity shipped 'sixty' is no number"


def test_a_carriers_own_codes_are_read_by_its_profile(documents: Any) -> None:
    body = "B10*PRO1*S-1*ABCD\nLX*1\nAT7*ZZ9*NS***20250304*1200*LT\nMS1*Macon*GA*US"
    transaction = documents.read("214", body)
    profile = change(documents.profile, time_zone="America/New_York")
    unknown = read_shipment_status(transaction, profile)
    assert unknown.value.statuses[0].events[0].milestone == "UNKNOWN"
    assert "AT7*ZZ9, element" not in str(unknown.value)
    assert [str(one) for one in unknown.problems] == [
        "AT7 (segment 4), element 1: status 'ZZ9' is not known; name its milestone in the carrier's profile"
    ]
    known = read_shipment_status(transaction, change(profile, milestones={"ZZ9": "DELIVERED"}))
    [event] = known.value.statuses[0].events
    assert (event.milestone, event.place, event.estimated) == ("DELIVERED", "Macon, GA, US", False)
    assert event.at.isoformat() == "2025-03-04T17:00:00+00:00"
