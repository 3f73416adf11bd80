"""A real Tryton made of given master data, and the people who work in it."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crossdock.connectors.tryton.connector import Tryton
from crossdock.connectors.tryton.errors import UserError
from crossdock.connectors.tryton.settings import Settings
from crossdock.model.commands import (
    QuoteOrder,
    ReadCreditPosition,
)
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.parties import Address, Parties, Party
from crossdock.model.prices import Charge, Price
from crossdock.model.quantities import Money, Quantity
from crossdock.runtime.connector import Done, Task
from crossdock.runtime.ports import NoAnswer, NotSent, Request
from crossdock.simulation.tryton.databases import template_key, tryton_uri
from crossdock.simulation.tryton.dataset import (
    FREIGHT,
    CustomerData,
    Distributor,
    ItemData,
    WarehouseData,
    fiscal_years,
    sample_distributor,
)
from crossdock.simulation.tryton.environment import TrytonUnavailable, default_cache, environment, locked
from crossdock.simulation.tryton.exchange import carry_out, send
from crossdock.simulation.tryton.office import Office
from crossdock.simulation.tryton.process import TrytonServer
from crossdock.simulation.tryton.provision import INTEGRATION, INTEGRATION_PASSWORD
from crossdock.simulation.tryton.server import running_tryton

NOW = datetime.now(UTC)
TODAY = NOW.date()
ADDRESS = Address(("2 Main Street",), "Louisville", "40202", country="US", name="Regular 2")
DATA = Distributor(
    (WarehouseData("WH-E", "East warehouse"), WarehouseData("WH-W", "West warehouse")),
    (
        ItemData("BOLT", "Bolt", Decimal("2.50"), {"WH-E": Decimal(100), "WH-W": Decimal(10)}),
        ItemData("NUT", "Nut", Decimal("1.20"), {"WH-E": Decimal(50)}),
        ItemData("SET", "Set", Decimal(9), components={"BOLT": Decimal(2), "NUT": Decimal(2)}),
        ItemData(FREIGHT, "Freight", Decimal(0), service=True, taxed=False),
    ),
    (
        CustomerData(
            "C-1",
            "One",
            Decimal(1000),
            price_list=False,
            email="one@example.com",
            prices={"NUT": Decimal("1.10")},
            opening=Decimal(100),
            address=ADDRESS,
        ),
        CustomerData("C-2", "Two", price_list=False, tax_exempt=True, address=ADDRESS),
        CustomerData("C-GUEST", "Guests", price_list=False, prepaid=True, address=ADDRESS),
    ),
    tax_percent=Decimal(6),
)


@pytest.fixture(scope="module")
def server() -> Iterator[TrytonServer]:
    try:
        with running_tryton(TODAY, DATA) as started:
            yield started
    except TrytonUnavailable as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing), pytrace=False)
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def office(server) -> Office:
    return Office(server)


@pytest.fixture(scope="module")
def tryton(server) -> Tryton:
    return Tryton(
        Settings(
            "erp",
            server.url,
            server.database,
            INTEGRATION,
            INTEGRATION_PASSWORD,
            guest_customer="C-GUEST",
            nodes={"east": "WH-E", "west": "WH-W"},
            observe_stock=False,
        )
    )


def done(tryton: Tryton, command):
    outcome = carry_out(tryton.perform(Task(command, "", 1, NOW)))
    assert isinstance(outcome, Done), outcome
    return outcome.events[0]


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def order_of(number: str, party: Party, **quantities: tuple[int, str]) -> SalesOrder:
    lines = tuple(
        SalesOrderLine(f"L{n}", item, Quantity(Decimal(quantity)), Price(usd(price)))
        for n, (item, (quantity, price)) in enumerate(quantities.items(), 1)
    )
    freight = (Charge("freight", usd("5.00")),)
    return SalesOrder(f"shop/{number}", f"#{number}", "shop", NOW, "USD", Parties(party), lines, charges=freight)


@pytest.mark.tryton
def test_it_sells_what_it_was_given_at_its_prices_and_taxes(tryton):
    order = order_of("1", Party(email="one@example.com"), BOLT=(10, "2.50"), NUT=(10, "1.10"), SET=(1, "9"))
    quoted = done(tryton, QuoteOrder(order))
    assert quoted.customer == "C-1"
    assert [line.price.amount.amount for line in quoted.lines] == [Decimal("2.50"), Decimal("1.10"), Decimal(9)]
    assert [line.tax.amount for line in quoted.lines] == [Decimal("1.50"), Decimal("0.66"), Decimal("0.54")]
    assert [part.item for part in quoted.lines[2].item.components] == ["BOLT", "NUT"]
    exempt = done(tryton, QuoteOrder(order_of("2", Party(number="C-2"), BOLT=(1, "2.50"))))
    assert exempt.lines[0].tax.amount == 0
    guest = done(tryton, QuoteOrder(order_of("3", Party(guest=True), BOLT=(1, "2.50"))))
    assert (guest.customer, guest.on_account_allowed) == ("C-GUEST", False)


@pytest.mark.tryton
def test_what_a_customer_owes_at_the_start_takes_its_credit_until_it_pays(tryton, office):
    asking = ReadCreditPosition("shop/any", "C-1", "USD")
    before = done(tryton, asking).position
    assert (before.limit, before.receivables) == (usd("1000"), usd("100"))
    with pytest.raises(UserError):
        office.enter("C-1", {"BOLT": Decimal(400)}, TODAY)
    office.receive("C-1", Decimal(100), TODAY)
    assert done(tryton, asking).position.receivables == usd("0")


@pytest.mark.tryton
def test_only_the_sales_feed_is_read_where_another_system_owns_the_stock(tryton):
    assert [feed.name for feed in tryton.feeds] == ["sales"]


@pytest.mark.tryton
def test_a_clerk_enters_changes_and_calls_off_phone_orders(office):
    number = office.enter("C-2", {"NUT": Decimal(5), "SET": Decimal(1)}, TODAY, freight=Decimal(7))
    office.amend(number, {"NUT": Decimal(4)}, TODAY)
    sale = office.desk.one("sale.sale", [("number", "=", number)], "state", "untaxed_amount", "tax_amount")
    assert (sale["state"], sale["untaxed_amount"], sale["tax_amount"]) == ("processing", Decimal("20.80"), 0)
    office.call_off(number)
    sale = office.desk.one("sale.sale", [("number", "=", number)], "shipment_state", "shipments.state")
    assert {shipment["state"] for shipment in sale["shipments."]} == {"cancelled"}


@pytest.mark.tryton
def test_a_server_ends_when_its_owner_is_gone(server, tmp_path):
    python = environment(default_cache())
    (tmp_path / "distributor.sqlite").write_bytes((server.folder / "distributor.sqlite").read_bytes())
    other = TrytonServer(python, tmp_path, "sqlite://", "distributor")
    # What the system does to the pipe of a process that was killed.
    other._child.stdin.close()
    for _ in range(100):
        try:
            send(Request("POST", f"{other.url}/rpc/", {}, b""))
        except NotSent:
            break
        except NoAnswer:
            continue
        time.sleep(0.05)
    else:
        pytest.fail("it still answers")
    other.stop()


def test_two_who_want_the_same_file_take_turns(tmp_path):
    inside: list[int] = []

    def enter(_: int) -> int:
        with locked(tmp_path / "lock"):
            inside.append(1)
            there = len(inside)
            time.sleep(0.05)
            inside.pop()
        return there

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(enter, range(3))) == [1, 1, 1]


@pytest.mark.tryton
def test_a_template_is_another_for_other_contents_and_years():
    python = environment(default_cache())
    data = sample_distributor()
    key = template_key(python, data, TODAY)
    assert template_key(python, data, TODAY) == key
    assert template_key(python, DATA, TODAY) != key
    assert template_key(python, data, TODAY.replace(year=TODAY.year + 1, day=1)) != key
    assert fiscal_years(TODAY) == (TODAY.year - 1, TODAY.year, TODAY.year + 1)


def test_a_postgres_uri_loses_its_database_and_keeps_its_socket():
    assert tryton_uri("postgresql://u:p@127.0.0.1:5/postgres") == "postgresql://u:p@127.0.0.1:5/"
    assert tryton_uri("postgresql://u@/postgres?host=%2Frun") == "postgresql://u@/?host=%2Frun"
