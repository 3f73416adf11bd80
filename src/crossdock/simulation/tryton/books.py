"""Tryton's own books as rows of a ledger, read over its network API by an administrator of the run.

Orders are told by what people see there: a sale of ours by its description (`shop #1001`), one that a clerk entered by
its number; lines by the line's note; shipments, bills and payments by the sales that they come from.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from crossdock.connectors.tryton.client import Domain, Record
from crossdock.simulation.systems.ledger import ZERO, Row
from crossdock.simulation.tryton.dataset import FREIGHT
from crossdock.simulation.tryton.exchange import carry_out
from crossdock.simulation.tryton.process import TrytonServer
from crossdock.simulation.tryton.provision import (
    ADMINISTRATOR,
    ADMINISTRATOR_PASSWORD,
    CLERK,
    PAYMENT_METHOD,
    Desk,
)

CHANNEL = "erp"
_POSTED = ("state", "in", ["posted", "paid"])
_ADDITION = " addition "


class Sold(NamedTuple):
    """A sale, told as its customer would; `document` is its own number there."""

    called: tuple[str, str]
    document: str
    reference: str
    by_staff: bool
    state: str
    cancelled_by_staff: bool
    at: datetime


class SoldLine(NamedTuple):
    """A line of a sale; `id` is what the placer calls it."""

    sale: Sold
    id: str
    item: str
    quantity: Decimal
    let_go: Decimal
    amount: Decimal
    is_goods: bool


class Books:
    """Reads everything there is, each time anew."""

    def __init__(self, server: TrytonServer) -> None:
        self._desk = Desk(server.url, server.database, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
        self._desk.use_company()

    def billed(self) -> set[tuple[str, str]]:
        """Channel and number of orders with a posted invoice."""
        fields = ("sale.description", "sale.number", "sale.create_uid.login")
        found = self._all("sale.line", [("invoice_lines.invoice.state", "in", ["posted", "paid"])], *fields)
        return {_called(line["sale."]) for line in found}

    def sold(self) -> set[tuple[str, str]]:
        """Channel and number of orders that it holds as sales."""
        found = self._all("sale.sale", [("state", "!=", "cancelled")], "description", "number", "create_uid.login")
        return {_called(sale) for sale in found}

    def rows(self) -> list[Row]:
        """The whole of it, in the form of the simulated systems' ledgers."""
        sales = {record["id"]: _sold(record) for record in self._all("sale.sale", [], *_SALE)}
        lines = {
            record["id"]: _line(record, sales[record["sale"]])
            for record in self._all("sale.line", [("type", "=", "line")], *_LINE)
        }
        rows = list(_sale_rows(lines.values()))
        rows += self._posted(lines)
        invoices = {record["id"]: record for record in self._all("account.invoice", [_POSTED], *_INVOICE)}
        billed = self._all("account.invoice.line", [("invoice.state", "in", ["posted", "paid"])], *_BILLED)
        rows += _invoice_rows(invoices, billed, lines)
        rows += self._paid({sold.reference: sold for sold in sales.values() if sold.reference})
        return rows

    def _posted(self, lines: Mapping[int, SoldLine]) -> Iterator[Row]:
        """What went to customers, by shipment. Of a kit its components go: as many kits as they all make."""
        parts = {
            record["id"]: (record["line"], Decimal(record["quantity_ratio"]))
            for record in self._all("sale.line.component", [], "line", "quantity_ratio")
        }
        shipments = {
            record["id"]: record
            for record in self._all("stock.shipment.out", [("state", "=", "done")], "number", "reference")
        }
        domain = [("state", "=", "done"), ("to_location.type", "=", "customer")]
        gone: dict[tuple[int, int], dict[str, Decimal]] = {}
        when: dict[tuple[int, int], datetime] = {}
        for move in self._all("stock.move", domain, "origin", "shipment", "quantity", "create_date"):
            shipment, (model, number) = _number(move["shipment"]), _split(move["origin"])
            line, per = parts[number] if model == "sale.line.component" else (number, Decimal(1))
            key = (shipment, line)
            units = gone.setdefault(key, {})
            units[move["origin"]] = units.get(move["origin"], ZERO) + Decimal(move["quantity"]) / per
            when[key] = move["create_date"]
        members: dict[int, int] = {}
        for line, _ in parts.values():
            members[line] = members.get(line, 0) + 1
        for (shipment, line), units in gone.items():
            whole = len(units) == members.get(line, 1)
            yield _row(
                when[shipment, line],
                "posted",
                lines[line],
                quantity=min(units.values()) if whole else ZERO,
                document=shipments[shipment]["number"],
                other=(shipments[shipment]["reference"] or "").partition(" (")[0],
            )

    def _paid(self, by_reference: Mapping[str, Sold]) -> Iterator[Row]:
        """Money booked, by the words that its entry bears: the sale's reference, then the payment's."""
        method = self._desk.one(
            "account.invoice.payment.method", [("name", "=", PAYMENT_METHOD)], "debit_account", "credit_account"
        )
        cash = {method["debit_account"], method["credit_account"]}
        fields = ("move", "move.description", "move.number", "debit", "credit", "create_date")
        for line in self._all("account.move.line", [("account", "in", sorted(cash))], *fields):
            entry = line["move."]
            reference, _, rest = (entry["description"] or "").partition(" ")
            sold = by_reference.get(reference)
            if sold is not None and rest:
                amount = line["debit"] - line["credit"]
                document = entry["number"] or f"entry {line['move']}"
                yield Row(
                    line["create_date"],
                    "erp",
                    "paid",
                    *sold.called,
                    amount=amount,
                    document=document,
                    other=rest.rpartition(" ")[2],
                )

    def _all(self, model: str, domain: Domain, *fields: str) -> list[Record]:
        return carry_out(self._desk.client.search_read(model, domain, fields, None, [("id", "ASC")]))


