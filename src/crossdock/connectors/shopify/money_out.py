"""Captures and refunds at the shop's gateway.

A transaction has no field for a reference of ours. So before a capture, an attribute on the order says which command is
about to capture and how many captures there were: the next one of that amount is then its own, and is found again.
(Two commands about one order never run at once, so nothing of ours comes between.) Refunds carry the key in their note.
"""

from datetime import UTC, datetime
from decimal import Decimal

from crossdock.connectors.shopify.marks import Row, announce, announced, is_marked, read, refunds
from crossdock.connectors.shopify.settings import CAPTURE_ATTRIBUTE, Settings, mark
from crossdock.connectors.shopify.source import decimal_of
from crossdock.connectors.shopify.wire import Api, members
from crossdock.model.commands import CapturePayment, RefundPayment
from crossdock.model.events import ChannelInformed, PaymentCaptured
from crossdock.model.orders import Payment
from crossdock.model.quantities import ZERO
from crossdock.runtime.connector import Done, LookedUp, NotFound, Outcome, Refused, Task
from crossdock.runtime.ports import Exchange

_DECLINED = ("failure", "error")


class Capturing:
    """CapturePayment at one shop. The event's payment carries the command's own reference."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def perform(self, command: CapturePayment, task: Task) -> Exchange[Outcome]:
        order = yield from read(self._api, command.number)
        rows = yield from _transactions(self._api, command.number)
        own = _own(command, task.key, order, rows)
        if own is not None:
            return _captured(command, own, task.now)
        parent = _authorization(command.authorization, rows)
        if parent is None:
            return Refused(
                f"order {command.number} has no authorisation {command.authorization} in the shop to capture",
                "no_authorization",
            )
        yield from announce(self._api, order, CAPTURE_ATTRIBUTE, task.key, str(len(_captures(rows))))
        wanted = {
            "kind": "capture",
            "parent_id": parent["id"],
            "amount": f"{command.amount.amount:f}",
            "currency": command.amount.currency,
        }
        path = f"orders/{command.number}/transactions.json"
        answer = yield from self._api.send("POST", path, {"transaction": wanted})
        made = answer.get("transaction")
        return _captured(command, made if isinstance(made, dict) else {}, task.now)

    def look_up(self, command: CapturePayment, task: Task) -> Exchange[LookedUp]:
        order = yield from read(self._api, command.number)
        rows = yield from _transactions(self._api, command.number)
        own = _own(command, task.key, order, rows)
        return NotFound() if own is None else _captured(command, own, task.now)


class Refunding:
    """RefundPayment at one shop: over as many captures as it takes, the latest first."""

    def __init__(self, api: Api, settings: Settings) -> None:
        self._api = api
        self._notify = settings.notify_customer

    def perform(self, command: RefundPayment, task: Task) -> Exchange[Outcome]:
        if (yield from self._is_there(command, task.key)):
            return _refunded(command)
        rows = yield from _transactions(self._api, command.number)
        parts = _refundable(command, rows)
        if parts is None:
            return Refused(
                f"order {command.number} has less than {command.amount.amount:f} {command.amount.currency} captured "
                "in the shop that is not refunded yet",
                "nothing_refundable",
            )
        wanted = {
            "note": f"{command.reason} {mark(task.key)}".strip(),
            "notify": self._notify,
            "currency": command.amount.currency,
            "refund_line_items": [],
            "transactions": parts,
        }
        yield from self._api.send("POST", f"orders/{command.number}/refunds.json", {"refund": wanted})
        return _refunded(command)

    def look_up(self, command: RefundPayment, task: Task) -> Exchange[LookedUp]:
        return _refunded(command) if (yield from self._is_there(command, task.key)) else NotFound()

    def _is_there(self, command: RefundPayment, key: str) -> Exchange[bool]:
        made = yield from refunds(self._api, command.number)
        return any(is_marked(refund, key) for refund in made)


def _transactions(api: Api, number: str) -> Exchange[list[Row]]:
    """In the order in which they were made."""
    body = yield from api.get(f"orders/{number}/transactions.json")
    rows = [row for row in members(body, "transactions") if isinstance(row.get("id"), int)]
    return sorted(rows, key=lambda row: row["id"])


def _captures(rows: list[Row]) -> list[Row]:
    """Captures that happened or may still: a declined one took no money."""
    return [row for row in rows if row.get("kind") == "capture" and row.get("status") not in _DECLINED]


def _own(command: CapturePayment, key: str, order: Row, rows: list[Row]) -> Row | None:
    """The capture that an earlier attempt of this very command made."""
    count = announced(order, CAPTURE_ATTRIBUTE).get(key, "")
    if not count.isdigit():
        return None
    later = _captures(rows)[int(count) :]
    return next((row for row in later if _amount(row) == command.amount.amount), None)


def _authorization(reference: str, rows: list[Row]) -> Row | None:
    """The authorisation by its id or the gateway's code; ours, `<order id>/authorization`, means the latest one."""
    good = [row for row in rows if row.get("kind") == "authorization" and row.get("status") == "success"]
    named = [row for row in good if reference in (str(row["id"]), row.get("authorization"))]
    if named:
        return named[0]
    return good[-1] if good and reference.endswith("/authorization") else None


def _refundable(command: RefundPayment, rows: list[Row]) -> list[Row] | None:
    """Which transactions give how much back; None where they have not that much left."""
    paid = [row for row in rows if row.get("kind") in ("sale", "capture") and row.get("status") == "success"]
    named = [row for row in paid if command.payment in (str(row["id"]), row.get("authorization"))]
    parts: list[Row] = []
    left = command.amount.amount
    for row in named or reversed(paid):
        back = (one for one in rows if one.get("kind") == "refund" and one.get("parent_id") == row["id"])
        gone = sum((_amount(one) for one in back if one.get("status") not in _DECLINED), ZERO)
        part = min(left, _amount(row) - gone)
        if part > 0:
            one = {"parent_id": row["id"], "amount": f"{part:f}", "kind": "refund", "gateway": row.get("gateway")}
            parts.append(one)
            left -= part
    return parts if left <= 0 else None


def _amount(row: Row) -> Decimal:
    return decimal_of(row.get("amount")) or ZERO


def _captured(command: CapturePayment, row: Row, now: datetime) -> Done | Refused:
    if row.get("status") in _DECLINED:
        reason = str(row.get("message") or row.get("error_code") or "no reason given")
        return Refused(f"the gateway declined the capture: {reason}", str(row.get("error_code") or row["status"]))
    return Done((PaymentCaptured(command.order, Payment(command.reference, "capture", command.amount, _at(row, now))),))


def _at(row: Row, now: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(row.get("created_at"))).astimezone(UTC)
    except ValueError:
        return now


def _refunded(command: RefundPayment) -> Done:
    return Done((ChannelInformed(command.order, "refund", command.reference),))
