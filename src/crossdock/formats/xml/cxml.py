"""cXML documents: bytes to structures and back, without loss."""

from __future__ import annotations

from dataclasses import dataclass

from crossdock.formats.xml.binding import read_struct, write_struct
from crossdock.formats.xml.cxml_documents import CXML
from crossdock.formats.xml.parser import Limits, Problem, Problems, XmlRefusedError, doctype_of, read_xml, write_xml

_KINDS = ("request", "message", "response")


@dataclass(frozen=True, slots=True)
class CxmlReading:
    """A cXML document, the address of its DTD (never fetched), and what is wrong with it."""

    document: CXML
    doctype: str
    problems: tuple[Problem, ...] = ()

    @property
    def kind(self) -> str:
        """The element that the document is about, such as `OrderRequest` or `PunchOutOrderMessage`; empty where a
        response only carries a status."""
        for name in _KINDS:
            part = getattr(self.document, name)
            if part is None:
                continue
            for field in part.__struct_fields__:
                value = getattr(part, field)
                if field not in ("rest", "status") and value is not None and not isinstance(value, str):
                    return type(value).__name__
            return _kept_kind(part.rest.kept[0].xml) if part.rest and part.rest.kept else ""
        return ""


def _kept_kind(xml: str) -> str:
    return xml.lstrip("<").replace("/", " ").replace(">", " ").split()[0] if xml.startswith("<") else ""


def read_cxml(data: bytes, limits: Limits | None = None) -> CxmlReading:
    """A cXML document. Raises `XmlRefusedError` where it is no XML, dangerous, or no cXML."""
    root = read_xml(data, limits)
    if root.tag != "cXML":
        raise XmlRefusedError(f"The document is no cXML: its root element is {root.tag!r}")
    problems = Problems()
    document = read_struct(CXML, root, "/cXML", problems)
    if not document.payload_id:
        problems.append(Problem("/cXML/@payloadID", "the document has no payloadID"))
    if document.header is None and document.response is None:
        problems.append(Problem("/cXML/Header", "the document has no header"))
    return CxmlReading(document, doctype_of(root), problems.all("/cXML"))


def write_cxml(document: CXML, doctype: str = "http://xml.cxml.org/schemas/cXML/1.2.063/cXML.dtd") -> bytes:
    """The bytes of a cXML document. Raises `XmlWriteError` for text that XML cannot carry."""
    return write_xml(write_struct(document, "cXML"), doctype)
