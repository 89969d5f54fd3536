"""The beginning of an exercise: a workspace, and a line about it in the journal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from backroad.errors import BackroadError

if TYPE_CHECKING:
    from backroad.model import Exercise
    from backroad.practice.practice import Practice
    from backroad.workspace.opening import Workspace


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
