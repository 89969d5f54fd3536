"""`backroad reset`: back to the starter."""

from __future__ import annotations

import click

from backroad.cli.changing import changed_screen, lost_or_found
from backroad.cli.places import folder_argument
from backroad.cli.session import Session
from backroad.errors import ExitCode


@click.command("reset")
@folder_argument
@click.pass_obj
def command(session: Session, folder: str | None) -> int:
    """Bring the starter back; what you have now is kept, and backroad undo brings it back."""
    from backroad.workspace.history import reset

    with session.archive() as archive:
        workspace = lost_or_found(session, archive, folder)
        change = reset(archive, workspace, session.exercise(workspace.slug), session.kit)
    session.out.show(changed_screen(session, "back to the starter", change))
    return ExitCode.PASSED
