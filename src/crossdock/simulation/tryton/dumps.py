"""A PostgreSQL database as one file, by PostgreSQL's own programs where the machine has them."""

import shutil
import subprocess
from pathlib import Path

_FOLDERS = "/usr/lib/postgresql"


def dump(uri: str, file: Path) -> bool:
    """Write a database into a file, whole or not at all; False where that can't be done here."""
    unfinished = file.with_suffix(".new")
    done = _run("pg_dump", "--format=custom", "--no-owner", f"--file={unfinished}", uri)
    if done:
        unfinished.rename(file)
    else:
        unfinished.unlink(missing_ok=True)
    return done


def restore(file: Path, uri: str) -> bool:
    """Fill an empty database from a file; False where that can't be done here, which may leave it half filled."""
    return file.exists() and _run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={uri}", str(file))


def _run(program: str, *arguments: str) -> bool:
    """Whether any version of the program that is installed does it: an older one refuses a newer server."""
    versions = sorted(Path(_FOLDERS).glob(f"*/bin/{program}"), key=lambda path: path.parts[-3].zfill(4), reverse=True)
    on_path = shutil.which(program)
    programs = [*map(str, versions), *([on_path] if on_path else [])]
    return any(
        subprocess.run([name, *arguments], capture_output=True, check=False).returncode == 0 for name in programs
    )
