"""Credit in flight: what orders take of a customer's limit between our check and the ERP's own count of them.

Exposure = receivables + the ERP's open orders + orders in flight here, each once. An order in flight counts unless the
ERP's position names it, or was read after the ERP took the order over (then it is in receivables or open orders).
"""

from collections.abc import Sequence
from decimal import Decimal

from crossdock.journal.records import CreditRow
from crossdock.model.events import CreditDenied, CreditGranted, Event
from crossdock.model.quantities import Money, minor_units
from crossdock.processes.decision import CreditIsInErp, FreeCredit, HoldCredit
from crossdock.runtime.work import LedgerEffect, Work, micros


def _minor(money: Money) -> int:
    return int(money.rounded().amount.scaleb(minor_units(money.currency)))


def _money(minor: int, currency: str) -> Money:
    return Money(Decimal(minor).scaleb(-minor_units(currency)), currency)


class CreditDesk:
    """Takes and frees credit under the customer's lock, so that two orders can't both pass."""

    def load(self, work: Work, effects: Sequence[LedgerEffect]) -> None:
        """Lock the customers a wave needs, in order of their numbers."""
        orders = sorted({e.order for e in effects if isinstance(e, CreditIsInErp | FreeCredit)})
        customers = {e.position.customer for e in effects if isinstance(e, HoldCredit)}
        if orders:
            known = {order for rows in work.credit.values() for order in rows}
            found = work.claim.credit_of(order for order in orders if order not in known)
            customers.update(row.customer for row in found.values())
        customers -= work.credit.keys()
        if customers:
            for customer, rows in work.claim.credit(customers).items():
                work.credit[customer] = {row.order: row for row in rows}

    def carry_out(self, work: Work, effect: LedgerEffect) -> Event | None:
        match effect:
            case HoldCredit():
                return self._hold(work, effect)
            case CreditIsInErp(order):
                for row in self._rows(work, order):
                    self._write(work, row._replace(posted_at=work.now))
            case FreeCredit(order):
                for row in self._rows(work, order):
                    del work.credit[row.customer][order]
                    work.credit_changes[row.customer, order] = None
        return None

    def _rows(self, work: Work, order: str) -> list[CreditRow]:
        return [rows[order] for _, rows in sorted(work.credit.items()) if order in rows]

    def _hold(self, work: Work, effect: HoldCredit) -> Event:
        position, amount = effect.position, effect.amount
        currency = amount.currency
        listed = {open_order.reference for open_order in position.open_orders}
        exposure = position.receivables
        for open_order in position.open_orders:
            if open_order.reference != effect.reference:
                exposure = exposure + open_order.amount
        as_of = micros(position.as_of)
        in_flight = 0
        for row in work.credit[position.customer].values():
            unseen = row.posted_at == 0 or row.posted_at > as_of
            if row.order != effect.order and row.currency == currency and row.reference not in listed and unseen:
                in_flight += row.amount
        exposure = exposure + _money(in_flight, currency) + amount
        if position.limit is not None and position.limit < exposure and not effect.over_limit:
            return CreditDenied(effect.order, exposure, position.limit)
        row = CreditRow(
            position.customer,
            effect.order,
            effect.reference,
            currency,
            _minor(amount),
            0,
        )
        self._write(work, row)
        return CreditGranted(effect.order, exposure)

    def _write(self, work: Work, row: CreditRow) -> None:
        work.credit.setdefault(row.customer, {})[row.order] = row
        work.credit_changes[row.customer, row.order] = row
