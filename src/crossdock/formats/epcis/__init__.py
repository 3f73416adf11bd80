"""EPCIS 2.0 in JSON: what happened to which physical things, where and when. No files, no sockets."""

from crossdock.formats.epcis.documents import EpcisReading, read_epcis, write_epcis
from crossdock.formats.epcis.events import (
    BizTransaction,
    EpcisRefusedError,
    ErrorDeclaration,
    Event,
    Party,
    Problem,
    QuantityElement,
)

__all__ = [
    "BizTransaction",
    "EpcisReading",
    "EpcisRefusedError",
    "ErrorDeclaration",
    "Event",
    "Party",
    "Problem",
    "QuantityElement",
    "read_epcis",
    "write_epcis",
]
