"""`backroad new`: the files of a new exercise, for authors."""

from __future__ import annotations

import click

from backroad.cli.session import Session
from backroad.errors import ExitCode


@click.command("new")
@click.argument("slug")
@click.option(
    "--step", metavar="STEP", default="1-fundamentals", show_default=True, help="The step it belongs to."
)
@click.pass_obj
def command(session: Session, slug: str, step: str) -> int:
    """Write the files of a new exercise and its solution: a small sound example to be replaced."""
    from backroad.authoring import render_new_exercise
    from backroad.console.notices import change_screen

    made = render_new_exercise(session.content, step, slug, session.environ)
    notes = [f"{made.roadmap}: [steps.{step}] {made.roadmap_line}"]
    written = (f"{made.exercise}/", f"{made.solution}/")
    screen = change_screen(
        "add this line to the road:", (), notes, [f"backroad audit {slug}"], session.out.width
    )
    session.out.show(
        [*change_screen(f"{slug} · a new exercise", written, (), (), session.out.width), *screen]
    )
    return ExitCode.PASSED
