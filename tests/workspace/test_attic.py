"""The attic."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.workspace.attic import Attic, Form

ODD = os.fsdecode(b"caf\xe9 \xff\n.txt")


@pytest.fixture
def attic(tmp_path: Path) -> Attic:
    """An attic in a home that does not exist yet."""
    return Attic(tmp_path / "home" / "attic")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with something of everything."""
    root = tmp_path / "root"
    (root / "empty" / "deep").mkdir(parents=True)
    (root / "pkg").mkdir()
    (root / "pkg" / "with spaces.py").write_bytes(b"x = 1\r\n")
    (root / "grüße.txt").write_bytes("ü".encode())
    (root / ODD).write_bytes(b"\0\xff")
    (root / "big.bin").write_bytes(os.urandom(3_000_000))
    (root / "nothing").write_bytes(b"")
    (root / "run.sh").write_bytes(b"#!/bin/sh\n")
    (root / "run.sh").chmod(0o751)
    (root / "secret").write_bytes(b"s")
    (root / "secret").chmod(0o600)
    (root / "link").symlink_to("pkg/../pkg//with spaces.py")
    (root / "dangling").symlink_to(ODD + "/nowhere")
    (root / "folder link").symlink_to("/")
    return root


def snapshot(root: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and content of everything below a folder."""
    found = {}
    for path in root.rglob("*"):
        mode = path.lstat().st_mode
        content = os.fsencode(os.readlink(path)) if path.is_symlink() else b""  # noqa: PTH115 - unchanged
        if stat.S_ISREG(mode):
            content = path.read_bytes()
        found[str(path.relative_to(root))] = (mode, content)
    return found


def test_a_state_comes_back_byte_for_byte(attic: Attic, root: Path, tmp_path: Path) -> None:
    """Contents, modes, empty folders, links and names that are no UTF-8 come back as they were."""
    attic.restore(attic.store(root), tmp_path / "again")
    assert snapshot(tmp_path / "again") == snapshot(root)


def test_equal_folders_are_one_state(attic: Attic, root: Path, tmp_path: Path) -> None:
    """A state is named by its content alone, and storing it again writes nothing."""
    state = attic.store(root)
    blobs = snapshot(attic.folder)
    attic.restore(state, tmp_path / "again")
    assert attic.store(tmp_path / "again") == state
    assert snapshot(attic.folder) == blobs


def test_a_later_state_leaves_the_earlier_one(attic: Attic, root: Path, tmp_path: Path) -> None:
    """Every state stays, whatever was stored after it."""
    first, seen = attic.store(root), snapshot(root)
    (root / "secret").write_bytes(b"other")
    assert attic.store(root) != first
    attic.restore(first, tmp_path / "again")
    assert snapshot(tmp_path / "again") == seen


@pytest.mark.parametrize(
    "name", [".git", ".venv", "venv", "node_modules", "__pycache__", ".pytest_cache", ".backroad"]
)
def test_what_is_skipped(attic: Attic, tmp_path: Path, name: str) -> None:
    """Histories, environments and caches are no part of a state, at any depth."""
    for folder in (tmp_path / "root" / name, tmp_path / "root" / "pkg" / name):
        folder.mkdir(parents=True)
        (folder / "file").write_bytes(b"x")
    assert set(attic.state(attic.store(tmp_path / "root"))) == {"pkg"}


def test_links_are_stored_as_links(attic: Attic, root: Path) -> None:
    """A link is not followed: what it names may lie anywhere."""
    items = attic.state(attic.store(root))
    assert items["folder link"].form is Form.LINK
    assert attic.get(items["folder link"].digest) == b"/"


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_damage_is_found(attic: Attic, root: Path, tmp_path: Path, damage: str) -> None:
    """A blob that is missing or no longer what its name says is never handed out."""
    state = attic.store(root)
    digest = attic.state(state)["secret"].digest
    blob = attic.folder / digest[:2] / digest[2:]
    blob.unlink()
    if damage == "changed":
        blob.write_bytes(b"t")
    with pytest.raises(BackroadError, match="attic; nothing was changed; backroad undo --list"):
        attic.restore(state, tmp_path / "again")
    with pytest.raises(BackroadError, match="attic"):
        attic.get(digest)


def test_a_blob_cut_short_is_written_again(attic: Attic, root: Path, tmp_path: Path) -> None:
    """Storing the same content again heals a blob that lost its end."""
    state = attic.store(root)
    digest = attic.state(state)["big.bin"].digest
    (attic.folder / digest[:2] / digest[2:]).write_bytes(b"cut")
    assert attic.store(root) == state
    attic.restore(state, tmp_path / "again")
    assert snapshot(tmp_path / "again") == snapshot(root)


def test_restore_wants_an_empty_folder(attic: Attic, root: Path) -> None:
    """A state is not mixed into a folder that holds something."""
    with pytest.raises(BackroadError, match="is not empty; choose an empty folder"):
        attic.restore(attic.store(root), root)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_named(attic: Attic, root: Path) -> None:
    """What has no bytes to keep stops the command instead of being lost."""
    os.mkfifo(root / "pipe")
    with pytest.raises(BackroadError, match="pipe: is a pipe, a socket or a device; move it out"):
        attic.store(root)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(attic: Attic, root: Path) -> None:
    """A file without the right to read it is named with a remedy."""
    (root / "secret").chmod(0)
    with pytest.raises(BackroadError, match="secret: permission denied; make the path readable"):
        attic.store(root)
