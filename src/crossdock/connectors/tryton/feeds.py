"""Polls of what people did in Tryton itself. It sends no webhooks, and its log of changes is for administrators only.

Each poll reads what was written or created since a span before the latest change it saw, because changes are
committed out of the order of their times; within a sweep it goes on by id. What is read twice is the same bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from crossdock.connectors.tryton import records
from crossdock.connectors.tryton.catalog import Catalog
from crossdock.connectors.tryton.client import Domain, Record, TrytonClient
from crossdock.connectors.tryton.dispatch import SHIPMENT
from crossdock.connectors.tryton.errors import TrytonError
from crossdock.connectors.tryton.mapping import Unfit, item_of
from crossdock.connectors.tryton.queries import Queries
from crossdock.connectors.tryton.records import Product
from crossdock.connectors.tryton.settings import Settings
from crossdock.connectors.tryton.shipments import is_ours, mark_of
from crossdock.connectors.tryton.sightings import (
    COUNT,
    MOVEMENT,
    SALE,
    SeenCount,
    SeenLine,
    SeenMovement,
    SeenSale,
    crossing,
)
from crossdock.model.base import Value
from crossdock.model.parties import Address
from crossdock.runtime.connector import Delivery, Feed, FeedPage
from crossdock.runtime.ports import Exchange, NoAnswer

_LIMIT = 200

_SALE_FIELDS = (
    "number",
    "reference",
    "state",
    "revision",
    "party.code",
    "party.name",
    "currency.code",
    "payment_term.name",
    "shipment_address",
    "invoice_address",
    "untaxed_amount",
    "create_uid",
    "create_date",
    "write_date",
    "write_uid",
    "lines",
    "shipments.reference",
    "shipments.state",
)
_LINE_FIELDS = (
    "type",
    "product.code",
    "product.type",
    "quantity",
    "unit.symbol",
    "unit_price",
    "description",
    "shipping_date",
    "moves_ignored.quantity",
)
_ADDRESS_FIELDS = ("street", "city", "postal_code", "country.code", "party_name")
_MOVE_FIELDS = (
    "product.code",
    "internal_quantity",
    "from_location",
    "to_location",
    "shipment",
    "create_date",
    "write_date",
)


class Position(Value, frozen=True):
    """How far a poll has read: since when, the latest change seen, the last id of the present sweep, the latest change
    seen before it and by the first sweep, and changes that an opening count contains already."""

    since: datetime | None = None
    until: datetime | None = None
    after: int = 0
    known: datetime | None = None
    began: datetime | None = None
    counted: tuple[int, ...] = ()


class Feeds:
    """Sales entered, changed or cancelled by people; stock moved by them; and stock as it is at the beginning."""

    def __init__(self, client: TrytonClient, catalog: Catalog, queries: Queries, settings: Settings) -> None:
        self._client = client
        self._catalog = catalog
        self._queries = queries
        self._settings = settings

    def all(self) -> tuple[Feed, ...]:
        every = self._settings.poll_every
        sales, stock = Feed("sales", every, self.read_sales), Feed("stock", every, self.read_stock)
        return (sales, stock) if self._settings.observe_stock else (sales,)

    def _changed(self, at: Position) -> Domain:
        if at.since is None:
            return [("id", ">", at.after)]
        # write_date stays empty until the first write after a record's creation.
        return [("id", ">", at.after), ["OR", ("write_date", ">=", at.since), ("create_date", ">=", at.since)]]

    def _page(
        self, deliveries: Sequence[Delivery], found: Sequence[Record], at: Position, overlap: timedelta
    ) -> FeedPage:
        latest = max([records.changed_at(one) for one in found] + ([at.until] if at.until else []), default=None)
        if len(found) == _LIMIT:
            following = Position(at.since, latest, found[-1]["id"], at.known, at.began, at.counted)
            return FeedPage(tuple(deliveries), _text(following), more=True)
        since = max(filter(None, (at.since, latest - overlap if latest else None)), default=None)
        return FeedPage(tuple(deliveries), _text(Position(since, latest, 0, latest, at.began or latest, at.counted)))

    # --- sales -------------------------------------------------------------------------------------------------------

    def read_sales(self, cursor: str, now: datetime) -> Exchange[FeedPage]:
        """At first the sales that are open; then what changed. Raises NoAnswer where Tryton can't be read."""
        at = msgspec.json.decode(cursor, type=Position) if cursor else Position()
        states = ["confirmed", "processing"]
        states += ["done", "cancelled"] if at.since else []
        try:
            fixtures = yield from self._catalog.fixtures()
            if not cursor:
                at = Position(until=(yield from self._latest_sale()))
            domain = [("state", "in", states), ("number", "!=", None), self._changed(at)]
            found = yield from self._client.search_read("sale.sale", domain, _SALE_FIELDS, _LIMIT, [("id", "ASC")])
            # Of our own sales only what others did with them matters: a cancellation.
            seen = [
                one for one in found if one["create_uid"] != fixtures.user or _cancelled_by_others(one, fixtures.user)
            ]
            sales = yield from self._sales(seen, fixtures.user)
            news = [sale for one, sale in zip(seen, sales, strict=True) if sale.ours or sale.is_open or _known(at, one)]
            deliveries = [Delivery(SALE, msgspec.json.encode(sale)) for sale in news]
        except (TrytonError, Unfit) as error:
            raise NoAnswer(f"sales can't be read: {error}") from error
        if at.since is None and at.until is None and not found:
            # Nothing there yet: from now on, by Tryton's clock as far as we know it.
            return FeedPage((), _text(Position(now - self._settings.overlap, known=now, began=now)))
        return self._page(deliveries, found, at, self._settings.overlap)

    def _latest_sale(self) -> Exchange[datetime | None]:
        """When any sale was last written."""
        fields, order = ("create_date", "write_date"), [("write_date", "DESC NULLS LAST"), ("id", "DESC")]
        found = yield from self._client.search_read("sale.sale", [], fields, 1, order)
        return records.changed_at(found[0]) if found else None

    def _sales(self, found: Sequence[Record], user: int) -> Exchange[list[SeenSale]]:
        lines = yield from self._lines([line for one in found for line in one["lines"]])
        numbers = {one[field] for one in found for field in ("shipment_address", "invoice_address") if one[field]}
        addresses = yield from self._client.read("party.address", sorted(numbers), _ADDRESS_FIELDS)
        where = {one["id"]: _address(one) for one in addresses}
        return [self._seen(one, lines, where, user) for one in found]

    def _lines(self, ids: Sequence[int]) -> Exchange[dict[int, SeenLine]]:
        found = yield from self._client.read("sale.line", ids, _LINE_FIELDS)
        items = {records.linked(one, "product").get("code") for one in found if one["type"] == "line"}
        products = yield from self._catalog.products(filter(None, items))
        charge_items = self._settings.charge_items
        return {one["id"]: _seen_line(one, products, charge_items) for one in found if one["type"] == "line"}

    def _seen(self, one: Record, lines: dict[int, SeenLine], where: dict[int, Address], user: int) -> SeenSale:
        ours = one["create_uid"] == user
        key = one["reference"] if ours else f"{self._settings.channel}/{one['number']}"
        seen_lines = tuple(lines[line] for line in one["lines"] if line in lines)
        goods = any(line.quantity for line in seen_lines if line.kind != "service")
        sent = [shipment for shipment in one["shipments."] if shipment["state"] == "done"]
        term = records.linked(one, "payment_term").get("name") or ""
        return SeenSale(
            number=one["number"],
            # A sale in process can't be cancelled: people take its lines down to nothing, or let its shipment go.
            state="open" if goods and one["state"] != "cancelled" else "cancelled",
            entered_at=one["create_date"],
            revision=(one["revision"] or 0) + 1,
            currency=records.linked(one, "currency")["code"],
            customer=records.linked(one, "party").get("code") or "",
            customer_name=records.linked(one, "party").get("name") or "",
            lines=seen_lines,
            ours=key if ours else "",
            by_hand=any(not (shipment["reference"] or "").endswith(mark_of(key)) for shipment in sent),
            reference="" if ours else one["reference"] or "",
            term=term,
            prepaid=term in self._settings.prepaid_terms,
            ship_to=where.get(one["shipment_address"]),
            bill_to=where.get(one["invoice_address"]),
            total=one["untaxed_amount"],
        )

    # --- stock -------------------------------------------------------------------------------------------------------

    def read_stock(self, cursor: str, now: datetime) -> Exchange[FeedPage]:
        """At first what each warehouse holds; then what people moved. Raises NoAnswer where Tryton can't be read."""
        try:
            if not cursor:
                return (yield from self._opening(now))
            at = msgspec.json.decode(cursor, type=Position)
            found = yield from self._moved(at)
            deliveries = yield from self._movements([one for one in found if one["id"] not in at.counted])
        except (TrytonError, Unfit) as error:
            raise NoAnswer(f"stock can't be read: {error}") from error
        return self._page(deliveries, found, at, self._settings.overlap)

    def _opening(self, now: datetime) -> Exchange[FeedPage]:
        """Counts of all goods, and the moves that are in them: read before and after, until nothing moved between."""
        products = yield from self._catalog.products(None)
        goods = [one for one in products.values() if one.kind == "goods"]
        before = yield from self._latest_moves()
        for _ in range(5):
            deliveries: list[Delivery] = []
            for node in self._settings.nodes:
                warehouse = yield from self._catalog.warehouse(node)
                held = yield from self._queries.stock(warehouse, goods, now.date())
                counts = [SeenCount(warehouse.code, item, held[item], now) for item in sorted(held)]
                deliveries += [Delivery(COUNT, msgspec.json.encode(count)) for count in counts]
            after = yield from self._latest_moves()
            if [one["id"] for one in before] == [one["id"] for one in after]:
                break
            before = after
        else:
            raise NoAnswer("stock moves faster than it can be counted")
        latest = max((records.changed_at(one) for one in after), default=now)
        recent = [one["id"] for one in after if records.changed_at(one) >= latest - self._settings.overlap]
        position = Position(latest - self._settings.overlap, latest, counted=tuple(sorted(recent)))
        return FeedPage(tuple(deliveries), _text(position))

    def _latest_moves(self) -> Exchange[list[Record]]:
        fields = ("create_date", "write_date")
        order = [("write_date", "DESC NULLS LAST"), ("id", "DESC")]
        return (yield from self._client.search_read("stock.move", [("state", "=", "done")], fields, 1000, order))

    def _moved(self, at: Position) -> Exchange[list[Record]]:
        domain = [("state", "=", "done"), self._changed(at)]
        return (yield from self._client.search_read("stock.move", domain, _MOVE_FIELDS, _LIMIT, [("id", "ASC")]))

    def _movements(self, found: Sequence[Record]) -> Exchange[list[Delivery]]:
        """What crossed a warehouse's boundary without a posting of ours."""
        places = yield from self._places()
        shipments = yield from self._posted_by_us(found)
        nodes = set(self._settings.nodes.values())
        seen: list[SeenMovement] = []
        for one in found:
            if one["shipment"] in shipments:
                continue
            came, went = places[one["from_location"]], places[one["to_location"]]
            item = records.linked(one, "product")["code"] or ""
            at = one["create_date"]
            seen += crossing(one["id"], item, Decimal(one["internal_quantity"]), at, came, went)
        return [Delivery(MOVEMENT, msgspec.json.encode(one)) for one in seen if not nodes or one.warehouse in nodes]

    def _posted_by_us(self, found: Sequence[Record]) -> Exchange[set[str]]:
        """References of customer shipments that carry our mark."""
        named = {(one["shipment"] or "").partition(",")[::2] for one in found}
        numbers = sorted(int(number) for model, number in named if model == SHIPMENT)
        read = yield from self._client.read(SHIPMENT, numbers, ["reference"])
        return {f"{SHIPMENT},{one['id']}" for one in read if is_ours(one["reference"])}

    def _places(self) -> Exchange[dict[int, tuple[str, str]]]:
        """Each location's warehouse code ("" outside of any) and type."""
        found = yield from self._client.search_read("stock.location", [], ("code", "name", "type", "parent"))
        by_id = {one["id"]: one for one in found}
        return {number: (_warehouse_code(one, by_id), one["type"]) for number, one in by_id.items()}


