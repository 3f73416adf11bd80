"""XML documents of trade: cXML and UBL/Peppol, read safely and written without loss. No files, no sockets."""

from crossdock.formats.xml.binding import Bound, Kept, Rest
from crossdock.formats.xml.cxml import CxmlReading, read_cxml, write_cxml
from crossdock.formats.xml.parser import (
    Limits,
    Problem,
    Severity,
    XmlRefusedError,
    XmlWriteError,
    doctype_of,
    read_xml,
    write_xml,
)
from crossdock.formats.xml.ubl import UblReading, read_ubl, write_ubl

__all__ = [
    "Bound",
    "CxmlReading",
    "Kept",
    "Limits",
    "Problem",
    "Rest",
    "Severity",
    "UblReading",
    "XmlRefusedError",
    "XmlWriteError",
    "doctype_of",
    "read_cxml",
    "read_ubl",
    "read_xml",
    "write_cxml",
    "write_ubl",
    "write_xml",
]
