"""Helpers of the X12 mapping tests: documents from text, and what we make read back by our own reader."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crossdock.formats.x12 import (
    GroupHeader,
    InterchangeHeader,
    Transaction,
    Writer,
    read_transactions,
    validate,
)
from crossdock.mapping.profile import Profile

RECEIVED = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)

ORDER = """BEG*00*SA*4500017**20250301
CUR*BY*USD
REF*DP*00005
ITD*01*3*2**10**30*****2% 10 NET 30
DTM*037*20250305
DTM*038*20250310
TD5**2*UPSN
N9*ZZ*NOTE
MSG*Deliver at the back
N1*BY*Hill Stores*92*0001
N3*1 Hill Road
N4*Athens*GA*30603*US
N1*ST*Hill Store 65*92*65
N3*65 Main Street
N4*Macon*GA*31201*US
PO1*1*12*CA*10.50*PE*VN*A-100*UP*012345678905
PID*F****Garden shears
PO4*6
PO1*2*5*EA*3.25**VN*B-200
CTT*2*17"""


class Documents:
    """Transactions from body text (one segment a line), and made segments as transactions."""

    received = RECEIVED
    order = ORDER

    def __init__(self) -> None:
        self.profile = Profile("HILL", customer="C-7")

    def read(self, set_id: str, body: str) -> Transaction:
        lines = [line.strip() for line in body.strip().splitlines()]
        text = "~".join([f"ST*{set_id}*0001", *lines, f"SE*{len(lines) + 2}*0001", ""])
        return next(iter(read_transactions([text.encode()])))

    def again(self, set_id: str, group: str, segments: list[list[str]], version: str = "004010") -> Transaction:
        """What was made, written and read back; fails on any problem of ours."""
        writer = Writer()
        header = InterchangeHeader("ZZ", "US", "ZZ", "HILL", "250301", "1200", 1)
        data = writer.start_interchange(header)
        data += writer.start_group(GroupHeader(group, "US", "HILL", "20250301", "1200", 1, version))
        data += writer.transaction(set_id, "0001", segments) + writer.end_group() + writer.end_interchange()
        transaction = next(iter(read_transactions([data])))
        assert [str(problem) for problem in transaction.problems] == []
        assert [str(problem) for problem in validate(transaction)] == []
        return transaction


@pytest.fixture
def documents() -> Documents:
    return Documents()


@pytest.fixture
def corpus() -> Path:
    import os

    from tests.support.missing import without

    folder = os.environ.get("CROSSDOCK_CORPUS", "")
    if not folder:
        without("CROSSDOCK_CORPUS does not name the corpus of documents")
    return Path(folder) / "x12"
