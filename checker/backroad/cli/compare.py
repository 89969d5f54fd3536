"""`backroad compare`: yours beside the reference."""

from __future__ import annotations

import click

from backroad.cli.places import folder_argument
from backroad.cli.session import Session
from backroad.errors import ExitCode


@click.command("compare")
@folder_argument
@click.option(
    "--with", "other", metavar="ALTERNATIVE", help="Lay yours beside this design, not the reference."
)
@click.option(
    "--spoil", is_flag=True, help="Open the reference before yours passes; the journal remembers it."
)
@click.pass_obj
def command(session: Session, folder: str | None, other: str | None, spoil: bool) -> int:
    """Show yours beside the reference: verdicts, files, notes. Opens when yours passes."""
    from backroad.cli.comparing import closed_screen, show
    from backroad.practice.comparing import designs, open_for, remember

    mine = open_for(session, session.workspace(folder), spoil=spoil)
    if mine.is_closed:
        session.out.show(closed_screen(mine, session.out.width))
        return ExitCode.FAILED
    found = designs(session, mine, other)
    remember(session, mine, found)
    show(session, mine, found, other)
    return ExitCode.PASSED
