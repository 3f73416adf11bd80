"""Makes a distributor in an empty Tryton database, over its network API only.

Company, accounts, fiscal years, tax, terms, warehouses, items with opening stock, a price list, customers, and two
users: the integration's, with the least rights it needs, and a clerk who enters phone and counter orders by hand.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from crossdock.connectors.tryton.client import Domain, Record, TrytonClient
from crossdock.connectors.tryton.errors import Busy
from crossdock.connectors.tryton.wire import Number, Wire
from crossdock.runtime.ports import Exchange
from crossdock.simulation.tryton.dataset import CustomerData, Distributor, ItemData, fiscal_years
from crossdock.simulation.tryton.exchange import carry_out

ADMINISTRATOR, ADMINISTRATOR_PASSWORD = "admin", "local-admin-only"
INTEGRATION, INTEGRATION_PASSWORD = "integration", "local-integration-only"
CLERK, CLERK_PASSWORD = "clerk", "local-clerk-only"
PAYMENT_METHOD = "Crossdock"
PRICE_LIST = "Trade"

_INTEGRATION_GROUPS = ("Sales", "Stock", "Sale Amendment", "Stock Force Assignment", "Accounting")
_CLERK_GROUPS = ("Sales", "Sale Amendment", "Stock", "Accounting", "Sales Administrator", "Stock Administration")
# The SQLite of Debian 12 overflows its parser's stack when one create carries more templates than about 25.
_BATCH = 20
_PATIENCE = 100

T = TypeVar("T")


class Desk:
    """One user at work in Tryton: the connector's own client, carried out call by call."""

    def __init__(self, url: str, database: str, user: str, password: str) -> None:
        self.client = TrytonClient(url, database, user, password)
        carry_out(self.client.login())

    def use_company(self) -> None:
        """Work in the user's company from here on."""
        preferences = self.call("model.res.user.get_preferences", True)
        self.client.context = {key: preferences[key] for key in ("company", "language") if key in preferences}

    def call(self, method: str, *arguments: Wire, **context: Wire) -> Wire:
        return self._patiently(lambda: self.client.call(method, *arguments, context=context))

    def create(self, model: str, *records: Record) -> list[int]:
        return self._patiently(lambda: self.client.create(model, *records))

    def _patiently(self, ask: Callable[[], Exchange[T]]) -> T:
        """Do again what Tryton refuses for a lock: it has rolled it back."""
        for _ in range(_PATIENCE):
            with contextlib.suppress(Busy):
                return carry_out(ask())
        return carry_out(ask())

    def one(self, model: str, domain: Domain = (), *fields: str) -> Record:
        """The first record that the domain finds; LookupError when there is none."""
        found = carry_out(self.client.search_read(model, domain, fields or ("rec_name",), 1))
        if not found:
            raise LookupError(f"Tryton has no {model} with {domain}")
        return found[0]

    def id(self, model: str, *domain: Wire) -> int:
        return int(self.one(model, domain)["id"])

    def press(self, model: str, button: str, *ids: int) -> Wire:
        return self._patiently(lambda: self.client.press(model, button, ids))


def provision(url: str, database: str, data: Distributor, today: date) -> None:
    """Enter everything. The database must be fresh, with the modules of `environment.MODULES` active."""
    desk = Desk(url, database, ADMINISTRATOR, ADMINISTRATOR_PASSWORD)
    currency = _company(desk, data)
    accounts = _chart(desk)
    for year in fiscal_years(today):
        _fiscal_year(desk, year)
    categories = _accounting(desk, data, accounts)
    products = _items(desk, data, categories)
    _warehouses(desk, data, products, today)
    parties = _customers(desk, data, products)
    _openings(desk, data, parties, accounts, currency)
    _users(desk)


