"""tools/venv.sh finds a Python that will do, or says what to install."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "venv.sh"
TOO_OLD = 'case "$*" in *--version*) echo Python 3.8.18;; *) exit 1;; esac'
WITHOUT_VENV = 'case "$*" in *ensurepip*) exit 1;; *"%d.%d"*) echo 3.11;; esac'
# Makes a folder that looks like an environment, and tells what it was asked.
GOOD = """case "$*" in
    *"-m venv"*) mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    *"%d.%d"*) echo 3.12 ;;
esac
echo "$0 $*" >> "$LOG"
"""

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the Makefile is for systems with a shell")


class Machine:
    """A checkout on a machine that has only some commands."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        self.bin = folder / "bin"
        self.log = folder / "log"
        (self.checkout / "tools").mkdir(parents=True)
        self.bin.mkdir()
        shutil.copy2(SCRIPT, self.checkout / "tools")
        self.touch_pyproject()
        for name in ("sh", "dirname", "cat", "cp", "mkdir"):
            (self.bin / name).symlink_to(str(shutil.which(name)))

    def touch_pyproject(self) -> None:
        """Change pyproject.toml, as a new version of the kit does."""
        (self.checkout / "pyproject.toml").write_text("", encoding="utf-8")
        os.utime(self.checkout / "pyproject.toml")

    def has(self, name: str, script: str) -> None:
        """Put a command on the PATH."""
        (self.bin / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (self.bin / name).chmod(0o755)

    def run(self, kind: str = "demo", **more: str) -> tuple[int, str]:
        """Run the script; return its code and what it said."""
        environment = {"PATH": str(self.bin), "LOG": str(self.log), **more}
        done = subprocess.run(
            ["/bin/sh", str(self.checkout / "tools" / "venv.sh"), kind],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def installed(self) -> list[str]:
        """Return what was installed so far."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [line.split()[-1] for line in lines if " pip install " in line]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without any Python."""
    return Machine(tmp_path)


def test_old_python_is_told(machine: Machine) -> None:
    """A Python that is too old is named, with what to install."""
    machine.has("python3", TOO_OLD)
    code, said = machine.run()
    assert code == 2
    assert "3.11 or newer" in said
    assert "3.8.18" in said
    assert "apt-get install" in said


def test_no_python_is_told(machine: Machine) -> None:
    """A machine without Python is told what to install."""
    code, said = machine.run()
    assert code == 2
    assert "no python3" in said


def test_newer_python_beside_is_used(machine: Machine) -> None:
    """Where python3 is too old, a newer one with its version in its name is taken."""
    machine.has("python3", TOO_OLD)
    machine.has("python3.12", GOOD)
    assert machine.run()[0] == 0
    assert machine.installed() == ["."]


def test_missing_ensurepip_is_told(machine: Machine) -> None:
    """A Python that cannot make environments comes with the package to install."""
    machine.has("python3", WITHOUT_VENV)
    code, said = machine.run()
    assert code == 2
    assert "python3.11-venv" in said


def test_complete_python_is_preferred(machine: Machine) -> None:
    """A Python that can make environments is taken before one that cannot."""
    machine.has("python3", WITHOUT_VENV)
    machine.has("python3.13", GOOD)
    assert machine.run()[0] == 0


def test_named_python_has_to_do(machine: Machine) -> None:
    """PYTHON=… is not silently replaced by another one."""
    machine.has("python3", GOOD)
    machine.has("old", TOO_OLD)
    code, said = machine.run(PYTHON="old")
    assert code == 2
    assert "PYTHON=old" in said


def test_environment_is_renewed_when_needed(machine: Machine) -> None:
    """Nothing is installed twice, but for a changed pyproject.toml or another set of extras."""
    machine.has("python3", GOOD)
    machine.run()
    machine.run()
    assert machine.installed() == ["."]
    machine.run("test")
    assert machine.installed() == [".", ".[test]"]
    later = machine.log.stat().st_mtime + 60
    os.utime(machine.checkout / "pyproject.toml", (later, later))
    machine.run()
    assert machine.installed() == [".", ".[test]", "."]


def test_moved_checkout_is_installed_again(machine: Machine) -> None:
    """An environment that points to where the checkout was is brought up to date."""
    machine.has("python3", GOOD)
    machine.run()
    machine.checkout = machine.checkout.rename(machine.checkout.with_name("moved"))
    machine.run()
    assert machine.installed() == [".", "."]
