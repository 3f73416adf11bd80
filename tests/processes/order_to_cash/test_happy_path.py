"""An order from placed to closed, over two warehouses, told as it happens."""

from decimal import Decimal as D

from crossdock.model import commands as c
from crossdock.model import events as e
from tests.processes.world import World, line, order


def names(world: World) -> list[str]:
    return [type(command).__name__ for _, _, command in world.commands]


def test_a_plain_order_on_account_is_priced_credited_promised_entered_released_shipped_billed_and_closed():
    world = World().place()
    assert world.order.phase == "released"
    assert names(world) == ["QuoteOrder", "ReadCreditPosition", "CreateSale", "ReleaseFulfillment"]
    world.ship()
    assert world.order.phase == "closed"
    assert names(world)[4:] == ["PostShipment", "ConfirmShipment", "PostInvoice"]
    assert world.line().shipped == 10
    assert world.stock["BOLT", "EAST"].on_hand == 90
    assert world.stock["BOLT", "EAST"].reserved == 0
    assert not world.open_causes
    assert not [target for target in world.alarms if target[0] == "order_to_cash"]
    world.deliver()
    assert world.fulfillment().phase == "delivered"
    assert not world.alarms


def test_an_order_that_one_warehouse_cannot_fill_ships_from_two_with_two_invoices_and_freight_once():
    world = World(stock={("BOLT", "EAST"): 6, ("BOLT", "WEST"): 6, ("NUT", "WEST"): 3})
    world.place(order(line("1", "BOLT", 10, 2), line("2", "NUT", 3, 1)))
    assert [share.node for share in world.order.shares] == ["EAST", "WEST"]
    world.ship(1, "S1")
    assert world.order.phase == "partly_shipped"
    world.ship(2, "S2", depart=False)
    assert world.order.phase == "partly_shipped"  # WEST posts when the truck leaves
    world.tell(e.DockDeparted("WEST", "S2"))
    assert world.order.phase == "closed"
    bills = world.of(c.PostInvoice)
    assert len(bills) == 2
    assert sum(bill.invoice.total.amount for bill in bills) == D("28.00")
    assert [len(bill.invoice.charges) for bill in bills] == [1, 0]
