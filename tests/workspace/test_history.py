"""Reset, undo and update."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from backroad.errors import BackroadError
from backroad.events import EventKind
from backroad.model import Exercise
from backroad.workspace.archive import (
    Archive,
    Change,
    moments,
    note_scaffold,
    open_archive,
    remembered,
    store,
)
from backroad.workspace.history import reset, undo, update
from backroad.workspace.opening import Workspace, open_workspace
from backroad.workspace.scaffold import scaffold
from backroad.workspace.threeway import Fate

STARTER = "def hello():\n    ...  # TODO 1\n"
ODD = os.fsdecode(b"caf\xe9.txt")


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """A home with a clock that goes on by an hour at each look."""
    hours = count()
    began = datetime(2024, 1, 1, tzinfo=UTC)
    with open_archive(tmp_path / "home", lambda: began + timedelta(hours=next(hours))) as archive:
        yield archive


@pytest.fixture
def workspace(greeter: Exercise, archive: Archive, tmp_path: Path) -> Workspace:
    """A new workspace of kit 0.1.0, as the command makes it."""
    workspace = scaffold(greeter, tmp_path / "greeter", "0.1.0")
    note_scaffold(archive, workspace)
    return workspace


def files(workspace: Workspace) -> dict[str, bytes]:
    """Return everything in the workspace."""
    paths = [path for path in workspace.root.rglob("*") if path.is_file()]
    return {path.relative_to(workspace.root).as_posix(): path.read_bytes() for path in paths}


def work(workspace: Workspace) -> None:
    """Do what learners do."""
    (workspace.root / "greeter.py").write_text("def hello():\n    return 'hello'\n", encoding="utf-8")
    (workspace.root / ODD).write_bytes(b"\0mine")
    (workspace.root / "README.md").unlink()
    (workspace.root / "notes").mkdir()
    (workspace.root / "notes" / "empty").mkdir()


def newer(exercise: Exercise, name: str = "greeter.py", text: str = "# A newer kit\n" + STARTER) -> Exercise:
    """Change the exercise as a newer kit would."""
    (exercise.folder / "starter" / name).write_text(text, encoding="utf-8")
    return exercise


def updated(archive: Archive, workspace: Workspace, exercise: Exercise) -> Change:
    """Update to the newer kit 0.2.0."""
    return update(archive, workspace, exercise, "0.2.0")


def test_reset_gives_exactly_the_starter(archive: Archive, workspace: Workspace, greeter: Exercise) -> None:
    """After reset the folder holds what scaffold wrote, and nothing else."""
    starter = files(workspace)
    work(workspace)
    change = reset(archive, workspace, greeter, "0.1.0")
    assert files(workspace) == starter
    assert set(change.changed) == {"README.md", ODD, "greeter.py", "notes", "notes/empty"}
    assert not (workspace.root / "notes").exists()


def test_undo_brings_the_work_back(archive: Archive, workspace: Workspace, greeter: Exercise) -> None:
    """Undo after reset brings every byte and every empty folder back; undo of undo is the reset again."""
    starter = files(workspace)
    work(workspace)
    mine = files(workspace)
    reset(archive, workspace, greeter, "0.1.0")
    undo(archive, workspace)
    assert files(workspace) == mine
    assert (workspace.root / "notes" / "empty").is_dir()
    undo(archive, workspace)
    assert files(workspace) == starter


def test_work_after_a_reset_is_kept_by_undo(
    archive: Archive, workspace: Workspace, greeter: Exercise
) -> None:
    """What was written since the last change is stored before undo, and undo brings it back as well."""
    work(workspace)
    reset(archive, workspace, greeter, "0.1.0")
    (workspace.root / "greeter.py").write_bytes(b"second try")
    undo(archive, workspace)
    undo(archive, workspace)
    assert files(workspace)["greeter.py"] == b"second try"


def test_reset_of_a_starter_does_nothing(archive: Archive, workspace: Workspace, greeter: Exercise) -> None:
    """Where there is nothing to change nothing is written down."""
    assert reset(archive, workspace, greeter, "0.1.0").entry is None
    assert [entry.event.kind for entry in archive.journal.entries()] == [EventKind.SCAFFOLDED]


def test_undo_without_a_change(archive: Archive, workspace: Workspace) -> None:
    """Undo of nothing says so, and touches nothing."""
    work(workspace)
    mine = files(workspace)
    with pytest.raises(BackroadError, match="nothing was changed here by reset, undo or update"):
        undo(archive, workspace)
    assert files(workspace) == mine


def test_undo_to_a_state(archive: Archive, workspace: Workspace, greeter: Exercise) -> None:
    """Any state in the list can be brought back by the beginning of its name."""
    starter = files(workspace)
    work(workspace)
    mine = files(workspace)
    reset(archive, workspace, greeter, "0.1.0")
    newest, oldest = moments(archive, workspace)
    assert (newest.kind, oldest.kind) == (EventKind.RESET, EventKind.SCAFFOLDED)
    assert newest.at > oldest.at
    undo(archive, workspace, newest.short)
    assert files(workspace) == mine
    undo(archive, workspace, oldest.state[:6])
    assert files(workspace) == starter


def test_a_state_that_is_none(archive: Archive, workspace: Workspace) -> None:
    """A name that no state begins with comes back with the list's command."""
    with pytest.raises(BackroadError, match=r"zebra: is no state of greeter; .*undo --list"):
        undo(archive, workspace, "zebra")
    with pytest.raises(BackroadError, match="is no state"):
        undo(archive, workspace, "")


