"""The commands of `./dev`. Started by that script, with any Python that is recent enough."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from environment import Environment, end

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = Environment(ROOT)

CHECKS: dict[str, list[str]] = {
    "style": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "--output-format", "concise", "."],
    "types": ["-m", "mypy", "--strict", "src", "tools"],
    "imports": [
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-logo",
    ],
    "schemas": ["-m", "crossdock.model.schemas", "--check"],
    "tidiness": ["-m", "pytest", "-q", "tests/test_tidy.py"],
}


def become(*arguments: str | Path) -> NoReturn:
    """Replace this process by the environment's Python, so that signals and the exit code are its own."""
    sys.stdout.flush()
    os.execv(ENVIRONMENT.python, [str(ENVIRONMENT.python), *map(str, arguments)])


def crossdock(arguments: Sequence[str]) -> NoReturn:
    ENVIRONMENT.ensure()
    become(ENVIRONMENT.folder / "bin" / "crossdock", *arguments)


def demo(arguments: Sequence[str]) -> NoReturn:
    crossdock(["demo", *arguments])


def python(arguments: Sequence[str]) -> NoReturn:
    ENVIRONMENT.ensure("dev")
    become(*arguments)


def test(arguments: Sequence[str]) -> NoReturn:
    ENVIRONMENT.ensure("dev")
    os.chdir(ROOT)
    whole_suite = all(argument == "--long" for argument in arguments)
    spread = ["-n", "auto", "--dist", "loadgroup"] if whole_suite else []
    become("-m", "pytest", *spread, *arguments)


def check(arguments: Sequence[str]) -> NoReturn:
    if arguments:
        end("'./dev check' takes no options.", 2)
    ENVIRONMENT.ensure("dev")
    failed = [name for name, command in CHECKS.items() if not passes(name, command)]
    if failed:
        end(f"Not as it should be: {', '.join(failed)}.")
    raise SystemExit(0)


def passes(name: str, command: Sequence[str]) -> bool:
    print(f"== {name}", flush=True)
    return subprocess.run([ENVIRONMENT.python, *command], cwd=ROOT).returncode == 0


def bench(arguments: Sequence[str]) -> NoReturn:
    known = sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py"))
    if not arguments or arguments[0] not in known:
        asked = f"'{arguments[0]}' is no benchmark" if arguments else "'./dev bench' needs a name"
        end(f"{asked}; there are: {', '.join(known) or 'none'}.", 2)
    ENVIRONMENT.ensure("dev", "bench")
    others = [os.environ["PYTHONPATH"]] if os.environ.get("PYTHONPATH") else []
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *others])
    become(ROOT / "benchmarks" / f"{arguments[0]}.py", *arguments[1:])


COMMANDS: dict[str, Callable[[Sequence[str]], NoReturn]] = {
    "bench": bench,
    "check": check,
    "crossdock": crossdock,
    "demo": demo,
    "python": python,
    "test": test,
}

if __name__ == "__main__":
    try:
        COMMANDS[sys.argv[1]](sys.argv[2:])
    except KeyboardInterrupt:
        raise SystemExit(130) from None
