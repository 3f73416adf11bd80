"""How one partner writes documents, as a frozen value: what `partners/NAME.toml` says, read elsewhere.

Every field has a default that follows the commonest public guides; a profile names only what differs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from crossdock.model.base import Value
from crossdock.model.quantities import ONE
from crossdock.model.shipments import Milestone


class PriceBasis(Value, frozen=True):
    """What an X12 basis of unit price (element 639) means: a price for `per` units, in `unit` if that differs."""

    per: Decimal = ONE
    unit: str = ""
    source: Literal["list", "contract", "promotion", "manual", "channel"] = "channel"


PRICE_BASES = {
    **dict.fromkeys(("", "PE", "UM", "UP", "NT", "FX", "QT", "QE", "WE", "WH", "CP", "ES"), PriceBasis()),
    **dict.fromkeys(("CT", "TE", "CN"), PriceBasis(source="contract")),
    **dict.fromkeys(("CA", "LE"), PriceBasis(source="list")),
    "PR": PriceBasis(source="promotion"),
    "PN": PriceBasis(per=Decimal(10)),
    "HP": PriceBasis(per=Decimal(100)),
    "TP": PriceBasis(per=Decimal(1000)),
    "PP": PriceBasis(unit="LBR"),
}


ChargeKind = Literal["freight", "handling", "deposit", "other"]
CHARGES: dict[str, ChargeKind] = {
    **dict.fromkeys(("D240", "D250", "G821", "I260"), "freight"),
    **dict.fromkeys(("D500", "G830", "H090"), "handling"),
    "C930": "deposit",
}
"""SAC02 codes of charges by kind; the rest is `other`."""


class Items(Value, frozen=True):
    """Item numbers (element 235): the qualifiers under which our own stands, in order of preference.

    `cross_reference` gives our item for what the partner writes, keyed `qualifier:code`; it wins over all.
    `sent` are the qualifiers that we repeat in our answers, in order; empty repeats all of the order's.
    """

    ours: tuple[str, ...] = ("VN", "VP", "VA", "SK", "MG", "UP", "UK", "EN", "UA", "BP", "IN", "CB", "PI")
    cross_reference: dict[str, str] = {}
    sent: tuple[str, ...] = ()


class Dates(Value, frozen=True):
    """Date qualifiers (element 374) of an order, by what they mean to us, in order of preference."""

    requested: tuple[str, ...] = ("002", "074", "106", "010", "018")
    not_before: tuple[str, ...] = ("064", "037", "118")
    not_after: tuple[str, ...] = ("063", "038", "001", "061")


class AnswerCodes(Value, frozen=True):
    """Codes of an 855: BAK02 for the order, ACK01 for lines, per programme (retail, direct fulfilment, ...).

    The order's code: all `accepted`, some `changed`, all `rejected`. A line's code by what becomes of it.
    """

    purpose: str = "00"
    accepted: str = "AC"
    changed: str = "AC"
    rejected: str = "RJ"
    line_accepted: str = "IA"
    line_quantity: str = "IQ"
    line_price: str = "IP"
    line_date: str = "DR"
    line_backordered: str = "IB"
    line_rejected: str = "IR"
    line_substituted: str = "IS"
    reasons: dict[str, str] = {}
    """ACK01 by our reason of a rejection; wins over `line_rejected`."""
    date_qualifier: str = "068"
    """Of ACK04: 068 current schedule ship, 067 current schedule delivery."""


class ShipNotice(Value, frozen=True):
    """An 856: its levels from the top (S, O, T, P and I, each once), and how a package's SSCC is marked in MAN."""

    structure: str = "SOPI"
    structure_code: str = "0001"
    mark: str = "GM"
    with_ai: bool = True
    """GS1 application identifier 00 before the 18 digits."""
    packaging: str = "CTN25"
    ship_date: str = "011"


