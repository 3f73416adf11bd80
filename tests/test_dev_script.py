"""`./dev`, as a stranger meets it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("LICENSE", "README.md", "constraints.txt", "dev", "pyproject.toml", "src", "tests", "tools")


def dev(
    *arguments: str, root: Path = ROOT, cwd: str | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(root / "dev"), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=env,
    )


def copy_of_the_checkout(to: Path) -> Path:
    to.mkdir(parents=True)
    leave_out = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=leave_out)
        else:
            shutil.copy2(ROOT / name, to / name)
    return to


def commands_on_path(folder: Path, *names: str) -> str:
    """A PATH that holds the named commands and no Python."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return str(folder)


@pytest.mark.parametrize("arguments", [(), ("help",), ("-h",), ("--help",)])
def test_help_names_every_command_and_makes_no_environment(arguments: tuple[str, ...], tmp_path: Path) -> None:
    root = copy_of_the_checkout(tmp_path / "a folder with spaces")
    result = dev(*arguments, root=root)
    assert result.returncode == 0
    for command in ("demo", "test", "check", "bench", "crossdock", "python"):
        assert f"./dev {command}" in result.stdout
    assert not (root / ".venv").exists()


def test_an_unknown_command_is_one_sentence_and_exit_2() -> None:
    result = dev("dmeo")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "./dev has no command 'dmeo'; './dev help' lists those it has.\n"


@pytest.mark.parametrize("arguments", [("bench",), ("bench", "no_such_benchmark")])
def test_a_benchmark_that_does_not_exist_is_one_sentence_and_exit_2(arguments: tuple[str, ...]) -> None:
    result = dev(*arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "there are:" in result.stderr


def test_without_a_python_the_need_is_said_in_one_sentence(tmp_path: Path) -> None:
    root = copy_of_the_checkout(tmp_path / "checkout")
    path = commands_on_path(tmp_path / "bin", "bash", "dirname", "cat")
    result = dev("demo", root=root, env={"PATH": path})
    assert result.returncode == 1
    assert result.stderr == (
        "Crossdock needs Python 3.11 or later, and there is none on PATH: install one and run this again.\n"
    )


def test_a_python_that_cannot_make_environments_is_said_in_one_sentence(tmp_path: Path) -> None:
    root = copy_of_the_checkout(tmp_path / "checkout")
    path = commands_on_path(tmp_path / "bin", "bash", "dirname", "cat")
    (tmp_path / "without" / "ensurepip").mkdir(parents=True)
    (tmp_path / "without" / "ensurepip" / "__init__.py").write_text("raise ImportError")
    base = getattr(sys, "_base_executable", sys.executable)
    (tmp_path / "bin" / "python3").symlink_to(base)
    result = dev("demo", root=root, env={"PATH": path, "PYTHONPATH": str(tmp_path / "without")})
    assert result.returncode == 1
    assert "it has no ensurepip" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_a_folder_that_cannot_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    root = copy_of_the_checkout(tmp_path / "checkout")
    (root / ".venv.lock").mkdir()
    result = dev("demo", root=root)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Can't write to {root} (")
    assert result.stderr.count("\n") == 1


@pytest.mark.long
def test_a_clean_copy_makes_its_own_environment_twice_at_once_and_only_once(tmp_path: Path) -> None:
    root = copy_of_the_checkout(tmp_path / "a folder with spaces")
    home = tmp_path / "home"
    home.mkdir()
    environ = {"PATH": os.environ["PATH"], "HOME": str(home)}
    command = [str(root / "dev"), "python", "-c", "import crossdock, sys; print(sys.prefix)"]
    both = [
        subprocess.Popen(command, cwd="/", env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert {stdout for stdout, _ in outputs} == {f"{root / '.venv'}\n"}
    assert sorted("Making the environment" in stderr for _, stderr in outputs) == [False, True]
    # pip keeps its cache there, and asks rustc for its version, for which rustup makes a folder.
    assert {path.name for path in home.iterdir()} <= {".cache", "Library", ".rustup"}
    again = dev("python", "-c", "print('again')", root=root, cwd="/", env={"PATH": os.environ["PATH"]})
    assert (again.returncode, again.stdout, again.stderr) == (0, "again\n", "")
