"""`backroad scaffold`: a workspace for an exercise."""

from __future__ import annotations

from pathlib import Path

import click

from backroad.cli.places import Slug
from backroad.cli.session import Session
from backroad.cli.travel import relative, shell_word
from backroad.console.notices import scaffold_screen
from backroad.errors import ExitCode


@click.command("scaffold")
@click.argument("slug", type=Slug())
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def command(session: Session, slug: str, folder: Path | None) -> int:
    """Make a workspace for the exercise SLUG, in a new folder of that name or in DIR."""
    from backroad.practice.beginning import begin, written

    exercise = session.exercise(slug)
    workspace = begin(session, exercise, folder or Path(slug))
    place = relative(workspace.root)
    session.out.show(
        scaffold_screen(exercise, place, shell_word(place), written(workspace), session.out.width)
    )
    return ExitCode.PASSED
