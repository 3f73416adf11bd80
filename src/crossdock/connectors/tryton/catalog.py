"""What the connector looks up in Tryton before it can speak of it: warehouses, items, customers, addresses, taxes."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from crossdock.connectors.tryton.client import Record, TrytonClient
from crossdock.connectors.tryton.mapping import Unfit, addressee, same_address
from crossdock.connectors.tryton.records import Customer, Part, Product, Tax, Warehouse, linked
from crossdock.connectors.tryton.settings import Settings
from crossdock.model.base import Value
from crossdock.model.parties import Address
from crossdock.model.quantities import ZERO
from crossdock.runtime.ports import Exchange


class Fixtures(Value, frozen=True):
    """What hardly ever changes: read once, and again when something is missing from it."""

    company: int
    user: int
    currencies: dict[str, int]
    warehouses: dict[str, Warehouse]
    taxes: dict[int, Tax]


class Catalog:
    """Answers about records by the numbers that people use."""

    def __init__(self, client: TrytonClient, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._fixtures: Fixtures | None = None

    def fixtures(self, again: bool = False) -> Exchange[Fixtures]:
        """The company's fixed records; sets the client's context on first use."""
        if self._fixtures is None or again:
            self._fixtures = yield from self._read_fixtures()
        return self._fixtures

    def _read_fixtures(self) -> Exchange[Fixtures]:
        client = self._client
        preferences = yield from client.call("model.res.user.get_preferences", True)
        company = preferences.get("company")
        if not company:
            raise Unfit(f"the user of {self._settings.system} belongs to no company in Tryton")
        client.context = {"company": company, "language": preferences.get("language") or "en"}
        currencies = yield from client.search_read("currency.currency", [], ["code"])
        fields = ("code", "name", "storage_location", "output_location")
        warehouses = yield from client.search_read("stock.location", [("type", "=", "warehouse")], fields)
        taxes = yield from client.search_read("account.tax", [], ("type", "rate", "amount", "parent"))
        return Fixtures(
            company=company,
            user=client.user_id or 0,
            currencies={record["code"]: record["id"] for record in currencies},
            warehouses={record["code"] or record["name"]: _warehouse(record) for record in warehouses},
            taxes={record["id"]: _tax(record) for record in taxes},
        )

    def warehouse(self, node: str = "") -> Exchange[Warehouse]:
        """The warehouse of one of our nodes; without a node, the one that sales stand in. Raises Unfit."""
        nodes = self._settings.nodes
        code = nodes.get(node, node) if node else self._settings.warehouse or next(iter(nodes.values()), "")
        fixtures = yield from self.fixtures()
        if code and code not in fixtures.warehouses:
            fixtures = yield from self.fixtures(again=True)
        if not code and fixtures.warehouses:
            return next(iter(fixtures.warehouses.values()))
        if code not in fixtures.warehouses:
            raise Unfit(f"Tryton has no warehouse {code}")
        return fixtures.warehouses[code]

    def currency(self, code: str) -> Exchange[int]:
        fixtures = yield from self.fixtures()
        if code not in fixtures.currencies:
            fixtures = yield from self.fixtures(again=True)
        if code not in fixtures.currencies:
            raise Unfit(f"Tryton has no currency {code}")
        return fixtures.currencies[code]

    # --- items -------------------------------------------------------------------------------------------------------

    def products(self, numbers: Iterable[str] | None) -> Exchange[dict[str, Product]]:
        """Items by number, as far as Tryton has them; None asks for all that it sells."""
        yield from self.fixtures()
        domain = [("salable", "=", True)] if numbers is None else [("code", "in", list(numbers))]
        records = yield from self._client.search_read(
            "product.product",
            domain,
            (
                "code",
                "name",
                "type",
                "salable",
                "default_uom",
                "default_uom.symbol",
                "account_category.customer_taxes",
                "template",
            ),
        )
        parts: dict[int, list[Part]] = {}
        kits = [record["id"] for record in records if record["type"] == "kit"]
        if kits:
            templates = [record["template"] for record in records if record["type"] == "kit"]
            parts = yield from self._parts(kits, templates)
        return {record["code"]: _product(record, parts) for record in records if record["code"]}

    def _parts(self, kits: list[int], templates: list[int]) -> Exchange[dict[int, list[Part]]]:
        """Components by product (its own), and by negative template id (those of all its variants)."""
        domain = ["OR", ("parent_product", "in", kits), ("parent_template", "in", templates)]
        fields = ("parent_product", "parent_template", "product.code", "quantity", "fixed")
        found: dict[int, list[Part]] = {}
        for record in (yield from self._client.search_read("product.component", domain, fields)):
            part = Part(linked(record, "product")["code"] or "", Decimal(record["quantity"]), bool(record["fixed"]))
            owner = record["parent_product"] or -record["parent_template"]
            found.setdefault(owner, []).append(part)
        return found

    # --- customers ---------------------------------------------------------------------------------------------------

    def customer(self, number: str, email: str = "") -> Exchange[Customer | None]:
        """A customer by its number, or where that is not said by its e-mail address; None where there is none."""
        yield from self.fixtures()
        if not (number or email):
            return None
        domain = [("code", "=", number)] if number else [("contact_mechanisms.value", "=", email)]
        fields = ("code", "name", "addresses", "customer_payment_term", "customer_payment_term.name")
        found = yield from self._client.search_read(
            "party.party", domain, (*fields, "sale_price_list", "customer_tax_rule"), 2
        )
        if len(found) != 1:
            return None
        (record,) = found
        return Customer(
            id=record["id"],
            number=record["code"],
            name=record["name"] or "",
            addresses=tuple(record["addresses"]),
            term=record["customer_payment_term"],
            term_name=linked(record, "customer_payment_term").get("name") or "",
            price_list=record["sale_price_list"],
            tax_rule=record["customer_tax_rule"],
        )

    def address(self, customer: Customer, address: Address | None) -> Exchange[int | None]:
        """The customer's address that says the same, entered where it has none; without one, its first."""
        if address is None or not (address.lines or address.city):
            return customer.addresses[0] if customer.addresses else None
        fields = ("street", "city", "postal_code", "country.code", "party_name")
        domain = [("party", "=", customer.id), ("postal_code", "=", address.postal_code or None)]
        for record in (yield from self._client.search_read("party.address", domain, fields)):
            if same_address(record, address):
                return int(record["id"])
        country = yield from self._country(address.country)
        (made,) = yield from self._client.create(
            "party.address",
            {
                "party": customer.id,
                "party_name": addressee(address) or None,
                "street": "\n".join(address.lines) or None,
                "city": address.city or None,
                "postal_code": address.postal_code or None,
                "country": country,
                "delivery": True,
            },
        )
        return made

    def _country(self, code: str) -> Exchange[int | None]:
        if not code:
            return None
        found = yield from self._client.search_read("country.country", [("code", "=", code)], ["code"], 1)
        return int(found[0]["id"]) if found else None

    def taxes(self, customer: Customer, product: Product) -> Exchange[tuple[int, ...]]:
        """The taxes on an item for a customer: the item's, replaced as the customer's tax rule says."""
        if customer.tax_rule is None or not product.taxes:
            return product.taxes
        fields = ("origin_tax", "tax", "keep_origin", "sequence")
        lines = yield from self._client.search_read(
            "account.tax.rule.line", [("rule", "=", customer.tax_rule)], fields, None, [("sequence", "ASC")]
        )
        return _replaced(product.taxes, lines)


