"""From the systems an estate declares to connectors: which class, with which settings and secrets."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from crossdock.connectors import shopify
from crossdock.connectors.rest_carrier import connector as rest_carrier
from crossdock.connectors.rest_erp import connector as rest_erp
from crossdock.connectors.rest_wms import connector as rest_wms
from crossdock.connectors.tryton import connector as tryton
from crossdock.estate.model import Estate, System
from crossdock.estate.parse import EstateError
from crossdock.runtime.connector import Connector


class Kind(NamedTuple):
    """A kind of system: its settings' type, and what makes a connector of them."""

    settings: type[Any]
    make: Callable[[Any], Connector]


KINDS: Mapping[str, Kind] = {
    "rest_carrier": Kind(rest_carrier.Settings, rest_carrier.RestCarrier),
    "rest_erp": Kind(rest_erp.Settings, rest_erp.RestErp),
    "rest_wms": Kind(rest_wms.Settings, rest_wms.RestWms),
    "shopify": Kind(shopify.Settings, shopify.Shopify),
    "tryton": Kind(tryton.Settings, tryton.Tryton),
}


def make_connectors(estate: Estate, environment: Mapping[str, str] | None = None) -> dict[str, Connector]:
    """A connector for each declared system. Raises EstateError for the first that can't be made."""
    return {name: make_connector(system, environment) for name, system in sorted(estate.systems.items())}


def make_connector(system: System, environment: Mapping[str, str] | None = None) -> Connector:
    kind = KINDS.get(system.kind)
    if kind is None:
        known = ", ".join(KINDS)
        raise EstateError(
            f"estate.toml: systems.{system.name}.kind: no connector is called {system.kind}; known are {known}"
        )
    fields: dict[str, Any] = {
        "system": system.name,
        "url": system.url,
        "timeout": system.limits.timeout.total_seconds(),
        **system.settings,
    }
    for name, reference in system.secrets.items():
        value = _secret(system.name, name, reference, os.environ if environment is None else environment)
        if name == "webhook":
            # Several while one is rotated, separated by white space.
            fields["secrets"] = value.split()
        else:
            fields[name] = value
    unknown = sorted(set(fields) - set(kind.settings.__struct_fields__))
    if unknown:
        raise EstateError(f"estate.toml: systems.{system.name}: {system.kind} knows no setting {unknown[0]}")
    try:
        settings = msgspec.convert(fields, kind.settings, strict=False)
    except msgspec.ValidationError as error:
        raise EstateError(f"estate.toml: systems.{system.name}: {error}") from error
    try:
        return kind.make(settings)
    except ValueError as error:
        raise EstateError(f"estate.toml: systems.{system.name}: {error}") from error


def _secret(system: str, name: str, reference: str, environment: Mapping[str, str]) -> str:
    """A secret by its reference; never its value in the file."""
    where = f"estate.toml: systems.{system}.secrets.{name}"
    kind, _, place = reference.partition(":")
    if kind == "env":
        value = environment.get(place)
        if not value:
            raise EstateError(f"{where}: the environment variable {place} is not set; set it to the secret")
        return value
    if kind == "file":
        try:
            return Path(place).expanduser().read_text().strip()
        except OSError as error:
            raise EstateError(f"{where}: the file {place} can't be read: {error.strerror}") from error
    raise EstateError(f"{where}: write env:NAME or file:PATH, not the secret itself")
