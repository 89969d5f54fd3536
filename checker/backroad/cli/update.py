"""`backroad update`: a workspace of an older kit to this one."""

from __future__ import annotations

import click

from backroad.cli.changing import changed_screen
from backroad.cli.places import folder_argument
from backroad.cli.session import Session
from backroad.errors import ExitCode


@click.command("update")
@folder_argument
@click.pass_obj
def command(session: Session, folder: str | None) -> int:
    """Bring a workspace of an older kit to this one; what you changed stays, merged or beside."""
    from backroad.workspace.history import update

    with session.archive() as archive:
        workspace = session.workspace(folder)
        change = update(archive, workspace, session.exercise(workspace.slug), session.kit)
    session.out.show(changed_screen(session, f"now a workspace of backroad {session.kit}", change))
    return ExitCode.PASSED