def test_states_can_be_stored_at_any_time(archive: Archive, workspace: Workspace) -> None:
    """A state that is stored can be brought back; storing it twice notes it once."""
    work(workspace)
    mine, state = files(workspace), store(archive, workspace)
    store(archive, workspace)
    (workspace.root / "greeter.py").write_bytes(b"broken")
    assert [moment.kind for moment in moments(archive, workspace)] == [
        EventKind.STORED,
        EventKind.SCAFFOLDED,
    ]
    undo(archive, workspace, state)
    assert files(workspace) == mine


def test_a_lost_backroad_toml(archive: Archive, workspace: Workspace, greeter: Exercise) -> None:
    """A workspace whose backroad.toml is gone is known by the journal, and reset brings the file back."""
    (workspace.root / "backroad.toml").unlink()
    found = remembered(archive, workspace.root)
    assert (found.root, found.slug, found.kit) == (workspace.root, "greeter", "0.1.0")
    reset(archive, found, greeter, "0.1.0")
    assert open_workspace(workspace.root, "0.1.0") == workspace


def test_a_folder_that_was_never_a_workspace(archive: Archive, tmp_path: Path) -> None:
    """The journal makes no workspace of any other folder."""
    with pytest.raises(BackroadError, match="is no workspace"):
        remembered(archive, tmp_path)


def test_a_workspace_at_the_place_of_an_older_one(
    archive: Archive, workspace: Workspace, greeter: Exercise
) -> None:
    """Undo does not reach back into a workspace that was removed from the same place."""
    work(workspace)
    reset(archive, workspace, greeter, "0.1.0")
    note_scaffold(archive, workspace)
    with pytest.raises(BackroadError, match="nothing was changed here"):
        undo(archive, workspace)


def test_a_moved_workspace_finds_its_states(
    archive: Archive, workspace: Workspace, greeter: Exercise, tmp_path: Path
) -> None:
    """After a move the states are still there, under the exercise."""
    work(workspace)
    mine = files(workspace)
    reset(archive, workspace, greeter, "0.1.0")
    moved = replace(workspace, root=workspace.root.rename(tmp_path / "moved"))
    with pytest.raises(BackroadError, match="was it moved or copied"):
        undo(archive, moved)
    state = moments(archive, moved, everywhere=True)[0].state
    undo(archive, moved, state)
    assert files(moved) == mine


def test_untouched_files_follow_the_kit(archive: Archive, workspace: Workspace, greeter: Exercise) -> None:
    """An update replaces what the learner did not touch and adds what is new."""
    change = updated(archive, workspace, newer(newer(greeter), "extra.py", "X = 1\n"))
    assert change.fates == {"greeter.py": Fate.REPLACED, "extra.py": Fate.ADDED}
    assert files(workspace)["greeter.py"].startswith(b"# A newer kit\n")
    assert open_workspace(workspace.root, "0.2.0").kit == "0.2.0"


