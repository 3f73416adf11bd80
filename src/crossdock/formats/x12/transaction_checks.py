"""Checks of a transaction set's bytes as a whole, fast enough to run on every one."""

from __future__ import annotations

from collections.abc import Iterator

from crossdock.formats.x12.delimiters import BLANKS
from crossdock.formats.x12.errors import Code, Problem, Severity
from crossdock.formats.x12.structure import Transaction, parse_segments, splitter

_CONTROL = bytes(b for b in range(32) if b not in b"\t\r\n") + b"\x7f"
_NOT_CONTROL = bytes(b for b in range(256) if b not in _CONTROL)


def raw_problems(transaction: Transaction) -> Iterator[Problem]:
    """Control characters in data, and line breaks within segments."""
    raw, delimiters = transaction.raw, transaction.delimiters
    found = raw.translate(None, _NOT_CONTROL).translate(None, _delimiter_bytes(transaction))
    if found:
        yield _control_character(transaction, found)
    if not delimiters.lines and (b"\n" in raw or b"\r" in raw):
        ends = splitter(delimiters)
        after_crlf = raw.count(ends + b"\r\n")
        if raw.count(b"\n") != raw.count(ends + b"\n") + after_crlf or raw.count(b"\r") != after_crlf:
            yield from _wrapped_lines(transaction, ends)


def _delimiter_bytes(transaction: Transaction) -> bytes:
    return transaction.delimiters.all.encode(transaction.delimiters.encoding)


def _control_character(transaction: Transaction, found: bytes) -> Problem:
    first = chr(found[0])
    where = transaction.position(1)
    for number, segment in enumerate(parse_segments(transaction.raw, transaction.delimiters), 1):
        holding = [i for i, text in enumerate(segment) if first in text]
        if holding:
            where = transaction.position(number, holding[0])
            break
    times = f", and {len(found) - 1} more" if len(found) > 1 else ""
    said = f"the data holds the control character 0x{found[0]:02X}{times}"
    return Problem(Code.INVALID_CHARACTER, said, where)


def _wrapped_lines(transaction: Transaction, ends: bytes) -> Iterator[Problem]:
    wrapped, suspects = [], []
    number = 0
    for row in transaction.raw.split(ends):
        text = row.strip(BLANKS)
        if text:
            number += 1
            if b"\n" in text or b"\r" in text:
                wrapped.append(number)
                if any(_begins_a_segment(line, transaction) for line in text.splitlines()[1:]):
                    suspects.append(number)
    if suspects:
        said = "a line break within the segment was removed; a terminator seems to be missing there"
        yield Problem(Code.WRAPPED_LINES, said, transaction.position(suspects[0]), Severity.WARNING)
    elif wrapped:
        more = f" (and in {len(wrapped) - 1} more)" if len(wrapped) > 1 else ""
        said = f"a line break within the segment{more} was removed"
        yield Problem(Code.WRAPPED_LINES, said, transaction.position(wrapped[0]), Severity.WARNING)


def _begins_a_segment(line: bytes, transaction: Transaction) -> bool:
    tag, separator, _ = line.strip().partition(transaction.delimiters.element.encode(transaction.delimiters.encoding))
    return bool(separator) and 2 <= len(tag) <= 3 and tag.isalnum() and tag.isupper()
