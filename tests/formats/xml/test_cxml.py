"""cXML: documents to structures and back, without loss."""

from __future__ import annotations

import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from crossdock.formats.xml import XmlRefusedError, XmlWriteError, read_cxml, write_cxml
from crossdock.formats.xml.cxml_documents import (
    CXML,
    ConfirmationHeader,
    ConfirmationItem,
    ConfirmationRequest,
    ConfirmationStatus,
    Request,
    Response,
    Status,
)
from crossdock.formats.xml.cxml_parts import OrderReference

Said = Callable[[bytes], Any]

HEAD = b"""<?xml version="1.0"?><!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.063/cXML.dtd">
<cXML payloadID="1@x" timestamp="2026-01-03T12:00:00Z" xml:lang="en"><Header><From><Credential domain="DUNS">
<Identity>1</Identity></Credential></From><To><Credential domain="DUNS"><Identity>2</Identity></Credential></To>
<Sender><Credential domain="DUNS"><Identity>1</Identity><SharedSecret>s</SharedSecret></Credential>
<UserAgent>a</UserAgent></Sender></Header>%s</cXML>"""
ORDER = b"""<Request deploymentMode="test"><OrderRequest><OrderRequestHeader orderID="PO1" orderDate="2026-01-03"
type="new" newThing="7"><Total><Money currency="EUR">0100.50</Money></Total><Comments>Please <b>hurry</b> up
<Attachment><URL>cid:1</URL></Attachment></Comments><!-- later --><Extrinsic name="a">1</Extrinsic>
<Extrinsic name="b"><Deep>x</Deep></Extrinsic></OrderRequestHeader><ItemOut quantity="5.0" lineNumber="1"><ItemID>
<SupplierPartID>S1</SupplierPartID></ItemID><ItemDetail><UnitPrice><Money currency="EUR">20.10</Money></UnitPrice>
<Description xml:lang="en">Bolt<ShortName>B</ShortName></Description><UnitOfMeasure>EA</UnitOfMeasure></ItemDetail>
</ItemOut><ItemOut quantity="many" lineNumber="2"/></OrderRequest></Request>"""


def test_an_order_is_read() -> None:
    reading = read_cxml(HEAD % ORDER)
    assert reading.kind == "OrderRequest"
    assert reading.doctype.endswith("cXML.dtd")
    request = reading.document.request
    assert request is not None
    assert request.order_request is not None
    header = request.order_request.order_request_header
    assert header is not None
    assert (header.order_id, header.total.money.value if header.total and header.total.money else None) == (
        "PO1",
        Decimal("100.50"),
    )
    assert [each.name for each in header.extrinsic] == ["a", "b"]
    first = request.order_request.item_out[0]
    assert first.quantity == Decimal("5.0")
    assert first.item_detail is not None
    assert (first.item_detail.description[0].value, first.item_detail.description[0].short_name) == ("Bolt", "B")


def test_what_no_field_names_is_written_again(said: Said) -> None:
    data = HEAD % ORDER
    reading = read_cxml(data)
    assert said(write_cxml(reading.document, reading.doctype)) == said(data)


def test_a_problem_is_named_by_its_path_and_keeps_its_text() -> None:
    reading = read_cxml(HEAD % ORDER)
    [problem] = reading.problems
    assert str(problem) == "/cXML/Request/OrderRequest/ItemOut[2]/@quantity: 'many' is no number"
    assert b'quantity="many"' in write_cxml(reading.document)


def test_problems_are_named_up_to_a_limit_and_then_counted() -> None:
    data = HEAD % (b"<Request><OrderRequest>" + b'<ItemOut quantity="x"/>' * 1500 + b"</OrderRequest></Request>")
    problems = read_cxml(data).problems
    assert len(problems) == 1001
    assert str(problems[-1]) == "/cXML: there are 500 more problems"


def test_a_changed_value_is_written_as_it_is_now() -> None:
    document = read_cxml(HEAD % ORDER).document
    assert document.request is not None
    assert document.request.order_request is not None
    header = document.request.order_request.order_request_header
    assert header is not None
    assert header.total is not None
    assert header.total.money is not None
    assert b"0100.50" in write_cxml(document)
    header.total.money.value = Decimal("7.00")
    assert b">7.00<" in write_cxml(document)
    assert b"0100.50" not in write_cxml(document)


