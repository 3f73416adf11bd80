"""Money that moved elsewhere, booked in Tryton once under its reference: against an invoice, or as a deposit.

Tryton's entry for a payment carries our reference as its description, which is how it is found again.
"""

from datetime import date
from decimal import Decimal

from crossdock.connectors.tryton.catalog import Catalog
from crossdock.connectors.tryton.client import Record, TrytonClient
from crossdock.connectors.tryton.invoices import INVOICE, INVOICE_FIELDS, Invoices
from crossdock.connectors.tryton.mapping import Unfit
from crossdock.connectors.tryton.sales import Sales
from crossdock.connectors.tryton.settings import Settings
from crossdock.model import commands, events
from crossdock.model.orders import Payment
from crossdock.model.quantities import ZERO
from crossdock.runtime.connector import Done, Outcome, Refused
from crossdock.runtime.ports import Exchange

MOVE = "account.move"
_WIZARD = "account.invoice.pay"


class Payments:
    """Payments and refunds."""

    def __init__(
        self, client: TrytonClient, catalog: Catalog, sales: Sales, invoices: Invoices, settings: Settings
    ) -> None:
        self._client = client
        self._catalog = catalog
        self._sales = sales
        self._invoices = invoices
        self._settings = settings

    def find(self, command: commands.RegisterPayment) -> Exchange[int | None]:
        """The entry under our reference."""
        domain = [("description", "=", payment_reference(command))]
        found = yield from self._client.search_read(MOVE, domain, ["state"], 1)
        return int(found[0]["id"]) if found else None

    def register(self, command: commands.RegisterPayment, found: int | None) -> Exchange[Outcome]:
        payment = command.payment
        if payment.kind == "authorization":
            return Refused("an authorisation moves no money and is not booked", "authorization")
        amount = -payment.amount.amount if payment.kind == "refund" else payment.amount.amount
        if found is None:
            invoice = yield from self._invoice(command, amount)
            if invoice is None:
                found = yield from self._deposit(command, amount)
            else:
                yield from self._pay(command, invoice, amount)
        if found is not None:
            yield from self._client.advance(MOVE, found, {"draft": "post"})
        return Done((events.PaymentRegistered(command.order, payment.reference),))

    def _invoice(self, command: commands.RegisterPayment, amount: Decimal) -> Exchange[Record | None]:
        """The invoice to pay: the one named, or the sale's oldest that is open; None where nothing is open."""
        if command.invoice:
            domain = [("number", "=", command.invoice), ("type", "=", "out")]
            found = yield from self._client.search_read(INVOICE, domain, INVOICE_FIELDS, 1)
            if not found:
                raise Unfit(f"Tryton has no invoice {command.invoice}")
        else:
            sales = yield from self._sales.of_order(command.order, command.sale_number)
            found = yield from self._invoices.of_sales(sales)
        open_ones = [one for one in found if one["state"] == "posted" and one["amount_to_pay"] * amount > 0]
        return open_ones[0] if open_ones else None

    # --- against an invoice ------------------------------------------------------------------------------------------

    def _pay(self, command: commands.RegisterPayment, invoice: Record, amount: Decimal) -> Exchange[None]:
        """Walk through Tryton's payment wizard, which books the entry in its last step."""
        fields = ("party", "company", "currency", "account")
        (head,) = yield from self._client.read(INVOICE, [invoice["id"]], fields)
        start = {
            "payee": head["party"],
            "amount": amount,
            "currency": head["currency"],
            "company": head["company"],
            "invoice_account": head["account"],
            "date": _day(command.payment),
            "payment_method": (yield from self._method())["id"],
            "description": payment_reference(command),
        }
        number = invoice["id"]
        context = {"active_model": INVOICE, "active_id": number, "active_ids": [number]}
        wizard, _, _ = yield from self._client.call(f"wizard.{_WIZARD}.create", context=context)
        execute = f"wizard.{_WIZARD}.execute"
        answer = yield from self._client.call(execute, wizard, {"start": start}, "choice", context=context)
        if answer.get("view"):
            # Not exactly what is open: in part, or beyond it.
            defaults = answer["view"]["defaults"]
            ask = {name: value for name, value in defaults.items() if not name.endswith(".")}
            ask["type"] = "overpayment" if abs(amount) > abs(invoice["amount_to_pay"]) else "partial"
            forms = {"start": start, "ask": ask}
            yield from self._client.call(execute, wizard, forms, "pay", context=context)
        yield from self._client.call(f"wizard.{_WIZARD}.delete", wizard, context=context)

    def _method(self) -> Exchange[Record]:
        name = self._settings.payment_method
        fields = ("journal", "debit_account", "credit_account")
        domain = [("name", "=", name)]
        found = yield from self._client.search_read("account.invoice.payment.method", domain, fields, 1)
        if not found:
            raise Unfit(f"Tryton has no invoice payment method {name}")
        return found[0]

    # --- without one -------------------------------------------------------------------------------------------------

    def _deposit(self, command: commands.RegisterPayment, amount: Decimal) -> Exchange[int]:
        """An entry on the customer's account that no invoice takes yet; its id, still a draft."""
        customer = yield from self._catalog.customer(command.customer)
        if customer is None:
            raise Unfit(f"Tryton has no customer {command.customer}")
        method = yield from self._method()
        day = _day(command.payment)
        receivable = yield from self._receivable(customer.id)
        paid_in = amount > 0
        money = {
            "account": method["debit_account" if paid_in else "credit_account"],
            "debit": max(amount, ZERO),
            "credit": max(-amount, ZERO),
        }
        owed = {
            "account": receivable,
            "party": customer.id,
            "debit": max(-amount, ZERO),
            "credit": max(amount, ZERO),
        }
        fixtures = yield from self._catalog.fixtures()
        values: Record = {
            "company": fixtures.company,
            "journal": method["journal"],
            "period": (yield from self._period(day)),
            "date": day,
            "description": payment_reference(command),
            "lines": [("create", [money, owed])],
        }
        (made,) = yield from self._client.create(MOVE, values)
        return made

    def _receivable(self, party: int) -> Exchange[int]:
        """The customer's own receivable account, or the company's."""
        (record,) = yield from self._client.read("party.party", [party], ["account_receivable"])
        account = record["account_receivable"]
        if account is None:
            fields = ["default_account_receivable"]
            (configuration,) = yield from self._client.read("account.configuration", [1], fields)
            account = configuration["default_account_receivable"]
        if account is None:
            raise Unfit("Tryton has no receivable account for deposits")
        return int(account)

    def _period(self, day: date) -> Exchange[int]:
        domain = [("start_date", "<=", day), ("end_date", ">=", day), ("type", "=", "standard"), ("state", "=", "open")]
        found = yield from self._client.search_read("account.period", domain, ["name"], 1)
        if not found:
            raise Unfit(f"Tryton has no open period for {day}")
        return int(found[0]["id"])


def payment_reference(command: commands.RegisterPayment) -> str:
    return f"{command.order} {command.payment.kind} {command.payment.reference}"


def _day(payment: Payment) -> date:
    return payment.at.date()
