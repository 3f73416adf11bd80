"""Who buys and where it goes. A customer of the shop is known by its id there; the ERP's number comes with the order.

The ERP's customer number is read from, in this order: the note attribute `customer_number`; a tag of the customer,
`customer-number:C-100`; the B2B company's `external_id`. An order without a customer is a guest's.
"""

from crossdock.connectors.shopify.policies import attributes, tags
from crossdock.connectors.shopify.source import Source
from crossdock.model.identifiers import Identifier
from crossdock.model.parties import Address, Parties, Party


def parties(order: Source, channel: str) -> Parties:
    """Sold-to from the customer, bill-to and ship-to from the order's addresses."""
    billing = order.part("billing_address")
    shipping = order.part("shipping_address")
    fallback = _person(billing) or _person(shipping)
    customer = order.part("customer")
    sold_to = _customer(order, customer, channel, fallback) if customer else _guest(order, fallback)
    return Parties(sold_to, _receiver(billing), _receiver(shipping))


def _customer(order: Source, customer: Source, channel: str, fallback: str) -> Party:
    id = customer.take_text("id")
    name = " ".join(filter(None, (customer.take_text("first_name"), customer.take_text("last_name"))))
    email = order.take_first("email", "contact_email") or customer.take_text("email")
    phone = order.take_text("phone") or customer.take_text("phone")
    return Party(
        name=name or fallback or email,
        number=_number(order, customer),
        email=email,
        phone=phone,
        tax_exempt=customer.see_flag("tax_exempt"),
        address=address(customer.part("default_address")),
        identifiers=(Identifier("customer", id, channel),) if id else (),
    )


def _guest(order: Source, name: str) -> Party:
    email = order.take_first("email", "contact_email")
    phone = order.take_text("phone")
    number = attributes(order).get("customer-number", "")
    return Party(name=name or email, number=number, email=email, phone=phone, guest=not number)


def _number(order: Source, customer: Source) -> str:
    given = attributes(order).get("customer-number") or tags(customer).get("customer-number")
    return given or order.part("company").see_text("external_id")


def _receiver(source: Source) -> Party | None:
    """A party of an address. None where the order has none: the role then falls back."""
    if not source:
        return None
    phone = source.see_text("phone")
    found = address(source)
    return Party(name=found.name or found.company, phone=phone, address=found) if found else None


def _person(source: Source) -> str:
    return source.see_text("name") or " ".join(
        filter(None, (source.see_text("first_name"), source.see_text("last_name")))
    )


def address(source: Source) -> Address | None:
    """Takes an address. Its country is a code; a name that is no code stays in `ext`."""
    if not source:
        return None
    name = source.take_text("name")
    if not name:
        name = " ".join(filter(None, (source.take_text("first_name"), source.take_text("last_name"))))
    country = source.see_text("country_code")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        source.unfit("country_code", f"must be two letters of ISO 3166-1, is {country[:40]!r}")
        country = ""
    elif country:
        country = source.take_text("country_code").upper()
    return Address(
        lines=tuple(filter(None, (source.take_text("address1"), source.take_text("address2")))),
        city=source.take_text("city"),
        postal_code=source.take_text("zip"),
        region=source.take_text("province_code") or source.take_text("province"),
        country=country,
        name=name,
        company=source.take_text("company"),
        phone=source.take_text("phone"),
    )