def _company(desk: Desk, data: Distributor) -> int:
    (currency,) = desk.create(
        "currency.currency",
        {
            "name": data.currency,
            "symbol": data.currency,
            "code": data.currency,
            "numeric_code": "840",
            "rounding": Decimal("0.01"),
            "digits": 2,
            "rates": [("create", [{"date": date(2020, 1, 1), "rate": Decimal(1)}])],
        },
    )
    desk.create("country.country", {"name": "United States", "code": "US", "code3": "USA", "code_numeric": "840"})
    (party,) = desk.create("party.party", {"name": data.company})
    form = {"company": {"party": party, "currency": currency, "timezone": "UTC"}}
    carry_out(desk.client.wizard("company.company.config", [("company", {}), ("add", form)], {}))
    company = desk.id("company.company")
    desk.call("model.res.user.write", [desk.client.user_id], {"companies": [("add", [company])], "company": company})
    desk.use_company()
    return currency


def _chart(desk: Desk) -> dict[str, int]:
    """Accounts by use, from the chart that Tryton brings along."""
    company = desk.client.context["company"]
    template = desk.call("model.ir.model.data.get_id", "account", "account_template_root_en")
    wizard = "wizard.account.create_chart"
    session, *_ = desk.call(f"{wizard}.create")
    desk.call(f"{wizard}.execute", session, {}, "account")
    form = {"account": {"account_template": template, "company": company}}
    desk.call(f"{wizard}.execute", session, form, "create_account")
    accounts = {
        kind: desk.id("account.account", (f"type.{kind}", "=", True), ("closed", "!=", True))
        for kind in ("receivable", "payable", "revenue", "expense")
    }
    properties = {f"account_{kind}": accounts[kind] for kind in ("receivable", "payable")}
    properties |= {f"category_account_{kind}": accounts[kind] for kind in ("expense", "revenue")} | {"company": company}
    desk.call(f"{wizard}.execute", session, {"properties": properties}, "create_properties")
    desk.call(f"{wizard}.delete", session)
    accounts["tax"] = desk.id("account.account", ("code", "=", "6.3.6"))
    accounts["cash"] = desk.id("account.account", ("code", "=", "1.1.1"))
    return accounts


def _fiscal_year(desk: Desk, year: int) -> None:
    company = desk.client.context["company"]

    def sequence(kind: str, prefix: str) -> int:
        kind_id = desk.id("ir.sequence.type", ("name", "=", kind))
        values = {"name": f"{kind} {year}", "sequence_type": kind_id, "company": company, "prefix": prefix}
        return desk.create("ir.sequence.strict", values)[0]

    invoices = sequence("Invoice", f"INV{year}-")
    credits = sequence("Invoice", f"CN{year}-")
    numbering = {
        "company": company,
        **dict.fromkeys(("out_invoice_sequence", "in_invoice_sequence"), invoices),
        **dict.fromkeys(("out_credit_note_sequence", "in_credit_note_sequence"), credits),
    }
    (fiscal_year,) = desk.create(
        "account.fiscalyear",
        {
            "name": str(year),
            "start_date": date(year, 1, 1),
            "end_date": date(year, 12, 31),
            "company": company,
            "move_sequence": sequence("Account Move", f"{year}-"),
            "invoice_sequences": [("create", [numbering])],
        },
    )
    desk.call("model.account.fiscalyear.create_period", [fiscal_year])


def _accounting(desk: Desk, data: Distributor, accounts: dict[str, int]) -> dict[bool, int]:
    """Terms, tax, payment method; the product categories that carry the accounts, by whether they carry the tax."""
    company = desk.client.context["company"]
    for name, days in (("Net 30", 30), ("Prepaid", 0)):
        delta = {"type": "remainder", "relativedeltas": [("create", [{"days": days}])]}
        desk.create("account.invoice.payment_term", {"name": name, "lines": [("create", [delta])]})
    (tax,) = desk.create(
        "account.tax",
        {
            "name": f"Sales tax {data.tax_percent}%",
            "description": f"Sales tax {data.tax_percent}%",
            "type": "percentage",
            "rate": data.tax_percent / 100,
            "company": company,
            "invoice_account": accounts["tax"],
            "credit_note_account": accounts["tax"],
        },
    )
    desk.create(
        "account.invoice.payment.method",
        {
            "name": PAYMENT_METHOD,
            "journal": desk.id("account.journal", ("type", "=", "cash")),
            "credit_account": accounts["cash"],
            "debit_account": accounts["cash"],
            "company": company,
        },
    )
    uses = {
        "accounting": True,
        "account_expense": accounts["expense"],
        "account_revenue": accounts["revenue"],
    }
    taxed, untaxed = desk.create(
        "product.category",
        {"name": "Taxed", **uses, "customer_taxes": [("add", [tax])]},
        {"name": "Untaxed", **uses},
    )
    return {True: taxed, False: untaxed}


