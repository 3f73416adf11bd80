"""Runs Tryton's own programs from its environment, and a Tryton server as a child process on 127.0.0.1."""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from crossdock.connectors.tryton.wire import encode
from crossdock.runtime.ports import NoAnswer, NotSent, Request
from crossdock.simulation.tryton.environment import TrytonUnavailable
from crossdock.simulation.tryton.exchange import send

_STARTS_WITHIN = 60.0
_LOOKS_EVERY = 0.05
_STOPS_WITHIN = 1.0
# Runs a program in the child, and ends it when our end of its standard input closes: also when we are killed.
_GUARDED = """
import os, runpy, signal, sys, threading
def guard():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=guard, daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def configure(folder: Path, uri: str, port: int = 0) -> Path:
    """Write a Tryton configuration into a folder, which is also where SQLite files lie; its path."""
    path = folder / "trytond.conf"
    path.write_text(f"[database]\nuri = {uri}\npath = {folder}\n[web]\nlisten = 127.0.0.1:{port}\nroot = {folder}\n")
    return path


def administer(python: Path, config: Path, *arguments: str, password: str = "") -> None:
    """Run `trytond-admin`. Raises TrytonUnavailable with its last words."""
    command = [str(python), str(python.with_name("trytond-admin")), "-c", str(config), *arguments]
    environment = _environment()
    if password:
        secret = config.with_name("password")
        secret.write_text(password)
        environment["TRYTONPASSFILE"] = str(secret)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise TrytonUnavailable(f"trytond-admin failed on {config}: {' '.join(words)}")


class TrytonServer:
    """A running Tryton server: `url` and `database` are what a client needs. A context manager that stops it."""

    def __init__(self, python: Path, folder: Path, uri: str, database: str, workers: int = 0) -> None:
        """Start on a free port and wait until it answers. `workers` above 0 uses gunicorn with as many processes.

        Raises TrytonUnavailable with the end of the server's log when it does not come up.
        """
        self.database = database
        self.folder = folder
        self._log = folder / "trytond.log"
        for _ in range(3):
            self._port = _free_port()
            self.url = f"http://127.0.0.1:{self._port}"
            config = configure(folder, uri, self._port)
            self._child = self._start(python, config, workers)
            if self._wait():
                return
            self.stop()
        tail = " ".join(self._log.read_text(errors="replace").splitlines()[-3:])
        raise TrytonUnavailable(f"Tryton did not start on {database}: {tail}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server with all its processes, and wait until it is gone. What it answered is committed."""
        if self._child.stdin:
            self._child.stdin.close()
        self._child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(_STOPS_WITHIN)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()

    def _start(self, python: Path, config: Path, workers: int) -> "subprocess.Popen[bytes]":
        environment = _environment()
        if workers:
            environment |= {"TRYTOND_CONFIG": str(config), "TRYTOND_DATABASE_NAMES": self.database}
            address = f"127.0.0.1:{self._port}"
            options = ["-w", str(workers), "--threads", "4", "-b", address, "--no-control-socket"]
            program = [str(python.with_name("gunicorn")), *options, "trytond.application:app"]
        else:
            program = [str(python.with_name("trytond")), "-c", str(config), "-d", self.database]
        return self._spawn([str(python), "-c", _GUARDED, *program], environment)

    def _spawn(self, command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=self.folder,
                start_new_session=True,
            )

    def _wait(self) -> bool:
        """Whether the server answers for the database before its time is up."""
        body = encode({"id": 1, "method": "common.db.login", "params": ["", {}]})
        request = Request(
            "POST",
            f"{self.url}/{self.database}/rpc/",
            {"content-type": "application/json"},
            body,
            _STARTS_WITHIN,
        )
        for _ in range(int(_STARTS_WITHIN / _LOOKS_EVERY)):
            try:
                if send(request).status != 503:
                    return True
            except (NotSent, NoAnswer):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._child.wait(_LOOKS_EVERY)
                    break
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment() -> dict[str, str]:
    """Ours without what would lead the child into our own Python environment; in UTC, as dates are the database's."""
    dropped = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "TZ": "UTC", "PYTHONUNBUFFERED": "1"}
