"""Amounts: Shopify states each in the shop's currency and, in a `_set` beside it, in the one that the customer saw."""

from decimal import Decimal

from crossdock.connectors.shopify.currencies import ISO_4217
from crossdock.connectors.shopify.settings import Settings
from crossdock.connectors.shopify.source import Source
from crossdock.model.prices import TaxLine
from crossdock.model.quantities import ZERO, Money

MOST = Decimal(10) ** 12
"""An amount from here on is taken for a mistake."""


class Till:
    """Reads one order's amounts in one currency. `shop`: the plain fields; `presentment`: their `_set`."""

    def __init__(self, order: Source, settings: Settings) -> None:
        self.presentment = settings.money == "presentment"
        self.taxes_included = order.see_flag("taxes_included")
        field = "presentment_currency" if self.presentment and order.has("presentment_currency") else "currency"
        same = order.see_text("presentment_currency") in ("", order.see_text("currency"))
        self._plain_fields_hold = not self.presentment or same
        self.currency = order.take_text(field).upper()
        if self.currency not in ISO_4217:
            shown = self.currency or "missing"
            order.problems.add(field, f"must be an ISO 4217 currency, is {shown}", fatal=True)

    def see(self, source: Source, name: str, *, fatal: bool = False) -> Decimal | None:
        """The amount of that name, None where there is none in our currency or it is absurd."""
        place, field = self._place(source, name)
        amount = place.see_decimal(field, fatal=fatal)
        if amount is not None and abs(amount) >= MOST:
            place.unfit(field, f"must be less than {MOST:f}, is {amount:f}", fatal=fatal)
            return None
        return amount

    def take(self, source: Source, name: str) -> Decimal | None:
        amount = self.see(source, name)
        if amount is not None:
            place, field = self._place(source, name)
            del place.data[field]
        return amount

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.currency)

    def taxes(self, source: Source) -> tuple[TaxLine, ...]:
        """Takes the `tax_lines` of a line, a shipping line or an order."""
        found = []
        for tax in source.parts("tax_lines"):
            amount = self.take(tax, "price")
            if amount is None:
                continue
            rate = tax.see_decimal("rate") or ZERO
            if rate:
                tax.take_decimal("rate")
            found.append(TaxLine(self.money(amount), rate, name=tax.take_text("title"), inclusive=self.taxes_included))
        return tuple(found)

    def _place(self, source: Source, name: str) -> tuple[Source, str]:
        side = "presentment_money" if self.presentment else "shop_money"
        in_set = f"{name}_set" in source.data
        if in_set and (self.presentment or not source.has(name)):
            return source.part(f"{name}_set").part(side), "amount"
        if self._plain_fields_hold:
            return source, name
        return Source({}, source.problems, source.at(f"{name}_set")), "amount"
