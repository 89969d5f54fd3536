"""The beginning of an exercise: a workspace, and a line about it in the journal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backroad.content.trees import SETTINGS
from backroad.errors import BackroadError, stop
from backroad.workspace.disk import spoken
from backroad.workspace.opening import Workspace, open_workspace

if TYPE_CHECKING:
    from backroad.model import Exercise
    from backroad.practice.practice import Practice

FIRST = "TODO 1:"


def begin(practice: Practice, exercise: Exercise, folder: Path) -> Workspace:
    """Make a workspace and remember it; without a journal, the workspace is good all the same."""
    from backroad.workspace.archive import note_scaffold
    from backroad.workspace.scaffold import scaffold

    workspace = scaffold(exercise, folder, practice.kit, practice.environ)
    try:
        with practice.archive() as archive:
            note_scaffold(archive, workspace)
    except BackroadError as error:
        practice.warn(f"not noted in the journal, so reset and undo will not know this state: {error}")
    return workspace


def last_workspace(practice: Practice, slug: str, usual: Path | None = None) -> Workspace:
    """Return the workspace of an exercise that was worked in last; stops where there is none any more."""
    found = known_workspace(practice, slug, usual)
    if found is None:
        raise stop(slug, "there is no such folder here", f"backroad scaffold {slug} makes it")
    return found


def known_workspace(practice: Practice, slug: str, usual: Path | None = None) -> Workspace | None:
    """Return the workspace of an exercise that was worked in last, None where there is none any more.

    Of one that the journal does not know, `usual` is the folder. A folder may hold another exercise by now.
    """
    told = [entry.event.workspace for entry in practice.entries(slug)]
    folders = [folder for folder in (usual, *told) if folder and (folder / SETTINGS).is_file()]
    opened = (open_workspace(folder, practice.kit) for folder in dict.fromkeys(reversed(folders)))
    return next((workspace for workspace in opened if workspace.slug == slug), None)


def written(workspace: Workspace) -> list[str]:
    """Return the files and folders at the top of a workspace that a learner would open, in that order."""
    with spoken(workspace.root):
        found = [path for path in workspace.root.iterdir() if not path.name.startswith(".")]
    names = [path.name + "/" * path.is_dir() for path in found if path.name != "pytest.ini"]
    first = next((path.name for path in sorted(found) if path.suffix == ".py" and is_first(path)), "")
    return sorted(names, key=lambda name: (name != "README.md", name != first, name[-3:] != ".py", name))


def is_first(file: Path) -> bool:
    """Return whether the first thing to do is in a file."""
    try:
        return file.is_file() and FIRST in file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
