"""The writer's thread: what is handed in is durable when it says so, and its death is heard of."""

import threading
from pathlib import Path
from typing import Any

from crossdock.app.system import SystemClock
from crossdock.app.writer import Settled, Writer
from crossdock.journal.batch import Batch, Receipt
from crossdock.journal.open import open_store
from crossdock.journal.records import CursorRow
from crossdock.journal.store import StoreUnavailable
from crossdock.runtime.engine import Engine
from tests.support.toy import ESTATE, Toy


class Broken(Engine):
    """An engine with a fault of its own."""

    def step(self, now: int) -> Any:
        raise RuntimeError("the engine broke")

    def take(self, batch: Batch, now: int) -> Any:
        raise RuntimeError("the engine broke")


def writer_over(path: Path, kind: type[Engine], failures: list[Exception]) -> tuple[Writer, Any]:
    store = open_store(str(path / "journal.db"))

    def tell(settled: list[Settled]) -> None:
        for done, result in settled:
            done(result)

    engine = kind(store, ESTATE, [Toy()], {})
    return Writer(store, engine, SystemClock(), lambda _: None, tell, failures.append), store


def submit(writer: Writer, batch: Batch) -> Receipt | Exception:
    there = threading.Event()
    results: list[Receipt | Exception] = []

    def done(result: Receipt | Exception) -> None:
        results.append(result)
        there.set()

    writer.submit(batch, done)
    assert there.wait(10)
    return results[0]


def test_what_is_settled_is_in_the_journal(tmp_path: Path) -> None:
    writer, store = writer_over(tmp_path, Engine, [])
    writer.start()
    assert isinstance(submit(writer, Batch(cursors=[CursorRow("feed", "7", 1)])), Receipt)
    assert store.reader().cursor("feed") == "7"
    writer.stop()
    store.close()


def test_what_is_handed_in_before_the_stop_is_still_written(tmp_path: Path) -> None:
    writer, store = writer_over(tmp_path, Engine, [])
    for n in range(50):
        writer.submit(Batch(cursors=[CursorRow(f"feed {n}", "7", 1)]), lambda _: None)
    writer.start()
    writer.stop()
    assert store.reader().cursor("feed 49") == "7"
    store.close()


def test_a_writer_that_fails_is_heard_of_and_refuses_what_comes_after(tmp_path: Path) -> None:
    failures: list[Exception] = []
    writer, store = writer_over(tmp_path, Broken, failures)
    writer.start()
    writer.nudge()
    result = submit(writer, Batch(cursors=[CursorRow("feed", "7", 1)]))
    # Either it met the failure itself, or it came behind it: it was not taken, and is told so.
    assert isinstance(result, StoreUnavailable)
    assert [str(failure) for failure in failures] == ["the engine broke"]
    writer.stop()
    store.close()
