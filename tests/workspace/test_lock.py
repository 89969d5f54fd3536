"""One command at a time in one workspace."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.workspace.lock import alone_in

HOLDER = """
import sys
from pathlib import Path
from backroad.workspace.lock import alone_in
with alone_in(Path(sys.argv[1]), Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_command(workspace: Path, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process that holds the workspace until its input ends."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(workspace), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        try:
            yield child
        finally:
            child.kill()


def test_a_second_command_is_told(tmp_path: Path) -> None:
    """While one process is at work in a workspace, another gets a clear error."""
    with (
        another_command(tmp_path, tmp_path / "home"),
        pytest.raises(BackroadError, match="another backroad command is at work in this folder; wait"),
        alone_in(tmp_path, tmp_path / "home", wait=0.1),
    ):
        pass


def test_another_workspace_is_free(tmp_path: Path) -> None:
    """A lock is one of one workspace."""
    with another_command(tmp_path, tmp_path / "home"), alone_in(tmp_path / "b", tmp_path / "home", wait=0):
        pass


def test_a_killed_command_holds_nothing(tmp_path: Path) -> None:
    """The lock is gone with its process, even after kill -9."""
    with another_command(tmp_path, tmp_path / "home") as child:
        child.kill()
        child.wait()
        with alone_in(tmp_path, tmp_path / "home", wait=0):
            pass


def test_a_second_command_waits_a_little(tmp_path: Path) -> None:
    """A command that ends within the wait lets the next one go on."""
    with another_command(tmp_path, tmp_path / "home") as child:
        ender = threading.Timer(0.2, child.kill)
        ender.start()
        with alone_in(tmp_path, tmp_path / "home", wait=30):
            pass
        ender.join()


def test_threads_of_one_process_wait_too(tmp_path: Path) -> None:
    """Two threads of one process count as two commands."""
    with (
        alone_in(tmp_path, tmp_path / "home"),
        pytest.raises(BackroadError, match="another backroad command"),
        alone_in(tmp_path, tmp_path / "home", wait=0),
    ):
        pass
    with alone_in(tmp_path, tmp_path / "home", wait=0):
        pass


def test_the_learners_folder_stays_free_of_it(tmp_path: Path) -> None:
    """The lock lies in the kit's home."""
    (tmp_path / "w").mkdir()
    with alone_in(tmp_path / "w", tmp_path / "home"):
        assert list((tmp_path / "w").iterdir()) == []


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    """Without a place for the lock the remedy is another home."""
    (tmp_path / "home").write_text("", encoding="utf-8")
    with pytest.raises(BackroadError, match="set BACKROAD_HOME"), alone_in(tmp_path, tmp_path / "home"):
        pass
