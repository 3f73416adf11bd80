"""Payment, bills, refunds: each unit billed once, freight once, each reference once, and a refund is not a return."""

from datetime import timedelta
from decimal import Decimal as D

import pytest

from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.prices import Charge, Discount, TaxLine
from crossdock.model.quantities import Money
from tests.processes.world import KEY, World, line, order, payment, usd


def billed(world: World) -> D:
    return sum((bill.invoice.total.amount for bill in world.of(c.PostInvoice)), D(0))


def credited(world: World) -> D:
    return sum((note.amount.amount for note in world.of(c.PostCreditNote)), D(0))


# --- prepaid ------------------------------------------------------------------------------------------------------


def test_an_unpaid_prepaid_order_takes_stock_and_is_entered_but_not_released():
    world = World().place(order(terms="prepaid"))
    assert world.order.phase == "unpaid"
    assert world.order.payment == "unpaid"
    assert world.line().reserved == 10
    assert world.of(c.CreateSale)
    assert not world.order.shares


def test_it_releases_once_all_of_it_is_paid_and_is_billed_in_advance():
    world = World().place(order(terms="prepaid"))
    world.tell(e.PaymentReceived(KEY, payment("P1", "payment", 20)))
    assert world.order.phase == "unpaid"
    world.tell(e.PaymentReceived(KEY, payment("P2", "payment", 5)))
    assert world.order.phase == "released"
    assert world.order.payment == "paid"
    assert billed(world) == 25
    assert {(paid.payment.reference, paid.invoice) for paid in world.of(c.RegisterPayment)} == {
        ("P1", "INV-1"),
        ("P2", "INV-1"),
    }
    assert world.ship().order.phase == "closed"
    assert billed(world) == 25


def test_the_same_payment_reported_twice_counts_once():
    world = World().place(order(terms="prepaid"))
    for _ in range(3):
        world.tell(e.PaymentReceived(KEY, payment("P1", "payment", 20)))
    assert world.order.received == 20
    assert world.order.phase == "unpaid"


def test_a_payment_that_never_comes_is_asked_about():
    world = World().place(order(terms="prepaid")).later(days=7)
    assert world.exceptions[KEY, "late:unpaid"].role == "finance"
    world.tell(e.PaymentReceived(KEY, payment("P1", "payment", 25)))
    assert not world.open_causes


def test_payments_that_come_with_the_order_count():
    world = World().place(order(terms="prepaid", payments=(payment("P1", "capture", 25),)))
    assert world.order.phase == "released"
    assert world.order.payment == "captured"


def test_a_refund_out_of_goodwill_before_release_makes_no_debt_but_a_full_one_leaves_nothing_paid():
    for amount, phase in ((5, "released"), (25, "unpaid")):
        world = World(stock={("BOLT", "EAST"): 0})
        world.place(order(terms="prepaid", payments=(payment("P1", "payment", 25),)))
        world.tell(e.RefundRequested(KEY, "R1", usd(amount)))
        world.stock["BOLT", "EAST"] = type(world.stock["BOLT", "EAST"])(D(10), D(0))
        world.to(KEY, e.StockBecameAvailable("BOLT", "EAST"))
        assert world.order.phase == phase


def test_money_that_does_not_fit_the_order_is_a_question():
    world = World().place(order(terms="prepaid"))
    strange = type(payment("X", "payment", 1))("X", "payment", Money(D(25), "EUR"), world.now)
    world.tell(e.PaymentReceived(KEY, strange))
    assert world.open_causes == {"payment:X"}
    assert world.order.phase == "unpaid"


def test_what_is_owed_follows_the_total_that_the_order_states():
    taxed = order(line(taxes=(TaxLine(usd("1.60"), D("0.08")),)), terms="prepaid", total=usd("26.61"))
    world = World().place(taxed).tell(e.PaymentReceived(KEY, payment("P1", "payment", "26.60")))
    assert world.order.phase == "unpaid"
    world.tell(e.PaymentReceived(KEY, payment("P2", "payment", "0.01")))
    assert world.order.phase == "released"


# --- cards --------------------------------------------------------------------------------------------------------


