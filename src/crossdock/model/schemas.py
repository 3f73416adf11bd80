"""The JSON Schemas (2020-12) of business objects, events and commands, generated into `schemas/`.

`python -m crossdock.model.schemas` writes them; `--check` says what is not current, and refuses a change that old
journals could not be read with unless the type's VERSION rose.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from crossdock.model.codec import COMMANDS, EVENTS
from crossdock.model.invoices import CreditNote, Invoice
from crossdock.model.items import Item
from crossdock.model.orders import SalesOrder
from crossdock.model.parties import Party
from crossdock.model.shipments import FulfillmentOrder, Shipment, TrackingEvent

OBJECTS: tuple[type[Any], ...] = (
    SalesOrder,
    Item,
    Party,
    FulfillmentOrder,
    Shipment,
    TrackingEvent,
    Invoice,
    CreditNote,
)

Schema = dict[str, Any]


def schemas() -> dict[str, Schema]:
    """Every schema by its path under `schemas/`."""
    found: dict[str, Schema] = {}
    for folder, kinds in (
        ("objects", {kind.__name__: kind for kind in OBJECTS}),
        ("events", EVENTS),
        ("commands", COMMANDS),
    ):
        for name, kind in sorted(kinds.items()):
            found[f"{folder}/{name}.json"] = _schema(name, kind)
    return found


def _schema(name: str, kind: type[Any]) -> Schema:
    schema = msgspec.json.schema(kind, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "version": getattr(kind, "VERSION", 1),
        **schema,
    }


def text(schema: Schema) -> str:
    return json.dumps(schema, indent=1, sort_keys=True) + "\n"


def breaks(old: Schema, new: Schema) -> list[str]:
    """Why JSON that fits `old` may not be readable as `new`: each a path and a reason. Empty where it always is."""
    reasons: list[str] = []
    old_definitions, new_definitions = old.get("$defs", {}), new.get("$defs", {})
    for name, definition in sorted(old_definitions.items()):
        if name in new_definitions:
            reasons += _breaks(name, definition, new_definitions[name])
    reasons += _breaks("$", old, new)
    return reasons


def _breaks(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    reasons = [
        f"{path}: {name} is required now"
        for name in sorted(set(new.get("required", [])) - set(old.get("required", [])))
    ]
    gone = set(old.get("properties", {})) - set(new.get("properties", {}))
    reasons += [f"{path}.{name}: is gone, and what it held would be dropped" for name in sorted(gone)]
    for name, before in sorted(old.get("properties", {}).items()):
        after = new.get("properties", {}).get(name)
        if after is not None:
            reasons += _narrowed(f"{path}.{name}", before, after)
    return reasons


def _narrowed(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    reasons = []
    for word in ("type", "$ref", "format"):
        if word in new and old.get(word) != new.get(word):
            reasons.append(f"{path}: {word} was {old.get(word)}, is {new.get(word)}")
    missing = [value for value in old.get("enum", []) if "enum" in new and value not in new["enum"]]
    reasons += [f"{path}: {value!r} is no longer allowed" for value in missing]
    if "anyOf" in old and "anyOf" in new:
        kept = [json.dumps(option, sort_keys=True) for option in new["anyOf"]]
        lost = [option for option in old["anyOf"] if json.dumps(option, sort_keys=True) not in kept]
        reasons += [f"{path}: no longer allows {option}" for option in lost]
    elif "anyOf" in old:
        reasons.append(f"{path}: no longer allows all of {old['anyOf']}")
    return reasons


def check(folder: Path) -> list[str]:
    """What keeps the committed schemas from being current and compatible, in sentences."""
    complaints: list[str] = []
    current = schemas()
    for path, schema in current.items():
        file = folder / path
        if not file.exists():
            complaints.append(f"schemas/{path} is missing; run python -m crossdock.model.schemas")
            continue
        old = json.loads(file.read_text())
        if old.get("version") == schema["version"]:
            complaints += [
                f"schemas/{path}: {reason}; raise VERSION and add an upgrade" for reason in breaks(old, schema)
            ]
        if file.read_text() != text(schema):
            complaints.append(f"schemas/{path} is not current; run python -m crossdock.model.schemas")
    known = {str(file.relative_to(folder)) for file in folder.rglob("*.json")}
    complaints += [f"schemas/{path} describes nothing any more; remove it" for path in sorted(known - set(current))]
    return complaints


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="say what is not current, and write nothing")
    parser.add_argument("--folder", type=Path, default=Path("schemas"))
    options = parser.parse_args(arguments)
    if options.check:
        complaints = check(options.folder)
        for complaint in complaints:
            sys.stderr.write(complaint + "\n")
        return 1 if complaints else 0
    for path, schema in schemas().items():
        file = options.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text(schema))
    return 0


if __name__ == "__main__":
    sys.exit(main())
