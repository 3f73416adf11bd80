"""What makes an order impossible, and how far its prices and taxes are from the ERP's."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from crossdock.estate.model import PricePolicy
from crossdock.model.events import LineQuote, OrderQuoted
from crossdock.model.orders import SalesOrder, SalesOrderLine
from crossdock.model.prices import Price
from crossdock.model.quantities import ZERO, Money

MOST = Decimal(10) ** 12
FINEST = Decimal("0.000001")  # the stock ledger counts in millionths


def problems(order: SalesOrder) -> list[str]:
    """Why the order can't be worked on at all, one sentence each: these make later reckoning impossible."""
    found = []
    if not order.lines:
        found.append("the order has no lines")
    if len({line.id for line in order.lines}) != len(order.lines):
        found.append("two lines have the same id")
    for line in order.lines:
        found.extend(f"line {line.id}: {reason}" for reason in _line_problems(line, order.currency))
    for money in _order_money(order):
        if not _is_sound(money, order.currency):
            found.append(f"an amount of {money.amount} {money.currency} does not fit an order in {order.currency}")
    return found


def _line_problems(line: SalesOrderLine, currency: str) -> Iterator[str]:
    quantity = line.quantity
    if not (_in_range(quantity.amount) and _in_range(quantity.pack) and _in_range(quantity.base)):
        yield f"a quantity of {quantity.amount} {quantity.unit} is out of range"
        return
    if quantity.base <= 0 or quantity.pack <= 0:
        yield f"a quantity of {quantity.amount} {quantity.unit} is not more than nothing"
    elif quantity.base != quantity.base.quantize(FINEST):
        yield "a quantity may have at most six digits after the point"
    if not line.item:
        yield "the item is missing"
    if not (_in_range(line.price.per) and line.price.per > 0):
        yield f"a price per {line.price.per} is not one"
    if any(not (_in_range(part.per_kit) and part.per_kit > 0 and part.item) for part in line.components):
        yield "a component of the kit is missing or counts nothing"
    amounts = (line.price.amount, *(d.amount for d in line.discounts), *(t.amount for t in line.taxes))
    for money in amounts:
        if not _is_sound(money, currency):
            yield f"an amount of {money.amount} {money.currency} does not fit an order in {currency}"
    if _in_range(line.price.amount.amount) and line.price.amount.amount < 0:
        yield "the price is negative"


def _order_money(order: SalesOrder) -> Iterator[Money]:
    yield from (each.amount for each in order.charges)
    yield from (each.amount for each in order.discounts)
    yield from (each.amount for each in order.taxes)
    if order.total is not None:
        yield order.total


def _in_range(number: Decimal) -> bool:
    return number.is_finite() and abs(number) < MOST and (not number or abs(number) >= FINEST)


def _is_sound(money: Money, currency: str) -> bool:
    return money.currency == currency and (money.amount.is_finite() and abs(money.amount) < MOST)


def sound(money: Money, currency: str) -> bool:
    """Whether an amount from outside can be reckoned with an order's."""
    return _is_sound(money, currency) and money.amount >= 0


def sound_quantities(quantities: Mapping[str, Decimal]) -> bool:
    """Whether quantities from outside can be reckoned with."""
    return all(quantity >= 0 for quantity in quantities.values() if not quantity.is_nan()) and all(
        _in_range(quantity) and quantity == quantity.quantize(FINEST) for quantity in quantities.values()
    )


def price_differences(order: SalesOrder, quoted: OrderQuoted, policy: PricePolicy) -> list[str]:
    """Lines whose price or tax is not the ERP's by more than the tolerance, one sentence each.

    Unit prices are compared before discounts, which are the channel's own. Taxes are compared where the order states
    any; their tolerance is the same percentage of the line.
    """
    quotes = {quote.line: quote for quote in quoted.lines}
    found = []
    for line in order.lines:
        quote = quotes.get(line.id)
        if quote is None or quote.price is None:
            found.append(f"line {line.id}: the ERP has no price for {line.item}")
            continue
        if quote.price.amount.currency != order.currency or quote.price.per <= 0:
            found.append(f"line {line.id}: the ERP's price is in {quote.price.amount.currency}")
            continue
        theirs = _amount(line, quote.price)
        ours = _amount(line, line.price)
        if _beyond(ours, theirs, theirs, policy):
            found.append(
                f"line {line.id}: {ours.normalize():f} for {line.item}, but the ERP says {theirs.normalize():f}"
            )
    found.extend(_tax_differences(order, quotes, policy))
    return found


def _amount(line: SalesOrderLine, price: Price) -> Decimal:
    """The line at a price: per unit of the line, or per base unit where the price is for another unit."""
    quantity = line.quantity.amount if price.unit in (line.quantity.unit, line.price.unit) else line.quantity.base
    return price.amount.amount * quantity / price.per


def _beyond(ours: Decimal, theirs: Decimal, of: Decimal, policy: PricePolicy) -> bool:
    return abs(ours - theirs) > abs(of) * policy.tolerance_percent / 100


def _tax_differences(order: SalesOrder, quotes: Mapping[str, LineQuote], policy: PricePolicy) -> Iterator[str]:
    by_line = any(line.taxes for line in order.lines)
    if not by_line and not order.taxes:
        return
    stated = theirs = ZERO
    for line in order.lines:
        quote = quotes.get(line.id)
        if quote is None or quote.tax is None or quote.tax.currency != order.currency:
            return
        ours = sum((tax.amount.amount for tax in line.taxes), ZERO)
        stated += ours
        theirs += quote.tax.amount
        if by_line and not order.taxes and _beyond(ours, quote.tax.amount, line.net.amount, policy):
            yield f"line {line.id}: tax of {ours:f}, but the ERP says {quote.tax.amount:f}"
    if order.taxes:
        stated += sum((tax.amount.amount for tax in order.taxes), ZERO)
        if _beyond(stated, theirs, order.net.amount, policy):
            yield f"tax of {stated:f}, but the ERP says {theirs:f}"
