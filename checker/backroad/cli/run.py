"""`backroad run`: the learner's program, judged by nobody."""

from __future__ import annotations

import click

from backroad.cli.places import folder_argument
from backroad.cli.session import Session


@click.command("run")
@folder_argument
@click.pass_obj
def command(session: Session, folder: str | None) -> int:
    """Run your program in the environment of the checks; a service stays up until Ctrl-C."""
    from backroad.cli.running import run_program

    workspace = session.workspace(folder)
    return run_program(session, workspace, session.exercise(workspace.slug))
