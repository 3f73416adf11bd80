"""The committed OpenAPI documents: valid, current, and what the connectors and simulated systems really say."""

from importlib import import_module
from pathlib import Path

import msgspec
import pytest
from openapi_spec_validator import validate

SYSTEMS = ("rest_erp", "rest_wms", "rest_carrier")


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_committed_document_is_valid_openapi(name: str) -> None:
    module = import_module(f"crossdock.connectors.{name}.openapi")
    validate(msgspec.json.decode(Path(module.__file__ or "").with_name("openapi.json").read_bytes()))


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_committed_document_says_what_the_connector_reads_and_writes(name: str) -> None:
    """After a change: `Path(...).write_bytes(msgspec.json.format(msgspec.json.encode(contract())) + b"\\n")`."""
    module = import_module(f"crossdock.connectors.{name}.openapi")
    committed = Path(module.__file__ or "").with_name("openapi.json").read_bytes()
    assert committed == msgspec.json.format(msgspec.json.encode(module.contract()), indent=2) + b"\n"
