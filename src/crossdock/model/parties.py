"""Who buys, who pays, who receives, and which legal entity sells."""

from crossdock.model.base import Value
from crossdock.model.identifiers import Identifier


class Address(Value, frozen=True):
    """A postal address; country is ISO 3166-1 alpha-2, region its ISO 3166-2 part."""

    lines: tuple[str, ...] = ()
    city: str = ""
    postal_code: str = ""
    region: str = ""
    country: str = ""
    name: str = ""
    company: str = ""
    phone: str = ""


class Party(Value, frozen=True):
    """A company or person. `number` is the owner's customer number; a guest has none and is still known."""

    name: str = ""
    number: str = ""
    email: str = ""
    phone: str = ""
    guest: bool = False
    tax_exempt: bool = False
    address: Address | None = None
    parent: str = ""
    identifiers: tuple[Identifier, ...] = ()


class Parties(Value, frozen=True):
    """The four roles of an order. Left out, bill-to and ship-to are the sold-to, and the payer the bill-to."""

    sold_to: Party
    bill_to: Party | None = None
    ship_to: Party | None = None
    payer: Party | None = None

    @property
    def billed(self) -> Party:
        return self.bill_to or self.sold_to

    @property
    def shipped(self) -> Party:
        return self.ship_to or self.sold_to

    @property
    def paying(self) -> Party:
        return self.payer or self.billed


class LegalEntity(Value, frozen=True):
    """The company of ours that sells and invoices."""

    code: str
    name: str
    currency: str
    country: str = ""
    tax_number: str = ""
