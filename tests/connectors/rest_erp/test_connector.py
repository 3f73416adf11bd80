"""The rest_erp connector before a simulated ERP: each operation done, repeated, cut off and looked up, refused."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from crossdock.connectors.rest_erp.connector import RestErp, Settings
from crossdock.connectors.rest_erp.openapi import contract
from crossdock.model import commands, events
from crossdock.model.base import change
from crossdock.model.commands import Command
from crossdock.model.invoices import Invoice, InvoiceLine, OpenOrder
from crossdock.model.orders import Payment
from crossdock.model.prices import Charge
from crossdock.model.quantities import Quantity
from crossdock.model.shipments import FulfillmentLine, Package, PackedLine, Shipment
from crossdock.runtime.connector import Asks, Done, LookUp, NotFound, Refused, TryLater
from crossdock.runtime.ports import NoAnswer, NotSent, Response
from crossdock.simulation.systems.erp import Erp
from crossdock.simulation.systems.faults import Faults
from tests.support.contracts import Contract
from tests.support.systems import CATALOGUE, NOW, TOKEN, Bench, order, usd

ORDER = order("#1001", [("BOLT", "4"), ("SET", "1")])
CONTRACT = Contract(contract())


class ErpBench(Bench):
    system: Erp

    def rows(self, kind: str) -> list[Any]:
        return [row for row in self.system.ledger if row.kind == kind]

    def documents(self, kind: str) -> int:
        return len({row.document for row in self.rows(kind)})


@pytest.fixture
def bench() -> ErpBench:
    settings = Settings("erp", "http://erp.test", TOKEN, nodes={"east": "WH1"})
    return ErpBench(RestErp(settings), Erp("erp", TOKEN, CATALOGUE))


def entered(bench: ErpBench) -> str:
    done = bench.perform(commands.CreateSale(ORDER, "C-1"))
    assert isinstance(done, Done)
    created = done.events[0]
    assert isinstance(created, events.SaleCreated)
    return created.sale_number


def shipment() -> Shipment:
    lines = (PackedLine("L1", Decimal(3)), PackedLine("L2", Decimal(1)))
    return Shipment("WH1-S1", "east", (Package("P1", lines, tracking="1Z9"),), "fast", NOW)


def invoice() -> Invoice:
    line = InvoiceLine("L1", "BOLT", Decimal(3), usd("2.50"), usd("7.50"))
    return Invoice("", ORDER.key, (line,), usd("12.50"), (Charge("freight", usd("5.00")),))


def postings(sale: str) -> dict[str, tuple[Command, str, int]]:
    """Each posting after a sale, the ledger's kind of it and how many rows it makes."""
    key = ORDER.key
    lines = (FulfillmentLine("L1", "BOLT", Decimal(3)), FulfillmentLine("L2", "SET", Decimal(1)))
    payment = Payment("pay-1", "payment", usd("12.50"), NOW)
    return {
        "shipment": (commands.PostShipment(key, sale, "shop-1001-1", shipment(), lines), "posted", 2),
        "invoice": (commands.PostInvoice(key, sale, "C-1", 1, invoice(), ("WH1-S1",)), "billed", 1),
        "payment": (commands.RegisterPayment(key, sale, "C-1", payment), "paid", 1),
        "credit note": (commands.PostCreditNote(key, sale, "C-1", "refund-1", usd("2.50")), "credited", 1),
    }


POSTINGS = tuple(postings(""))


def done(outcome: object) -> events.Event:
    assert isinstance(outcome, Done), outcome
    assert len(outcome.events) == 1
    return outcome.events[0]


# --- queries ---------------------------------------------------------------------------------------------------------


