"""Between the contract's JSON and the canonical model. Pure."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

from crossdock.connectors.rest_erp import wire
from crossdock.model import commands
from crossdock.model.events import LineQuote, OrderQuoted
from crossdock.model.identifiers import Identifier
from crossdock.model.invoices import CreditPosition, OpenOrder
from crossdock.model.items import Component, Item
from crossdock.model.orders import Delivery, PaymentTerms, SalesOrder, SalesOrderLine
from crossdock.model.parties import Parties, Party
from crossdock.model.prices import Charge, Discount, Price, TaxLine
from crossdock.model.quantities import ONE, ZERO, Money, Quantity
from crossdock.transports.wire import text

# --- to the ERP -----------------------------------------------------------------------------------


def customer(party: Party, number: str = "") -> wire.Customer:
    """A party; `number` overrides its own."""
    return wire.Customer(
        number or party.number,
        party.name,
        party.email,
        party.phone,
        party.guest,
        party.tax_exempt,
        party.address,
    )


def quote_request(order: SalesOrder) -> wire.QuoteRequest:
    lines = tuple(
        wire.QuoteLineRequest(
            line.id,
            line.item,
            text(line.quantity.amount),
            line.quantity.unit,
            text(_discount(line)),
        )
        for line in order.lines
    )
    return wire.QuoteRequest(customer(order.parties.sold_to), order.currency, lines)


Policy = Literal["per_shipment", "complete", "prepaid"]


def sale_request(order: SalesOrder, customer_number: str, billing: Policy = "per_shipment") -> wire.SaleRequest:
    """An order under our key as reference."""
    parties = order.parties
    return wire.SaleRequest(
        reference=order.key,
        order_number=order.number,
        channel=order.channel,
        customer=customer(parties.sold_to, customer_number),
        currency=order.currency,
        placed_at=order.placed_at,
        lines=tuple(_sale_line(line) for line in order.lines),
        revision=order.revision,
        billing=billing,
        customer_po=order.customer_po,
        terms=wire.Terms(order.terms.kind, order.terms.net_days, order.terms.name),
        delivery=_delivery_request(order.delivery),
        ship_to=customer(parties.ship_to) if parties.ship_to else None,
        bill_to=customer(parties.bill_to) if parties.bill_to else None,
        charges=_charge_requests(order.charges),
        total=text((order.total or order.gross).amount),
        note=order.customer_note,
    )


def shipment_request(command: commands.PostShipment, warehouses: Mapping[str, str]) -> wire.ShipmentRequest:
    """A shipment by line. What left is what its packages hold; `lines` say which items those lines are."""
    shipment = command.shipment
    shipped = shipment.quantities()
    items = {line.line: line.item for line in command.lines}
    lines = tuple(wire.PostedLine(line, items.get(line, line), text(shipped[line])) for line in shipped)
    return wire.ShipmentRequest(
        shipment.number,
        warehouses.get(shipment.node, shipment.node),
        lines,
        shipment.carrier,
        shipment.tracking_numbers(),
        shipment.shipped_at,
    )


def invoice_request(command: commands.PostInvoice) -> wire.InvoiceRequest:
    invoice = command.invoice
    lines = tuple(
        wire.InvoiceLine(
            line.line,
            line.item,
            text(line.quantity),
            text(line.unit_price.amount),
            text(line.amount.amount),
        )
        for line in invoice.lines
    )
    return wire.InvoiceRequest(
        command.bill,
        lines,
        text(invoice.total.amount),
        invoice.total.currency,
        _charge_requests(invoice.charges),
        command.shipments,
    )


def _sale_line(line: SalesOrderLine) -> wire.SaleLine:
    return wire.SaleLine(
        id=line.id,
        item=line.item,
        quantity=text(line.quantity.amount),
        unit_price=text(line.price.amount.amount),
        per=text(line.price.per),
        unit=line.quantity.unit,
        pack=text(line.quantity.pack),
        discount=text(_discount(line)),
        tax=text(sum((tax.amount.amount for tax in line.taxes), ZERO)),
        description=line.description,
        components=tuple(wire.Component(part.item, text(part.per_kit)) for part in line.components),
        requested_on=line.requested_on,
    )


def _discount(line: SalesOrderLine) -> Decimal:
    return sum((discount.amount.amount for discount in line.discounts), ZERO)


def _charge_requests(charges: tuple[Charge, ...]) -> tuple[wire.Charge, ...]:
    return tuple(wire.Charge(charge.kind, text(charge.amount.amount), charge.description) for charge in charges)


def _delivery_request(asked: Delivery) -> wire.Delivery:
    return wire.Delivery(
        asked.ship_complete,
        asked.backorder_allowed,
        asked.substitution_allowed,
        asked.not_before,
        asked.not_after,
        asked.time_zone,
        text(asked.over_tolerance),
        asked.service,
    )


# --- from the ERP ---------------------------------------------------------------------------------


def quoted(order: str, quote: wire.Quote) -> OrderQuoted:
    lines = tuple(
        LineQuote(
            line.id,
            _price(line.price, quote.currency) if line.price else None,
            Money(Decimal(line.tax), quote.currency) if line.tax is not None else None,
            _item(line.item) if line.item else None,
            line.problem,
        )
        for line in quote.lines
    )
    return OrderQuoted(order, quote.customer, lines, quote.problem, quote.on_account_allowed)


def credit_position(credit: wire.Credit, channel: str, as_of: datetime) -> CreditPosition:
    """Sales that were entered there count under the key that their order has with us."""
    currency = credit.currency
    open_orders = tuple(
        OpenOrder(
            one.reference or f"{channel}/{one.sale}",
            Money(Decimal(one.amount), currency),
        )
        for one in credit.open_orders
    )
    limit = None if credit.limit is None else Money(Decimal(credit.limit), currency)
    receivables = Money(Decimal(credit.receivables), currency)
    return CreditPosition(credit.customer, limit, receivables, open_orders, as_of, credit.blocked)


def order_of(sale: wire.Sale, system: str, channel: str) -> SalesOrder:
    """A sale that the ERP's people entered, as an order of ours."""
    return SalesOrder(
        key=f"{channel}/{sale.number}",
        number=sale.order_number or sale.number,
        channel=channel,
        placed_at=sale.placed_at,
        currency=sale.currency,
        parties=Parties(
            _party(sale.customer, system),
            _party(sale.bill_to, system) if sale.bill_to else None,
            _party(sale.ship_to, system) if sale.ship_to else None,
        ),
        lines=tuple(_line(line, sale.currency) for line in sale.lines),
        terms=PaymentTerms(sale.terms.kind, sale.terms.net_days, sale.terms.name),
        delivery=_delivery(sale.delivery),
        charges=tuple(
            Charge(one.kind, Money(Decimal(one.amount), sale.currency), one.description) for one in sale.charges
        ),
        total=Money(Decimal(sale.total), sale.currency) if sale.total is not None else None,
        revision=sale.revision,
        changed_at=sale.changed_at,
        customer_po=sale.customer_po,
        customer_note=sale.note,
        identifiers=(Identifier("sale", sale.number, system),),
    )


