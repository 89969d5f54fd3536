"""`backroad check`: run the checks of a workspace."""

from __future__ import annotations

import click

from backroad.cli.checking import Wish, check_workspace, code, deliver
from backroad.cli.debugging import debug_workspace, wants_terminal
from backroad.cli.session import Session

FILE = click.Path(dir_okay=False, allow_dash=True)


@click.command("check")
@click.argument("words", nargs=-1, metavar="[DIR] [NAME]...")
@click.option("--stage", type=int, metavar="N", help="Only the checks of this stage.")
@click.option("--all", "everything", is_flag=True, help="Show every failure in full.")
@click.option("--json", "json_file", type=FILE, metavar="F", help="Write the report as JSON; - is stdout.")
@click.option(
    "--junit", "junit_file", type=FILE, metavar="F", help="Write the report as JUnit XML; - is stdout."
)
@click.option("--debug", is_flag=True, help="Run your code in the process of the checks, for breakpoints.")
@click.pass_obj
def command(
    session: Session,
    words: tuple[str, ...],
    stage: int | None,
    everything: bool,
    json_file: str | None,
    junit_file: str | None,
    debug: bool,
) -> int:
    """Run the checks: those of NAME, of a stage, or all of them.

    Without DIR: the workspace around the current folder.
    """
    wish = Wish(words, stage, everything, json_file, junit_file, debug)
    if wants_terminal(wish):
        return debug_workspace(session, wish)
    checked = check_workspace(session, wish)
    deliver(session, checked, wish)
    return code(checked.report)
