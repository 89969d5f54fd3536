"""Saves are noticed, also where the system watches no more folders."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from backroad.workspace.saves import Saves

PATIENCE = 20  # seconds, for what takes one at most
LIMITS = ("max_inotify_watches", "max_inotify_instances")
# What a user namespace may watch is nobody else's: the limit of the machine stays as it is.
WITHOUT = 'echo 0 > "/proc/sys/user/$1" && exec "$2" -c "$3" "$4"'
PROGRAM = """
import sys, threading
from pathlib import Path
from backroad.workspace.saves import Saves

folder, noticed = Path(sys.argv[1]), threading.Event()
with Saves(folder, noticed.set, lambda: None):
    noticed.wait(20)
    noticed.clear()
    for number in range(200):
        (folder / "a.py").write_text("x" * number)
        if noticed.wait(0.1):
            print("noticed")
            break
"""


def without(limit: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Save in a folder where the system watches nothing, and say what was noticed."""
    command = ["unshare", "--user", "--map-root-user", "sh", "-c", WITHOUT, "sh", limit]
    command += [sys.executable, PROGRAM, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def can_limit() -> bool:
    """Return whether this machine gives a user namespace, with limits of its own."""
    if shutil.which("unshare") is None:
        return False
    test = ["unshare", "--user", "--map-root-user", "sh", "-c", "echo 9 > /proc/sys/user/max_inotify_watches"]
    return subprocess.run(test, capture_output=True, check=False).returncode == 0


def test_noticed(tmp_path: Path) -> None:
    """A save is noticed, a folder that is gone is missed, and it is noticed again when it is back."""
    folder = tmp_path / "work"
    folder.mkdir()
    saved, gone = threading.Event(), threading.Event()
    with Saves(folder, saved.set, gone.set):
        assert saved.wait(PATIENCE)
        saved.clear()
        for number in range(200):
            (folder / "a.py").write_text("x" * number, encoding="utf-8")
            if saved.wait(0.1):
                break
        assert saved.is_set()
        folder.rename(tmp_path / "away")
        assert gone.wait(PATIENCE)
        saved.clear()
        (tmp_path / "away").rename(folder)
        assert saved.wait(PATIENCE)


def test_what_was_saved_before(tmp_path: Path) -> None:
    """A save between the start and the first look is told too: there is a word when the watch is on."""
    saved = threading.Event()
    with Saves(tmp_path, saved.set, lambda: None):
        assert saved.wait(PATIENCE)


@pytest.mark.skipif(not can_limit(), reason="needs a user namespace with limits of its own")
@pytest.mark.parametrize("limit", LIMITS)
def test_the_limit_of_the_system(tmp_path: Path, limit: str) -> None:
    """Where the system watches no more folders, saves are looked for."""
    done = without(limit, tmp_path)
    assert (done.stdout, done.stderr) == ("noticed\n", "")
