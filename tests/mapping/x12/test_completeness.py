"""Every element of a document in the corpus is found again in what it became: in a field or in `ext`."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec

from crossdock.formats.x12 import read_transactions
from crossdock.mapping.profile import Items, Profile
from crossdock.mapping.units import X12_TO_UNECE
from crossdock.mapping.x12.order_change import read_order_change
from crossdock.mapping.x12.parties import COUNTRIES
from crossdock.mapping.x12.purchase_order import read_purchase_order
from crossdock.mapping.x12.remittance import read_remittance
from crossdock.mapping.x12.shipment_status import read_shipment_status
from crossdock.mapping.x12.source import as_date
from crossdock.mapping.x12.warehouse_advice import read_warehouse_advice

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROFILE = Profile("P", items=Items((*Items().ours, "ST")))
READERS: dict[str, Any] = {
    "214": read_shipment_status,
    "820": read_remittance,
    "850": lambda transaction, profile: read_purchase_order(transaction, profile, NOW),
    "860": read_order_change,
    "945": read_warehouse_advice,
}
STRUCTURE = {
    "LX": (1,),
    "N1": (1,),
    "AT7": (5, 6, 7),
    "CTT": (1, 2),
    "AMT": (1,),
    "POC": (2,),
    "W03": (1,),
    "PID": (1,),
}
"""Elements that only say which part stands where, are checked, or are kept as a moment or a choice of field."""


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in leaves(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in leaves(one)]
    return [str(value)]


def is_kept(element: str, said: set[str], text: str, numbers: set[Decimal]) -> bool:
    if element in said or element in text or X12_TO_UNECE.get(element) in said or COUNTRIES.get(element) in said:
        return True
    day = as_date(element)
    if day is not None and day.isoformat() in text:
        return True
    try:
        return Decimal(element) in numbers
    except InvalidOperation:
        return False


def decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def test_every_element_of_a_document_reaches_a_field_or_ext(corpus: Path) -> None:
    lost, checked = [], 0
    for file in sorted(path for set_id in READERS for path in (corpus / set_id).iterdir()):
        data = file.read_bytes().replace(b"\\n", b"\n")
        for transaction in read_transactions([data]):
            reader = READERS.get(transaction.set_id)
            found = reader(transaction, PROFILE) if reader else None
            if found is None or found.value is None:
                continue
            said = set(leaves(msgspec.to_builtins(found.value)))
            text = "\n".join(said)
            numbers = {number for number in map(decimal, said) if number is not None and number.is_finite()}
            for number, segment in enumerate(transaction.segments[1:-1], 2):
                for at, element in enumerate(segment[1:], 1):
                    element = element.strip()
                    if not element or at in STRUCTURE.get(segment[0], ()):
                        continue
                    checked += 1
                    if not is_kept(element, said, text, numbers):
                        lost.append(f"{file.name} segment {number} {segment[0]}{at:02d} '{element}'")
    assert lost == []
    assert checked > 1000
