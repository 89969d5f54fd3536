"""Temporary folders go, whatever was done to them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backroad.referee.scratch import YOUNG_SECONDS, held, remove_folder, sweep, temporary_folder

HOLDER = """
import sys
from pathlib import Path
from backroad.referee.scratch import held

with held(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_lasts_as_long_as_its_block() -> None:
    """It is there inside and gone after, an exception or not."""
    seen: list[Path] = []

    def use() -> None:
        with temporary_folder("backroad-test-") as folder:
            seen.extend([folder] if folder.is_dir() else [])
            raise KeyError

    with pytest.raises(KeyError):
        use()
    assert [folder.exists() for folder in seen] == [False]


def test_modes_do_not_protect_it(tmp_path: Path) -> None:
    """Folders without any right are opened and removed."""
    deep = tmp_path / "scratch" / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    for folder in (deep, deep.parent, tmp_path / "scratch"):
        folder.chmod(0)
    remove_folder(tmp_path / "scratch")
    assert list(tmp_path.iterdir()) == []


def test_links_are_not_followed(tmp_path: Path) -> None:
    """What a link points at stays as it is."""
    target = tmp_path / "target"
    target.mkdir(mode=0o500)
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "link").symlink_to(target)
    (tmp_path / "scratch" / "closed").mkdir(mode=0)
    remove_folder(tmp_path / "scratch")
    assert not (tmp_path / "scratch").exists()
    assert target.stat().st_mode & 0o777 == 0o500


def test_what_lies_beside_goes_as_well(tmp_path: Path) -> None:
    """Files that carry the folder's name belong to it; others do not; a missing folder is fine."""
    (tmp_path / "scratch").mkdir()
    for name in ("scratch.out", "scratch.stacks", "scratches.out"):
        (tmp_path / name).touch()
    remove_folder(tmp_path / "scratch")
    remove_folder(tmp_path / "scratch")
    assert [entry.name for entry in tmp_path.iterdir()] == ["scratches.out"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks of folders")
def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    """Neither what a living process holds goes, nor what was made just now, nor what has another name."""
    names = ("run-left", "run-killed", "run-living", "run-young", "other")
    folders = {name: tmp_path / name for name in names}
    for folder in folders.values():
        (folder / "data").mkdir(parents=True)
    holders = {}
    for name in ("run-killed", "run-living"):
        command = [sys.executable, "-c", HOLDER, str(folders[name])]
        holders[name] = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert (holders[name].stdout or sys.exit()).readline() == b"held\n"
    holders["run-killed"].kill()
    holders["run-killed"].communicate()
    for name in names:
        if name != "run-young":
            old = folders[name].stat().st_mtime - 2 * YOUNG_SECONDS
            os.utime(folders[name], (old, old))
    sweep(tmp_path, "run-")
    assert {name for name in names if folders[name].exists()} == {"run-living", "run-young", "other"}
    holders["run-living"].communicate()
    sweep(tmp_path, "run-")
    assert {path.name for path in tmp_path.iterdir()} == {"run-young", "other"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks of folders")
def test_a_new_folder_takes_the_place_of_what_was_left(tmp_path: Path) -> None:
    """Who makes one sweeps before; what is in use stays, however old it is."""
    left, others = tmp_path / "run-left", tmp_path / "walk-left"
    for folder in (left, others):
        folder.mkdir()
        os.utime(folder, (0, 0))
    with temporary_folder("run-", tmp_path) as first:
        os.utime(first, (0, 0))
        with temporary_folder("run-", tmp_path) as second:
            assert set(tmp_path.iterdir()) == {first, second, others}
    assert set(tmp_path.iterdir()) == {others}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks of folders")
def test_a_folder_is_held_once(tmp_path: Path) -> None:
    """A second holder is refused; after the first is gone there may be another."""
    with held(tmp_path), pytest.raises(BlockingIOError), held(tmp_path):
        raise AssertionError("held twice")
    with held(tmp_path):
        pass


@pytest.mark.skipif(os.name != "posix", reason="paths are short on Windows")
def test_no_depth_protects_it(tmp_path: Path) -> None:
    """Folders thousands deep, which nobody can walk through by their names, go as well."""
    (tmp_path / "scratch").mkdir()
    code = "import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')\n"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path / "scratch", check=True)
    remove_folder(tmp_path / "scratch")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="not everybody may make links there")
def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    """What somebody put in the place of a folder goes; where it leads, nothing changes."""
    (tmp_path / "mine" / "inner").mkdir(parents=True)
    (tmp_path / "mine" / "inner").chmod(0o500)
    (tmp_path / "scratch").symlink_to(tmp_path / "mine")
    (tmp_path / "scratch.old").mkdir()
    remove_folder(tmp_path / "scratch")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "scratch.old"]
    assert (tmp_path / "mine" / "inner").stat().st_mode & 0o777 == 0o500
