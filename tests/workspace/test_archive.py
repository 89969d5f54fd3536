"""The one way to change a workspace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.events import Event, EventKind
from backroad.workspace.archive import Archive, at_work, change, open_archive
from backroad.workspace.opening import Workspace


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """A home."""
    with open_archive(tmp_path / "home") as archive:
        yield archive


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A folder that holds one file."""
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "app.py").write_bytes(b"mine")
    return Workspace((tmp_path / "w").resolve(), "greeter", "0.1.0")


def goal(archive: Archive, place: Path, content: bytes = b"new") -> str:
    """Keep another state and return it."""
    (place / "goal").mkdir()
    (place / "goal" / "app.py").write_bytes(content)
    return archive.attic.store(place / "goal")


def test_a_change_that_was_cut_short_is_ended(archive: Archive, workspace: Workspace, tmp_path: Path) -> None:
    """Whoever works in the workspace next finds it ended, and learns what it was."""
    after, before = goal(archive, tmp_path), archive.attic.store(workspace.root)
    event = Event(EventKind.RESET, "greeter", workspace.root, {"before": before, "after": after})
    archive.journal.begin(event)
    with at_work(archive, workspace.root) as ended:
        assert ended
        assert ended.event == event
    assert (workspace.root / "app.py").read_bytes() == b"new"
    with at_work(archive, workspace.root) as ended:
        assert ended is None


def test_work_in_a_workspace_is_alone(archive: Archive, workspace: Workspace, tmp_path: Path) -> None:
    """A link to the workspace is the same workspace."""
    (tmp_path / "link").symlink_to(workspace.root)
    with (
        at_work(archive, workspace.root),
        pytest.raises(BackroadError, match="another backroad command is at work"),
        at_work(archive, tmp_path / "link", wait=0),
    ):
        pass


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_what_may_not_be_written_is_rolled_back(
    archive: Archive, workspace: Workspace, tmp_path: Path
) -> None:
    """When the system refuses half-way, the folder is as before and nothing stays pending."""
    folder = workspace.root / "zoo"
    folder.mkdir()
    (folder / "z.py").write_bytes(b"locked in")
    folder.chmod(0o500)
    before = archive.attic.store(workspace.root)
    after = goal(archive, tmp_path)
    with pytest.raises(BackroadError, match="permission denied"):
        change(archive, workspace, EventKind.RESET, before, after, {})
    assert archive.attic.store(workspace.root) == before
    assert archive.journal.pending(workspace.root) is None
    assert archive.journal.entries() == []
    folder.chmod(0o700)


def test_a_refusal_half_way_is_rolled_back(
    archive: Archive, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of the disk in the middle of a change leaves the folder as before."""
    before, after = archive.attic.store(workspace.root), goal(archive, tmp_path)
    left = [1]

    def breaks_once(folder: Path) -> None:
        if left:
            left.pop()
            raise OSError(5, "Input/output error", str(folder))

    monkeypatch.setattr("backroad.workspace.swap.sync_folder", breaks_once)
    with pytest.raises(BackroadError, match="input/output error; put that right"):
        change(archive, workspace, EventKind.RESET, before, after, {})
    assert (workspace.root / "app.py").read_bytes() == b"mine"
    assert archive.journal.pending(workspace.root) is None
