"""N1 loops (N1, N2, N3, N4, PER, REF) <-> parties, both directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.source import Row
from crossdock.model.identifiers import Identifier
from crossdock.model.parties import Address, Parties, Party

ISSUERS = {"UL": "GLN", "1": "DUNS", "9": "DUNS+4", "2": "SCAC", "FI": "EIN"}
"""Who issues a code by its qualifier (element 66); the partner itself for the rest."""

SOLD_TO, BILL_TO, SHIP_TO, PAYER = ("SO", "BY", "OB", "CN"), ("BT", "II"), ("ST", "DA"), ("PR", "PE")
"""N101 codes of an order's four roles, in order of preference. A consignee buys only where no buyer is named."""

COUNTRIES = {"USA": "US", "CAN": "CA", "MEX": "MX", "GBR": "GB", "DEU": "DE", "FRA": "FR", "CHN": "CN"}

PARTY_TAGS = frozenset({"N2", "N3", "N4", "PER", "REF"})


@dataclass(slots=True)
class NamedParty:
    """One N1 loop: its role (N101), the qualifier and code of the place, and the party."""

    role: str
    qualifier: str
    code: str
    party: Party
    rows: list[Row] = field(default_factory=list)
    used: bool = False
    """Whether the party has one of the order's roles; else its segments are what is left of it."""

    def told(self) -> list[str]:
        """Role, name, qualifier and code, for `ext`; the loop of a party without a role is kept there whole."""
        if not self.used:
            for row in self.rows:
                row.keep()
        return [self.role, self.party.name, self.qualifier, self.code]

    @property
    def place(self) -> str:
        return f"{self.qualifier}:{self.code}"


def read_party(rows: Sequence[Row], profile: Profile) -> NamedParty:
    """The party of an N1 row and the rows of its loop."""
    head = rows[0]
    role, name, qualifier, code = head.at(1), head.at(2), head.at(3), head.at(4)
    names, streets = [], []
    city = region = postal = country = phone = mail = ""
    for row in rows[1:]:
        tag = row.segment[0]
        if tag == "N2":
            names += [text for text in (row.at(1), row.at(2)) if text]
        elif tag == "N3":
            streets += [text for text in (row.at(1), row.at(2)) if text]
        elif tag == "N4" and not city:
            city, region, postal, country = row.at(1), row.at(2), row.at(3), row.at(4)
        elif tag == "PER":
            phone, mail = _reach(row, phone, mail)
    country = COUNTRIES.get(country, country)
    address = None
    if streets or city or postal:
        address = Address(
            tuple(streets), city, postal, region, country, name=name, company=" ".join(names), phone=phone
        )
    identifiers: tuple[Identifier, ...] = ()
    if code:
        identifiers = (Identifier("customer", code, ISSUERS.get(qualifier, profile.partner)),)
    if not address and names:
        name = " ".join((name, *names)).strip()
    number = profile.customers.get(f"{qualifier}:{code}", "")
    party = Party(name, number, mail, phone, address=address, identifiers=identifiers)
    return NamedParty(role, qualifier, code, party, list(rows))


def _reach(row: Row, phone: str, mail: str) -> tuple[str, str]:
    """The first telephone and e-mail of a PER; other kinds stay with the segment."""
    for at in (3, 5, 7):
        kind = row.peek(at)
        if kind == "TE" and not phone:
            phone = row.at(at + 1)
            row.at(at)
        elif kind == "EM" and not mail:
            mail = row.at(at + 1)
            row.at(at)
    return phone, mail


def order_parties(named: Sequence[NamedParty], profile: Profile) -> Parties:
    """The roles of an order; the sold-to carries our customer number for the partner."""

    def role(codes: tuple[str, ...]) -> Party | None:
        for code in codes:
            for one in named:
                if one.role == code:
                    one.used = True
                    return one.party
        return None

    sold = role(SOLD_TO) or Party(profile.partner)
    if not sold.number and profile.customer:
        sold = Party(
            sold.name, profile.customer, sold.email, sold.phone, address=sold.address, identifiers=sold.identifiers
        )
    return Parties(sold, role(BILL_TO), role(SHIP_TO), role(PAYER))


def write_party(role: str, party: Party, profile: Profile) -> list[list[str]]:
    """The N1 loop of a party under `role`, with the code by which the partner knows the place."""
    qualifier, code = _code(party, profile)
    ours = profile.our_ids.get(role, "")
    if ours:
        qualifier, _, code = ours.partition(":")
    address = party.address
    name = party.name or (address.name if address else "")
    if not name and not code:
        return []
    loop = [["N1", role, name[:60], qualifier if code else "", code]]
    if address is None:
        return loop
    if address.company and address.company != name:
        loop.append(["N2", address.company[:60]])
    streets = [line[:55] for line in address.lines if line]
    for at in range(0, min(len(streets), 4), 2):
        loop.append(["N3", *streets[at : at + 2]])
    if address.city or address.postal_code:
        region = address.region if len(address.region) == 2 else ""
        loop.append(["N4", address.city[:30], region, address.postal_code[:15], address.country[:3]])
    return loop


def _code(party: Party, profile: Profile) -> tuple[str, str]:
    for number in party.identifiers:
        if number.scheme == "customer":
            for place in profile.customers:
                if place.partition(":")[2] == number.value:
                    return place.partition(":")[0], number.value
            standard = {issuer: qualifier for qualifier, issuer in ISSUERS.items()}
            return standard.get(number.issuer, "92"), number.value
    return "", ""
