"""Changes and cancellations of sales in Tryton.

A sale that is not in process yet is reopened and written anew. One in process takes amendments, and lines that are new
go into a further sale beside it; what was shipped stays. Whether a change was done shows in the sales themselves:
nothing is missing any more.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from crossdock.connectors.tryton.catalog import Catalog
from crossdock.connectors.tryton.client import Record, TrytonClient
from crossdock.connectors.tryton.dispatch import Dispatch
from crossdock.connectors.tryton.errors import UserError, UserWarning
from crossdock.connectors.tryton.mapping import Difference, WantedLine, difference, without_settled_charges
from crossdock.connectors.tryton.records import Sale, SaleLine
from crossdock.connectors.tryton.sales import CANCEL, CONFIRM, SALE, Sales
from crossdock.connectors.tryton.wire import Number
from crossdock.model import commands, events
from crossdock.model.base import Value
from crossdock.model.orders import SalesOrder
from crossdock.model.quantities import ZERO
from crossdock.runtime.connector import Done, Outcome, Refused
from crossdock.runtime.ports import Exchange

_UNSETTLED = ("draft", "quotation", "confirmed")
_REOPEN = {"quotation": "draft", "confirmed": "draft"}
# A shipment of these states has goods off their shelves: a change of the sale would not reach them.
_IN_HAND = ("picked", "packed", "shipped")
_CANCELLATION = "cancelled"


class Missing(Value, frozen=True):
    """What a sale lacks of its order: lines, and the shipment address that it should have."""

    lines: Difference
    address: int | None

    def __bool__(self) -> bool:
        return bool(self.lines) or self.address is not None


class Changes:
    """Changes and cancellations."""

    def __init__(self, client: TrytonClient, catalog: Catalog, sales: Sales, dispatch: Dispatch) -> None:
        self._client = client
        self._catalog = catalog
        self._sales = sales
        self._dispatch = dispatch

    # --- change ------------------------------------------------------------------------------------------------------

    def find_changed(self, command: commands.ChangeSale) -> Exchange[list[Sale] | None]:
        """The order's sales, where they already read as wanted or an amendment of ours waits in one."""
        sales = yield from self._sales.of_order(command.order.key, command.sale_number)
        if any(sale.state in _UNSETTLED for sale in sales):
            return None
        for sale in sales:
            if (yield from self._amendment(sale, _revision(command.order))):
                return sales
        return None if (yield from self._missing(command, sales)) else sales

    def change(self, command: commands.ChangeSale, found: list[Sale] | None, today: date) -> Exchange[Outcome]:
        sales = found or (yield from self._sales.of_order(command.order.key, command.sale_number))
        if sales[0].state in _UNSETTLED:
            refused = yield from self._rewrite(command, sales, today)
        else:
            refused = yield from self._amend(command, sales, today)
        return refused or Done((events.SaleChanged(command.order.key, command.order.revision),))

    def _missing(self, command: commands.ChangeSale, sales: Sequence[Sale]) -> Exchange[Missing]:
        actual = yield from self._sales.lines(sales)
        order, rest = without_settled_charges(command.order, actual)
        lines = difference((yield from self._sales.wanted(order)), rest)
        customer = yield from self._sales.customer(command.customer)
        address = yield from self._catalog.address(customer, command.order.parties.shipped.address)
        return Missing(lines, address if any(address != sale.shipment_address for sale in sales) else None)

    def _rewrite(self, command: commands.ChangeSale, sales: Sequence[Sale], today: date) -> Exchange[Refused | None]:
        """Reopen a sale that is not in process yet, write it anew, confirm it again."""
        sale = sales[0]
        if (yield from self._client.advance(SALE, sale.id, _REOPEN)) != "draft":
            # A worker of Tryton's took it into process meanwhile.
            return (yield from self._amend(command, sales, today))
        missing = yield from self._missing(command, [sale])
        customer = yield from self._sales.customer(command.customer)
        added = yield from self._sales.line_values(command.order, missing.lines.added, customer)
        operations: list[object] = [("create", added)] if added else []
        operations += [("write", [line.id], _rewritten(wanted)) for line, wanted in missing.lines.changed]
        operations += [("delete", [line.id for line in missing.lines.gone])] if missing.lines.gone else []
        values: Record = {"lines": operations} if operations else {}
        if missing.address is not None:
            values["shipment_address"] = missing.address
        if values:
            yield from self._client.write(SALE, [sale.id], values)
        try:
            yield from self._client.advance(SALE, sale.id, CONFIRM)
        except (UserError, UserWarning) as refusal:
            over = yield from self._sales.over_limit(sale.id)
            return Refused(str(refusal), "credit" if over else "rule")
        return None

    def _amend(self, command: commands.ChangeSale, sales: Sequence[Sale], today: date) -> Exchange[Refused | None]:
        """Amend each sale in process as far as it lacks something; what is new goes into a further sale."""
        name = _revision(command.order)
        current = [sales[0]]
        for addition in sales[1:]:
            # An earlier attempt may have entered it and not confirmed it.
            confirmed = yield from self._sales.confirmed(addition)
            if isinstance(confirmed, Refused):
                return confirmed
            current.append(confirmed)
        for sale in current:
            yield from self._validate_left_over(sale, name)
        missing = yield from self._missing(command, current)
        for sale in current:
            lines = _amendment_lines(sale, missing)
            if lines:
                refused = yield from self._obstacle(sale, missing.lines)
                if refused:
                    return refused
                yield from self._validate((yield from self._enter_amendment(sale, name, lines, today)))
        if missing.lines.added:
            added = yield from self._sales.add(command.order, command.customer, missing.lines.added)
            return added if isinstance(added, Refused) else None
        return None

    def _obstacle(self, sale: Sale, missing: Difference) -> Exchange[Refused | None]:
        """Why a sale can't take this change."""
        if sale.state != "processing":
            return Refused(f"sale {sale.number} is {sale.state} in Tryton", "too_late")
        shipped = yield from self._dispatch.shipped([sale])
        lowered = [(line, wanted.quantity) for line, wanted in missing.changed]
        lowered += [(line, ZERO) for line in missing.gone]
        if any(shipped.get(line.id, ZERO) > quantity for line, quantity in lowered):
            return Refused(f"more than that of sale {sale.number} was shipped already", "too_late")
        return (yield from self._recall(sale))

    # --- amendments --------------------------------------------------------------------------------------------------

    def _amendment(self, sale: Sale, name: str) -> Exchange[int | None]:
        """Our amendment that was entered and is not validated yet."""
        domain = [("sale", "=", sale.id), ("description", "=", name), ("state", "=", "draft")]
        found = yield from self._client.search_read("sale.amendment", domain, ["state"], 1)
        return int(found[0]["id"]) if found else None

    def _enter_amendment(self, sale: Sale, name: str, lines: Sequence[Record], today: date) -> Exchange[int]:
        values = {"sale": sale.id, "description": name, "date": today, "lines": [("create", list(lines))]}
        (made,) = yield from self._client.create("sale.amendment", values)
        return made

    def _validate(self, amendment: int) -> Exchange[None]:
        yield from self._client.advance("sale.amendment", amendment, {"draft": "validate_amendment"})

    def _validate_left_over(self, sale: Sale, name: str) -> Exchange[None]:
        """An earlier attempt may have entered an amendment, maybe of another content, and not validated it."""
        amendment = yield from self._amendment(sale, name)
        if amendment is not None:
            yield from self._validate(amendment)

    def _recall(self, sale: Sale) -> Exchange[Refused | None]:
        """Open shipments give back what is assigned to them, so that they follow the amendment."""
        open_shipments = yield from self._dispatch.open_shipments([sale])
        for shipment in open_shipments:
            if shipment.state in _IN_HAND:
                return Refused(f"shipment {shipment.number} is {shipment.state} in Tryton", "too_late")
        for shipment in open_shipments:
            yield from self._client.advance("stock.shipment.out", shipment.id, {"assigned": "wait"})
        return None

    # --- cancel ------------------------------------------------------------------------------------------------------

    def find_cancelled(self, command: commands.CancelSale) -> Exchange[list[Sale] | None]:
        """The order's sales, where nothing of them is open any more or an amendment of ours waits in one."""
        sales = yield from self._sales.of_order(command.order, command.sale_number)
        for sale in sales:
            if sale.state == "processing" and (yield from self._amendment(sale, _CANCELLATION)):
                return sales
        for sale in sales:
            if sale.state in _UNSETTLED or (sale.state == "processing" and (yield from self._open_lines(sale))):
                return None
        return sales

    def cancel(self, command: commands.CancelSale, found: list[Sale] | None, today: date) -> Exchange[Outcome]:
        sales = found or (yield from self._sales.of_order(command.order, command.sale_number))
        for sale in sales:
            refused = yield from self._cancel(sale, today)
            if refused:
                return refused
        return Done((events.SaleCancelled(command.order),))

    def _cancel(self, sale: Sale, today: date) -> Exchange[Refused | None]:
        if (yield from self._client.advance(SALE, sale.id, CANCEL)) != "processing":
            return None
        yield from self._validate_left_over(sale, _CANCELLATION)
        lines = yield from self._open_lines(sale)
        if not lines:
            return None
        refused = yield from self._recall(sale)
        if refused:
            return refused
        yield from self._validate((yield from self._enter_amendment(sale, _CANCELLATION, lines, today)))
        return None

    def _open_lines(self, sale: Sale) -> Exchange[list[Record]]:
        """Amendment lines that take each line down to what was shipped; services go only where no goods went."""
        shipped = yield from self._dispatch.shipped([sale])
        anything = any(shipped.values())
        open_lines: list[Record] = []
        for line in (yield from self._sales.lines([sale])):
            kept = line.quantity if line.kind == "service" and anything else shipped.get(line.id, ZERO)
            if kept < line.quantity:
                open_lines.append(_reduced(line, kept))
        return open_lines


