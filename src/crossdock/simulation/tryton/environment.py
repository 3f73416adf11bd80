"""A Python environment of its own that holds a real Tryton 8.2 from the package index.

Tryton is GPL-3.0-or-later. It is never imported here: it runs as a separate process from this environment.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SERIES = "8.2"
# What is activated in the database; each is the PyPI package `trytond-<name>`.
MODULES = (
    "party",
    "product",
    "stock",
    "purchase",
    "sale",
    "account",
    "account_invoice",
    "account_invoice_stock",
    "account_credit_limit",
    "sale_credit_limit",
    "product_price_list",
    "sale_price_list",
    "sale_amendment",
    "product_kit",
)
_REQUIREMENTS = (
    f"trytond=={SERIES}.*",
    *(f"trytond-{module.replace('_', '-')}=={SERIES}.*" for module in MODULES),
    "psycopg[binary,pool]>=3.2,<4",
    "gunicorn>=23",
)
_NEWEST_MINOR = 15

Progress = Callable[[str], None]


class TrytonUnavailable(RuntimeError):
    """Tryton can't be installed, built or started here. The message says what failed and what to do."""


def quiet(_message: str) -> None:
    """A progress callback that says nothing."""


def default_cache() -> Path:
    """Where environments and built databases are kept: the checkout's `.cache`, or the user's cache when installed."""
    checkout = Path(__file__).resolve().parents[4]
    if (checkout / "pyproject.toml").is_file() and os.access(checkout, os.W_OK):
        return checkout / ".cache" / "tryton"
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "crossdock" / "tryton"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes for as long as the block runs; a dead holder's lock is free."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def environment(cache: Path, progress: Progress = quiet) -> Path:
    """The Python executable of an environment with Tryton in it, made on first use (about 20 s).

    Two callers at once get the same one. Raises TrytonUnavailable when no Python of this machine can make it.
    """
    name = hashlib.blake2b("\n".join(_REQUIREMENTS).encode(), digest_size=6).hexdigest()
    home = cache / f"venv-{SERIES}-{name}"
    python, complete = home / "bin" / "python", home / "complete"
    if complete.exists():
        return python
    with locked(cache / f"{home.name}.lock"):
        if complete.exists():
            return python
        reasons = []
        for interpreter in _interpreters():
            progress(f"installing Tryton {SERIES} with {interpreter}")
            shutil.rmtree(home, ignore_errors=True)
            reason = _make(home, interpreter)
            if reason is None:
                complete.write_text("\n".join(_REQUIREMENTS))
                return python
            reasons.append(f"{interpreter}: {reason}")
        shutil.rmtree(home, ignore_errors=True)
    raise TrytonUnavailable(
        f"Tryton {SERIES} could not be installed in {home}; check the access to the package index. "
        + "; ".join(reasons)
    )


def _interpreters() -> list[str]:
    """Python 3.11 or later on this machine, newest first; the running one last, as it surely exists."""
    names = (f"python3.{minor}" for minor in range(_NEWEST_MINOR, 10, -1))
    found = [path for path in map(shutil.which, names) if path]
    return [*found, sys.executable]


def _make(home: Path, interpreter: str) -> str | None:
    """Make the environment; None, or the reason why it failed."""
    uv = shutil.which("uv")
    python = str(home / "bin" / "python")
    if uv:
        steps = [
            [uv, "venv", "--quiet", "--python", interpreter, str(home)],
            [uv, "pip", "install", "--quiet", "--python", python, *_REQUIREMENTS],
        ]
    else:
        steps = [
            [interpreter, "-m", "venv", str(home)],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_REQUIREMENTS],
        ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            return lines[-1] if lines else f"{step[0]} ended with {done.returncode}"
    return None