def test_a_confirmation_is_made_and_read_again() -> None:
    status = ConfirmationStatus(quantity=Decimal(3), type="accept", delivery_date="2026-01-10", unit_of_measure="EA")
    request = ConfirmationRequest(
        confirmation_header=ConfirmationHeader(confirm_id="C1", type="detail", notice_date="2026-01-04"),
        order_reference=OrderReference(order_id="PO1"),
        confirmation_item=(ConfirmationItem(quantity=Decimal(3), line_number="1", confirmation_status=(status,)),),
    )
    data = write_cxml(CXML(payload_id="2@x", timestamp="2026-01-04", request=Request(confirmation_request=request)))
    reading = read_cxml(data)
    assert reading.kind == "ConfirmationRequest"
    assert reading.document.request is not None
    assert reading.document.request.confirmation_request == request
    assert [problem.path for problem in reading.problems] == ["/cXML/Header"]


@pytest.mark.parametrize(
    "name",
    ["ShipNoticeRequest", "InvoiceDetailRequest", "StatusUpdateRequest", "PunchOutSetupRequest", "ConfirmationRequest"],
)
def test_the_kind_of_a_request_is_known(name: str) -> None:
    assert read_cxml(HEAD % f"<Request><{name}/></Request>".encode()).kind == name
    assert read_cxml(HEAD % b"<Request><SomethingElse/></Request>").kind == "SomethingElse"


def test_a_response_needs_no_header() -> None:
    data = write_cxml(CXML(payload_id="3@x", response=Response(status=Status(code="200", text="OK"))))
    reading = read_cxml(data)
    assert (reading.kind, reading.problems) == ("", ())
    assert reading.document.response is not None
    assert reading.document.response.status == Status(code="200", text="OK", value="")


def test_text_that_xml_cannot_carry_is_refused() -> None:
    with pytest.raises(XmlWriteError):
        write_cxml(CXML(payload_id="a\x00b"))


def test_the_corpus_is_read_and_written_without_loss(said: Said) -> None:
    folder = os.environ.get("CROSSDOCK_CORPUS", "")
    if not folder:
        if os.environ.get("CI") == "true":
            pytest.fail("CROSSDOCK_CORPUS must name the corpus of documents in CI")
        pytest.skip("CROSSDOCK_CORPUS does not name the corpus of documents")
    files = sorted(Path(folder, "cxml").rglob("*.xml"))
    assert len(files) > 10
    for path in files:
        data = path.read_bytes()
        reading = read_cxml(data)
        assert reading.kind == path.parent.name or path.parent.name == "QuoteMessage", path.name
        assert not [problem for problem in reading.problems if problem.is_error], path.name
        assert said(write_cxml(reading.document, reading.doctype)) == said(data), path.name


names = st.sampled_from(
    """Request Message Response Header From To Sender Credential Identity OrderRequest OrderRequestHeader Total Money
    ItemOut ItemID ItemDetail Description Comments Extrinsic ShipTo Address Name PostalAddress Unknown Status
    URL""".split()
)
texts = st.sampled_from(["", "x", " 5 ", "1.50", "é", " "])
attributes = st.dictionaries(st.sampled_from(["quantity", "currency", "name", "orderID", "other"]), texts, max_size=2)
shapes = st.recursive(
    st.tuples(names, attributes, texts, st.just(())),
    lambda inner: st.tuples(names, attributes, texts, st.lists(inner, max_size=4).map(tuple)),
    max_leaves=20,
)


def build(shape: Any) -> etree._Element:
    name, given_attributes, text, inner = shape
    element = etree.Element(name)
    for key, value in given_attributes.items():
        element.set(key, value)
    element.text = text
    for each in inner:
        child = build(each)
        child.tail = text or None
        element.append(child)
    return element


@settings(max_examples=150, deadline=None)
@given(inner=st.lists(shapes, max_size=4))
def test_any_tree_is_read_and_written_without_loss(inner: list[Any], said: Said) -> None:
    root = build(("cXML", {"payloadID": "1"}, "", tuple(inner)))
    data = etree.tostring(root, encoding="utf-8")
    try:
        reading = read_cxml(data)
    except XmlRefusedError as refusal:
        pytest.fail(str(refusal))
    assert said(write_cxml(reading.document)) == said(data)
    assert msgspec.json.encode(reading.document)
