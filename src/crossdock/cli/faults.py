"""What goes wrong, as people read it: one plain sentence, a non-zero exit, never a traceback."""

import os
import sys
import tempfile
import traceback
from pathlib import Path

from crossdock.app.serve import PortTaken
from crossdock.estate.parse import EstateError
from crossdock.governance.access import AccessError
from crossdock.journal.store import StoreBusy, StoreRefused, StoreRejected, StoreUnavailable


class Stop(Exception):
    """A command can't go on; one sentence for the person who typed it."""


KNOWN = (Stop, EstateError, AccessError, PortTaken, StoreRefused, StoreBusy, StoreUnavailable, StoreRejected)
"""Exceptions that carry one sentence for people."""


def say(sentence: str) -> None:
    """To standard error, as one sentence."""
    text = " ".join(sentence.split())
    print(text if text.endswith((".", "?", "!")) else f"{text}.", file=sys.stderr)


def report(error: BaseException) -> None:
    """An error that nobody foresaw: its trace goes to a file, a sentence to the person."""
    trace = "".join(traceback.format_exception(error))
    try:
        descriptor, name = tempfile.mkstemp(prefix="crossdock-", suffix=".log")
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(trace)
        where = f"the details are in {Path(name)}"
    except OSError:
        where = f"and no file could be written in {tempfile.gettempdir()} with the details"
    what = str(error).partition("\n")[0]
    kind = type(error).__name__
    say(f"Crossdock failed unexpectedly ({kind}{': ' if what else ''}{what}); {where}; please report it")


def silence_broken_pipe() -> None:
    """Whoever read our output has gone: nothing more is to be said, at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
