"""The base of all facts."""

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    """Base of all facts. `VERSION` rises with every change of fields, and an upgrade comes with it."""

    VERSION: ClassVar[int] = 1