def test_a_quote_names_customer_prices_taxes_and_kit_components(bench: ErpBench) -> None:
    quoted = done(bench.perform(commands.QuoteOrder(ORDER)))
    assert isinstance(quoted, events.OrderQuoted)
    bolt, kit = quoted.lines
    assert (quoted.customer, quoted.problem, quoted.on_account_allowed) == ("C-1", "", True)
    assert bolt.price is not None
    assert bolt.price.amount == usd("2.50")
    assert bolt.price.source == "list"
    assert bolt.tax == usd("0.60")
    assert kit.item is not None
    assert kit.item.kind == "kit"
    assert [(part.item, part.per_kit) for part in kit.item.components] == [("BOLT", Decimal(1)), ("NUT", Decimal(2))]


def test_a_contract_price_is_told_from_a_list_price(bench: ErpBench) -> None:
    quoted = done(bench.perform(commands.QuoteOrder(order(customer="C-2"))))
    assert isinstance(quoted, events.OrderQuoted)
    price = quoted.lines[0].price
    assert price is not None
    assert (price.amount, price.source) == (usd("2.00"), "contract")


def test_a_customer_without_number_is_found_by_its_email(bench: ErpBench) -> None:
    quoted = done(bench.perform(commands.QuoteOrder(order(customer=""))))
    assert isinstance(quoted, events.OrderQuoted)
    assert quoted.customer == "C-1"


def test_a_guest_is_priced_as_the_customer_that_guests_are_booked_on(bench: ErpBench) -> None:
    guest = order(customer="C-2")
    sold_to = change(guest.parties.sold_to, guest=True, email="someone@else.example")
    quoted = done(bench.perform(commands.QuoteOrder(change(guest, parties=change(guest.parties, sold_to=sold_to)))))
    assert isinstance(quoted, events.OrderQuoted)
    assert quoted.customer == "C-2"


def test_an_unknown_customer_is_a_problem_of_the_order_not_a_refusal(bench: ErpBench) -> None:
    quoted = done(bench.perform(commands.QuoteOrder(order(customer="C-404"))))
    assert isinstance(quoted, events.OrderQuoted)
    assert (quoted.customer, quoted.problem) == ("", "unknown customer C-404")


def test_an_unknown_item_is_a_problem_of_its_line(bench: ErpBench) -> None:
    quoted = done(bench.perform(commands.QuoteOrder(order(lines=[("BOLT", "1"), ("GHOST", "1")]))))
    assert isinstance(quoted, events.OrderQuoted)
    assert [line.problem for line in quoted.lines] == ["", "unknown item GHOST"]


def test_a_credit_position_has_receivables_open_orders_by_our_reference_and_the_limit(bench: ErpBench) -> None:
    sale = entered(bench)
    bench.perform(postings(sale)["invoice"][0])
    read = done(bench.perform(commands.ReadCreditPosition(ORDER.key, "C-1", "USD")))
    assert isinstance(read, events.CreditPositionRead)
    position = read.position
    assert (position.limit, position.receivables, position.as_of) == (usd("1000"), usd("112.50"), NOW)
    assert position.open_orders == (OpenOrder(ORDER.key, usd("1.50")),)


def test_a_phone_order_counts_against_credit_under_the_key_that_it_has_with_us(bench: ErpBench) -> None:
    number = phone_order(bench)
    read = done(bench.perform(commands.ReadCreditPosition(ORDER.key, "C-1", "USD")))
    assert isinstance(read, events.CreditPositionRead)
    assert [one.reference for one in read.position.open_orders] == [f"erp/{number}"]


def test_the_credit_of_an_unknown_customer_is_refused(bench: ErpBench) -> None:
    refused = bench.perform(commands.ReadCreditPosition(ORDER.key, "C-404", "USD"))
    assert refused == Refused("unknown customer C-404", "unknown_customer")


# --- sales -----------------------------------------------------------------------------------------------------------


def test_an_order_becomes_a_sale_under_our_key_and_its_own_number(bench: ErpBench) -> None:
    number = entered(bench)
    sale = bench.system.books.sales[number]
    assert (sale.body["reference"], sale.body["order_number"]) == (ORDER.key, "#1001")
    assert [(row.line, row.quantity) for row in bench.rows("sale")] == [("L1", Decimal(4)), ("L2", Decimal(1))]


