"""Business numbers. A number means something only with who issued it: two shops both have #1001."""

from datetime import datetime
from typing import Literal

from crossdock.model.base import Value

Scheme = Literal[
    "order",
    "customer_po",
    "sale",
    "purchase_order",
    "fulfillment",
    "shipment",
    "tracking",
    "invoice",
    "credit_note",
    "payment",
    "return",
    "sscc",
    "control_number",
    "customer",
    "item",
    "external",
]


class Identifier(Value, frozen=True):
    """A typed number: its scheme, its value, the system or partner that issued it, and when it holds."""

    scheme: Scheme
    value: str
    issuer: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}" + (f" ({self.issuer})" if self.issuer else "")
