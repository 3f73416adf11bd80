"""Six plain steps as an instance of a process: each a command that a function carries out, its result recorded before
the next begins. Served to the parent as a process of its own."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

# Before anything imports the codec, which knows the events and commands that are defined by then.
from crossdock.model.commands import Command
from crossdock.model.events import Event

STEPS = 6


class Begin(Event, frozen=True, tag=True):
    """Somebody wants the steps done."""

    key: str


class DoStep(Command, frozen=True, tag=True):
    """Do one step."""

    key: str
    step: int

    @property
    def about(self) -> str:
        return self.key


class StepDone(Event, frozen=True, tag=True):
    """What a step gave."""

    key: str
    step: int
    result: dict[str, int]


from benchmarks._children import serve  # noqa: E402
from benchmarks._figures import Run  # noqa: E402
from benchmarks._watched import Stopwatch, Watched  # noqa: E402
from crossdock.app.system import SystemClock, SystemEntropy  # noqa: E402
from crossdock.app.worker import Worker  # noqa: E402
from crossdock.estate.model import Estate, Limits, System  # noqa: E402
from crossdock.journal.batch import Intake  # noqa: E402
from crossdock.journal.open import open_store  # noqa: E402
from crossdock.processes.decision import Decision, Route, State, Waiting  # noqa: E402
from crossdock.runtime.connector import (  # noqa: E402
    Arrival,
    Asks,
    Delivery,
    Done,
    Feed,
    LookedUp,
    Outcome,
    Rejected,
    Repetition,
    Task,
    Translation,
)
from crossdock.runtime.intake import event_intake  # noqa: E402
from crossdock.runtime.ports import Exchange, Request, Response  # noqa: E402


def function(key: str, step: int) -> dict[str, int]:
    """The work of one step, the same for both engines."""
    return {"order": int(key), "step": step}


class Steps(State, frozen=True):
    """How many steps are done, and what they gave."""

    key: str
    results: tuple[dict[str, int], ...] = ()

    @property
    def phase(self) -> str:
        return "done" if self.is_over else "working"

    @property
    def is_over(self) -> bool:
        return len(self.results) == STEPS


class SixSteps:
    """One instance a key; six commands one after the other."""

    name = "six_steps"
    state_type: type[State] = Steps
    events: Iterable[type[Event]] = (Begin, StepDone)

    def route(self, event: Event) -> Route:
        assert isinstance(event, Begin | StepDone)
        return Route((event.key,), starts=isinstance(event, Begin))

    def new(self, key: str) -> State:
        return Steps(key)

    def decide(self, state: State, event: Event, at: datetime) -> Decision:
        assert isinstance(state, Steps)
        match event:
            case StepDone(_, step, result) if step == len(state.results):
                state = Steps(state.key, (*state.results, result))
            case _:
                pass
        return state.then() if state.is_over else state.then(DoStep(state.key, len(state.results)))

    def waiting(self, state: State) -> tuple[Waiting, ...]:
        return ()


class Function:
    """The connector: it calls the function."""

    system = "function"
    performs: Mapping[type[Command], Repetition] = {DoStep: Asks()}
    feeds: Sequence[Feed] = ()

    def perform(self, task: Task) -> Exchange[Outcome]:
        yield from ()
        command = task.command
        assert isinstance(command, DoStep)
        return Done((StepDone(command.key, command.step, function(command.key, command.step)),))

    def look_up(self, task: Task) -> Exchange[LookedUp]:
        raise LookupError("a function that only asks is repeated")

    def receive(self, delivery: Delivery, now: datetime) -> Arrival | Rejected:
        return Rejected(404, "a function sends nothing")

    def arrival(self, delivery: Delivery) -> Arrival:
        raise LookupError("a function has no feed")

    def translate(self, delivery: Delivery, received_at: datetime) -> Translation:
        return Translation()


async def _nobody(request: Request) -> Response:
    raise LookupError("a function needs no network")


class Bench:
    """A worker over one journal that does runs one after the other."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._clock = SystemClock()
        self._next = 0

    def run(self, in_flight: int, count: int) -> Run:
        return asyncio.run(self._run(in_flight, count))

    async def _run(self, in_flight: int, count: int) -> Run:
        loop, moved, watch = asyncio.get_running_loop(), asyncio.Event(), Stopwatch()

        def ended(keys: list[str]) -> None:
            watch.ended(keys)
            loop.call_soon_threadsafe(moved.set)

        plain = open_store(self._url)
        store = Watched(plain, SixSteps.name, ended)
        estate = Estate(
            "bench",
            {"function": System("function", "function", "", limits=Limits(in_flight))},
            {"sales_order": "function"},
        )
        worker = Worker(store, estate, [SixSteps()], {"function": Function()}, self._clock, SystemEntropy(), _nobody)
        await worker.start()
        began, cpu = time.perf_counter(), time.process_time()
        while len(watch.over) < count:
            room = min(in_flight - (len(watch.began) - len(watch.over)), count - len(watch.began))
            if room > 0:
                keys = [str(self._next + n) for n in range(room)]
                self._next += room
                watch.began.update(dict.fromkeys(keys, time.perf_counter()))
                await worker.take([self._begin(key, plain.partitions) for key in keys])
            moved.clear()
            if len(watch.began) - len(watch.over) >= in_flight or len(watch.began) == count > len(watch.over):
                await moved.wait()
        run = Run(count, watch.last() - began, time.process_time() - cpu, watch.latencies())
        run.messages = store.messages
        await worker.stop()
        plain.close()
        return run

    def _begin(self, key: str, partitions: int) -> Intake:
        return event_intake(
            Begin(key),
            key=key,
            source="bench",
            message_id=key,
            body=b"{}",
            now=self._clock.now(),
            partitions=partitions,
            retention=timedelta(days=1),
        )


if __name__ == "__main__":
    bench = Bench(sys.argv[1])
    serve(lambda **asked: asdict(bench.run(**asked)))
