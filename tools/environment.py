"""The environment in `.venv`: made when it is missing, brought up to date when the declarations change.

Standard library only, because it runs before anything is installed. Needs Python 3.11 or later.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

RUNTIME = "runtime"


def end(sentence: str, status: int = 1) -> NoReturn:
    """Say why the workshop can't go on, and leave."""
    print(sentence, file=sys.stderr)
    raise SystemExit(status)


class Environment:
    """The virtual environment of one checkout.

    Each set of packages (`runtime`, or a dependency group of pyproject.toml) leaves a stamp in it once it is
    installed: a digest of the declarations, so that a change of pyproject.toml or constraints.txt shows.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self._constraints = root / "constraints.txt"
        self._unfinished = self.folder / ".crossdock-unfinished"
        self._declared: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))

    def ensure(self, *groups: str) -> None:
        """Install Crossdock, its dependencies and the named dependency groups, where not yet as declared."""
        sets = (RUNTIME, *groups)
        if self._runs_this() and not self._unfinished.exists() and self._is_current(sets):
            return
        with self._lock():
            usable = self._is_usable()
            if usable and self._is_current(sets):
                return
            verb = "Updating" if usable else "Making"
            print(f"{verb} the environment in {self.folder} ...", file=sys.stderr, flush=True)
            self._install(sets, usable)

    def _runs_this(self) -> bool:
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def _digest(self) -> str:
        declared = {
            "tables": [self._declared.get(name) for name in ("build-system", "project", "dependency-groups")],
            "constraints": self._constraints.read_text("utf-8"),
            "checkout": str(self.root),
            "python": sys.version_info[:2],
        }
        return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()

    def _stamp(self, name: str) -> Path:
        return self.folder / f".crossdock-{name}"

    def _is_current(self, sets: Sequence[str]) -> bool:
        digest = self._digest()
        return all(_read(self._stamp(name)) == digest for name in sets)

    def _is_usable(self) -> bool:
        if self._unfinished.exists() or not os.access(self.python, os.X_OK):
            return False
        probe = "import sys; sys.exit(sys.version_info < (3, 11))"
        if shutil.which("uv") is None:
            probe = f"import pip; {probe}"
        return subprocess.run([self.python, "-c", probe], capture_output=True).returncode == 0

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            descriptor = os.open(self.root / ".venv.lock", os.O_WRONLY | os.O_CREAT, 0o666)
        except OSError as error:
            end(
                f"Can't write to {self.root} ({error.strerror}): make your own copy of the repository and run it there."
            )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _requirements(self, sets: Sequence[str]) -> list[str]:
        wanted = ["--editable", str(self.root)]
        for name in sets:
            wanted += [] if name == RUNTIME else self._group(name)
        return wanted

    def _group(self, name: str) -> list[str]:
        requirements: list[str] = []
        for entry in self._declared["dependency-groups"][name]:
            requirements += [entry] if isinstance(entry, str) else self._group(entry["include-group"])
        return requirements

    def _install(self, sets: Sequence[str], usable: bool) -> None:
        uv = shutil.which("uv")
        done = uv is not None and self._install_with_uv(uv, sets, usable)
        if uv is not None and not done:
            print("uv could not do it; trying pip.", file=sys.stderr, flush=True)
            usable = False
        if not done and not self._install_with_pip(sets, usable):
            end(
                "The packages that Crossdock needs could not be installed, for the reason above: "
                "check the way to the package index and run this again."
            )
        digest = self._digest()
        for name in sets:
            _write(self._stamp(name), digest)

    def _install_with_uv(self, uv: str, sets: Sequence[str], usable: bool) -> bool:
        if not usable:
            self._clear()
            make = [uv, "venv", "--quiet", "--no-project", "--allow-existing", "--python", _base_python()]
            if not _run([*make, str(self.folder)]):
                return False
        return self._add([uv, "pip", "install", "--quiet", "--python", str(self.python)], sets)

    def _install_with_pip(self, sets: Sequence[str], usable: bool) -> bool:
        if not usable:
            if not _can_make_environments():
                version = f"{sys.version_info[0]}.{sys.version_info[1]}"
                end(
                    f"Python {version} on this machine can't make environments (it has no ensurepip): "
                    f"install Debian's package python{version}-venv, or uv, and run this again."
                )
            self._clear()
            if not _run([_base_python(), "-m", "venv", str(self.folder)]):
                return False
        quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
        return self._add([str(self.python), "-m", "pip", "install", *quiet], sets)

    def _add(self, installer: Sequence[str], sets: Sequence[str]) -> bool:
        """Run an installer; killed half-way it may leave half a package, so the next run starts anew."""
        self._unfinished.touch()
        done = _run([*installer, "--constraint", str(self._constraints), *self._requirements(sets)])
        self._unfinished.unlink()
        return done

    def _clear(self) -> None:
        """Make the folder anew, empty but for the mark that it is unfinished."""
        try:
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(self.folder)
            self.folder.mkdir()
            self._unfinished.touch()
        except OSError as error:
            end(f"Can't remake {self.folder} ({error.strerror}): remove it and run this again.")


def _can_make_environments() -> bool:
    probe = [_base_python(), "-c", "import ensurepip, venv"]
    return subprocess.run(probe, capture_output=True).returncode == 0


def _base_python() -> str:
    """The interpreter outside any environment: the one at work may be about to be removed with its own."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _run(command: Sequence[str]) -> bool:
    # A person's settings for their own installs (into the home folder, say) would misplace ours.
    ours = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    foreign = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_CONSTRAINT", "VIRTUAL_ENV", "PYTHONPATH")
    environ = {name: value for name, value in os.environ.items() if name not in foreign} | ours
    return subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, stdout=sys.stderr).returncode == 0


def _read(path: Path) -> str | None:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, "ascii")
    fresh.replace(path)
