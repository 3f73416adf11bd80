"""The OpenAPI description is valid, covers every route, and what is sent fits it."""

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from crossdock.api.application import ROUTES, describe
from tests.support.contracts import Contract
from tests.support.running import Running, order

DOCUMENT = json.loads(json.dumps(describe()))
CONTRACT = Contract(DOCUMENT)


def test_it_is_a_valid_document_and_is_served(hub: Running) -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []
    answer = hub.get("/openapi.json", key=None)
    assert answer.status == 200
    assert answer.json == DOCUMENT
    assert DOCUMENT["openapi"].startswith("3.1")


def test_every_route_is_described_and_names_its_scope(hub: Running) -> None:
    served = {
        (method.lower(), doc.path)
        for route in ROUTES
        for method in route.http_methods
        for doc in route.opt["docs"]
        if doc.method == method.lower()
    }
    described = {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert served | {("get", "/openapi.json")} == described
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            if path.startswith("/process"):
                assert operation["security"][0]["key"][0].partition(":")[0] in ("orders", "exceptions")
                assert {"401", "403"} <= operation["responses"].keys()


def fits(value: Any, method: str, path: str, status: str) -> None:
    schema = DOCUMENT["paths"][path][method]["responses"][status]["content"]
    (media,) = schema.values()
    CONTRACT.fits(value, media["schema"])


def test_what_is_answered_fits_the_description(hub: Running) -> None:
    orders, one = "/process/v1/orders", "/process/v1/orders/{key}"
    fits(hub.place(order("D-1"), "d1").json, "post", orders, "201")
    fits(hub.place(order("D-2", item="NOPE"), "d2").json, "post", orders, "202")
    fits(hub.place({}, "d3").json, "post", orders, "422")
    fits(hub.place(order("D-4"), "d4", key=None).json, "post", orders, "401")
    hub.until("api/D-1", "closed")
    fits(hub.get(f"{orders}/api/D-1").json, "get", one, "200")
    fits(hub.get(f"{orders}/api/D-2").json, "get", one, "200")
    fits(hub.get(f"{orders}/api/D-2/timeline").json, "get", f"{one}/timeline", "200")
    fits(hub.get(orders).json, "get", orders, "200")
    fits(hub.get("/process/v1/search?number=D-1").json, "get", "/process/v1/search", "200")
    fits(hub.get("/process/v1/exceptions").json, "get", "/process/v1/exceptions", "200")
    fits(hub.get("/readyz").json, "get", "/readyz", "200")


@pytest.mark.parametrize("body", [order("D-1"), order("D-1", freight="1.50", note="x")])
def test_what_is_taken_fits_the_description(body: Any) -> None:
    schema = DOCUMENT["paths"]["/process/v1/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    CONTRACT.fits(body, schema)
    body["lines"][0]["quantity"] = 1.5
    CONTRACT.fits(body, schema)
    with pytest.raises(AssertionError):
        CONTRACT.fits({**body, "number": "A@1"}, schema)
