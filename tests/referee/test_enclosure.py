"""Threads of the referee that can change nothing but one folder."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from backroad.referee.enclosure import Enclosure
from backroad.subject.confinement import probe

walls = pytest.mark.skipif(probe().level < 2, reason="this kernel has no walls")


@pytest.fixture
def enclosure(tmp_path: Path) -> Iterator[Enclosure]:
    """An enclosure, with a file beside it."""
    (tmp_path / "beside.txt").write_text("kept")
    (tmp_path / "inside").mkdir()
    made = Enclosure(tmp_path / "inside")
    yield made
    made.close()


def test_what_is_done_inside(enclosure: Enclosure) -> None:
    """Values and errors come back; inside, everything can be written."""
    file = enclosure.folder / "a.txt"
    assert enclosure.do(lambda: file.write_text("abc"), 5) == 3
    with pytest.raises(FileNotFoundError):
        enclosure.do((enclosure.folder / "b.txt").read_text, 5)


@walls
def test_nothing_outside_changes(enclosure: Enclosure, tmp_path: Path) -> None:
    """Outside, files can be read, and neither written nor made nor removed; other threads stay free."""
    beside = tmp_path / "beside.txt"
    assert enclosure.do(beside.read_text, 5) == "kept"
    for deed in (lambda: beside.write_text("x"), beside.unlink, (tmp_path / "new").mkdir):
        with pytest.raises(PermissionError):
            enclosure.do(deed, 5)
    assert beside.read_text() == "kept"
    (tmp_path / "new").mkdir()


@walls
def test_another_folder_in_its_place(enclosure: Enclosure, tmp_path: Path) -> None:
    """It is the folder that counts, not its name: one that was put in its place is outside."""
    (tmp_path / "other").mkdir()
    enclosure.folder.rename(tmp_path / "moved")
    enclosure.folder.symlink_to(tmp_path / "other")
    with pytest.raises(PermissionError):
        enclosure.do(lambda: (enclosure.folder / "a.txt").write_text("x"), 5)
    assert enclosure.do(lambda: (tmp_path / "moved" / "a.txt").write_text("x"), 5) == 1


def test_what_never_comes_back(enclosure: Enclosure) -> None:
    """Whoever waits for ever is left behind."""
    over = threading.Event()
    with pytest.raises(TimeoutError):
        enclosure.do(over.wait, 0.1)
    over.set()