def _items(desk: Desk, data: Distributor, categories: dict[bool, int]) -> dict[str, int]:
    """Products by item number; kits after what they are made of."""
    unit = desk.id("product.uom", ("name", "=", "Unit"))
    products: dict[str, int] = {}
    for kits in (False, True):
        items = [item for item in data.items if bool(item.components) is kits]
        for some in _batches(items):
            templates = desk.create(
                "product.template",
                *(_template(item, unit, categories[item.taxed], products) for item in some),
            )
            fields = ("id", "code")
            found = carry_out(desk.client.search_read("product.product", [("template", "in", templates)], fields))
            products |= {record["code"]: record["id"] for record in found}
    return products


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _template(item: ItemData, unit: int, category: int, products: dict[str, int]) -> Record:
    kind = "kit" if item.components else "service" if item.service else "goods"
    parts = [
        {"product": products[number], "quantity": Number(quantity), "unit": unit}
        for number, quantity in item.components.items()
    ]
    return {
        "name": item.name,
        "code": item.number,
        "type": kind,
        "default_uom": unit,
        "salable": True,
        "sale_uom": unit,
        "list_price": item.price,
        "account_category": category,
        "cost_price_method": "fixed",
        "products": [("create", [{"cost_price": (item.price / 2).quantize(Decimal("0.01"))}])],
        **({"components": [("create", parts)]} if parts else {}),
    }


def _warehouses(desk: Desk, data: Distributor, products: dict[str, int], today: date) -> None:
    """The first warehouse is the one that Tryton brings along; each gets its opening stock by an inventory."""
    fields = ("storage_location", "input_location", "output_location", "lost_found_location")
    given = desk.one("stock.location", [("type", "=", "warehouse")], *fields)
    for number, warehouse in enumerate(data.warehouses):
        if number == 0:
            desk.call("model.stock.location.write", [given["id"]], {"code": warehouse.code, "name": warehouse.name})
            storage = given["storage_location"]
        else:
            storage, arrivals, departures = desk.create(
                "stock.location",
                *(
                    {
                        "name": f"{warehouse.name} {kind}",
                        "code": f"{warehouse.code}-{kind}",
                        "type": "storage",
                    }
                    for kind in ("storage", "input", "output")
                ),
            )
            desk.create(
                "stock.location",
                {
                    "name": warehouse.name,
                    "code": warehouse.code,
                    "type": "warehouse",
                    "storage_location": storage,
                    "input_location": arrivals,
                    "output_location": departures,
                    "lost_found_location": given["lost_found_location"],
                },
            )
        _opening_stock(desk, storage, warehouse.code, data, products, today)


def _opening_stock(
    desk: Desk, location: int, code: str, data: Distributor, products: dict[str, int], today: date
) -> None:
    lines = [
        {"product": products[item.number], "quantity": Number(item.stock[code])}
        for item in data.items
        if item.stock.get(code)
    ]
    if not lines:
        return
    values = {"location": location, "date": today, "empty_quantity": "keep", "lines": [("create", lines)]}
    (inventory,) = desk.create("stock.inventory", {**values, "company": desk.client.context["company"]})
    desk.press("stock.inventory", "confirm", inventory)