def test_the_erp_makes_two_sales_of_a_repeated_post_which_is_why_it_is_looked_up(bench: ErpBench) -> None:
    entered(bench)
    entered(bench)
    assert bench.documents("sale") == 2
    assert isinstance(bench.look_up(commands.CreateSale(ORDER, "C-1")), NoAnswer)


def test_a_sale_whose_answer_was_lost_is_found_by_its_reference(bench: ErpBench) -> None:
    command = commands.CreateSale(ORDER, "C-1")
    assert bench.look_up(command) == NotFound()
    assert isinstance(bench.perform(command, send=bench.losing), NoAnswer)
    found = done(bench.look_up(command))
    assert isinstance(found, events.SaleCreated)
    assert (found.order, found.sale_number) == (ORDER.key, "SO1001")
    assert bench.documents("sale") == 1


def test_a_write_that_the_erp_shows_only_later_is_found_later(bench: ErpBench) -> None:
    bench.system.visible_after = timedelta(milliseconds=900)
    command = commands.CreateSale(ORDER, "C-1")
    bench.perform(command, send=bench.losing)
    assert bench.look_up(command) == NotFound()
    bench.wait(seconds=1)
    assert isinstance(bench.look_up(command), Done)
    promised = bench.connector.performs[commands.CreateSale]
    assert isinstance(promised, LookUp)
    assert promised.visible_within >= bench.system.visible_after


def test_a_change_brings_the_sale_to_the_orders_revision_once(bench: ErpBench) -> None:
    number = entered(bench)
    line = change(ORDER.lines[0], quantity=Quantity(Decimal(6)))
    command = commands.ChangeSale(change(ORDER, lines=(line,), revision=2), number, "C-1")
    assert bench.look_up(command) == NotFound()
    assert done(bench.perform(command)) == events.SaleChanged(ORDER.key, 2)
    assert done(bench.look_up(command)) == events.SaleChanged(ORDER.key, 2)
    assert [(row.line, row.quantity) for row in bench.rows("sale_changed")] == [("L1", Decimal(6))]


def test_a_cancellation_is_found_where_its_answer_was_lost(bench: ErpBench) -> None:
    command = commands.CancelSale(ORDER.key, entered(bench), "changed my mind")
    assert bench.look_up(command) == NotFound()
    bench.perform(command, send=bench.losing)
    assert done(bench.look_up(command)) == events.SaleCancelled(ORDER.key)
    assert done(bench.perform(command)) == events.SaleCancelled(ORDER.key)
    assert len(bench.rows("sale_cancelled")) == 2


def test_after_a_shipment_only_the_remainder_can_be_cancelled(bench: ErpBench) -> None:
    number = entered(bench)
    bench.perform(postings(number)["shipment"][0])
    refused = bench.perform(commands.CancelSale(ORDER.key, number))
    assert isinstance(refused, Refused)
    assert refused.code == "shipped"
    rest = commands.CancelSale(ORDER.key, number, remainder_only=True)
    assert bench.look_up(rest) == NotFound()
    assert done(bench.perform(rest)) == events.SaleCancelled(ORDER.key)
    assert isinstance(bench.look_up(rest), Done)
    assert [(row.line, row.quantity) for row in bench.rows("sale_cancelled")] == [("L1", Decimal(1))]


def test_a_sale_of_an_unknown_customer_is_refused_in_the_erps_words(bench: ErpBench) -> None:
    assert bench.perform(commands.CreateSale(ORDER, "C-404")) == Refused("unknown customer C-404", "unknown_customer")


