"""The style that no linter checks: size, broad excepts, promises left open, paths of one machine.

`ALLOWED` is a ratchet: it names what is known to be over the line, and must be shortened when that mends.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("src", "tests", "tools", "benchmarks", "examples")
PROSE = ("docs", "deploy", ".ci")

LINES_OF_A_FILE = 400
LINES_OF_A_FUNCTION = 60

# Each entry is a finding without its line number and figures: "FILE: what".
ALLOWED: frozenset[str] = frozenset()

OPEN_PROMISE = re.compile(r"\b(TODO|FIXME|NotImplementedError|(?i:stub|placeholder))\b")
MACHINE_PATH = re.compile(r"(?<![\w.:/$}])/(work|root|home|Users|farm)/[\w.-]+")
BROAD = {"Exception", "BaseException"}


def python_files() -> list[Path]:
    return sorted(path for top in SOURCES for path in (ROOT / top).rglob("*.py"))


def written_files() -> list[Path]:
    prose = (path for top in PROSE for path in (ROOT / top).rglob("*") if path.is_file())
    top = (path for path in ROOT.iterdir() if path.is_file() and path.suffix in {"", ".md", ".toml", ".txt"})
    return sorted({*python_files(), *prose, *top})


def findings(path: Path) -> Iterator[str]:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return
    name = path.relative_to(ROOT).as_posix()
    # This file names what it looks for.
    lines = [] if path == Path(__file__) else text.splitlines()
    for number, line in enumerate(lines, 1):
        for match in MACHINE_PATH.finditer(line):
            yield f"{name}: a path of one machine, {match.group()} (line {number})"
    if path.suffix != ".py":
        return
    if len(lines) > LINES_OF_A_FILE:
        yield f"{name}: more than {LINES_OF_A_FILE} lines ({len(lines)})"
    for number, line in enumerate(lines, 1):
        if promise := OPEN_PROMISE.search(line):
            yield f"{name}: a promise left open, {promise.group()} (line {number})"
    yield from (f"{name}: {finding}" for finding in findings_in_tree(ast.parse(text), lines))


def findings_in_tree(tree: ast.AST, lines: list[str]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LINES_OF_A_FUNCTION:
                yield f"{node.name} has more than {LINES_OF_A_FUNCTION} lines ({length})"
        if isinstance(node, ast.ExceptHandler) and swallows_anything(node) and not has_reason(node, lines):
            yield f"a broad except without its reason (line {node.lineno})"


def swallows_anything(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    broad = any(kind is None or (isinstance(kind, ast.Name) and kind.id in BROAD) for kind in kinds)
    last = handler.body[-1]
    return broad and not (isinstance(last, ast.Raise) and last.exc is None)


def has_reason(handler: ast.ExceptHandler, lines: list[str]) -> bool:
    """A comment on the except's line, or the one before or after it; silencing a linter is no reason."""
    near = lines[handler.lineno - 2 : handler.lineno + 1]
    comments = (line.partition("#")[2].strip() for line in near)
    return any(comment and not re.fullmatch(r"(noqa|type:|pragma).*", comment) for comment in comments)


def without_figures(finding: str) -> str:
    return re.sub(r" \([^()]*\)$", "", finding)


def test_nothing_is_over_the_line() -> None:
    found = [finding for path in written_files() for finding in findings(path)]
    over = [finding for finding in found if without_figures(finding) not in ALLOWED]
    assert not over, "\n" + "\n".join(over)


def test_what_has_been_mended_is_no_longer_allowed() -> None:
    found = {without_figures(finding) for path in written_files() for finding in findings(path)}
    assert sorted(ALLOWED - found) == []


def test_the_rules_find_what_they_are_for(tmp_path: Path) -> None:
    handler = "try:\n    pass\nexcept Exception:{}\n    pass\n"
    reasons = [
        list(findings_in_tree(ast.parse(source), source.splitlines()))
        for source in (
            handler.format(""),
            handler.format("  # noqa: BLE001"),
            handler.format("  # a plug-in may raise anything"),
            handler.replace("Exception", "ValueError").format(""),
            handler.format("") + "    raise\n",
        )
    ]
    assert [len(found) for found in reasons] == [1, 1, 0, 0, 0]
    long = "def long():\n" + "    pass\n" * LINES_OF_A_FUNCTION
    assert len(list(findings_in_tree(ast.parse(long), long.splitlines()))) == 1
    assert OPEN_PROMISE.search("raise NotImplementedError")
    assert not OPEN_PROMISE.search("stubborn")
    assert MACHINE_PATH.search("see /work/main/x")
    assert not MACHINE_PATH.search("https://example.com/home/page")
