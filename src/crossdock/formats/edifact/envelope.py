"""What service segments must say: mandatory elements, counts and references that agree.

Source: ISO 9735, UNB, UNG, UNH and their trailers. Every finding is (code, element, component, sentence, severity).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crossdock.formats.edifact.charset import character_set
from crossdock.formats.edifact.errors import Code, Severity
from crossdock.formats.edifact.segments import Segment


class Finding(NamedTuple):
    """A problem of one service segment, before its place in the file is known."""

    code: Code
    element: int
    component: int
    text: str
    severity: Severity = Severity.ERROR


_UNB_MANDATORY = (
    (1, 1, "syntax identifier"),
    (1, 2, "syntax version"),
    (2, 1, "sender"),
    (3, 1, "recipient"),
    (4, 1, "date of preparation"),
    (4, 2, "time of preparation"),
    (5, 1, "interchange control reference"),
)
_UNG_MANDATORY = ((5, 1, "group reference"),)
_UNH_MANDATORY = (
    (1, 1, "message reference"),
    (2, 1, "message type"),
    (2, 2, "message version"),
    (2, 3, "message release"),
    (2, 4, "controlling agency"),
)


def check_unb(header: Segment) -> Iterator[Finding]:
    yield from _missing(header, _UNB_MANDATORY, Code.UNB_ELEMENT)
    identifier, version = header.get(1), header.get(1, 2)
    if identifier and character_set(identifier) is None:
        said = f"The character set {identifier!r} is none of the standard's; text is read as it stands"
        yield Finding(Code.CHARACTER_SET, 1, 1, said, Severity.WARNING)
    if version and version not in ("1", "2", "3", "4"):
        yield Finding(
            Code.SYNTAX_VERSION,
            1,
            2,
            f"The syntax version {version!r} is none of 1 to 4",
        )


def check_ung(header: Segment) -> Iterator[Finding]:
    yield from _missing(header, _UNG_MANDATORY, Code.UNG_ELEMENT)


def check_unh(header: Segment) -> Iterator[Finding]:
    yield from _missing(header, _UNH_MANDATORY, Code.UNH_ELEMENT)


def _missing(header: Segment, mandatory: tuple[tuple[int, int, str], ...], code: Code) -> Iterator[Finding]:
    for element, component, name in mandatory:
        if not header.get(element, component):
            yield Finding(code, element, component, f"{header.tag} has no {name}")


def check_trailer(
    trailer: Segment,
    reference: str,
    counted: int,
    counts: str,
    codes: tuple[Code, Code],
) -> Iterator[Finding]:
    """Whether a trailer (UNT, UNE, UNZ) gives the counted number of `counts` and its header's reference."""
    count_code, control_code = codes
    given = trailer.get(1)
    if not given:
        yield Finding(
            count_code,
            1,
            0,
            f"{trailer.tag} gives no count, and there are {counted} {counts}",
        )
    elif not (given.isascii() and given.isdigit() and len(given) < 19):
        yield Finding(
            count_code,
            1,
            0,
            f"{trailer.tag} gives {given[:40]!r} as count, which is no number",
        )
    elif int(given) != counted:
        yield Finding(
            count_code,
            1,
            0,
            f"{trailer.tag} counts {int(given)} {counts}, and there are {counted}",
        )
    closing = trailer.get(2)
    if closing != reference:
        said = f"{trailer.tag} closes with the reference {closing[:40]!r}, and its header gives {reference[:40]!r}"
        yield Finding(control_code, 2, 0, said)
