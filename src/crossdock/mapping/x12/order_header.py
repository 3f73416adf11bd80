"""The header of an order as a buyer writes it (850, 860): parties, dates, terms, notes, references, amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from crossdock.mapping.x12.allowances import Amounts, read_allowance, read_tax
from crossdock.mapping.x12.parties import PARTY_TAGS, NamedParty, order_parties, read_party
from crossdock.mapping.x12.source import Row, Source, with_rest
from crossdock.model.orders import Delivery, PaymentTerms
from crossdock.model.parties import Parties, Party

NOTE_TAGS = ("MSG", "MTX", "NTE")


@dataclass(slots=True)
class Header:
    """What stands before the first line, read."""

    rows: list[Row]
    named: list[NamedParty] = field(default_factory=list)
    references: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    amounts: Amounts = field(default_factory=Amounts)
    terms: PaymentTerms = field(default_factory=PaymentTerms)
    requested: date | None = None
    not_before: date | None = None
    not_after: date | None = None
    service: str = ""
    ship_complete: bool = False
    backorder_allowed: bool = True
    exempt: bool = False
    roles: Parties | None = None

    def delivery(self, zone: str) -> Delivery:
        return Delivery(
            self.ship_complete,
            self.backorder_allowed,
            not_before=self.not_before,
            not_after=self.not_after,
            time_zone=zone,
            service=self.service,
        )

    def parties(self, source: Source) -> Parties:
        """The roles; the sold-to is exempt from tax where the header says so."""
        found = self.roles or order_parties(self.named, source.profile)
        if not self.exempt:
            return found
        sold = found.sold_to
        exempt = Party(
            sold.name,
            sold.number,
            sold.email,
            sold.phone,
            sold.guest,
            True,
            sold.address,
            sold.parent,
            sold.identifiers,
        )
        return Parties(exempt, found.bill_to, found.ship_to, found.payer)

    def ext(self, said: dict[str, Any]) -> dict[str, Any]:
        """`said`, the references, the parties by role, and what is left over."""
        places = [one.told() for one in self.named]
        return with_rest({**said, "references": self.references, "parties": places}, self.rows)


def split(
    rows: Sequence[Row], line_tag: str, summary_tags: tuple[str, ...]
) -> tuple[list[Row], list[list[Row]], list[Row]]:
    """Header, one list for each line's loop, and summary."""
    header: list[Row] = []
    lines: list[list[Row]] = []
    summary: list[Row] = []
    for row in rows:
        tag = row.segment[0]
        if tag == line_tag:
            lines.append([row])
            summary = []
        elif summary or (tag in summary_tags):
            summary.append(row)
        elif lines:
            lines[-1].append(row)
        else:
            header.append(row)
    return header, lines, summary


def read_header(source: Source, rows: list[Row], currency: str) -> Header:
    """The header's rows, its N1 loops included. The set's own first segment is the caller's."""
    header = Header(rows)
    at = 0
    while at < len(rows):
        row = rows[at]
        if row.segment[0] == "N1":
            end = at + 1
            while end < len(rows) and rows[end].segment[0] in PARTY_TAGS:
                end += 1
            header.named.append(read_party(rows[at:end], source.profile))
            at = end
            continue
        _take(header, source, row, currency)
        at += 1
    header.roles = order_parties(header.named, source.profile)
    return header


def _take(header: Header, source: Source, row: Row, currency: str) -> None:
    tag = row.segment[0]
    if tag in ("REF", "N9"):
        header.references.append([row.at(1), row.at(2), row.at(3)])
    elif tag == "DTM":
        _date(header, source, row)
    elif tag == "ITD":
        header.terms = _terms(source, row)
    elif tag in NOTE_TAGS:
        element = 1 if tag == "MSG" else 2
        if row.peek(element):
            header.notes.append(row.at(element))
    elif tag == "TD5":
        header.service = header.service or row.peek(12) or row.peek(3) or row.peek(5)
    elif tag == "CSH":
        wanted = row.peek(1)
        header.ship_complete = header.ship_complete or wanted == "SC"
        header.backorder_allowed = header.backorder_allowed and wanted not in ("N", "B")
    elif tag == "SAC":
        read_allowance(source, row, currency, header.amounts)
    elif tag == "TXI":
        read_tax(source, row, currency, header.amounts)
    elif tag == "TAX":
        header.exempt = header.exempt or row.peek(12) not in ("", "0", "2")


def _date(header: Header, source: Source, row: Row) -> None:
    """A date by its qualifier; the first of a meaning's preferred qualifiers wins. The segment stays in `ext`."""
    codes, qualifier = source.profile.dates, row.peek(1)
    kinds: tuple[tuple[Literal["requested", "not_before", "not_after"], tuple[str, ...]], ...] = (
        ("requested", codes.requested),
        ("not_before", codes.not_before),
        ("not_after", codes.not_after),
    )
    for name, qualifiers in kinds:
        if qualifier in qualifiers:
            day = source.date(row, 2, "date")
            if day is not None and (getattr(header, name) is None or qualifier == qualifiers[0]):
                setattr(header, name, day)


def _terms(source: Source, row: Row) -> PaymentTerms:
    """ITD: net days (ITD07) and the terms in words (ITD12); early discounts stay with the segment."""
    days = source.number(row, 7, "net days")
    words = row.at(12)
    net = int(days) if days is not None and 0 <= days < 10_000 else 0
    if days is not None and days != net:
        source.odd(row, 7, f"net days '{days}' are not understood")
        row.keep()
    kind: Literal["prepaid", "on_account"] = (
        "prepaid" if row.peek(1) in source.profile.prepaid_terms and not net else "on_account"
    )
    return PaymentTerms(kind, net, words)
