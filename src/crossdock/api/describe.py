"""The OpenAPI 3.1 description, drawn from the routes themselves: each names its scope, its bodies and its answers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from crossdock.api.problems import MEDIA_TYPE
from crossdock.api.shapes import Problem
from crossdock.model.base import Value

_REF = "#/components/schemas/{name}"
_ALWAYS = {503: "The journal can't be written now; nothing was taken. Send it again after `Retry-After` seconds."}
_WITH_KEY = {
    401: "No key, or none that is known and has not expired.",
    403: "The key lacks the scope.",
    429: "The key asked more often than it may; `Retry-After` says how long to wait. Every answer to a key with a "
    "limit carries RateLimit headers.",
}


class Doc(Value, frozen=True):
    """One operation. `answers` are statuses that are no errors; `refusals` those that are. `body` is a type to send as
    JSON, or None; `raw` says that any body is taken as it comes."""

    id: str
    method: str
    path: str
    summary: str
    scope: str
    answers: Mapping[int, tuple[str, Any]]
    refusals: Mapping[int, str] = {}
    text: str = ""
    tag: str = "orders"
    body: Any = None
    raw: bool = False
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}


def document(version: str, docs: Sequence[Doc]) -> dict[str, Any]:
    """The whole description."""
    kinds = list(dict.fromkeys([Problem, *(kind for doc in docs for kind in _kinds(doc))]))
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    schema = dict(zip(kinds, schemas, strict=True))
    for doc in docs:
        if doc.body is not None:
            _amounts_as_numbers_too(schema[doc.body], components)
    paths: dict[str, dict[str, Any]] = {}
    for doc in docs:
        paths.setdefault(doc.path, {})[doc.method.lower()] = _operation(doc, schema)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Crossdock",
            "version": version,
            "description": "Orders and what becomes of them. Errors are RFC 9457 problems whose `detail` is one plain "
            "sentence. Whatever is answered 2xx is recorded and will be worked on.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "orders", "description": "Place orders, read them, change their course."},
            {"name": "exceptions", "description": "What people must decide."},
            {"name": "webhooks", "description": "What other systems send."},
            {"name": "health", "description": "Is it alive, is it ready, what can it do."},
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, `cdk_...`; `crossdock init` makes the first one. "
                    "Each operation names the scope that the key needs; `admin` has them all.",
                }
            },
            "schemas": dict(sorted(components.items())),
        },
    }


def _amounts_as_numbers_too(schema: dict[str, Any], components: dict[str, Any]) -> None:
    """What is sent to us may write an amount as a number; what we send is always a string."""
    if schema.get("format") == "decimal":
        schema["type"] = ["string", "number"]
    if "$ref" in schema:
        _amounts_as_numbers_too(components[schema["$ref"].rpartition("/")[2]], components)
    for part in ("properties", "items", "additionalProperties", "anyOf"):
        inner = schema.get(part)
        if isinstance(inner, dict):
            for each in inner.values() if part == "properties" else [inner]:
                _amounts_as_numbers_too(each, components)
        elif isinstance(inner, list):
            for each in inner:
                _amounts_as_numbers_too(each, components)


def _kinds(doc: Doc) -> Iterable[Any]:
    kinds = [doc.body, *(kind for _, kind in doc.answers.values())]
    return [kind for kind in kinds if kind is not None]


def _operation(doc: Doc, schema: Mapping[Any, Any]) -> dict[str, Any]:
    public = doc.scope == "public"
    operation: dict[str, Any] = {
        "operationId": doc.id,
        "summary": doc.summary,
        "tags": [doc.tag],
        "security": [] if public else [{"key": [doc.scope]}],
        "responses": _responses(doc, public, schema),
    }
    if doc.text:
        operation["description"] = doc.text
    if parameters := _parameters(doc):
        operation["parameters"] = parameters
    if doc.body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema[doc.body]}}}
    if doc.raw:
        operation["requestBody"] = {"required": True, "content": {"*/*": {"schema": {}}}}
    return operation


def _responses(doc: Doc, public: bool, schema: Mapping[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, (text, kind) in doc.answers.items():
        found[str(status)] = {"description": text}
        if kind is not None:
            found[str(status)]["content"] = {"application/json": {"schema": schema[kind]}}
    refusals = {**({} if public else _WITH_KEY), **doc.refusals, **_ALWAYS}
    for status, text in sorted(refusals.items()):
        if str(status) not in found:
            found[str(status)] = {"description": text, "content": {MEDIA_TYPE: {"schema": schema[Problem]}}}
    return found


def _parameters(doc: Doc) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", doc.path)
    ]
    found += [
        {"name": name, "in": "query", "required": False, "description": text, "schema": {"type": "string"}}
        for name, text in doc.query.items()
    ]
    found += [
        {
            "name": name,
            "in": "header",
            "required": name == "Idempotency-Key",
            "description": text,
            "schema": {"type": "string"},
        }
        for name, text in doc.headers.items()
    ]
    return found
