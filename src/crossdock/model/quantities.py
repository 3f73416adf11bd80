"""Money and quantities. Decimal throughout: a float never holds a price or a count."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Literal

from crossdock.model.base import Value

ZERO = Decimal(0)
ONE = Decimal(1)

Rounding = Literal["half_up", "half_even"]
_ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}

# ISO 4217 minor units where they are not two (ISO 4217:2015, list one).
_MINOR_UNITS = {
    **dict.fromkeys(("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF").split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


class Money(Value, frozen=True):
    """An amount in one currency (ISO 4217 code). Arithmetic between currencies is refused with ValueError."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: Decimal | int) -> "Money":
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._same(other)

    def rounded(self, mode: Rounding = "half_up") -> "Money":
        """To the currency's minor unit."""
        step = Decimal(1).scaleb(-minor_units(self.currency))
        return Money(self.amount.quantize(step, _ROUNDING[mode]), self.currency)

    def _same(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"cannot reckon {self.currency} with {other.currency} without a rate")
        return other.amount


def minor_units(currency: str) -> int:
    """Digits after the point in the currency's smallest unit: 2 for USD, 0 for JPY, 3 for KWD."""
    return _MINOR_UNITS.get(currency, 2)


class Quantity(Value, frozen=True):
    """An amount of a unit (UN/ECE Rec 20, packages Rec 21 prefixed `X`); `pack` base units go in one of it."""

    amount: Decimal
    unit: str = "EA"
    pack: Decimal = ONE

    @property
    def base(self) -> Decimal:
        """The same amount in the item's base unit."""
        return self.amount * self.pack
