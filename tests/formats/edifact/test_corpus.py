"""Files found in the wild: read as far as they go, counted right, and every problem named."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from crossdock.formats.edifact import InterchangeStart, Message, read_events, to_bytes, write_events

_FOLDER = os.environ.get("CROSSDOCK_CORPUS", "")
_FILES = sorted(each for each in Path(_FOLDER, "edifact").rglob("*") if each.is_file()) if _FOLDER else []


@pytest.fixture(scope="module")
def files() -> list[Path]:
    if not _FILES:
        if os.environ.get("CI") == "true":
            pytest.fail("CROSSDOCK_CORPUS must name the corpus of documents in CI")
        pytest.skip("CROSSDOCK_CORPUS does not name the corpus of documents")
    return _FILES


def counted_otherwise(data: bytes) -> int:
    """Segments of a file, counted by another way than the reader's: what is between terminators and not blank."""
    advice = re.search(rb"UNA(.{6})", data, re.DOTALL)
    terminator = advice.group(1)[5:6] if advice else b"'"
    release = advice.group(1)[3:4] if advice else b"?"
    text = re.sub(rb"^\W*UNA.{6}", b"", data, count=1, flags=re.DOTALL)
    text = re.sub(re.escape(release) + rb".", b"", text, flags=re.DOTALL)
    return sum(1 for part in text.split(terminator) if part.strip())


def test_nearly_all_files_are_read_with_the_right_number_of_segments(files: list[Path]) -> None:
    wrong = []
    for path in files:
        data = path.read_bytes()
        found = list(read_events([data]))
        envelope = sum(1 for each in found if each.raw.strip() and not isinstance(each, Message))
        blank_starts = sum(
            1 for each in found if isinstance(each, InterchangeStart) and each.header is None and each.raw
        )
        messages = sum(each.segment_count for each in found if isinstance(each, Message))
        if envelope - blank_starts + messages != counted_otherwise(data):
            wrong.append(path.name)
        for each in found:
            if isinstance(each, Message):
                assert len(each.segments) == each.segment_count, path.name
    assert len(wrong) <= 0.05 * len(files), wrong


def test_no_byte_of_a_file_is_lost(files: list[Path]) -> None:
    for path in files:
        data = path.read_bytes()
        assert to_bytes(read_events([data])) == data, path.name


def test_what_is_wrong_with_a_file_is_what_the_reader_names(files: list[Path]) -> None:
    """A count or reference that differs from the text, recounted here by hand, is always among the problems."""
    for path in files:
        for event in read_events([path.read_bytes()]):
            if not isinstance(event, Message) or event.trailer is None:
                continue
            named = {problem.code.value for problem in event.problems}
            assert (event.trailer.get(1) != str(len(event.segments))) == ("unt-count" in named), path.name
            assert (event.trailer.get(2) != event.reference) == ("unt-control" in named), path.name


def test_files_without_indents_and_wrapping_are_written_byte_for_byte(files: list[Path]) -> None:
    exact = 0
    for path in files:
        data = path.read_bytes()
        if re.search(rb"\n[ \t]+[A-Z]{3}", data) or "wrapped" in path.name or path.suffix == ".lab":
            continue
        assert b"".join(write_events(read_events([data]))) == data, path.name
        exact += 1
    assert exact >= 20
