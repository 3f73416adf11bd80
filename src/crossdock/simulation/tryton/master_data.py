"""The mix's master data as what provisioning enters: a real Tryton then knows the shops' items and customers."""

from decimal import Decimal

from crossdock.simulation.story import Mix
from crossdock.simulation.systems.catalogue import CatalogueCustomer, CatalogueItem
from crossdock.simulation.tryton.dataset import (
    DISCOUNT,
    FREIGHT,
    CustomerData,
    Distributor,
    ItemData,
    WarehouseData,
)

PLENTY = Decimal(1_000_000)
"""The warehouses own the stock: Tryton always has enough of everything, so that only they decide what ships."""


def tryton_data(mix: Mix, warehouses: dict[str, str]) -> Distributor:
    """Items, kits behind what they are made of, and customers; `warehouses` are the codes by node."""
    codes = sorted(warehouses.values())
    items = [_item(item, codes) for item in sorted(mix.catalogue.items.values(), key=lambda one: one.number)]
    services = (
        ItemData(FREIGHT, "Freight", Decimal(10), service=True, taxed=False),
        ItemData(DISCOUNT, "Discount", Decimal(0), service=True, taxed=False),
    )
    return Distributor(
        tuple(WarehouseData(code, f"Warehouse {node}") for node, code in sorted(warehouses.items())),
        (*items, *services),
        tuple(_customer(one) for _, one in sorted(mix.catalogue.customers.items())),
        tax_percent=mix.catalogue.tax_rate * 100,
        currency=mix.catalogue.currency,
        company="Demo Distributors",
    )


def _item(item: CatalogueItem, codes: list[str]) -> ItemData:
    components = dict(item.components)
    stock = {} if components else dict.fromkeys(codes, PLENTY)
    return ItemData(item.number, item.name, item.price, stock, components)


def _customer(one: CatalogueCustomer) -> CustomerData:
    return CustomerData(
        one.number,
        one.name,
        one.limit,
        price_list=False,
        prepaid=not one.on_account,
        tax_exempt=one.tax_exempt,
        email=one.email,
        prices=dict(one.prices),
        opening=one.opening,
        address=one.address,
    )
