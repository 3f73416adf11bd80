"""Questions to a real Tryton: prices by customer and quantity, taxes, kits, credit positions, stock."""

from decimal import Decimal

import pytest

from crossdock.model.base import change
from crossdock.model.commands import PostInvoice, PostShipment, QuoteOrder, ReadCreditPosition
from crossdock.model.events import CreditPositionRead, InvoicePosted, OrderQuoted
from crossdock.model.items import Component
from crossdock.model.parties import Parties, Party
from crossdock.model.quantities import Money

pytestmark = pytest.mark.tryton


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def test_prices_follow_the_customers_price_list_and_the_quantity(lane, make):
    order = make.order(
        make.line("a", "SKU-001", 1),
        make.line("b", "SKU-001", 10),
        make.line("c", "SKU-001", 100),
        make.line("d", "KIT-001", 2),
        make.line("e", "NO-SUCH", 1),
    )
    quoted = lane.done(QuoteOrder(order))
    assert isinstance(quoted, OrderQuoted)
    by_line = {quote.line: quote for quote in quoted.lines}
    prices = {line: by_line[line].price.amount.amount for line in "abcd"}
    assert prices == {"a": Decimal("9.9"), "b": Decimal("8.8"), "c": Decimal("7.7"), "d": Decimal(54)}
    assert by_line["b"].tax == usd("7.04")
    assert by_line["d"].item.kind == "kit"
    assert by_line["d"].item.components == (Component("SKU-001", Decimal(1)), Component("SKU-002", Decimal(2)))
    assert "NO-SUCH" in by_line["e"].problem
    assert (quoted.customer, quoted.problem, quoted.on_account_allowed) == ("CUST-003", "", True)


def test_a_guest_is_quoted_list_prices_and_no_credit(lane, make):
    order = change(make.order(make.line("a", "SKU-001", 10)), parties=Parties(Party("Ann", guest=True)))
    quoted = lane.done(QuoteOrder(order))
    assert isinstance(quoted, OrderQuoted)
    assert (quoted.customer, quoted.on_account_allowed) == ("WEB-GUEST", False)
    assert quoted.lines[0].price.amount == usd("11")


def test_an_unknown_customer_is_a_problem_of_the_order(lane, make):
    quoted = lane.done(QuoteOrder(make.order(customer="NOBODY")))
    assert isinstance(quoted, OrderQuoted)
    assert "NOBODY" in quoted.problem


def test_a_credit_position_names_each_open_order_by_reference_as_far_as_it_is_unbilled(lane, erp, make):
    customer = "CUST-002"
    asking = ReadCreditPosition("shop/any", customer, "USD")

    def position():
        answer = lane.done(asking)
        assert isinstance(answer, CreditPositionRead)
        return answer.position

    before = position()
    assert before.limit == usd("1000000")
    order = make.order(customer=customer)
    number = lane.enter(order, customer)
    opened = position()
    assert {one.reference: one.amount for one in opened.open_orders}[order.key] == usd("138.60")
    lines = make.went(("1", "SKU-001", 10), ("2", "SKU-002", 4))
    lane.done(PostShipment(order.key, number, f"{order.key}@1", make.shipment("Q-1", "east", lines), lines))
    billed = lane.done(PostInvoice(order.key, number, customer, 1, make.bill(order, {"1": 10})))
    assert isinstance(billed, InvoicePosted)
    after = position()
    assert {one.reference: one.amount for one in after.open_orders}[order.key] == usd("39.60")
    assert after.receivables == before.receivables + usd("106.92")
    (party,) = erp.read("party.party", [("code", "=", customer)], "credit_amount")
    everything = sum((one.amount.amount for one in after.open_orders), after.receivables.amount)
    assert party["credit_amount"] == everything
