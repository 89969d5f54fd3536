"""`backroad undo`: back to any earlier state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from backroad.cli.changing import changed_screen, lost_or_found
from backroad.cli.places import folder_argument
from backroad.cli.session import Session
from backroad.errors import ExitCode

if TYPE_CHECKING:
    from backroad.workspace.archive import Moment


@click.command("undo")
@folder_argument
@click.option("--list", "as_list", is_flag=True, help="Show the states there are to go back to.")
@click.option("--to", "state", metavar="STATE", help="Go back to this state of the list.")
@click.pass_obj
def command(session: Session, folder: str | None, as_list: bool, state: str | None) -> int:
    """Take back the last reset, undo or update; or go back to any earlier state with --to."""
    from backroad.workspace.archive import moments
    from backroad.workspace.history import undo

    with session.archive() as archive:
        workspace = lost_or_found(session, archive, folder)
        if as_list:
            show_moments(session, moments(archive, workspace, everywhere=True))
            return ExitCode.PASSED
        change = undo(archive, workspace, state)
    session.out.show(changed_screen(session, "back to the earlier state", change))
    return ExitCode.PASSED


def show_moments(session: Session, found: list[Moment]) -> None:
    """Print the states to go back to, the newest first."""
    from backroad.console.notices import table_screen
    from backroad.console.road import ago

    if not found:
        session.out.show(
            table_screen([["no earlier state is known"]], [("backroad check", "")], session.out.width)
        )
        return
    lines = [
        [one.short, ago(one.at, session.now()), f"{one.kind.lower()}", str(one.workspace or "")]
        for one in found
    ]
    commands = [("backroad undo --to STATE", "the state's first letters are enough")]
    session.out.show(table_screen(lines, commands, session.out.width))
