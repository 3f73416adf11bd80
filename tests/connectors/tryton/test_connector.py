"""Each command against a real Tryton: carried out once, though every answer is lost once."""

from decimal import Decimal

import pytest

from crossdock.model.base import change
from crossdock.model.commands import (
    CancelSale,
    ChangeSale,
    CreateSale,
    PostCreditNote,
    PostInvoice,
    PostShipment,
    RegisterPayment,
)
from crossdock.model.events import CreditNotePosted, InvoicePosted, ShipmentPosted
from crossdock.model.orders import Payment
from crossdock.model.parties import Address
from crossdock.model.quantities import Money
from crossdock.runtime.connector import Done, Refused

pytestmark = pytest.mark.tryton

WEST = "West warehouse output"


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_a_sale_is_entered_once_though_every_answer_is_lost(lane, erp, make, cutter):
    address = Address(("5 Dock Road",), "Dallas", "75201", country="US", name="Kim Lee")
    order = make.order(make.line("1", "SKU-001", 10), make.line("2", "KIT-001", 2, "40"), freight="12", address=address)
    number = lane.enter(order, sender=cutter)
    assert [verb.rpartition(".")[2] for verb in cutter.lost] == ["create", "create", "quote", "confirm"]
    (sale,) = erp.sales(order.key)
    assert (sale["number"], sale["state"], sale["untaxed_amount"]) == (number, "processing", Decimal("191.00"))
    assert lane.enter(order) == number
    assert len(erp.sales(order.key)) == 1
    (there,) = erp.read("party.address", [("street", "=", "5 Dock Road")], "city", "party_name")
    assert (there["city"], there["party_name"]) == ("Dallas", "Kim Lee")


def test_a_split_shipment_from_two_warehouses_is_posted_and_billed_twice(lane, erp, make, cutter):
    order = make.order(freight="12")
    number = lane.enter(order)
    east = make.went(("1", "SKU-001", 6), ("2", "SKU-002", 4))
    west = make.went(("1", "SKU-001", 4))
    for ordinal, (shipment, node, lines) in enumerate((("S-1", "east", east), ("S-1", "west", west)), 1):
        posting = PostShipment(order.key, number, f"{order.key}@{ordinal}", make.shipment(shipment, node, lines), lines)
        cutter.lost.clear()
        posted = lane.done(posting, cutter)
        assert isinstance(posted, ShipmentPosted)
        assert posted.document
        assert lane.done(posting) == posted
        assert {verb.rpartition(".")[2] for verb in cutter.lost} >= {
            "write",
            "wait",
            "assign_try",
            "pick",
            "pack",
            "do",
        }
    assert erp.shipped(number) == {
        ("SKU-001", "Output Zone"): 6,
        ("SKU-002", "Output Zone"): 4,
        ("SKU-001", WEST): 4,
    }
    for n, units in enumerate(({"1": 6, "2": 4}, {"1": 4}), 1):
        billing = PostInvoice(order.key, number, "CUST-003", n, make.bill(order, units, freight=n == 1))
        cutter.lost.clear()
        billed = lane.done(billing, cutter)
        assert isinstance(billed, InvoicePosted)
        assert billed.invoice.number
        assert billed.invoice.due
        assert lane.done(billing) == billed
        assert {verb.rpartition(".")[2] for verb in cutter.lost} >= {"write", "post"}
    first, second = erp.invoices(f"{order.key} bill")
    assert (first["state"], first["untaxed_amount"]) == ("posted", Decimal("111.00"))
    assert (second["state"], second["untaxed_amount"]) == ("posted", Decimal("39.60"))
    (sale,) = erp.sales(order.key)
    assert sale["shipment_state"] == "sent"


def test_a_kit_leaves_as_its_components(lane, erp, make):
    order = make.order(make.line("1", "KIT-001", 3, "40"))
    number = lane.enter(order)
    lines = make.went(("1", "KIT-001", 2))
    lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("K-1", "west", lines), lines))
    assert erp.shipped(number) == {("SKU-001", WEST): 2, ("SKU-002", WEST): 4}


