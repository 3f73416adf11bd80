"""Faults in the engine's step: timers, follow-ups, waiting events, stock and credit."""

from typing import Any

from crossdock.model.quantities import ZERO
from crossdock.model.stock import Balance
from crossdock.processes.decision import FreeStock
from crossdock.runtime import stock as stock_module
from crossdock.runtime.credit import CreditDesk
from crossdock.runtime.delivery import Deliveries
from crossdock.runtime.effects import Effects, Rows
from crossdock.runtime.stock import StockDesk
from crossdock.runtime.work import Work
from crossdock.simulation.mutants.mutant import mutant, nothing


def _forgets_some(original: Any) -> Any:
    count = 0

    def set_timer(self: Work, row: Any) -> None:
        nonlocal count
        count += 1
        if count % 10:
            original(self, row)

    return set_timer


def _loses_follow_ups(original: Any) -> Any:
    def decide(self: Deliveries, work: Work, item: Any, held: Any, journaled: bool) -> None:
        before = held.state
        original(self, work, item, held, journaled)
        if journaled and not held.is_new:
            held.state = before

    return decide


def _merges_twice(original: Any) -> Any:
    def merge(self: Rows, work: Work, held: Any) -> None:
        original(self, work, held)
        if self.ledger:
            work.ledger.append((held, self.ledger[-1], self.cause, self.item.hops))

    return merge


def _frees_twice(original: Any) -> Any:
    def carry_out(self: StockDesk, work: Work, held: Any, effect: Any) -> Any:
        if isinstance(effect, FreeStock):
            original(self, work, held, effect)
        return original(self, work, held, effect)

    return carry_out


def _sees_nobody(original: Any) -> Any:
    def allocate(snapshot: Any, demands: Any, policy: Any) -> Any:
        free = {place: Balance(balance.on_hand, ZERO) for place, balance in snapshot.items()}
        return original(free, demands, policy)

    return allocate


def _keeps_hold(original: Any) -> Any:
    def ship(self: StockDesk, work: Work, held: Any, effect: Any) -> None:
        hold = StockDesk._hold
        try:
            StockDesk._hold = lambda *_: None  # type: ignore[method-assign]
            original(self, work, held, effect)
        finally:
            StockDesk._hold = hold  # type: ignore[method-assign]

    return ship


def _sees_no_others(original: Any) -> Any:
    def hold(self: CreditDesk, work: Work, effect: Any) -> Any:
        customer = effect.position.customer
        kept = work.credit.get(customer, {})
        work.credit[customer] = {}
        try:
            return original(self, work, effect)
        finally:
            work.credit[customer] = kept | work.credit[customer]

    return hold


def _fails_some(original: Any) -> Any:
    count = 0

    def rows(self: Effects, *args: Any) -> Any:
        nonlocal count
        count += 1
        if count % 100 == 0:
            raise ValueError("planted")
        return original(self, *args)

    return rows


STEPS = (
    mutant(
        "forget_a_timer",
        "one alarm in ten is never set",
        "none",
        Work,
        "set_timer",
        _forgets_some,
    ),
    mutant(
        "cascade_without_merge",
        "what a follow-up event changes in a state is lost, its effects stand",
        "none",
        Deliveries,
        "_decide",
        _loses_follow_ups,
    ),
    mutant(
        "carry_out_an_effect_twice",
        "the last thing that a decision asks of stock or credit is done twice",
        "none",
        Rows,
        "merge",
        _merges_twice,
    ),
    mutant(
        "lose_an_early_event",
        "an event that concerns nobody yet is dropped",
        "webhooks,answers",
        Deliveries,
        "_wait",
        nothing,
    ),
    mutant(
        "free_a_reservation_twice",
        "stock that an order gives back comes back twice",
        "none",
        StockDesk,
        "carry_out",
        _frees_twice,
    ),
    mutant(
        "promise_stock_twice",
        "what others reserved counts as free",
        "none",
        stock_module,
        "allocate",
        _sees_nobody,
    ),
    mutant(
        "keep_a_hold_on_shipped_stock",
        "goods leave the books, and the order still holds them",
        "none",
        StockDesk,
        "_ship",
        _keeps_hold,
    ),
    mutant(
        "wake_nobody",
        "those who wait for stock are not told that it came in",
        "none",
        StockDesk,
        "_wake_waiters",
        nothing,
    ),
    mutant(
        "pass_the_credit_limit",
        "an order in flight does not count against the limit of another",
        "none",
        CreditDesk,
        "_hold",
        _sees_no_others,
    ),
    mutant(
        "park_an_instance",
        "what follows from a decision can't be written, one time in a hundred",
        "none",
        Effects,
        "rows",
        _fails_some,
    ),
)
