"""From one state of a folder to another."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.workspace.attic import Attic
from backroad.workspace.swap import Swap, swap

KILLER = Path(__file__).with_name("kill_everywhere.py")
FULL = """
import resource, sys
from pathlib import Path
from backroad.workspace.attic import Attic
from backroad.errors import BackroadError
from backroad.workspace.swap import swap
attic = Attic(Path(sys.argv[1]))
states = [attic.state(digest) for digest in sys.argv[3:]]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    swap(Path(sys.argv[2]), attic, *states)
except BackroadError as error:
    print(error)
"""

Texts = dict[str, str]


class Folder:
    """A folder whose states are brought about by hand."""

    def __init__(self, place: Path) -> None:
        self.root = place / "root"
        self.attic = Attic(place / "attic")
        self.root.mkdir(parents=True)

    def write(self, texts: Texts) -> str:
        """Make the folder hold exactly these files, and return the state."""
        for path in sorted(self.root.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        for name, text in texts.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text, encoding="utf-8")
        return self.attic.store(self.root)

    def read(self) -> Texts:
        """Return the files that the folder holds."""
        paths = [path for path in self.root.rglob("*") if path.is_file()]
        return {path.relative_to(self.root).as_posix(): path.read_text(encoding="utf-8") for path in paths}

    def swap(self, before: str, after: str) -> Swap:
        """Bring the folder from one state to another."""
        return swap(self.root, self.attic, self.attic.state(before), self.attic.state(after))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty folder with an attic."""
    return Folder(tmp_path / "folder")


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, if there is one: a kill loses nothing there either, and no disk holds it up."""
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("play", ["change", "change-edited"])
def test_a_kill_at_any_moment_loses_nothing(quick_folder: Path, play: str) -> None:
    """Killed before any call that changes the disk, a change is ended by the next command."""
    command = [sys.executable, str(KILLER), play, str(quick_folder)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert child.stderr == ""
    assert int(child.stdout) > 50


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": "1", "b": "2"}, {"a": "1", "b": "3"}),
        ({"a": "1"}, {}),
        ({}, {"d/e/f": "1"}),
        ({"d/e/f": "1", "d/g": "2"}, {"d": "a file now"}),
        ({"d": "a file"}, {"d/e": "a folder now"}),
        ({"App.py": "1"}, {"app.py": "2"}),
    ],
    ids=["changed", "removed", "added", "folder to file", "file to folder", "case alone"],
)
def test_the_folder_becomes_the_other_state(folder: Folder, before: Texts, after: Texts) -> None:
    """Whatever differs is changed, and the folder itself stays the one that a shell may stand in."""
    goal, start = folder.write(after), folder.write(before)
    number = folder.root.stat().st_ino
    assert folder.swap(start, goal).left == ()
    assert folder.read() == after
    assert folder.attic.store(folder.root) == goal
    assert folder.root.stat().st_ino == number


def test_what_stays_the_same_is_not_touched(folder: Folder) -> None:
    """A file that both states share keeps its very place on disk, for editors that have it open."""
    goal, start = folder.write({"same": "1", "b": "2"}), folder.write({"same": "1", "b": "3"})
    number = (folder.root / "same").stat().st_ino
    assert folder.swap(start, goal) == Swap(changed=("b",))
    assert (folder.root / "same").stat().st_ino == number


def test_what_was_written_meanwhile_is_left(folder: Folder) -> None:
    """A file that is no longer what the first state says is somebody's, and stays."""
    goal, start = folder.write({"a": "new", "c": "3"}), folder.write({"a": "old", "b": "2"})
    (folder.root / "a").write_text("meanwhile", encoding="utf-8")
    (folder.root / "b").write_text("meanwhile", encoding="utf-8")
    (folder.root / "c").write_text("meanwhile", encoding="utf-8")
    assert folder.swap(start, goal).left == ("a", "b", "c")
    assert folder.read() == dict.fromkeys("abc", "meanwhile")


