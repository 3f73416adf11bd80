"""Versions of states, events and commands: what is older is upgraded, what is newer is left alone (promise 9)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from crossdock.model.codec import COMMANDS, EVENTS, decode_command, decode_event, encode
from crossdock.model.commands import Command
from crossdock.model.events import Event
from crossdock.processes.decision import Process, State

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""From the JSON of one version to the JSON of the next."""


class Newer(Exception):
    """Written by a newer program. This one must leave it where it is."""


class Versions:
    """The declared upgrades, by kind (`event`, `command`, `state`), name and the version they start from."""

    def __init__(self, upgrades: Mapping[tuple[str, str, int], Upgrade] | None = None) -> None:
        self._upgrades = dict(upgrades or {})
        self._states: dict[str, msgspec.json.Decoder[Any]] = {}

    def event(self, tag: str, body: bytes) -> Event:
        """The event of a type tag (`OrderPlaced`, `OrderPlaced/2`). Raises Newer, ValidationError or KeyError."""
        name, version = split(tag)
        kind = EVENTS.get(name)
        if kind is None or version > kind.VERSION:
            raise Newer(tag)
        return decode_event(name, self._lift("event", name, version, kind.VERSION, body))

    def command(self, name: str, version: int, body: bytes) -> Command:
        kind = COMMANDS.get(name)
        if kind is None or version > kind.VERSION:
            raise Newer(f"{name}/{version}")
        return decode_command(name, self._lift("command", name, version, kind.VERSION, body))

    def state(self, process: Process, version: int, body: bytes, document: bytes | None) -> State:
        """The state at rest, with its document put back in its place."""
        kind = process.state_type
        if version > kind.VERSION:
            raise Newer(f"{process.name}/{version}")
        if document and kind.DOCUMENT:
            comma = b"," if len(body) > 2 else b""
            body = body[:-1] + comma + b'"' + kind.DOCUMENT.encode() + b'":' + document + b"}"
        body = self._lift("state", process.name, version, kind.VERSION, body)
        decoder = self._states.get(process.name)
        if decoder is None:
            decoder = self._states[process.name] = msgspec.json.Decoder(kind)
        state: State = decoder.decode(body)
        return state

    def _lift(self, what: str, name: str, version: int, current: int, body: bytes) -> bytes:
        if version == current:
            return body
        fields = msgspec.json.decode(body)
        for step in range(version, current):
            upgrade = self._upgrades.get((what, name, step))
            if upgrade is None:
                raise Newer(f"no upgrade of {what} {name} from version {step}")
            fields = upgrade(fields)
        return encode(fields)


def tag(event: Event) -> str:
    """The type of an event with its version, as it travels."""
    kind = type(event)
    return kind.__name__ if kind.VERSION == 1 else f"{kind.__name__}/{kind.VERSION}"


def split(tagged: str) -> tuple[str, int]:
    """Name and version of a type tag."""
    name, slash, version = tagged.partition("/")
    return name, int(version) if slash else 1


def pack(state: State, known_document: object) -> tuple[bytes, bytes | None]:
    """A state as it is stored: without its document, and the document where it is another than the one known."""
    field = state.DOCUMENT
    if not field:
        return encode(state), None
    document = getattr(state, field)
    body = encode(msgspec.structs.replace(state, **{field: None}))
    return body, None if document is known_document else encode(document)
