"""Temporary folders go, whatever was done to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from backroad.referee.scratch import remove_folder, temporary_folder


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
