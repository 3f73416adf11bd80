"""Before anything follows from an order: customer, items, price, tax, minimum and credit."""

from decimal import Decimal as D

import pytest

from crossdock.estate.model import PricePolicy
from crossdock.model import commands as c
from crossdock.model import events as e
from crossdock.model.prices import TaxLine
from crossdock.model.quantities import Money
from crossdock.processes import decision as d
from tests.processes.world import KEY, World, estate, line, order, usd


def test_a_price_within_tolerance_passes():
    world = World()
    world.list_prices["BOLT"] = "2.02"
    assert world.place().order.phase == "released"


def test_a_price_beyond_tolerance_holds_the_order_and_asks_sales():
    world = World()
    world.list_prices["BOLT"] = "2.50"
    world.place()
    assert world.order.phase == "held"
    assert world.exceptions[KEY, "hold:price"].role == "sales"
    assert not world.of(c.CreateSale)
    assert "hold price" in world.waits()


def test_a_person_lets_a_price_pass_and_the_order_is_entered_at_its_own_price():
    world = World()
    world.list_prices["BOLT"] = "2.50"
    world.place().tell(e.HoldReleased(KEY, "price", "sam"))
    assert world.order.phase == "released"
    assert world.order.waived == {"price": "sam"}
    assert world.of(c.CreateSale)[0].order.lines[0].price.amount == usd(2)
    assert not world.open_causes


def test_a_price_that_the_erp_mended_passes_when_it_is_checked_again():
    world = World()
    world.list_prices["BOLT"] = "2.50"
    world.place()
    world.list_prices.clear()
    world.act(KEY, "hold:price", "retry")
    assert world.order.phase == "released"
    assert not world.open_causes


def test_a_channel_that_honours_its_prices_lets_the_order_pass_unchanged():
    world = World(estate(price=PricePolicy("honour")))
    world.list_prices["BOLT"] = "9"
    assert world.place().order.phase == "released"


def test_a_channel_that_refuses_wrong_prices_rejects_the_order_and_tells_the_customer():
    world = World(estate(price=PricePolicy("refuse")))
    world.list_prices["BOLT"] = "9"
    world.place()
    assert world.order.phase == "rejected"
    assert "9" in world.of(c.ConfirmCancellation)[0].reason
    assert world.of(e.OrderRejected)
    assert not world.alarms


def test_a_tax_that_is_not_the_erps_holds_the_order():
    world = World()
    taxed = order(line(taxes=(TaxLine(usd("1.60"), D("0.08")),)))
    quote = world.quote(taxed)
    wrong = e.OrderQuoted(KEY, "C1", (e.LineQuote("1", quote.lines[0].price, usd("3.00")),))
    world.mute.add("QuoteOrder")
    world.place(taxed).to(KEY, wrong)
    assert set(world.order.holds) == {"price"}


def test_an_unknown_customer_holds_the_order_until_the_erp_knows_it():
    world = World()
    world.unknown.add("C1")
    world.place()
    assert set(world.order.holds) == {"customer"}
    world.unknown.clear()
    world.tell(e.HoldReleased(KEY, "customer", "sam"))
    assert world.order.phase == "released"


def test_an_unknown_item_is_refused_where_the_channel_says_so():
    world = World(estate(unknown="refuse"))
    world.unknown.add("BOLT")
    world.place()
    assert world.order.phase == "rejected"
    assert "BOLT" in world.of(c.ConfirmCancellation)[0].reason


def test_an_unknown_item_holds_the_order_elsewhere():
    world = World()
    world.unknown.add("BOLT")
    world.place()
    assert set(world.order.holds) == {"item"}


def test_a_guest_is_booked_on_the_channels_customer_for_guests():
    world = World().place(order(customer="", terms="prepaid", payments=()))
    assert world.order.customer == "GUEST"
    assert world.of(c.QuoteOrder)[0].order.parties.sold_to.number == "GUEST"


def test_an_order_below_the_minimum_is_rejected_before_the_erp_is_asked():
    world = World(estate(minimum=D(50))).place()
    assert world.order.phase == "rejected"
    assert "minimum" in world.order.reason
    assert not world.of(c.QuoteOrder)
    assert world.line().cancelled == 10


@pytest.mark.parametrize(
    "bad",
    [
        order(line(quantity="-1")),
        order(line(quantity="NaN")),
        order(line(quantity="1e40")),
        order(line(quantity="0.0000001")),
        order(line(price="Infinity")),
        order(line(price="-1")),
        order(line("1"), line("1")),
        order(line(item="")),
        order(currency="EUR"),
        order(total=Money(D(1), "EUR")),
    ],
)
def test_an_order_that_nobody_could_reckon_with_is_rejected_and_not_raised_over(bad):
    world = World().place(bad)
    assert world.order.phase == "rejected"
    assert len(world.of(c.ConfirmCancellation)) == 1


