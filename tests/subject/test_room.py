"""The room that files take: what is counted, and from when on it is too much."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backroad.referee.scratch import remove_folder
from backroad.subject import room as rooms
from backroad.subject.room import MIB, Room, Taken, taken

ENDLESS = Taken(10**12, 10**9)


@pytest.fixture(autouse=True)
def looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look each time, not every quarter of a second."""
    monkeypatch.setattr(rooms, "SECONDS", 0.0)


def write(file: Path, size: int) -> None:
    """Make a file whose blocks are there, whatever is in them."""
    with file.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, size)


def test_what_is_counted(tmp_path: Path) -> None:
    """Blocks on the disk count, at every depth; what a link points at does not, nor a hole in a file."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    write(inner / "large", 3 * MIB)
    os.truncate(inner / "large", 3 * MIB)
    (inner / "link").symlink_to("/usr")
    with (tmp_path / "hole").open("wb") as hole:
        hole.truncate(100 * 10**9)
    found = taken([str(tmp_path)], ENDLESS)
    assert found.entries == 5
    assert 3 * MIB <= found.size < 4 * MIB


def test_folders_that_are_none(tmp_path: Path) -> None:
    """What is gone, or no folder, or may not be read takes no room, and is no error."""
    (tmp_path / "file").write_text("")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    for place in ("gone", "file", "closed"):
        assert taken([str(tmp_path / place)], ENDLESS) == Taken()


def test_thousands_of_folders_deep(tmp_path: Path) -> None:
    """Where a path is longer than the system takes nobody can look, and that is too much."""
    root = tmp_path / "root"
    root.mkdir()
    room = Room(1, 10_000, [str(root)])
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(root)
        for _ in range(1200):
            Path("deeper").mkdir()
            os.chdir("deeper")
        assert room.is_full()
    finally:
        os.fchdir(here)
        os.close(here)
        remove_folder(root)


def test_large_files(tmp_path: Path) -> None:
    """What was there before does not count; a MiB more than may come is too much."""
    write(tmp_path / "before", 5 * MIB)
    room = Room(2, 10, [str(tmp_path)])
    write(tmp_path / "more", MIB)
    assert not room.is_full()
    write(tmp_path / "too much", 2 * MIB)
    assert room.is_full()


def test_many_files(tmp_path: Path) -> None:
    """Empty files are counted too, in all folders together."""
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    room = Room(1, 10, [str(one), str(two)])
    for number in range(5):
        (one / str(number)).touch()
        (two / str(number)).touch()
    assert not room.is_full()
    (two / "one more").touch()
    assert room.is_full()