def _warehouse_code(location: Record, by_id: dict[int, Record]) -> str:
    at: Record | None = location
    while at is not None:
        if at["type"] == "warehouse":
            return str(at["code"] or at["name"])
        at = by_id.get(at["parent"])
    return ""


def _known(at: Position, sale: Record) -> bool:
    """Whether a sale that is over may have been seen open: what was over before is nobody's order here."""
    return (
        at.known is not None
        and at.began is not None
        and sale["create_date"] <= at.known
        and records.changed_at(sale) > at.began
    )


def _cancelled_by_others(sale: Record, user: int) -> bool:
    return bool(sale["state"] == "cancelled" and sale["write_uid"] != user)


def _seen_line(one: Record, products: Mapping[str, Product], charge_items: Mapping[str, str]) -> SeenLine:
    product = records.linked(one, "product")
    known = products.get(product.get("code") or "")
    return SeenLine(
        id=str(one["id"]),
        item=product.get("code") or "",
        kind=product.get("type") or "service",
        quantity=_still_wanted(one),
        unit_price=one["unit_price"] or Decimal(0),
        unit=item_of(known).base_unit if known else "EA",
        description=one["description"] or "",
        components=item_of(known).components if known else (),
        charge=records.charge_kind(product.get("code") or "", charge_items),
        shipping_on=one["shipping_date"],
    )


def _still_wanted(line: Record) -> Decimal:
    """What was ordered without what will not be shipped: moves that were cancelled, and that by people. Where the line
    was taken down as well, by us or by them, it stands at nothing; below that are only returns."""
    ordered = Decimal(line["quantity"] or 0)
    let_go = sum((Decimal(move["quantity"]) for move in line["moves_ignored."]), Decimal(0))
    return ordered - min(let_go, max(ordered, Decimal(0)))


def _address(one: Record) -> Address:
    return Address(
        lines=tuple((one["street"] or "").splitlines()),
        city=one["city"] or "",
        postal_code=one["postal_code"] or "",
        country=records.linked(one, "country").get("code") or "",
        company=one["party_name"] or "",
    )


def _text(position: Position) -> str:
    return msgspec.json.encode(position).decode()