def test_a_write_in_the_last_moment_is_put_back(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """An editor that writes between the look and the rename does not lose what it wrote."""
    goal, start = folder.write({"a": "new"}), folder.write({"a": "old"})
    rename: Callable[..., None] = os.rename

    def late(source: Path, target: Path) -> None:
        if source == folder.root / "a":
            source.write_text("in the last moment", encoding="utf-8")
        rename(source, target)

    monkeypatch.setattr(os, "rename", late)
    assert folder.swap(start, goal).left == ("a",)
    assert folder.read() == {"a": "in the last moment"}


@pytest.mark.parametrize("there", [None, "written since"], ids=["nothing in its place", "something"])
def test_what_a_killed_run_had_moved_aside_is_found(folder: Folder, there: str | None) -> None:
    """Bytes that only the stage of a killed run holds go back to their place, or beside what is there now."""
    goal, start = folder.write({"a": "new"}), folder.write({"a": "old"})
    (folder.root / ".backroad" / "aside").mkdir(parents=True)
    (folder.root / "a").rename(folder.root / ".backroad" / "aside" / "a")
    (folder.root / ".backroad" / "aside" / "a").write_text("in the last moment", encoding="utf-8")
    if there:
        (folder.root / "a").write_text(there, encoding="utf-8")
    assert folder.swap(start, goal).left == ("a",)
    found = folder.read()
    assert "in the last moment" in found.values()
    assert found["a"] == (there or "in the last moment")
    assert len(found) == (2 if there else 1)


def test_what_the_attic_does_not_keep_stays(folder: Folder) -> None:
    """A folder that holds an environment or a history is not removed with them; caches are."""
    goal, start = folder.write({}), folder.write({"a/f": "1", "b/f": "2"})
    for kept in (folder.root / "a" / ".git" / "HEAD", folder.root / "b" / "__pycache__" / "f.pyc"):
        kept.parent.mkdir()
        kept.write_text("kept", encoding="utf-8")
    assert folder.swap(start, goal).left == ("a",)
    assert folder.read() == {"a/.git/HEAD": "kept"}


def test_a_link_does_not_lead_outside(folder: Folder, tmp_path: Path) -> None:
    """A folder that became a link to another place is not written through."""
    goal, start = folder.write({"d/f": "new"}), folder.write({"d/f": "old"})
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "f").write_text("old", encoding="utf-8")
    (folder.root / "d" / "f").unlink()
    (folder.root / "d").rmdir()
    (folder.root / "d").symlink_to(tmp_path / "other")
    assert folder.swap(start, goal).left == ("d/f",)
    assert (tmp_path / "other" / "f").read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_no_room_for_the_new_files(folder: Folder) -> None:
    """When the new files do not fit, the folder stays as it was."""
    goal, start = folder.write({"a": "new", "b": "n" * 200_000}), folder.write({"a": "old"})
    command = [sys.executable, "-c", FULL, str(folder.attic.folder), str(folder.root), start, goal]
    child = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "there is no room left to write" in child.stdout, child.stderr
    assert (folder.root / "a").read_text(encoding="utf-8") == "old"
    assert folder.attic.store(folder.root) == start


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB, where the system lets us mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        done = False
    if not done:
        pytest.skip("this user may not mount a disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk(tiny_disk: Path, tmp_path: Path) -> None:
    """On a disk that is really full the folder stays as it was, and works again once there is room."""
    folder = Folder(tiny_disk)
    folder.attic = Attic(tmp_path / "attic")
    goal, start = folder.write({"a": "new" * 4000}), folder.write({"a": "old"})
    (tiny_disk / "ballast").write_bytes(b"x" * 50_000)
    with pytest.raises(BackroadError, match="there is no room left to write; free some space"):
        folder.swap(start, goal)
    assert folder.read()["a"] == "old"
    (tiny_disk / "ballast").unlink()
    assert folder.swap(start, goal).changed == ("a",)
    assert folder.read() == {"a": "new" * 4000}


def test_a_damaged_attic_changes_nothing(folder: Folder) -> None:
    """A blob that is damaged is found before the first file is touched."""
    goal, start = folder.write({"a": "new", "b": "2"}), folder.write({"a": "old", "b": "1"})
    digest = folder.attic.state(goal)["b"].digest
    (folder.attic.folder / digest[:2] / digest[2:]).write_bytes(b"?")
    with pytest.raises(BackroadError, match="is damaged in the attic"):
        folder.swap(start, goal)
    assert (folder.root / "a").read_text(encoding="utf-8") == "old"
