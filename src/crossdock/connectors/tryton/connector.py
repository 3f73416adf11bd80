"""Tryton ERP: items, customers, prices, credit, sales, shipments, invoices and payments over its network API."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from crossdock.connectors.tryton import sightings
from crossdock.connectors.tryton.catalog import Catalog
from crossdock.connectors.tryton.changes import Changes
from crossdock.connectors.tryton.client import TrytonClient
from crossdock.connectors.tryton.dispatch import Dispatch
from crossdock.connectors.tryton.errors import (
    Busy,
    ConcurrencyConflict,
    NotPermitted,
    ServerFault,
    TrytonError,
    UserError,
    UserWarning,
)
from crossdock.connectors.tryton.feeds import Feeds
from crossdock.connectors.tryton.invoices import Invoices
from crossdock.connectors.tryton.mapping import Unfit
from crossdock.connectors.tryton.payments import Payments
from crossdock.connectors.tryton.queries import Queries
from crossdock.connectors.tryton.sales import Sales
from crossdock.connectors.tryton.settings import Settings as Settings
from crossdock.connectors.tryton.shipments import Shipments
from crossdock.model.commands import (
    CancelSale,
    ChangeSale,
    Command,
    CreateSale,
    PostCreditNote,
    PostInvoice,
    PostShipment,
    QuoteOrder,
    ReadCreditPosition,
    RegisterPayment,
)
from crossdock.runtime.connector import (
    Arrival,
    Asks,
    Delivery,
    Feed,
    LookedUp,
    NotFound,
    Outcome,
    Problem,
    Refused,
    Rejected,
    Repetition,
    Task,
    Translation,
    TryLater,
)
from crossdock.runtime.ports import Exchange


class Operation(msgspec.Struct, frozen=True):
    """A command in two halves: find what an earlier attempt left there, and finish from there or from nothing."""

    find: Callable[[Task], Exchange[Any]]
    finish: Callable[[Task, Any], Exchange[Outcome]]


class Tryton:
    """One installation of Tryton."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        client = TrytonClient(settings.url, settings.database, settings.user, settings.password, settings.timeout)
        catalog = Catalog(client, settings)
        dispatch = Dispatch(client)
        sales = Sales(client, catalog, settings)
        changes = Changes(client, catalog, sales, dispatch)
        shipments = Shipments(client, catalog, sales, dispatch)
        invoices = Invoices(client, catalog, sales)
        payments = Payments(client, catalog, sales, invoices, settings)
        queries = Queries(client, catalog, settings)
        self._feeds = Feeds(client, catalog, queries, settings)
        self._asks: Mapping[type[Command], Callable[[Any, datetime], Exchange[Outcome]]] = {
            QuoteOrder: queries.quote,
            ReadCreditPosition: queries.credit,
        }
        self._operations: Mapping[type[Command], Operation] = {
            CreateSale: _operation(sales.find_created, sales.create),
            ChangeSale: _dated(changes.find_changed, changes.change),
            CancelSale: _dated(changes.find_cancelled, changes.cancel),
            PostShipment: _operation(shipments.find, shipments.post),
            PostInvoice: _operation(invoices.find_bill, invoices.bill),
            RegisterPayment: _operation(payments.find, payments.register),
            PostCreditNote: _operation(invoices.find_credit_note, invoices.credit),
        }

    @property
    def system(self) -> str:
        return self.settings.system

    @property
    def performs(self) -> Mapping[type[Command], Repetition]:
        asked: dict[type[Command], Repetition] = dict.fromkeys(self._asks, Asks())
        return asked | dict.fromkeys(self._operations, self.settings.look_up)

    @property
    def feeds(self) -> Sequence[Feed]:
        return self._feeds.all()

    def perform(self, task: Task) -> Exchange[Outcome]:
        """Even a first attempt looks first: Tryton takes the same reference twice."""
        try:
            ask = self._asks.get(type(task.command))
            if ask is not None:
                return (yield from ask(task.command, task.now))
            operation = self._operations[type(task.command)]
            found = yield from operation.find(task)
            return (yield from operation.finish(task, found))
        except (TrytonError, Unfit) as error:
            return outcome_of(error)

    def look_up(self, task: Task) -> Exchange[LookedUp]:
        try:
            operation = self._operations[type(task.command)]
            found = yield from operation.find(task)
            if found is None:
                return NotFound()
            return (yield from operation.finish(task, found))
        except (TrytonError, Unfit) as error:
            return outcome_of(error)

    def receive(self, delivery: Delivery, now: datetime) -> Arrival | Rejected:
        return Rejected(404, "Tryton sends no webhooks")

    def arrival(self, delivery: Delivery) -> Arrival:
        return Arrival(hashlib.blake2b(delivery.body, digest_size=16).hexdigest())

    def translate(self, delivery: Delivery, received_at: datetime) -> Translation:
        try:
            match delivery.topic:
                case sightings.SALE:
                    settings = self.settings
                    system, channel, service = settings.system, settings.channel, settings.service
                    return sightings.translate_sale(delivery.body, system, channel, received_at, service)
                case sightings.MOVEMENT:
                    return sightings.translate_movement(delivery.body, self._node(delivery))
                case sightings.COUNT:
                    return sightings.translate_count(delivery.body, self._node(delivery))
        except msgspec.DecodeError as error:
            return Translation(problems=(Problem("$", str(error)),))
        return Translation(problems=(Problem("$", f"{delivery.topic} is no topic of Tryton's"),))

    def _node(self, delivery: Delivery) -> str:
        code = sightings.warehouse_of(delivery.body)
        return next((node for node, other in self.settings.nodes.items() if other == code), code)


def _operation(find: Callable[[Any], Exchange[Any]], finish: Callable[[Any, Any], Exchange[Outcome]]) -> Operation:
    return Operation(lambda task: find(task.command), lambda task, found: finish(task.command, found))


def _dated(find: Callable[[Any], Exchange[Any]], finish: Callable[[Any, Any, Any], Exchange[Outcome]]) -> Operation:
    return Operation(lambda task: find(task.command), lambda task, found: finish(task.command, found, task.now.date()))


def outcome_of(error: TrytonError | Unfit) -> Refused | TryLater:
    """What an error means for the work. Where it is `TryLater`, the next attempt looks first."""
    match error:
        case UserError() | Unfit():
            return Refused(str(error), "rule" if isinstance(error, UserError) else "unfit")
        case UserWarning(kind=kind):
            return Refused(str(error), kind)
        case Busy():
            return TryLater(f"Tryton is busy: {error}")
        case ConcurrencyConflict():
            return TryLater(f"somebody changed the record meanwhile: {error}")
        case NotPermitted():
            return TryLater(f"our credentials were not accepted: {error}")
        case ServerFault():
            return TryLater(f"Tryton failed: {error}")
    return TryLater(str(error))
