"""Documents found in the wild (CROSSDOCK_CORPUS): read as far as they can be, counted independently, problems
exact."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crossdock.formats.x12 import (
    STANDARD,
    GroupEnd,
    GroupStart,
    InterchangeEnd,
    InterchangeStart,
    LooseSegment,
    Problem,
    Transaction,
    read_events,
    validate,
    write_events,
    write_segments,
)

CORPUS = os.environ.get("CROSSDOCK_CORPUS")
if CORPUS is None and os.environ.get("CI") != "true":
    pytest.skip("CROSSDOCK_CORPUS is not set", allow_module_level=True)
assert CORPUS is not None, "CROSSDOCK_CORPUS must be set where CI is true"
FILES = sorted(path for path in Path(CORPUS, "x12").rglob("*") if path.is_file())


def naive_segments(data: bytes) -> list[str]:
    """Segments by a second, simpler way: split at the character behind ISA16, or at line ends where that is
    one."""
    text = data.decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    if not text.startswith("ISA"):
        terminator = "~"
    else:
        isa16_on = text.split(text[3], 16)[16]
        terminator = "\n" if isa16_on[1] in "\r\n" else isa16_on[1]
        text = "ISA" + isa16_on[1:]
    if terminator != "\n":
        text = text.replace("\n", "").replace("\r", "").replace("\\n", "")
    return [piece.strip() for piece in text.split(terminator) if piece.strip()]


def read_segments(events: list) -> int:
    count = 0
    for event in events:
        if isinstance(event, Transaction):
            count += event.segment_count
        elif isinstance(event, InterchangeStart | GroupStart | LooseSegment):
            count += 1
        elif isinstance(event, InterchangeEnd | GroupEnd):
            count += event.trailer is not None
    return count


def test_at_least_98_percent_of_the_files_are_read_to_their_last_segment():
    wrong = []
    for path in FILES:
        data = path.read_bytes()
        events = list(read_events([data]))
        found = any(isinstance(event, Transaction) for event in events)
        if not found or read_segments(events) != len(naive_segments(data)):
            wrong.append(path.name)
    assert len(FILES) >= 90
    assert len(wrong) <= 0.02 * len(FILES), wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_document_is_read_whole_and_its_problems_are_exact(path):
    data = path.read_bytes()
    events = list(read_events(data[i : i + 50] for i in range(0, len(data), 50)))
    assert b"".join(write_events(events)) == data
    problems = [event for event in events if isinstance(event, Problem)]
    for problem in problems:
        where = problem.where
        assert data.startswith(where.tag.encode(), where.offset)
        if problem.value:
            assert problem.value in data[where.offset : where.offset + 300].decode("utf-8", "replace")
    for transaction in (event for event in events if isinstance(event, Transaction)):
        assert len(transaction.segments) == transaction.segment_count
        for number, segment in enumerate(transaction.segments, 1):
            assert data.startswith(segment[0].encode(), transaction.offset_of(number))
        again = write_segments(transaction.segments, transaction.delimiters)
        again = again.removesuffix(transaction.delimiters.line_end.encode())
        assert again.translate(None, b"\r\n\t ~") == transaction.raw.translate(None, b"\r\n\t ~")


def test_se_counts_are_called_wrong_exactly_where_they_are():
    for path in FILES:
        data = path.read_bytes()
        counts, wrong, seen = [], [], 0
        for segment in naive_segments(data):
            tag, separator = segment[:2], segment[2:3]
            seen = 1 if tag == "ST" and not separator.isalnum() else seen + 1
            if tag == "SE" and separator and not separator.isalnum():
                counts.append(seen)
                if segment.split(separator)[1] != str(seen):
                    wrong.append(seen)
        events = list(read_events([data]))
        assert [e.segment_count for e in events if isinstance(e, Transaction)] == counts, path.name
        reported = [e.where.segment for e in events if isinstance(e, Problem) and e.code == "se-count"]
        assert reported == wrong, path.name


def test_documents_of_our_sets_are_validated_without_inventing_problems():
    """Each rejected document was looked at: its error is real, and of one of these kinds."""
    clean, rejected = 0, {}
    for path in FILES:
        for event in read_events([path.read_bytes()]):
            if isinstance(event, Transaction) and event.set_id in STANDARD.sets:
                errors = [problem for problem in validate(event) if problem.is_error]
                clean += not errors
                for problem in errors:
                    assert data_at(path, problem) or problem.code == "segment-missing"
                    rejected.setdefault(problem.code.value, set()).add(path.name)
    assert clean >= 66
    assert set(rejected) == {
        "element-character",
        "element-code",
        "element-condition",
        "element-date",
        "element-too-long",
        "element-too-many",
        "element-too-short",
        "segment-missing",
        "segment-repeated",
        "segment-sequence",
    }


def data_at(path: Path, problem: Problem) -> bool:
    """Whether the document has the segment, and the offending value in it, where the problem says."""
    rest = path.read_bytes()[problem.where.offset :]
    return rest.startswith(problem.where.tag.encode()) and problem.value.encode() in rest[:400].replace(b"\n", b"")


def test_well_formed_documents_are_rebuilt_from_their_elements_byte_for_byte():
    rebuilt = 0
    for path in FILES:
        for event in read_events([path.read_bytes()]):
            if isinstance(event, Transaction):
                again = write_segments(event.segments, event.delimiters)
                rebuilt += again.removesuffix(event.delimiters.line_end.encode()) == event.raw
    assert rebuilt >= 70