def test_an_order_without_lines_is_rejected():
    empty = order()
    world = World().place(type(empty)(**{f: getattr(empty, f) for f in empty.__struct_fields__} | {"lines": ()}))
    assert world.order.phase == "rejected"


# --- credit -------------------------------------------------------------------------------------------------------


def test_prepaid_and_card_orders_skip_credit():
    for terms in ("prepaid", "card"):
        world = World().place(order(terms=terms))
        assert not world.of(c.ReadCreditPosition)


def test_credit_is_held_for_the_whole_amount_and_in_the_erp_once_the_sale_is():
    world = World().place()
    assert world.of(d.HoldCredit)[0].amount == usd("25.00")
    assert world.of(d.CreditIsInErp)


def test_an_order_beyond_the_limit_is_held_takes_no_stock_and_is_checked_again_at_the_review():
    world = World()
    world.limit = usd(10)
    world.place()
    assert set(world.order.holds) == {"credit"}
    assert not world.of(d.Reserve)
    assert world.exceptions[KEY, "hold:credit"].role == "finance"
    world.limit = usd(100)
    world.later(days=1)
    assert world.order.phase == "released"
    assert not world.open_causes


def test_a_limit_that_stays_too_low_asks_again_at_each_review():
    world = World()
    world.limit = usd(10)
    world.place().later(days=3, hours=1)
    assert world.order.phase == "held"
    assert len(world.of(c.ReadCreditPosition)) == 4


def test_a_person_lets_an_order_pass_its_limit_once_and_that_is_recorded():
    world = World()
    world.limit = usd(10)
    world.place().tell(e.HoldReleased(KEY, "credit", "fin"))
    assert world.order.phase == "released"
    assert world.order.waived == {"credit": "fin"}
    assert world.of(d.HoldCredit)[-1].over_limit


def test_a_customer_who_may_not_buy_on_account_is_held():
    world = World()
    world.mute.add("QuoteOrder")
    quote = world.quote(order())
    world.place().to(KEY, e.OrderQuoted(KEY, "C1", quote.lines, on_account_allowed=False))
    assert set(world.order.holds) == {"terms"}
    world.act(KEY, "hold:terms", "done_by_hand")
    assert world.order.phase == "released"


def test_a_blocked_customer_is_held():
    world = World()
    world.mute.add("ReadCreditPosition")
    world.place()
    position = type(world.answer(c.ReadCreditPosition(KEY, "C1", "USD"))[0].position)
    world.to(KEY, e.CreditPositionRead(KEY, position("C1", None, usd(0), (), world.now, blocked=True)))
    assert "blocked" in world.order.holds["credit"].reason


def test_a_position_in_another_currency_is_a_question_and_not_an_error():
    world = World()
    world.receivables = Money(D(0), "EUR")
    world.place()
    assert "EUR" in world.order.holds["credit"].reason


def test_the_erp_may_refuse_the_sale_for_credit_and_the_order_is_held_until_a_person_lifts_it():
    world = World()
    world.refuse["CreateSale"] = "credit"
    world.place()
    assert set(world.order.holds) == {"credit"}
    world.refuse.clear()
    world.tell(e.HoldReleased(KEY, "credit", "fin"))
    assert world.order.phase == "released"


# --- holds by hand ------------------------------------------------------------------------------------------------


def test_a_hold_by_hand_stops_release_and_lifting_it_releases():
    world = World()
    world.mute.add("QuoteOrder")
    world.place().tell(e.HoldPlaced(KEY, "fraud", "eve", "looks odd"))
    world.to(KEY, world.quote(order()))
    assert world.order.phase == "held"
    assert not world.order.shares
    assert world.line().reserved == 10
    assert "looks odd" in world.waits()
    world.tell(e.HoldReleased(KEY, "fraud", "eve"))
    assert world.order.phase == "released"


def test_a_hold_on_what_was_released_is_refused():
    world = World().place().tell(e.HoldPlaced(KEY, "fraud", "eve"))
    assert world.of(e.ChangeRefused)
    assert not world.order.holds


def test_an_order_that_was_changed_before_we_heard_of_it_begins_with_the_change():
    world = World().tell(e.OrderChanged(order(revision=3)))
    assert world.order.phase == "released"
    world.place(order(revision=1))
    assert len(world.of(c.CreateSale)) == 1


def test_the_order_may_be_found_by_its_numbers():
    world = World().place(order(customer_po="PO-7"))
    me = {("order_to_cash", KEY)}
    assert world.identifiers["order", "shop", "#1001"] == me
    assert world.identifiers["customer_po", "C1", "PO-7"] == me
    assert world.identifiers["sale", "erp", "SO-1"] == me
    world.ship()
    assert world.identifiers["invoice", "erp", "INV-1"] == me
