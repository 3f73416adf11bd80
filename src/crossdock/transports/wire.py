"""Types of fields that JSON contracts share. Numbers travel as decimal strings: a JSON number would become a
float."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

Count = Annotated[
    str,
    Meta(
        pattern=r"^\d{1,12}(\.\d{1,6})?$",
        description="A quantity that is not negative, as a decimal string.",
    ),
]
Change = Annotated[
    str,
    Meta(
        pattern=r"^-?\d{1,12}(\.\d{1,6})?$",
        description="A difference of quantities, as a decimal string.",
    ),
]
Amount = Annotated[
    str,
    Meta(
        pattern=r"^-?\d{1,15}(\.\d{1,6})?$",
        description="An amount of money, as a decimal string.",
    ),
]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217 code.")]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339, with its offset.")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


def text(number: Decimal) -> str:
    """A decimal as contracts have it: no exponent."""
    return f"{number:f}"
