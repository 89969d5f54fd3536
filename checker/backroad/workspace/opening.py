"""The learner's folder for one exercise, as its `backroad.toml` tells."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from backroad import __version__
from backroad.content.fields import Table, read_table
from backroad.content.trees import SETTINGS, service_command
from backroad.errors import BackroadError, Problem, stop
from backroad.model import ServiceCommand
from backroad.workspace.disk import printable

SCAFFOLD = "backroad scaffold SLUG makes a workspace"


@dataclass(frozen=True)
class Workspace:
    """A folder with its exercise, the kit that wrote it, and how its service starts."""

    root: Path
    slug: str
    kit: str
    service: ServiceCommand = field(default_factory=ServiceCommand)

    def is_older_than(self, kit: str) -> bool:
        """Whether another kit wrote it, one that came before."""
        return version_key(self.kit) < version_key(kit)


def find_workspace(start: Path, kit: str = __version__) -> Workspace:
    """Return the workspace that `start` lies in."""
    folder = _real(start)
    for place in (folder, *folder.parents):
        if (place / SETTINGS).is_file():
            return open_workspace(place, kit)
    if not folder.exists():
        raise _missing(folder)
    what = f"is in no workspace: neither it nor a folder above holds {SETTINGS}"
    raise stop(printable(folder), what, f"go into your workspace, or name it; {SCAFFOLD}")


def open_workspace(folder: Path, kit: str = __version__) -> Workspace:
    """Return the workspace of exactly this folder."""
    root = _real(folder)
    if not root.is_dir():
        raise _missing(root)
    if not os.path.lexists(root / SETTINGS):
        remedy = f"{SCAFFOLD}; if it was one, backroad undo brings its files back"
        raise stop(printable(root), f"is no workspace: it holds no {SETTINGS}", remedy)
    problems: list[Problem] = []
    table = read_table(root / SETTINGS, problems)
    workspace = _read(root, table) if table else None
    if problems or workspace is None:
        raise BackroadError(*problems)
    if version_key(workspace.kit) > version_key(kit):
        what = f"this workspace was written by backroad {workspace.kit}, which is newer than {kit}"
        raise stop(printable(root / SETTINGS), what, "upgrade backroad: pip install --upgrade backroad")
    return workspace


def version_key(version: str) -> tuple[int, ...]:
    """Return a version as numbers that compare; anything after the numbers is not looked at."""
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3])


def _read(root: Path, table: Table) -> Workspace:
    exercise = table.table("exercise")
    workspace = Workspace(root, exercise.text("slug"), exercise.text("kit"), service_command(table))
    if workspace.kit and not re.match(r"\d+(\.\d+)*", workspace.kit):
        exercise.wrong("kit", f"{workspace.kit!r} is no version", f'write it as in "{__version__}"')
    exercise.done()
    table.done()
    return workspace


def _real(folder: Path) -> Path:
    return Path(os.path.realpath(folder.expanduser()))


def _missing(folder: Path) -> BackroadError:
    what = "is a file, not a folder" if folder.exists() else "there is no such folder"
    return stop(printable(folder), what, f"name the folder of your workspace; {SCAFFOLD}")
