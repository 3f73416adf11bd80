"""A simulated distributor: three shops, an ERP, two warehouses and a carrier over the same master data, and the estate
that connects them."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from crossdock.estate.model import Channel, Estate, Limits, Node, PricePolicy, System
from crossdock.model.parties import LegalEntity
from crossdock.simulation.back_office import BackOffice, RealErp, SimulatedOffice
from crossdock.simulation.chance import Chance
from crossdock.simulation.mix import GUEST_CUSTOMER
from crossdock.simulation.network import Edge
from crossdock.simulation.story import Mix
from crossdock.simulation.systems.base import Simulated
from crossdock.simulation.systems.carrier import Carrier
from crossdock.simulation.systems.erp import Erp
from crossdock.simulation.systems.faults import NONE, Faults
from crossdock.simulation.systems.ledger import Row
from crossdock.simulation.systems.shop import Shop
from crossdock.simulation.systems.wms import STEADY, Pace, Wms

SHOPS = ("shop", "outlet", "market")
WAREHOUSES = {"east": "WH-E", "west": "WH-W"}
CARRIER = "parcel"
_MS = timedelta(milliseconds=1)


class Distributor:
    """The systems and their edges by name. `intake` is where their webhooks go. One seed, one run. The faults begin
    with `disturb`, once the systems have told what they had at the start, and end with `calm`. A `real` ERP takes the
    place of the simulated one, which then is no system of the estate and does nothing."""

    def __init__(
        self,
        mix: Mix,
        start: datetime,
        intake: str,
        seed: int = 0,
        faults: Faults = NONE,
        pace: Pace = STEADY,
        scan_every: timedelta = 80 * _MS,
        real: RealErp | None = None,
    ) -> None:
        chance = Chance(seed, "systems")
        self.tokens = {name: chance.token(12).hex() for name in (*SHOPS, "erp", *map(_wms, WAREHOUSES), CARRIER)}
        self.secrets = {name: "whsec_" + _base64(chance.token(24)) for name in self.tokens}
        self._faults = faults
        given: dict[str, Any] = {"chance": chance}
        self.erp = Erp("erp", self.tokens["erp"], mix.catalogue, **given)
        self.real = real
        self.office: BackOffice = real or SimulatedOffice(self.erp)
        self.carrier = Carrier(
            CARRIER, self.tokens[CARRIER], self.secrets[CARRIER], intake, scan_every=scan_every, **given
        )
        self.shops = {
            name: Shop(name, self.tokens[name], self.secrets[name], intake, mix.catalogue, **given) for name in SHOPS
        }
        self.warehouses = {
            node: Wms(
                _wms(node),
                self.tokens[_wms(node)],
                self.secrets[_wms(node)],
                intake,
                code,
                mix.stock[node],
                start,
                pace,
                labels=self.carrier.label if node == "west" else None,
                has_label=self.carrier.has_label,
                hand_over=self.carrier.hand_over,
                at_once=node == "west",
                **given,
            )
            for node, code in WAREHOUSES.items()
        }
        erps = [self.erp] if real is None else []
        found: list[Simulated] = [*self.shops.values(), *erps, *self.warehouses.values(), self.carrier]
        self.edges = {system.name: Edge(system, chance) for system in found}

    @property
    def systems(self) -> dict[str, Simulated]:
        return {name: edge.system for name, edge in self.edges.items()}

    def rows(self) -> list[Row]:
        """All ledgers, one system after the other."""
        rows = [row for system in self.systems.values() for row in system.ledger]
        return rows if self.real is None else [*rows, *self.real.rows()]

    def is_busy(self) -> bool:
        """Whether any system still has work or callbacks of its own."""
        if self.real is not None and self.real.is_busy():
            return True
        return any(system.next_due() is not None for system in self.systems.values())

    def disturb(self) -> None:
        """From here on things go wrong."""
        for system in self.systems.values():
            system.faults = self._faults
        if self.real is not None:
            self.real.disturb(self._faults)

    def calm(self) -> None:
        """From here on nothing goes wrong."""
        for edge in self.edges.values():
            edge.calm()
        if self.real is not None:
            self.real.calm()

    def environment(self) -> dict[str, str]:
        """The secrets that the estate refers to."""
        tokens = {f"CROSSDOCK_{_upper(name)}_TOKEN": token for name, token in self.tokens.items()}
        tokens |= {f"CROSSDOCK_{_upper(name)}_WEBHOOK": secret for name, secret in self.secrets.items()}
        return tokens if self.real is None else tokens | self.real.environment()

    def estate(
        self, urls: Mapping[str, str], intake: str, start: datetime, look_up_after: timedelta = _MS * 1000
    ) -> Estate:
        """The estate that connects these systems, found at `urls` by name. Polls are quick, as a demo is short;
        `look_up_after` is how long a cut-off write to the ERP or a shop may still run."""
        look_up = {"visible_within": "PT0.1S", "may_still_run_for": f"PT{look_up_after.total_seconds():g}S"}
        often: dict[str, object] = {"poll_every": "PT1S"}
        shop = {"overlap": "PT5S", "check_subscriptions_every": "PT2S", "look_up": look_up}
        shop["since"] = (start - timedelta(days=30)).isoformat()
        settings: dict[str, dict[str, object]] = {
            "erp": {"overlap": "PT5S", "look_up": look_up, "nodes": dict(WAREHOUSES)},
            CARRIER: {"carrier": CARRIER},
        }
        settings |= {_wms(node): {"nodes": {node: code}} for node, code in WAREHOUSES.items()}
        settings |= {name: {"channel": name, "callback": f"{intake}/in/{name}", **shop} for name in SHOPS}
        kinds = dict.fromkeys(SHOPS, "shopify") | dict.fromkeys(map(_wms, WAREHOUSES), "rest_wms")
        kinds |= {"erp": "rest_erp", CARRIER: "rest_carrier"}
        limits = Limits(8, 0.0, timedelta(seconds=10), attempts=30, backoff=100 * _MS, backoff_most=2000 * _MS)
        systems = {
            name: System(
                name,
                kinds[name],
                urls[name],
                {**often, **settings[name]},
                {
                    "token": f"env:CROSSDOCK_{_upper(name)}_TOKEN",
                    "webhook": f"env:CROSSDOCK_{_upper(name)}_WEBHOOK",
                },
                limits,
            )
            for name in self.systems
        }
        if self.real is not None:
            systems["erp"] = self.real.system()
        return Estate(
            "demo",
            systems,
            dict.fromkeys(("sales_order", "credit", "price", "invoice"), "erp"),
            {
                "east": Node("east", _wms("east"), WAREHOUSES["east"], "dock_departure"),
                "west": Node("west", _wms("west"), WAREHOUSES["west"], "carrier_acceptance"),
            },
            {
                "shop": Channel("shop", "shop", PricePolicy("hold"), guest_customer=GUEST_CUSTOMER),
                "outlet": Channel(
                    "outlet", "outlet", PricePolicy("honour"), Decimal(20), guest_customer=GUEST_CUSTOMER
                ),
                "market": Channel("market", "market", PricePolicy("refuse"), unknown="refuse"),
                "erp": Channel("erp", ""),
            },
            {CARRIER: CARRIER},
            LegalEntity("demo", "Demo Distributors", "USD", "US"),
        )


def _wms(node: str) -> str:
    return f"wms-{node}"


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