def test_what_is_shipped_over_or_in_place_of_another_item_leaves_stock(lane, erp, make):
    order = make.order(make.line("1", "SKU-003", 5), make.line("2", "SKU-004", 5))
    number = lane.enter(order)
    lines = make.went(("1", "SKU-003", 6), ("2", "SKU-005", 2), ("2", "SKU-004", 3))
    lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("O-1", "east", lines), lines))
    assert erp.shipped(number) == {
        ("SKU-003", "Output Zone"): 6,
        ("SKU-004", "Output Zone"): 3,
        ("SKU-005", "Output Zone"): 2,
    }


def test_goods_that_tryton_counts_short_are_posted_all_the_same(lane, erp, make):
    order = make.order(make.line("1", "SKU-006", 1500))
    number = lane.enter(order)
    lines = make.went(("1", "SKU-006", 1500))
    lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("F-1", "east", lines), lines))
    assert erp.on_hand("SKU-006", "EAST") == -500


def test_a_prepaid_order_is_billed_paid_and_shipped_without_credit(lane, erp, make, cutter):
    order = make.order(make.line("1", "SKU-001", 100), kind="prepaid", customer="CUST-001")
    number = lane.enter(order, "CUST-001")
    billed = lane.done(PostInvoice(order.key, number, "CUST-001", 1, make.bill(order, {"1": 100})))
    assert isinstance(billed, InvoicePosted)
    assert billed.invoice.total == usd("1069.20")
    for reference, amount in (("P-1", "69.20"), ("P-2", "1000.00")):
        payment = Payment(reference, "payment", usd(amount), order.placed_at)
        registering = RegisterPayment(order.key, number, "CUST-001", payment, billed.invoice.number)
        cutter.lost.clear()
        lane.done(registering, cutter)
        lane.done(registering)
        assert any("pay.execute" in verb for verb in cutter.lost)
    (invoice,) = erp.invoices(f"{order.key} bill")
    assert (invoice["state"], invoice["amount_to_pay"]) == ("paid", 0)
    assert len(erp.read("account.move", [("description", "like", f"{order.key} payment%")], "number")) == 2
    lines = make.went(("1", "SKU-001", 100))
    lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("P-1", "east", lines), lines))
    (sale,) = erp.sales(order.key)
    assert (sale["state"], sale["shipment_state"]) == ("done", "sent")


def test_money_without_a_bill_is_a_deposit_and_money_beyond_a_bill_stays_on_account(lane, erp, make, cutter):
    order = make.order(make.line("1", "SKU-001", 10), kind="prepaid", customer="CUST-004")
    number = lane.enter(order, "CUST-004")
    deposit = RegisterPayment(order.key, number, "CUST-004", Payment("D-1", "payment", usd("50.00"), order.placed_at))
    lane.done(deposit, cutter)
    lane.done(deposit)
    assert [verb for verb in cutter.lost if "account.move." in verb] == [
        "model.account.move.create",
        "model.account.move.post",
    ]
    lane.done(PostInvoice(order.key, number, "CUST-004", 1, make.bill(order, {"1": 10})))
    beyond = RegisterPayment(order.key, number, "CUST-004", Payment("D-2", "payment", usd("120.00"), order.placed_at))
    lane.done(beyond)
    (invoice,) = erp.invoices(f"{order.key} bill")
    assert invoice["state"] == "paid"
    entries = erp.read("account.move", [("description", "like", f"{order.key} payment%")], "state", "number")
    assert [entry["state"] for entry in entries] == ["posted", "posted"]


def test_a_tax_exempt_order_is_billed_without_tax_though_tryton_warns(lane, erp, make, cutter):
    order = make.order(make.line("1", "SKU-001", 10))
    exempt = change(order.parties.sold_to, tax_exempt=True)
    order = change(order, parties=change(order.parties, sold_to=exempt))
    number = lane.enter(order)
    billed = lane.done(PostInvoice(order.key, number, "CUST-003", 1, make.bill(order, {"1": 10})), cutter)
    assert isinstance(billed, InvoicePosted)
    assert billed.invoice.total == usd("99.00")
    (invoice,) = erp.invoices(f"{order.key} bill")
    assert (invoice["state"], invoice["total_amount"]) == ("posted", Decimal("99.00"))


