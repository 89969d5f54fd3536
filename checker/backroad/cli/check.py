"""`backroad check`: run the checks of a workspace."""

from __future__ import annotations

import click

from backroad.cli.checking import Wish, check_workspace, code, deliver
from backroad.cli.debugging import debug_workspace, wants_terminal
from backroad.cli.session import Session
from backroad.errors import stop

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
@click.option("--watch", is_flag=True, help="Check again after every save, until you quit.")
@click.pass_obj
def command(
    session: Session,
    words: tuple[str, ...],
    stage: int | None,
    everything: bool,
    json_file: str | None,
    junit_file: str | None,
    debug: bool,
    watch: bool,
) -> int:
    """Run the checks: those of NAME, of a stage, or all of them.

    Without DIR: the workspace around the current folder.
    """
    wish = Wish(words, stage, everything, json_file, junit_file, debug)
    if watch:
        require_nothing_else(wish)
        from backroad.cli.watching import watch_workspace

        return watch_workspace(session, wish)
    if wants_terminal(wish):
        return debug_workspace(session, wish)
    checked = check_workspace(session, wish)
    deliver(session, checked, wish)
    return code(checked.report)


def require_nothing_else(wish: Wish) -> None:
    """Stop at options that make no sense beside --watch."""
    given = {"--json": wish.json_file, "--junit": wish.junit_file, "--debug": wish.debug}
    for name, value in given.items():
        if value:
            raise stop(name, "does not go with --watch", "leave one of them out")
