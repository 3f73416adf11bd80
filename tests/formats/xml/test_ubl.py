"""UBL: documents to structures and back, without loss."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossdock.formats.xml import read_ubl, write_ubl
from crossdock.formats.xml.ubl_documents import DespatchAdvice, Invoice, LineItem, Order, OrderLine
from crossdock.formats.xml.ubl_parts import Amount, Identifier, Item, Price, Quantity

Said = Callable[[bytes], Any]


def line(number: int, quantity: Decimal, price: Decimal, name: str) -> OrderLine:
    return OrderLine(
        line_item=LineItem(
            id=Identifier(value=str(number)),
            quantity=Quantity(value=quantity, unit_code="C62"),
            price=Price(price_amount=Amount(value=price, currency_id="EUR")),
            item=Item(name=name),
        )
    )


def test_an_order_is_written_in_the_standards_namespaces_and_order() -> None:
    order = Order(
        id=Identifier(value="PO1"), issue_date="2026-01-03", order_line=(line(1, Decimal(5), Decimal("1.50"), "Bolt"),)
    )
    data = write_ubl(order)
    assert b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"' in data
    assert b'<cbc:Quantity unitCode="C62">5</cbc:Quantity>' in data
    assert data.index(b"cbc:IssueDate") < data.index(b"cac:OrderLine")
    reading = read_ubl(data)
    assert (reading.kind, reading.document, reading.problems) == ("Order", order, ())


def test_a_peppol_invoice_is_read(said: Said) -> None:
    data = b"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
    xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
    xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
    <cbc:CustomizationID>urn:cen.eu:en16931:2017</cbc:CustomizationID><cbc:ID>R1</cbc:ID>
    <cbc:IssueDate>2026-01-03</cbc:IssueDate><cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
    <cbc:Note languageID="en">Thanks</cbc:Note>
    <cac:LegalMonetaryTotal><cbc:PayableAmount currencyID="EUR">119.00</cbc:PayableAmount></cac:LegalMonetaryTotal>
    <cac:InvoiceLine><cbc:ID>1</cbc:ID><cbc:InvoicedQuantity unitCode="C62">x</cbc:InvoicedQuantity></cac:InvoiceLine>
    </Invoice>"""
    reading = read_ubl(data)
    invoice = reading.document
    assert isinstance(invoice, Invoice)
    assert invoice.note == ("Thanks",)
    assert invoice.legal_monetary_total is not None
    assert invoice.legal_monetary_total.payable_amount == Amount(value=Decimal("119.00"), currency_id="EUR")
    assert [str(problem) for problem in reading.problems] == [
        "/Invoice/InvoiceLine[1]/InvoicedQuantity: 'x' is no number"
    ]
    assert said(write_ubl(invoice)) == said(data)


def test_an_element_that_repeats_against_the_schema_is_named_and_kept(said: Said) -> None:
    data = write_ubl(DespatchAdvice(id=Identifier(value="D1"), issue_date="2026-01-03"))
    twice = data.replace(b"<cbc:IssueDate>2026-01-03</cbc:IssueDate>", b"<cbc:IssueDate>2026-01-03</cbc:IssueDate>" * 2)
    reading = read_ubl(twice)
    assert [(problem.path, problem.is_error) for problem in reading.problems] == [("/DespatchAdvice/IssueDate", False)]
    assert said(write_ubl(reading.document)) == said(twice)


def test_what_is_mandatory_and_missing_is_named() -> None:
    reading = read_ubl(b'<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"/>')
    assert [problem.path for problem in reading.problems] == ["/CreditNote/ID", "/CreditNote/IssueDate"]


def test_the_corpus_is_read_and_written_without_loss(said: Said) -> None:
    folder = os.environ.get("CROSSDOCK_CORPUS", "")
    if not folder:
        if os.environ.get("CI") == "true":
            pytest.fail("CROSSDOCK_CORPUS must name the corpus of documents in CI")
        pytest.skip("CROSSDOCK_CORPUS does not name the corpus of documents")
    files = sorted(Path(folder, "ubl").rglob("*.xml"))
    assert len(files) > 30
    for path in files:
        data = path.read_bytes()
        reading = read_ubl(data)
        assert reading.kind == path.parent.name, path.name
        assert not [problem for problem in reading.problems if problem.is_error], path.name
        assert said(write_ubl(reading.document, reading.kind)) == said(data), path.name


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co", "Zs", "Zl", "Zp"]), max_size=8)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**8), max_value=10**8)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(numbers, numbers, words), max_size=5), words)
def test_what_is_written_is_read_again(lines: list[tuple[Decimal, Decimal, str]], note: str) -> None:
    order = Order(
        id=Identifier(value="1"),
        issue_date="2026-01-03",
        note=(note,),
        order_line=tuple(line(number, *each) for number, each in enumerate(lines, 1)),
    )
    assert read_ubl(write_ubl(order)).document == order
