"""Prices with their validity and source, and what is added to or taken off a line or an order."""

from datetime import date
from decimal import Decimal
from typing import Literal

from crossdock.model.base import Value
from crossdock.model.quantities import ONE, Money, Rounding


class Price(Value, frozen=True):
    """A unit price per `per` units of `unit`; `source` says which rule made it."""

    amount: Money
    unit: str = "EA"
    per: Decimal = ONE
    source: Literal["list", "contract", "promotion", "manual", "channel"] = "list"
    valid_from: date | None = None
    valid_to: date | None = None


class Discount(Value, frozen=True):
    """An amount taken off (positive), with its reason or code."""

    amount: Money
    reason: str = ""
    code: str = ""


class Charge(Value, frozen=True):
    """An amount added: freight, handling, a deposit. Freight is billed once an order."""

    kind: Literal["freight", "handling", "deposit", "other"]
    amount: Money
    description: str = ""


class TaxLine(Value, frozen=True):
    """One tax on a line or charge. An `inclusive` tax is already within the price."""

    amount: Money
    rate: Decimal
    jurisdiction: str = ""
    name: str = ""
    inclusive: bool = False
    exemption: str = ""
    rounding: Rounding = "half_up"
