"""X12 text to transaction sets and back to bytes' positions: the streaming reader.

Bytes go in as they come; events come out. Memory holds one block of input and one transaction set, whatever
the size of the file, the interchange or the group. Nothing that is read raises: what is wrong becomes
`Problem`s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from crossdock.formats.x12.delimiters import BLANKS, HEADER_WINDOW, Delimiters, find_bare_header, find_header
from crossdock.formats.x12.envelope import Envelopes
from crossdock.formats.x12.errors import Code, Fault, Position, Problem
from crossdock.formats.x12.open_parts import Limits
from crossdock.formats.x12.structure import Event, Skipped, Transaction, cleaned, splitter

BLOCK = 64 * 1024
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKS = frozenset({b"", b"IS", b"GS", b"ST", b"SE", b"GE", b"IE"})
"""First two bytes of every envelope segment; b"" is a blank one."""


def read_transactions(
    chunks: Iterable[bytes], *, limits: Limits | None = None, report: Callable[[Problem], None] | None = None
) -> Iterator[Transaction]:
    """The transaction sets of `chunks`, in order, each with its own problems in `problems`.

    `report` is told every problem, also those of interchanges, groups and bytes that belong to none.
    """
    for event in read_events(chunks, limits=limits):
        if isinstance(event, Transaction):
            yield event
        elif report is not None and isinstance(event, Problem):
            report(event)


def read_events(chunks: Iterable[bytes], *, limits: Limits | None = None) -> Iterator[Event]:
    """Everything that `chunks` hold, in order. A problem comes before the end of what it concerns."""
    reader = Reader(limits)
    for chunk in chunks:
        yield from reader.feed(chunk)
    yield from reader.finish()


class Reader:
    """The reader for those who push: `feed` bytes as they come, `finish` at the end. Sans-I/O."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._envelopes = Envelopes(self._limits)
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._buffer = b""
        self._at = 0
        self._base = 0
        self._inside = False
        self._overlong = False
        self._stopped = False
        self._found_any = False
        self._garbage_at = -1
        self._garbage_length = 0
        self._garbage_start = b""
        self._use(Delimiters())

    def feed(self, data: bytes) -> Iterator[Event]:
        """Take bytes; give the events that they complete."""
        for start in range(0, len(data), BLOCK):
            if self._stopped:
                return
            piece = data[start : start + BLOCK] if len(data) > BLOCK else data
            self._pending.append(piece)
            self._pending_size += len(piece)
            if self._pending_size >= BLOCK:
                yield from self._work(final=False)

    def finish(self) -> Iterator[Event]:
        """Say that no more bytes come; give the last events."""
        if self._stopped:
            return
        yield from self._work(final=True)
        self._envelopes.abandon(self._base + self._at, "the end of the input")
        if self._found_any:
            self._end_garbage()
        else:
            self._report_no_x12()
        yield from self._events()

    def _work(self, final: bool) -> Iterator[Event]:
        self._buffer = b"".join([self._buffer[self._at :], *self._pending])
        self._base += self._at
        self._at = 0
        self._pending.clear()
        self._pending_size = 0
        while self._at < len(self._buffer) and (self._scan(final) if self._inside else self._seek(final)):
            yield from self._events()
            if self._envelopes.errors > self._limits.errors:
                self._stop()
        yield from self._events()

    def _stop(self) -> None:
        """Read no further: nothing good can be hidden behind so many errors, and each costs time."""
        self._stopped = True
        at = self._base + self._at
        self._envelopes.abandon(at, "the last byte that was read")
        said = f"more than {self._limits.errors} errors were found, so the input was not read beyond this byte"
        where = Position(at)
        self._envelopes.report_stream(Problem(Code.TOO_MANY_PROBLEMS, said, where, fault=Fault.OURS))
        self._at = len(self._buffer)

    def _events(self) -> list[Event]:
        events = self._envelopes.out
        self._envelopes.out = []
        return events

    def _use(self, delimiters: Delimiters) -> None:
        self._delimiters = delimiters
        self._ends = splitter(delimiters)
        self._also = delimiters.also_ends.encode(delimiters.encoding)
        self._escaped = delimiters.line_end.encode() if delimiters.line_end.startswith("\\") else b""
        self._iea = b"IEA" + delimiters.element.encode(delimiters.encoding)

    # Between interchanges

    def _seek(self, final: bool) -> bool:
        """Skip to the next header. Returns whether it got any further."""
        if self._garbage_at < 0 and self._skip_blanks():
            return True
        window = self._window(self._at, final)
        if window is None:
            return False
        in_garbage = self._garbage_at >= 0
        header = find_header(window, strict=in_garbage)
        if header is not None:
            self._end_garbage()
            self._use(header.delimiters)
            raw = window[: header.length]
            self._envelopes.open_interchange(header, self._base + self._at, raw)
            self._at += header.length
            self._inside = self._found_any = True
            return True
        bare = None if in_garbage else find_bare_header(window)
        if bare is not None:
            self._use(bare.delimiters)
            self._envelopes.open_bare(bare, self._base + self._at)
            self._inside = self._found_any = True
            return True
        return self._skip_garbage(final)

    def _skip_blanks(self) -> bool:
        """Pass over blanks, byte order marks and escaped line ends between interchanges."""
        start, buffer = self._at, self._buffer
        while True:
            piece = buffer[self._at : self._at + HEADER_WINDOW]
            blank = len(piece) - len(piece.lstrip(BLANKS))
            if blank:
                self._at += blank
            elif buffer.startswith(_BOM, self._at):
                self._at += len(_BOM)
            elif self._escaped and buffer.startswith(self._escaped, self._at):
                self._at += len(self._escaped)
            else:
                break
        if self._at == start:
            return False
        self._skipped(start, self._at)
        return True

    def _skip_garbage(self, final: bool) -> bool:
        """Pass over bytes up to the next thing that may be an ISA."""
        start = self._at
        found = self._buffer.find(b"ISA", start + 1)
        while found >= 0 and self._buffer[found + 3 : found + 4].isalnum():
            found = self._buffer.find(b"ISA", found + 1)
        end = found if found >= 0 else len(self._buffer) - (0 if final else 2)
        if end <= start:
            return False
        if self._garbage_at < 0:
            self._garbage_at = self._base + start
            self._garbage_start = self._buffer[start : start + 40]
            self._garbage_length = 0
        self._garbage_length += end - start
        self._at = end
        self._skipped(start, end)
        return True

    def _end_garbage(self) -> None:
        if self._garbage_at >= 0:
            start = repr(self._garbage_start)
            said = f"{self._garbage_length} bytes are no X12 and were skipped; they start with {start}"
            self._report(Code.GARBAGE, said, self._garbage_at)
            self._garbage_at = -1

    def _skipped(self, start: int, end: int) -> None:
        self._envelopes.out.append(Skipped(self._base + start, self._buffer[start:end]))

    def _window(self, at: int, final: bool) -> bytes | None:
        """The bytes by which a header is judged; None where more must come first."""
        window = self._buffer[at : at + HEADER_WINDOW]
        return window if final or len(window) == HEADER_WINDOW else None

    # Within an interchange

    def _scan(self, final: bool) -> bool:
        """Take the complete segments at hand, up to the end of the interchange at most."""
        buffer, start = self._buffer, self._at
        if self._overlong:
            return self._skip_overlong(final)
        cut = buffer.find(self._iea, start)
        if cut >= 0:
            cut = buffer.find(self._ends, cut)
        if cut < 0:
            cut = buffer.rfind(self._ends, start)
        if cut < 0:
            return self._unterminated(final)
        block = buffer[start:cut]
        rows, view, glue = self._split(block)
        return self._walk(rows, view, glue, final)

    def _split(self, block: bytes) -> tuple[list[bytes], list[bytes], bytes]:
        """Raw segments, the same cleaned, and what stands between the raw ones."""
        ends, also = self._ends, self._also
        if also:
            rows: list[bytes] = []
            for line in block.split(ends):
                pieces = line.split(also)
                rows += [piece + also for piece in pieces[:-1]]
                rows.append(pieces[-1] + ends)
            view = [row.strip(BLANKS).removesuffix(also) for row in rows]
            return rows, view, b""
        rows = block.split(ends)
        clean = cleaned(block, self._delimiters)
        view = clean.split(ends)
        if self._escaped:
            view = [row.removeprefix(self._escaped) for row in view]
        if ends + b" " in clean or ends + b"\t" in clean or clean[:1] in (b" ", b"\t"):
            view = [row.lstrip(b" \t") for row in view]
        return rows, view, ends

    def _walk(self, rows: list[bytes], view: list[bytes], glue: bytes, final: bool) -> bool:
        """Hand over segments: plain runs as they are, the others one by one. Returns whether it got any
        further."""
        envelopes, limit = self._envelopes, self._limits.segment
        marks = [i for i, text in enumerate(view) if text[:2] in _MARKS]
        if max(map(len, rows)) > limit:
            marks = sorted({*marks, *(i for i, row in enumerate(rows) if len(row) > limit)})
        done, began = 0, self._at
        for mark in [*marks, len(rows)]:
            if mark < done:
                continue
            if envelopes.is_swamped and mark > done:
                raw = glue.join(rows[done:mark]) + glue
                envelopes.swallow(raw, mark - done, self._base + self._at)
                self._at += len(raw)
            elif not envelopes.in_transaction:
                for i in range(done, mark):
                    self._one(rows[i] + glue, view[i])
            elif mark > done:
                raw = glue.join(rows[done:mark]) + glue
                envelopes.plain(raw, mark - done)
                self._at += len(raw)
            if mark == len(rows):
                break
            text = view[mark]
            if not text:
                done = self._blanks(rows, view, mark, glue)
                continue
            done = mark + 1
            if text[:3] == b"ISA":
                starts = self._starts_interchange(rows[mark], self._at, final)
                if starts is None:
                    return self._at > began
                if starts:
                    return True
            if text[:3] == b"IEA" and self._iea_swallowed_isa(rows[mark], final) is not False:
                return self._at > began or not self._inside
            if self._one(rows[mark] + glue, text):
                self._inside = False
                return True
        return True

    def _blanks(self, rows: list[bytes], view: list[bytes], first: int, glue: bytes) -> int:
        """Hand over a run of segments without content; the number of the row behind it."""
        end = first + 1
        while end < len(view) and not view[end] and len(rows[end]) <= self._limits.segment:
            end += 1
        raw = glue.join(rows[first:end]) + glue
        self._envelopes.blanks(raw, end - first, self._base + self._at)
        self._at += len(raw)
        return end

    def _one(self, raw: bytes, text: bytes) -> bool:
        """Hand over one segment; whether it was the end of the interchange."""
        offset, length = self._base + self._at, len(raw)
        limit = self._limits.segment
        if length - len(self._ends) > limit:
            self._envelopes.report_overlong(text, offset)
            text, raw = text[:limit], raw[:limit] + self._ends
        self._at += length
        return self._envelopes.segment(text, raw, offset)

    def _starts_interchange(self, row: bytes, at: int, final: bool) -> bool | None:
        """Whether an ISA within an open interchange begins another one; None where more bytes must tell."""
        lead = len(row) - len(row.lstrip(BLANKS))
        if row.count(row[lead + 3 : lead + 4]) < 15:
            return False
        window = self._window(at + lead, final)
        if window is None:
            return None
        if find_header(window, strict=True) is None:
            return False
        self._at = at
        self._envelopes.abandon(self._base + at + lead, "ISA")
        self._inside = False
        return True

    def _iea_swallowed_isa(self, row: bytes, final: bool) -> bool | None:
        """Handle an IEA without a terminator, with the next ISA right behind it. False where there is
        none."""
        inner = row.find(b"ISA", 4)
        while inner >= 0:
            window = self._window(self._at + inner, final)
            if window is None:
                return None
            if find_header(window, strict=True) is not None:
                raw = row[:inner]
                offset = self._base + self._at
                self._envelopes.report_unterminated("IEA", offset + len(raw) - len(raw.lstrip(BLANKS)))
                self._at += inner
                self._envelopes.segment(raw.translate(None, b"\r\n").strip(BLANKS), raw, offset)
                self._inside = False
                return True
            inner = row.find(b"ISA", inner + 1)
        return False

    def _unterminated(self, final: bool) -> bool:
        """No terminator is at hand: wait, or deal with the end of the input or a segment without end."""
        rest = self._buffer[self._at :]
        text = rest.lstrip(BLANKS)
        if text.startswith(b"ISA"):
            starts = self._starts_interchange(rest, self._at, final)
            if starts or starts is None:
                return starts or False
        if not final:
            if len(rest) <= self._limits.segment:
                return False
            self._one(
                rest[: self._limits.segment + 1 + len(self._ends)],
                cleaned(rest, self._delimiters).lstrip(b" \t"),
            )
            self._at = len(self._buffer) - len(self._ends) + 1
            self._overlong = True
            return True
        if not text or text == self._escaped:
            self._envelopes.abandon(self._base + self._at, "the end of the input")
            self._skipped(self._at, len(self._buffer))
            self._at = len(self._buffer)
            return True
        rows, view, _ = self._split(rest)
        if self._also:
            rows[-1] = rows[-1].removesuffix(self._ends)
            if not rows[-1]:
                rows.pop()
                view.pop()
        if text.startswith(b"IEA") and self._iea_swallowed_isa(rest, final):
            return True
        for row, seen in zip(rows, view, strict=True):
            if row is rows[-1] and not (self._also and row.endswith(self._also)):
                tag = seen.split(self._delimiters.element.encode())[0][:3].decode("ascii", "replace")
                self._envelopes.report_unterminated(tag, self._base + self._at)
            if self._one(row, seen):
                self._inside = False
        return True

    def _skip_overlong(self, final: bool) -> bool:
        """Drop what is left of a segment longer than the limit."""
        end = self._buffer.find(self._ends, self._at)
        if end >= 0:
            self._overlong = False
            self._at = end + len(self._ends)
            return True
        keep = 0 if final else len(self._ends) - 1
        dropped = len(self._buffer) - keep > self._at
        self._at = max(self._at, len(self._buffer) - keep)
        return dropped

    # Problems of no interchange

    def _report_no_x12(self) -> None:
        if self._garbage_at < 0:
            self._report(Code.NO_X12, "this is no X12: the input is empty")
        elif self._garbage_start.startswith(_UTF16):
            self._report(Code.UTF16, "this is text in UTF-16, which X12 does not use; convert it to UTF-8 first")
        else:
            said = f"this is no X12: no ISA, GS or ST begins it, but {self._garbage_start!r}"
            self._report(Code.NO_X12, said, self._garbage_at)

    def _report(self, code: Code, text: str, offset: int = 0) -> None:
        self._envelopes.report_stream(Problem(code, text, Position(offset)))
