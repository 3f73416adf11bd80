"""Changes and cancellations of sales in Tryton.

A sale that is not in process yet is reopened and written anew. One in process takes amendments, to which it adds no
line; what was shipped stays. Whether a change was done shows in the sale itself: nothing is missing any more.
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

    def find_changed(self, command: commands.ChangeSale) -> Exchange[Sale | None]:
        """The sale, where it already reads as wanted or an amendment of ours waits in it."""
        sale = yield from self._sales.by_number(command.sale_number)
        if sale.state in ("draft", "quotation", "confirmed"):
            return None
        if (yield from self._amendment(sale, _revision(command.order))):
            return sale
        return None if (yield from self._missing(command, sale)) else sale

    def change(self, command: commands.ChangeSale, found: Sale | None, today: date) -> Exchange[Outcome]:
        sale = found or (yield from self._sales.by_number(command.sale_number))
        match sale.state:
            case "draft" | "quotation" | "confirmed":
                refused = yield from self._rewrite(command, sale, today)
            case "processing":
                refused = yield from self._amend(command, sale, today)
            case _:
                over = yield from self._missing(command, sale)
                refused = Refused(f"sale {sale.number} is {sale.state} in Tryton", "too_late") if over else None
        return refused or Done((events.SaleChanged(command.order.key, command.order.revision),))

    def _missing(self, command: commands.ChangeSale, sale: Sale) -> Exchange[Missing]:
        actual = yield from self._sales.lines(sale)
        order, rest = without_settled_charges(command.order, actual)
        lines = difference((yield from self._sales.wanted(order)), rest)
        customer = yield from self._sales.customer(command.customer)
        address = yield from self._catalog.address(customer, command.order.parties.shipped.address)
        return Missing(lines, address if address != sale.shipment_address else None)

    def _rewrite(self, command: commands.ChangeSale, sale: Sale, today: date) -> Exchange[Refused | None]:
        """Reopen the sale, write it anew, confirm it again."""
        if (yield from self._client.advance(SALE, sale.id, _REOPEN)) != "draft":
            # A worker of Tryton's took it into process meanwhile.
            return (yield from self._amend(command, sale, today))
        missing = yield from self._missing(command, sale)
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

    def _amend(self, command: commands.ChangeSale, sale: Sale, today: date) -> Exchange[Refused | None]:
        name = _revision(command.order)
        amendment = yield from self._amendment(sale, name)
        if amendment is None:
            missing = yield from self._missing(command, sale)
            if not missing:
                return None
            refused = yield from self._obstacle(sale, missing.lines)
            if refused:
                return refused
            lines = [_amended(line, wanted) for line, wanted in missing.lines.changed]
            lines += [_reduced(line, ZERO) for line in missing.lines.gone]
            if missing.address is not None:
                lines.append(_readdressed(sale, missing.address))
            amendment = yield from self._enter_amendment(sale, name, lines, today)
        yield from self._validate(amendment)
        return None

    def _obstacle(self, sale: Sale, missing: Difference) -> Exchange[Refused | None]:
        """Why a sale in process can't take this change."""
        if missing.added:
            items = ", ".join(line.product.number for line in missing.added)
            return Refused(f"Tryton adds no line to sale {sale.number}, which is in process: {items}", "new_line")
        shipped = yield from self._dispatch.shipped(sale)
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

    def _recall(self, sale: Sale) -> Exchange[Refused | None]:
        """Open shipments give back what is assigned to them, so that they follow the amendment."""
        open_shipments = yield from self._dispatch.open_shipments(sale)
        for shipment in open_shipments:
            if shipment.state in _IN_HAND:
                return Refused(f"shipment {shipment.number} is {shipment.state} in Tryton", "too_late")
        for shipment in open_shipments:
            yield from self._client.advance("stock.shipment.out", shipment.id, {"assigned": "wait"})
        return None

    # --- cancel ------------------------------------------------------------------------------------------------------

    def find_cancelled(self, command: commands.CancelSale) -> Exchange[Sale | None]:
        """The sale, where nothing of it is open any more or an amendment of ours waits in it."""
        sale = yield from self._sales.by_number(command.sale_number)
        if sale.state in ("cancelled", "done") or (yield from self._amendment(sale, _CANCELLATION)):
            return sale
        if sale.state != "processing" or (yield from self._open_lines(sale)):
            return None
        return sale

    def cancel(self, command: commands.CancelSale, found: Sale | None, today: date) -> Exchange[Outcome]:
        sale = found or (yield from self._sales.by_number(command.sale_number))
        done = Done((events.SaleCancelled(command.order),))
        state = yield from self._client.advance(SALE, sale.id, CANCEL)
        if state != "processing":
            return done
        amendment = yield from self._amendment(sale, _CANCELLATION)
        if amendment is None:
            lines = yield from self._open_lines(sale)
            if not lines:
                return done
            refused = yield from self._recall(sale)
            if refused:
                return refused
            amendment = yield from self._enter_amendment(sale, _CANCELLATION, lines, today)
        yield from self._validate(amendment)
        return done

    def _open_lines(self, sale: Sale) -> Exchange[list[Record]]:
        """Amendment lines that take each line down to what was shipped; services go only where no goods went."""
        shipped = yield from self._dispatch.shipped(sale)
        anything = any(shipped.values())
        open_lines: list[Record] = []
        for line in (yield from self._sales.lines(sale)):
            kept = line.quantity if line.kind == "service" and anything else shipped.get(line.id, ZERO)
            if kept < line.quantity:
                open_lines.append(_reduced(line, kept))
        return open_lines


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
