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
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="F",
    help="Write a page that is one file; - is stdout.",
)
@click.pass_obj
def command(session: Session, folder: str | None, other: str | None, spoil: bool, page: str | None) -> int:
    """Show yours beside the reference: verdicts, files, notes. Opens when yours passes."""
    from backroad.cli.checking import require_folders
    from backroad.cli.comparing import closed_screen, show, write_page
    from backroad.practice.comparing import designs, measured, open_for, remember

    require_folders(page)
    mine = open_for(session, session.workspace(folder), spoil=spoil)
    if mine.is_closed:
        session.out.show(closed_screen(mine, session.out.width))
        return ExitCode.FAILED
    found = designs(session, mine, other)
    measurement = measured(session, mine, found)
    remember(session, mine, found, measurement=measurement)
    if page:
        write_page(session, mine, found, measurement, other, page)
    else:
        show(session, mine, found, measurement, other)
    return ExitCode.PASSED
