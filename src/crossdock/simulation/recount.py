"""Recounts each order from all systems' ledgers, line by line and unit by unit. Orders are told by the number that the
customer says and who issued it, lines by the placer's own ids: no key of ours is needed or read."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from crossdock.simulation.story import Outcome
from crossdock.simulation.systems.ledger import ZERO, Row

Called = tuple[str, str]
"""Channel and number of an order."""


def _count() -> defaultdict[str, Decimal]:
    return defaultdict(Decimal)


@dataclass(slots=True)
class LineCount:
    """Units of one order line, by what happened to them. `ordered` is what was last wanted of it, `most` the most that
    ever was, `called_off` what the
    customer or a clerk cancelled, `turned_away` what the channel cancelled because we asked it to. `story` are all rows
    of the line."""

    item: str = ""
    ordered: Decimal = ZERO
    most: Decimal = ZERO
    called_off: Decimal = ZERO
    turned_away: Decimal = ZERO
    sold: defaultdict[str, Decimal] = field(default_factory=_count)
    dropped: defaultdict[str, Decimal] = field(default_factory=_count)
    released: Decimal = ZERO
    given_back: Decimal = ZERO
    shipped: Decimal = ZERO
    posted: Decimal = ZERO
    billed: Decimal = ZERO
    fulfilled: Decimal = ZERO
    story: list[Row] = field(default_factory=list)

    def want(self, item: str, quantity: Decimal) -> None:
        self.item, self.ordered = item, quantity
        self.most = max(self.most, quantity)

    def released_again(self) -> Decimal:
        """Units beyond what was wanted then that a warehouse was asked for after it had been asked to stop some:
        whoever
        asked knew better."""
        wanted = held = ZERO
        stopped = False
        for row in sorted(self.story, key=lambda row: row.at):
            match row.kind:
                case "placed" | "edited":
                    wanted = row.quantity
                case "cancelled":
                    wanted -= row.quantity
                case "sale" | "sale_changed" if row.note in ("entered by staff", "by staff"):
                    wanted = row.quantity
                case "stopped" | "refused" | "short":
                    held -= row.quantity
                    stopped = stopped or row.kind == "stopped"
                case "released":
                    held += row.quantity
                    if stopped and held > wanted:
                        return held - max(wanted, ZERO)
        return ZERO

    @property
    def wanted(self) -> Decimal:
        return self.ordered - self.called_off - self.turned_away


@dataclass(slots=True)
class Parcel:
    """A package that left: what is in it by line, and how the shop told of it."""

    id: str
    warehouse: str
    units: defaultdict[str, Decimal] = field(default_factory=_count)


@dataclass(slots=True)
class OrderCount:
    """All that the systems' ledgers say of one order. `refused`: its channel was told that a change or cancellation
    can't be done."""

    channel: str
    number: str
    placed: bool = False
    in_shop: bool = False
    by_phone: bool = False
    lines: defaultdict[str, LineCount] = field(default_factory=lambda: defaultdict(LineCount))
    parcels: dict[str, Parcel] = field(default_factory=dict)
    tracked: defaultdict[str, defaultdict[str, Decimal]] = field(default_factory=lambda: defaultdict(_count))
    invoices: list[str] = field(default_factory=list)
    charged: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    paid: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    credited: defaultdict[str, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    postings: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    gateway: defaultdict[str, Decimal] = field(default_factory=_count)
    refused: bool = False

    @property
    def name(self) -> str:
        return f"{self.channel} {self.number}"

    def sales(self) -> list[str]:
        """Documents that the ERP sold it under and did not wholly cancel."""
        numbers = sorted({number for line in self.lines.values() for number in line.sold})
        return [n for n in numbers if any(line.sold[n] > line.dropped[n] for line in self.lines.values())]

    @property
    def shipped(self) -> Decimal:
        return sum((line.shipped for line in self.lines.values()), ZERO)

    def shipped_by_item(self) -> dict[str, Decimal]:
        total = _count()
        for line in self.lines.values():
            if line.shipped:
                total[line.item] += line.shipped
        return dict(total)

    @property
    def warehouses(self) -> set[str]:
        return {parcel.warehouse for parcel in self.parcels.values()}

    @property
    def outcome(self) -> Outcome:
        """How it ended, or where it stands."""
        lines = list(self.lines.values())
        called_off = sum((line.called_off for line in lines), ZERO)
        turned_away = sum((line.turned_away for line in lines), ZERO)
        wanted = sum((max(line.wanted, ZERO) for line in lines), ZERO)
        if not self.shipped:
            if wanted:
                return "waiting"
            return "cancelled" if called_off else "rejected"
        if called_off and not wanted:
            return "too_late"
        if any(line.shipped < line.wanted for line in lines):
            return "too_late" if self.refused else "partly_shipped"
        return "partly_cancelled" if turned_away else "complete"


@dataclass(slots=True)
class Books:
    """All orders, and each warehouse's stock item by item in the order of its ledger."""

    orders: dict[Called, OrderCount]
    labels: defaultdict[str, list[str]]
    stock: defaultdict[tuple[str, str], list[Row]]
    shorts: list[Row]


def recount(rows: Iterable[Row]) -> Books:
    """Count all ledgers together. Rows of one system come in their own order; systems may come in any."""
    books = Books({}, defaultdict(list), defaultdict(list), [])
    for row in rows:
        if row.kind == "label":
            books.labels[row.other].append(row.document)
        elif row.kind in ("opening", "moved", "taken"):
            books.stock[row.system, row.item].append(row)
        elif row.order:
            order = books.orders.setdefault((row.channel, row.order), OrderCount(row.channel, row.order))
            line = order.lines[row.line] if row.line else LineCount()
            line.story.append(row)
            _COUNT.get(row.kind, _nothing)(order, line, row)
            if row.kind == "short":
                books.shorts.append(row)
    return books


def _nothing(order: OrderCount, line: LineCount, row: Row) -> None:
    """Rows that tell of work, not of units."""


# --- shops -----------------------------------------------------------------------------------------------------------


def _placed(order: OrderCount, line: LineCount, row: Row) -> None:
    order.placed = True
    order.in_shop = row.system == row.channel
    line.want(row.item, row.quantity)


def _edited(order: OrderCount, line: LineCount, row: Row) -> None:
    # The customer says what is wanted from now on; what was turned away before stays so.
    line.want(row.item, row.quantity + line.turned_away)


def _cancelled(order: OrderCount, line: LineCount, row: Row) -> None:
    if row.note == "by api":
        line.turned_away += row.quantity
    else:
        line.called_off += row.quantity


def _noted(order: OrderCount, line: LineCount, row: Row) -> None:
    order.refused = order.refused or " refused: " in row.note


def _fulfilled(order: OrderCount, line: LineCount, row: Row) -> None:
    line.fulfilled += row.quantity
    order.tracked[row.other][row.line] += row.quantity


def _gateway(order: OrderCount, line: LineCount, row: Row) -> None:
    order.gateway[row.kind] += row.amount


# --- the ERP ---------------------------------------------------------------------------------------------------------


def _sale(order: OrderCount, line: LineCount, row: Row) -> None:
    line.item = line.item or row.item
    line.sold[row.document] = row.quantity
    if row.note == "entered by staff":
        order.placed = order.by_phone = True
        line.want(row.item, row.quantity)


def _sale_changed(order: OrderCount, line: LineCount, row: Row) -> None:
    line.item = line.item or row.item
    line.sold[row.document] = row.quantity
    if order.by_phone and row.note == "by staff":
        line.want(row.item, row.quantity)


def _sale_cancelled(order: OrderCount, line: LineCount, row: Row) -> None:
    line.dropped[row.document] += row.quantity
    if order.by_phone:
        if row.note == "by staff":
            line.called_off += row.quantity
        else:
            line.turned_away += row.quantity


def _posted(order: OrderCount, line: LineCount, row: Row) -> None:
    line.posted += row.quantity
    order.postings[row.other].add(row.document)


def _billed(order: OrderCount, line: LineCount, row: Row) -> None:
    line.billed += row.quantity


def _charged(order: OrderCount, line: LineCount, row: Row) -> None:
    order.charged[row.item].append(row.document)


def _invoice(order: OrderCount, line: LineCount, row: Row) -> None:
    order.invoices.append(row.document)


def _paid(order: OrderCount, line: LineCount, row: Row) -> None:
    order.paid[row.other] += 1


def _credited(order: OrderCount, line: LineCount, row: Row) -> None:
    order.credited[row.other].append(row.amount)


# --- warehouses ------------------------------------------------------------------------------------------------------


def _released(order: OrderCount, line: LineCount, row: Row) -> None:
    line.item = line.item or row.item
    line.released += row.quantity


def _given_back(order: OrderCount, line: LineCount, row: Row) -> None:
    line.given_back += row.quantity


def _shipped(order: OrderCount, line: LineCount, row: Row) -> None:
    line.item = line.item or row.item
    line.shipped += row.quantity
    # A warehouse's row names its package in the note, since `other` is the reference that it was asked under.
    parcel = order.parcels.setdefault(row.note, Parcel(row.note, row.system))
    parcel.units[row.line] += row.quantity


_COUNT = {
    "placed": _placed,
    "edited": _edited,
    "cancelled": _cancelled,
    "fulfilled": _fulfilled,
    "noted": _noted,
    "gateway_authorization": _gateway,
    "gateway_sale": _gateway,
    "gateway_capture": _gateway,
    "gateway_refund": _gateway,
    "sale": _sale,
    "sale_changed": _sale_changed,
    "sale_cancelled": _sale_cancelled,
    "posted": _posted,
    "billed": _billed,
    "charged": _charged,
    "invoice": _invoice,
    "paid": _paid,
    "credited": _credited,
    "released": _released,
    "stopped": _given_back,
    "refused": _given_back,
    "short": _given_back,
    "shipped": _shipped,
}