def _replaced(taxes: tuple[int, ...], rules: list[Record]) -> tuple[int, ...]:
    """The first rule line for a tax replaces it, by nothing where it names none."""
    replaced: list[int] = []
    for tax in taxes:
        rule: Mapping[str, object] | None = next((line for line in rules if line["origin_tax"] in (None, tax)), None)
        if rule is None or rule["keep_origin"]:
            replaced.append(tax)
        if rule is not None and isinstance(rule["tax"], int):
            replaced.append(rule["tax"])
    return tuple(replaced)


def _warehouse(record: Record) -> Warehouse:
    code = record["code"] or record["name"]
    return Warehouse(record["id"], code, record["storage_location"], record["output_location"])


def _tax(record: Record) -> Tax:
    percentage = record["type"] == "percentage"
    fixed = record["type"] == "fixed"
    return Tax(
        id=record["id"],
        rate=record["rate"] or ZERO if percentage else ZERO,
        amount=record["amount"] or ZERO if fixed else ZERO,
        parent=record["parent"],
    )


def _product(record: Record, parts: Mapping[int, list[Part]]) -> Product:
    taxes = linked(record, "account_category").get("customer_taxes") or ()
    own = parts.get(record["id"]) or parts.get(-record["template"]) or ()
    return Product(
        id=record["id"],
        number=record["code"],
        name=record["name"] or "",
        kind=record["type"],
        unit=record["default_uom"],
        unit_symbol=linked(record, "default_uom").get("symbol") or "",
        salable=bool(record["salable"]),
        taxes=tuple(taxes),
        parts=tuple(own),
    )
