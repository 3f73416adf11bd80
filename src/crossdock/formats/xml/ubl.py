"""UBL 2.x and Peppol BIS documents: bytes to structures and back, without loss."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from crossdock.formats.xml.binding import read_struct, write_struct
from crossdock.formats.xml.parser import Limits, Problem, Problems, Severity, XmlRefusedError, read_xml, write_xml
from crossdock.formats.xml.ubl_documents import (
    Catalogue,
    CreditNote,
    DespatchAdvice,
    Document,
    Invoice,
    Order,
    OrderResponse,
    ReceiptAdvice,
)
from crossdock.formats.xml.ubl_parts import CAC, CBC

_PREFIX = "urn:oasis:names:specification:ubl:schema:xsd:"
_KINDS: dict[str, type[Document]] = {
    "Order": Order,
    "OrderResponse": OrderResponse,
    "OrderResponseSimple": OrderResponse,
    "DespatchAdvice": DespatchAdvice,
    "ReceiptAdvice": ReceiptAdvice,
    "Invoice": Invoice,
    "CreditNote": CreditNote,
    "Catalogue": Catalogue,
}


@dataclass(frozen=True, slots=True)
class UblReading:
    """A UBL document, the name of its root element, and what is wrong with it."""

    kind: str
    document: Document
    problems: tuple[Problem, ...] = ()


def read_ubl(data: bytes, limits: Limits | None = None) -> UblReading:
    """A UBL document. Kinds that have no structure here are read as `Document`, all but their head kept as it stands.

    Raises `XmlRefusedError` for what is no UBL, and for dangerous XML.
    """
    root = read_xml(data, limits)
    name = etree.QName(root)
    if name.namespace != namespace_of(name.localname):
        raise XmlRefusedError(f"The document is no UBL 2: its root element is {name.text[:200]!r}")
    kind = _KINDS.get(name.localname, Document)
    problems = Problems()
    document = read_struct(kind, root, f"/{name.localname}", problems)
    if kind is Document:
        said = "documents of this kind have no structure here; what they hold is kept as it stands"
        problems.append(Problem(f"/{name.localname}", said, severity=Severity.WARNING))
    for field, element in (("id", "ID"), ("issue_date", "IssueDate")):
        if getattr(document, field, "") is None:
            problems.append(Problem(f"/{name.localname}/{element}", "it is mandatory and missing"))
    return UblReading(name.localname, document, problems.all(f"/{name.localname}"))


def namespace_of(kind: str) -> str:
    """The namespace of a document's root element."""
    return f"{_PREFIX}{kind}-2"


def write_ubl(document: Document, kind: str = "") -> bytes:
    """The bytes of a document; `kind` is the root element where it is not the name of the structure
    (OrderResponseSimple). Raises `XmlWriteError` for text that XML cannot carry."""
    kind = kind or type(document).__name__
    namespace = namespace_of(kind)
    return write_xml(write_struct(document, f"{{{namespace}}}{kind}", {None: namespace, "cac": CAC, "cbc": CBC}))
