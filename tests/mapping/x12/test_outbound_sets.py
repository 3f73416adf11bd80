"""855, 856 and 810 out: what we make is X12 that our own reader and validator find nothing wrong with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crossdock.formats.x12 import read_hierarchy
from crossdock.mapping.profile import AnswerCodes, Items, Profile, ShipNotice
from crossdock.mapping.x12.invoice import write_invoice
from crossdock.mapping.x12.order_response import LineAnswer, answers_from_promises, write_order_response
from crossdock.mapping.x12.purchase_order import read_purchase_order
from crossdock.mapping.x12.ship_notice import sscc_is_valid, write_ship_notice
from crossdock.model.base import change
from crossdock.model.invoices import Invoice, InvoiceLine
from crossdock.model.orders import PromiseLine, SalesOrder
from crossdock.model.prices import Charge
from crossdock.model.quantities import Money
from crossdock.model.shipments import Package, PackedLine, Shipment

ON = date(2025, 3, 2)
MADE = datetime(2025, 3, 5, 14, 30, tzinfo=UTC)
SSCC = "003456789012345670"
OTHER_SSCC = "003456789012345687"


def order(documents: Any, body: str = "") -> SalesOrder:
    found = read_purchase_order(documents.read("850", body or documents.order), documents.profile, documents.received)
    assert found.value is not None
    return found.value.orders[0]


def tags(segments: list[list[str]], tag: str) -> list[list[str]]:
    return [segment for segment in segments if segment[0] == tag]


def promise(line: str, quantity: int, basis: Any = "on_hand") -> PromiseLine:
    return PromiseLine(line, Decimal(quantity), date(2025, 3, 4) if basis != "none" else None, "UTC", "east", basis)


def test_an_855_says_line_by_line_what_is_promised(documents: Any) -> None:
    placed = order(documents)
    answers = answers_from_promises(placed, [promise("1", 48), promise("1", 24, "none")], {"2": "unknown_item"})
    made = write_order_response([placed], {placed.key: answers}, documents.profile, ON)
    read = documents.again("855", "PR", made.value)
    assert read.segments[1] == ["BAK", "00", "AC", "4500017", "20250301", "", "", "", "", "20250302"]
    assert [segment[1] for segment in tags(read.segments, "PO1")] == ["1", "2"]
    assert tags(read.segments, "ACK") == [
        ["ACK", "IA", "8", "CA", "068", "20250304"],
        ["ACK", "IB", "4", "CA"],
        ["ACK", "IR", "5", "EA"],
    ]


def test_a_programme_has_its_own_codes(documents: Any) -> None:
    placed = order(documents)
    codes = AnswerCodes(rejected="RD", line_rejected="02", reasons={"unknown_item": "04"})
    profile = change(documents.profile, answer=codes)
    lines = [LineAnswer(line.id, "rejected", line.quantity.amount, reason="unknown_item") for line in placed.lines]
    made = write_order_response([placed], {placed.key: lines}, profile, ON)
    read = documents.again("855", "PR", made.value)
    assert (read.segments[1][2], tags(read.segments, "ACK")[0][1]) == ("RD", "04")


def test_the_855_of_an_order_with_destinations_sums_back(documents: Any) -> None:
    body = "BEG*00*SA*77**20250301\nPO1*1*10*EA*2**VN*A\nSDQ*EA*92*65*4*66*6\nCTT*1"
    found = read_purchase_order(documents.read("850", body), documents.profile, documents.received)
    answers = {one.key: answers_from_promises(one, [promise("1", 6)], {}) for one in found.value.orders}
    made = write_order_response(found.value.orders, answers, documents.profile, ON)
    read = documents.again("855", "PR", made.value)
    assert tags(read.segments, "PO1")[0][2:4] == ["10", "EA"]
    assert tags(read.segments, "ACK") == [["ACK", "IA", "10", "EA", "068", "20250304"]]


def shipment() -> Shipment:
    return Shipment(
        "S-1",
        "east",
        (
            Package("p1", (PackedLine("1", Decimal(36)),), SSCC, "1Z1", Decimal(10)),
            Package("p2", (PackedLine("1", Decimal(36)), PackedLine("2", Decimal(5), lot="L7")), OTHER_SSCC, "1Z2"),
        ),
        "UPSN",
        MADE,
    )


@pytest.mark.parametrize("structure", ["SOPI", "SOTPI", "SPOI", "STPOI", "SOI", "SI"])
def test_an_856_holds_every_package_and_line_in_the_partners_structure(documents: Any, structure: str) -> None:
    profile = change(documents.profile, ship_notice=ShipNotice(structure=structure))
    placed = order(documents)
    made = write_ship_notice(
        shipment(), [placed], profile, MADE, {"p1": "106141410000000019", "p2": "106141410000000019"}
    )
    assert made.problems == ()
    read = documents.again("856", "SH", made.value)
    tree = read_hierarchy(read)
    assert tree.problems == []
    assert tree.structure == structure
    shipped: dict[str, Decimal] = {}
    for segment in tags(read.segments, "SN1"):
        shipped[segment[1]] = shipped.get(segment[1], Decimal(0)) + Decimal(segment[2])
    assert shipped == {"1": Decimal(12), "2": Decimal(5)}
    marks = [segment[2] for segment in tags(read.segments, "MAN") if segment[1] == "GM"]
    assert set(marks) >= ({"00" + SSCC, "00" + OTHER_SSCC} if "P" in structure else set())


def test_an_asn_may_cover_several_orders(documents: Any) -> None:
    one, two = order(documents), order(documents, documents.order.replace("4500017", "4500018").replace("A-100", "Z"))
    packages = (Package("p", (PackedLine("1", Decimal(6), "A-100"), PackedLine("1", Decimal(6), "Z")), SSCC),)
    made = write_ship_notice(Shipment("S-2", "east", packages), [one, two], documents.profile, MADE)
    read = documents.again("856", "SH", made.value)
    assert [segment[1] for segment in tags(read.segments, "PRF")] == ["4500017", "4500018"]
    assert [segment[2] for segment in tags(read.segments, "SN1")] == ["1", "1"]


def test_an_sscc_that_is_wrong_or_used_twice_stops_the_856(documents: Any) -> None:
    packages = (
        Package("a", (PackedLine("1", Decimal(6)),), "123"),
        Package("b", (PackedLine("2", Decimal(5)),), "123"),
    )
    made = write_ship_notice(Shipment("S", "east", packages), [order(documents)], documents.profile, MADE)
    assert made.value is None
    assert "package a: its SSCC '123' is no SSCC-18 with a right check digit" in [str(one) for one in made.problems]
    assert sscc_is_valid(SSCC)
    assert not sscc_is_valid(SSCC[:-1] + "4")


def invoice(total: str) -> Invoice:
    def usd(amount: str) -> Money:
        return Money(Decimal(amount), "USD")

    return Invoice(
        "INV-9",
        "HILL/4500017",
        (
            InvoiceLine("1", "A-100", Decimal(72), usd("1.75"), usd("126.00")),
            InvoiceLine("2", "B-200", Decimal(5), usd("3.25"), usd("16.25")),
        ),
        usd(total),
        (Charge("freight", usd("12.50")),),
        date(2025, 3, 6),
        date(2025, 4, 5),
    )


def test_an_810_bills_in_the_unit_ordered_and_adds_up(documents: Any) -> None:
    made = write_invoice(invoice("150.00"), order(documents), documents.profile, shipment())
    read = documents.again("810", "IN", made.value)
    assert read.segments[1][:5] == ["BIG", "20250306", "INV-9", "20250301", "4500017"]
    assert [segment[1:5] for segment in tags(read.segments, "IT1")] == [
        ["1", "12", "CA", "10.5"],
        ["2", "5", "EA", "3.25"],
    ]
    assert tags(read.segments, "TDS") == [["TDS", "15000"]]
    assert tags(read.segments, "ITD")[0][6:8] == ["20250405", "30"]
    charges = sum(Decimal(segment[5]) * (1 if segment[1] == "C" else -1) for segment in tags(read.segments, "SAC"))
    goods = sum(Decimal(segment[2]) * Decimal(segment[4]) for segment in tags(read.segments, "IT1"))
    assert goods * 100 + charges == 15000


def test_an_invoice_that_is_not_posted_is_not_sent(documents: Any) -> None:
    made = write_invoice(change(invoice("154.75"), on=None), order(documents), documents.profile)
    assert made.value is None
    assert "is not posted" in str(made.problems[0])


def test_text_that_x12_cannot_carry_is_made_fit(documents: Any) -> None:
    placed = order(documents)
    line = change(placed.lines[0], description="Müller's *best* ~ shears €")
    placed = change(placed, lines=(line, placed.lines[1]))
    made = write_order_response([placed], {placed.key: []}, documents.profile, ON)
    read = documents.again("855", "PR", made.value)
    assert tags(read.segments, "PID")[0][5] == "Mueller's  best    shears"


def test_a_unit_without_an_x12_code_is_named(documents: Any) -> None:
    placed = order(documents)
    line = placed.lines[0]
    odd = change(placed, lines=(change(line, quantity=change(line.quantity, unit="XZZ")),))
    made = write_order_response([odd], {}, documents.profile, ON)
    assert [str(one) for one in made.problems] == ["PO1*1: unit 'XZZ' has no X12 code; name it in the partner's units"]


def test_the_items_that_a_partner_wants_back_are_sent_in_its_order(documents: Any) -> None:
    profile: Profile = change(documents.profile, items=Items(sent=("UP", "VN")))
    made = write_order_response([order(documents)], {}, profile, ON)
    assert made.value is not None
    assert tags(made.value, "PO1")[0][6:] == ["UP", "012345678905", "VN", "A-100"]
