"""What units of an order come to, so that parts always add up to the whole: each part is a difference of two totals."""

from collections.abc import Mapping
from decimal import Decimal

from crossdock.model.orders import SalesOrder
from crossdock.model.quantities import ONE, ZERO, Money
from crossdock.processes.order_to_cash.state import Line


def worth(order: SalesOrder, quantities: Mapping[str, Decimal], charges: bool = True) -> Decimal:
    """Gross amount of base units by line, rounded to the currency.

    Discounts and taxes of a line go with its units; those of the order with the lines' net worth. Charges (freight)
    are whole or not at all.
    """
    net = tax = whole = ZERO
    for line in order.lines:
        base = line.quantity.base
        line_net = line.net.amount
        whole += line_net
        quantity = quantities.get(line.id, ZERO)
        if not quantity or not base:
            continue
        share = ONE if quantity == base else quantity / base
        net += line_net * share
        for each in line.taxes:
            if not each.inclusive:
                tax += each.amount.amount * share
    if net:
        share = net / whole if whole else ONE
        net -= sum((each.amount.amount for each in order.discounts), ZERO) * share
        tax += sum((each.amount.amount for each in order.taxes if not each.inclusive), ZERO) * share
    if charges:
        net += sum((charge.amount.amount for charge in order.charges), ZERO)
    return Money(net + tax, order.currency).rounded().amount


def live(order: SalesOrder, lines: tuple[Line, ...]) -> Decimal:
    """What the order comes to as it stands: without what is cancelled, and nothing when all is."""
    quantities = {line.id: line.live for line in lines if line.live}
    return worth(order, quantities) if quantities else ZERO


def due(order: SalesOrder, lines: tuple[Line, ...]) -> Decimal:
    """What the customer is to pay for what stands, by the order's own total where it states one."""
    standing = live(order, lines)
    if order.total is None or not standing:
        return standing
    return max(ZERO, order.total.amount - (order.gross.amount - standing))
