"""The stock ledger: reservations and movements within a step's own transaction, under locks taken in key order.

Quantities are whole millionths of the item's base unit, so that no database rounds them.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from crossdock.journal.records import (
    EVENT,
    BalanceRow,
    InboxRow,
    MovementRow,
    ReservationRow,
    hash16,
)
from crossdock.model.codec import encode
from crossdock.model.events import (
    Event,
    ReservationLost,
    StockBecameAvailable,
    StockCounted,
    StockMoved,
    StockReserved,
)
from crossdock.model.stock import Allocation, Balance
from crossdock.planning.allocate import allocate
from crossdock.processes.decision import FreeStock, Reserve, ShipStock
from crossdock.runtime.versions import tag
from crossdock.runtime.work import Held, Item, LedgerEffect, Work, micros

_SCALE = 6
WAKE_MOST = 50


def balance_key(item: str, node: str) -> bytes:
    """The key of one balance: available goods of ours without lot."""
    return hash16(item, node)


def units(quantity: Decimal) -> int:
    """Millionths of a base unit."""
    return int(quantity.scaleb(_SCALE))


def quantity(millionths: int) -> Decimal:
    """Base units, without trailing zeros."""
    value = Decimal(millionths).scaleb(-_SCALE)
    return value.to_integral_value() if value == value.to_integral_value() else value.normalize()


class StockDesk:
    """Carries out what orders ask of stock, and takes in what the stock's owner reports."""

    def load(self, work: Work, effects: Sequence[LedgerEffect]) -> None:
        """Lock the balances a wave needs, in key order."""
        keys: set[bytes] = set()
        for effect in effects:
            match effect:
                case Reserve(_, demands, policy):
                    for demand in demands:
                        items = {part.item for part in demand.parts()} | set(demand.substitutes)
                        keys.update(balance_key(item, node) for item in items for node in policy.nodes)
                case FreeStock() | ShipStock():
                    for allocation in _allocations(effect):
                        keys.update(balance_key(item, allocation.node) for item, _ in allocation.parts())
                case _:
                    pass
        self._lock(work, keys)
        shipped = [effect for effect in effects if isinstance(effect, ShipStock)]
        names = [_shipment_name(effect, each, item) for effect in shipped for each, item in _parts(effect)]
        if names:
            work.known_movements.update(work.claim.movements_known(names))

    def _lock(self, work: Work, keys: Iterable[bytes]) -> None:
        wanted = sorted(set(keys) - work.balances.keys())
        if wanted:
            work.balances.update(work.claim.balances(wanted))

    def carry_out(self, work: Work, held: Held, effect: LedgerEffect) -> Event | None:
        match effect:
            case Reserve():
                return self._reserve(work, held, effect)
            case FreeStock(order, allocations):
                for allocation in allocations:
                    self._hold(work, held, order, allocation, -1)
            case ShipStock():
                self._ship(work, held, effect)
            case _:
                pass
        return None

    def _reserve(self, work: Work, held: Held, effect: Reserve) -> StockReserved:
        snapshot: dict[tuple[str, str], Balance] = {}
        for demand in effect.demands:
            for item in sorted({part.item for part in demand.parts()} | set(demand.substitutes)):
                for node in effect.policy.nodes:
                    row = work.balances.get(balance_key(item, node))
                    if row is not None:
                        snapshot[item, node] = Balance(quantity(row.on_hand), quantity(row.reserved))
        allocations, short = allocate(snapshot, effect.demands, effect.policy)
        for allocation in allocations:
            self._hold(work, held, effect.order, allocation, 1)
        return StockReserved(effect.order, tuple(allocations), short, effect.attempt)

    def _hold(self, work: Work, held: Held, order: str, allocation: Allocation, sign: int) -> None:
        for item, amount in allocation.parts():
            key = balance_key(item, allocation.node)
            change = sign * units(amount)
            self._change(work, key, item, allocation.node, 0, change)
            work.batch.reservations.append(
                ReservationRow(
                    key,
                    held.id,
                    allocation.line,
                    held.partition,
                    order,
                    item,
                    allocation.node,
                    change,
                    work.now,
                )
            )

    def _ship(self, work: Work, held: Held, effect: ShipStock) -> None:
        known = all(_shipment_name(effect, each, item) in work.known_movements for each, item in _parts(effect))
        if known:
            return
        for allocation in effect.allocations:
            self._hold(work, held, effect.order, allocation, -1)
        for allocation in (*effect.allocations, *effect.over):
            for item, amount in allocation.parts():
                name = _shipment_name(effect, allocation, item)
                self._move(
                    work,
                    name,
                    item,
                    allocation.node,
                    -units(amount),
                    "shipment",
                    effect.reference,
                )

    def _move(
        self,
        work: Work,
        name: bytes,
        item: str,
        node: str,
        change: int,
        reason: str,
        note: str,
    ) -> None:
        """Book a movement, once a name."""
        if name in work.known_movements:
            return
        work.known_movements.add(name)
        key = balance_key(item, node)
        self._change(work, key, item, node, change, 0)
        work.batch.movements.append(
            MovementRow(
                name,
                min(work.claim.next_n),
                key,
                item,
                node,
                change,
                reason,
                work.now,
                note,
            )
        )

    def _change(self, work: Work, key: bytes, item: str, node: str, on_hand: int, reserved: int) -> None:
        row = work.balances.get(key) or BalanceRow(key, item, node, 0, 0, 0)
        self._put(
            work,
            row._replace(on_hand=row.on_hand + on_hand, reserved=row.reserved + reserved),
        )

    def _put(self, work: Work, row: BalanceRow) -> None:
        work.balances[row.key] = row
        work.balances_changed.add(row.key)

    # --- the owner's reports --------------------------------------------------------------------------------------

    def observed(
        self,
        work: Work,
        event: StockMoved | StockCounted,
        item: Item,
        cause: str,
        partition: int,
    ) -> None:
        """Take in a movement or count that is no order's; tell those who lose by it and those who waited for it."""
        key = balance_key(event.item, event.node)
        self._lock(work, [key])
        before = work.balances.get(key) or BalanceRow(key, event.item, event.node, 0, 0, 0)
        match event:
            case StockMoved():
                name = hash16(key, event.reason, event.reference)
                work.known_movements.update(work.claim.movements_known([name]))
                change = units(event.quantity)
                self._move(
                    work,
                    name,
                    event.item,
                    event.node,
                    change,
                    event.reason,
                    event.reference,
                )
            case StockCounted():
                counted = micros(event.counted_at)
                if counted <= before.counted_at:
                    return
                on_hand = units(event.on_hand) + work.claim.moved_since(key, counted)
                self._put(work, before._replace(on_hand=on_hand, counted_at=counted))
        after = work.balances.get(key, before)
        if after.on_hand < after.reserved and after.on_hand < before.on_hand:
            self._tell_losers(work, after, event, item, cause)
        elif after.on_hand - after.reserved > max(0, before.on_hand - before.reserved):
            self._wake_waiters(work, event.item, event.node, cause, item.hops)

    def _tell_losers(
        self,
        work: Work,
        balance: BalanceRow,
        event: StockMoved | StockCounted,
        item: Item,
        cause: str,
    ) -> None:
        missing = balance.reserved - balance.on_hand
        reason = event.reason if isinstance(event, StockMoved) else "count"
        for row in work.claim.reservations([balance.key]):
            if missing <= 0:
                break
            lost = min(missing, row.quantity)
            missing -= lost
            told = ReservationLost(row.order, row.line, row.node, row.item, quantity(lost), reason)
            _notify(work, told, row.instance, row.partition, item.hops, cause)

    def freed(self, work: Work, effects: Sequence[tuple[LedgerEffect, str, int]]) -> None:
        """Stock that orders gave back goes to those who wait for it, oldest first."""
        places: dict[tuple[str, str], tuple[str, int]] = {}
        for effect, cause, hops in effects:
            if isinstance(effect, FreeStock):
                for allocation in effect.allocations:
                    for item, _ in allocation.parts():
                        places.setdefault((item, allocation.node), (cause, hops))
        for (item, node), (cause, hops) in sorted(places.items()):
            self._wake_waiters(work, item, node, cause, hops)

    def _wake_waiters(self, work: Work, item: str, node: str, cause: str, hops: int) -> None:
        for row in work.claim.stock_waits([item])[:WAKE_MOST]:
            _notify(
                work,
                StockBecameAvailable(item, node),
                row.instance,
                row.partition,
                hops,
                cause,
            )