def _customers(desk: Desk, data: Distributor, products: dict[str, int]) -> dict[str, int]:
    """Parties by customer number, each with its terms, prices, address and e-mail."""
    breaks = [
        {"sequence": n, "quantity": Number(quantity), "formula": f"unit_price * {factor}"}
        for n, (quantity, factor) in enumerate(data.breaks)
    ]
    trade = _price_list(desk, PRICE_LIST, [*breaks, {"formula": f"unit_price * {data.base_factor}"}])
    rule = _exemption(desk)
    terms = {name: desk.id("account.invoice.payment_term", ("name", "=", name)) for name in ("Net 30", "Prepaid")}
    country = desk.id("country.country", ("code", "=", "US"))
    parties: list[int] = []
    for some in _batches(data.customers):
        records = []
        for one in some:
            prices = trade if one.price_list else None
            if one.prices:
                contract = [{"product": products[item], "formula": str(price)} for item, price in one.prices.items()]
                prices = _price_list(desk, f"Contract {one.number}", [*contract, {"formula": "unit_price"}])
            records.append(_customer(one, terms["Prepaid" if one.prepaid else "Net 30"], prices, rule, country))
        parties += desk.create("party.party", *records)
    return dict(zip((one.number for one in data.customers), parties, strict=True))


def _price_list(desk: Desk, name: str, lines: Sequence[Record]) -> int:
    """The first line that matches item and quantity gives the price."""
    ordered = [{"sequence": n, **line} for n, line in enumerate(lines)]
    values = {"name": name, "price": "list_price", "unit": "product_default", "lines": [("create", ordered)]}
    return desk.create("product.price_list", values)[0]


def _exemption(desk: Desk) -> int:
    """A tax rule that leaves no tax."""
    lines = [("create", [{"origin_tax": desk.id("account.tax"), "tax": None}])]
    return desk.create("account.tax.rule", {"name": "Exempt", "kind": "sale", "lines": lines})[0]


def _customer(customer: CustomerData, term: int, price_list: int | None, rule: int, country: int) -> Record:
    where = customer.address
    address = {
        "party_name": where.company or where.name or None,
        "street": "\n".join(where.lines),
        "city": where.city,
        "postal_code": where.postal_code,
        "country": country,
        "delivery": True,
        "invoice": True,
    }
    mail = [("create", [{"type": "email", "value": customer.email}])] if customer.email else []
    return {
        "name": customer.name,
        "code": customer.number,
        "customer_payment_term": term,
        "sale_price_list": price_list,
        "customer_tax_rule": rule if customer.tax_exempt else None,
        "credit_limit_amount": customer.credit_limit,
        "contact_mechanisms": mail,
        "addresses": [("create", [address])],
    }


def _openings(desk: Desk, data: Distributor, parties: dict[str, int], accounts: dict[str, int], currency: int) -> None:
    """What customers owe at the start: one posted invoice each."""
    for customer in data.customers:
        if not customer.opening:
            continue
        party = parties[customer.number]
        owed = {"type": "line", "quantity": Number(Decimal(1)), "unit_price": customer.opening}
        (invoice,) = desk.create(
            "account.invoice",
            {
                "type": "out",
                "company": desk.client.context["company"],
                "party": party,
                "invoice_address": desk.one("party.party", [("id", "=", party)], "addresses")["addresses"][0],
                "account": accounts["receivable"],
                "journal": desk.id("account.journal", ("type", "=", "revenue")),
                "currency": currency,
                "payment_term": desk.id("account.invoice.payment_term", ("name", "=", "Net 30")),
                "description": "Opening balance",
                "lines": [("create", [{**owed, "account": accounts["revenue"], "description": "Opening balance"}])],
            },
        )
        desk.press("account.invoice", "post", invoice)


def _users(desk: Desk) -> None:
    company = desk.client.context["company"]
    for name, login, password, groups in (
        ("Integration", INTEGRATION, INTEGRATION_PASSWORD, _INTEGRATION_GROUPS),
        ("Counter clerk", CLERK, CLERK_PASSWORD, _CLERK_GROUPS),
    ):
        ids = [desk.id("res.group", ("name", "=", group)) for group in groups]
        desk.create(
            "res.user",
            {
                "name": name,
                "login": login,
                "password": password,
                "companies": [("add", [company])],
                "company": company,
                "groups": [("add", ids)],
            },
        )
