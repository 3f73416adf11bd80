"""A simulated warehouse: it accepts, picks, packs, ships and lets trucks depart, each in its time, and counts
its stock."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from crossdock.model.base import Value
from crossdock.runtime.ports import Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.base import Call, Failure, Json, reply
from crossdock.simulation.systems.contract import LoggingSystem
from crossdock.simulation.systems.faults import NONE, Faults
from crossdock.simulation.systems.shelf import Job, Line, Shelf

_MS = timedelta(milliseconds=1)


class Pace(Value, frozen=True):
    """How long each piece of work takes."""

    accept: timedelta = 20 * _MS
    pick: timedelta = 60 * _MS
    pack: timedelta = 30 * _MS
    ship: timedelta = 60 * _MS
    depart: timedelta = 40 * _MS


STEADY = Pace()


class Instruction(Value, frozen=True):
    """What is to happen to one order there, apart from plain work.

    `short` withholds so many units of an item, `over` ships so many more; `idle` is waited before picking;
    `parts`
    ships in so many shipments; `never` lists webhook types that are not sent for it; `twice` sends each
    twice;
    `refuse` refuses it for that reason; `firm` refuses to cancel it; `later` decides on cancelling by
    webhook.
    """

    short: dict[str, Decimal] = {}
    over: dict[str, Decimal] = {}
    idle: timedelta = timedelta()
    parts: int = 1
    never: tuple[str, ...] = ()
    twice: bool = False
    refuse: str = ""
    firm: bool = False
    later: bool = False


_PLAIN = Instruction()


class Wms(LoggingSystem):
    """One warehouse system for one warehouse. `labels` gives tracking numbers where it buys labels itself; `has_label`
    says whether a package can leave where others buy them; `hand_over` takes a package to the carrier's truck;
    `at_once` accepts in its answer instead of by
    webhook."""

    def __init__(
        self,
        name: str,
        token: str,
        secret: str,
        intake: str,
        code: str,
        stock: Mapping[str, Decimal],
        opened_at: datetime,
        pace: Pace = STEADY,
        faults: Faults = NONE,
        chance: Chance | None = None,
        labels: Callable[[str, datetime], str] | None = None,
        has_label: Callable[[str], bool] | None = None,
        hand_over: Callable[[str, datetime], None] | None = None,
        at_once: bool = False,
    ) -> None:
        super().__init__(name, token, secret, intake, faults, chance)
        self.code = code
        self.pace = pace
        self.shelf = Shelf(self.ledger, stock, opened_at)
        self.jobs: dict[str, Job] = {}
        self._by_order: dict[tuple[str, str], list[Job]] = {}
        self._instructions: dict[tuple[str, str], Instruction] = {}
        self._labels = labels
        self._has_label = has_label
        self._hand_over = hand_over
        self._at_once = at_once
        self._numbers = {"F": 1000, "S": 1000, "P": 1000, "M": 1000}
        self.route("POST", "/v1/fulfillments", self.once(self._release))
        self.route("GET", "/v1/fulfillments/{reference}", lambda call: reply(self._shown(self._job(call))))
        self.route("POST", "/v1/fulfillments/{reference}/cancellation", self.once(self._cancel))
        self.route("PUT", "/v1/fulfillments/{reference}/address", self.once(self._readdress))
        self.later(opened_at, self.count)

    def instruct(self, channel: str, order: str, instruction: Instruction) -> None:
        """What is to happen to an order's fulfillments here."""
        self._instructions[channel, order] = instruction

    def jobs_of(self, channel: str, order: str) -> list[Job]:
        """An order's fulfillments here, by the order's number."""
        return self._by_order.get((channel, order), [])

    # --- what its own people do -------------------------------------------------------------------

    def count(self, now: datetime) -> None:
        """Report the balance of every item."""
        for item, on_hand in self.shelf.on_hand().items():
            data = {"reference": self._number("M"), "warehouse": self.code, "item": item, "on_hand": on_hand}
            self.tell("stock.counted", data | {"counted_at": now}, now)

    def move(self, item: str, quantity: Decimal, reason: str, now: datetime) -> Decimal:
        """A counter sale (negative), receipt or adjustment. No more leaves than is there; how much moved."""
        self.advance(now)
        number = self._number("M")
        moved = self.shelf.move(item, quantity, reason, number, now)
        if moved:
            data = {"reference": number, "warehouse": self.code, "item": item, "quantity": moved}
            self.tell("stock.moved", data | {"reason": reason}, now)
        return moved

    # --- requests ---------------------------------------------------------------------------------

    def _job(self, call: Call) -> Job:
        job = self.jobs.get(call.path["reference"])
        if job is None:
            raise Failure(404, f"there is no fulfillment {call.path['reference']}", "unknown_fulfillment")
        return job

    def _shown(self, job: Job) -> Json:
        return {"reference": job.reference, "number": job.number, "state": job.shown, "reason": job.reason}

    def _release(self, call: Call) -> Response:
        body = call.body
        if body["warehouse"] != self.code:
            raise Failure(422, f"this is not warehouse {body['warehouse']}", "wrong_warehouse")
        called = (body["channel"], body["order_number"])
        lines = [Line.read(line) for line in body["lines"]]
        job = Job(body["reference"], self._number("F"), called, lines, body.get("ship_to", {}))
        job.over_tolerance = Decimal(body.get("over_tolerance", "0"))
        self.jobs[job.reference] = job
        self._by_order.setdefault(called, []).append(job)
        told = self._instructions.get(called, _PLAIN)
        for line in lines:
            self.ledger.note(
                call.now,
                "released",
                called,
                line=line.id,
                item=line.item,
                quantity=line.asked,
                document=job.number,
                other=job.reference,
            )
        if self._at_once and not told.refuse:
            self._accept(job, told, call.now, silent=True)
        else:
            self.later(call.now + self.pace.accept, lambda at: self._accept(job, told, at, silent=False))
        return reply(self._shown(job), 201)

    def _cancel(self, call: Call) -> Response:
        job = self._job(call)
        told = self._instructions.get(job.called, _PLAIN)
        wanted = {line["id"]: Decimal(line["quantity"]) for line in call.body.get("lines", [])}
        if told.later:
            self.later(call.now + self.pace.accept, lambda at: self._decide(job, told, wanted, at))
            return reply({"result": "pending"})
        if told.firm or job.state not in ("received", "accepted"):
            return reply({"result": "refused", "reason": self._too_late(job)})
        return reply({"result": "cancelled", "lines": self._stop(job, wanted, call.now)})

    def _decide(self, job: Job, told: Instruction, wanted: dict[str, Decimal], at: datetime) -> None:
        if told.firm or job.state not in ("received", "accepted"):
            data: Json = {"reference": job.reference, "reason": self._too_late(job)}
            self._report(job, "cancellation_refused", data, at)
        else:
            stopped = self._stop(job, wanted, at)
            self._report(job, "cancelled", {"reference": job.reference, "lines": stopped}, at)

    def _too_late(self, job: Job) -> str:
        return f"{job.number} is {job.state}: it can't be stopped any more"

    def _stop(self, job: Job, wanted: dict[str, Decimal], at: datetime) -> list[Json]:
        stopped = []
        for line in job.lines:
            quantity = min(wanted.get(line.id, Decimal(0)) if wanted else line.asked, line.asked)
            if quantity > 0:
                line.asked -= quantity
                stopped.append({"id": line.id, "quantity": quantity})
                self._note(job, "stopped", at, line, quantity)
        if not any(line.asked for line in job.lines):
            job.state = "cancelled"
        return stopped

    def _readdress(self, call: Call) -> Response:
        job = self._job(call)
        if job.state not in ("received", "accepted", "picked"):
            raise Failure(409, f"{job.number} is {job.state}: its address can't be changed any more", "too_late")
        job.ship_to = job.ship_to | {"address": call.body["address"]}
        self.ledger.note(call.now, "readdressed", job.called, document=job.number, other=job.reference)
        return reply(self._shown(job))

    # --- work -------------------------------------------------------------------------------------

    def _accept(self, job: Job, told: Instruction, at: datetime, *, silent: bool) -> None:
        if job.state != "received":
            return
        if told.refuse:
            job.state, job.reason = "refused", told.refuse
            for line in job.lines:
                self._note(job, "refused", at, line, line.asked)
            self._report(job, "refused", {"reference": job.reference, "reason": told.refuse}, at)
            return
        job.state = "accepted"
        if not silent:
            self._report(job, "accepted", {"reference": job.reference, "number": job.number}, at)
        self.later(at + told.idle + self.pace.pick, lambda then: self._pick(job, told, then))

    def _pick(self, job: Job, told: Instruction, at: datetime) -> None:
        if job.state != "accepted":
            return
        short = []
        for line in job.lines:
            withheld = min(told.short.get(line.item, Decimal(0)), line.asked)
            line.picked = self.shelf.take(line, line.asked - withheld + self._beyond(job, line, told), job.number, at)
            missing = line.asked - line.picked
            if missing > 0:
                short.append({"id": line.id, "quantity": missing})
                self._note(job, "short", at, line, missing, "as instructed" if withheld else "nothing on the shelf")
        job.state = "picked"
        lines = [{"id": line.id, "quantity": line.picked} for line in job.lines if line.picked]
        self._report(job, "picked", {"reference": job.reference, "lines": lines, "short": short}, at)
        if lines:
            self.later(at + self.pace.pack, lambda then: self._pack(job, told, then))
        else:
            job.state = "empty"

    def _beyond(self, job: Job, line: Line, told: Instruction) -> Decimal:
        """Over-shipment stays within the tolerance that the order allows."""
        return min(told.over.get(line.item, Decimal(0)), line.asked * job.over_tolerance // 1)

    def _pack(self, job: Job, told: Instruction, at: datetime) -> None:
        job.state = "packed"
        for lines in job.in_parts(told.parts):
            id = f"{self.code}-{self._number('P')}"
            job.packages.append({"id": id, "lines": lines, "tracking": self._labels(id, at) if self._labels else ""})
        self._report(job, "packed", {"reference": job.reference, "packages": job.packages}, at)
        for n, package in enumerate(job.packages):
            final = n == len(job.packages) - 1
            self.later(at + self.pace.ship * (n + 1), partial(self._ship, job, package, final))

    def _ship(self, job: Job, package: Json, final: bool, at: datetime) -> None:
        if self._has_label and not self._has_label(package["id"]):
            self.later(at + self.pace.ship, partial(self._ship, job, package, final))
            return
        number = f"{self.code}-{self._number('S')}"
        job.state = "shipped" if final else "packed"
        lines = {line.id: line for line in job.lines}
        for packed in package["lines"]:
            line = lines[packed["id"]]
            self.shelf.leave(line, packed["quantity"])
            self._note(job, "shipped", at, line, packed["quantity"], package["id"], number)
        shipment = {"number": number, "packages": [package], "shipped_at": at}
        self._report(job, "shipped", {"reference": job.reference, "shipment": shipment, "final": final}, at)
        self.later(at + self.pace.depart, lambda then: self._depart(job, number, package["id"], then))

    def _depart(self, job: Job, shipment: str, package: str, at: datetime) -> None:
        self.ledger.note(at, "departed", job.called, document=shipment, other=package)
        told = self._instructions.get(job.called, _PLAIN)
        data = {"shipment": shipment, "reference": job.reference, "warehouse": self.code}
        self.tell("shipment.departed", data, at, never="departed" in told.never, twice=told.twice)
        if self._hand_over:
            self._hand_over(package, at)

    # --- records ----------------------------------------------------------------------------------

    def _number(self, kind: str) -> str:
        self._numbers[kind] += 1
        return f"{kind}{self._numbers[kind]}"

    def _report(self, job: Job, what: str, data: Json, at: datetime) -> None:
        told = self._instructions.get(job.called, _PLAIN)
        data = data | {"warehouse": self.code}
        self.tell(f"fulfillment.{what}", data, at, never=what in told.never, twice=told.twice)

    def _note(
        self,
        job: Job,
        kind: str,
        at: datetime,
        line: Line,
        quantity: Decimal,
        note: str = "",
        document: str = "",
    ) -> None:
        self.ledger.note(
            at,
            kind,
            job.called,
            line=line.id,
            item=line.item,
            quantity=quantity,
            document=document or job.number,
            other=job.reference,
            note=note,
        )
