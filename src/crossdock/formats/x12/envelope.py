"""The envelopes: interchange (ISA/IEA), functional group (GS/GE), transaction set (ST/SE), and what may
follow what.

`Envelopes` is told each segment in order and says what that means, as events. It holds one transaction set at
a time, never a group or an interchange.
"""

from __future__ import annotations

from crossdock.formats.x12.delimiters import BLANKS, Delimiters, Header, Note, decode
from crossdock.formats.x12.errors import Code, Fault, Position, Problem, Severity
from crossdock.formats.x12.header_checks import gs_notes, isa_notes, st_notes
from crossdock.formats.x12.open_parts import Limits, OpenGroup, OpenInterchange, OpenTransaction, Owner
from crossdock.formats.x12.structure import (
    Event,
    Group,
    GroupEnd,
    GroupStart,
    Interchange,
    InterchangeEnd,
    InterchangeStart,
    LooseSegment,
    Segment,
    Skipped,
    Transaction,
    element,
)
from crossdock.formats.x12.transaction_checks import raw_problems
from crossdock.formats.x12.values import same_number

BETWEEN_GROUPS = frozenset({"TA1", "TA3", "ISB", "ISE"})
"""Interchange control segments that may stand between ISA and the first GS, or between groups."""


class Envelopes:
    """The state of the envelopes. Give it segments; take the events from `out`."""

    def __init__(self, limits: Limits) -> None:
        self.out: list[Event] = []
        self.errors = 0
        self._limits = limits
        self._delimiters = Delimiters()
        self._number = 0
        self._stream = Owner()
        self._interchange = OpenInterchange()
        self._group = OpenGroup()
        self._transaction: OpenTransaction | None = None

    @property
    def in_transaction(self) -> bool:
        return self._transaction is not None

    @property
    def is_swamped(self) -> bool:
        """Whether segments out of place are no longer listed one by one: their owner has too many problems."""
        return self._transaction is None and self._owner().beyond > 0

    def open_interchange(self, header: Header, offset: int, raw: bytes) -> None:
        """An ISA was found, where no interchange is open."""
        self._delimiters = header.delimiters
        self._number += 1
        self._interchange = OpenInterchange(
            interchange=Interchange(self._number, offset, header.elements, header.delimiters)
        )
        self._notes(self._interchange, [*header.notes, *isa_notes(header.elements)], offset, "ISA")
        assert self._interchange.interchange is not None
        self.out.append(InterchangeStart(self._interchange.interchange, raw))

    def open_bare(self, header: Header, offset: int) -> None:
        """A GS or ST was found without an ISA before it."""
        self._delimiters = header.delimiters
        self._interchange = OpenInterchange()
        self._notes(self._interchange, header.notes, offset, header.tag)
        self._note(
            self._interchange,
            Code.MISSING_ISA,
            f"{header.tag} stands without an ISA before it",
            offset,
            header.tag,
        )

    def plain(self, raw: bytes, count: int) -> None:
        """`count` segments of the open transaction set, none of them blank or of an envelope."""
        transaction = self._transaction
        assert transaction is not None
        transaction.count += count
        self._keep(transaction, raw)

    def segment(self, text: bytes, raw: bytes, offset: int) -> bool:
        """Any one segment; `text` is cleaned, `raw` not. Returns whether it was the end of the
        interchange."""
        lead = raw[: len(raw) - len(raw.lstrip(BLANKS))]
        escaped = self._delimiters.line_end.encode()
        if escaped.startswith(b"\\") and raw.startswith(escaped, len(lead)):
            lead += escaped
        body, offset = raw[len(lead) :], offset + len(lead)
        if not text:
            self.blanks(raw, 1, offset)
            return False
        elements = self._split(text)
        match elements[0]:
            case "ST":
                self._open_transaction(elements, offset, body, lead)
            case "SE":
                self._close_transaction(elements, offset, body, lead)
            case "GS":
                self._open_group(elements, offset, body, lead)
            case "GE":
                self._close_group(elements, offset, body, lead)
            case "IEA":
                return self._close_interchange(elements, offset, body, lead)
            case _ if self._transaction is not None:
                self.plain(raw, 1)
            case tag:
                self._loose(tag, elements, offset, body, lead)
        return False

    def swallow(self, raw: bytes, count: int, offset: int) -> None:
        """`count` segments of any kind outside of transaction sets, where `is_swamped`."""
        self._owner().beyond += count
        self.errors += count
        self.out.append(Skipped(offset, raw))

    def blanks(self, raw: bytes, count: int, offset: int) -> None:
        """`count` segments without content; between lines of a line-terminated file they are no problem."""
        transaction = self._transaction
        where = self._where(offset, "", transaction.count + 1 if transaction else 0)
        if transaction is not None:
            self._keep(transaction, raw)
        else:
            self.out.append(Skipped(offset, raw))
        if not self._delimiters.lines:
            owner = transaction or self._owner()
            owner.blank += count
            owner.first_blank = owner.first_blank or where

    def abandon(self, offset: int, before: str) -> None:
        """Close whatever is open because something else begins (or the input ends) at `offset`."""
        self._end_transaction(None, offset, before)
        self._end_group(None, offset, before)
        self._end_interchange(None, offset, before)

    def report_overlong(self, text: bytes, offset: int) -> None:
        """A segment is longer than the limit: only its beginning is kept."""
        tag = decode(text[:3])[0] if text[:3].isalnum() else ""
        said = f"a segment is longer than {self._limits.segment} bytes, so only its beginning was kept"
        transaction = self._transaction
        number = transaction.count + 1 if transaction else 0
        owner = transaction or self._interchange
        where = self._where(offset, tag.split(self._delimiters.element)[0], number)
        self._report(owner, Problem(Code.SEGMENT_TOO_LONG, said, where, fault=Fault.OURS))

    def report_unterminated(self, tag: str, offset: int) -> None:
        """The input ended within a segment."""
        transaction = self._transaction
        number = transaction.count + 1 if transaction else 0
        text = "the input ends without a segment terminator"
        where = self._where(offset, tag, number)
        owner = transaction or self._interchange
        self._report(owner, Problem(Code.NO_FINAL_TERMINATOR, text, where, Severity.WARNING))

    def report_stream(self, problem: Problem) -> None:
        """A problem that belongs to no interchange."""
        self._report(self._stream, problem)

    # Transaction sets

    def _open_transaction(self, st: Segment, offset: int, raw: bytes, lead: bytes) -> None:
        self._end_transaction(None, offset, "ST")
        if self._group.group is None and not self._interchange.groupless:
            self._interchange.groupless = True
            self._note(self._interchange, Code.MISSING_GS, "ST stands without a GS before it", offset, "ST")
        self._group.transactions += 1
        transaction = OpenTransaction(header=st, offset=offset, lead=lead, count=1)
        self._transaction = transaction
        self._keep(transaction, raw)
        self._notes(transaction, st_notes(st), offset, "ST", 1)

    def _close_transaction(self, se: Segment, offset: int, raw: bytes, lead: bytes) -> None:
        transaction = self._transaction
        if transaction is None:
            self._note(self._owner(), Code.UNEXPECTED_SE, "SE stands without an ST before it", offset, "SE")
            self.out.append(self._loose_event(se, offset, raw, lead))
            return
        transaction.count += 1
        self._keep(transaction, lead + raw)
        self._end_transaction(se, offset, "")

    def _end_transaction(self, se: Segment | None, offset: int, before: str) -> None:
        open_ = self._transaction
        if open_ is None:
            return
        transaction = Transaction(
            interchange=self._interchange.interchange,
            group=self._group.group,
            number=self._group.transactions,
            offset=open_.offset,
            header=open_.header,
            delimiters=self._delimiters,
            raw=b"".join(open_.parts),
            segment_count=open_.count,
            lead=open_.lead,
            problems=open_.problems,
        )
        self._check_trailer(open_, transaction, se, offset, before)
        for problem in raw_problems(transaction):
            self._report(open_, problem)
        self._finish(open_, open_.offset, "ST")
        self._transaction = None
        self.out.append(transaction)

    def _check_trailer(
        self, open_: OpenTransaction, transaction: Transaction, se: Segment | None, offset: int, before: str
    ) -> None:
        if se is None:
            said = f"transaction set {transaction.control} ends without SE, at {before}"
            self._note(open_, Code.MISSING_SE, said, offset, "", open_.count)
            return
        count, control = element(se, 1).strip(), element(se, 2).strip()
        if not (count.isascii() and count.isdigit() and len(count) <= 10 and int(count) == open_.count):
            said = f"SE01 says {count or 'nothing'}, but {open_.count} segments were found"
            self._note(open_, Code.SE_COUNT, said, offset, "SE", open_.count, 1, count)
        if control != transaction.control or not control:
            said = f"SE02 is '{control}', but ST02 is '{transaction.control}'"
            self._note(open_, Code.SE_CONTROL, said, offset, "SE", open_.count, 2, control)

    def _keep(self, transaction: OpenTransaction, raw: bytes) -> None:
        transaction.size += len(raw)
        if transaction.size <= self._limits.transaction:
            transaction.parts.append(raw)
        elif not transaction.dropped:
            transaction.dropped = True
            transaction.parts.clear()
            said = f"the transaction set is larger than {self._limits.transaction} bytes and was not kept"
            where = self._where(transaction.offset, "ST", 1)
            self._report(transaction, Problem(Code.TRANSACTION_TOO_LARGE, said, where, fault=Fault.OURS))

    # Groups

    def _open_group(self, gs: Segment, offset: int, raw: bytes, lead: bytes) -> None:
        self._end_transaction(None, offset, "GS")
        self._end_group(None, offset, "GS")
        self._interchange.groups += 1
        group = Group(self._interchange.groups, offset, gs, self._interchange.interchange)
        self._group = OpenGroup(group=group)
        self._notes(self._group, gs_notes(gs), offset, "GS")
        self.out.append(GroupStart(group, raw, lead))

    def _close_group(self, ge: Segment, offset: int, raw: bytes, lead: bytes) -> None:
        self._end_transaction(None, offset, "GE")
        if self._group.group is None:
            self._note(self._owner(), Code.UNEXPECTED_GE, "GE stands without a GS before it", offset, "GE")
            self.out.append(self._loose_event(ge, offset, raw, lead))
            return
        self._end_group(ge, offset, "", raw, lead)

    def _end_group(self, ge: Segment | None, offset: int, before: str, raw: bytes = b"", lead: bytes = b"") -> None:
        open_ = self._group
        if open_.group is None:
            self._group = OpenGroup()
            return
        if ge is None:
            said = f"group {open_.group.control} ends without GE, at {before}"
            self._note(open_, Code.MISSING_GE, said, offset, "")
        else:
            count, control = element(ge, 1).strip(), element(ge, 2).strip()
            if not same_number(count, str(open_.transactions)):
                said = f"GE01 says {count or 'nothing'}, but {open_.transactions} transaction sets were found"
                self._note(open_, Code.GE_COUNT, said, offset, "GE", 0, 1, count)
            if not same_number(control, open_.group.control) or not control:
                said = f"GE02 is '{control}', but GS06 is '{open_.group.control}'"
                self._note(open_, Code.GE_CONTROL, said, offset, "GE", 0, 2, control)
        self._finish(open_, open_.group.offset, "GS")
        self.out.append(GroupEnd(open_.group, open_.transactions, ge, open_.problems, raw, lead))
        self._group = OpenGroup()

    # Interchanges

    def _close_interchange(self, iea: Segment, offset: int, raw: bytes, lead: bytes) -> bool:
        self._end_transaction(None, offset, "IEA")
        self._end_group(None, offset, "IEA")
        if self._interchange.interchange is None:
            self._note(self._owner(), Code.UNEXPECTED_IEA, "IEA stands without an ISA before it", offset, "IEA")
            self.out.append(self._loose_event(iea, offset, raw, lead))
        self._end_interchange(iea, offset, "", raw, lead)
        return True

    def _end_interchange(
        self, iea: Segment | None, offset: int, before: str, raw: bytes = b"", lead: bytes = b""
    ) -> None:
        open_ = self._interchange
        self._interchange = OpenInterchange()
        if open_.interchange is None:
            self._finish(open_, offset, "")
            return
        control = open_.interchange.control
        if iea is None:
            said = f"interchange {control} ends without IEA, at {before}"
            self._note(open_, Code.MISSING_IEA, said, offset, "")
        else:
            count, number = element(iea, 1).strip(), element(iea, 2).strip()
            if not same_number(count, str(open_.groups)):
                said = f"IEA01 says {count or 'nothing'}, but {open_.groups} groups were found"
                self._note(open_, Code.IEA_COUNT, said, offset, "IEA", 0, 1, count)
            if not same_number(number, control) or not number:
                said = f"IEA02 is '{number}', but ISA13 is '{control}'"
                self._note(open_, Code.IEA_CONTROL, said, offset, "IEA", 0, 2, number)
        self._finish(open_, open_.interchange.offset, "ISA")
        self.out.append(InterchangeEnd(open_.interchange, open_.groups, iea, open_.problems, raw, lead))

    # Everything else

    def _loose(self, tag: str, elements: Segment, offset: int, raw: bytes, lead: bytes) -> None:
        if not (tag in BETWEEN_GROUPS and self._group.group is None and self._interchange.interchange):
            said = f"'{tag[:12]}' stands outside of every transaction set"
            self._note(self._owner(), Code.UNEXPECTED_SEGMENT, said, offset, tag[:12])
        self.out.append(self._loose_event(elements, offset, raw, lead))

    def _loose_event(self, elements: Segment, offset: int, raw: bytes, lead: bytes) -> LooseSegment:
        return LooseSegment(self._interchange.interchange, self._group.group, offset, elements, raw, lead)

    def _split(self, text: bytes) -> Segment:
        if self._delimiters.encoding == "ascii":
            return decode(text)[0].split(self._delimiters.element)
        parts = text.split(self._delimiters.element.encode(self._delimiters.encoding))
        return [decode(part)[0] for part in parts]

    def _owner(self) -> Owner:
        return self._group if self._group.group is not None else self._interchange

    def _notes(self, owner: Owner, notes: list[Note], offset: int, tag: str, segment: int = 0) -> None:
        for note in notes:
            where = self._where(offset, tag, segment, note.element)
            self._report(owner, Problem(note.code, note.text, where, note.severity, value=note.value[:99]))

    def _note(
        self,
        owner: Owner,
        code: Code,
        text: str,
        offset: int,
        tag: str,
        segment: int = 0,
        element_number: int = 0,
        value: str = "",
    ) -> None:
        self._report(owner, Problem(code, text, self._where(offset, tag, segment, element_number), value=value[:99]))

    def _where(self, offset: int, tag: str, segment: int = 0, element_number: int = 0) -> Position:
        interchange, group, transaction = self._interchange.interchange, self._group.group, self._transaction
        return Position(
            offset=offset,
            tag=tag,
            segment=segment,
            element=element_number,
            interchange=interchange.control if interchange else "",
            group=group.control if group else "",
            transaction=element(transaction.header, 2).strip() if transaction else "",
        )

    def _report(self, owner: Owner, problem: Problem) -> None:
        self.errors += problem.is_error
        if len(owner.problems) >= self._limits.problems:
            owner.beyond += 1
            return
        owner.problems.append(problem)
        self.out.append(problem)

    def _finish(self, owner: Owner, offset: int, tag: str) -> None:
        """Say what is told at the end: blank segments, and how many problems went unreported."""
        if owner.first_blank:
            said = "an empty segment" if owner.blank == 1 else f"{owner.blank} empty segments, the first here"
            self._report(owner, Problem(Code.EMPTY_SEGMENT, said, owner.first_blank, Severity.WARNING))
        if not owner.beyond:
            return
        said = f"{owner.beyond} more problems were found and not listed"
        problem = Problem(Code.TOO_MANY_PROBLEMS, said, self._where(offset, tag), fault=Fault.OURS)
        owner.problems.append(problem)
        self.out.append(problem)