# --- what follows a sale ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", POSTINGS)
def test_a_posting_is_done(bench: ErpBench, name: str) -> None:
    command, kind, rows = postings(entered(bench))[name]
    event = done(bench.perform(command))
    assert len(bench.rows(kind)) == rows
    expected = {
        "shipment": events.ShipmentPosted(ORDER.key, "WH1-S1", "DN1001"),
        "payment": events.PaymentRegistered(ORDER.key, "pay-1"),
    }
    assert event == expected.get(name, event)
    if isinstance(event, events.InvoicePosted):
        assert (event.bill, event.invoice.number, event.invoice.on) == (1, "INV1001", NOW.date())
        assert event.invoice.lines == invoice().lines
    if isinstance(event, events.CreditNotePosted):
        assert (event.credit_note.number, event.credit_note.total) == ("CN1001", usd("2.50"))


@pytest.mark.parametrize("name", POSTINGS)
def test_a_posting_whose_answer_was_lost_is_found_and_not_made_again(bench: ErpBench, name: str) -> None:
    command, kind, rows = postings(entered(bench))[name]
    assert bench.look_up(command) == NotFound()
    assert isinstance(bench.perform(command, send=bench.losing), NoAnswer)
    found = done(bench.look_up(command))
    assert len(bench.rows(kind)) == rows
    other = ErpBench(bench.connector, Erp("erp", TOKEN, CATALOGUE))
    assert found == done(other.perform(postings(entered(other))[name][0]))


@pytest.mark.parametrize("name", POSTINGS)
def test_a_repeated_posting_is_booked_twice_which_is_why_it_is_looked_up(bench: ErpBench, name: str) -> None:
    command, kind, rows = postings(entered(bench))[name]
    bench.perform(command)
    bench.perform(command)
    assert len(bench.rows(kind)) == 2 * rows


@pytest.mark.parametrize("name", POSTINGS)
def test_a_posting_on_an_unknown_sale_is_refused(bench: ErpBench, name: str) -> None:
    command, _, _ = postings("SO404")[name]
    assert bench.perform(command) == Refused("there is no sale SO404", "unknown_sale")


def test_freight_is_billed_as_a_charge_of_the_invoice(bench: ErpBench) -> None:
    bench.perform(postings(entered(bench))["invoice"][0])
    assert [(row.item, row.amount) for row in bench.rows("charged")] == [("freight", Decimal("5.00"))]


def test_a_shipment_is_posted_under_the_erps_code_of_the_warehouse(bench: ErpBench) -> None:
    bench.perform(postings(entered(bench))["shipment"][0])
    assert {row.note for row in bench.rows("posted")} == {"WH1"}
    assert {row.other for row in bench.rows("posted")} == {"WH1-S1"}


def test_an_authorisation_is_no_payment(bench: ErpBench) -> None:
    payment = Payment("auth-1", "authorization", usd("1"), NOW)
    refused = bench.perform(commands.RegisterPayment(ORDER.key, "SO1001", "C-1", payment))
    assert isinstance(refused, Refused)
    assert not bench.requests


# --- the contract and the wire ---------------------------------------------------------------------------------------


def test_all_that_travels_is_as_the_openapi_document_says(bench: ErpBench) -> None:
    sale = entered(bench)
    operations: list[Command] = [
        commands.QuoteOrder(order(lines=[("BOLT", "1"), ("SET", "2"), ("GHOST", "1")])),
        commands.QuoteOrder(order(customer="C-404")),
        commands.ReadCreditPosition(ORDER.key, "C-1", "USD"),
        commands.ReadCreditPosition(ORDER.key, "C-2", "USD"),
        commands.CreateSale(order("#1002", customer="C-2"), "C-2", "complete"),
        *(command for command, _, _ in postings(sale).values()),
        commands.ChangeSale(change(ORDER, revision=2), sale, "C-1"),
        commands.CancelSale(ORDER.key, sale, remainder_only=True),
    ]
    phone_order(bench)
    bench.requests.clear()
    checked: Callable[..., Response] = bench.send

    def send(request: Any) -> Response:
        response = checked(request)
        CONTRACT.check(request, response)
        return response

    bench.send = send  # type: ignore[method-assign]
    for command in operations:
        assert isinstance(bench.perform(command), Done)
        if isinstance(bench.connector.performs[type(command)], LookUp):
            bench.look_up(command)
    for feed in bench.connector.feeds:
        bench.read(feed)
    paths = {CONTRACT.operation(request)["operationId"] for request in bench.requests}
    every = {operation["operationId"] for path in CONTRACT.document["paths"].values() for operation in path.values()}
    assert paths == every


