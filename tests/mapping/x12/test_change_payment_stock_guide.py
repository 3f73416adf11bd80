"""860 in, 820 in, 846 out, and a partner's guide held against documents both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from crossdock.mapping.profile import Items, Rule
from crossdock.mapping.x12.guide import check_guide
from crossdock.mapping.x12.inventory import Stocked, write_inventory
from crossdock.mapping.x12.order_change import merge_change, read_order_change
from crossdock.mapping.x12.purchase_order import read_purchase_order
from crossdock.mapping.x12.remittance import read_remittance
from crossdock.model.base import change
from crossdock.model.orders import SalesOrder

LATER = datetime(2025, 3, 2, tzinfo=UTC)


def merged(documents: Any, lines: str) -> tuple[SalesOrder | None, list[str]]:
    placed = read_purchase_order(documents.read("850", documents.order), documents.profile, documents.received)
    asked = read_order_change(documents.read("860", f"BCH*04*SA*4500017**1*20250301\n{lines}"), documents.profile)
    assert asked.value is not None, [str(one) for one in asked.problems]
    found = merge_change(asked.value, placed.value.orders[0], LATER)
    return found.value, [str(one) for one in found.problems]


def test_changes_are_merged_by_line_and_code(documents: Any) -> None:
    lines = "POC*1*QI*3**CA*10.50**VN*A-100\nPOC*2*DI***EA***VN*B-200\nPOC*3*AI*7**EA*2**VN*C-300"
    order, _ = merged(documents, lines)
    assert order is not None
    assert [(line.id, line.item, line.quantity.amount) for line in order.lines] == [
        ("1", "A-100", 15),
        ("3", "C-300", 7),
    ]
    assert (order.revision, order.changed_at) == (2, LATER)
    assert order.lines[0].quantity.pack == 6


@pytest.mark.parametrize(
    ("line", "price", "amount"),
    [("POC*1*PC***CA*9.75**VN*A-100", "9.75", 12), ("POC*1*CA*20**CA*9.5**VN*A-100", "9.5", 20)],
)
def test_a_change_leaves_what_it_does_not_name(documents: Any, line: str, price: str, amount: int) -> None:
    order, _ = merged(documents, line)
    assert order is not None
    assert (order.lines[0].price.amount.amount, order.lines[0].quantity.amount) == (Decimal(price), amount)
    assert order.lines[1].quantity.amount == 5


def test_a_change_to_a_line_that_is_not_there_is_a_problem(documents: Any) -> None:
    order, problems = merged(documents, "POC*9*QD*1**EA***VN*A-100")
    assert order is None
    assert problems == ["POC*9: the order has no such line"]


def test_a_payment_names_its_invoices_and_deductions(documents: Any) -> None:
    body = """BPR*C*95.00*C*ACH************20250401
TRN*1*CHK-9
ENT*1
RMR*IV*INV-9**90.00*100.00*2.00
ADX*-8*01
RMR*IV*INV-10**13.00*13.00"""
    profile = change(documents.profile, deductions={"01": "pricing error"})
    found = read_remittance(documents.read("820", body), profile)
    paid = found.value
    assert (paid.number, paid.amount.amount, paid.paid_on) == ("CHK-9", Decimal("95.00"), date(2025, 4, 1))
    assert [(one.reference, one.is_short) for one in paid.items] == [("INV-9", True), ("INV-10", False)]
    assert paid.items[0].deductions[0].reason == "pricing error"
    assert [str(one) for one in found.problems] == [
        "BPR*C, element 2: the payment is 95.00, but its items and adjustments add up to 103.00"
    ]


def test_an_846_tells_what_is_free_under_both_numbers(documents: Any) -> None:
    profile = change(documents.profile, items=Items(cross_reference={"UP:012345678905": "A-100"}))
    stocked = [
        Stocked("A-100", Decimal(40), "EA", "Shears", date(2025, 3, 9), Decimal(24)),
        Stocked("B-200", Decimal(-2)),
    ]
    made = write_inventory("INV-1", "EAST", stocked, profile, date(2025, 3, 2))
    read = documents.again("846", "IB", made.value)
    assert ["LIN", "1", "VN", "A-100", "UP", "012345678905"] in read.segments
    quantities = [segment for segment in read.segments if segment[0] == "QTY"]
    assert quantities == [["QTY", "33", "40", "EA"], ["QTY", "29", "24", "EA"], ["QTY", "33", "0", "EA"]]


def test_a_partners_guide_is_held_against_a_document(documents: Any) -> None:
    rules = (
        Rule("850", "REF*DP"),
        Rule("850", "REF*MR"),
        Rule("850", "BEG04", "required"),
        Rule("850", "BEG02", "optional", ("NE",)),
        Rule("850", "ITD", "forbidden"),
        Rule("850", "N1*ST04"),
        Rule("855", "CUR"),
    )
    profile = change(documents.profile, rules=rules)
    found = check_guide("850", documents.read("850", documents.order).segments, profile)
    assert [str(problem) for problem in found] == [
        "REF*MR: the partner's guide requires it in every 850",
        "BEG*00, element 4: the partner's guide requires a value",
        "BEG*00, element 2: 'SA' is none of NE, that the partner's guide allows",
        "ITD: the partner's guide does not allow it",
    ]
