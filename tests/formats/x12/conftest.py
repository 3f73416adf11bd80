"""Helpers of the X12 tests: short ways to say an interchange."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crossdock.formats.x12 import Event, Problem, Transaction, read_events

ISA = "ISA*00*          *00*          *ZZ*BUYER          *ZZ*SELLER         *250101*1200*U*00401*000000007*0*P*>~"
GS = "GS*PO*BUYER*SELLER*20250101*1200*3*X*004010~"
ST = "ST*850*0001~BEG*00*NE*PO1**20250101~PO1*1*5*EA*2.50**UP*012345678905~CTT*1~SE*5*0001~"
TAIL = "GE*1*3~IEA*1*000000007~"


class Reading:
    """The events of some text, sorted out."""

    def __init__(self, data: bytes | str, size: int = 1 << 20) -> None:
        self.data = data.encode() if isinstance(data, str) else data
        chunks = [self.data[i : i + size] for i in range(0, len(self.data), size)]
        self.events: list[Event] = list(read_events(chunks))
        self.problems = [event for event in self.events if isinstance(event, Problem)]
        self.transactions = [event for event in self.events if isinstance(event, Transaction)]

    @property
    def codes(self) -> list[str]:
        return [problem.code.value for problem in self.problems]

    @property
    def bytes_again(self) -> bytes:
        return b"".join(event.lead + event.raw for event in self.events if not isinstance(event, Problem))


@pytest.fixture
def read() -> Callable[..., Reading]:
    return Reading


@pytest.fixture
def interchange() -> Callable[..., str]:
    """Text of an interchange with one group; each part can be replaced."""

    def build(isa: str = ISA, gs: str = GS, st: str = ST, tail: str = TAIL) -> str:
        return isa + gs + st + tail

    return build
