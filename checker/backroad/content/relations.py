"""What holds between the parts of a roadmap: numbers, names, who needs whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backroad.errors import Problem, nearest
from backroad.model import Roadmap

_STEP = re.compile(r"([1-9][0-9]*)(-[a-z0-9]+)+")
_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def relation_problems(roadmap: Roadmap, where: str) -> Iterator[Problem]:
    """Yield what is wrong between steps, exercises and paths; `where` is the file that orders them."""
    yield from _steps(roadmap, where)
    yield from _slugs(roadmap)
    yield from _needs(roadmap)
    yield from _routes(roadmap, where)


def _steps(roadmap: Roadmap, where: str) -> Iterator[Problem]:
    for number, step in enumerate(roadmap.steps, start=1):
        match = _STEP.fullmatch(step.name)
        if match is None or int(match[1]) != number:
            remedy = "name the steps 1-one, 2-two and so on, without gaps"
            yield Problem(f"{where}: steps.{step.name}", f"is no name for step {number}", remedy)


def _slugs(roadmap: Roadmap) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for exercise in roadmap.exercises:
        where = str(exercise.folder)
        if not _SLUG.fullmatch(exercise.slug):
            yield Problem(where, "is no name for an exercise", "use a-z, 0-9 and single hyphens")
        if seen.setdefault(exercise.slug, exercise.step) != exercise.step:
            yield Problem(where, f"there is one of that name in {seen[exercise.slug]}", "rename one of them")


def _needs(roadmap: Roadmap) -> Iterator[Problem]:
    """Yield exercises that need or follow one that does not exist, or need one further down the road."""
    places = {exercise.slug: place for place, exercise in enumerate(roadmap.exercises)}
    for place, exercise in enumerate(roadmap.exercises):
        where = exercise.folder / "exercise.toml"
        for key, slugs in (("requires", exercise.requires), ("after", exercise.after)):
            for slug in slugs:
                if slug not in places:
                    yield Problem(f"{where}: {key}", f"there is no exercise {slug}", nearest(slug, places))
                elif key == "requires" and places[slug] >= place:
                    yield Problem(f"{where}: {key}", f"{slug} does not come before it", "move one of them")


def _routes(roadmap: Roadmap, where: str) -> Iterator[Problem]:
    known = [exercise.slug for exercise in roadmap.exercises]
    for route in roadmap.routes:
        for slug in route.exercises:
            if slug not in known:
                here = f"{where}: paths.{route.name}.exercises"
                yield Problem(here, f"there is no exercise {slug}", nearest(slug, known))
