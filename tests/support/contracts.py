"""Checks of what travels against a contract's OpenAPI document, by an independent validator."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from crossdock.runtime.ports import Request, Response


class Contract:
    """An OpenAPI document that requests, answers and webhooks are held against."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._paths = {
            re.compile(re.sub(r"\{\w+\}", "[^/]+", path)): operations for path, operations in document["paths"].items()
        }

    def operation(self, request: Request) -> Mapping[str, Any]:
        path = urlsplit(request.url).path
        for pattern, operations in self._paths.items():
            if pattern.fullmatch(path) and request.method.lower() in operations:
                found: Mapping[str, Any] = operations[request.method.lower()]
                return found
        raise AssertionError(f"{request.method} {path} is not in the contract")

    def check(self, request: Request, response: Response) -> None:
        operation = self.operation(request)
        if request.body:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            self.fits(json.loads(request.body), schema)
        keys = {parameter["name"].lower() for parameter in operation["parameters"] if parameter["in"] == "header"}
        assert keys <= request.headers.keys(), f"{operation['operationId']} lacks {keys - request.headers.keys()}"
        if response.ok:
            schema = operation["responses"][str(response.status)]["content"]["application/json"]["schema"]
            self.fits(json.loads(response.body), schema)

    def check_webhook(self, request: Request) -> str:
        message = json.loads(request.body)
        post = self.document["webhooks"][message["type"]]["post"]
        self.fits(message, post["requestBody"]["content"]["application/json"]["schema"])
        return str(message["type"])

    def fits(self, value: Any, schema: Mapping[str, Any]) -> None:
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        whole["components"] = self.document["components"]
        errors: Iterable[Any] = Draft202012Validator(whole).iter_errors(value)
        assert not [f"{error.json_path}: {error.message}" for error in errors]