def test_each_operation_says_how_it_may_be_repeated(bench: ErpBench) -> None:
    asks = {kind for kind, how in bench.connector.performs.items() if isinstance(how, Asks)}
    assert asks == {commands.QuoteOrder, commands.ReadCreditPosition}
    assert all(isinstance(how, LookUp) for kind, how in bench.connector.performs.items() if kind not in asks)


def test_what_it_does_not_take_is_an_error_of_the_programmer(bench: ErpBench) -> None:
    refusing = commands.RefuseChange("shop/1", "shop", "1", "change", "too late")
    with pytest.raises(TypeError, match="does not take RefuseChange"):
        bench.perform(refusing)
    with pytest.raises(TypeError, match="looks up no RefuseChange"):
        bench.look_up(refusing)


def test_a_busy_erp_is_tried_later_and_did_nothing(bench: ErpBench) -> None:
    bench.system.faults = Faults(storm=1.0)
    outcome = bench.perform(commands.CreateSale(ORDER, "C-1"))
    assert isinstance(outcome, TryLater)
    assert not bench.rows("sale")


def test_a_refused_connection_and_a_lost_answer_pass_through(bench: ErpBench) -> None:
    bench.system.faults = Faults(unsent=1.0)
    assert isinstance(bench.perform(commands.QuoteOrder(ORDER)), NotSent)
    bench.system.faults = Faults(lost=1.0)
    assert isinstance(bench.perform(commands.CreateSale(ORDER, "C-1")), NoAnswer)
    assert len(bench.rows("sale")) == 2


def test_a_request_may_still_take_effect_after_its_sender_has_gone(bench: ErpBench) -> None:
    bench.system.faults = Faults(straggles=1.0)
    command = commands.CreateSale(ORDER, "C-1")
    assert isinstance(bench.perform(command), NoAnswer)
    bench.system.faults = Faults()
    bench.wait(seconds=1)
    assert isinstance(bench.look_up(command), Done)
    assert bench.documents("sale") == 1


def test_a_wrong_token_is_tried_later_since_no_order_is_at_fault() -> None:
    bench = ErpBench(RestErp(Settings("erp", "http://erp.test", "wrong")), Erp("erp", TOKEN, CATALOGUE))
    assert isinstance(bench.perform(commands.QuoteOrder(ORDER)), TryLater)


def test_an_answer_unlike_the_contract_leaves_the_outcome_unknown(bench: ErpBench) -> None:
    strange = bench.answering(Response(201, {}, b'{"number": 7}'))
    outcome = bench.perform(commands.CreateSale(ORDER, "C-1"), send=strange)
    assert isinstance(outcome, NoAnswer)
    assert "$.number" in str(outcome)


def phone_order(bench: ErpBench, lines: tuple[tuple[str, str], ...] = (("NUT", "3"),)) -> str:
    """A clerk enters an order in the ERP."""
    body = {
        "customer": {"number": "C-1", "name": "Byron Ltd"},
        "currency": "USD",
        "placed_at": bench.now,
        "lines": [
            {"id": str(n), "item": item, "quantity": quantity, "unit_price": "1.00", "tax": "0.18"}
            for n, (item, quantity) in enumerate(lines, 1)
        ],
    }
    return bench.system.enter(body, bench.now)
