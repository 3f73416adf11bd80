"""Documents found in the wild, mapped and held field by field against what a person read in them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crossdock.formats.x12 import Transaction, read_transactions
from crossdock.mapping.problems import Mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.advice import read_application_advice
from crossdock.mapping.x12.order_change import read_order_change
from crossdock.mapping.x12.purchase_order import read_purchase_order
from crossdock.mapping.x12.remittance import read_remittance
from crossdock.mapping.x12.shipment_status import read_shipment_status
from crossdock.mapping.x12.tender import read_tender_answer
from crossdock.mapping.x12.warehouse_advice import read_warehouse_advice

RECEIVED = datetime(2026, 1, 1, tzinfo=UTC)
LABELS = Path(__file__).parent / "labels"

READERS: dict[str, Callable[[Transaction, Profile], Mapped[Any]]] = {
    "214": read_shipment_status,
    "945": read_warehouse_advice,
    "824": read_application_advice,
    "990": read_tender_answer,
    "820": read_remittance,
    "860": read_order_change,
    "850": lambda transaction, profile: read_purchase_order(transaction, profile, RECEIVED),
}


def labelled() -> list[Any]:
    found = []
    for file in sorted(LABELS.glob("*.toml")):
        for document in tomllib.loads(file.read_text())["document"]:
            name = f"{document['file']}#{document.get('nth', 0)}"
            found.append(pytest.param(file.stem, document, id=name))
    return found


def field(value: Any, path: str) -> str:
    for name in path.split("."):
        key: Any = int(name) if name.isdigit() else name
        value = value[key] if isinstance(value, dict | list | tuple) else getattr(value, name)
    return str(value)


@pytest.mark.parametrize(("set_id", "document"), labelled())
def test_a_document_of_the_corpus_says_what_a_person_reads_in_it(
    corpus: Path, set_id: str, document: dict[str, Any]
) -> None:
    data = (corpus / document["file"]).read_bytes().replace(b"\\n", b"\n")
    sets = [one for one in read_transactions([data]) if one.set_id == set_id]
    transaction = sets[document.get("nth", 0)]
    profile = msgspec.convert({"partner": "P", **document.get("profile", {})}, Profile)
    found = READERS[set_id](transaction, profile)
    assert [str(problem) for problem in found.errors] == []
    said = {path: field(found.value, path) for path in document["fields"]}
    assert said == document["fields"]
