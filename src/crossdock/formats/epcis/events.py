"""EPCIS events: JSON objects to structures and back. What no field names is kept in `ext`.

Source: GS1 EPCIS 2.0, sections 7.4 (event types) and 10 (JSON and JSON-LD bindings).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

import msgspec

Json: TypeAlias = dict[str, Any]


class EpcisRefusedError(ValueError):
    """A document that is not read, with the reason in one sentence."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a document that could be read; `path` is in its own words, such as
    `eventList[2].eventTime`."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class QuantityElement(msgspec.Struct, frozen=True, kw_only=True):
    """Some quantity of a class of things; `uom` is a UN/ECE Rec 20 code, empty for a count of pieces."""

    epc_class: str
    quantity: Decimal | None = None
    uom: str = ""
    ext: Json = {}


class BizTransaction(msgspec.Struct, frozen=True, kw_only=True):
    type: str = ""
    biz_transaction: str
    ext: Json = {}


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of sourceList or destinationList."""

    type: str
    id: str
    ext: Json = {}


class ErrorDeclaration(msgspec.Struct, frozen=True, kw_only=True):
    """Says that an earlier event was wrong, and which events correct it."""

    declaration_time: str
    reason: str = ""
    corrective_event_ids: tuple[str, ...] = ()
    ext: Json = {}


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event of any type; fields that its type does not have are empty. Times are as written (ISO 8601 with
    zone); `event_time_zone_offset` is the local one. Places are identifiers. `ext` holds everything else of the
    object, such as sensor reports, `ilmd`, and the extensions of others."""

    type: str
    event_time: str = ""
    event_time_zone_offset: str = ""
    event_id: str = ""
    record_time: str = ""
    action: str = ""
    biz_step: str = ""
    disposition: str = ""
    read_point: str = ""
    biz_location: str = ""
    epc_list: tuple[str, ...] = ()
    quantity_list: tuple[QuantityElement, ...] = ()
    parent_id: str = ""
    child_epcs: tuple[str, ...] = ()
    child_quantity_list: tuple[QuantityElement, ...] = ()
    input_epc_list: tuple[str, ...] = ()
    input_quantity_list: tuple[QuantityElement, ...] = ()
    output_epc_list: tuple[str, ...] = ()
    output_quantity_list: tuple[QuantityElement, ...] = ()
    transformation_id: str = ""
    biz_transaction_list: tuple[BizTransaction, ...] = ()
    source_list: tuple[Party, ...] = ()
    destination_list: tuple[Party, ...] = ()
    error_declaration: ErrorDeclaration | None = None
    ext: Json = {}


_TEXTS = {
    "event_time": "eventTime",
    "event_time_zone_offset": "eventTimeZoneOffset",
    "event_id": "eventID",
    "record_time": "recordTime",
    "action": "action",
    "biz_step": "bizStep",
    "disposition": "disposition",
    "parent_id": "parentID",
    "transformation_id": "transformationID",
}
_LISTS = {
    "epc_list": "epcList",
    "child_epcs": "childEPCs",
    "input_epc_list": "inputEPCList",
    "output_epc_list": "outputEPCList",
}
_QUANTITIES = {
    "quantity_list": "quantityList",
    "child_quantity_list": "childQuantityList",
    "input_quantity_list": "inputQuantityList",
    "output_quantity_list": "outputQuantityList",
}
_PLACES = {"read_point": "readPoint", "biz_location": "bizLocation"}
_PARTIES = {"source_list": ("sourceList", "source"), "destination_list": ("destinationList", "destination")}
_ACTIONS = ("ADD", "OBSERVE", "DELETE")
_TYPES = ("ObjectEvent", "AggregationEvent", "TransactionEvent", "TransformationEvent", "AssociationEvent")


def read_event(data: Json, path: str, problems: list[Problem]) -> Event:
    """An event from its JSON object. What has the wrong form stays in `ext`, and is named in `problems`."""
    left = dict(data)
    values: dict[str, Any] = {}
    for field, name in _TEXTS.items():
        _take(left, name, field, values, _is_text, path, problems)
    for field, name in _LISTS.items():
        _take(left, name, field, values, _is_texts, path, problems)
    for field, name in _PLACES.items():
        if name in left and _is_place(left[name]):
            values[field] = left.pop(name)["id"]
    for field, name in _QUANTITIES.items():
        _take_entries(left, name, field, values, _quantity, path, problems)
    _take_entries(left, "bizTransactionList", "biz_transaction_list", values, _transaction, path, problems)
    for field, (name, key) in _PARTIES.items():
        _take_entries(left, name, field, values, lambda entry, key=key: _party(entry, key), path, problems)
    _take_declaration(left, values)
    kind = left.pop("type") if _is_text(left.get("type")) else left.get("isA", "")
    event = Event(type=kind if isinstance(kind, str) else "", ext=left, **values)
    _check(event, path, problems)
    return event


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(each, str) for each in value)


def _is_place(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"id"} and _is_text(value["id"])


