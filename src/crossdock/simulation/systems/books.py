"""The simulated ERP's books: sales and what was posted on them, receivables, and the rows of its ledger."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from crossdock.simulation.systems.base import Failure, Json
from crossdock.simulation.systems.catalogue import Catalogue, CatalogueCustomer
from crossdock.simulation.systems.ledger import ZERO, Ledger

Who = Literal["api", "staff"]
_OWN = ("number", "state", "entered_by", "changed_at", "cancelled_by", "cancel_reason", "remainder_cancelled")


class Sale:
    """A sale: `body` is what the contract shows of it."""

    def __init__(self, body: Json, at: datetime) -> None:
        self.body = body
        self.entered_at = at
        self.shipments: list[Json] = []
        self.invoices: list[Json] = []
        self.payments: list[Json] = []
        self.credit_notes: list[Json] = []
        self.shipped: dict[str, Decimal] = {}
        self.billed: dict[str, Decimal] = {}

    @property
    def number(self) -> str:
        return str(self.body["number"])

    @property
    def called(self) -> tuple[str, str]:
        """Channel and number of the order as its customer knows it."""
        return self.body["channel"], self.body["order_number"]

    @property
    def customer(self) -> str:
        return str(self.body["customer"].get("number", ""))

    @property
    def on_account(self) -> bool:
        return bool(self.body.get("terms", {}).get("kind", "on_account") == "on_account")

    @property
    def unbilled(self) -> Decimal:
        """What is still to be billed of an open sale."""
        if self.body["state"] != "open":
            return ZERO
        return self.total - sum((invoice["total"] for invoice in self.invoices), ZERO)

    @property
    def total(self) -> Decimal:
        if self.body.get("total") is not None:
            return Decimal(self.body["total"])
        lines = sum((_net(line) + Decimal(line.get("tax", "0")) for line in self.body["lines"]), ZERO)
        return lines + sum((Decimal(charge["amount"]) for charge in self.body.get("charges", [])), ZERO)


def _net(line: Json) -> Decimal:
    gross = Decimal(line["unit_price"]) * Decimal(line["quantity"]) / Decimal(line.get("per", "1"))
    return gross - Decimal(line.get("discount", "0"))


class Account:
    """What a customer owes for what was billed on account, and its sales that are not wholly billed."""

    def __init__(self, opening: Decimal) -> None:
        self.owed = opening
        self.open: dict[str, Sale] = {}


class Books:
    """Numbers are given in sequence: SO for sales, DN for shipments, INV, PAY and CN."""

    def __init__(self, ledger: Ledger, catalogue: Catalogue) -> None:
        self.ledger = ledger
        self.catalogue = catalogue
        self.sales: dict[str, Sale] = {}
        self.by_reference: dict[str, list[Sale]] = {}
        self.touched_by_staff: dict[str, None] = {}
        self.movements: list[dict[str, Any]] = []
        self._accounts: dict[str, Account] = {}
        self._numbers: dict[str, int] = {}

    def _number(self, kind: str) -> str:
        self._numbers[kind] = self._numbers.get(kind, 1000) + 1
        return f"{kind}{self._numbers[kind]}"

    @property
    def next_sale(self) -> str:
        return f"SO{self._numbers.get('SO', 1000) + 1}"

    def customer(self, number: str, email: str) -> CatalogueCustomer | None:
        """By number, else by the only one with that e-mail."""
        if number:
            return self.catalogue.customers.get(number)
        same = [one for one in self.catalogue.customers.values() if email and one.email == email]
        return same[0] if len(same) == 1 else None

    # --- sales ------------------------------------------------------------------------------------

    def create(self, asked: Json, now: datetime, who: Who) -> Sale:
        known = self._check(asked)
        number = self._number("SO")
        body = {name: value for name, value in asked.items() if name not in _OWN}
        body["customer"] = asked["customer"] | {"number": known.number}
        body |= {"number": number, "state": "open", "entered_by": who, "changed_at": now}
        body.setdefault("reference", "")
        body.setdefault("revision", 1)
        if who == "staff":
            body |= {"order_number": number, "channel": asked.get("channel") or "erp"}
            body["lines"] = [self._with_components(line) for line in asked["lines"]]
        sale = self.sales[number] = Sale(body, now)
        if body["reference"]:
            self.by_reference.setdefault(body["reference"], []).append(sale)
        if sale.on_account:
            self._account(sale.customer).open[number] = sale
        self._touch(sale, who, now)
        self._write_lines(sale, "sale", now, f"entered by {who}")
        return sale

    def change(self, sale: Sale, asked: Json, now: datetime, who: Who) -> None:
        """Bring the sale to a revision; an older one than it has changes nothing."""
        self._must_be_open(sale)
        self._check(asked)
        if asked.get("revision", 1) < sale.body["revision"]:
            return
        kept = {
            name: sale.body[name]
            for name in ("reference", "channel", "order_number", "billing", "customer")
            if name in sale.body
        }
        sale.body |= {name: value for name, value in asked.items() if name not in _OWN} | kept
        if sale.on_account:
            self._account(sale.customer).open[sale.number] = sale
        self._touch(sale, who, now)
        self._write_lines(sale, "sale_changed", now, f"by {who}")

    def cancel(self, sale: Sale, asked: Json, now: datetime, who: Who) -> None:
        """All of it, or with `remainder_only` what has not shipped."""
        remainder = bool(asked.get("remainder_only", False))
        if sale.body["state"] == "cancelled" or (remainder and sale.body.get("remainder_cancelled")):
            return
        if sale.shipments and not remainder:
            raise Failure(409, f"{sale.number} has shipped: only its remainder can be cancelled", "shipped")
        whole = not sale.shipments
        sale.body |= {"state": "cancelled" if whole else "closed", "cancelled_by": who}
        sale.body |= {"cancel_reason": asked.get("reason", ""), "remainder_cancelled": not whole}
        self._touch(sale, who, now)
        for line in sale.body["lines"]:
            rest = Decimal(line["quantity"]) - sale.shipped.get(line["id"], ZERO)
            if rest > 0:
                self._note(sale, "sale_cancelled", now, line, quantity=rest, note=f"by {who}")

    def _with_components(self, line: Json) -> Json:
        parts = self.catalogue.items[line["item"]].components
        return line | {"components": [{"item": part, "per_kit": per} for part, per in parts]}

    def _check(self, asked: Json) -> CatalogueCustomer:
        who = asked["customer"]
        known = self.customer(who.get("number", ""), who.get("email", ""))
        if known is None:
            raise Failure(422, f"unknown customer {who.get('number') or who.get('email')}", "unknown_customer")
        if not asked["lines"]:
            raise Failure(422, "a sale needs a line", "no_lines")
        for line in asked["lines"]:
            if line["item"] not in self.catalogue.items:
                raise Failure(422, f"unknown item {line['item']}", "unknown_item")
            if not Decimal(line["quantity"]) > 0:
                raise Failure(422, f"line {line['id']} has no quantity", "no_quantity")
        return known

    def _touch(self, sale: Sale, who: Who, now: datetime) -> None:
        if who == "staff":
            self.touched_by_staff[sale.number] = None
            sale.body["changed_at"] = now

    def _must_be_open(self, sale: Sale) -> None:
        if sale.body["state"] == "cancelled":
            raise Failure(409, f"{sale.number} is cancelled", "cancelled")

    def _write_lines(self, sale: Sale, kind: str, now: datetime, note: str) -> None:
        for line in sale.body["lines"]:
            quantity = Decimal(line["quantity"])
            self._note(sale, kind, now, line, quantity=quantity, amount=_net(line), note=note)

    def _note(self, sale: Sale, kind: str, now: datetime, line: Json, **more: Any) -> None:
        more.setdefault("document", sale.number)
        self.ledger.note(now, kind, sale.called, line=line["id"], item=line["item"], **more)

    # --- what follows a sale ----------------------------------------------------------------------

    def post_shipment(self, sale: Sale, asked: Json, now: datetime) -> Json:
        self._must_be_open(sale)
        posted = {"number": asked["number"], "document": self._number("DN")}
        for line in asked["lines"]:
            quantity = Decimal(line["quantity"])
            sale.shipped[line["id"]] = sale.shipped.get(line["id"], ZERO) + quantity
            self._note(
                sale,
                "posted",
                now,
                line,
                quantity=quantity,
                document=posted["document"],
                other=asked["number"],
                note=asked["warehouse"],
            )
        sale.shipments.append(posted)
        return posted

    def post_invoice(self, sale: Sale, asked: Json, now: datetime) -> Json:
        self._must_be_open(sale)
        days = int(sale.body.get("terms", {}).get("net_days", 0))
        invoice = {
            "bill": asked["bill"],
            "number": self._number("INV"),
            "total": Decimal(asked["total"]),
            "currency": asked["currency"],
            "on": now.date(),
            "due": now.date() + timedelta(days=days),
        }
        for line in asked["lines"]:
            quantity, amount = Decimal(line["quantity"]), Decimal(line["amount"])
            sale.billed[line["id"]] = sale.billed.get(line["id"], ZERO) + quantity
            self._note(sale, "billed", now, line, quantity=quantity, amount=amount, document=invoice["number"])
        for charge in asked.get("charges", []):
            amount = Decimal(charge["amount"])
            self.ledger.note(
                now, "charged", sale.called, item=charge["kind"], amount=amount, document=invoice["number"]
            )
        self.ledger.note(now, "invoice", sale.called, amount=invoice["total"], document=invoice["number"])
        sale.invoices.append(invoice)
        self._owe(sale, invoice["total"])
        return invoice

    def register_payment(self, sale: Sale, asked: Json, now: datetime) -> Json:
        amount = Decimal(asked["amount"])
        signed = -amount if asked["kind"] == "refund" else amount
        booked = {"reference": asked["reference"], "document": self._number("PAY"), "signed": signed}
        self.ledger.note(now, "paid", sale.called, amount=signed, document=booked["document"], other=asked["reference"])
        sale.payments.append(booked)
        self._owe(sale, -signed)
        return booked

    def post_credit_note(self, sale: Sale, asked: Json, now: datetime) -> Json:
        reverses = asked.get("reverses") or (sale.invoices[-1]["number"] if sale.invoices else "")
        note = {
            "reference": asked["reference"],
            "number": self._number("CN"),
            "amount": Decimal(asked["amount"]),
            "currency": asked["currency"],
            "reverses": reverses,
        }
        self.ledger.note(
            now,
            "credited",
            sale.called,
            amount=note["amount"],
            document=note["number"],
            other=asked["reference"],
            note=reverses,
        )
        sale.credit_notes.append(note)
        self._owe(sale, -note["amount"])
        return note

    def move(self, item: str, warehouse: str, quantity: Decimal, reason: str, now: datetime) -> Json:
        """Stock moved by hand, here."""
        number = self._number("MV")
        moved = {"reference": number, "warehouse": warehouse, "item": item, "quantity": quantity}
        self.movements.append(moved | {"reason": reason, "at": now})
        self.ledger.note(now, "stock_booked", item=item, quantity=quantity, document=number, note=reason)
        return self.movements[-1]

    # --- credit -----------------------------------------------------------------------------------

    def receive(self, customer: str, amount: Decimal, now: datetime) -> None:
        self._account(customer).owed -= amount
        self.ledger.note(now, "received", amount=amount, other=customer)

    def receivables(self, customer: str) -> Decimal:
        """What was billed on account and not paid, with what was owed at the start."""
        return self._account(customer).owed

    def open_orders(self, customer: str) -> list[tuple[Sale, Decimal]]:
        """Sales on account that are not wholly billed, with what is not."""
        account = self._account(customer)
        left = [(sale, sale.unbilled) for sale in account.open.values()]
        account.open = {sale.number: sale for sale, amount in left if sale.body["state"] == "open" and amount > 0}
        return [(sale, amount) for sale, amount in left if amount > 0]

    def _account(self, customer: str) -> Account:
        if customer not in self._accounts:
            self._accounts[customer] = Account(self.catalogue.customers[customer].opening)
        return self._accounts[customer]

    def _owe(self, sale: Sale, amount: Decimal) -> None:
        if sale.on_account:
            self._account(sale.customer).owed += amount
