"""OpenAPI 3.1 documents out of the values that a contract sends and receives, so that neither drifts from the
other."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from crossdock.model.base import Value
from crossdock.transports.rest import ProblemDetails

_REF = "#/components/schemas/{name}"
_PROBLEM = "application/problem+json"
_REFUSALS = {
    "4XX": "Refused, and would be again: `detail` says why in one sentence, `code` in one word.",
    "429": "Too many requests. Nothing was done; `Retry-After` says when to come back.",
    "503": "Not now. Nothing was done; `Retry-After` may say when to come back.",
}


class Operation(Value, frozen=True):
    """One request: its path with `{parts}`, bodies, query parameters (name to description), and whether it
    wants a key."""

    id: str
    method: str
    path: str
    summary: str
    answer: Any
    body: Any = None
    status: int = 200
    query: dict[str, str] = {}
    required: tuple[str, ...] = ()
    key: str = ""


def document(
    title: str, version: str, text: str, operations: Sequence[Operation], webhooks: Mapping[str, Any]
) -> dict[str, Any]:
    """The whole document. `webhooks` maps each type of message to the value it carries as `data`."""
    bodies = [kind for one in operations for kind in (one.body, one.answer) if kind is not None]
    kinds = list(dict.fromkeys([*bodies, *webhooks.values(), ProblemDetails]))
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_REF)
    schema = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schema)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": text},
        "security": [{"token": []}],
        "paths": paths,
        "webhooks": {type: _webhook(type, schema[kind]) for type, kind in webhooks.items()},
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(components.items())),
        },
    }


def _operation(one: Operation, schema: Mapping[Any, Any]) -> dict[str, Any]:
    names = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
    ]
    parameters += [
        {
            "name": name,
            "in": "query",
            "required": name in one.required,
            "description": text,
            "schema": {"type": "string"},
        }
        for name, text in one.query.items()
    ]
    if one.key:
        text = {"description": one.key, "schema": {"type": "string"}}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": True, **text})
    responses: dict[str, Any] = {
        str(one.status): {
            "description": "Done.",
            "content": {"application/json": {"schema": schema[one.answer]}},
        }
    }
    problem = {"content": {_PROBLEM: {"schema": schema[ProblemDetails]}}}
    responses |= {status: {"description": text, **problem} for status, text in _REFUSALS.items()}
    described = {
        "operationId": one.id,
        "summary": one.summary,
        "parameters": parameters,
        "responses": responses,
    }
    if one.body is not None:
        content = {"application/json": {"schema": schema[one.body]}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _webhook(type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    message = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": type},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened there."},
            "data": data,
        },
    }
    headers = {
        "webhook-id": "One for each message, the same on each attempt to send it.",
        "webhook-timestamp": "When this attempt was sent: whole seconds since 1970 UTC.",
        "webhook-signature": "`v1,<base64>` of HMAC-SHA256 over `id.timestamp.body`; several, apart by a space.",
    }
    parameters = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in headers.items()
    ]
    return {
        "post": {
            "parameters": parameters,
            "requestBody": {"required": True, "content": {"application/json": {"schema": message}}},
            "responses": {"2XX": {"description": "Taken for good; anything else is sent again."}},
        }
    }
