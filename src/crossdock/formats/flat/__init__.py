"""Flat files (CSV, fixed width, SAP IDoc) to records and back, by layouts that are data. No files, no sockets."""

from crossdock.formats.flat.errors import Code, Fault, FlatError, LayoutError, Problem, Severity, WriteError
from crossdock.formats.flat.idoc import Idoc, IdocSegment, read_idocs, segment_text, write_idoc
from crossdock.formats.flat.layout import Field, Layout, RecordLayout, make_layout
from crossdock.formats.flat.records import Record, read_records, write_records
from crossdock.formats.flat.values import Value

__all__ = [
    "Code",
    "Fault",
    "Field",
    "FlatError",
    "Idoc",
    "IdocSegment",
    "Layout",
    "LayoutError",
    "Problem",
    "Record",
    "RecordLayout",
    "Severity",
    "Value",
    "WriteError",
    "make_layout",
    "read_idocs",
    "read_records",
    "segment_text",
    "write_idoc",
    "write_records",
]
