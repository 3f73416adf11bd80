"""What each delivery means, by its topic. Nothing here raises on bad content: problems are named and kept beside.

| topic | events |
|---|---|
| orders/create | OrderPlaced |
| orders/updated, orders/paid | OrderChanged, and PaymentReceived for what the status proves |
| orders/cancelled | CancellationRequested, unless we cancelled it ourselves |
| refunds/create | RefundRequested, unless we made it; and DocumentReceived with what has no field |
| orders/polled (our own poll) | all of the above that the order shows; each counts once |
| customers/redact, customers/data_request, shop/redact | PersonalDataRequested; shop/redact is about all: `*` |
| order_transactions/create | PaymentFailed for a declined one |
| app/uninstalled, subscriptions, others | DocumentReceived |

What is no order to us, and is kept as a notice: a test order (`test: true`), unless the setting takes them; one placed
before `since`; one that asks for nothing that ships or is stocked (a gift card); a counter sale (`source_name: pos`)
whose goods have left with the customer. Goods that are fulfilled on an order of ours by somebody else are a problem for
a person, since they would be shipped twice. Where all goods are fulfilled by us or the order is cancelled, there is
nothing left to change: only money is told.
"""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from crossdock.connectors.shopify.lines import shipped
from crossdock.connectors.shopify.mapping import identifiers, order_id, read_order
from crossdock.connectors.shopify.policies import tags
from crossdock.connectors.shopify.refunds import ReadRefund, read_refund
from crossdock.connectors.shopify.settings import CANCELLED_TAG, SHIPPED_TAG, Settings
from crossdock.connectors.shopify.source import Problems, Source, Unreadable, parse
from crossdock.model.codec import encode
from crossdock.model.events import (
    CancellationRequested,
    DocumentReceived,
    Event,
    OrderChanged,
    OrderPlaced,
    PaymentFailed,
    PaymentReceived,
    PersonalDataRequested,
)
from crossdock.model.identifiers import Identifier
from crossdock.runtime.connector import Delivery, Problem, Sighting, Translation

POLLED = "orders/polled"
SUBSCRIPTIONS = "subscriptions"


def topic_of(delivery: Delivery) -> str:
    """`orders/create`, however the route spells it; the header says it where the route does not."""
    given = delivery.topic.strip("/").lower()
    if given in ("", "webhook", "webhooks"):
        given = delivery.headers.get("x-shopify-topic", "").lower()
    if "/" in given or given == SUBSCRIPTIONS:
        return given
    subject, separator, action = given.replace("_", "-").partition("-")
    return f"{subject}/{action.replace('-', '_')}" if separator else given


def translate(delivery: Delivery, settings: Settings, received_at: datetime) -> Translation:
    """Events with the time they happened there, and problems by their path in Shopify's words."""
    topic = topic_of(delivery)
    try:
        body = parse(delivery.body)
    except Unreadable as error:
        return Translation(problems=(Problem("$", str(error)),))
    for envelope in ("order", "refund"):
        if len(body) == 1 and isinstance(body.get(envelope), dict):
            body = body[envelope]
    job = _Job(topic, body, settings, received_at)
    _BY_TOPIC.get(topic, _Job.other)(job)
    return Translation(tuple(job.sightings), tuple(job.problems.found))