def _take(
    left: Json, name: str, field: str, values: dict[str, Any], fits: Any, path: str, problems: list[Problem]
) -> None:
    if name not in left:
        return
    if fits(left[name]):
        value = left.pop(name)
        values[field] = tuple(value) if isinstance(value, list) else value
    elif left[name] != [] and left[name] != "":
        problems.append(Problem(f"{path}.{name}", "it is not of the form that the standard gives it"))


def _take_entries(
    left: Json, name: str, field: str, values: dict[str, Any], read: Any, path: str, problems: list[Problem]
) -> None:
    if name not in left or left[name] == []:
        return
    given = left[name]
    entries = [read(entry) for entry in given] if isinstance(given, list) else [None]
    if None in entries:
        problems.append(Problem(f"{path}.{name}", "it is not of the form that the standard gives it"))
        return
    values[field] = tuple(entries)
    del left[name]


def _quantity(entry: Any) -> QuantityElement | None:
    if not isinstance(entry, dict) or not _is_text(entry.get("epcClass")):
        return None
    rest = {name: value for name, value in entry.items() if name not in ("epcClass", "quantity", "uom")}
    quantity, uom = entry.get("quantity"), entry.get("uom", "")
    is_number = isinstance(quantity, int | Decimal) and not isinstance(quantity, bool)
    if not isinstance(uom, str) or ("quantity" in entry and not is_number) or ("uom" in entry and not uom):
        return None
    number = Decimal(quantity) if is_number and quantity is not None else None
    return QuantityElement(epc_class=entry["epcClass"], quantity=number, uom=uom, ext=rest)


def _transaction(entry: Any) -> BizTransaction | None:
    if not isinstance(entry, dict) or not _is_text(entry.get("bizTransaction")):
        return None
    if "type" in entry and not _is_text(entry["type"]):
        return None
    rest = {name: value for name, value in entry.items() if name not in ("type", "bizTransaction")}
    return BizTransaction(type=entry.get("type", ""), biz_transaction=entry["bizTransaction"], ext=rest)


def _party(entry: Any, key: str) -> Party | None:
    if not isinstance(entry, dict) or not _is_text(entry.get(key)) or not _is_text(entry.get("type")):
        return None
    rest = {name: value for name, value in entry.items() if name not in ("type", key)}
    return Party(type=entry["type"], id=entry[key], ext=rest)


def _take_declaration(left: Json, values: dict[str, Any]) -> None:
    given = left.get("errorDeclaration")
    if not isinstance(given, dict) or not _is_text(given.get("declarationTime")):
        return
    rest = dict(given)
    texts = {"declaration_time": rest.pop("declarationTime")}
    if _is_text(rest.get("reason")):
        texts["reason"] = rest.pop("reason")
    corrective = tuple(rest.pop("correctiveEventIDs")) if _is_texts(rest.get("correctiveEventIDs")) else ()
    values["error_declaration"] = ErrorDeclaration(**texts, corrective_event_ids=corrective, ext=rest)
    del left["errorDeclaration"]


def _check(event: Event, path: str, problems: list[Problem]) -> None:
    if not event.type:
        problems.append(Problem(f"{path}.type", "the event has no type"))
    for field in ("event_time", "event_time_zone_offset"):
        if not getattr(event, field):
            problems.append(Problem(f"{path}.{_TEXTS[field]}", "it is mandatory and missing"))
    if event.type in _TYPES and event.type != "TransformationEvent" and event.action not in _ACTIONS:
        problems.append(Problem(f"{path}.action", f"{event.action!r} is none of ADD, OBSERVE and DELETE"))


def event_to_json(event: Event) -> Json:
    """The JSON object of an event: its fields, then whatever else it held."""
    data: Json = {"type": event.type} if event.type and event.ext.get("isA") != event.type else {}
    for field, name in {**_TEXTS, **_LISTS}.items():
        value = getattr(event, field)
        if value:
            data[name] = list(value) if isinstance(value, tuple) else value
    for field, name in _PLACES.items():
        if getattr(event, field):
            data[name] = {"id": getattr(event, field)}
    for field, name in _QUANTITIES.items():
        if getattr(event, field):
            data[name] = [_quantity_to_json(each) for each in getattr(event, field)]
    if event.biz_transaction_list:
        data["bizTransactionList"] = [
            {**({"type": each.type} if each.type else {}), "bizTransaction": each.biz_transaction, **each.ext}
            for each in event.biz_transaction_list
        ]
    for field, (name, key) in _PARTIES.items():
        if getattr(event, field):
            data[name] = [{"type": each.type, key: each.id, **each.ext} for each in getattr(event, field)]
    if event.error_declaration is not None:
        data["errorDeclaration"] = _declaration_to_json(event.error_declaration)
    return {**data, **event.ext}


def _quantity_to_json(element: QuantityElement) -> Json:
    data: Json = {"epcClass": element.epc_class}
    if element.quantity is not None:
        data["quantity"] = element.quantity
    if element.uom:
        data["uom"] = element.uom
    return {**data, **element.ext}


def _declaration_to_json(declaration: ErrorDeclaration) -> Json:
    data: Json = {"declarationTime": declaration.declaration_time}
    if declaration.reason:
        data["reason"] = declaration.reason
    if declaration.corrective_event_ids:
        data["correctiveEventIDs"] = list(declaration.corrective_event_ids)
    return {**data, **declaration.ext}
