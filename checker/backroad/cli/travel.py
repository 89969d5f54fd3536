"""The road with somebody's progress on it, for every command that speaks of it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from backroad.errors import ExitCode
from backroad.progress import NOTHING, State, is_due, next_exercise, standings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from backroad.cli.session import Session
    from backroad.console.road import Travel
    from backroad.model import Exercise
    from backroad.progress import Standing


def travel(session: Session) -> Travel:
    """Return the road, how far the learner is on it, and the next command."""
    from backroad.console.road import Travel

    found = standings(session.entries(), session.kit)
    upcoming = next_exercise(session.roadmap, found)
    command = "backroad list" if upcoming is None else next_command(upcoming, found)
    due = [one for one in session.roadmap.exercises if is_due(found.get(one.slug, NOTHING), session.now())]
    review = review_command(min(due, key=lambda one: last_green(found, one)), found) if due else ""
    slugs = frozenset(exercise.slug for exercise in due)
    return Travel(session.kit, session.roadmap, found, upcoming, command, slugs, review)


def show_road(session: Session) -> int:
    """Print the roadmap."""
    from backroad.console.road import road_screen

    session.out.show(road_screen(travel(session), session.out.whole))
    return ExitCode.PASSED


def next_command(exercise: Exercise, found: Mapping[str, Standing], here: Path | None = None) -> str:
    """Return what to type to go on with an exercise."""
    here = here or Path.cwd()
    standing = found.get(exercise.slug, NOTHING)
    folder = standing.workspace
    if standing.state is State.OPEN or folder is None or not folder.is_dir():
        return f"backroad scaffold {exercise.slug}"
    if here == folder or folder in here.parents:
        return "backroad check"
    return f"backroad check {shell_word(relative(folder, here))}"


def review_command(exercise: Exercise, found: Mapping[str, Standing]) -> str:
    """Return what to type to solve a done exercise again; what is there is kept."""
    folder = found[exercise.slug].workspace
    is_there = folder is not None and folder.is_dir()
    return f"backroad {'reset' if is_there else 'scaffold'} {exercise.slug}"


def last_green(found: Mapping[str, Standing], exercise: Exercise) -> datetime:
    """Return when a done exercise was green last."""
    green = found[exercise.slug].last_green
    assert green is not None  # what is due was green once
    return green


def relative(folder: Path, here: Path | None = None) -> Path:
    """Return a folder as seen from here when that is shorter to type."""
    seen = os.path.relpath(folder, here or Path.cwd())
    return Path(seen) if len(seen) < len(str(folder)) else folder


def shell_word(path: object) -> str:
    """Return a path as it can be typed."""
    import shlex

    return shlex.quote(str(path))
