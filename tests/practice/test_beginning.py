"""The beginning of an exercise, and the workspace that was worked in last."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.events import EventKind
from backroad.practice.beginning import begin, is_first, known_workspace, last_workspace, written
from backroad.workspace.opening import Workspace

from .conftest import Kit, lose_home


def test_begun(kit: Kit, workspace: Workspace) -> None:
    """A workspace is made and stands in the journal with its first state."""
    (entry,) = kit.entries()
    assert (entry.event.kind, entry.event.slug, entry.event.workspace) == (
        EventKind.SCAFFOLDED,
        "greeter",
        workspace.root,
    )
    with kit.archive() as archive:
        assert "greeter.py" in archive.attic.state(entry.event.data["state"])
    assert kit.heard == []


def test_begun_without_a_journal(kit: Kit, tmp_path: Path) -> None:
    """Where nothing can be remembered the workspace is good all the same, and that is said once."""
    lose_home(kit)
    workspace = begin(kit, kit.exercise("greeter"), tmp_path / "greeter")
    assert (workspace.root / "greeter.py").is_file()
    (said,) = kit.heard
    assert said.startswith("not noted in the journal, so reset and undo will not know this state: ")


def test_last(kit: Kit, workspace: Workspace, tmp_path: Path) -> None:
    """The last one that is still there is found, by what the journal tells."""
    assert last_workspace(kit, "greeter") == workspace
    other = begin(kit, kit.exercise("greeter"), tmp_path / "other")
    assert last_workspace(kit, "greeter") == other
    shutil.rmtree(other.root)
    assert last_workspace(kit, "greeter") == workspace
    shutil.rmtree(workspace.root)
    with pytest.raises(BackroadError, match="there is no such folder here; backroad scaffold greeter makes"):
        last_workspace(kit, "greeter")


def test_unknown_to_the_journal(kit: Kit, workspace: Workspace) -> None:
    """One that the journal does not know is found in the usual folder, after all that it knows."""
    other = workspace.root.with_name("other")
    shutil.copytree(workspace.root, other)
    assert last_workspace(kit, "greeter", other) == workspace
    lose_home(kit)
    assert known_workspace(kit, "greeter") is None
    found = known_workspace(kit, "greeter", other)
    assert found
    assert found.root == other


def test_another_exercise_in_the_folder(kit: Kit, workspace: Workspace) -> None:
    """A folder that holds another exercise by now is no workspace of the first one."""
    shutil.rmtree(workspace.root)
    begin(kit, kit.exercise("farewell"), workspace.root)
    assert known_workspace(kit, "greeter", workspace.root) is None


def test_settings_that_are_broken(kit: Kit, workspace: Workspace) -> None:
    """A last workspace that cannot be opened is said, and none before it is taken in its place."""
    (workspace.root / "backroad.toml").write_text("= nothing", encoding="utf-8")
    for find in (last_workspace, known_workspace):
        with pytest.raises(BackroadError, match=r"backroad\.toml"):
            find(kit, "greeter")


def test_written(workspace: Workspace) -> None:
    """What a learner would open comes in that order: README, the file to begin with, other code, the rest."""
    (workspace.root / "a.py").write_text("", encoding="utf-8")
    (workspace.root / ".hidden").write_text("", encoding="utf-8")
    names = written(workspace)
    assert names[:3] == ["README.md", "greeter.py", "a.py"]
    assert {"given/", "backroad.toml"} <= set(names)
    assert not {".hidden", "pytest.ini"} & set(names)
    shutil.rmtree(workspace.root)
    with pytest.raises(BackroadError, match="no such file"):
        written(workspace)


def test_first(tmp_path: Path) -> None:
    """The first thing to do is in a file that says so, whatever else it holds; nothing is in none."""
    file = tmp_path / "a.py"
    file.write_bytes(b"\xff\xfe # TODO 1: greet\n")
    assert is_first(file)
    file.write_bytes(b"# TODO 11\n")
    assert not is_first(file)
    assert not is_first(tmp_path)
    assert not is_first(tmp_path / "gone.py")
