"""The checker itself: a good ledger passes, and each hand-made bad one is refused for what is wrong with it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crossdock.model.base import change
from crossdock.simulation.reconcile import Fault, Verdict, reconcile, write_expected, write_ledgers
from crossdock.simulation.recount import Called
from crossdock.simulation.story import Expected, Phone, Story
from crossdock.simulation.systems.ledger import Row, read_csv
from crossdock.simulation.systems.shop_orders import Basket

D = Decimal
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SHOP: Called = ("shop", "#1001")
PHONE: Called = ("erp", "SO9")
LEFT: dict[str, Any] = {"document": "WH-S1", "other": "shop-1001-1", "note": "P1"}


def row(system: str, kind: str, order: Called = SHOP, **fields: Any) -> Row:
    """A row about an order. Its time does not matter unless it is given as `later`, in seconds."""
    at = AT + timedelta(seconds=fields.pop("later", 0))
    return Row(at, system, kind, *order, **{**{"line": "1", "item": "BOLT", "quantity": D(5)}, **fields})


def stock(kind: str, quantity: str, item: str = "BOLT", system: str = "wms") -> Row:
    return Row(AT, system, kind, item=item, quantity=D(quantity), document="M1")


GOOD = (
    stock("opening", "10"),
    row("shop", "placed"),
    row("erp", "sale", document="SO1", note="entered by api"),
    row("wms", "released", document="F1"),
    stock("taken", "-5"),
    row("wms", "shipped", **LEFT),
    Row(AT, "parcel", "label", document="1Z1", other="P1"),
    row("erp", "posted", document="DN1", other="WH-S1"),
    row("erp", "billed", document="INV1"),
    row("erp", "charged", line="", item="freight", quantity=D(0), amount=D(10), document="INV1"),
    row("erp", "invoice", line="", item="", quantity=D(0), amount=D(60), document="INV1"),
    row("shop", "fulfilled", document="F9", other="1Z1"),
)
PHONED = (
    row("erp", "sale", PHONE, document="SO9", note="entered by staff"),
    row("wms", "released", PHONE, document="F2"),
    stock("taken", "-5"),
    row("wms", "shipped", PHONE, **{**LEFT, "note": "P2"}),
    Row(AT, "parcel", "label", document="1Z2", other="P2"),
    row("erp", "posted", PHONE, document="DN2", other="WH-S1"),
    row("erp", "billed", PHONE, document="INV2"),
)
PLAIN = Story("plain", timedelta(), "shop", Basket((("BOLT", D(5)),), "C-1"))
CALLED = Story("phone", timedelta(), "erp", Phone((("BOLT", D(5)),), "C-1"))
Ledger = list[Row]


def judged(rows: Ledger, expected: Expected = PLAIN.expected, phoned: bool = False) -> Verdict:
    stories = {SHOP: change(PLAIN, expected=expected)} | ({PHONE: CALLED} if phoned else {})
    return reconcile(rows, stories)


def without(*kinds: str) -> Ledger:
    return [one for one in GOOD if one.kind not in kinds]


def with_more(*rows: Row) -> Ledger:
    return [*GOOD, *rows]


def replaced(kind: str, **fields: Any) -> Ledger:
    return [one._replace(**fields) if one.kind == kind else one for one in GOOD]


def twice(kind: str, **fields: Any) -> Ledger:
    extra = [one._replace(**fields) for one in GOOD if one.kind == kind]
    assert extra
    return [*GOOD, *extra]


# --- what is right ---------------------------------------------------------------------------------------------------


def test_a_good_ledger_is_clean() -> None:
    verdict = judged([*GOOD, *PHONED], phoned=True)
    assert (verdict.findings, verdict.wrong) == ((), ())
    assert (verdict.orders, verdict.units, verdict.complete, verdict.waiting) == (2, D(10), 2, 0)
    assert verdict.outcomes == {"plain": {"right": 1, "wrong": 0}, "phone": {"right": 1, "wrong": 0}}
    assert verdict.is_clean


def test_systems_may_come_in_any_order() -> None:
    by_system = sorted([*GOOD, *PHONED], key=lambda one: one.system)
    assert judged(by_system, phoned=True) == judged([*GOOD, *PHONED], phoned=True)


def test_an_order_that_waits_as_it_should_is_not_lost() -> None:
    waits = Expected(("waiting",))
    placed = [one for one in GOOD if one.kind in ("opening", "placed")]
    assert judged(placed, waits).is_clean
    assert judged([*placed, GOOD[2]], waits).is_clean


def test_an_order_that_waits_for_a_reason_is_not_lost_but_its_outcome_is_wrong() -> None:
    verdict = reconcile(GOOD[:3], {SHOP: PLAIN}, {SHOP: "the ERP refused it"})
    assert verdict.findings == ()
    assert verdict.wrong == ("plain: shop #1001: waiting, expected complete; it waits: the ERP refused it",)


def test_a_rejected_order_and_a_cancelled_one_end_so() -> None:
    placed = list(GOOD[:2])
    assert judged([*placed, row("shop", "cancelled", note="by api")], Expected(("rejected",))).is_clean
    dropped = [GOOD[2], row("shop", "cancelled", note="by customer"), row("erp", "sale_cancelled", document="SO1")]
    assert judged([*placed, *dropped], Expected(("cancelled",))).is_clean


def test_over_shipment_within_tolerance_is_allowed_and_may_be_billed() -> None:
    rows = [
        one._replace(quantity=D(6)) if one.kind in ("shipped", "posted", "billed") else one
        for one in GOOD
        if one.kind != "taken"
    ]
    assert judged(rows, Expected(over={"BOLT": D(1)})).is_clean
    assert judged(rows).count("duplicated") == 1


def test_a_short_pick_is_shipped_from_elsewhere() -> None:
    rows = [*without("shipped", "taken"), row("wms", "short", quantity=D(2), note="as instructed")]
    rows += [row("west", "released", quantity=D(2)), stock("taken", "-3")]
    rows += [
        row("wms", "shipped", **{**LEFT, "quantity": D(3)}),
        row("west", "shipped", **{**LEFT, "note": "P3"}, quantity=D(2)),
    ]
    rows += [Row(AT, "parcel", "label", document="1Z3", other="P3")]
    rows = [one for one in rows if one.kind != "fulfilled"]
    rows += [row("shop", "fulfilled", other="1Z1", quantity=D(3)), row("shop", "fulfilled", other="1Z3", quantity=D(2))]
    assert judged(rows, Expected(nodes=2)).is_clean
    assert judged(rows, Expected(nodes=3)).wrong


# --- what is wrong ---------------------------------------------------------------------------------------------------

BAD: dict[str, tuple[Fault, Callable[[], Ledger]]] = {
    "the ERP never heard of an order": ("lost", lambda: list(GOOD[:2])),
    "an order that no ledger knows": ("lost", lambda: [one for one in GOOD if not one.order]),
    "a unit that was never shipped": (
        "lost",
        lambda: [
            one._replace(quantity=D(4)) if one.kind in ("shipped", "posted", "billed", "fulfilled") else one
            for one in GOOD
        ],
    ),
    "a shipment that is not posted": ("lost", lambda: without("posted")),
    "a shipment that is not billed": ("lost", lambda: without("billed")),
    "a package without tracking": ("lost", lambda: without("label")),
    "a shipment that the shop never heard of": ("lost", lambda: without("fulfilled")),
    "tracking of another package": ("lost", lambda: replaced("fulfilled", other="1Z9")),
    "a cancelled order that the ERP still holds": (
        "lost",
        lambda: [*GOOD[:3], row("shop", "cancelled", note="by customer")],
    ),
    "a doubled sale": ("duplicated", lambda: twice("sale", document="SO2")),
    "a doubled release": ("duplicated", lambda: twice("released", document="F2")),
    "a doubled shipment": ("duplicated", lambda: twice("shipped", document="WH-S2", note="P2")),
    "a unit shipped beyond what was ordered": ("duplicated", lambda: replaced("shipped", quantity=D(6))),
    "a shipment posted twice": ("duplicated", lambda: twice("posted", document="DN2")),
    "a unit billed twice": ("duplicated", lambda: twice("billed", quantity=D(1), document="INV2")),
    "freight billed twice": ("duplicated", lambda: twice("charged", document="INV2")),
    "a package with two labels": ("duplicated", lambda: twice("label", document="1Z2")),
    "a shipment told to the shop twice": ("duplicated", lambda: twice("fulfilled", document="F10")),
    "a payment booked twice": (
        "duplicated",
        lambda: with_more(*(row("erp", "paid", line="", document=d, other="pay-1") for d in ("PAY1", "PAY2"))),
    ),
    "a refund credited twice": (
        "duplicated",
        lambda: with_more(
            *(row("erp", "credited", line="", amount=D(5), document=d, other="r-1") for d in ("CN1", "CN2"))
        ),
    ),
    "more captured than was authorised": (
        "duplicated",
        lambda: with_more(
            row("shop", "gateway_authorization", line="", amount=D(60)),
            *(row("shop", "gateway_capture", line="", amount=D(60)) for _ in range(2)),
        ),
    ),
    "more given back than was paid": (
        "duplicated",
        lambda: with_more(
            row("shop", "gateway_sale", line="", amount=D(60)),
            *(row("shop", "gateway_refund", line="", amount=D(40)) for _ in range(2)),
        ),
    ),
    "an order that nobody placed": ("duplicated", lambda: without("placed")),
    "units released again after they were stopped": (
        "duplicated",
        lambda: with_more(
            row("shop", "edited", quantity=D(2), later=1),
            row("wms", "stopped", quantity=D(3), later=2),
            row("wms", "released", quantity=D(3), later=3),
        ),
    ),
    "a balance below nothing": ("oversold", lambda: with_more(stock("taken", "-6"))),
    "units promised that were not there": (
        "oversold",
        lambda: with_more(row("wms", "short", quantity=D(1), note="nothing on the shelf")),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_ledger_is_refused(name: str) -> None:
    fault, ledger = BAD[name]
    verdict = judged(ledger())
    assert fault in {finding.fault for finding in verdict.findings}, verdict
    assert not verdict.is_clean


def test_a_finding_says_what_and_how_many() -> None:
    (finding,) = judged(twice("charged", document="INV2")).findings
    assert (finding.about, finding.reason) == ("shop #1001", "freight is billed by INV1, INV2")
    (finding,) = judged(replaced("billed", quantity=D(7))).findings
    assert (finding.about, finding.reason) == ("shop #1001 line 1 (BOLT)", "5 shipped, 7 billed")


def test_stock_that_its_own_people_took_explains_a_short_pick() -> None:
    rows = with_more(stock("moved", "-1"), row("wms", "short", quantity=D(0), note="nothing on the shelf"))
    assert judged(rows).count("oversold") == 0


# --- outcomes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        (Expected(("cancelled",)), "complete, expected cancelled"),
        (Expected(("rejected", "waiting")), "complete, expected rejected or waiting"),
        (Expected(shipped=({"BOLT": D(4)}, {"NUT": D(5)})), "shipped 5 BOLT"),
        (Expected(nodes=2), "shipped from 1 warehouses, expected 2"),
        (Expected(credited=D(5)), "0 credited, expected 5"),
    ],
)
def test_another_outcome_than_the_expected_one_is_told(expected: Expected, complaint: str) -> None:
    verdict = judged(list(GOOD), expected)
    assert verdict.wrong == (f"plain: shop #1001: {complaint}",)
    assert verdict.outcomes == {"plain": {"right": 0, "wrong": 1}}
    assert not verdict.is_clean


def test_a_complete_order_that_crossdock_still_waits_for_is_told() -> None:
    verdict = reconcile(GOOD, {SHOP: PLAIN}, {SHOP: "hold price"})
    assert verdict.wrong == ("plain: shop #1001: complete, and Crossdock has not ended it; it waits: hold price",)


def test_what_was_cancelled_and_shipped_all_the_same_came_too_late() -> None:
    rows = with_more(row("shop", "cancelled", note="by customer"))
    assert judged(rows, Expected(("too_late",))).wrong == ()
    assert judged(rows).wrong == ("plain: shop #1001: too_late, expected complete",)


def test_a_change_that_was_refused_leaves_nothing_lost() -> None:
    more = row("shop", "edited", quantity=D(7), later=1)
    told = row("shop", "noted", line="", note="change refused: the order is closed [crossdock k]")
    assert judged(with_more(more)).count("lost") == 1
    assert judged(with_more(more, told), Expected(("too_late",))).is_clean


def test_of_a_pair_just_so_many_may_be_complete() -> None:
    other: Called = ("shop", "#1002")
    expected = Expected(("complete", "waiting"), pair="C-1", together=1)
    stories = dict.fromkeys((SHOP, other), change(PLAIN, expected=expected))
    assert reconcile([*GOOD, row("shop", "placed", other)], stories).is_clean
    both_wait = [row("shop", "placed", SHOP), row("shop", "placed", other)]
    assert reconcile(both_wait, stories).wrong == ("plain: 0 of the orders of C-1 are complete, expected 1",)


# --- ledgers as files ------------------------------------------------------------------------------------------------


def test_ledgers_are_written_so_that_anyone_can_recount(tmp_path: Path) -> None:
    rows = [*GOOD, *PHONED]
    write_ledgers(rows, tmp_path / "ledgers")
    files = sorted((tmp_path / "ledgers").glob("*.csv"))
    assert [file.stem for file in files] == ["erp", "parcel", "shop", "wms"]
    again = [one for file in files for one in read_csv(file)]
    assert judged(again, phoned=True) == judged(rows, phoned=True)
    assert sorted(again) == sorted(rows)


def test_what_was_expected_is_written_beside_them(tmp_path: Path) -> None:
    write_expected({SHOP: PLAIN, PHONE: CALLED}, tmp_path / "expected.csv")
    assert (tmp_path / "expected.csv").read_text("utf-8").splitlines() == [
        "channel,order,kind,outcomes",
        "erp,SO9,phone,complete",
        "shop,#1001,plain,complete",
    ]
