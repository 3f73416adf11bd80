"""A reader of XML from strangers: no entities, no DTD, no network, bounded size, depth and number of elements.

What it refuses, it refuses with one sentence (`XmlRefusedError`); nothing else is raised for bad input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from lxml import etree


class XmlRefusedError(ValueError):
    """A document that is not read, with the reason in one sentence."""


class XmlWriteError(ValueError):
    """A value that XML cannot carry, such as a control character: our fault, not the partner's."""


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    """Odd, but the meaning is certain; what it concerns is kept as it stands."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a document that could be read. `path` names the place in the document's own words,
    such as `/cXML/Request/OrderRequest/ItemOut[2]/@quantity`."""

    path: str
    text: str
    value: str = ""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


class Problems:
    """Problems up to a limit; beyond it they are only counted."""

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._found: list[Problem] = []
        self._more = 0

    def append(self, problem: Problem) -> None:
        if len(self._found) < self._limit:
            self._found.append(problem)
        else:
            self._more += 1

    def all(self, root: str) -> tuple[Problem, ...]:
        """What was found, and how much more there was; `root` is the path of the whole document."""
        if not self._more:
            return tuple(self._found)
        return (*self._found, Problem(root, f"there are {self._more} more problems"))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may be at most. The tree in memory is some ten times as large as the text."""

    max_bytes: int = 20_000_000
    max_depth: int = 100
    max_elements: int = 1_000_000


_ENTITY = re.compile(rb"<\0?!\0?E\0?N\0?T\0?I\0?T\0?Y\0?\s")


def read_xml(data: bytes, limits: Limits | None = None) -> etree._Element:
    """The root element of a document. Raises `XmlRefusedError`."""
    limits = limits or Limits()
    if len(data) > limits.max_bytes:
        raise XmlRefusedError(f"The document has {len(data)} bytes, and {limits.max_bytes} are the limit")
    if not data.strip():
        raise XmlRefusedError("The document is empty")
    if _ENTITY.search(data):
        raise XmlRefusedError("The document declares entities, which are refused since they can be bombs")
    try:
        root = etree.fromstring(data.lstrip(b" \t\r\n"), safe_parser())
    except etree.XMLSyntaxError as error:
        reason = " ".join((error.msg or "it is damaged").split())
        raise XmlRefusedError(f"The document is no well-formed XML: {reason}") from None
    except etree.LxmlError as error:
        raise XmlRefusedError(f"The document cannot be read as XML: {' '.join(str(error).split())}") from None
    _check(root, limits)
    return root


def safe_parser() -> etree.XMLParser:
    """A parser that resolves, fetches and expands nothing."""
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        no_network=True,
        huge_tree=False,
        recover=False,
    )


def _check(root: etree._Element, limits: Limits) -> None:
    depth = count = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        count += 1
        if depth > limits.max_depth:
            raise XmlRefusedError(f"The document nests deeper than {limits.max_depth} elements")
        if count > limits.max_elements:
            raise XmlRefusedError(f"The document has more than {limits.max_elements} elements")
        if len(element.attrib) > 1000:
            raise XmlRefusedError("An element has more than 1000 attributes")
    entity = next(iter(root.iter(etree.Entity)), None)
    if entity is not None:
        raise XmlRefusedError(f"The document uses the entity {entity.text}, which it does not define")


def doctype_of(root: etree._Element) -> str:
    """The address of the document's DTD, or an empty text. It is never fetched."""
    return getattr(root.getroottree().docinfo, "system_url", None) or ""


def write_xml(root: etree._Element, doctype: str = "") -> bytes:
    """The document as UTF-8, with its DOCTYPE where it has one. Raises `XmlWriteError`."""
    declared = ""
    if doctype:
        if '"' in doctype or ">" in doctype:
            raise XmlWriteError("The address of the DTD holds a character that it cannot hold")
        declared = f'<!DOCTYPE {root.tag} SYSTEM "{doctype}">'
    text = etree.tostring(root, encoding="unicode", doctype=declared) if declared else _plain(root)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{text}".encode()


def _plain(root: etree._Element) -> str:
    return etree.tostring(root, encoding="unicode")