def _line(line: wire.SaleLine, currency: str) -> SalesOrderLine:
    discount, tax = Decimal(line.discount), Decimal(line.tax)
    per = Decimal(line.per) or ONE
    net = Decimal(line.unit_price) * Decimal(line.quantity) / per - discount
    return SalesOrderLine(
        id=line.id,
        item=line.item,
        quantity=Quantity(Decimal(line.quantity), line.unit, Decimal(line.pack)),
        price=Price(Money(Decimal(line.unit_price), currency), line.unit, per, "contract"),
        description=line.description,
        components=tuple(Component(part.item, Decimal(part.per_kit)) for part in line.components),
        discounts=(Discount(Money(discount, currency)),) if discount else (),
        taxes=(TaxLine(Money(tax, currency), (tax / net).quantize(Decimal("0.0001"))),) if tax and net else (),
        requested_on=line.requested_on,
    )


def _delivery(asked: wire.Delivery) -> Delivery:
    return Delivery(
        asked.ship_complete,
        asked.backorder_allowed,
        asked.substitution_allowed,
        asked.not_before,
        asked.not_after,
        asked.time_zone,
        Decimal(asked.over_tolerance),
        asked.service,
    )


def _party(who: wire.Customer, system: str) -> Party:
    numbers = (Identifier("customer", who.number, system),) if who.number else ()
    return Party(
        name=who.name,
        number=who.number,
        email=who.email,
        phone=who.phone,
        guest=who.guest,
        tax_exempt=who.tax_exempt,
        address=who.address,
        identifiers=numbers,
    )


def _price(price: wire.Price, currency: str) -> Price:
    return Price(
        Money(Decimal(price.amount), currency),
        price.unit,
        Decimal(price.per),
        price.source,
        price.valid_from,
        price.valid_to,
    )


def _item(item: wire.Item) -> Item:
    return Item(
        number=item.number,
        name=item.name,
        base_unit=item.base_unit,
        kind=item.kind,
        components=tuple(Component(part.item, Decimal(part.per_kit)) for part in item.components),
        weight_kg=Decimal(item.weight_kg) if item.weight_kg is not None else None,
        lot_tracked=item.lot_tracked,
        serial_tracked=item.serial_tracked,
        substitutes=item.substitutes,
    )
