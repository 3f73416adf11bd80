"""Which lines make a bill, and that a credit note comes to exactly its amount, whatever the taxes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.connectors.tryton.billing import BilledLine, billed_quantities, credit_lines, cut_bill
from crossdock.connectors.tryton.mapping import Unfit, tax_on
from crossdock.connectors.tryton.records import SaleLine, Tax
from crossdock.connectors.tryton.wire import Number
from crossdock.model.invoices import Invoice, InvoiceLine
from crossdock.model.prices import Charge
from crossdock.model.quantities import Money

TAXES = {1: Tax(1, Decimal("0.08")), 2: Tax(2, Decimal("0.19"))}
cents = st.decimals(min_value="0.01", max_value=100000, places=2)


def usd(amount: int | str) -> Money:
    return Money(Decimal(amount), "USD")


def billed(id: int, amount: Decimal, taxes: list[int]) -> dict[str, object]:
    return {"id": id, "amount": amount, "taxes": taxes, "account": 99}


@given(cents, st.lists(st.tuples(cents, st.sampled_from([[], [1], [2], [1, 2]])), min_size=1, max_size=5))
def test_a_credit_note_comes_to_exactly_its_amount(gross, lines):
    invoice = [billed(n, amount, taxes) for n, (amount, taxes) in enumerate(lines)]
    credit = credit_lines(gross, invoice, TAXES)
    assert sum(line.amount + tax_on(line.amount, line.taxes, TAXES) for line in credit) == gross
    # Tryton reckons tax by group over a document, as this does: one line for each group.
    taxed = [line.taxes for line in credit if line.taxes]
    assert len(taxed) == len(set(taxed))


def test_a_full_credit_takes_back_each_tax_group_as_it_was_billed():
    invoice = [billed(1, Decimal("99.00"), [1]), billed(2, Decimal("12.00"), [])]
    credit = credit_lines(Decimal("118.92"), invoice, TAXES)
    assert {line.taxes: line.amount for line in credit} == {(1,): Decimal("99.00"), (): Decimal("12.00")}


def test_an_invoice_of_nothing_can_not_be_credited():
    with pytest.raises(Unfit, match="comes to nothing"):
        credit_lines(Decimal(1), [], TAXES)


def sale_line(id: int, mark: str, quantity: int) -> SaleLine:
    return SaleLine(id, 1, mark, 1, "A", Decimal(quantity), Decimal(1))


SALE = [sale_line(1, "line a", 10), sale_line(2, "line b", 5), sale_line(3, "charge freight", 1)]
SALE.append(sale_line(4, "discount 1", 1))


def invoice(units: dict[str, int], *charges: Charge) -> Invoice:
    lines = tuple(InvoiceLine(line, "A", Decimal(n), usd(1), usd(n)) for line, n in units.items())
    return Invoice("", "shop/1", lines, usd(1), charges)


def test_freight_is_billed_where_it_is_charged_and_discounts_go_with_the_first_bill():
    freight = Charge("freight", usd(12))
    first = billed_quantities(invoice({"a": 4}, freight), SALE, first=True)
    assert first == {"sale.line,1": 4, "sale.line,3": 1, "sale.line,4": 1}
    assert billed_quantities(invoice({"a": 6, "b": 5}), SALE, first=False) == {"sale.line,1": 6, "sale.line,2": 5}


def test_a_line_that_the_sale_does_not_hold_can_not_be_billed():
    with pytest.raises(Unfit, match="no line z"):
        billed_quantities(invoice({"z": 1}), SALE, first=True)


def test_a_draft_is_cut_to_the_bill_and_takes_over_what_stands_in_other_drafts():
    drafted = [
        BilledLine(11, 1, "sale.line,1", Decimal(10)),
        BilledLine(12, 1, "sale.line,2", Decimal(5)),
        BilledLine(13, 2, "sale.line,3", Decimal(1)),
    ]
    operations, emptied = cut_bill(drafted, {"sale.line,1": Decimal(4), "sale.line,3": Decimal(1)}, 1)
    assert operations == [("add", [13]), ("write", [11], {"quantity": Number(Decimal(4))}), ("delete", [12])]
    assert emptied == [2]
