"""Clears away a test's database server when its owner is gone, however it went.

Started as a process of its own, in a session of its own, with a pipe from the owner as standard input. The
pipe closes when the owner stops, is interrupted or is killed; then the server is stopped, its folder removed.
Usage: janitor.py FOLDER, where FOLDER/data is the server's data directory. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path


def server_of(folder: Path) -> int | None:
    """The process id of the server that runs on `folder`, if one does."""
    try:
        pid = int((folder / "data" / "postmaster.pid").read_text("ascii").split("\n", 1)[0])
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    return pid


def clear_away(folder: Path, patience: float = 10.0) -> None:
    """Stop the server politely, then by force, and remove the folder."""
    deadline = time.monotonic() + patience
    pid = server_of(folder)
    with contextlib.suppress(ProcessLookupError):
        if pid is not None:
            os.kill(pid, signal.SIGINT)
        while server_of(folder) is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        if server_of(folder) is not None and pid is not None:
            os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.stdin.buffer.read()
    clear_away(Path(sys.argv[1]))
