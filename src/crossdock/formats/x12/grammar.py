"""Set grammars: which segments a transaction set has, in which order and how often, compiled to flat tables.

The notation, one line per set or as many as read well:

    BEG         at most once          BEG!        exactly once
    REF*        any number            REF+        at least once
    PER:3       at most three times   PER!:3      one to three times
    (N1 N2* N3*)*   a loop: it starts with its first segment; a quantity stands behind the bracket
    {CUR REF* (N1 N4)*}   segments and loops in any order: partners and versions differ in it

A segment belongs to the innermost open loop that has a place for it, as X12.59 has it. Every set is ST, what the
notation says, and SE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(r"([(){}])|([A-Z][A-Z0-9]{1,2})|([!*+]?(?::\d+)?)")


class GrammarError(ValueError):
    """A grammar's text that does not follow the notation."""


class Step(NamedTuple):
    """What there is to watch when a segment comes: `missing` required tags were left out before it; `key` counts it
    against `maximum` (0: any number), and `resets` are counts that start anew because a loop begins."""

    missing: tuple[str, ...]
    key: int
    maximum: int
    resets: tuple[int, ...]
    begins_loop: bool

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to watch."""
        return not (self.missing or self.maximum or self.resets)


class State(dict[str, "Arrow"]):
    """Tags that may come next, each with what follows."""


class Arrow(NamedTuple):
    """The state behind a segment, and what to watch on the way; None where there is nothing."""

    to: State
    step: Step | None


@dataclass(frozen=True, slots=True)
class SetGrammar:
    """A compiled grammar. `start` is the state behind ST."""

    start: State
    counters: int
    tags: frozenset[str]


@dataclass(slots=True, eq=False)
class _Item:
    """A segment (no children), a loop, or a bag of items in any order."""

    kind: str
    tag: str = ""
    required: bool = False
    maximum: int = 1
    children: list[_Item] = field(default_factory=list)
    parent: _Item | None = None
    index: int = 0
    key: int = 0
    states: list[State] = field(default_factory=list)


def compile_grammar(text: str) -> SetGrammar:
    """The tables for a set. Raises GrammarError where `text` does not follow the notation."""
    root = _Item("loop", "ST", children=[_Item("segment", "ST", required=True)])
    tokens = _tokens(text)
    root.children += _parse(tokens, "")
    root.children.append(_Item("segment", "SE", required=True))
    loops = _number(root)
    for loop in loops:
        for index, state in enumerate(loop.states):
            _scan(loop, index, (), state)
    tags = frozenset(tag for loop in loops for state in loop.states for tag in state) | {"ST"}
    counters = sum(1 for _ in _descendants(root)) + 1
    return SetGrammar(root.states[0], counters, tags)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """(kind, text) of each token; a quantity directly follows its tag or bracket."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise GrammarError(f"'{text[at : at + 10]}' is no part of a set grammar")
        bracket, tag, quantity = match.groups()
        yield ("bracket", bracket) if bracket else ("tag", tag) if tag else ("quantity", quantity)
        at = match.end()


def _parse(tokens: Iterator[tuple[str, str]], closing: str) -> list[_Item]:
    """Items up to the closing bracket."""
    items: list[_Item] = []
    for kind, text in tokens:
        if kind == "tag":
            items.append(_Item("segment", text))
        elif kind == "quantity":
            if not items:
                raise GrammarError(f"'{text}' follows nothing")
            _quantify(items[-1], text)
        elif text == "(":
            children = _parse(tokens, ")")
            if not children or children[0].kind != "segment":
                raise GrammarError("a loop starts with a segment")
            children[0].required = True
            items.append(_Item("loop", children[0].tag, children=children))
        elif text == "{":
            items.append(_Item("bag", children=_parse(tokens, "}")))
        elif text == closing:
            return items
        else:
            raise GrammarError(f"'{text}' closes nothing")
    if closing:
        raise GrammarError(f"'{closing}' is missing")
    return items


def _quantify(item: _Item, quantity: str) -> None:
    mark, _, maximum = quantity.partition(":")
    item.required = mark in ("!", "+")
    item.maximum = 0 if mark in ("*", "+") else int(maximum or "1")


def _number(root: _Item) -> list[_Item]:
    """Give every item its parent loop, place and counter, and every loop its states; list all loops."""
    loops: list[_Item] = []
    keys = 0
    waiting = [root]
    while waiting:
        loop = waiting.pop()
        loops.append(loop)
        loop.states = [State() for _ in loop.children]
        for index, child in enumerate(loop.children):
            members = child.children if child.kind == "bag" else [child]
            for member in members:
                if member.kind == "bag":
                    raise GrammarError("a bag stands in no other bag")
                keys += 1
                member.parent, member.index, member.key = loop, index, keys
                if member.kind == "loop":
                    waiting.append(member)
    return loops


def _scan(loop: _Item, index: int, missing: tuple[str, ...], state: State) -> None:
    """Fill `state` with what may follow item `index` of `loop`, inner places before outer ones."""
    for at in range(index, len(loop.children)):
        item = loop.children[at]
        if at > 0:
            _offer(loop, at, item, missing, state)
        if at > index and item.required:
            missing = (*missing, item.tag)
    if loop.parent is None:
        return
    _offer(loop.parent, loop.index, loop, missing, state)
    _scan(loop.parent, loop.index, missing, state)


def _offer(loop: _Item, at: int, item: _Item, missing: tuple[str, ...], state: State) -> None:
    if item.kind == "bag":
        for member in item.children:
            _offer(loop, at, member, missing, state)
    elif item.tag not in state:
        begins = item.kind == "loop"
        resets = tuple(inner.key for inner in _descendants(item) if inner.maximum) if begins else ()
        step = Step(missing, item.key, item.maximum, resets, begins)
        to = item.states[0] if begins else loop.states[at]
        state[item.tag] = Arrow(to, None if step.is_plain else step)


def _descendants(item: _Item) -> Iterator[_Item]:
    waiting = list(item.children)
    while waiting:
        inner = waiting.pop()
        yield inner
        waiting.extend(inner.children)
