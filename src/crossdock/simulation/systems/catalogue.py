"""What the simulated distributor sells, and to whom: the same master data in its shop, ERP and warehouses."""

from decimal import ROUND_HALF_UP, Decimal

from crossdock.model.base import Value
from crossdock.model.parties import Address

CENT = Decimal("0.01")


class CatalogueItem(Value, frozen=True):
    """An item with its list price. A kit has components (item, units per kit) and no stock of its own."""

    number: str
    name: str
    price: Decimal
    weight_kg: Decimal = Decimal(1)
    components: tuple[tuple[str, Decimal], ...] = ()
    substitutes: tuple[str, ...] = ()


class CatalogueCustomer(Value, frozen=True):
    """A customer of the ERP. `opening` is what it owes at the start; `prices` are its contract's."""

    number: str
    name: str
    email: str
    address: Address
    limit: Decimal | None = None
    opening: Decimal = Decimal(0)
    on_account: bool = True
    tax_exempt: bool = False
    prices: tuple[tuple[str, Decimal], ...] = ()


class Catalogue(Value, frozen=True):
    """Items and customers by number, the one tax rate (of net) and the currency."""

    items: dict[str, CatalogueItem]
    customers: dict[str, CatalogueCustomer]
    currency: str = "USD"
    tax_rate: Decimal = Decimal("0.06")

    def price(self, item: str, customer: str) -> tuple[Decimal, str]:
        """Unit price and its source, `list` or `contract`."""
        known = self.customers.get(customer)
        contract = dict(known.prices) if known else {}
        if item in contract:
            return contract[item], "contract"
        return self.items[item].price, "list"

    def tax(self, net: Decimal, customer: str) -> Decimal:
        """Rounded half up to the cent, line by line."""
        known = self.customers.get(customer)
        if known and known.tax_exempt:
            return Decimal("0.00")
        return (net * self.tax_rate).quantize(CENT, ROUND_HALF_UP)
