"""Engines in processes of their own, so that neither's threads and garbage slow the other; asked by lines of JSON."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from benchmarks._figures import Run

_HERE = Path(__file__).parent


class Child:
    """A benchmark script of this folder that serves runs until it is closed."""

    def __init__(self, script: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(_HERE / f"{script}.py"), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **asked: Any) -> Any:
        """Send a request and wait for the answer. Raises RuntimeError where the child ends instead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._process.args!r} ended with {self._process.wait()}; its message stands above")
        return json.loads(answer)

    def run(self, **asked: Any) -> Run:
        return Run(**self.ask(**asked))

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


def serve(answer: Callable[..., Any]) -> None:
    """The child's side: answer each line until there are no more. Errors are logged where the parent's messages go."""
    errors = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=errors, logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)