class Rule(Value, frozen=True):
    """One line of a partner's guide: `path` (`REF*DP`, `N1*ST`, `BEG04`, `REF*IA02`) in set `set_id` is required
    or forbidden. `any_of` limits an element's values."""

    set_id: str
    path: str
    use: Literal["required", "forbidden", "optional"] = "required"
    any_of: tuple[str, ...] = ()


MILESTONES: dict[str, Milestone] = {
    **dict.fromkeys(("XB", "AA", "AB", "X3", "X8", "L1", "CP", "S1", "BA"), "PRE_TRANSIT"),
    **dict.fromkeys(("AF", "AM", "CL"), "PICKED_UP"),
    **dict.fromkeys(("P1", "X4", "X5", "X6", "R1", "I1", "OA", "AR", "DP", "J1", "X1", "X2", "X9"), "IN_TRANSIT"),
    **dict.fromkeys(("K1", "CT", "CR", "CU"), "CUSTOMS"),
    **dict.fromkeys(("OD", "OO"), "OUT_FOR_DELIVERY"),
    **dict.fromkeys(("AV", "OF"), "READY_FOR_PICKUP"),
    **dict.fromkeys(("D1", "D9", "CD"), "DELIVERED"),
    **dict.fromkeys(("SD", "AJ", "D2"), "DELAYED"),
    **dict.fromkeys(("AH", "A4"), "ATTEMPTED"),
    **dict.fromkeys(("A7", "A9", "AP", "AQ", "S9", "NT"), "EXCEPTION"),
    **dict.fromkeys(("A3", "RD"), "RETURNING"),
    **dict.fromkeys(("CA",), "CANCELLED"),
}


class Profile(Value, frozen=True):
    """One partner's ways. Currency ISO 4217, time zone IANA; both hold where a document does not say its own."""

    partner: str
    channel: str = ""
    """Of orders; the partner's name where empty."""
    customer: str = ""
    """Our customer number for the partner: the sold-to."""
    customers: dict[str, str] = {}
    """Our customer numbers by the partner's codes of places, `qualifier:code`."""
    version: str = "004010"
    currency: str = "USD"
    time_zone: str = "UTC"
    delimiters: str = "*~>^"
    """Characters that text we send must not hold."""
    units: dict[str, str] = {}
    """X12 unit -> Rec 20/21, where it differs from the table."""
    default_unit: str = "EA"
    price_bases: dict[str, PriceBasis] = {}
    """By PO105, where it differs from `PRICE_BASES`."""
    items: Items = Items()
    dates: Dates = Dates()
    prepaid_terms: tuple[str, ...] = ("10",)
    """ITD01 codes that mean payment before release."""
    charges: dict[str, ChargeKind] = {}
    """Charges by SAC02, where they differ from `CHARGES`."""
    tax_charges: tuple[str, ...] = ("H650", "H660", "H670", "H680", "H700", "H730", "H740", "H750", "H770", "H850")
    """SAC02 codes that are taxes."""
    answer: AnswerCodes = AnswerCodes()
    ship_notice: ShipNotice = ShipNotice()
    our_ids: dict[str, str] = {}
    """Our own id at this partner by N1 role, as `qualifier:code`, such as SF -> `92:0001`."""
    our_name: str = ""
    warehouse_item: str = "VN"
    """W0104: the qualifier of our item number at a 3PL."""
    milestones: dict[str, Milestone] = {}
    """A carrier's status codes (elements 1650 and 1652), where they differ from `MILESTONES`."""
    deductions: dict[str, str] = {}
    """Adjustment codes (element 426) of this partner's payments, in words."""
    rules: tuple[Rule, ...] = ()

    def basis(self, code: str) -> PriceBasis | None:
        return self.price_bases.get(code) or PRICE_BASES.get(code)

    def charge(self, code: str) -> ChargeKind:
        return self.charges.get(code) or CHARGES.get(code, "other")

    def milestone(self, code: str) -> Milestone:
        return self.milestones.get(code) or MILESTONES.get(code, "UNKNOWN")

    @property
    def sells_through(self) -> str:
        return self.channel or self.partner
