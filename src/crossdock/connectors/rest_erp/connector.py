"""The ERP of the JSON contract. It has no idempotency keys: whoever repeats a POST blindly makes a second
sale."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import msgspec

from crossdock.connectors.rest_erp import mapping, wire
from crossdock.connectors.rest_erp.feeds import sales_feed, stock_feed
from crossdock.connectors.rest_erp.observed import translate
from crossdock.model import commands, events
from crossdock.model.base import Value, change
from crossdock.model.commands import Command
from crossdock.model.identifiers import Identifier
from crossdock.model.invoices import CreditNote
from crossdock.model.quantities import Money
from crossdock.runtime.connector import (
    Arrival,
    Asks,
    Delivery,
    Done,
    Feed,
    LookedUp,
    LookUp,
    NotFound,
    Outcome,
    Refused,
    Rejected,
    Repetition,
    Task,
    Translation,
    TryLater,
)
from crossdock.runtime.ports import Exchange, NoAnswer
from crossdock.transports import webhooks
from crossdock.transports.rest import Api, ask

T = TypeVar("T")

# The contract promises that what was answered or cut off is visible at once to a look-up, and that it drops a
# request
# whose sender is gone after 30 s.
_LOOK_UP = LookUp(visible_within=timedelta(seconds=1), may_still_run_for=timedelta(seconds=30))


class Settings(Value, frozen=True):
    """One installation. `nodes` maps our nodes to the ERP's warehouse codes; `channel` names orders entered
    there;
    `secrets` sign its webhooks; `look_up` may say less patient times where the ERP promises them."""

    system: str
    url: str
    token: str
    channel: str = "erp"
    secrets: tuple[str, ...] = ()
    nodes: dict[str, str] = msgspec.field(default_factory=dict)
    poll_every: timedelta = timedelta(minutes=1)
    overlap: timedelta = timedelta(minutes=2)
    look_up: LookUp = _LOOK_UP
    timeout: float = 30.0


class RestErp:
    """One installation of an ERP that speaks the contract."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._api = Api(settings.url.rstrip("/"), settings.token, settings.timeout)
        self._perform: Mapping[type[Command], Callable[..., Exchange[Outcome]]] = {
            commands.QuoteOrder: self._quote,
            commands.ReadCreditPosition: self._credit,
            commands.CreateSale: self._create,
            commands.ChangeSale: self._change,
            commands.CancelSale: self._cancel,
            commands.PostShipment: self._post_shipment,
            commands.PostInvoice: self._post_invoice,
            commands.RegisterPayment: self._register,
            commands.PostCreditNote: self._credit_note,
        }
        self._look_up: Mapping[type[Command], Callable[..., Exchange[LookedUp]]] = {
            commands.CreateSale: self._find_created,
            commands.ChangeSale: self._find_changed,
            commands.CancelSale: self._find_cancelled,
            commands.PostShipment: self._find_shipment,
            commands.PostInvoice: self._find_invoice,
            commands.RegisterPayment: self._find_payment,
            commands.PostCreditNote: self._find_credit_note,
        }

    @property
    def system(self) -> str:
        return self.settings.system

    @property
    def performs(self) -> Mapping[type[Command], Repetition]:
        return {kind: self.settings.look_up if kind in self._look_up else Asks() for kind in self._perform}

    @property
    def feeds(self) -> Sequence[Feed]:
        return (
            sales_feed(self._api, self.settings.poll_every, self.settings.overlap),
            stock_feed(self._api, self.settings.poll_every, self.settings.overlap),
        )

    def perform(self, task: Task) -> Exchange[Outcome]:
        operation = self._perform.get(type(task.command))
        if operation is None:
            raise TypeError(f"{self.system} does not take {type(task.command).__name__}")
        return operation(task.command, task.now)

    def look_up(self, task: Task) -> Exchange[LookedUp]:
        operation = self._look_up.get(type(task.command))
        if operation is None:
            raise TypeError(f"{self.system} looks up no {type(task.command).__name__}")
        return operation(task.command, task.now)

    def receive(self, delivery: Delivery, now: datetime) -> Arrival | Rejected:
        rejected = webhooks.rejection(self.settings.secrets, delivery.headers, delivery.body, now)
        return rejected or Arrival(delivery.headers["webhook-id"])

    def arrival(self, delivery: Delivery) -> Arrival:
        return Arrival(hashlib.blake2b(delivery.body, digest_size=16).hexdigest())

    def translate(self, delivery: Delivery, received_at: datetime) -> Translation:
        nodes = {code: node for node, code in self.settings.nodes.items()}
        return translate(delivery, self.system, self.settings.channel, nodes)

    # --- queries ----------------------------------------------------------------------------------

    def _quote(self, command: commands.QuoteOrder, now: datetime) -> Exchange[Outcome]:
        body = mapping.quote_request(command.order)
        quote = yield from ask(self._api.send("POST", "v1", "quotes", body=body), wire.Quote, now)
        return _done(quote, lambda found: mapping.quoted(command.order.key, found))

    def _credit(self, command: commands.ReadCreditPosition, now: datetime) -> Exchange[Outcome]:
        path = ("v1", "customers", command.customer, "credit")
        credit = yield from ask(self._api.get(*path, currency=command.currency), wire.Credit, now)
        return _done(
            credit,
            lambda found: events.CreditPositionRead(
                command.order,
                mapping.credit_position(found, self.settings.channel, now),
            ),
        )

    # --- sales ------------------------------------------------------------------------------------

    def _create(self, command: commands.CreateSale, now: datetime) -> Exchange[Outcome]:
        body = mapping.sale_request(command.order, command.customer, command.billing)
        sale = yield from ask(self._api.send("POST", "v1", "sales", body=body), wire.Sale, now)
        return _done(sale, lambda made: self._created(command, made))

    def _find_created(self, command: commands.CreateSale, now: datetime) -> Exchange[LookedUp]:
        found = yield from ask(self._api.get("v1", "sales", reference=command.order.key), wire.Sales, now)
        if not isinstance(found, wire.Sales):
            return found
        if not found.sales:
            return NotFound()
        if len(found.sales) > 1:
            numbers = ", ".join(sale.number for sale in found.sales)
            raise NoAnswer(
                f"several sales carry the reference {command.order.key}: {numbers}; cancel all but one there"
            )
        return Done((self._created(command, found.sales[0]),))

    def _created(self, command: commands.CreateSale, sale: wire.Sale) -> events.SaleCreated:
        number = Identifier("sale", sale.number, self.system)
        return events.SaleCreated(command.order.key, sale.number, sale.revision, (number,))

    def _change(self, command: commands.ChangeSale, now: datetime) -> Exchange[Outcome]:
        body = mapping.sale_request(command.order, command.customer)
        sale = yield from ask(
            self._api.send("PUT", "v1", "sales", command.sale_number, body=body),
            wire.Sale,
            now,
        )
        return _done(
            sale,
            lambda changed: events.SaleChanged(command.order.key, changed.revision),
        )

    def _find_changed(self, command: commands.ChangeSale, now: datetime) -> Exchange[LookedUp]:
        sale = yield from ask(self._api.get("v1", "sales", command.sale_number), wire.Sale, now)
        if isinstance(sale, wire.Sale) and sale.revision < command.order.revision:
            return NotFound()
        return _done(sale, lambda found: events.SaleChanged(command.order.key, found.revision))

    def _cancel(self, command: commands.CancelSale, now: datetime) -> Exchange[Outcome]:
        body = wire.Cancellation(command.reason, command.remainder_only)
        request = self._api.send("POST", "v1", "sales", command.sale_number, "cancellation", body=body)
        sale = yield from ask(request, wire.Sale, now)
        return _done(sale, lambda _: events.SaleCancelled(command.order))

    def _find_cancelled(self, command: commands.CancelSale, now: datetime) -> Exchange[LookedUp]:
        sale = yield from ask(self._api.get("v1", "sales", command.sale_number), wire.Sale, now)
        if isinstance(sale, wire.Sale) and sale.state != "cancelled" and not sale.remainder_cancelled:
            return NotFound()
        return _done(sale, lambda _: events.SaleCancelled(command.order))

    # --- what follows a sale ----------------------------------------------------------------------

    def _post_shipment(self, command: commands.PostShipment, now: datetime) -> Exchange[Outcome]:
        body = mapping.shipment_request(command, self.settings.nodes)
        request = self._api.send("POST", "v1", "sales", command.sale_number, "shipments", body=body)
        posted = yield from ask(request, wire.PostedShipment, now)
        return _done(posted, lambda found: _shipment_posted(command, found))

    def _find_shipment(self, command: commands.PostShipment, now: datetime) -> Exchange[LookedUp]:
        request = self._api.get(
            "v1",
            "sales",
            command.sale_number,
            "shipments",
            number=command.shipment.number,
        )
        found = yield from ask(request, wire.PostedShipments, now)
        return _first(
            found,
            lambda page: page.shipments,
            lambda one: _shipment_posted(command, one),
        )

    def _post_invoice(self, command: commands.PostInvoice, now: datetime) -> Exchange[Outcome]:
        body = mapping.invoice_request(command)
        request = self._api.send("POST", "v1", "sales", command.sale_number, "invoices", body=body)
        posted = yield from ask(request, wire.PostedInvoice, now)
        return _done(posted, lambda found: _invoice_posted(command, found))

    def _find_invoice(self, command: commands.PostInvoice, now: datetime) -> Exchange[LookedUp]:
        request = self._api.get("v1", "sales", command.sale_number, "invoices", bill=command.bill)
        found = yield from ask(request, wire.PostedInvoices, now)
        return _first(found, lambda page: page.invoices, lambda one: _invoice_posted(command, one))

    def _register(self, command: commands.RegisterPayment, now: datetime) -> Exchange[Outcome]:
        payment = command.payment
        if payment.kind == "authorization":
            return Refused("an authorisation moves no money and is not booked", "authorization")
        body = wire.PaymentRequest(
            payment.reference,
            payment.kind,
            f"{payment.amount.amount:f}",
            payment.amount.currency,
            payment.at,
            command.invoice,
        )
        request = self._api.send("POST", "v1", "sales", command.sale_number, "payments", body=body)
        booked = yield from ask(request, wire.BookedPayment, now)
        return _done(booked, lambda _: events.PaymentRegistered(command.order, payment.reference))

    def _find_payment(self, command: commands.RegisterPayment, now: datetime) -> Exchange[LookedUp]:
        reference = command.payment.reference
        request = self._api.get("v1", "sales", command.sale_number, "payments", reference=reference)
        found = yield from ask(request, wire.BookedPayments, now)
        return _first(
            found,
            lambda page: page.payments,
            lambda _: events.PaymentRegistered(command.order, reference),
        )

    def _credit_note(self, command: commands.PostCreditNote, now: datetime) -> Exchange[Outcome]:
        amount = command.amount
        body = wire.CreditNoteRequest(
            command.reference,
            f"{amount.amount:f}",
            amount.currency,
            command.reverses,
            command.reason,
        )
        request = self._api.send("POST", "v1", "sales", command.sale_number, "credit-notes", body=body)
        posted = yield from ask(request, wire.PostedCreditNote, now)
        return _done(posted, lambda found: _credit_note_posted(command, found))

    def _find_credit_note(self, command: commands.PostCreditNote, now: datetime) -> Exchange[LookedUp]:
        request = self._api.get(
            "v1",
            "sales",
            command.sale_number,
            "credit-notes",
            reference=command.reference,
        )
        found = yield from ask(request, wire.PostedCreditNotes, now)
        return _first(
            found,
            lambda page: page.credit_notes,
            lambda one: _credit_note_posted(command, one),
        )


