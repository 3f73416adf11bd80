"""The one base of all canonical values: frozen, compared by value, small on the wire."""

from typing import TypeVar

import msgspec

V = TypeVar("V", bound=msgspec.Struct)


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """An immutable value. Fields that keep their default are left out of JSON."""


def change(value: V, **fields: object) -> V:
    """The same value with some fields replaced."""
    return msgspec.structs.replace(value, **fields)
