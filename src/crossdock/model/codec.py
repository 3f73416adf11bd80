"""Events and commands as JSON and back. The `type` field names the class; its version travels beside it."""

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from crossdock.model.commands import Command
from crossdock.model.events import Event

T = TypeVar("T")

encode = msgspec.json.Encoder(decimal_format="string").encode


def _leaves(base: type[T]) -> Iterator[type[T]]:
    for subclass in base.__subclasses__():
        yield from _leaves(subclass)
        if subclass.__struct_config__.tag is not None:  # type: ignore[attr-defined]
            yield subclass


EVENTS: dict[str, type[Event]] = {kind.__name__: kind for kind in _leaves(Event)}
COMMANDS: dict[str, type[Command]] = {kind.__name__: kind for kind in _leaves(Command)}

_event_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind) for name, kind in EVENTS.items()
}
_command_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind) for name, kind in COMMANDS.items()
}


def decode_event(kind: str, body: bytes) -> Event:
    """The event of that type. Raises KeyError for an unknown type, msgspec.ValidationError for a body unlike it."""
    event: Event = _event_decoders[kind].decode(body)
    return event


def decode_command(kind: str, body: bytes) -> Command:
    """The command of that type; raises as decode_event does."""
    command: Command = _command_decoders[kind].decode(body)
    return command
