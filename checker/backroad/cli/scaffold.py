"""`backroad scaffold`: a workspace for an exercise."""

from __future__ import annotations

from pathlib import Path

import click

from backroad.cli.places import Slug
from backroad.cli.session import Session
from backroad.cli.travel import relative, shell_word
from backroad.console.notices import scaffold_screen
from backroad.errors import ExitCode
from backroad.workspace.opening import Workspace

FIRST = "TODO 1:"


@click.command("scaffold")
@click.argument("slug", type=Slug())
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def command(session: Session, slug: str, folder: Path | None) -> int:
    """Make a workspace for the exercise SLUG, in a new folder of that name or in DIR."""
    from backroad.practice.beginning import begin

    exercise = session.exercise(slug)
    workspace = begin(session, exercise, folder or Path(slug))
    place = relative(workspace.root)
    session.out.show(
        scaffold_screen(exercise, place, shell_word(place), written(workspace), session.out.width)
    )
    return ExitCode.PASSED


def written(workspace: Workspace) -> list[str]:
    """Return the files and folders at the top of a workspace that a learner would open, in that order."""
    found = [path for path in workspace.root.iterdir() if not path.name.startswith(".")]
    names = [path.name + "/" * path.is_dir() for path in found if path.name != "pytest.ini"]
    first = next((path.name for path in sorted(workspace.root.glob("*.py")) if is_first(path)), "")
    return sorted(names, key=lambda name: (name != "README.md", name != first, name[-3:] != ".py", name))


def is_first(file: Path) -> bool:
    """Return whether the first thing to do is in a file."""
    return FIRST in file.read_text(encoding="utf-8", errors="replace")
