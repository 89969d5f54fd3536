"""`backroad list`: find exercises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from backroad.cli.session import Session
from backroad.cli.travel import travel
from backroad.console.road import list_screen
from backroad.errors import ExitCode, nearest, stop

if TYPE_CHECKING:
    from backroad.console.road import Travel
    from backroad.model import Exercise, Roadmap


@click.command("list")
@click.option("--step", metavar="N", help="Only this step: its number or its name.")
@click.option("--search", metavar="TEXT", help="Only exercises that speak of this.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(session: Session, step: str | None, search: str | None, as_json: bool) -> int:
    """Find exercises."""
    road = travel(session)
    chosen = [one for one in of_step(session.roadmap, step) if speaks_of(one, search)]
    if as_json:
        session.out.write(json.dumps([entry(one, road) for one in chosen], indent=2) + "\n")
    else:
        session.out.show(list_screen(road, chosen, session.out.width))
    return ExitCode.PASSED


def of_step(roadmap: Roadmap, name: str | None) -> tuple[Exercise, ...]:
    """Return the exercises of one step, or all."""
    if name is None:
        return roadmap.exercises
    for step in roadmap.steps:
        if name in (str(step.number), step.name, step.name.split("-", 1)[1]):
            return step.exercises
    raise stop("--step", f"there is no step {name}", nearest(name, (step.name for step in roadmap.steps)))


def speaks_of(exercise: Exercise, text: str | None) -> bool:
    """Whether every word of a text occurs in what an exercise says about itself."""
    said = " ".join((exercise.slug, exercise.title, exercise.summary, *exercise.teaches)).casefold()
    return all(word in said for word in (text or "").casefold().split())


def entry(exercise: Exercise, road: Travel) -> dict[str, Any]:
    """Return one exercise for scripts."""
    return {
        "slug": exercise.slug,
        "step": exercise.step,
        "title": exercise.title,
        "summary": exercise.summary,
        "kind": exercise.kind,
        "minutes": exercise.minutes,
        "difficulty": exercise.difficulty,
        "teaches": exercise.teaches,
        "requires": exercise.requires,
        "after": exercise.after,
        "state": road.state(exercise),
        "due": exercise.slug in road.due,
    }
