"""850 in: what a buyer writes becomes our order, or problems in the buyer's words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.mapping.profile import Items, Profile
from crossdock.mapping.x12.purchase_order import PurchaseOrder, read_purchase_order
from crossdock.model.base import change
from crossdock.model.orders import SalesOrder


def read(documents: Any, body: str, profile: Profile | None = None) -> PurchaseOrder:
    found = read_purchase_order(documents.read("850", body), profile or documents.profile, documents.received)
    assert found.value is not None, [str(problem) for problem in found.problems]
    return found.value


def problems(documents: Any, body: str) -> list[str]:
    found = read_purchase_order(documents.read("850", body), documents.profile, documents.received)
    return [str(problem) for problem in found.problems]


def only(documents: Any, body: str, profile: Profile | None = None) -> SalesOrder:
    [order] = read(documents, body, profile).orders
    return order


def test_an_order_with_its_parties_dates_terms_and_lines_is_read(documents: Any) -> None:
    order = only(documents, documents.order)
    assert order.key == "HILL/4500017"
    assert order.parties.sold_to.number == "C-7"
    assert order.parties.shipped.address.city == "Macon"
    assert (order.delivery.not_before.isoformat(), order.delivery.not_after.isoformat()) == ("2025-03-05", "2025-03-10")
    assert (order.terms.net_days, order.terms.name) == (30, "2% 10 NET 30")
    assert order.customer_note == "Deliver at the back"
    first, second = order.lines
    assert (first.item, first.quantity.unit, first.quantity.base) == ("A-100", "XCS", Decimal(72))
    assert (second.quantity.base, second.price.amount.amount) == (Decimal(5), Decimal("3.25"))
    assert order.ext["x12"]["references"][0] == ["DP", "00005", ""]


def test_the_place_of_a_problem_is_said_in_the_partners_words(documents: Any) -> None:
    body = documents.order.replace("PO1*1*12*", "PO1*3*ABC*")
    assert "PO1*3, element 2: quantity 'ABC' is no number" in problems(documents, body)
    found = read_purchase_order(documents.read("850", body), documents.profile, documents.received)
    assert found.value is None


SDQ = """BEG*00*SA*77**20250301
N1*ST**92*65
N3*65 Main Street
N4*Macon*GA*31201*US
PO1*1*10*EA*2**VN*A
SDQ*EA*92*65*4*66*6
PO1*2*3*EA*5**VN*B
SDQ*EA*92*66*3
CTT*2"""


def test_an_order_with_destinations_becomes_one_for_each_ship_to(documents: Any) -> None:
    first, second = read(documents, SDQ).orders
    assert (first.key, second.key) == ("HILL/77::65", "HILL/77::66")
    assert [(line.id, line.quantity.amount) for line in first.lines] == [("1", 4)]
    assert [(line.id, line.quantity.amount) for line in second.lines] == [("1", 6), ("2", 3)]
    assert first.parties.shipped.address.city == "Macon"
    assert second.parties.shipped.identifiers[0].value == "66"
    assert first.customer_po == second.customer_po == "77"


def test_destinations_that_do_not_add_up_are_refused(documents: Any) -> None:
    body = SDQ.replace("66*6", "66*5")
    assert "PO1*1, element 2: quantity 10 is not the sum 9 of its SDQ destinations" in problems(documents, body)


def test_charges_allowances_and_taxes_reach_the_order(documents: Any) -> None:
    body = documents.order.replace(
        "N1*BY", "SAC*C*D240***1250**********Freight\nSAC*A*C310****3*10\nTXI*ST*3.10*6.5\nN1*BY"
    )
    order = only(documents, body)
    [freight] = order.charges
    assert (freight.kind, freight.amount.amount) == ("freight", Decimal("12.50"))
    assert order.discounts[0].amount.amount == Decimal("14.23")  # 10 % of 126.00 + 16.25, half up
    assert (order.taxes[0].amount.amount, order.taxes[0].rate) == (Decimal("3.10"), Decimal("0.065"))


@pytest.mark.parametrize(
    ("basis", "per", "source"), [("HP", 100, "channel"), ("TP", 1000, "channel"), ("CT", 1, "contract")]
)
def test_a_basis_of_price_says_for_how_many_the_price_is(documents: Any, basis: str, per: int, source: str) -> None:
    price = only(documents, documents.order.replace("*PE*", f"*{basis}*")).lines[0].price
    assert (price.per, price.source) == (per, source)


def test_the_cross_reference_wins_over_every_qualifier(documents: Any) -> None:
    profile = change(documents.profile, items=Items(cross_reference={"UP:012345678905": "OURS"}))
    assert only(documents, documents.order, profile).lines[0].item == "OURS"


def test_releases_and_cancellations_are_told_apart(documents: Any) -> None:
    release = read(documents, documents.order.replace("BEG*00*SA*4500017*", "BEG*00*RL*4500017*12"))
    assert (release.type, release.release, release.orders[0].key) == ("release", "12", "HILL/4500017:12")
    assert read(documents, documents.order.replace("BEG*00*", "BEG*01*")).purpose == "cancellation"


def test_a_wrong_count_is_a_warning_and_a_repeated_line_an_error(documents: Any) -> None:
    assert problems(documents, documents.order.replace("CTT*2", "CTT*3")) == [
        "CTT (segment 21), element 1: the count of lines is 3, but 2 PO1 are there"
    ]
    assert problems(documents, documents.order.replace("PO1*2*", "PO1*1*")) == [
        "PO1 (segment 20), element 1: line '1' was used before, at segment 17"
    ]


def test_nothing_of_the_document_is_lost(documents: Any) -> None:
    odd = "PO4*6*2.5*OZ\nLIN*9*ZZ*ODDITEM\nN1*ZZ*LINEPARTY"
    body = documents.order.replace("PO4*6", odd).replace("REF*DP", "PER*BD*JIM*XX*UNREAD\nREF*DP")
    said = msgspec.json.encode(read(documents, body).orders).decode()
    for text in ("2.5", "ODDITEM", "LINEPARTY", "UNREAD", "0001", "00005", "ZZ", "UPSN", "012345678905", "037"):
        assert f'"{text}"' in said