def test_an_amendment_reaches_a_sale_in_process(lane, erp, make, cutter):
    order = make.order()
    number = lane.enter(order)
    lines = make.went(("1", "SKU-001", 2))
    lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("A-1", "east", lines), lines))
    moved = Address(("9 New Street",), "Reno", "89501", country="US")
    amended = change(
        order,
        lines=(make.line("1", "SKU-001", 6),),
        parties=change(order.parties, ship_to=change(order.parties.sold_to, address=moved)),
        revision=2,
    )
    lane.done(ChangeSale(amended, number, "CUST-003"), cutter)
    lane.done(ChangeSale(amended, number, "CUST-003"))
    assert {"model.sale.amendment.create", "model.sale.amendment.validate_amendment"} <= set(cutter.lost)
    (sale,) = erp.sales(order.key)
    assert sale["untaxed_amount"] == Decimal("59.40")
    (amendment,) = erp.read("sale.amendment", [("sale.number", "=", number)], "state")
    assert amendment["state"] == "validated"
    rest = make.went(("1", "SKU-001", 4))
    lane.done(PostShipment(order.key, number, f"{order.key}@2", make.shipment("A-2", "east", rest), rest))
    assert erp.shipped(number) == {("SKU-001", "Output Zone"): 6}


def test_a_line_that_is_added_later_is_shipped_and_billed_with_the_others(lane, erp, make, cutter):
    order = make.order(make.line("1", "SKU-001", 10), freight="12")
    number = lane.enter(order)
    added = change(order, lines=(make.line("1", "SKU-001", 8), make.line("2", "KIT-001", 1, "40")), revision=2)
    lane.done(ChangeSale(added, number, "CUST-003"), cutter)
    lane.done(ChangeSale(added, number, "CUST-003"))
    assert len(erp.sales(order.key)) == 1
    (addition,) = erp.read("sale.sale", [("reference", "like", f"{order.key} addition%")], "state", "untaxed_amount")
    assert (addition["state"], addition["untaxed_amount"]) == ("processing", Decimal("40.00"))
    lines = make.went(("1", "SKU-001", 8), ("2", "KIT-001", 1))
    cutter.lost.clear()
    lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("L-1", "west", lines), lines), cutter)
    posted = erp.read("stock.shipment.out", [("reference", "like", f"%{order.key})")], "state", "outgoing_moves")
    assert [(one["state"], len(one["outgoing_moves"])) for one in posted] == [("done", 3)]
    still_open = erp.read("stock.shipment.out", [("moves.sale.reference", "like", f"{order.key}%")], "state")
    assert {one["state"] for one in still_open} <= {"done", "cancelled"}
    assert {sale["shipment_state"] for sale in erp.sales(order.key)} == {"sent"}
    billed = lane.done(
        PostInvoice(order.key, number, "CUST-003", 1, make.bill(added, {"1": 8, "2": 1}, freight=True)), cutter
    )
    assert isinstance(billed, InvoicePosted)
    (invoice,) = erp.invoices(f"{order.key} bill")
    assert (invoice["state"], invoice["untaxed_amount"]) == ("posted", Decimal("131.20"))
    again = change(added, lines=(added.lines[0],), revision=3)
    refused = lane.run(ChangeSale(again, number, "CUST-003"))
    assert isinstance(refused, Refused)
    assert refused.code == "too_late"


def test_a_cancellation_reaches_added_lines_too(lane, erp, make, cutter):
    order = make.order()
    number = lane.enter(order)
    added = change(order, lines=(*order.lines, make.line("3", "SKU-003", 5)), revision=2)
    lane.done(ChangeSale(added, number, "CUST-003"), cutter)
    # The same revision may be told again with more of the order's lines: what was let go before is wanted after all.
    more = change(added, lines=(*added.lines, make.line("4", "SKU-004", 1)))
    lane.done(ChangeSale(more, number, "CUST-003"))
    assert len(erp.read("sale.sale", [("reference", "like", f"{order.key} addition%")], "state")) == 2
    lane.done(CancelSale(order.key, number), cutter)
    sales = erp.read("sale.sale", [("reference", "like", f"{order.key}%")], "untaxed_amount")
    assert [sale["untaxed_amount"] for sale in sales] == [0, 0, 0]