def card(*payments: object, **stock: int) -> World:
    world = World(stock={("BOLT", "EAST"): stock.get("east", 100), ("BOLT", "WEST"): stock.get("west", 0)})
    return world.place(order(terms="card", payments=payments))


def test_an_authorised_card_order_is_released_and_captured_at_shipment_then_booked_against_its_bill():
    world = card(payment("A1", "authorization", 25, timedelta(days=7)))
    assert world.order.payment == "authorised"
    assert not world.of(c.CapturePayment)
    world.ship()
    (capture,) = world.of(c.CapturePayment)
    assert (capture.authorization, capture.amount) == ("A1", usd(25))
    assert world.of(c.RegisterPayment)[0].invoice == "INV-1"
    assert world.order.phase == "closed"
    assert world.order.payment == "captured"


def test_each_shipment_captures_its_own_part_and_freight_once():
    world = card(payment("A1", "authorization", 25), east=6, west=4)
    world.ship(1, "S1").ship(2, "S2")
    assert [capture.amount.amount for capture in world.of(c.CapturePayment)] == [17, 8]
    assert billed(world) == 25
    assert world.order.phase == "closed"


def test_an_authorisation_that_expires_before_release_holds_the_order_back():
    world = World(stock={("BOLT", "EAST"): 0})
    world.place(order(terms="card", payments=(payment("A1", "authorization", 25, timedelta(days=2)),)))
    world.later(days=3)
    assert "authorization" in world.open_causes
    world.stock["BOLT", "EAST"] = type(world.stock["BOLT", "EAST"])(D(10), D(0))
    world.to(KEY, e.StockBecameAvailable("BOLT", "EAST"))
    assert world.order.phase == "unpaid"
    world.tell(e.PaymentReceived(KEY, payment("A2", "authorization", 25)))
    assert world.order.phase == "released"
    assert not world.open_causes


def test_a_declined_authorisation_is_worth_nothing():
    world = World(stock={("BOLT", "EAST"): 0})
    world.place(order(terms="card", payments=(payment("A1", "authorization", 25),)))
    world.tell(e.PaymentFailed(KEY, "A1", "stolen"))
    assert world.order.payment == "unpaid"
    assert world.open_causes == {"payment:A1"}


def test_a_capture_that_is_refused_goes_to_finance_and_the_bill_is_posted_all_the_same():
    world = card(payment("A1", "authorization", 25))
    world.refuse["CapturePayment"] = "expired"
    world.ship()
    assert world.of(c.PostInvoice)
    assert world.order.phase == "settling"
    (cause,) = world.open_causes
    assert world.exceptions[KEY, cause].role == "finance"
    world.refuse.clear()
    world.act(KEY, cause, "retry")
    assert world.order.phase == "closed"
    assert len(world.of(c.CapturePayment)) == 2


def test_a_capture_done_by_hand_counts_as_money_received():
    world = card(payment("A1", "authorization", 25))
    world.refuse["CapturePayment"] = "expired"
    world.ship()
    world.act(KEY, next(iter(world.open_causes)), "done_by_hand", "T-77")
    assert world.order.received == 25
    assert world.order.phase == "closed"


# --- billing ------------------------------------------------------------------------------------------------------


def test_a_customer_billed_when_complete_gets_one_bill_for_two_shipments():
    world = World(stock={("BOLT", "EAST"): 6, ("BOLT", "WEST"): 4}).place(order(customer="LATE"))
    world.ship(1, "S1")
    assert not world.of(c.PostInvoice)
    world.ship(2, "S2")
    (bill,) = world.of(c.PostInvoice)
    assert bill.shipments == ("S1", "S2")
    assert billed(world) == 25


def test_a_customer_billed_in_advance_gets_the_bill_with_the_sale():
    world = World().place(order(customer="EARLY"))
    assert billed(world) == 25
    assert world.of(c.CreateSale)[0].billing == "prepaid"
    assert world.ship().order.phase == "closed"
    assert len(world.of(c.PostInvoice)) == 1