def test_changes_at_different_places_are_merged(
    archive: Archive, workspace: Workspace, greeter: Exercise
) -> None:
    """The learner's lines and the kit's new lines are both in the file."""
    (workspace.root / "greeter.py").write_text(STARTER + "\n\ndef mine():\n    pass\n", encoding="utf-8")
    change = updated(archive, workspace, newer(greeter))
    assert change.fates == {"greeter.py": Fate.MERGED}
    merged = "# A newer kit\n" + STARTER + "\n\ndef mine():\n    pass\n"
    assert files(workspace)["greeter.py"].decode() == merged


def test_a_conflict_leaves_the_learners_file(
    archive: Archive, workspace: Workspace, greeter: Exercise
) -> None:
    """Where both changed the same lines the learner's file stays and the new one lies beside it."""
    work(workspace)
    change = updated(archive, workspace, newer(greeter, text="def hello(name):\n    ...\n"))
    assert change.fates is not None
    assert change.fates["greeter.py"] == Fate.LEFT
    assert change.beside == {"greeter.py": "greeter.py.new"}
    assert files(workspace)["greeter.py"] == b"def hello():\n    return 'hello'\n"
    assert files(workspace)["greeter.py.new"] == b"def hello(name):\n    ...\n"


def test_an_update_can_be_undone(archive: Archive, workspace: Workspace, greeter: Exercise) -> None:
    """Undo brings the older workspace back, which can be updated again."""
    work(workspace)
    mine = files(workspace)
    updated(archive, workspace, newer(greeter))
    newest = files(workspace)
    undo(archive, workspace)
    assert files(workspace) == mine
    updated(archive, open_workspace(workspace.root, "0.2.0"), greeter)
    assert files(workspace) == newest


def test_the_learners_command_survives_an_update(
    archive: Archive, workspace: Workspace, greeter: Exercise
) -> None:
    """Another start command in backroad.toml stays; only the kit's version changes."""
    settings = workspace.root / "backroad.toml"
    mine = settings.read_text(encoding="utf-8") + '[service]\nstart = "node app.js"\n'
    settings.write_text(mine, encoding="utf-8")
    updated(archive, workspace, newer(greeter))
    assert settings.read_text(encoding="utf-8") == mine.replace("0.1.0", "0.2.0")


def test_a_second_update_starts_from_the_first(
    archive: Archive, workspace: Workspace, greeter: Exercise
) -> None:
    """What the kit brought last time is the base of the next time."""
    updated(archive, workspace, newer(greeter))
    change = update(archive, open_workspace(workspace.root, "0.3.0"), newer(greeter, text=STARTER), "0.3.0")
    assert change.fates == {"greeter.py": Fate.REPLACED}


def test_an_update_without_the_older_files(workspace: Workspace, greeter: Exercise, tmp_path: Path) -> None:
    """When the older kit's files are lost, what differs is left, with the new file beside."""
    with open_archive(tmp_path / "another home") as archive:
        change = updated(archive, workspace, newer(greeter))
    assert change.fates == {"greeter.py": Fate.LEFT}
    assert files(workspace)["greeter.py"].decode() == STARTER
    assert open_workspace(workspace.root, "0.2.0").kit == "0.2.0"


def test_an_update_to_the_same_kit(archive: Archive, workspace: Workspace, greeter: Exercise) -> None:
    """A workspace of this kit has nothing to update."""
    work(workspace)
    mine = files(workspace)
    assert update(archive, workspace, newer(greeter), "0.1.0").entry is None
    assert files(workspace) == mine


def test_every_change_is_written_down(archive: Archive, workspace: Workspace, greeter: Exercise) -> None:
    """The journal knows each change with the states before and after."""
    work(workspace)
    changes = [reset(archive, workspace, greeter, "0.1.0"), undo(archive, workspace)]
    told = archive.journal.entries(workspace=workspace.root)[1:]
    assert [entry.event.kind for entry in told] == [EventKind.RESET, EventKind.UNDONE]
    assert [(e.event.data["before"], e.event.data["after"]) for e in told] == [
        (change.before, change.after) for change in changes
    ]
    assert changes[0].before == changes[1].after
