"""EDIFACT character sets (syntax identifier, data element 0001): which bytes they allow and how they are decoded.

Source: ISO 9735 (syntax 3 and 4), section on character repertoires. Partners write the wrong identifier so often that
decoding looks at the bytes first: what is valid UTF-8 beyond ASCII is read as UTF-8, and the difference is reported.
"""

from __future__ import annotations

from dataclasses import dataclass

_LEVEL_A = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,-()/=+:?'!\"%&*;<>"
_PRINTABLE = bytes(range(0x20, 0x7F))
_HIGH = bytes(range(0xA0, 0x100))
_ALL_HIGH = bytes(range(0x80, 0x100))


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """One repertoire: `allowed` is every byte that may stand in data, `codec` the Python codec that reads it."""

    name: str
    codec: str
    allowed: bytes


def _latin(name: str, codec: str) -> CharacterSet:
    return CharacterSet(name, codec, _PRINTABLE + _HIGH)


_SETS = {
    each.name: each
    for each in (
        CharacterSet("UNOA", "ascii", _LEVEL_A),
        CharacterSet("UNOB", "ascii", _PRINTABLE),
        _latin("UNOC", "iso8859-1"),
        _latin("UNOD", "iso8859-2"),
        _latin("UNOE", "iso8859-5"),
        _latin("UNOF", "iso8859-7"),
        _latin("UNOG", "iso8859-3"),
        _latin("UNOH", "iso8859-4"),
        _latin("UNOI", "iso8859-6"),
        _latin("UNOJ", "iso8859-8"),
        _latin("UNOK", "iso8859-9"),
        _latin("UNOL", "iso8859-15"),
        CharacterSet("UNOW", "utf-8", _PRINTABLE + _ALL_HIGH),
        CharacterSet("UNOX", "iso8859-1", _PRINTABLE + _ALL_HIGH + b"\x1b"),
        CharacterSet("UNOY", "utf-8", _PRINTABLE + _ALL_HIGH),
        CharacterSet("KECA", "euc_kr", _PRINTABLE + _ALL_HIGH),
    )
}

UNKNOWN = CharacterSet("", "iso8859-1", _PRINTABLE + _ALL_HIGH)
"""What is taken for an identifier that no standard names: nothing is lost, and nothing is called invalid."""


def character_set(identifier: str) -> CharacterSet | None:
    """The repertoire of a syntax identifier such as `UNOC`, or None when it is none of the standard's."""
    return _SETS.get(identifier.upper())


def codec_for(raw: bytes, declared: CharacterSet) -> tuple[str, bool]:
    """The codec that reads these bytes without loss, and whether it is what the character set says."""
    if raw.isascii():
        return "ascii", True
    if declared.codec == "utf-8" or not _decodes(raw, "utf-8"):
        if declared.codec != "ascii" and _decodes(raw, declared.codec):
            return declared.codec, True
        return "iso8859-1", False
    return "utf-8", False


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
