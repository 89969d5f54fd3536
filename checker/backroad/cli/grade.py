"""`backroad grade`: many submissions become a gradebook, for teachers."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from backroad.cli.places import Slug
from backroad.cli.session import Session

LEVELS = click.IntRange(1, 3)


@click.command("grade")
@click.argument(
    "submissions", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SUBMISSIONS..."
)
@click.option("--exercise", "slug", type=Slug(), required=True, metavar="SLUG", help="What they solve.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("grades"), metavar="DIR",
    help="Where the gradebook goes; a run that was stopped goes on from there.  [default: grades]",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1), metavar="N", help="Submissions at a time; as many as processors."
)
@click.option("--scheduler", metavar="ADDRESS", help="Have a Dask cluster judge, such as tcp://host:8786.")
@click.option("--seed", type=int, default=0, metavar="N", help="What chance in the checks begins with.")
@click.option("--require-level", type=LEVELS, metavar="N", help="Stop where code cannot be locked in so far.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(
    session: Session,
    submissions: tuple[Path, ...],
    slug: str,
    out: Path,
    workers: int | None,
    scheduler: str | None,
    seed: int,
    require_level: int | None,
    as_json: bool,
) -> int:
    """Grade SUBMISSIONS: folders, archives (.zip, .tar.gz), or a manifest in CSV with id and path.

    One folder alone that holds nothing but folders and archives is a class. Exit code 1: somebody has to
    look at a submission that could not be judged.
    """
    from backroad.cli.classroom import Order, code, grade_class
    from backroad.console.grades import grades_screen
    from backroad.grading.outputs import summary

    places = workers or os.cpu_count() or 1
    order = Order(submissions, slug, out, places, scheduler, seed, require_level)
    graded = grade_class(session, order)
    if as_json:
        session.out.write(json.dumps(summary(graded.book, graded.files), indent=2) + "\n")
    else:
        session.out.show(grades_screen(graded, session.out.width))
    return code(graded.book)
