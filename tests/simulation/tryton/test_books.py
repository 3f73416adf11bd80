"""Tryton's sales as ledger rows: what counts as one sale of an order, and what as two."""

from datetime import UTC, datetime
from decimal import Decimal

from crossdock.simulation.recount import recount
from crossdock.simulation.tryton.books import Sold, SoldLine, _sale_rows

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
CALLED = ("shop", "#1001")


def sold(document: str, reference: str = "shop/77", state: str = "processing") -> Sold:
    return Sold(CALLED, document, reference, False, state, False, AT)


def line(sale: Sold, id: str, quantity: int, let_go: int = 0) -> SoldLine:
    return SoldLine(sale, id, "BOLT", Decimal(quantity), Decimal(let_go), Decimal(quantity), True)


def sales_of(*lines: SoldLine) -> list[str]:
    return recount(_sale_rows(lines)).orders[CALLED].sales()


def test_an_order_entered_twice_is_held_as_two_sales() -> None:
    assert sales_of(line(sold("1"), "a", 2), line(sold("2"), "a", 2)) == ["1", "2"]


def test_a_cancelled_sale_and_one_taken_down_to_nothing_hold_nothing() -> None:
    cancelled, emptied = sold("1", state="cancelled"), sold("2")
    assert sales_of(line(cancelled, "a", 2), line(emptied, "a", 0), line(sold("3"), "a", 2)) == ["3"]


def test_a_line_that_came_later_belongs_to_the_sale_of_its_order_but_not_twice() -> None:
    later, again = sold("2", "shop/77 addition 2"), sold("3", "shop/77 addition 2")
    assert sales_of(line(sold("1"), "a", 2), line(later, "b", 1)) == ["1"]
    assert sales_of(line(sold("1"), "a", 2), line(later, "b", 1), line(again, "b", 1)) == ["1", "3"]


def test_what_a_clerk_let_go_was_ordered_and_called_off() -> None:
    phone = Sold(("erp", "12"), "12", "", True, "processing", True, AT)
    books = recount(_sale_rows([line(phone, "5", 4, let_go=4)]))
    assert books.orders["erp", "12"].outcome == "cancelled"