def test_an_amendment_below_what_was_shipped_is_refused(lane, make):
    order = make.order()
    number = lane.enter(order)
    lines = make.went(("1", "SKU-001", 8))
    lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("B-1", "east", lines), lines))
    amended = change(order, lines=(make.line("1", "SKU-001", 6), order.lines[1]), revision=2)
    refused = lane.run(ChangeSale(amended, number, "CUST-003"))
    assert isinstance(refused, Refused)
    assert refused.code == "too_late"


@pytest.mark.parametrize("shipped", [0, 3])
def test_a_cancellation_takes_what_is_open_and_nothing_else(lane, erp, make, cutter, shipped):
    order = make.order(freight="12", suffix=f"-{shipped}")
    number = lane.enter(order)
    if shipped:
        lines = make.went(("1", "SKU-001", shipped))
        lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("C-1", "west", lines), lines))
    cancelling = CancelSale(order.key, number, "changed their mind", remainder_only=bool(shipped))
    lane.done(cancelling, cutter)
    lane.done(cancelling)
    (sale,) = erp.sales(order.key)
    assert sale["untaxed_amount"] == (Decimal("41.70") if shipped else 0)
    assert erp.shipped(number) == ({("SKU-001", WEST): 3} if shipped else {})
    (amendment,) = erp.read("sale.amendment", [("sale.number", "=", number)], "state")
    assert amendment["state"] == "validated"
    open_moves = erp.read("stock.move", [("sale.number", "=", number), ("state", "!=", "done")], "state")
    assert open_moves == []


@pytest.mark.parametrize("amount", ["118.80", "33.33"])
def test_a_refund_becomes_one_credit_note_of_exactly_its_amount(lane, erp, make, cutter, amount):
    order = make.order(make.line("1", "SKU-001", 10), freight="11.88", suffix=amount)
    number = lane.enter(order)
    billed = lane.done(PostInvoice(order.key, number, "CUST-003", 1, make.bill(order, {"1": 10}, freight=True)))
    assert isinstance(billed, InvoicePosted)
    assert billed.invoice.total == usd("118.80")
    crediting = PostCreditNote(order.key, number, "CUST-003", "R-1", usd(amount), billed.invoice.number, "damaged")
    noted = lane.done(crediting, cutter)
    assert isinstance(noted, CreditNotePosted)
    assert noted.credit_note.total == usd(amount)
    assert lane.done(crediting) == noted
    assert cutter.lost == ["model.account.invoice.create", "model.account.invoice.post"]
    (note,) = erp.invoices(f"{order.key} credit")
    assert (note["state"], note["total_amount"]) == ("posted", -Decimal(amount))


def test_a_customer_over_its_limit_is_refused_and_leaves_no_open_sale(lane, erp, make, cutter):
    order = make.order(make.line("1", "SKU-001", 100), customer="CUST-001")
    refused = lane.run(CreateSale(order, "CUST-001"), cutter)
    assert isinstance(refused, Refused)
    assert refused.code == "credit"
    assert {sale["state"] for sale in erp.sales(order.key)} == {"cancelled"}


@pytest.mark.parametrize(
    ("customer", "item", "what"),
    [("CUST-003", "NO-SUCH", "NO-SUCH"), ("NOBODY", "SKU-001", "NOBODY")],
)
def test_what_tryton_does_not_know_is_named_and_nothing_is_entered(lane, erp, make, customer, item, what):
    order = make.order(make.line("1", item, 1), customer=customer, suffix=what)
    refused = lane.run(CreateSale(order, customer))
    assert isinstance(refused, Refused)
    assert what in refused.reason
    assert erp.sales(order.key) == []


def test_a_second_sale_under_our_reference_is_never_hidden(lane, erp, make):
    order = make.order()
    number = lane.enter(order)
    (sale,) = erp.sales(order.key)
    copies = erp.desk.call("model.sale.sale.copy", [sale["id"]], {"reference": order.key})
    with pytest.raises(AssertionError, match="never ends"):
        lane.run(CreateSale(order, "CUST-003"), most=3)
    erp.desk.press("sale.sale", "cancel", *copies)
    assert lane.enter(order) == number
    assert isinstance(lane.run(CreateSale(order, "CUST-003")), Done)
