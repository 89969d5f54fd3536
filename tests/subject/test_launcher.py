"""A service's process locks itself in and becomes the service's command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from backroad.model import Level, Limits
from backroad.referee.launch import LAUNCHER, clean_environment
from backroad.referee.walls import walls


def launched(tree: Path, command: str, **choices: Any) -> tuple[int, subprocess.CompletedProcess[str]]:
    """Run a command through the launcher; return the level it told, and how it went."""
    limits = walls(
        tree, tree, [tree.parent / "secret"], Limits(), service=True, max_level=Level(choices.get("level", 2))
    )
    reading, report = os.pipe()
    order = {"walls": {**limits, "connect": []}, "command": command, "report": report}
    done = subprocess.run(
        [sys.executable, "-P", str(LAUNCHER)],
        input=json.dumps(order) + "\nmore input",
        capture_output=True,
        text=True,
        cwd=tree,
        env=clean_environment(tree, 0),
        pass_fds=(report,),
        timeout=30,
        check=False,
    )
    os.close(report)
    told = os.read(reading, 10)
    os.close(reading)
    return int(told), done


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A submission's folder."""
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


def test_it_becomes_the_command(tree: Path) -> None:
    """The command runs in the submission's folder, and its exit code is the process's."""
    _, done = launched(tree, "pwd; exit 5")
    assert (done.stdout.strip(), done.returncode) == (str(tree), 5)


@pytest.mark.usefixtures("sandboxed")
def test_it_tells_its_level_before(tree: Path) -> None:
    """The level reached is told on a descriptor that the command does not get."""
    level, done = launched(tree, "ls /proc/self/fd | wc -l")
    assert level == 2
    assert int(done.stdout) == 4  # the three standard ones, and that of ls


def test_the_command_reads_nothing(tree: Path) -> None:
    """Standard input is empty for the command: nobody sits at a keyboard."""
    assert launched(tree, "cat")[1].stdout == ""


@pytest.mark.usefixtures("sandboxed")
def test_the_walls_hold_for_the_command(tree: Path) -> None:
    """What lies outside can neither be read nor written by the command or its children."""
    secret = tree.parent / "secret"
    secret.write_text("the reference")
    _, done = launched(tree, f"cat {secret}; echo x > {tree.parent}/made; echo fine > inside; cat inside")
    assert done.stdout == "fine\n"
    assert not (tree.parent / "made").exists()


def test_a_lower_level_is_kept(tree: Path) -> None:
    """Whoever asks for less gets less."""
    assert launched(tree, "true", level=1)[0] == 1
