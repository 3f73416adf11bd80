"""A simulated carrier: it sells labels, scans packages that reach its truck, and tells where they are."""

from datetime import datetime, timedelta
from functools import partial

from crossdock.runtime.ports import Response
from crossdock.simulation.chance import Chance
from crossdock.simulation.systems.base import Call, Failure, reply
from crossdock.simulation.systems.contract import LoggingSystem
from crossdock.simulation.systems.faults import NONE, Faults

_SCANS = ("PICKED_UP", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED")


class Carrier(LoggingSystem):
    """Each scan comes `scan_every` after the one before, once the package has a label and was handed over."""

    def __init__(
        self,
        name: str,
        token: str,
        secret: str,
        intake: str,
        faults: Faults = NONE,
        chance: Chance | None = None,
        scan_every: timedelta = timedelta(milliseconds=80),
    ) -> None:
        super().__init__(name, token, secret, intake, faults, chance)
        self.scan_every = scan_every
        self._labels: dict[str, str] = {}
        self._handed_over: set[str] = set()
        self._count_of_labels = 0
        self.route("POST", "/v1/labels", self.once(self._buy))

    def label(self, package: str, now: datetime) -> str:
        """A label sold over the counter, to a warehouse that buys its own."""
        self._count_of_labels += 1
        tracking = f"1Z{self.name.upper()}{self._count_of_labels:08d}"
        self.ledger.note(now, "label", document=tracking, other=package)
        self._labels[package] = tracking
        if package in self._handed_over:
            self._start(package, now)
        return tracking

    def has_label(self, package: str) -> bool:
        """Whether somebody bought a label for a package."""
        return package in self._labels

    def hand_over(self, package: str, at: datetime) -> None:
        """A package stands on the truck. Without a label it waits for one."""
        if package in self._handed_over:
            return
        self._handed_over.add(package)
        self.ledger.note(at, "handed_over", document=self._labels.get(package, ""), other=package)
        if package in self._labels:
            self._start(package, at)

    def _start(self, package: str, at: datetime) -> None:
        tracking = self._labels[package]
        for n, milestone in enumerate(_SCANS):
            self.later(at + self.scan_every * (n + 1), partial(self._scan, tracking, milestone))

    def _scan(self, tracking: str, milestone: str, at: datetime) -> None:
        if milestone == "DELIVERED":
            self.ledger.note(at, "delivered", document=tracking)
        data = {"tracking": tracking, "milestone": milestone, "at": at, "code": milestone[:2]}
        self.tell("tracking.updated", data, at)

    def _buy(self, call: Call) -> Response:
        if not call.body["ship_to"].get("country"):
            raise Failure(422, "ship_to.country is missing", "no_country")
        package = call.body["package"]
        return reply({"package": package, "tracking": self.label(package, call.now)}, 201)
