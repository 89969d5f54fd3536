"""`backroad hint`: the next rung of the ladder for the first failing check."""

from __future__ import annotations

import click

from backroad.cli.places import folder_argument
from backroad.cli.session import Session
from backroad.console.notices import hint_screen, no_hint_screen
from backroad.errors import ExitCode
from backroad.practice.hints import climb, failing_check


@click.command("hint")
@folder_argument
@click.pass_obj
def command(session: Session, folder: str | None) -> int:
    """Show the next rung of the ladder of hints for the first failing check."""
    workspace = session.workspace(folder)
    exercise = session.exercise(workspace.slug)
    check = failing_check(session, workspace, exercise)
    if check is None:
        session.out.show(no_hint_screen("all checks are green in the last run", session.out.width))
        return ExitCode.PASSED
    session.out.show(hint_screen(check, climb(session, workspace, check), session.out.width))
    return ExitCode.PASSED
