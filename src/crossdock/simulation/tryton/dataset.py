"""What a provisioned Tryton holds: the distributor's items, customers, warehouses and prices, as plain data."""

from datetime import date
from decimal import Decimal

import msgspec

from crossdock.model.parties import Address


class WarehouseData(msgspec.Struct, frozen=True):
    """A warehouse. `code` is what orders and stock figures call it."""

    code: str
    name: str


class ItemData(msgspec.Struct, frozen=True):
    """An item, its list price and its opening stock by warehouse code. A kit has components and no stock."""

    number: str
    name: str
    price: Decimal
    stock: dict[str, Decimal] = {}
    components: dict[str, Decimal] = {}
    service: bool = False
    taxed: bool = True


class CustomerData(msgspec.Struct, frozen=True):
    """A customer, its own number, and its credit limit (None: no limit).

    `prices` are its contract's by item number; without any it has the trade price list, or list prices. `opening` is
    what it owes at the start.
    """

    number: str
    name: str
    credit_limit: Decimal | None = None
    price_list: bool = True
    prepaid: bool = False
    tax_exempt: bool = False
    email: str = ""
    prices: dict[str, Decimal] = {}
    opening: Decimal = Decimal(0)
    address: Address = Address(("1 Main Street",), "Austin", "78701", country="US")


class Distributor(msgspec.Struct, frozen=True):
    """All that provisioning enters. `breaks` are the price list's factors from a quantity on."""

    warehouses: tuple[WarehouseData, ...]
    items: tuple[ItemData, ...]
    customers: tuple[CustomerData, ...]
    breaks: tuple[tuple[Decimal, Decimal], ...] = (
        (Decimal(100), Decimal("0.7")),
        (Decimal(10), Decimal("0.8")),
    )
    base_factor: Decimal = Decimal("0.9")
    tax_percent: Decimal = Decimal(8)
    currency: str = "USD"
    company: str = "Acme Distribution Inc"


FREIGHT, DISCOUNT = "FREIGHT", "DISCOUNT"


def sample_distributor() -> Distributor:
    """Thirty items, one kit of three of them, two warehouses, and customers with and without credit limits."""
    stock = {"EAST": Decimal(1000), "WEST": Decimal(400)}
    goods = tuple(ItemData(f"SKU-{n:03d}", f"Widget {n:03d}", Decimal(10 + n), dict(stock)) for n in range(1, 31))
    kit = ItemData("KIT-001", "Starter kit", Decimal(60), components={"SKU-001": Decimal(1), "SKU-002": Decimal(2)})
    services = (
        ItemData(FREIGHT, "Freight", Decimal(12), service=True, taxed=False),
        ItemData(DISCOUNT, "Discount", Decimal(0), service=True, taxed=False),
    )
    customers = (
        CustomerData("CUST-001", "Harbor Supply Co", Decimal(500)),
        CustomerData("CUST-002", "Lakeside Hardware", Decimal(1_000_000)),
        *(CustomerData(f"CUST-{n:03d}", f"Customer {n:03d}") for n in range(3, 11)),
        CustomerData("WEB-GUEST", "Web shop guests", price_list=False, prepaid=True),
    )
    return Distributor(
        (WarehouseData("EAST", "East warehouse"), WarehouseData("WEST", "West warehouse")),
        (*goods, kit, *services),
        customers,
    )


def fiscal_years(today: date) -> tuple[int, ...]:
    """The years that books are opened for: orders and postings may fall on either side of a year's end."""
    return (today.year - 1, today.year, today.year + 1)