_SALE = ("number", "reference", "description", "state", "create_uid.login", "write_uid.login", "create_date")
_LINE = ("sale", "note", "product.code", "product.type", "quantity", "unit_price", "moves_ignored.quantity")
_INVOICE = ("number", "reference", "total_amount", "invoice_date", "create_date")
_BILLED = ("invoice", "origin", "quantity", "amount", "product.code", "product.type")


def _called(sale: Record) -> tuple[str, str]:
    """Channel and number as people say them."""
    if sale["create_uid."]["login"] == CLERK:
        return CHANNEL, sale["number"] or ""
    channel, _, number = (sale["description"] or "").partition(" ")
    return channel, number


def _sold(record: Record) -> Sold:
    return Sold(
        _called(record),
        record["number"] or f"draft {record['id']}",
        record["reference"] or "",
        record["create_uid."]["login"] == CLERK,
        record["state"],
        (record.get("write_uid.") or {}).get("login") == CLERK,
        record["create_date"],
    )


def _line(record: Record, sale: Sold) -> SoldLine:
    product = record.get("product.") or {}
    note = (record["note"] or "").partition("\n")[0]
    let_go = sum((Decimal(move["quantity"]) for move in record["moves_ignored."]), ZERO)
    # A line may be taken down besides: what people let go was ordered all the same.
    quantity, price = max(Decimal(record["quantity"] or 0), let_go), record["unit_price"] or ZERO
    return SoldLine(
        sale,
        str(record["id"]) if sale.by_staff else note.partition(" ")[2],
        product.get("code") or "",
        quantity,
        let_go,
        (quantity * price).quantize(Decimal("0.01")),
        product.get("type") != "service",
    )


def _sale_rows(lines: Any) -> Iterator[Row]:
    """What is sold, line by line. Lines that came to an order later stand in a further sale, which is the same document
    as long as no line of it stands in both."""
    main: dict[tuple[str, str], str] = {}
    seen: set[tuple[tuple[str, str], str]] = set()
    for line in lines:
        sale = line.sale
        if not line.is_goods:
            continue
        document = sale.document
        if sale.state != "cancelled" and line.quantity:
            first = main.setdefault(sale.called, sale.document)
            if _ADDITION in sale.reference and (sale.called, line.id) not in seen:
                document = first
            seen.add((sale.called, line.id))
        who = "staff" if sale.by_staff else "api"
        yield _row(sale.at, "sale", line, quantity=line.quantity, document=document, note=f"entered by {who}")
        dropped = line.quantity if sale.state == "cancelled" else line.let_go
        if dropped:
            by_staff = sale.by_staff and (sale.cancelled_by_staff or bool(line.let_go))
            note = "by staff" if by_staff else "by api"
            yield _row(sale.at, "sale_cancelled", line, quantity=dropped, document=document, note=note)


def _invoice_rows(invoices: Mapping[int, Record], billed: list[Record], lines: Mapping[int, SoldLine]) -> Iterator[Row]:
    """Bills by line, their charges, and credit notes, which take back lines of other invoices."""
    by_id = {record["id"]: record for record in billed}
    orders: dict[int, SoldLine] = {}
    for record in billed:
        line = _billed_line(record, by_id, lines)
        if line is not None:
            orders.setdefault(record["invoice"], line)
    for number, line in orders.items():
        invoice = invoices[number]
        amount, at = invoice["total_amount"], invoice["create_date"]
        kind = "invoice" if amount >= 0 else "credited"
        other = "" if amount >= 0 else (invoice["reference"] or "").rpartition(" ")[2]
        yield Row(at, "erp", kind, *line.sale.called, amount=abs(amount), document=invoice["number"] or "", other=other)
    for record in billed:
        if not (record["origin"] or "").startswith("sale.line,"):
            continue
        invoice, line = invoices[record["invoice"]], lines[_number(record["origin"])]
        more = {"amount": record["amount"], "document": invoice["number"] or ""}
        if line.is_goods:
            yield _row(invoice["create_date"], "billed", line, quantity=Decimal(record["quantity"]), **more)
        else:
            kind = "freight" if line.item == FREIGHT else line.item
            yield Row(invoice["create_date"], "erp", "charged", *line.sale.called, item=kind, **more)


def _billed_line(record: Record, billed: Mapping[int, Record], lines: Mapping[int, SoldLine]) -> SoldLine | None:
    """The sale's line behind an invoice's, also behind one that is credited; None for what no sale is behind."""
    model, number = _split(record["origin"])
    if model == "account.invoice.line" and number in billed:
        return _billed_line(billed[number], billed, lines)
    return lines.get(number) if model == "sale.line" else None


def _row(at: datetime, kind: str, line: SoldLine, **more: Any) -> Row:
    return Row(at, "erp", kind, *line.sale.called, line=line.id, item=line.item, **more)


def _split(reference: str | None) -> tuple[str, int]:
    model, _, number = (reference or "").partition(",")
    return model, int(number) if number.isdecimal() else 0


def _number(reference: str | None) -> int:
    return _split(reference)[1]