def _notify(work: Work, event: Event, instance: bytes, partition: int, hops: int, cause: str) -> None:
    """A ledger's word to an instance: in the next wave here, or by its own partition's inbox."""
    if work.owns(partition):
        work.followups.append(Item(event, tag(event), "journal", cause, work.now, hops + 1, instance))
        return
    work.batch.inbox.append(
        InboxRow(
            partition,
            0,
            EVENT,
            work.now,
            instance,
            tag(event),
            "journal",
            cause,
            hops + 1,
            work.now,
            encode(event),
        )
    )


def _allocations(effect: FreeStock | ShipStock) -> tuple[Allocation, ...]:
    return (*effect.allocations, *effect.over) if isinstance(effect, ShipStock) else effect.allocations


def _parts(effect: ShipStock) -> list[tuple[Allocation, str]]:
    return [(allocation, item) for allocation in _allocations(effect) for item, _ in allocation.parts()]


def _shipment_name(effect: ShipStock, allocation: Allocation, item: str) -> bytes:
    """What makes a shipment's movement count once. Goods shipped over stand beside the held ones of the same line."""
    over = "over" if allocation in effect.over else ""
    return hash16(
        "shipment",
        effect.order,
        effect.reference,
        allocation.line,
        allocation.node,
        item,
        over,
    )
