"""`backroad history`: what was done when."""

from __future__ import annotations

import json

import click

from backroad.cli.places import folder_argument
from backroad.cli.session import Session
from backroad.errors import ExitCode


@click.command("history")
@folder_argument
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, allow_dash=True),
    metavar="F",
    help="Write a page that is one file; - is stdout.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(session: Session, folder: str | None, page: str | None, as_json: bool) -> int:
    """Show what was done when: runs, hints, time to green; of all exercises, or of one."""
    from backroad.cli.checking import export, require_folders
    from backroad.cli.remembering import remembered
    from backroad.console.history import history_screen
    from backroad.pages.history import history_page
    from backroad.pages.record import to_json

    require_folders(page)
    view, upcoming = remembered(session, folder)
    if page:
        export(session, page, history_page(view, upcoming))
    if as_json:
        session.out.write(json.dumps(to_json(view), indent=1) + "\n")
    elif page != "-":
        session.out.show(history_screen(view, upcoming, session.out.width))
    return ExitCode.PASSED
