"""Validation of a transaction set against the grammar of its set: every problem with segment and element position.

Our grammars describe what supply-chain documents use, not the whole standard. So a segment that they do not know is a
warning, unless the set is complete here (997, 999); wrong order, missing and repeated segments and bad elements are
errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import contains

from crossdock.formats.x12.errors import Code, Fault, Problem, Severity
from crossdock.formats.x12.grammar import SetGrammar, State, Step
from crossdock.formats.x12.library import STANDARD, Library
from crossdock.formats.x12.segment_checks import Dialect, Finding, SegmentCheck
from crossdock.formats.x12.structure import Segment, Transaction


def validate(transaction: Transaction, library: Library = STANDARD, *, limit: int = 100) -> list[Problem]:
    """The problems of a transaction set beyond its envelope, at most `limit` of them, in document order."""
    grammar = library.grammar(transaction.set_id)
    if grammar is None:
        said = f"there is no grammar for transaction set {transaction.set_id or 'without a name'}"
        return [Problem(Code.SET_UNKNOWN, said, transaction.position(1, 1), fault=Fault.OURS, value=transaction.set_id)]
    if not transaction.segments:
        return []  # the set was too large to keep, as its own problems say
    problems = list(_group_problems(transaction, library))
    run = _Run(transaction, library, grammar, problems, limit)
    run.segments()
    return problems


class _Run:
    """One walk through the segments of one transaction set."""

    def __init__(
        self, transaction: Transaction, library: Library, grammar: SetGrammar, problems: list[Problem], limit: int
    ) -> None:
        self._transaction = transaction
        self._grammar = grammar
        self._closed = transaction.set_id in library.closed
        self._problems = problems
        self._limit = limit
        delimiters = transaction.delimiters
        version = transaction.version or "004010"
        self._checks = library.checks(Dialect(version[:3], delimiters.component, delimiters.repetition))

    def segments(self) -> None:
        """Walk: one look-up for the order, one for the shape and one per element, unless something is new."""
        checks, problems, limit = self._checks, self._problems, self._limit
        counts = [0] * self._grammar.counters
        state = self._grammar.start
        segments = self._transaction.segments
        for number, segment in enumerate(segments, 1):
            tag = segment[0]
            arrow = state.get(tag)
            if arrow is not None:
                state, step = arrow
                if step is not None:
                    self._watch(number, tag, step, counts)
            elif number > 1 or tag != "ST":
                self._out_of_place(number, segment)
            check = checks[tag]
            if check is not None:
                if tuple(map(bool, segment)) not in check.good_shapes:
                    self._add(number, tag, check.examine_shape(segment))
                if not all(map(contains, check.good_values, segment)):
                    self._examine_values(number, segment, check)
            if len(problems) >= limit:
                return
        if not segments or segments[-1][0] != "SE":
            self._missing_end(len(segments), state)

    def _examine_values(self, number: int, segment: Segment, check: SegmentCheck) -> None:
        known = list(map(contains, check.good_values, segment))
        for at, good in enumerate(known):
            if at and not good:
                self._add(number, segment[0], check.examine_value(at, segment[at]))

    def _add(self, number: int, tag: str, findings: Iterator[Finding]) -> None:
        for found in findings:
            if len(self._problems) >= self._limit:
                return
            where = self._transaction.position(number, found.element, found.component, found.repetition)
            self._problems.append(
                Problem(found.code, found.text, where, found.severity, value=found.value, reference=found.reference)
            )

    def _watch(self, number: int, tag: str, step: Step, counts: list[int]) -> None:
        """Count, and report what is missing before a segment or occurs too often."""
        for reset in step.resets:
            counts[reset] = 0
        counts[step.key] += 1
        for missing in step.missing:
            self._missing(number, missing, tag)
        if 0 < step.maximum < counts[step.key]:
            times = "once" if step.maximum == 1 else f"{step.maximum} times"
            code, what = (Code.LOOP_REPEATED, "loop") if step.begins_loop else (Code.SEGMENT_REPEATED, "segment")
            said = f"{what} {tag} occurs more than {times} here"
            self._problems.append(Problem(code, said, self._transaction.position(number)))

    def _missing(self, number: int, missing: str, before: str) -> None:
        said = f"required segment {missing} is missing before {before}"
        self._problems.append(Problem(Code.SEGMENT_MISSING, said, self._transaction.position(number).named(missing)))

    def _missing_end(self, number: int, state: State) -> None:
        """Required segments behind the last one of a set that has no SE; the missing SE itself is the reader's."""
        arrow = state.get("SE")
        for missing in arrow.step.missing if arrow and arrow.step else ():
            self._missing(number, missing, "the end")

    def _out_of_place(self, number: int, segment: Segment) -> None:
        tag = segment[0]
        where = self._transaction.position(number)
        if not (2 <= len(tag) <= 3 and tag.isascii() and tag.isalnum() and tag.isupper() and tag[0].isalpha()):
            said, code, severity = f"'{tag[:12]}' is no segment tag", Code.SEGMENT_ID, Severity.ERROR
        elif tag in self._grammar.tags:
            said, code, severity = f"{tag} is out of sequence here", Code.SEGMENT_SEQUENCE, Severity.ERROR
        else:
            severity = Severity.ERROR if self._closed else Severity.WARNING
            said, code = f"{tag} is not described for set {self._transaction.set_id}", Code.SEGMENT_NOT_IN_SET
        self._problems.append(Problem(code, said, where, severity, value=tag[:12]))


def _group_problems(transaction: Transaction, library: Library) -> Iterator[Problem]:
    """Whether the set belongs to the group that it came in."""
    expected = library.functional_ids.get(transaction.set_id)
    if transaction.group is not None and expected and transaction.group.functional_id != expected:
        said = f"set {transaction.set_id} came in a group {transaction.group.functional_id}, not {expected}"
        yield Problem(Code.SET_NOT_IN_GROUP, said, transaction.position(1, 1), Severity.WARNING)