# --- answers into events --------------------------------------------------------------------------


def _done(answer: T | Refused | TryLater, event: Callable[[T], events.Event]) -> Done | Refused | TryLater:
    return answer if isinstance(answer, Refused | TryLater) else Done((event(answer),))


P = TypeVar("P", bound=msgspec.Struct)


def _first(
    page: P | Refused | TryLater,
    rows: Callable[[P], Sequence[T]],
    event: Callable[[T], events.Event],
) -> LookedUp:
    if isinstance(page, Refused | TryLater):
        return page
    found = rows(page)
    return Done((event(found[0]),)) if found else NotFound()


def _shipment_posted(command: commands.PostShipment, posted: wire.PostedShipment) -> events.ShipmentPosted:
    return events.ShipmentPosted(command.order, command.shipment.number, posted.document)


def _invoice_posted(command: commands.PostInvoice, posted: wire.PostedInvoice) -> events.InvoicePosted:
    total = Money(Decimal(posted.total), posted.currency)
    invoice = change(command.invoice, number=posted.number, total=total, on=posted.on, due=posted.due)
    return events.InvoicePosted(command.order, command.bill, invoice)


def _credit_note_posted(command: commands.PostCreditNote, posted: wire.PostedCreditNote) -> events.CreditNotePosted:
    amount = Money(Decimal(posted.amount), posted.currency)
    note = CreditNote(posted.number, posted.reverses or command.reverses, amount, command.reason)
    return events.CreditNotePosted(command.order, command.reference, note)