@pytest.mark.parametrize("parts", [(1, 9), (3, 3, 4), (1, 1, 1, 7)])
def test_bills_of_parts_add_up_to_the_order_whatever_the_split(parts):
    odd = order(
        line(quantity=10, price="3.33", discounts=(Discount(usd("1.00")),), taxes=(TaxLine(usd("2.69"), D("0.0833")),)),
        charges=(Charge("freight", usd("4.99")),),
        discounts=(Discount(usd("0.77")),),
    )
    world = World().place(odd)
    for n, part in enumerate(parts):
        world.ship(1, f"S{n}", final=n == len(parts) - 1, _1=part)
    assert billed(world) == odd.gross.amount
    lines = [each for bill in world.of(c.PostInvoice) for each in bill.invoice.lines]
    assert sum(each.amount.amount for each in lines) == odd.lines[0].net.amount
    assert sum(each.quantity for each in lines) == 10
    assert sum(len(bill.invoice.charges) for bill in world.of(c.PostInvoice)) == 1


# --- refunds ------------------------------------------------------------------------------------------------------


def prepaid(**more: object) -> World:
    return World().place(order(terms="prepaid", payments=(payment("P1", "payment", 25),), **more))


def test_a_refund_after_shipment_is_credited_against_the_bill_and_brings_nothing_back():
    world = prepaid().ship()
    world.tell(e.RefundRequested(KEY, "R1", usd(4), "scratched"))
    (note,) = world.of(c.PostCreditNote)
    assert (note.reference, note.amount, note.reverses) == ("R1", usd(4), "INV-1")
    assert world.stock["BOLT", "EAST"].on_hand == 90
    assert world.line().shipped == 10


def test_a_repeated_refund_counts_once():
    world = prepaid().ship()
    for _ in range(3):
        world.tell(e.RefundRequested(KEY, "R1", usd(4)))
    assert credited(world) == 4


def test_a_refund_of_unshipped_units_cancels_them_and_credits_what_was_billed_in_advance_once():
    world = prepaid()
    world.tell(e.RefundRequested(KEY, "R1", usd(8), cancelled_lines={"1": D(4)}))
    assert world.line().cancelled == 4
    assert credited(world) == 8
    assert world.ship().order.phase == "closed"
    assert billed(world) - credited(world) == D(17)


def test_a_cancellation_and_the_refund_behind_it_are_credited_once_whichever_comes_first():
    cancel = e.CancellationRequested(KEY, "changed my mind")
    refund = e.RefundRequested(KEY, "R1", usd(25), cancelled_lines={"1": D(10)})
    for first, second in ((cancel, refund), (refund, cancel)):
        world = prepaid().tell(first, second)
        assert world.order.phase == "cancelled"
        assert credited(world) == 25
        assert world.order.payment == "refunded"
        assert not world.of(c.RefuseChange)


def test_never_more_is_credited_than_was_billed():
    world = prepaid().ship()
    world.tell(e.RefundRequested(KEY, "R1", usd(20)), e.RefundRequested(KEY, "R2", usd(20)))
    assert credited(world) == 25


def test_a_refund_waits_for_the_number_of_the_bill_that_it_reverses():
    world = prepaid()
    world.mute.add("PostInvoice")
    world = World()
    world.mute.add("PostInvoice")
    world.place(order(terms="prepaid", payments=(payment("P1", "payment", 25),)))
    world.tell(e.RefundRequested(KEY, "R1", usd(5)))
    assert not world.of(c.PostCreditNote)
    world.to(KEY, world.answer(world.of(c.PostInvoice)[0])[0])
    assert credited(world) == 5


def test_money_for_units_that_will_not_ship_is_waited_for_and_then_asked_about():
    world = World(stock={("BOLT", "EAST"): 6})
    world.place(order(terms="prepaid", payments=(payment("P1", "payment", 25),), backorder_allowed=False)).ship()
    assert world.order.phase == "closed"
    assert "given back" in world.waits()
    world.later(days=1)
    assert world.exceptions[KEY, "late:refund_due"].role == "finance"
    world.tell(e.RefundRequested(KEY, "R1", usd(8)))
    assert not world.open_causes
    assert credited(world) == 0


def test_a_refund_in_another_currency_is_a_question():
    world = prepaid().tell(e.RefundRequested(KEY, "R1", Money(D(4), "EUR")))
    assert world.open_causes == {"refund:R1"}