def _amendment_lines(sale: Sale, missing: Missing) -> list[Record]:
    """What of the missing belongs into an amendment of this sale."""
    lines = [_amended(line, wanted) for line, wanted in missing.lines.changed if line.sale == sale.id]
    lines += [_reduced(line, ZERO) for line in missing.lines.gone if line.sale == sale.id]
    if missing.address is not None and sale.shipment_address != missing.address:
        lines.append(_readdressed(sale, missing.address))
    return lines


def _revision(order: SalesOrder) -> str:
    return f"revision {order.revision}"


def _rewritten(wanted: WantedLine) -> Record:
    return {
        "product": wanted.product.id,
        "quantity": Number(wanted.quantity),
        "unit": wanted.product.unit,
        "unit_price": wanted.unit_price,
    }


def _amended(line: SaleLine, wanted: WantedLine) -> Record:
    return {"action": "line", "line": line.id, "description": wanted.description, **_rewritten(wanted)}


def _reduced(line: SaleLine, quantity: Decimal) -> Record:
    return {
        "action": "line",
        "line": line.id,
        "product": line.product,
        "quantity": Number(quantity),
        "unit": line.unit,
        "unit_price": line.unit_price,
        "description": line.description,
    }


def _readdressed(sale: Sale, address: int) -> Record:
    return {
        "action": "party",
        "party": sale.party,
        "invoice_party": sale.invoice_party,
        "invoice_address": sale.invoice_address,
        "shipment_party": sale.shipment_party,
        "shipment_address": address,
    }
