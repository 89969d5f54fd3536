"""`backroad new`."""

from __future__ import annotations

import shutil
from pathlib import Path

from .conftest import Kit


def test_files(kit: Kit, content: Path, tmp_path: Path) -> None:
    """A new exercise and its solution are written, and the line for the road is told."""
    own = tmp_path / "own"
    shutil.copytree(content, own)
    ended = kit("--content", own, "new", "word-count", "--step", "1-basics")
    assert ended.returncode == 0, ended.stderr
    assert (own / "exercises/1-basics/word-count/exercise.toml").is_file()
    assert (own / "solutions/1-basics/word-count/reference").is_dir()
    assert '"greeter", "parting", "word-count"' in ended.stdout
    assert ended.stdout.rstrip().endswith("backroad audit word-count")


def test_slug_that_is_none(kit: Kit) -> None:
    """What is no slug is refused before anything is written."""
    assert kit("new", "Word Count").returncode == 2
