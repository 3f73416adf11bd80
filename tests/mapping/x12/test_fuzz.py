"""No content makes a mapping raise: any transaction of any strings gives a value, problems, or both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossdock.formats.x12 import Delimiters, Transaction
from crossdock.mapping.problems import Mapped
from crossdock.mapping.profile import Profile
from crossdock.mapping.x12.advice import read_application_advice, read_text_message
from crossdock.mapping.x12.invoice import write_invoice
from crossdock.mapping.x12.order_change import read_order_change
from crossdock.mapping.x12.order_response import answers_from_promises, write_order_response
from crossdock.mapping.x12.purchase_order import read_purchase_order
from crossdock.mapping.x12.remittance import read_remittance
from crossdock.mapping.x12.shipment_status import read_shipment_status
from crossdock.mapping.x12.stock_documents import read_adjustment, read_receipt
from crossdock.mapping.x12.tender import read_tender_answer
from crossdock.mapping.x12.warehouse_advice import read_warehouse_advice
from crossdock.model.invoices import Invoice
from crossdock.model.quantities import ZERO, Money

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PROFILE = Profile("P")
Reader = Callable[[Transaction, Profile], Mapped[Any]]

READERS: dict[str, tuple[Reader, str]] = {
    "850": (
        lambda transaction, profile: read_purchase_order(transaction, profile, NOW),
        "BEG CUR REF N9 MSG N1 N2 N3 N4 PER DTM ITD SAC TXI TAX CSH TD5 PO1 PID PO4 CTP SDQ SCH CTT AMT XX",
    ),
    "820": (read_remittance, "BPR BPS CUR TRN N1 RMR RMT ADX XX"),
    "860": (read_order_change, "BCH CUR N1 DTM POC PID CTP SCH SAC CTT XX"),
    "824": (read_application_advice, "BGN OTI TED NTE RED REF XX"),
    "864": (read_text_message, "BMG MIT MSG N1 XX"),
    "944": (read_receipt, "W17 N1 W07 N9 W13 LX W14 XX"),
    "947": (read_adjustment, "W15 N9 W19 XX"),
    "990": (read_tender_answer, "B1 N9 K1 XX"),
    "945": (read_warehouse_advice, "W06 N1 N3 N4 N9 G62 W27 LX MAN W12 G69 W03 XX"),
    "214": (read_shipment_status, "B10 L11 N1 N4 LX AT7 MS1 MS2 XX"),
}
VALUES = st.one_of(
    st.sampled_from(
        "00 01 1 2 12 0 -5 1E9 999999999999999999999 0.00 .5 A C ST BY VN UP EA CA DZ HP PP 002 037 038 GM LV LI LT AF "
        "AG 20250301 250229 00000101 99991231 1200 2599 ET LT 24 13 USD usd TT D240 92 UL CP".split()
    ),
    st.text(max_size=6),
    st.just(""),
)


def transaction(set_id: str, segments: list[list[str]]) -> Transaction:
    rows = [["ST", set_id, "0001"], *segments, ["SE", str(len(segments) + 2), "0001"]]
    made = Transaction(None, None, 1, 0, rows[0], Delimiters(), b"", len(rows))
    made._segments = rows
    return made


@pytest.mark.parametrize("set_id", sorted(READERS))
@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_content_makes_a_reader_raise(set_id: str, data: st.DataObject) -> None:
    read, tags = READERS[set_id]
    segment = st.tuples(st.sampled_from(tags.split()), st.lists(VALUES, max_size=12))
    drawn = data.draw(st.lists(segment, max_size=14))
    first = tags.split()[0]
    rows = [[first, "00", "SA", "PO1", "", "20250301"], *([tag, *values] for tag, values in drawn)]
    found = read(transaction(set_id, rows), PROFILE)
    assert found.value is not None or found.errors
    if set_id == "850" and found.value is not None:
        for order in found.value.orders:
            answers = {order.key: answers_from_promises(order, [], {})}
            assert write_order_response([order], answers, PROFILE, date(2026, 1, 1)).problems is not None
            invoice = Invoice("I", order.key, (), Money(ZERO, order.currency), order.charges, date(2026, 1, 1))
            assert write_invoice(invoice, order, PROFILE).problems is not None
            assert order.gross is not None