class _Job:
    """One delivery at work."""

    def __init__(self, topic: str, body: dict[str, Any], settings: Settings, received_at: datetime) -> None:
        self.topic = topic
        self.settings = settings
        self.received_at = received_at
        self.problems = Problems()
        self.sightings: list[Sighting] = []
        self.body = body
        self.source = Source(body, self.problems)

    # --- topics -----------------------------------------------------------------------------------------------------

    def created(self) -> None:
        if self._is_none_of_ours():
            return
        seen = Source(copy.deepcopy(self.body), Problems())
        self._order(OrderPlaced, self._at("created_at"))
        self._cancelled_too(seen)

    def updated(self) -> None:
        if not self._is_none_of_ours():
            self._order(OrderChanged, self._at("updated_at"))

    def cancelled(self) -> None:
        order_id(self.source)
        if self.problems.fatal or self._is_none_of_ours():
            return
        if CANCELLED_TAG in tags(self.source):
            return self._keep("is cancelled in the shop, as we asked")
        self._cancel(self.source, self._at("cancelled_at"))

    def refunded(self) -> None:
        self._refund(read_refund(self.body, self.settings, self.problems), keep=True)

    def polled(self) -> None:
        """An order as the poll found it, whatever webhooks came or were lost."""
        if self._is_none_of_ours():
            return
        seen = Source(copy.deepcopy(self.body), Problems())
        placed, changed = self._at("created_at"), self._at("updated_at")
        self._order(OrderChanged if changed > placed else OrderPlaced, changed)
        if seen.has("id") and not self.problems.fatal:
            self._refunds(seen)
        self._cancelled_too(seen)

    def personal(self) -> None:
        source = self.source
        customer = source.part("customer")
        who = "*" if self.topic == "shop/redact" else customer.see_text("id") or customer.see_text("email")
        if not who:
            source.unfit("customer", "is missing, so nobody knows whose data is meant", fatal=True)
            return
        kind = "orders_requested" if self.topic == "customers/data_request" else "orders_to_redact"
        listed = source.data.get(kind)
        orders = tuple(
            self.settings.key(str(id))
            for id in (listed if isinstance(listed, list) else ())
            if isinstance(id, int | str)
        )
        export = self.topic == "customers/data_request"
        self._tell(
            PersonalDataRequested(self.settings.system, "export" if export else "redact", who, orders),
            self.received_at,
        )

    def transaction(self) -> None:
        """Money that moved is read from the order's status; only a declined attempt has no other witness."""
        source = self.source
        order, id = source.see_text("order_id"), source.see_text("id")
        declined = source.see_text("status") in ("failure", "error")
        if declined and order and id and source.see_text("kind") in ("authorization", "sale", "capture"):
            reason = source.see_text("message") or source.see_text("error_code")
            return self._tell(PaymentFailed(self.settings.key(order), id, reason), self._at("created_at"))
        self._keep(f"{source.see_text('kind')} {source.see_text('status')}".strip(), order)

    def uninstalled(self) -> None:
        self._keep("the app was uninstalled from the shop")
        self.problems.add("$", "the app was uninstalled from the shop: install it again and renew the access token")

    def subscriptions(self) -> None:
        listed = self.source.data.get("created")
        topics = ", ".join(str(topic) for topic in listed) if isinstance(listed, list) else ""
        self._keep(f"webhook subscriptions were missing in the shop and were made again: {topics}")

    def other(self) -> None:
        self._keep("a notice that starts nothing")

    # --- parts ------------------------------------------------------------------------------------------------------

    def _order(self, kind: type[OrderPlaced] | type[OrderChanged], at: datetime) -> None:
        """The order as it reads now, and its money; `kind` says whether that is news or a change."""
        seen = Source(copy.deepcopy(self.body), Problems())
        gone = shipped(seen)
        ours = SHIPPED_TAG in tags(seen)
        if gone and not ours and seen.see_text("source_name") == "pos":
            return self._keep("was sold and handed over at a counter of the shop: not placed")
        reading = read_order(self.body, self.settings, self.problems, self.received_at)
        if reading.empty_because == "removed" and kind is OrderChanged and not seen.has("cancelled_at"):
            return self._cancel(seen, at, "emptied", "every line was removed in the shop")
        if reading.empty_because:
            return self._keep("asks for nothing that ships: not placed")
        if reading.order is None:
            return
        if gone and not ours:
            self.problems.add(
                "fulfillment_status",
                "goods of this order were marked as shipped in the shop, not by us: make sure that they are not "
                "shipped twice",
            )
        elif self._may_change(seen, gone):
            self._tell(kind(reading.order), at)
        if self.topic != "orders/create":
            for payment in reading.order.payments:
                self._tell(PaymentReceived(reading.order.key, payment), at)

    def _may_change(self, seen: Source, gone: str) -> bool:
        """A cancelled order may be news all the same: it is placed, so that its cancellation is known."""
        if seen.has("cancelled_at"):
            return self.topic in ("orders/create", POLLED) and CANCELLED_TAG not in tags(seen)
        return gone != "wholly"

    def _cancelled_too(self, seen: Source) -> None:
        if seen.has("cancelled_at") and CANCELLED_TAG not in tags(seen) and not self.problems.fatal:
            self._cancel(seen, seen.see_instant("cancelled_at") or self.received_at)

    def _cancel(self, seen: Source, at: datetime, what: str = "cancelled", reason: str = "") -> None:
        id = seen.see_text("id")
        why = reason or seen.see_text("cancel_reason")
        self._tell(CancellationRequested(self.settings.key(id), why, reference=f"{id}/{what}"), at)

    def _refunds(self, seen: Source) -> None:
        """Those that an order carries; they name their currency and order only by it."""
        side = "presentment_currency" if self.settings.money == "presentment" else "currency"
        for index, refund in enumerate(seen.parts("refunds")):
            refund.data.setdefault("order_id", seen.data["id"])
            problems = Problems()
            path = f"refunds[{index}]"
            found = read_refund(refund.data, self.settings, problems, seen.see_text(side).upper(), path)
            self._refund(found, keep=False)
            self.problems.found.extend(problems.found)

    def _refund(self, refund: ReadRefund, *, keep: bool) -> None:
        at = refund.at or self.received_at
        if refund.event is not None:
            self._tell(refund.event, at)
        if not keep or not refund.order:
            return
        numbers = (Identifier("external", refund.order, self.settings.channel),)
        what = f"refund {refund.id}" + (" that we made" if refund.ours else "")
        summary = f"{what}: {encode(refund.rest).decode()}" if refund.rest else what
        self._tell(DocumentReceived(self.settings.system, self.topic, summary, numbers), at)

    def _is_none_of_ours(self) -> bool:
        """Whether this order is to start nothing; then it is kept as a notice."""
        if self.source.see_flag("test") and not self.settings.accept_test_orders:
            self._keep("is a test order: not placed")
            return True
        since = self.settings.since
        if since is not None and self._at("created_at") < since:
            self._keep(f"was placed before {since.isoformat()}, since when this shop's orders are ours: not placed")
            return True
        return False

    def _keep(self, summary: str, order: str = "") -> None:
        """On the timeline of the order that it is about, if any."""
        id = order or (self.source.see_text("id") if self.topic.startswith("orders/") else "")
        name = self.source.see_text("name") if self.topic.startswith("orders/") else ""
        numbers = identifiers(name or id, id, "", self.settings.channel) if id else ()
        text = f"order {name or id} {summary}" if id else summary
        self._tell(DocumentReceived(self.settings.system, self.topic, text, numbers), self.received_at)

    def _at(self, field: str) -> datetime:
        at = self.source.see_instant(field)
        return at.astimezone(UTC) if at else self.received_at

    def _tell(self, event: Event, at: datetime) -> None:
        self.sightings.append(Sighting(event, at.astimezone(UTC)))


_BY_TOPIC: dict[str, Callable[[_Job], None]] = {
    "orders/create": _Job.created,
    "orders/updated": _Job.updated,
    "orders/paid": _Job.updated,
    "orders/cancelled": _Job.cancelled,
    "refunds/create": _Job.refunded,
    POLLED: _Job.polled,
    "customers/redact": _Job.personal,
    "customers/data_request": _Job.personal,
    "shop/redact": _Job.personal,
    "order_transactions/create": _Job.transaction,
    "app/uninstalled": _Job.uninstalled,
    SUBSCRIPTIONS: _Job.subscriptions,
}
